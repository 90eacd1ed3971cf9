"""The collections of one owner by their names, and which documents stand in them with which tags.

Documents and conversations name a collection by its id, which never changes. A collection that
documents were put into by id alone (the command line does) goes by that id until it is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.types import DEFAULT_COLLECTION, Collection, DocumentState


class NamedCollections:
    """What one owner may see and change of them."""

    def __init__(self, database: db.Database, gate: db.Gate) -> None:
        self._database = database
        self._gate = gate

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
        """Take a collection away; it is there again, by its name, as soon as a document is."""
        table = db.collections
        with self._database.writing() as connection:
            connection.execute(
                self._gate.update(table).where(table.c.id == collection).values(removed=1)
            )

    def _keep(self, connection: sa.Connection, id_: str, name: str) -> None:
        table = db.collections
        connection.execute(self._gate.delete(table).where(table.c.id == id_))
        row = {"id": id_, "name": name}
        connection.execute(self._gate.insert(table), self._gate.rows([row]))

    def move(self, document_id: str, collection: str) -> None:
        """Put a READY document into a collection, where it is INDEXING; raises NotFound."""
        table = db.documents
        with self._database.writing() as connection:
            moved = connection.execute(
                self._gate.update(table)
                .where(table.c.id == document_id, table.c.state == DocumentState.READY)
                .values(collection=collection, state=DocumentState.INDEXING)
            )
            if not moved.rowcount:
                raise NotFound(what="document")

    def tag(self, document_id: str, tags: Iterable[str]) -> None:
        """Replace the tags of a document; raises NotFound."""
        table = db.documents
        kept = json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False)
        with self._database.writing() as connection:
            changed = connection.execute(
                self._gate.update(table).where(table.c.id == document_id).values(tags=kept)
            )
            if not changed.rowcount:
                raise NotFound(what="document")

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
