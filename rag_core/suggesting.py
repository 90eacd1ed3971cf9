"""Questions to begin with and to go on with, made of definitions, headings and key terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag_core.definitions import definitions
from rag_core.followups.korean_words import with_particle
from rag_core.gist import Telling, tellings
from rag_core.key_terms import Term
from rag_core.search_words import question_tokens
from rag_core.text import language, letters_of
from rag_core.types import Passage

QUESTIONS = 5
FOLLOWING, AROUND = 3, 12
"""Questions after an answer, and how many passages before and behind the cited ones they are of."""
ALIKE = 0.6
OFTEN = 3
"""So often a term occurs that a question may ask for it alone."""
_NUMBERED = re.compile(
    r"^\s*(?:(?:[0-9ivxIVX]+(?:[.\-][0-9]+)*|[Ⅰ-ⅿ]+)(?:[.)]|(?=\s))|[가-하①-⑳][.)]\s"
    r"|제\s?\d+\s?[장절조]|[#•■□○●▪◆-]+)\s*"
)
_LETTER = re.compile(r"[가-힣A-Za-z]")
_NO_HEADING = re.compile(
    r"[|\t]|@|www\.|https?:|\.$|다\s*$|입니다|: ?\d.*: ?\d"
    r"|^(?:first|last) page$|^(?:page|쪽) ?\d|^(?:contents|references|목차|차례)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the document answers at `passage`; `quote` is the sentence that does, ""
    where the whole passage does."""

    question: str
    passage: Passage
    quote: str = ""


def suggestions(
    found: Sequence[Telling],
    known: Sequence[Term],
    passages: Sequence[Passage],
    most: int = QUESTIONS,
) -> list[Suggestion]:
    """Questions that this document answers: of its definitions, headings and key terms, those
    about its weightiest terms first."""
    offered = [
        Suggestion(one.question, one.source.passage, one.source.text) for one in definitions(found)
    ]
    offered.sort(key=lambda one: -_turns_on(one.question, known))
    headed = [Suggestion(_about(heading), passage) for heading, passage in _headings(passages)]
    headed.sort(key=lambda one: -_turns_on(one.question, known))
    termed = [
        Suggestion(_how_is(term.text, where.text), where.passage)
        for term in known
        if term.count >= OFTEN
        and not term.text.islower()
        and (where := next((one for one in found if term.text in one.text), None))
    ]
    half = (most + 1) // 2
    mixed = [
        *offered[:half],
        *headed[: most - half],
        *offered[half:],
        *headed[most - half :],
        *termed,
    ]
    return list({letters_of(one.question): one for one in reversed(mixed)}.values())[::-1][:most]


def following(
    cited: Sequence[Passage],
    passages: Sequence[Passage],
    asked: Sequence[str],
    most: int = FOLLOWING,
) -> list[str]:
    """Questions to go on with after an answer: of the headings and definitions around the cited
    passages of one document (`passages`, in order), the nearest first, but for what was `asked`."""
    places = [one.index for one in cited] or [0]

    def away(passage: Passage) -> int:
        return min(abs(passage.index - place) for place in places)

    near = sorted((one for one in passages if away(one) <= AROUND), key=away)
    offered = [
        Suggestion(one.question, one.source.passage) for one in definitions(tellings(near))
    ] + [Suggestion(_about(heading), passage) for heading, passage in _headings(near)]
    offered.sort(key=lambda one: away(one.passage))
    kept: list[str] = []
    for one in offered:
        if not any(_alike(one.question, other) for other in (*asked, *kept)):
            kept.append(one.question)
    return kept[:most]


def _alike(question: str, other: str) -> bool:
    """Whether two questions ask about the same: most words of the shorter one are in the other."""
    first, second = set(question_tokens(question)), set(question_tokens(other))
    return len(first & second) > ALIKE * min(len(first), len(second))


def _headings(passages: Sequence[Passage]) -> Iterator[tuple[str, Passage]]:
    """The innermost heading above each passage, each once, if it says anything."""
    seen: set[str] = set()
    for passage in passages:
        title, *above = passage.context.split(" › ")
        bare = bare_heading(above[-1]) if above else ""
        if bare not in seen and bare and letters_of(bare) != letters_of(title):
            seen.add(bare)
            yield bare, passage


def bare_heading(heading: str, shortest: int = 4) -> str:
    """A heading without its number; "" for one that does not say what its section is about, as a
    row of a table or words of a figure do not. `shortest` is in letters."""
    text = _NUMBERED.sub("", heading).strip(" *·:—–-")
    words = re.findall(r"[^\W_]+", text)
    letters = len(_LETTER.findall(text))
    says = (
        len(text) <= 50
        and letters >= shortest
        and letters > len(text) // 2
        and len(set(words)) == len(words)
        and not _NO_HEADING.search(text)
    )
    return text if says else ""


def _turns_on(question: str, known: Sequence[Term]) -> float:
    return sum(term.weight for term in known if term.text.lower() in question.lower())


def _about(heading: str) -> str:
    if heading.rstrip().endswith(("?", "？")):
        return heading
    if language(heading) == "ko":
        return f"‘{heading}’에 대해 설명해 주세요."
    return f"What does the document say about “{heading}”?"


def _how_is(term: str, said: str) -> str:
    if language(said) == "ko":
        return f"{with_particle(term, '은')} 문서에서 어떻게 설명하나요?"
    return f"How does the document describe {term}?"
