"""Questions and answering passages made of a library itself, to fine-tune its retriever with. Pure.

What is made: a section's heading asks for its passages; a sentence asks for the passage that it
was taken out of (the inverse cloze task, Lee et al. 2019, arXiv:1906.00300); a definition's
question asks for its passage; a question whose answer a reader found helpful asks for the passages
that were cited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag_core.definitions import definitions
from rag_core.gist import Telling, tellings
from rag_core.passages import searchable_text
from rag_core.types import Passage, Turn

HELD_OUT = 5
"""One passage in so many is kept aside, with all its questions, to measure on."""
SHORTEST_REST = 80
"""Characters that a passage must still have without its sentence."""
MOST = 12_000
"""Lessons at the most; of more every second, third … is taken."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """`text` is what the passage says, without the sentence that the question was made of.
    `unlike` is a passage that shares words with the question and does not answer it."""

    question: str
    passage_id: str
    text: str
    kind: str
    unlike: str = ""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learned, what is kept aside to measure on, and the collection it was made of."""

    taught: tuple[Lesson, ...]
    held: tuple[Lesson, ...]
    collection: str = ""


def lessons_of(
    passages: Sequence[Passage],
    accepted: Iterable[Turn] = (),
    unlike: Callable[[str, str], str] = lambda question, passage_id: "",
) -> Lessons:
    """The lessons of a library, its passages document by document. `accepted` are turns whose
    answer was found helpful; `unlike(question, passage_id)` finds a hard negative."""
    made = [*_of_headings(passages), *_of_sentences(passages), *_of_turns(passages, accepted)]
    made = made[:: len(made) // MOST + 1]
    held = [one for one in made if _is_held(one.passage_id)]
    asked = {one.question for one in held}
    taught = [one for one in made if not _is_held(one.passage_id) and one.question not in asked]
    return Lessons(tuple(_with(one, unlike) for one in taught), tuple(held))


def _is_held(passage_id: str) -> bool:
    return hashlib.sha256(passage_id.encode()).digest()[0] % HELD_OUT == 0


def _with(lesson: Lesson, unlike: Callable[[str, str], str]) -> Lesson:
    other = unlike(lesson.question, lesson.passage_id)
    return Lesson(lesson.question, lesson.passage_id, lesson.text, lesson.kind, other)


def _of_headings(passages: Sequence[Passage]) -> Iterator[Lesson]:
    """The innermost heading asks for each passage below it."""
    for passage in passages:
        *above, heading = passage.context.split(" › ")
        if above:
            yield Lesson(heading, passage.id, passage.text, "heading")


def _of_sentences(passages: Sequence[Passage]) -> Iterator[Lesson]:
    for _, own in groupby(passages, key=lambda one: one.document_id):
        found = tellings(tuple(own))
        asking: Mapping[tuple[str, int], str] = {
            (one.source.passage.id, one.source.start): one.question for one in definitions(found)
        }
        for one in found:
            if len(rest := _without(one)) >= SHORTEST_REST:
                yield Lesson(one.text, one.passage.id, rest, "sentence")
            if question := asking.get((one.passage.id, one.start)):
                yield Lesson(question, one.passage.id, searchable_text(one.passage), "definition")


def _without(one: Telling) -> str:
    """The passage without its sentence, below its headings."""
    text = one.passage.text
    rest = f"{text[: one.start]} {text[one.end :]}".strip()
    return f"{one.passage.context}\n{rest}" if len(rest) >= SHORTEST_REST else ""


def _of_turns(passages: Sequence[Passage], accepted: Iterable[Turn]) -> Iterator[Lesson]:
    known = {one.id: one for one in passages}
    for turn in accepted:
        for cited in dict.fromkeys(one.passage_id for one in turn.answer.citations):
            if cited in known:
                yield Lesson(turn.question, cited, searchable_text(known[cited]), "answer")
