"""Making documents findable: both indexes follow the record, also where pages are read again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from rag_core.library.holding import Holding
from rag_core.library.progress import Progress
from rag_core.passages import searchable_text
from rag_core.rereading import Rereading, waiting
from rag_core.stores.record import STOPPED_CODE
from rag_core.types import Document, DocumentState, Passage, Unit


class Indexing(Holding):
    """Documents become READY, and what OCR reads of them later takes its place."""

    def publish(self, documents: Sequence[Document]) -> None:
        """Fill both caches with kept documents and make them READY, the last step of all.

        One call for many documents costs little more than for one: an index is written to the
        disk once for each collection. One that has been discarded since is left out.
        """
        with self._shelves.publishing:
            known = [self._record.find(document.id) for document in documents]
            waiting = [one for one in known if one and one.state is DocumentState.INDEXING]
            fingerprint = self._embedding().fingerprint if waiting else ""
            for collection in {one.collection for one in waiting}:
                mine = [one for one in waiting if one.collection == collection]
                self._index(collection, mine, fingerprint)
            self._record.set_state([one.id for one in waiting], DocumentState.READY)

    def reindex(self, collection: str, fingerprint: str) -> None:
        """Fill the caches of a collection again from the record; `fingerprint`: of the embedding
        in use, which is not even loaded when its vectors are recorded."""
        self._index(collection, self._record.documents(collection), fingerprint)

    def _index(self, collection: str, documents: Sequence[Document], fingerprint: str) -> None:
        """Fill both caches from the record, by the vectors of one embedding."""
        recorded = []
        for document in documents:
            passages = self._record.passages_of(document.id)
            vectors = self._vectors(document.id, passages, fingerprint)
            recorded.append((document.id, passages, vectors))
        self._shelves.of(self.owner, collection, fingerprint).replace(recorded)

    def _vectors(
        self, document_id: str, passages: Sequence[Passage], fingerprint: str
    ) -> np.ndarray:
        """The recorded vectors; made again only where the embedding has changed since."""
        vectors = self._record.vectors_of(document_id, fingerprint)
        if len(vectors) != len(passages):
            texts = [searchable_text(passage) for passage in passages]
            vectors = self._embedding().embed_array(texts)
            self._record.keep_vectors(document_id, vectors, fingerprint)
        return vectors

    def unread(self, document_id: str) -> tuple[int, ...]:
        """Numbers of the pages that wait to be read by OCR; () when it was stopped or is gone."""
        found = self._record.find(document_id)
        if found is None or found.unit is not Unit.PAGE or STOPPED_CODE in found.warnings:
            return ()
        return waiting(self._record.pages(document_id))

    def read_scans(
        self,
        document_id: str,
        password: str | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        seconds: float = math.inf,
    ) -> tuple[int, ...]:
        """Read the pages that wait for OCR, until `seconds` have passed; those still waiting.

        What was read takes its place at once and can be found, whatever ends it; a document that
        had no text is READY then. Raises Cancelled, MissingExtra, PasswordNeeded; EmptyDocument
        when no page has any text: such a document is deleted.
        """

        def on_page(page: int, pages: int) -> None:
            progress(Progress("ocr", page, pages))

        document = self._record.document(document_id)
        if document.unit is not Unit.PAGE:
            return ()  # a slide without words is no page of a PDF
        return self._rereading.read(document, password, on_page, cancelled, seconds)

    def read_again(
        self,
        document_id: str,
        page: int,
        password: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read one page by OCR, however it was read before; what is found replaces its text.

        Raises NotFound, MissingExtra where Tesseract is not installed, Cancelled, and the kinds of
        BadUpload; then nothing has changed.
        """
        self._rereading.again(self._record.document(document_id), page, password, cancelled)

    def leave_unread(self, document_id: str) -> None:
        """Let no page of a document wait for OCR any more, until `read_on`."""
        self._warn(document_id, stopped=True)

    def read_on(self, document_id: str) -> None:
        """Let the pages wait again that `leave_unread` left."""
        self._warn(document_id, stopped=False)

    def _warn(self, document_id: str, stopped: bool) -> None:
        told = self._record.document(document_id).warnings
        others = [one for one in told if one != STOPPED_CODE]
        self._record.warn(document_id, [*others, *([STOPPED_CODE] if stopped else [])])

    def refresh(self, document_id: str) -> None:
        """Bring the caches in line with a document whose pages had just been read again when the
        process ended."""
        self._rereading.refresh(document_id)

    @property
    def _rereading(self) -> Rereading:
        return Rereading(
            self._record, self._shelves.publishing, self._embedding, self._index, self.publish
        )
