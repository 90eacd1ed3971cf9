"""A library: the documents of one owner. Add, list, search, remove, look at a page."""

from __future__ import annotations

import math
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np

from rag_core.cross_encoder import CrossEncoder, make_retriever
from rag_core.embeddings import BundledEmbedding, Embedding, Vectors
from rag_core.errors import Cancelled, EmptyDocument, PasswordNeeded, ScansOnly, SeodamError
from rag_core.lessons import Lessons, lessons_of
from rag_core.marks import marks
from rag_core.parsing import (
    MAX_MARKS,
    Limits,
    PagePicture,
    can_read_scans,
    check_size,
    install_command,
    parse,
    render,
)
from rag_core.passages import cut, searchable_text, title_of
from rag_core.reranker import LEARNED, Emphasis
from rag_core.rereading import Rereading, examined, waiting
from rag_core.retriever import SeodamRetriever
from rag_core.scope import fits
from rag_core.shelving import Shelving
from rag_core.stores.record import STOPPED_CODE, OwnedRecord
from rag_core.stores.shelves import Shelves
from rag_core.study import Material, material
from rag_core.suggesting import QUESTIONS
from rag_core.text import normalise
from rag_core.types import (
    DEFAULT_COLLECTION,
    EVERYTHING,
    Document,
    DocumentState,
    Hit,
    Page,
    Parsed,
    Passage,
    ReadBy,
    Scope,
    Turn,
    Unit,
    Upload,
    Word,
)

