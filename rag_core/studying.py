"""Study material that a language model makes: summary, terms, questions, quiz, cards.

Every piece names a passage and quotes it. What quotes words that do not stand on that page, or says
numbers that its passage has not, is dropped and counted; the rest is made of the same values as the
material without a model (study.py).
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.language_models import BaseChatModel
from pydantic import Field

from rag_core.generators import model_name
from rag_core.gist import Telling
from rag_core.instructions import EXERCISES, OVERVIEW, studying
from rag_core.quoting import Desk, PageText, Quoting, Verified, chosen
from rag_core.structured import written
from rag_core.study import CHOICES, Card, Item, Material, Meaning, Point
from rag_core.suggesting import Suggestion
from rag_core.text import language, letters_of
from rag_core.types import Hit, Passage


class _Point(Quoting):
    text: str = Field(min_length=1)


class _Term(Quoting):
    term: str = Field(min_length=1, max_length=80)
    meaning: str = Field(min_length=1)


class _Question(Quoting):
    question: str = Field(min_length=1)


class _Item(Quoting):
    question: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    wrong: list[str] = Field(default_factory=list)


class _Card(Quoting):
    front: str = Field(min_length=1)
    back: str = Field(min_length=1)


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


def _counted(before: Written, made: Material, parts: Iterable[Verified[Any]]) -> Written:
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


class _Desk(Desk):
    """Where the pieces of study material are verified."""

    def overview(self, said: Any, before: Written) -> Written:
        """Summary, terms and questions."""
        points = self.verified(_Point, said.get("summary"), lambda one: one.text)
        terms = self.verified(_Term, said.get("terms"), lambda one: one.meaning)
        questions = self.verified(_Question, said.get("questions"), lambda one: "")
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
        items = self.verified(_Item, said.get("quiz"), lambda one: one.answer)
        cards = self.verified(_Card, said.get("cards"), lambda one: one.back)
        made = replace(
            before.material,
            quiz=tuple(_item(one, source) for one, source in items.kept),
            cards=tuple(Card(one.front, one.back, source) for one, source in cards.kept),
        )
        return _counted(before, made, (items, cards))
