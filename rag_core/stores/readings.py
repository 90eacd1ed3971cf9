"""What was read of documents: their pages, kept with what was cut of them in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import sqlalchemy as sa

from rag_core.stores import database as db
from rag_core.stores.forgetting import forget_passages, forget_reading
from rag_core.stores.owned import Owned
from rag_core.stores.values import (
    page_of,
    page_rows,
    passage_rows,
    vectors_row,
    words_of,
)
from rag_core.types import Document, DocumentState, Page, Passage, ReadBy, Word


class OwnedReadings(Owned):
    """The pages of one owner's documents."""

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
            self._insert(connection, db.pages, page_rows(document.id, pages))
            self._insert(connection, db.passages, passage_rows(passages))
            self._insert(connection, db.vectors, [vectors_row(document.id, vectors, fingerprint)])
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
            for row in page_rows(document.id, pages):
                del row["position"]
                table = db.pages
                connection.execute(
                    self._gate.update(table)
                    .where(table.c.document_id == document.id, table.c.number == row["number"])
                    .values(**row)
                )
            forget_passages(connection, self._gate, [document.id])
            self._insert(connection, db.passages, passage_rows(passages))
            self._insert(connection, db.vectors, [vectors_row(document.id, vectors, fingerprint)])

    def settle(self, document_id: str, fingerprint: str) -> None:
        """The caches hold what `keep_rereading` stored, by the vectors of this embedding."""
        with self._database.writing() as connection:
            self._change(connection, document_id, {"fingerprint": fingerprint})

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """The pages as read, in order, without their words."""
        table = db.pages
        columns = [column for column in table.c if column is not table.c.words]
        query = self._gate.select(table, *columns).where(table.c.document_id == document_id)
        with self._database.reading() as connection:
            return tuple(
                page_of(row) for row in connection.execute(query.order_by(table.c.position))
            )

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
        return replace(page_of(row), words=words_of(row.words)) if row else None

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
