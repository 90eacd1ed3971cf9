"""Help to begin and to study, without a language model: questions, a quiz, cards.

Made of what the document says itself: a sentence that defines something asks for it, a heading
asks about its section, a term or number left out of a sentence is asked back. Nothing is invented:
the right answer stands in the cited sentence, wrong choices are other terms and numbers of the
same document.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag_core.definitions import definitions
from rag_core.embeddings import BundledEmbedding
from rag_core.gist import Telling, summary, tellings
from rag_core.key_terms import Term, terms
from rag_core.mind_map import Branch, branches
from rag_core.spreadsheet import as_csv
from rag_core.suggesting import QUESTIONS, Suggestion, suggestions
from rag_core.text import language, letters_of
from rag_core.types import Passage

QUIZ, CARDS, MEANINGS = 8, 20, 8
MOST_PASSAGES = 3_000
CHOICES = 4
BLANK = "_____"

_UNIT = (
    r"%|퍼센트|년|월|일|명|개|원|억|만|조|배|시간|분|초|쪽|주|회|번|건|위|층|대|권|[kKmc]?m\b|[kK]?g\b|[KMGT]B\b|percent"
    r"|years?|days?|months?|hours?|minutes?|seconds?|people|dollars?|times|pages?|million|billion"
)
_QUANTITY = re.compile(
    rf"(?<![\w.,+-])(?<!제 )(?<!제)(?P<number>\d+(?:[.,]\d+)*)(?= ?(?P<unit>{_UNIT}))"
)
_PARTICLES = (
    "은|는|이|가|을|를|의|에|에서|에게|에는|에서는|에도|와|과|도|로|으로|로서|으로서|로써|으로써|로는|만|까지|부터|마다"
    "|보다|처럼|이란|란|이라|라|이라는|라는|이라고|라고|이나|나|이며|며|이고|고|이다|입니다|이에요|예요|인|하고"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence of a summary, and the sentence of the document that it stands on."""

    text: str
    source: Telling


