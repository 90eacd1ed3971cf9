"""What was cut of documents, and the vectors that embeddings made of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rag_core.stores import database as db
from rag_core.stores.owned import Owned
from rag_core.stores.values import passage_of, vectors_row
from rag_core.types import DocumentState, Passage


class OwnedPassages(Owned):
    """The passages of one owner's documents, and their vectors."""

    def passages(
        self, ids: Iterable[str], collection: str | None = None
    ) -> dict[str, tuple[Passage, str]]:
        """Passages of READY documents by id, each with its document's name; `collection=None`
        means all collections."""
        wanted = list(ids)
        found: dict[str, tuple[Passage, str]] = {}
        table, documents = db.passages, db.documents
        for at in range(0, len(wanted), db.IDS_AT_ONCE):
            some = wanted[at : at + db.IDS_AT_ONCE]
            query = (
                self._gate.select(table, *table.c, documents.c.name)
                .join(documents, documents.c.id == table.c.document_id)
                .where(table.c.id.in_(some), documents.c.state == DocumentState.READY)
            )
            if collection is not None:
                query = query.where(documents.c.collection == collection)
            with self._database.reading() as connection:
                for row in connection.execute(query):
                    found[row.id] = (passage_of(row), row.name)
        return found

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """All passages of a document, in order."""
        table = db.passages
        query = self._gate.select(table).where(table.c.document_id == document_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.position))
            return tuple(passage_of(row) for row in rows)

    def embedded(self, fingerprint: str) -> frozenset[str]:
        """The documents that have vectors of that embedding."""
        table = db.vectors
        query = self._gate.select(table, table.c.document_id).where(
            table.c.fingerprint == fingerprint
        )
        with self._database.reading() as connection:
            return frozenset(row.document_id for row in connection.execute(query))

    def vectors_of(self, document_id: str, fingerprint: str) -> np.ndarray:
        """The vectors of a document by one embedding (float32, n × d), a row for each passage in
        order; no rows when that embedding has not made any."""
        table = db.vectors
        query = self._gate.select(table, table.c.dimension, table.c.data).where(
            table.c.document_id == document_id, table.c.fingerprint == fingerprint
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return np.empty((0, 0), np.float32)
        return np.frombuffer(row.data, dtype="<f4").reshape(-1, row.dimension)

    def keep_vectors(self, document_id: str, vectors: np.ndarray, fingerprint: str) -> None:
        """Store the vectors (n × d) of one more embedding beside those that are there."""
        table = db.vectors
        with self._database.writing() as connection:
            connection.execute(
                self._gate.delete(table).where(
                    table.c.document_id == document_id, table.c.fingerprint == fingerprint
                )
            )
            self._insert(connection, table, [vectors_row(document_id, vectors, fingerprint)])