UNDO_SECONDS = 20
_NAME_LENGTH = 200
_TEXTS_AT_ONCE = 32  # between two looks at whether it was cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """A named step of adding a document.

    In order: received, reading (once a page), read, embedded, recorded, ready; and ocr (once a
    page) for what is read from its picture.
    """

    stage: str
    page: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class AddResult:
    """How adding ended. `status` is "added" or "unchanged" (the same bytes were here)."""

    document: Document
    status: str
    seconds: float


class Library:
    """Everything that one owner can do with documents. Somebody else's do not exist here."""

    def __init__(
        self,
        record: OwnedRecord,
        shelves: Shelves,
        embedding: Callable[[], Embedding],
        limits: Limits,
        cross_encoder: CrossEncoder | None = None,
    ) -> None:
        self._record = record
        self._shelves = shelves
        self._embedding = embedding
        self._cross_encoder = cross_encoder
        self.limits = limits

    @property
    def owner(self) -> str:
        return self._record.owner

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

    def discard(self, document_id: str) -> None:
        """Delete a document that never became READY, with its bytes; no other one."""
        found = self._record.find(document_id)
        if found and found.state in (DocumentState.READING, DocumentState.INDEXING):
            self._record.forget(document_id)

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

    def reindex(self, collection: str, fingerprint: str) -> None:
        """Fill the caches of a collection again from the record; `fingerprint`: of the embedding
        in use, which is not even loaded when its vectors are recorded."""
        self._index(collection, self._record.documents(collection), fingerprint)

    def documents(self, collection: str | None = DEFAULT_COLLECTION) -> tuple[Document, ...]:
        """Documents that can be asked, in order of arrival."""
        return self._record.documents(collection)

    def document(self, document_id: str) -> Document:
        """One document; raises NotFound."""
        return self._record.document(document_id)

    @property
    def shelving(self) -> Shelving:
        """The collections: make, name and remove them, move and tag what is in them."""
        return Shelving(self._record, self._shelves, self.publish)

    def rename(self, document_id: str, name: str) -> Document:
        """Give a document another name to be shown by; raises NotFound."""
        self._record.rename(document_id, shown_name(name))
        return self._record.document(document_id)

    def remove(self, document_id: str) -> None:
        """Take a document away; it can be undone for UNDO_SECONDS. Raises NotFound."""
        self.purge_removed()
        with self._shelves.publishing:  # it may be on its way to another collection
            self._record.set_state([document_id], DocumentState.REMOVED)

    def undo_remove(self, document_id: str) -> None:
        """Put a removed document back; raises NotFound when the time to undo is over."""
        with self._shelves.publishing:
            if self._record.document(document_id).state is DocumentState.REMOVED:
                self._record.named.put_back(document_id)

    def purge_removed(self, older_than: float = UNDO_SECONDS) -> None:
        """Delete for good what was removed more than so many seconds ago."""
        before = datetime.now(UTC) - timedelta(seconds=older_than)
        self._record.named.purge(before)
        if not self._record.removed_before(before):
            return
        with self._shelves.publishing:  # so that nothing of it comes back meanwhile
            late = self._record.removed_before(before)
            for collection in {one.collection for one in late}:
                mine = [one.id for one in late if one.collection == collection]
                self._shelves.forget(self.owner, collection, mine)
                self._record.forget(*mine)

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """The pages as they were read; raises NotFound."""
        self._record.document(document_id)
        return self._record.pages(document_id)

    def readings(self) -> dict[str, dict[ReadBy, int]]:
        """How many pages of each document were read in which way, by the document's id."""
        return self._record.readings()

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages as they were cut, in order; raises NotFound."""
        self._record.document(document_id)
        return self._record.passages_of(document_id)

    def study(self, document_ids: Sequence[str], questions: int = QUESTIONS) -> Material:
        """What there is to study in these documents, with so many suggested questions at the
        most; raises NotFound."""
        embedding = self._embedding()
        bundled = embedding if isinstance(embedding, BundledEmbedding) else BundledEmbedding()
        passages = [one for document_id in document_ids for one in self.passages(document_id)]
        return material(passages, bundled, questions)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of this id; None when it is gone, or cut otherwise since."""
        return next((found for found, _ in self._record.passages([passage_id]).values()), None)

    def vectors(self, collection: str = DEFAULT_COLLECTION) -> tuple[tuple[Passage, ...], Vectors]:
        """All passages of a collection and their vectors by the embedding in use, a row each."""
        fingerprint = self._embedding().fingerprint
        documents = [one.id for one in self.documents(collection)]
        rows = [self._record.vectors_of(one, fingerprint) for one in documents]
        passages = tuple(one for document in documents for one in self.passages(document))
        kept = [row for row in rows if len(row)]
        vectors = np.concatenate(kept) if kept else np.zeros((0, 1), np.float32)
        return (passages, vectors) if len(vectors) == len(passages) else ((), vectors[:0])

    def embedded(
        self,
        document_id: str,
        embedding: Embedding,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[tuple[Passage, ...], Vectors]:
        """The passages of a document and their vectors by any embedding, a row each; made once and
        kept beside those in use. Raises NotFound, Cancelled, ModelFailed kinds."""
        passages = self.passages(document_id)
        vectors = self._record.vectors_of(document_id, embedding.fingerprint)
        if len(vectors) == len(passages):
            return passages, vectors
        texts = [searchable_text(passage) for passage in passages]
        parts = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            if cancelled():
                raise Cancelled
            parts.append(embedding.embed_array(texts[start : start + _TEXTS_AT_ONCE]))
        vectors = np.concatenate(parts)
        with self._shelves.publishing:  # pages may have been read again meanwhile
            if self._record.passages_of(document_id) == passages:
                self._record.keep_vectors(document_id, vectors, embedding.fingerprint)
        return passages, vectors

    def lessons(
        self, collection: str = DEFAULT_COLLECTION, accepted: Sequence[Turn] = ()
    ) -> tuple[tuple[Passage, ...], Lessons]:
        """All passages of a collection, and what a retriever can learn from them; `accepted` are
        turns whose answer was found helpful."""
        documents = [one.id for one in self.documents(collection)]
        passages = tuple(one for document in documents for one in self.passages(document))
        known = {one.id: one for one in passages}
        words = self.retriever(collection).lexical

        def unlike(question: str, passage_id: str) -> str:
            near = (known[one] for one, _ in words.search(question, 5) if one in known)
            heading = known[passage_id].context
            other = next((one for one in near if one.context != heading), None)
            return searchable_text(other) if other else ""

        return passages, lessons_of(passages, accepted, unlike)

    def file(self, document_id: str) -> bytes:
        """The bytes as they were uploaded; raises NotFound."""
        return self._record.file(document_id)

    def words(self, document_id: str, page: int) -> tuple[Word, ...]:
        """The words of a page read by OCR, with their places; () of any other page."""
        return self._record.words(document_id, page)

    def page_text(self, passage: Passage) -> str:
        """The text of the page on which a passage stands; "" when it is gone."""
        return self._record.page_text(passage)

    def page_picture(
        self,
        document_id: str,
        page: int,
        quotes: Sequence[str] = (),
        password: str | None = None,
        scale: float = 1.5,
        terms: Sequence[str] = (),
        nth: Sequence[int] = (),
    ) -> PagePicture:
        """A page as a picture; quotes and terms are marked as `render` says. Raises NotFound,
        PasswordNeeded …"""
        data = self._record.file(document_id)
        scanned = self._record.page(document_id, page)
        if scanned is None or not scanned.words:
            return render(
                data, page, quotes=quotes, nth=nth, terms=terms, password=password, scale=scale
            )
        boxes, found = marks(scanned, quotes, terms, MAX_MARKS, nth)
        picture = render(data, page, boxes=boxes, password=password, scale=scale)
        return replace(picture, marked=found and bool(boxes))

    def retriever(
        self, collection: str = DEFAULT_COLLECTION, k: int = 10, emphasis: Emphasis = LEARNED
    ) -> SeodamRetriever:
        """The LangChain retriever over one collection."""
        embedding = self._embedding()
        shelf = self._shelves.of(self.owner, collection, embedding.fingerprint)
        return make_retriever(
            self._cross_encoder,
            embedding=embedding,
            lexical=shelf.lexical,
            dense=shelf.dense,
            passages=partial(self._record.passages, collection=collection),
            k=k,
            emphasis=emphasis,
        )

    def included(
        self, collection: str, excluded: frozenset[str], scope: Scope = EVERYTHING
    ) -> frozenset[str] | None:
        """The documents to search, as they are now; None = all of the collection."""
        if not excluded and scope == EVERYTHING:
            return None
        documents = self.documents(collection)
        return frozenset(one.id for one in documents if fits(one, scope)) - excluded

    def search(
        self,
        question: str,
        k: int = 10,
        collection: str = DEFAULT_COLLECTION,
        excluded: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        """The k passages that answer best, best first."""
        retriever = self.retriever(collection, k)
        return retriever.search(question, k, self.included(collection, excluded))


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
