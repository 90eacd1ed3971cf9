"""Adding a document: received, read, kept, published; or discarded, and nothing remains."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rag_core.errors import Cancelled, EmptyDocument, PasswordNeeded, ScansOnly, SeodamError
from rag_core.library.indexing import Indexing
from rag_core.library.progress import AddResult, Progress
from rag_core.library.removing import Removing
from rag_core.parsing import can_read_scans, check_size, install_command, parse
from rag_core.passages import cut, searchable_text, title_of
from rag_core.rereading import examined, waiting
from rag_core.text import normalise
from rag_core.types import DEFAULT_COLLECTION, Document, DocumentState, Parsed, Unit, Upload

_NAME_LENGTH = 200


class Adding(Indexing, Removing):
    """A file becomes a document."""

    def add(
        self,
        upload: Upload,
        collection: str = DEFAULT_COLLECTION,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> AddResult:
        """Read, cut, embed and store one file; the same bytes again change nothing.

        Raises BadUpload when the file cannot be used and Cancelled when `cancelled` turned true;
        nothing of it remains then.
        """
        started = time.monotonic()
        document = self.receive(upload, collection)
        status = "unchanged"
        if document.state is not DocumentState.READY:
            progress(Progress("received"))
            try:
                document = self.finish(document.id, upload.password, progress, cancelled)
            except (Cancelled, PasswordNeeded):
                self.discard(document.id)
                raise
            status = "added"
        return AddResult(document, status, time.monotonic() - started)

    def receive(self, upload: Upload, collection: str = DEFAULT_COLLECTION) -> Document:
        """Store the bytes at once, to be finished later; READY when the same bytes are here."""
        self.purge_removed()
        check_size(upload.name, len(upload.data), self.limits)
        same = self._record.same(collection, upload.sha256)
        if same is None:
            return self._record.receive(upload, shown_name(upload.name), collection)
        if same.state is DocumentState.REMOVED:
            self.undo_remove(same.id)
        return self._record.document(same.id)

    def finish(
        self,
        document_id: str,
        password: str | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Document:
        """Do what is missing for a received document to become READY. Safe to do again.

        Of a document that is nothing but pictures every page is read by OCR. Raises what `read`,
        `keep` and `read_scans` raise.
        """
        document = self.prepare(document_id, password, progress, cancelled)
        self.publish([document])
        if document.state is DocumentState.READING:
            self.read_scans(document_id, password, progress, cancelled)
        progress(Progress("ready"))
        return self._record.document(document_id)

    def prepare(
        self,
        document_id: str,
        password: str | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Document:
        """All but the last step: `read`, then `keep`; `publish` makes the document READY."""
        parsed = self.read(document_id, password, progress, cancelled)
        return self.keep(document_id, parsed, progress, cancelled)

    def read(
        self,
        document_id: str,
        password: str | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Parsed | None:
        """The pages of a received document; None when it has been kept already.

        Changes nothing but this: a document that cannot be used is discarded and the error raised.
        After Cancelled and PasswordNeeded its bytes are still there: to be finished later, or to
        be discarded.
        """
        document = self._record.document(document_id)
        if document.state is not DocumentState.READING:
            return None
        upload = Upload(document.name, self._record.file(document_id), password)

        def on_page(page: int, pages: int) -> None:
            progress(Progress("reading", page, pages))

        with self._discarding(document_id):
            parsed = examined(parse(upload, self.limits, on_page, cancelled), upload)
        progress(Progress("read", len(parsed.pages), len(parsed.pages)))
        return parsed

    def keep(
        self,
        document_id: str,
        parsed: Parsed | None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Document:
        """Pages, passages and vectors of a document that was read into the record; as `read`.

        It is READING still when it is nothing but pictures; `read_scans` reads those.
        """
        document = self._record.document(document_id)
        if parsed is None or document.state is not DocumentState.READING:
            return document
        passages = cut(document_id, title_of(document.name, parsed.title), parsed.pages)
        with self._discarding(document_id):
            if not passages:
                _require_scans(document.name, parsed)
            embedding = self._embedding()
            vectors = embedding.embed_array([searchable_text(passage) for passage in passages])
            progress(Progress("embedded"))
            if cancelled():
                raise Cancelled
        titled = replace(document, title=parsed.title, warnings=parsed.warnings, unit=parsed.unit)
        kept = self._record.keep_reading(
            titled, parsed.pages, passages, vectors, embedding.fingerprint
        )
        progress(Progress("recorded"))
        return kept

    @contextmanager
    def _discarding(self, document_id: str) -> Iterator[None]:
        """Whatever says that a document cannot be used discards it."""
        try:
            yield
        except (Cancelled, PasswordNeeded):
            raise
        except SeodamError:
            self.discard(document_id)
            raise

    def discard(self, document_id: str) -> None:
        """Delete a document that never became READY, with its bytes; no other one."""
        found = self._record.find(document_id)
        if found and found.state in (DocumentState.READING, DocumentState.INDEXING):
            self._record.forget(document_id)


def shown_name(name: str) -> str:
    """A file name made fit to be stored and shown: no folders, no control characters, NFC."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in normalise(last) if unicodedata.category(c)[0] != "C")
    return kept.strip()[:_NAME_LENGTH] or "document"


def _require_scans(name: str, parsed: Parsed) -> None:
    """Raise what is wrong with a file without text, unless OCR can read it."""
    pages = len(parsed.pages)
    if parsed.unit is not Unit.PAGE or not waiting(parsed.pages):
        raise EmptyDocument(name=name, pages=pages)
    if not can_read_scans():
        raise ScansOnly(name=name, pages=pages, command=install_command())
