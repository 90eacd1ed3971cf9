"""The rows of conversations and their turns, and the values that they stand for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.owned import Owned
from rag_core.types import Answer, Conversation, Feedback, Options, Scope, Turn

ANSWER = TypeAdapter(Answer)
OPTIONS = TypeAdapter(Options)
SCOPE = TypeAdapter(Scope)


class ConversationRows(Owned):
    """What one owner asked and was told, row by row."""

    def __init__(self, database: db.Database, owner: str) -> None:
        super().__init__(database, db.Gate(owner))

    def _row(self, connection: sa.Connection, conversation_id: str, missing_is: Any = ...) -> Any:
        """The row of a conversation that is not deleted; raises NotFound unless told otherwise."""
        table = db.conversations
        query = self._gate.select(table).where(
            table.c.id == conversation_id, table.c.deleted_at.is_(None)
        )
        row = connection.execute(query).first()
        if row is None and missing_is is ...:
            raise NotFound(what="conversation")
        return row

    def _parents(self, connection: sa.Connection, conversation_id: str) -> dict[int, int | None]:
        """Each turn's parent, oldest turn first."""
        table = db.turns
        query = self._gate.select(table, table.c.id, table.c.parent).where(
            table.c.conversation_id == conversation_id
        )
        return {row.id: row.parent for row in connection.execute(query.order_by(table.c.id))}

    def _fetch(
        self, connection: sa.Connection, ids: Sequence[int], parents: Mapping[int, int | None]
    ) -> tuple[Turn, ...]:
        """Turns by id, in that order."""
        versions: dict[int | None, list[int]] = {}
        for one, parent in parents.items():
            versions.setdefault(parent, []).append(one)
        turns, feedback = db.turns, db.feedback
        found: dict[int, Turn] = {}
        for at in range(0, len(ids), db.IDS_AT_ONCE):
            query = (
                self._gate.select(turns, *turns.c, feedback.c.helpful, feedback.c.reason)
                .outerjoin(feedback, feedback.c.turn_id == turns.c.id)
                .where(turns.c.id.in_(ids[at : at + db.IDS_AT_ONCE]))
            )
            for row in connection.execute(query):
                found[row.id] = turn_of(row, versions.get(row.parent, [row.id]))
        return tuple(found[one] for one in ids)

    def _added(self, connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> int:
        kept = connection.execute(self._gate.insert(table).values(**self._gate.rows([row])[0]))
        key = kept.inserted_primary_key
        assert key is not None
        return int(key[0])

    def _alter(
        self, conversation_id: str, values: dict[str, Any], *, deleted: bool = False
    ) -> None:
        with self._database.writing() as connection:
            self._set(connection, conversation_id, values, deleted=deleted)

    def _set(
        self,
        connection: sa.Connection,
        conversation_id: str,
        values: dict[str, Any],
        *,
        deleted: bool = False,
    ) -> None:
        table = db.conversations
        here = sa.true() if deleted else table.c.deleted_at.is_(None)
        changed = connection.execute(
            self._gate.update(table).where(table.c.id == conversation_id, here).values(**values)
        )
        if not changed.rowcount:
            raise NotFound(what="conversation")

    def _next_place(self, connection: Any) -> int:
        table = db.conversations
        newest = self._gate.select(table, table.c.moved).order_by(table.c.moved.desc()).limit(1)
        return (connection.execute(newest).scalar_one_or_none() or 0) + 1


def path_to(parents: Mapping[int, int | None], leaf: int | None) -> list[int]:
    """The turns from the first one to `leaf`."""
    path: list[int] = []
    while leaf is not None and leaf in parents:
        path.append(leaf)
        leaf = parents[leaf]
    return path[::-1]


def conversation_of(row: Any) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        collection=row.collection,
        excluded=frozenset(json.loads(row.excluded)),
        created_at=row.created_at,
        pinned=bool(row.pinned),
        options=OPTIONS.validate_json(row.options),
        scope=SCOPE.validate_json(row.scope),
    )


def turn_of(row: Any, versions: Sequence[int]) -> Turn:
    return Turn(
        id=row.id,
        question=row.question,
        answer=ANSWER.validate_json(row.answer),
        asked_at=row.asked_at,
        parent=row.parent,
        versions=tuple(versions),
        feedback=None if row.helpful is None else Feedback(bool(row.helpful), row.reason),
    )
