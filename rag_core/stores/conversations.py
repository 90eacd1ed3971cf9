"""Conversations and preferences of one owner, in the same database as the documents."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.record import now
from rag_core.types import DEFAULT_COLLECTION, Answer, Conversation, Turn

_ANSWER = TypeAdapter(Answer)


class Conversations:
    """What one owner asked and was told. Somebody else's conversation does not exist here."""

    def __init__(self, database: db.Database, owner: str) -> None:
        self._database = database
        self._gate = db.Gate(owner)

    def all(self) -> tuple[Conversation, ...]:
        """Conversations, the one that was used last first."""
        table = db.conversations
        query = self._gate.select(table).order_by(table.c.moved.desc(), table.c.id)
        with self._database.reading() as connection:
            return tuple(_conversation(row) for row in connection.execute(query))

    def get(self, conversation_id: str) -> Conversation:
        """One conversation; raises NotFound."""
        table = db.conversations
        query = self._gate.select(table).where(table.c.id == conversation_id)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(what="conversation")
        return _conversation(row)

    def start(self, title: str, collection: str = DEFAULT_COLLECTION) -> Conversation:
        """A new, empty conversation."""
        row: dict[str, Any] = {
            "id": secrets.token_urlsafe(12),
            "title": title,
            "collection": collection,
            "excluded": "[]",
            "created_at": now(),
        }
        with self._database.writing() as connection:
            row["moved"] = self._next_place(connection)
            connection.execute(self._gate.insert(db.conversations), self._gate.rows([row]))
        return self.get(row["id"])

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; raises NotFound."""
        self._change(conversation_id, {"title": title})

    def exclude(self, conversation_id: str, document_ids: Iterable[str]) -> None:
        """Remember which documents are ticked out of a conversation; raises NotFound."""
        self._change(conversation_id, {"excluded": json.dumps(sorted(document_ids))})

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its turns; nothing happens when it is not there."""
        with self._database.writing() as connection:
            for table, key in ((db.turns, "conversation_id"), (db.conversations, "id")):
                connection.execute(self._gate.delete(table).where(table.c[key] == conversation_id))

    def turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """The turns of a conversation, oldest first."""
        table = db.turns
        query = self._gate.select(table).where(table.c.conversation_id == conversation_id)
        with self._database.reading() as connection:
            return tuple(_turn(row) for row in connection.execute(query.order_by(table.c.id)))

    def append(self, conversation_id: str, question: str, answer: Answer) -> Turn:
        """Keep a turn and move its conversation to the top; raises NotFound."""
        row = {
            "conversation_id": conversation_id,
            "question": question,
            "answer": _ANSWER.dump_json(answer).decode(),
            "asked_at": now(),
        }
        table = db.conversations
        with self._database.writing() as connection:
            moved = connection.execute(
                self._gate.update(table)
                .where(table.c.id == conversation_id)
                .values(moved=self._next_place(connection))
            )
            if not moved.rowcount:
                raise NotFound(what="conversation")
            kept = connection.execute(
                self._gate.insert(db.turns).values(**self._gate.rows([row])[0])
            )
        key = kept.inserted_primary_key
        assert key is not None
        return Turn(key[0], question, answer, row["asked_at"])

    def preference(self, name: str, default: str = "") -> str:
        """A choice of this owner that outlives the session (language, model …)."""
        table = db.preferences
        query = self._gate.select(table, table.c.value).where(table.c.name == name)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none() or default

    def prefer(self, name: str, value: str) -> None:
        """Remember a choice. Never for keys or passwords: they are not stored."""
        table = db.preferences
        row = {"person": self._gate.owner, "name": name, "value": value}
        with self._database.writing() as connection:
            connection.execute(self._gate.delete(table).where(table.c.name == name))
            connection.execute(self._gate.insert(table), self._gate.rows([row]))

    def _change(self, conversation_id: str, values: dict[str, Any]) -> None:
        table = db.conversations
        with self._database.writing() as connection:
            changed = connection.execute(
                self._gate.update(table).where(table.c.id == conversation_id).values(**values)
            )
            if not changed.rowcount:
                raise NotFound(what="conversation")

    def _next_place(self, connection: Any) -> int:
        table = db.conversations
        newest = self._gate.select(table, table.c.moved).order_by(table.c.moved.desc()).limit(1)
        return (connection.execute(newest).scalar_one_or_none() or 0) + 1


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        collection=row.collection,
        excluded=frozenset(json.loads(row.excluded)),
        created_at=row.created_at,
    )


def _turn(row: Any) -> Turn:
    return Turn(row.id, row.question, _ANSWER.validate_json(row.answer), row.asked_at)
