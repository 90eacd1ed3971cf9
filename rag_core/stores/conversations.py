"""Conversations and preferences of one owner, in the same database as the documents."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from rag_core.stores import database as db
from rag_core.stores.conversation_rows import OPTIONS, SCOPE, conversation_of
from rag_core.stores.preferences import OwnedPreferences
from rag_core.stores.record import now
from rag_core.stores.turns import OwnedTurns
from rag_core.text import normalise
from rag_core.types import (
    DEFAULT_COLLECTION,
    UNDO_SECONDS,
    Conversation,
    Options,
    Removed,
    Scope,
    Turn,
    Usage,
)

_AROUND = 40  # characters of a snippet before and after what was looked for


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation in which words were found; `snippet` is "" when they stand in its title."""

    conversation: Conversation
    snippet: str = ""


class Conversations(OwnedTurns, OwnedPreferences):
    """What one owner asked and was told. Somebody else's conversation does not exist here."""

    def all(self, limit: int | None = None) -> tuple[Conversation, ...]:
        """Conversations: those that are pinned first, then the one that was used last."""
        table = db.conversations
        query = (
            self._gate.select(table)
            .where(table.c.deleted_at.is_(None))
            .order_by(table.c.pinned.desc(), table.c.moved.desc(), table.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(conversation_of(row) for row in connection.execute(query))

    def search(self, words: str, limit: int = 50) -> tuple[Found, ...]:
        """Conversations whose title, questions or answers hold these words as they stand, in the
        order of `all`; letters A to Z in either case."""
        wanted = normalise(words).strip()
        if not wanted:
            return tuple(Found(one) for one in self.all(limit))
        said, table = db.said, db.conversations
        inside = self._gate.select(said, said.c.conversation_id).where(
            said.c.text.icontains(wanted, autoescape=True)
        )
        query = (
            self._gate.select(table)
            .where(
                table.c.deleted_at.is_(None),
                table.c.title.icontains(wanted, autoescape=True) | table.c.id.in_(inside),
            )
            .order_by(table.c.pinned.desc(), table.c.moved.desc(), table.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = [conversation_of(row) for row in connection.execute(query)]
            return tuple(Found(one, self._snippet(connection, one, wanted)) for one in rows)

    def _snippet(self, connection: sa.Connection, one: Conversation, wanted: str) -> str:
        if wanted.lower() in one.title.lower():
            return ""
        said = db.said
        query = (
            self._gate.select(said, said.c.text)
            .where(said.c.conversation_id == one.id, said.c.text.icontains(wanted, autoescape=True))
            .order_by(said.c.turn_id)
            .limit(1)
        )
        text = " ".join((connection.execute(query).scalar_one_or_none() or "").split())
        at = max(0, text.lower().find(wanted.lower()))
        start, end = max(0, at - _AROUND), at + len(wanted) + _AROUND
        before, after = "…" if start else "", "…" if end < len(text) else ""
        return f"{before}{text[start:end]}{after}"

    def get(self, conversation_id: str) -> Conversation:
        """One conversation; raises NotFound."""
        with self._database.reading() as connection:
            return conversation_of(self._row(connection, conversation_id))

    def start(self, title: str, collection: str = DEFAULT_COLLECTION) -> Conversation:
        """A new, empty conversation."""
        self.purge_deleted()
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
        self._alter(conversation_id, {"title": title})

    def pin(self, conversation_id: str, pinned: bool = True) -> None:
        """Keep a conversation at the top of the list, or no longer; raises NotFound."""
        self._alter(conversation_id, {"pinned": int(pinned)})

    def exclude(self, conversation_id: str, document_ids: Iterable[str]) -> None:
        """Remember which documents are ticked out of a conversation; raises NotFound."""
        self._alter(conversation_id, {"excluded": json.dumps(sorted(document_ids))})

    def ask_with(self, conversation_id: str, options: Options) -> None:
        """Remember how the model of a conversation is asked; raises NotFound."""
        self._alter(conversation_id, {"options": OPTIONS.dump_json(options).decode()})

    def used(self, conversation_id: str) -> Usage:
        """All tokens and dollars of the turns that are shown, dollars None where one has none;
        raises NotFound."""
        self.get(conversation_id)
        usages = [one.answer.usage for one in self.turns(conversation_id) if one.answer.usage]
        dollars = [one.dollars for one in usages]
        return Usage(
            sum(one.input_tokens for one in usages),
            sum(one.output_tokens for one in usages),
            all(one.reported for one in usages),
            dollars=None if None in dollars else sum(one for one in dollars if one is not None),
        )

    def search_in(self, conversation_id: str, collection: str) -> None:
        """Search another collection from now on, and all of it; raises NotFound."""
        values = {"collection": collection, "excluded": "[]", "scope": "{}"}
        self._alter(conversation_id, values)

    def narrow(self, conversation_id: str, scope: Scope) -> None:
        """Search only what is in this scope from now on; raises NotFound."""
        self._alter(conversation_id, {"scope": SCOPE.dump_json(scope).decode()})

    def delete(self, conversation_id: str) -> None:
        """Take a conversation away; it can be undone for UNDO_SECONDS. Raises NotFound."""
        self.purge_deleted()
        self._alter(conversation_id, {"deleted_at": now()})

    def deleted(self, within: float = UNDO_SECONDS) -> tuple[Removed, ...]:
        """Conversations that were deleted less than so many seconds ago, the earliest first."""
        since = datetime.now(UTC) - timedelta(seconds=within)
        table = db.conversations
        query = (
            self._gate.select(table, table.c.id, table.c.title, table.c.deleted_at)
            .where(table.c.deleted_at > since.isoformat(timespec="microseconds"))
            .order_by(table.c.deleted_at)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        left = [datetime.fromisoformat(row.deleted_at) - since for row in rows]
        return tuple(
            Removed("conversation", row.id, row.title, seconds.total_seconds())
            for row, seconds in zip(rows, left, strict=True)
        )

    def undo_delete(self, conversation_id: str) -> None:
        """Put a deleted conversation back; raises NotFound when the time to undo is over."""
        self._alter(conversation_id, {"deleted_at": None}, deleted=True)

    def purge_deleted(self, older_than: float = UNDO_SECONDS) -> None:
        """Delete for good what was deleted more than so many seconds ago."""
        before = (datetime.now(UTC) - timedelta(seconds=older_than)).isoformat()
        table = db.conversations
        query = self._gate.select(table, table.c.id).where(table.c.deleted_at <= before)
        with self._database.writing() as connection:
            for conversation_id in connection.execute(query).scalars().all():
                for part in (db.feedback, db.said, db.turns):
                    connection.execute(
                        self._gate.delete(part).where(part.c.conversation_id == conversation_id)
                    )
                connection.execute(self._gate.delete(table).where(table.c.id == conversation_id))

    def judged(self) -> tuple[tuple[Conversation, Turn], ...]:
        """Every answer that has feedback, oldest first, with its conversation."""
        table = db.feedback
        query = self._gate.select(table, table.c.turn_id, table.c.conversation_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.turn_id)).all()
            known = {one.id: one for one in self.all()}
            kept = [row for row in rows if row.conversation_id in known]
            turns = self._fetch(connection, [row.turn_id for row in kept], {})
        return tuple(
            (known[row.conversation_id], turn) for row, turn in zip(kept, turns, strict=True)
        )
