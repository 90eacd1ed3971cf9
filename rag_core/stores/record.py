"""The record of documents: bytes, pages, passages, vectors. The truth that the caches follow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag_core.errors import NotFound
from rag_core.stores import database as db
from rag_core.stores.collections import NamedCollections
from rag_core.stores.forgetting import forget, forget_passages, forget_reading
from rag_core.types import (
    DEFAULT_COLLECTION,
    Document,
    DocumentState,
    Page,
    Passage,
    ReadBy,
    Unit,
    Upload,
    Word,
)

WAITING_CODES = ("unread_pages", "suspect_pages")
"""Warnings of documents with pages that wait to be read by OCR; a number follows each."""
STOPPED_CODE = "ocr_stopped"
"""Warning of a document whose pages wait no longer: its reader stopped that."""

_IDS_AT_ONCE = 500  # below SQLite's limit of variables in one statement


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
        states = (DocumentState.READING, DocumentState.INDEXING, DocumentState.REMOVED)
        query = (
            sa.select(table.c.owner, table.c.id, table.c.state)
            .where(table.c.state.in_(states))
            .order_by(table.c.added_at)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(Unfinished(row.owner, row.id, DocumentState(row.state)) for row in rows)

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


class OwnedRecord:
    """The documents of one owner. What belongs to somebody else does not exist here."""

    def __init__(self, database: db.Database, gate: db.Gate) -> None:
        self._database = database
        self._gate = gate

    @property
    def owner(self) -> str:
        return self._gate.owner

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
            return tuple(_document(row) for row in rows)

    def find(self, document_id: str) -> Document | None:
        """The document in whatever state, or None."""
        table = db.documents
        with self._database.reading() as connection:
            row = connection.execute(
                self._gate.select(table).where(table.c.id == document_id)
            ).first()
        return _document(row) if row else None

    def same(self, collection: str, sha256: str) -> Document | None:
        """The document of these bytes in a collection, in whatever state, or None."""
        table = db.documents
        query = self._gate.select(table).where(
            table.c.collection == collection, table.c.sha256 == sha256
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return _document(row) if row else None

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

    def keep_reading(
        self,
        document: Document,
        pages: Sequence[Page],
        passages: Sequence[Passage],
        vectors: np.ndarray,
        fingerprint: str,
    ) -> Document:
        """Store pages, passages and vectors (n × d, a row a passage) at once; state INDEXING, or
        still READING where there are no passages as yet.

        What an earlier reading of the same document left is replaced.
        """
        read = replace(
            document,
            state=DocumentState.INDEXING if passages else DocumentState.READING,
            pages=len(pages),
            passages=len(passages),
        )
        values = {
            "state": read.state,
            "pages": read.pages,
            "passages": read.passages,
            "title": read.title,
            "warnings": json.dumps(read.warnings),
            "fingerprint": fingerprint,
            "unit": read.unit,
        }
        with self._database.writing() as connection:
            forget_reading(connection, self._gate, [document.id])
            self._insert(connection, db.pages, _page_rows(document.id, pages))
            self._insert(connection, db.passages, _passage_rows(passages))
            self._insert(connection, db.vectors, [_vectors_row(document.id, vectors, fingerprint)])
            self._change(connection, document.id, values)
        return read

    def keep_rereading(
        self,
        document: Document,
        pages: Sequence[Page],
        passages: Sequence[Passage],
        vectors: np.ndarray,
        fingerprint: str,
    ) -> None:
        """Put `pages` in the place of those of the same numbers, and all passages and vectors in
        the place of the document's, at once.

        The caches are behind from here on until `settle` says otherwise: `Record.stale`. Raises
        NotFound.
        """
        values = {
            "state": document.state,
            "passages": len(passages),
            "warnings": json.dumps(document.warnings),
            "fingerprint": "",
        }
        with self._database.writing() as connection:
            self._change(connection, document.id, values)
            for row in _page_rows(document.id, pages):
                del row["position"]
                table = db.pages
                connection.execute(
                    self._gate.update(table)
                    .where(table.c.document_id == document.id, table.c.number == row["number"])
                    .values(**row)
                )
            forget_passages(connection, self._gate, [document.id])
            self._insert(connection, db.passages, _passage_rows(passages))
            self._insert(connection, db.vectors, [_vectors_row(document.id, vectors, fingerprint)])

    def settle(self, document_id: str, fingerprint: str) -> None:
        """The caches hold what `keep_rereading` stored, by the vectors of this embedding."""
        with self._database.writing() as connection:
            self._change(connection, document_id, {"fingerprint": fingerprint})

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
            return tuple(_document(row) for row in connection.execute(query))

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

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """The pages as read, in order, without their words."""
        table = db.pages
        columns = [column for column in table.c if column is not table.c.words]
        query = self._gate.select(table, *columns).where(table.c.document_id == document_id)
        with self._database.reading() as connection:
            return tuple(_page(row) for row in connection.execute(query.order_by(table.c.position)))

    def readings(self) -> dict[str, dict[ReadBy, int]]:
        """How many pages of each document were read in which way."""
        table = db.pages
        count = sa.func.count().label("pages")
        query = self._gate.select(table, table.c.document_id, table.c.read_by, count)
        found: dict[str, dict[ReadBy, int]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query.group_by(table.c.document_id, table.c.read_by)):
                found.setdefault(row.document_id, {})[ReadBy(row.read_by)] = row.pages
        return found

    def words(self, document_id: str, number: int) -> tuple[Word, ...]:
        """The words of a page that was read from its picture; () of any other."""
        page = self.page(document_id, number)
        return page.words if page else ()

    def page(self, document_id: str, number: int) -> Page | None:
        """One page with its words, None when there is none of that number."""
        table = db.pages
        query = self._gate.select(table).where(
            table.c.document_id == document_id, table.c.number == number
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return replace(_page(row), words=_words(row.words)) if row else None

    def page_text(self, passage: Passage) -> str:
        """The whole text of the page on which a passage stands; "" when it is gone."""
        table = db.pages
        query = self._gate.select(table, table.c.text).where(
            table.c.document_id == passage.document_id,
            table.c.number.is_(passage.page),
            table.c.label == passage.page_label,
        )
        with self._database.reading() as connection:
            return "\n\n".join(row.text for row in connection.execute(query))

    def passages(
        self, ids: Iterable[str], collection: str | None = None
    ) -> dict[str, tuple[Passage, str]]:
        """Passages of READY documents by id, each with its document's name; `collection=None`
        means all collections."""
        wanted = list(ids)
        found: dict[str, tuple[Passage, str]] = {}
        table, documents = db.passages, db.documents
        for at in range(0, len(wanted), _IDS_AT_ONCE):
            some = wanted[at : at + _IDS_AT_ONCE]
            query = (
                self._gate.select(table, *table.c, documents.c.name)
                .join(documents, documents.c.id == table.c.document_id)
                .where(table.c.id.in_(some), documents.c.state == DocumentState.READY)
            )
            if collection is not None:
                query = query.where(documents.c.collection == collection)
            with self._database.reading() as connection:
                for row in connection.execute(query):
                    found[row.id] = (_passage(row), row.name)
        return found

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """All passages of a document, in order."""
        table = db.passages
        query = self._gate.select(table).where(table.c.document_id == document_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.position))
            return tuple(_passage(row) for row in rows)

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
            self._insert(connection, table, [_vectors_row(document_id, vectors, fingerprint)])

    def _insert(
        self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]
    ) -> None:
        if rows:
            connection.execute(self._gate.insert(table), self._gate.rows(rows))

    def _change(self, connection: sa.Connection, document_id: str, values: dict[str, Any]) -> None:
        table = db.documents
        changed = connection.execute(
            self._gate.update(table).where(table.c.id == document_id).values(**values)
        )
        if not changed.rowcount:
            raise NotFound(what="document")


def _document(row: Any) -> Document:
    return Document(
        id=row.id,
        name=row.name,
        collection=row.collection,
        sha256=row.sha256,
        size=row.size,
        state=DocumentState(row.state),
        pages=row.pages,
        passages=row.passages,
        title=row.title,
        warnings=tuple(json.loads(row.warnings)),
        added_at=row.added_at,
        unit=Unit(row.unit),
        tags=tuple(json.loads(row.tags)),
    )


def _page(row: Any) -> Page:
    return Page(
        number=row.number,
        label=row.label,
        text=row.text,
        read_by=ReadBy(row.read_by),
        headings=tuple((at, level) for at, level in json.loads(row.headings)),
        warnings=tuple(json.loads(row.warnings)),
        confidence=row.confidence,
    )


def _passage(row: Any) -> Passage:
    return Passage(
        id=row.id,
        document_id=row.document_id,
        index=row.position,
        page=row.page,
        page_label=row.page_label,
        text=row.text,
        start=row.start,
        context=row.context,
    )


def _page_rows(document_id: str, pages: Sequence[Page]) -> list[dict[str, Any]]:
    return [
        {
            "document_id": document_id,
            "position": position,
            "number": page.number,
            "label": page.label,
            "text": page.text,
            "read_by": page.read_by,
            "headings": json.dumps(page.headings),
            "warnings": json.dumps(page.warnings),
            "confidence": page.confidence,
            "words": _word_rows(page.words),
        }
        for position, page in enumerate(pages)
    ]


def _words(data: bytes | None) -> tuple[Word, ...]:
    rows = np.frombuffer(data or b"", dtype="<f4").reshape(-1, 6).tolist()
    return tuple(Word(int(row[0]), int(row[1]), *row[2:]) for row in rows)


def _word_rows(words: Sequence[Word]) -> bytes | None:
    if not words:
        return None
    rows = [(one.start, one.end, one.left, one.top, one.right, one.bottom) for one in words]
    return np.array(rows, dtype="<f4").tobytes()


def _passage_rows(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    return [
        {
            "id": passage.id,
            "document_id": passage.document_id,
            "position": passage.index,
            "page": passage.page,
            "page_label": passage.page_label,
            "text": passage.text,
            "start": passage.start,
            "context": passage.context,
        }
        for passage in passages
    ]


def _vectors_row(document_id: str, vectors: np.ndarray, fingerprint: str) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "fingerprint": fingerprint,
        "dimension": vectors.shape[1],
        "data": np.ascontiguousarray(vectors, dtype="<f4").tobytes(),
    }
