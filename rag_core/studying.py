"""Study material that a language model makes: summary, terms, questions, quiz, cards.

Every piece names a passage and quotes it. What quotes words that do not stand on that page, or says
numbers that its passage has not, is dropped and counted; the rest is made of the same values as the
material without a model (study.py).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel, Field

from rag_core.generators import model_name
from rag_core.gist import Telling
from rag_core.instructions import EXERCISES, OVERVIEW, studying
from rag_core.quantities import compare
from rag_core.structured import valid, written
from rag_core.study import CHOICES, Card, Item, Material, Meaning, Point
from rag_core.suggesting import Suggestion
from rag_core.text import find_quote, language, letters_of
from rag_core.types import Hit, Passage

MOST_CHARACTERS = 12_000
"""Of the passages that a model reads, so that they fit a window of 8k tokens with the answer."""
_SHORTEST_QUOTE = 8  # letters

PageText = Callable[[Passage], str]


class _Quoting(BaseModel):
    """What every piece has."""

    passage: int = 0
    quote: str


class _Point(_Quoting):
    text: str = Field(min_length=1)


class _Term(_Quoting):
    term: str = Field(min_length=1, max_length=80)
    meaning: str = Field(min_length=1)


class _Question(_Quoting):
    question: str = Field(min_length=1)


class _Item(_Quoting):
    question: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    wrong: list[str] = []


class _Card(_Quoting):
    front: str = Field(min_length=1)
    back: str = Field(min_length=1)


Piece = TypeVar("Piece", bound=_Quoting)


@dataclass(frozen=True, slots=True)
class Written:
    """What a model has written so far: the pieces that were verified, and how many were `offered`.

    `done` says that it is whole.
    """

    material: Material = field(default_factory=Material)
    offered: int = 0
    dropped: int = 0
    model: str = ""
    done: bool = False


def chosen(passages: Sequence[Passage], most: int = MOST_CHARACTERS) -> list[Passage]:
    """Passages spread evenly over the whole, of so many characters together at the most."""
    whole = sum(len(one.text) for one in passages)
    if whole <= most:
        return list(passages)
    kept: list[Passage] = []
    seen, used = 0, 0
    for one in passages:
        due = most * seen / whole
        seen += len(one.text)
        if used <= due and used + len(one.text) <= most:
            kept.append(one)
            used += len(one.text)
    return kept


def write_material(
    passages: Sequence[Passage],
    names: dict[str, str],
    page_text: PageText,
    model: BaseChatModel,
) -> Generator[Written]:
    """What the model makes of the passages, growing; the last one is `done`.

    In the language of the passages. `names` are those of the documents by id. Something is yielded
    a few times a second, so that whoever iterates can stop. Raises ModelFailed kinds.
    """
    some = chosen(passages)
    hits = [Hit(n, one, names.get(one.document_id, ""), 1.0) for n, one in enumerate(some, 1)]
    spoken = language("\n".join(one.text for one in some))
    desk = _Desk(some, page_text)
    so_far = Written(model=model_name(model))
    for wanted, made in ((OVERVIEW, desk.overview), (EXERCISES, desk.exercises)):
        before, now = so_far, so_far
        with closing(written(model, studying(wanted, hits, spoken), so_far.model)) as growing:
            for said in growing:
                now = made(said, before)
                yield now
        so_far = now
    yield replace(so_far, done=True)


@dataclass(frozen=True, slots=True)
class _Verified(Generic[Piece]):
    """Pieces with where their quotes stand, and how many were dropped."""

    kept: tuple[tuple[Piece, Telling], ...]
    dropped: int


def _counted(before: Written, made: Material, parts: Iterable[_Verified[Any]]) -> Written:
    parts = list(parts)
    dropped = sum(part.dropped for part in parts)
    offered = dropped + sum(len(part.kept) for part in parts)
    return replace(
        before,
        material=made,
        offered=before.offered + offered,
        dropped=before.dropped + dropped,
    )


def _item(one: _Item, source: Telling) -> Item:
    """Choices only where there are wrong ones that are not the right one in other letters."""
    right = letters_of(one.answer)
    wrong = {letters_of(other): other for other in one.wrong if letters_of(other)}
    wrong.pop(right, None)
    choices = [one.answer, *wrong.values()][:CHOICES] if wrong else []
    random.Random(one.question).shuffle(choices)
    return Item(one.question, one.answer, tuple(choices), source)


class _Desk:
    """Where the pieces of a model are verified."""

    def __init__(self, passages: Sequence[Passage], page_text: PageText) -> None:
        self._passages = passages
        self._page_text = page_text
        self._pages: dict[str, str] = {}

    def overview(self, said: Any, before: Written) -> Written:
        """Summary, terms and questions."""
        points = self._verified(_Point, said.get("summary"), lambda one: one.text)
        terms = self._verified(_Term, said.get("terms"), lambda one: one.meaning)
        questions = self._verified(_Question, said.get("questions"), lambda one: "")
        made = replace(
            before.material,
            summary=tuple(Point(one.text, source) for one, source in points.kept),
            meanings=tuple(Meaning(one.term, one.meaning, source) for one, source in terms.kept),
            suggestions=tuple(
                Suggestion(one.question, source.passage, source.text)
                for one, source in questions.kept
            ),
        )
        return _counted(before, made, (points, terms, questions))

    def exercises(self, said: Any, before: Written) -> Written:
        """Quiz and cards."""
        items = self._verified(_Item, said.get("quiz"), lambda one: one.answer)
        cards = self._verified(_Card, said.get("cards"), lambda one: one.back)
        made = replace(
            before.material,
            quiz=tuple(_item(one, source) for one, source in items.kept),
            cards=tuple(Card(one.front, one.back, source) for one, source in cards.kept),
        )
        return _counted(before, made, (items, cards))

    def _verified(
        self, kind: type[Piece], rows: Any, says: Callable[[Piece], str]
    ) -> _Verified[Piece]:
        pieces, broken = valid(kind, rows)
        kept = []
        for piece in pieces:
            source = self._source(piece)
            if source is None or self._says_other_numbers(says(piece), source.passage):
                broken += 1
            else:
                kept.append((piece, source))
        return _Verified(tuple(kept), broken)

    def _source(self, piece: _Quoting) -> Telling | None:
        """Where the quote stands: in its passage, or in another one that was shown."""
        if len(letters_of(piece.quote)) < _SHORTEST_QUOTE:
            return None
        named = self._passages[piece.passage - 1 : piece.passage] if piece.passage > 0 else []
        for passage in (*named, *self._passages):
            span = find_quote(piece.quote, passage.text)
            if span and find_quote(piece.quote, self._page(passage)):
                return Telling(passage, *span)
        return None

    def _page(self, passage: Passage) -> str:
        if passage.id not in self._pages:
            self._pages[passage.id] = self._page_text(passage)
        return self._pages[passage.id]

    def _says_other_numbers(self, text: str, passage: Passage) -> bool:
        compared = compare(text, [passage.text])
        return bool(compared.contradicted or compared.missing)
