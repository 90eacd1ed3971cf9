"""Question sets of one owner, and what came of asking them, in the same database as the rest."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from rag_core.errors import NotFound
from rag_core.gold import GoldQuestion
from rag_core.spreadsheet import as_csv
from rag_core.stores import database as db
from rag_core.stores.record import now


@dataclass(frozen=True, slots=True)
class QuestionList:
    """Questions with the places that answer them, under a name."""

    id: str
    name: str
    questions: tuple[GoldQuestion, ...]
    made_at: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a run. `rank` of the first passage on a right page, None when none was
    found; `answered` whether an answer was given; `right` whether it is the expected one;
    `valid` the share of its citations that could be checked; `seconds` of the search, and
    `answer_seconds` of the answer to what was found. `scores` are the measures of this question
    alone, those that count for it; {} of runs of earlier versions."""

    question: str
    rank: int | None
    answered: bool
    right: bool
    valid: float
    seconds: float
    answer_seconds: float = 0.0
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run of a question set: with which settings, its measures, and each question. Runs that were
    asked in one go follow each other."""

    id: str
    set_id: str
    settings: dict[str, str]
    measures: dict[str, float]
    asked: tuple[Asked, ...]
    made_at: str = ""


_QUESTIONS = TypeAdapter(tuple[GoldQuestion, ...])
_RUN = TypeAdapter(Evaluation)


class Evaluations:
    """What one owner measured. Somebody else's does not exist here."""

    def __init__(self, database: db.Database, owner: str) -> None:
        self._database = database
        self._gate = db.Gate(owner)

    def sets(self) -> tuple[QuestionList, ...]:
        """All question sets, newest first."""
        table = db.question_sets
        query = self._gate.select(table).order_by(table.c.made_at.desc(), table.c.id)
        with self._database.reading() as connection:
            return tuple(_set(row) for row in connection.execute(query))

    def keep_set(self, name: str, questions: Sequence[GoldQuestion], set_id: str = "") -> str:
        """Keep a question set, in the place of `set_id` where one is given; its id."""
        row: dict[str, Any] = {
            "id": set_id or secrets.token_urlsafe(9),
            "name": name,
            "questions": _QUESTIONS.dump_json(tuple(questions)).decode(),
            "made_at": now(),
        }
        table = db.question_sets
        with self._database.writing() as connection:
            connection.execute(self._gate.delete(table).where(table.c.id == row["id"]))
            connection.execute(self._gate.insert(table), self._gate.rows([row]))
        return str(row["id"])

    def delete_set(self, set_id: str) -> None:
        """Delete a question set with its runs; raises NotFound."""
        sets, runs = db.question_sets, db.evaluations
        with self._database.writing() as connection:
            gone = connection.execute(self._gate.delete(sets).where(sets.c.id == set_id))
            if not gone.rowcount:
                raise NotFound(what="question set")
            connection.execute(self._gate.delete(runs).where(runs.c.set_id == set_id))

    def runs(self, set_id: str) -> tuple[Evaluation, ...]:
        """The runs of a question set, newest first."""
        table = db.evaluations
        query = self._gate.select(table, table.c.run).where(table.c.set_id == set_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.made_at.desc(), table.c.id))
            return tuple(_RUN.validate_json(row.run) for row in rows)

    def keep_run(self, run: Evaluation) -> None:
        """Keep a run."""
        row = {
            "id": run.id,
            "set_id": run.set_id,
            "run": _RUN.dump_json(run).decode(),
            "made_at": run.made_at or now(),
        }
        with self._database.writing() as connection:
            connection.execute(self._gate.insert(db.evaluations), self._gate.rows([row]))


def as_lines(questions: Sequence[GoldQuestion]) -> str:
    """A question set in our gold-page format, one JSON object a line."""
    lines = []
    for one in questions:
        pages = [
            {"doc": document, "page": page, "quote": quote}
            for places, quote in zip(one.evidence, (*one.quotes, *[""] * 99), strict=False)
            for document, page in sorted(places, key=str)[:1]
        ]
        row = {
            "question": one.question,
            "answer": one.answer or None,
            "answerable": one.answerable,
            "kind": one.kind,
            "lang": one.language,
            "evidence": pages,
        }
        lines.append(json.dumps(row, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def as_table(run: Evaluation) -> bytes:
    """A run as CSV for a spreadsheet, a question a row, with every measure that some question has;
    an empty cell where a measure does not count for a question."""
    names = list(dict.fromkeys(name for one in run.asked for name in one.scores))
    header = ("question", "rank", "answered", "right", "search_seconds", "answer_seconds", *names)
    rows = (
        (
            one.question,
            one.rank,
            one.answered,
            one.right,
            round(one.seconds, 6),
            round(one.answer_seconds, 6),
            *(one.scores.get(name) for name in names),
        )
        for one in run.asked
    )
    return as_csv(header, rows)


def _set(row: Any) -> QuestionList:
    return QuestionList(row.id, row.name, _QUESTIONS.validate_json(row.questions), row.made_at)