@dataclass(frozen=True, slots=True)
class Meaning:
    """A term, what it means in the document, and the sentence that says so."""

    term: str
    text: str
    source: Telling


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a quiz: `choices` are () where the answer is to be typed. `source` is the
    sentence in which the answer stands."""

    question: str
    answer: str
    choices: tuple[str, ...]
    source: Telling


@dataclass(frozen=True, slots=True)
class Card:
    """Two sides to learn by, and where the back comes from."""

    front: str
    back: str
    source: Telling


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to study in some passages."""

    terms: tuple[Term, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    summary: tuple[Point, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    quiz: tuple[Item, ...] = ()
    cards: tuple[Card, ...] = ()
    mind_map: tuple[Branch, ...] = ()


def material(
    passages: Sequence[Passage], embedding: BundledEmbedding, questions: int = QUESTIONS
) -> Material:
    """All of it, with so many suggested questions at the most; of very many passages every
    second, third … is read."""
    some = passages[:: len(passages) // MOST_PASSAGES + 1]
    found = tellings(some)
    known = terms([one.text for one in some], embedding)
    return Material(
        tuple(known),
        tuple(Meaning(one.term, one.source.text, one.source) for one in definitions(found))[
            :MEANINGS
        ],
        tuple(Point(one.text, one) for one in summary(found, known, embedding)),
        tuple(suggestions(found, known, some, questions)),
        tuple(quiz(found, known)),
        tuple(cards(found, known)),
        branches(some, found, known),
    )


def quiz(found: Sequence[Telling], known: Sequence[Term], most: int = QUIZ) -> list[Item]:
    """Questions to answer, choices and typed answers mixed, in reading order; the same each time
    for the same document."""
    items = [*_of_definitions(found, known), *_of_numbers(found), *_of_terms(found, known)]
    unique = list({one.source.text: one for one in reversed(items)}.values())[::-1]
    order = {one.text: place for place, one in enumerate(found)}
    return sorted(_spread(unique, most), key=lambda one: order[one.source.text])


def cards(found: Sequence[Telling], known: Sequence[Term], most: int = CARDS) -> list[Card]:
    """Cards to learn by: definitions first, then sentences with their key term left out."""
    made = [Card(one.question, one.source.text, one.source) for one in definitions(found)]
    used = {card.source.text for card in made}
    for one, term in _holding(found, known):
        if one.text not in used:
            used.add(one.text)
            made.append(Card(_without(one.text, term), f"{term}\n{one.text}", one))
    return made[:most]


def right(item: Item, typed: str) -> bool:
    """Whether a typed answer is the right one: case, spaces and marks do not count."""
    return bool(letters_of(typed)) and letters_of(typed) == letters_of(item.answer)


def cards_as_csv(made: Iterable[tuple[Card, str]]) -> bytes:
    """Cards with their places, for a spreadsheet: front, back, source."""
    rows = ((card.front, card.back, place) for card, place in made)
    return as_csv(("front", "back", "source"), rows)


def cards_for_anki(made: Iterable[tuple[Card, str]], deck: str) -> str:
    """The same as Anki imports it (docs.ankiweb.net/importing/text-files.html)."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter="\t", lineterminator="\n")
    rows.writerows((card.front, card.back, place) for card, place in made)
    head = ("#separator:tab", "#html:false", f"#deck:{' '.join(deck.split())}")
    return "\n".join((*head, "#columns:front\tback\tsource", out.getvalue()))


def _of_definitions(found: Sequence[Telling], known: Sequence[Term]) -> Iterator[Item]:
    """A definition without its term; which term is it?"""
    others = [term.text for term in known]
    for one in definitions(found):
        yield _item(_without(one.source.text, one.term), one.term, others, one.source)


def _of_terms(found: Sequence[Telling], known: Sequence[Term]) -> Iterator[Item]:
    """A sentence without a key term; which one is it?"""
    others = [term.text for term in known]
    for one, term in _holding(found, known):
        yield _item(_without(one.text, term), term, others, one)


def _of_numbers(found: Sequence[Telling]) -> Iterator[Item]:
    """A sentence without its one number with a unit; which of those with that unit is it?"""
    numbers = [(one, match) for one in found for match in [*_QUANTITY.finditer(one.text)]]
    held: dict[str, int] = {}
    for one, _ in numbers:
        held[one.text] = held.get(one.text, 0) + 1
    others: dict[str, list[str]] = {}
    for _, match in numbers:
        others.setdefault(match["unit"], []).append(match["number"])
    for one, match in numbers:
        if held[one.text] == 1:
            answer, end = match["number"], match.end("number")
            asked = f"{one.text[: match.start()]}{BLANK}{one.text[end:]}"
            of_its_unit = dict.fromkeys(others[match["unit"]])
            alike = sorted(of_its_unit, key=lambda n: abs(len(n) - len(answer)))
            yield _item(asked, answer, alike, one)


def _holding(found: Sequence[Telling], known: Sequence[Term]) -> Iterator[tuple[Telling, str]]:
    """Sentences that hold a key term exactly once, each with the one asked least so far."""
    asked: Counter[str] = Counter()
    for one in found:
        once = [t.text for t in known if len(re.findall(_whole(t.text), one.text)) == 1]
        if once:
            term = min(once, key=lambda text: asked[text])
            asked[term] += 1
            yield one, term


def _whole(term: str) -> str:
    """A term as a word: behind it a particle may stand, but no other Korean letter."""
    behind = r"(?=(?:들)?(?:" + _PARTICLES + r")?(?![가-힣A-Za-z0-9-]))"
    return rf"(?<![가-힣A-Za-z0-9-]){re.escape(term)}{behind}"


def _without(text: str, term: str) -> str:
    return re.sub(_whole(term), BLANK, text, count=1)


def _item(question: str, answer: str, others: Sequence[str], source: Telling) -> Item:
    """With choices where the document offers enough wrong ones, else to be typed."""
    draw = random.Random(hashlib.sha256(question.encode()).digest())
    told = letters_of(source.text)
    script = language(answer)
    wrong = [
        one
        for one in others
        if letters_of(one) not in told
        and letters_of(answer) not in letters_of(one)
        and language(one) == script
    ]
    wrong = draw.sample(wrong[: 2 * CHOICES], min(len(wrong), CHOICES - 1))
    if len(wrong) < CHOICES - 1:
        return Item(question, answer, (), source)
    choices = [answer, *wrong]
    draw.shuffle(choices)
    return Item(question, answer, tuple(choices), source)


def _spread(items: Sequence[Item], most: int) -> list[Item]:
    """So many of them, from the beginning to the end; every third is to be typed."""
    chosen = list(items)
    if len(chosen) > most:
        chosen = [chosen[place * len(chosen) // most] for place in range(most)]
    return [
        Item(one.question, one.answer, () if place % 3 == 2 else one.choices, one.source)
        for place, one in enumerate(chosen)
    ]
