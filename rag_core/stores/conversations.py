"""Conversations and preferences of one owner, in the same database as the documents.

Turns form a tree: asking again, or editing a question, adds a version beside the earlier one and
loses nothing. A conversation remembers the last turn that is shown, its leaf; what is read is the
way from the first turn to it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.record import now
from rag_core.text import normalise
from rag_core.types import (
    DEFAULT_COLLECTION,
    UNDO_SECONDS,
    Answer,
    Conversation,
    Feedback,
    Options,
    Scope,
    Turn,
    Usage,
)

_ANSWER = TypeAdapter(Answer)
_OPTIONS = TypeAdapter(Options)
_SCOPE = TypeAdapter(Scope)
_AROUND = 40  # characters of a snippet before and after what was looked for
_IDS_AT_ONCE = 500  # below SQLite's limit of variables in one statement


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation in which words were found; `snippet` is "" when they stand in its title."""

    conversation: Conversation
    snippet: str = ""


class Conversations:
    """What one owner asked and was told. Somebody else's conversation does not exist here."""

    def __init__(self, database: db.Database, owner: str) -> None:
        self._database = database
        self._gate = db.Gate(owner)

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
            return tuple(_conversation(row) for row in connection.execute(query))

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
            rows = [_conversation(row) for row in connection.execute(query)]
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
            return _conversation(self._row(connection, conversation_id))

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
        self._change(conversation_id, {"title": title})

    def pin(self, conversation_id: str, pinned: bool = True) -> None:
        """Keep a conversation at the top of the list, or no longer; raises NotFound."""
        self._change(conversation_id, {"pinned": int(pinned)})

    def exclude(self, conversation_id: str, document_ids: Iterable[str]) -> None:
        """Remember which documents are ticked out of a conversation; raises NotFound."""
        self._change(conversation_id, {"excluded": json.dumps(sorted(document_ids))})

    def ask_with(self, conversation_id: str, options: Options) -> None:
        """Remember how the model of a conversation is asked; raises NotFound."""
        self._change(conversation_id, {"options": _OPTIONS.dump_json(options).decode()})

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
        self._change(conversation_id, values)

    def narrow(self, conversation_id: str, scope: Scope) -> None:
        """Search only what is in this scope from now on; raises NotFound."""
        self._change(conversation_id, {"scope": _SCOPE.dump_json(scope).decode()})

    def delete(self, conversation_id: str) -> None:
        """Take a conversation away; it can be undone for UNDO_SECONDS. Raises NotFound."""
        self.purge_deleted()
        self._change(conversation_id, {"deleted_at": now()})

    def undo_delete(self, conversation_id: str) -> None:
        """Put a deleted conversation back; raises NotFound when the time to undo is over."""
        self._change(conversation_id, {"deleted_at": None}, deleted=True)

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

    def turns(self, conversation_id: str, last: int | None = None) -> tuple[Turn, ...]:
        """The turns that are shown, oldest first; the `last` few of them where that is given."""
        with self._database.reading() as connection:
            row = self._row(connection, conversation_id, missing_is=None)
            if row is None:
                return ()
            parents = self._parents(connection, conversation_id)
            path = _path(parents, row.leaf)
            return self._fetch(connection, path[-last:] if last else path, parents)

    def turns_before(
        self, conversation_id: str, turn_id: int, last: int | None = None
    ) -> tuple[Turn, ...]:
        """The turns that lead to a turn, oldest first, without it; () when it is not there."""
        with self._database.reading() as connection:
            parents = self._parents(connection, conversation_id)
            path = _path(parents, parents.get(turn_id))
            return self._fetch(connection, path[-last:] if last else path, parents)

    def all_turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """Every version of every turn, in the order in which they were asked."""
        with self._database.reading() as connection:
            parents = self._parents(connection, conversation_id)
            return self._fetch(connection, sorted(parents), parents)

    def length(self, conversation_id: str) -> int:
        """How many turns are shown."""
        with self._database.reading() as connection:
            row = self._row(connection, conversation_id, missing_is=None)
            parents = self._parents(connection, conversation_id)
            return len(_path(parents, row.leaf)) if row is not None else 0

    def append(
        self, conversation_id: str, question: str, answer: Answer, beside: int | None = None
    ) -> Turn:
        """Keep a turn behind the last one that is shown, or as a version of the turn `beside`;
        it is the last one shown from now on. Moves its conversation to the top.

        Raises NotFound when the conversation, or the turn `beside`, is not there.
        """
        with self._database.writing() as connection:
            leaf = self._row(connection, conversation_id).leaf
            parents = self._parents(connection, conversation_id)
            if beside is not None and beside not in parents:
                raise NotFound(what="turn")
            parent = leaf if beside is None else parents[beside]
            asked_at = now()
            row = {
                "conversation_id": conversation_id,
                "question": question,
                "answer": _ANSWER.dump_json(answer).decode(),
                "asked_at": asked_at,
                "parent": parent,
            }
            turn_id = self._insert(connection, db.turns, row)
            said = normalise(f"{question}\n{answer.text}")
            here = {"turn_id": turn_id, "conversation_id": conversation_id}
            self._insert(connection, db.said, {**here, "text": said})
            values = {"moved": self._next_place(connection), "leaf": turn_id}
            self._set(connection, conversation_id, values)
        versions = (*(one for one, of in parents.items() if of == parent), turn_id)
        return Turn(turn_id, question, answer, asked_at, parent, versions)

    def show(self, conversation_id: str, turn_id: int) -> None:
        """Show the version `turn_id` and what was last asked after it; raises NotFound."""
        with self._database.writing() as connection:
            parents = self._parents(connection, conversation_id)
            if turn_id not in parents:
                raise NotFound(what="turn")
            newest = {parent: one for one, parent in sorted(parents.items())}
            leaf = turn_id
            while leaf in newest:
                leaf = newest[leaf]
            self._set(connection, conversation_id, {"leaf": leaf})

    def judge(self, conversation_id: str, turn_id: int, feedback: Feedback | None) -> None:
        """Keep what the reader thinks of an answer; None takes it back. Raises NotFound."""
        table = db.feedback
        with self._database.writing() as connection:
            if turn_id not in self._parents(connection, conversation_id):
                raise NotFound(what="turn")
            connection.execute(self._gate.delete(table).where(table.c.turn_id == turn_id))
            if feedback is not None:
                row = {
                    "turn_id": turn_id,
                    "conversation_id": conversation_id,
                    "helpful": int(feedback.helpful),
                    "reason": feedback.reason,
                    "given_at": now(),
                }
                self._insert(connection, table, row)

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
        for at in range(0, len(ids), _IDS_AT_ONCE):
            query = (
                self._gate.select(turns, *turns.c, feedback.c.helpful, feedback.c.reason)
                .outerjoin(feedback, feedback.c.turn_id == turns.c.id)
                .where(turns.c.id.in_(ids[at : at + _IDS_AT_ONCE]))
            )
            for row in connection.execute(query):
                found[row.id] = _turn(row, versions.get(row.parent, [row.id]))
        return tuple(found[one] for one in ids)

    def _insert(self, connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> int:
        kept = connection.execute(self._gate.insert(table).values(**self._gate.rows([row])[0]))
        key = kept.inserted_primary_key
        assert key is not None
        return int(key[0])

    def _change(
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
        here = table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)
        changed = connection.execute(
            self._gate.update(table).where(table.c.id == conversation_id, here).values(**values)
        )
        if not changed.rowcount:
            raise NotFound(what="conversation")

    def _next_place(self, connection: Any) -> int:
        table = db.conversations
        newest = self._gate.select(table, table.c.moved).order_by(table.c.moved.desc()).limit(1)
        return (connection.execute(newest).scalar_one_or_none() or 0) + 1


def _path(parents: Mapping[int, int | None], leaf: int | None) -> list[int]:
    """The turns from the first one to `leaf`."""
    path: list[int] = []
    while leaf is not None and leaf in parents:
        path.append(leaf)
        leaf = parents[leaf]
    return path[::-1]


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        collection=row.collection,
        excluded=frozenset(json.loads(row.excluded)),
        created_at=row.created_at,
        pinned=bool(row.pinned),
        options=_OPTIONS.validate_json(row.options),
        scope=_SCOPE.validate_json(row.scope),
    )


def _turn(row: Any, versions: Sequence[int]) -> Turn:
    return Turn(
        id=row.id,
        question=row.question,
        answer=_ANSWER.validate_json(row.answer),
        asked_at=row.asked_at,
        parent=row.parent,
        versions=tuple(versions),
        feedback=None if row.helpful is None else Feedback(bool(row.helpful), row.reason),
    )
