"""The collections of one owner by their names, and which documents stand in them with which tags.

Documents and conversations name a collection by its id, which never changes. A collection that
documents were put into by id alone (the command line does) goes by that id until it is named.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.forgetting import forget
from rag_core.stores.owned import Owned
from rag_core.stores.preferences import INSTRUCTIONS
from rag_core.types import DEFAULT_COLLECTION, Collection, DocumentState, Removed

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
FOR_GOOD = 1
"""In the place of the time of removal (in microseconds since 1970): it cannot come back."""


class NamedCollections(Owned):
    """What one owner may see and change of them."""

    def all(self) -> tuple[Collection, ...]:
        """Every collection, also an empty one; the default first, then by name."""
        with self._database.reading() as connection:
            return self._all(connection)

    def add(self, name: str) -> Collection:
        """A collection of this name, made when there is none."""
        table = db.collections
        with self._database.writing() as connection:
            known = self._all(connection)
            if same := next((one for one in known if one.name == name), None):
                return same
            taken = {one.id for one in known}
            taken |= {row.id for row in connection.execute(self._gate.select(table))}
            id_ = name
            while id_ in taken:
                id_ += "+"
            self._keep(connection, id_, name)
        return Collection(id_, name)

    def rename(self, collection: str, name: str) -> None:
        """Give a collection another name; raises NotFound."""
        with self._database.writing() as connection:
            if collection not in {one.id for one in self._all(connection)}:
                raise NotFound(what="collection")
            self._keep(connection, collection, name)

    def remove(self, collection: str) -> None:
        """Take a collection away. Its READY documents are REMOVED with it; what is on its way into
        it is forgotten. Nothing happens when there is none."""
        table = db.documents
        with self._database.writing() as connection:
            names = {one.id: one.name for one in self._all(connection)}
            if collection not in names:
                return
            moment = _microseconds(datetime.now(UTC))
            forget(connection, self._gate, self._unfinished(collection))
            connection.execute(
                self._gate.update(table)
                .where(table.c.collection == collection, table.c.state == DocumentState.READY)
                .values(state=DocumentState.REMOVED, removed_at=_written(moment))
            )
            self._keep(connection, collection, names[collection], moment)

    def undo_remove(self, collection: str) -> str:
        """Put a removed collection back with the documents that went along; its name, which is
        another where somebody took its own. Of one that is there again already: what can still
        come back. Raises NotFound when it is too late."""
        table, documents = db.collections, db.documents
        with self._database.writing() as connection:
            query = self._gate.select(table).where(table.c.id == collection)
            row = connection.execute(query).first()
            if row is None or row.removed == FOR_GOOD:
                raise NotFound(what="collection")
            went = [documents.c.removed_at == _written(row.removed)] if row.removed else []
            connection.execute(
                self._gate.update(documents)
                .where(documents.c.collection == collection, *went)
                .where(documents.c.state == DocumentState.REMOVED)
                .values(state=DocumentState.READY, removed_at=None)
            )
            return self.reopen(connection, collection)

    def removed(self, within: float) -> tuple[Removed, ...]:
        """What was taken away less than so many seconds ago and can come back, the earliest first:
        collections, each with the documents that went along, and documents by themselves."""
        since = max(FOR_GOOD, _microseconds(datetime.now(UTC) - timedelta(seconds=within)))
        with self._database.reading() as connection:
            rows = {row.id: row for row in connection.execute(self._gate.select(db.collections))}
            groups = connection.execute(self._removed_at_once(since)).all()
        whole = {
            row.id: Removed("collection", row.id, row.name, (row.removed - since) / 1e6)
            for row in rows.values()
            if row.removed > since
        }
        alone = []
        for group in groups:
            row = rows.get(group.collection)
            moment = _microseconds(datetime.fromisoformat(group.removed_at))
            seconds = (moment - since) / 1e6
            if group.held == 1 and not (row and row.removed == moment):
                alone.append(Removed("document", group.id, group.name, seconds))
            elif row and row.removed in {moment, 0}:  # 0: there again, and these are not
                count = group.held + (whole[row.id].documents if row.id in whole else 0)
                whole[row.id] = Removed("collection", row.id, row.name, seconds, count)
        return tuple(sorted([*whole.values(), *alone], key=lambda one: one.seconds))

    def _removed_at_once(self, since: int) -> sa.Select[Any]:
        """REMOVED documents, a row for those of a collection that went in the same moment."""
        table = db.documents
        columns = (
            table.c.collection,
            table.c.removed_at,
            sa.func.count().label("held"),
            sa.func.min(table.c.id).label("id"),
            sa.func.min(table.c.name).label("name"),
        )
        return (
            self._gate.select(table, *columns)
            .where(table.c.state == DocumentState.REMOVED, table.c.removed_at > _written(since))
            .group_by(table.c.collection, table.c.removed_at)
            .order_by(table.c.removed_at)
        )

    def put_back(self, document_id: str) -> None:
        """Make a REMOVED document READY, and its collection one that is there; raises NotFound."""
        table = db.documents
        here = (table.c.id == document_id, table.c.state == DocumentState.REMOVED)
        with self._database.writing() as connection:
            query = self._gate.select(table, table.c.collection).where(*here)
            collection = connection.execute(query).scalar_one_or_none()
            if collection is None:
                raise NotFound(what="document")
            values = {"state": DocumentState.READY, "removed_at": None}
            connection.execute(self._gate.update(table).where(*here).values(**values))
            self.reopen(connection, collection)

    def reopen(self, connection: sa.Connection, collection: str) -> str:
        """Let a removed collection be there again, under a name that is free; its name. Nothing
        changes for any other."""
        table = db.collections
        query = self._gate.select(table).where(table.c.id == collection)
        row = connection.execute(query).first()
        if row is None or not row.removed:
            return row.name if row else collection
        taken = {one.name for one in self._all(connection) if one.id != collection}
        numbered = (f"{row.name} ({number})" for number in itertools.count(2))
        name = next(one for one in itertools.chain([row.name], numbered) if one not in taken)
        self._keep(connection, collection, name)
        return name

    def purge(self, before: datetime) -> None:
        """Let no collection come back that was removed before that moment."""
        table = db.collections
        late = table.c.removed.between(FOR_GOOD + 1, _microseconds(before))
        with self._database.reading() as connection:
            if connection.execute(self._gate.select(table).where(late)).first() is None:
                return
        with self._database.writing() as connection:
            connection.execute(self._gate.update(table).where(late).values(removed=FOR_GOOD))

    def forget_instructions(self) -> None:
        """Delete what the model was told about collections that cannot come back, once no document
        of theirs is left."""
        table, documents, kept = db.collections, db.documents, db.preferences
        left = self._gate.select(documents, documents.c.id).where(
            documents.c.collection == table.c.id
        )
        names = self._gate.select(table, sa.literal(INSTRUCTIONS) + table.c.id).where(
            table.c.removed == FOR_GOOD, ~left.exists()
        )
        with self._database.reading() as connection:
            query = self._gate.select(kept, kept.c.name).where(kept.c.name.in_(names))
            if connection.execute(query).first() is None:
                return
        with self._database.writing() as connection:
            connection.execute(self._gate.delete(kept).where(kept.c.name.in_(names)))

    def _unfinished(self, collection: str) -> sa.Select[Any]:
        table = db.documents
        states = (DocumentState.READING, DocumentState.INDEXING)
        return self._gate.select(table, table.c.id).where(
            table.c.collection == collection, table.c.state.in_(states)
        )

    def _keep(self, connection: sa.Connection, id_: str, name: str, removed: int = 0) -> None:
        table = db.collections
        connection.execute(self._gate.delete(table).where(table.c.id == id_))
        self._insert(connection, table, [{"id": id_, "name": name, "removed": removed}])

    def move(self, document_ids: Sequence[str], collection: str) -> None:
        """Put READY documents into a collection, where they are INDEXING, all or none; raises
        NotFound. SQLite takes 32,000 of them at once."""
        table = db.documents
        with self._database.writing() as connection:
            moved = connection.execute(
                self._gate.update(table)
                .where(table.c.id.in_(document_ids), table.c.state == DocumentState.READY)
                .values(collection=collection, state=DocumentState.INDEXING)
            )
            if moved.rowcount != len(set(document_ids)):
                raise NotFound(what="document")
            self.reopen(connection, collection)

    def tag(self, document_id: str, tags: Iterable[str]) -> None:
        """Replace the tags of a document; raises NotFound."""
        kept = json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False)
        with self._database.writing() as connection:
            self._change(connection, document_id, {"tags": kept})

    def _all(self, connection: sa.Connection) -> tuple[Collection, ...]:
        table, documents = db.collections, db.documents
        rows = list(connection.execute(self._gate.select(table)))
        query = (
            self._gate.select(documents, documents.c.collection, sa.func.count().label("held"))
            .where(documents.c.state == DocumentState.READY)
            .group_by(documents.c.collection)
        )
        held = {row.collection: int(row.held) for row in connection.execute(query)}
        names = {one: one for one in held}
        names |= {row.id: row.name for row in rows if not row.removed or row.id in held}
        names[DEFAULT_COLLECTION] = ""
        found = [Collection(id_, name, held.get(id_, 0)) for id_, name in names.items()]
        return tuple(sorted(found, key=lambda one: (one.id != DEFAULT_COLLECTION, one.name)))


def _microseconds(moment: datetime) -> int:
    return (moment - _BEGINNING) // timedelta(microseconds=1)


def _written(microseconds: int) -> str:
    """A moment as `removed_at` of documents has it."""
    moment = _BEGINNING + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="microseconds")
