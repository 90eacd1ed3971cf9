"""The record of documents: bytes, pages, passages, vectors. The truth that the caches follow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.collections import FOR_GOOD, NamedCollections
from rag_core.stores.forgetting import forget
from rag_core.stores.passages import OwnedPassages
from rag_core.stores.readings import OwnedReadings
from rag_core.stores.values import document_of
from rag_core.types import DEFAULT_COLLECTION, Document, DocumentState, Upload

WAITING_CODES = ("unread_pages", "suspect_pages")
"""Warnings of documents with pages that wait to be read by OCR; a number follows each."""
STOPPED_CODE = "ocr_stopped"
"""Warning of a document whose pages wait no longer: its reader stopped that."""


def now() -> str:
    """This moment in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A document that a stopped process left behind, and whose it is."""

    owner: str
    document_id: str
    state: DocumentState


class Record:
    """All owners' documents. It hands out `OwnedRecord`; itself it only answers for upkeep."""

    def __init__(self, database: db.Database) -> None:
        self._database = database

    def of(self, owner: str) -> OwnedRecord:
        """The record as one owner may see and change it."""
        return OwnedRecord(self._database, db.Gate(owner))

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Documents that are neither ready nor removed, oldest first."""
        table = db.documents
        states = (DocumentState.READING, DocumentState.INDEXING)
        query = (
            sa.select(table.c.owner, table.c.id, table.c.state)
            .where(table.c.state.in_(states))
            .order_by(table.c.added_at)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(Unfinished(row.owner, row.id, DocumentState(row.state)) for row in rows)

    def removing(self) -> tuple[str, ...]:
        """The owners of what was removed and could still come back."""
        documents, collections, conversations = db.documents, db.collections, db.conversations
        queries = (
            sa.select(documents.c.owner).where(documents.c.state == DocumentState.REMOVED),
            sa.select(collections.c.owner).where(collections.c.removed > FOR_GOOD),
            sa.select(conversations.c.owner).where(conversations.c.deleted_at.is_not(None)),
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(sa.union(*queries)).scalars())

    def stale(self) -> tuple[tuple[str, str], ...]:
        """(owner, document id) of what `keep_rereading` changed without `settle` following."""
        return self._whose(db.documents.c.fingerprint == "")

    def waiting(self) -> tuple[tuple[str, str], ...]:
        """(owner, document id) of what has pages that wait to be read by OCR, oldest first."""
        told = db.documents.c.warnings
        unread = [told.contains(f'"{code}:') for code in WAITING_CODES]
        return self._whose(sa.or_(*unread) & ~told.contains(f'"{STOPPED_CODE}"'))

    def _whose(self, which: sa.ColumnElement[bool]) -> tuple[tuple[str, str], ...]:
        table = db.documents
        query = (
            sa.select(table.c.owner, table.c.id)
            .where(table.c.state == DocumentState.READY, which)
            .order_by(table.c.added_at)
        )
        with self._database.reading() as connection:
            return tuple((row.owner, row.id) for row in connection.execute(query))

    def shelves(
        self, states: Sequence[DocumentState] = (DocumentState.READY,)
    ) -> tuple[tuple[str, str], ...]:
        """Every (owner, collection) that holds a document in one of these states."""
        table = db.documents
        query = (
            sa.select(table.c.owner, table.c.collection).where(table.c.state.in_(states)).distinct()
        )
        with self._database.reading() as connection:
            return tuple((row.owner, row.collection) for row in connection.execute(query))


class OwnedRecord(OwnedReadings, OwnedPassages):
    """The documents of one owner, with what was read and cut of them. What belongs to somebody
    else does not exist here."""

    @property
    def named(self) -> NamedCollections:
        """The owner's collections, and which documents are in them."""
        return NamedCollections(self._database, self._gate)

    def documents(
        self,
        collection: str | None = DEFAULT_COLLECTION,
        states: Sequence[DocumentState] = (DocumentState.READY,),
    ) -> tuple[Document, ...]:
        """Documents in order of arrival; `collection=None` means all collections."""
        table = db.documents
        query = self._gate.select(table).where(table.c.state.in_(states))
        if collection is not None:
            query = query.where(table.c.collection == collection)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.added_at, table.c.id))
            return tuple(document_of(row) for row in rows)

    def find(self, document_id: str) -> Document | None:
        """The document in whatever state, or None."""
        table = db.documents
        with self._database.reading() as connection:
            row = connection.execute(
                self._gate.select(table).where(table.c.id == document_id)
            ).first()
        return document_of(row) if row else None

    def same(self, collection: str, sha256: str) -> Document | None:
        """The document of these bytes in a collection, in whatever state, or None."""
        table = db.documents
        query = self._gate.select(table).where(
            table.c.collection == collection, table.c.sha256 == sha256
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return document_of(row) if row else None

    def document(self, document_id: str) -> Document:
        """The document in whatever state; raises NotFound."""
        found = self.find(document_id)
        if found is None:
            raise NotFound(what="document")
        return found

    def receive(self, upload: Upload, name: str, collection: str) -> Document:
        """Store the bytes. From here on a crash loses nothing: the rest can be done again."""
        sha256 = upload.sha256
        id_ = Document.identify(self.owner, collection, sha256)
        if there := self.find(id_):
            if there.collection == collection:
                return there
            # The same bytes came here before and have been moved elsewhere.
            id_ = Document.identify(self.owner, f"{collection}\0{now()}", sha256)
        document = Document(
            id=id_,
            name=name,
            collection=collection,
            sha256=sha256,
            size=len(upload.data),
            state=DocumentState.READING,
            added_at=now(),
        )
        row = {
            "id": document.id,
            "collection": collection,
            "name": name,
            "sha256": sha256,
            "size": document.size,
            "state": document.state,
            "added_at": document.added_at,
        }
        bytes_row = {"document_id": document.id, "data": upload.data}
        with self._database.writing() as connection:
            self.named.reopen(connection, collection)
            connection.execute(
                self._gate.insert(db.documents).prefix_with("OR IGNORE"), self._gate.rows([row])
            )
            connection.execute(
                self._gate.insert(db.files).prefix_with("OR IGNORE"), self._gate.rows([bytes_row])
            )
        return document

    def warn(self, document_id: str, warnings: Sequence[str]) -> None:
        """Replace what is said about a document; raises NotFound."""
        with self._database.writing() as connection:
            self._change(connection, document_id, {"warnings": json.dumps(warnings)})

    def set_state(self, ids: Iterable[str], state: DocumentState) -> None:
        """Move documents on, all or none; raises NotFound."""
        removed_at = now() if state is DocumentState.REMOVED else None
        with self._database.writing() as connection:
            for document_id in ids:
                self._change(connection, document_id, {"state": state, "removed_at": removed_at})

    def removed_before(self, moment: datetime) -> tuple[Document, ...]:
        """Documents that were REMOVED before that moment, in whatever collection."""
        table = db.documents
        written = moment.astimezone(UTC).isoformat(timespec="microseconds")
        query = self._gate.select(table).where(
            table.c.state == DocumentState.REMOVED, table.c.removed_at <= written
        )
        with self._database.reading() as connection:
            return tuple(document_of(row) for row in connection.execute(query))

    def rename(self, document_id: str, name: str) -> None:
        """Give a document another name; raises NotFound."""
        with self._database.writing() as connection:
            self._change(connection, document_id, {"name": name})

    def forget(self, *document_ids: str) -> None:
        """Delete documents and all that came of them; nothing happens to what is not there."""
        with self._database.writing() as connection:
            forget(connection, self._gate, document_ids)

    def file(self, document_id: str) -> bytes:
        """The bytes as they were uploaded; raises NotFound."""
        table = db.files
        query = self._gate.select(table, table.c.data).where(table.c.document_id == document_id)
        with self._database.reading() as connection:
            data = connection.execute(query).scalar_one_or_none()
        if data is None:
            raise NotFound(what="document")
        return bytes(data)
