"""Pages that are read by OCR after the rest of their document: which wait for it, which text of
the two is kept, and how it takes its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np

from rag_core.embeddings import Embedding
from rag_core.errors import BadUpload, Cancelled, EmptyDocument, NotFound, PasswordNeeded
from rag_core.parsing import (
    can_read_scans,
    install_command,
    is_doubtful,
    plausibility,
    rare_syllables,
    read_scanned,
    scans,
    suspicion,
)
from rag_core.passages import cut, searchable_text, title_of
from rag_core.stores.record import STOPPED_CODE, WAITING_CODES, OwnedRecord
from rag_core.types import Document, DocumentState, Page, Parsed, Passage, ReadBy, Unit, Upload

SUSPECT = "suspect_layer"
"""Warning of a page whose text layer seems wrong and that waits to be read by OCR."""
REPLACED = "layer_replaced"
"""Warning of a page whose text layer was wrong; what OCR read stands in its place."""
KEPT = "layer_kept"
"""Warning of a page whose text layer seemed wrong, while what OCR read was no better."""
FAILED = "ocr_failed"
"""Warning of a page that OCR could not read; it is not tried again by itself."""

_OURS = ("unread_pages:", "suspect_pages:", "ocr_missing:", STOPPED_CODE)
_LEAST = 0.6
_SEARCHED = (DocumentState.READY, DocumentState.REMOVED)  # what was removed may be put back


def examined(parsed: Parsed, upload: Upload) -> Parsed:
    """The pages of a file, those marked SUSPECT whose text layer seems wrong; and what is said
    about it."""
    if parsed.unit is not Unit.PAGE:
        return parsed
    suspect = _suspect({page.number: page.text for page in parsed.pages if page.number}, upload)
    pages = tuple(
        replace(page, warnings=(*page.warnings, SUSPECT)) if page.number in suspect else page
        for page in parsed.pages
    )
    return replace(parsed, pages=pages, warnings=_said(parsed.warnings, pages))


def _suspect(texts: Mapping[int, str], upload: Upload) -> frozenset[int]:
    """Numbers of the pages whose text layer seems wrong.

    Where letters are wrong on several pages, they are on others too that have few; a text that
    may be badly read is suspect where somebody's OCR has laid it over a picture.
    """
    wrong: dict[int, str] = {}
    doubtful = []
    for number, text in texts.items():
        if why := suspicion(text):
            wrong[number] = why
        elif is_doubtful(text):
            doubtful.append(number)
    if list(wrong.values()).count("syllables") > 1:
        wrong |= {number: "syllables" for number, text in texts.items() if rare_syllables(text)}
    doubtful = [number for number in doubtful if number not in wrong]
    read_before = scans(upload.data, doubtful, upload.password) if doubtful else frozenset()
    return frozenset(wrong) | read_before


def is_waiting(document: Document) -> bool:
    """Whether it is said of a document that pages of it wait to be read by OCR."""
    told = [one.partition(":")[0] for one in document.warnings]
    return STOPPED_CODE not in told and not set(WAITING_CODES).isdisjoint(told)


def waiting(pages: Sequence[Page]) -> tuple[int, ...]:
    """Numbers of the pages that wait to be read by OCR: pictures, and suspect text layers."""
    return tuple(page.number for page in pages if page.number is not None and _waits(page))


def _waits(page: Page) -> bool:
    if page.read_by is ReadBy.UNREAD:
        return not {FAILED, "unreadable"} & set(page.warnings)
    return SUSPECT in page.warnings


def _said(warnings: Sequence[str], pages: Sequence[Page]) -> tuple[str, ...]:
    """What is said about a document with these pages: `warnings`, but for ours, said anew."""
    said = [one for one in warnings if not one.startswith(_OURS)]
    unread = sum(page.read_by is ReadBy.UNREAD for page in pages)
    suspect = sum(SUSPECT in page.warnings for page in pages)
    said += [f"unread_pages:{unread}"] * bool(unread) + [f"suspect_pages:{suspect}"] * bool(suspect)
    if waiting(pages) and not can_read_scans():
        said.append(f"ocr_missing:{install_command()}")
    return tuple(said)


def settled(page: Page, scanned: Page) -> Page:
    """The better of a page's own text and what OCR read on it, by how plausible they are; what
    holds much less is not better."""
    less = len(scanned.text) < _LEAST * len(page.text)
    if page.text and (less or plausibility(scanned.text) <= plausibility(page.text)):
        return replace(page, warnings=(*_others(page), KEPT))
    return _taken(page, scanned)


def _taken(page: Page, scanned: Page) -> Page:
    """What OCR read in the place of what was there, under the page's own label."""
    replaced = REPLACED in page.warnings or (page.text and page.read_by is not ReadBy.OCR)
    return replace(scanned, label=page.label, warnings=(REPLACED,) if replaced else ())


def _others(page: Page) -> tuple[str, ...]:
    return tuple(one for one in page.warnings if one not in (SUSPECT, FAILED, KEPT))


@dataclass(frozen=True, slots=True)
class Rereading:
    """Reading the pages of one owner's documents by OCR and putting them in their place.

    `publishing` is held while a document changes; `index` fills both caches from the record by the
    vectors of one embedding; `publish` makes READY what had no text before.
    """

    record: OwnedRecord
    publishing: AbstractContextManager[object]
    embedding: Callable[[], Embedding]
    index: Callable[[str, Sequence[Document], str], None]
    publish: Callable[[Sequence[Document]], None]

    def read(
        self,
        document: Document,
        password: str | None,
        on_page: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        seconds: float,
    ) -> tuple[int, ...]:
        """Read the pages that wait, until `seconds` have passed; those still waiting.

        What was read is kept and can be found, whatever ended it. Raises Cancelled, MissingExtra,
        PasswordNeeded; EmptyDocument when no page of a document has any text, which is deleted.
        """
        pages = self.record.pages(document.id)
        numbers = waiting(pages)
        asked = [page for page in pages if page.number in numbers]
        read: list[Page] = []
        started = time.monotonic()
        try:
            data = self.record.file(document.id)
            for at, page in enumerate(asked, start=1):
                on_page(at, len(asked))
                read.append(self._reread(data, page, password, self._gone(document, cancelled)))
                if time.monotonic() - started >= seconds:
                    break
        finally:
            self._replace(document, read)
        return waiting(self.record.pages(document.id))

    def again(
        self,
        document: Document,
        number: int,
        password: str | None,
        cancelled: Callable[[], bool],
    ) -> None:
        """Read one page by OCR because its reader asks for it: what was there is replaced, unless
        nothing is found. Raises NotFound and what `read` raises, the kinds of BadUpload too."""
        page = next((one for one in self.record.pages(document.id) if one.number == number), None)
        if page is None or document.unit is not Unit.PAGE:
            raise NotFound(what="page")
        scanned = read_scanned(self.record.file(document.id), number, password, cancelled=cancelled)
        found = _taken(page, scanned) if scanned.text or not page.text else settled(page, scanned)
        self._replace(document, [found])

    def refresh(self, document_id: str) -> None:
        """Bring the caches in line with a document that was changed when the process ended."""
        with self.publishing:
            self._index(self.record.document(document_id))

    def _gone(self, document: Document, cancelled: Callable[[], bool]) -> Callable[[], bool]:
        """Whether it is to stop: nobody waits for the pages of a document that was removed."""
        found = self.record.find(document.id)
        removed = found is None or found.state is DocumentState.REMOVED
        return lambda: removed or cancelled()

    def _reread(
        self, data: bytes, page: Page, password: str | None, cancelled: Callable[[], bool]
    ) -> Page:
        """A page as it is after OCR; marked FAILED where that does not work."""
        assert page.number is not None  # others never wait
        if cancelled():
            raise Cancelled
        try:
            return settled(page, read_scanned(data, page.number, password, cancelled=cancelled))
        except PasswordNeeded:
            raise
        except BadUpload:
            return replace(page, warnings=(*_others(page), FAILED))

    def _replace(self, document: Document, changed: Sequence[Page]) -> None:
        """Put changed pages, with the passages and vectors that follow, in place at once."""
        if not changed:
            return
        with self.publishing:
            found = self.record.find(document.id)
            if found is None:
                return
            told, passages = self._cut_anew(found, changed)
            embedding = self.embedding()
            vectors = self._vectors(embedding, told.id, passages)
            self.record.keep_rereading(told, changed, passages, vectors, embedding.fingerprint)
            if told.state is DocumentState.INDEXING:
                self.publish([told])
                self.record.settle(told.id, embedding.fingerprint)
            elif told.state is not DocumentState.READING:
                self._index(told)

    def _cut_anew(
        self, document: Document, changed: Sequence[Page]
    ) -> tuple[Document, tuple[Passage, ...]]:
        """The document and its passages with these pages; EmptyDocument, and the document is
        deleted, when it is sure by now that it has none."""
        new = {page.number: page for page in changed}
        pages = [new.get(page.number, page) for page in self.record.pages(document.id)]
        passages = cut(document.id, title_of(document.name, document.title), pages)
        state = document.state
        if state not in _SEARCHED:
            if not passages and not waiting(pages):
                self.record.forget(document.id)
                raise EmptyDocument(name=document.name, pages=len(pages))
            state = DocumentState.INDEXING if passages else state
        return replace(document, state=state, warnings=_said(document.warnings, pages)), passages

    def _index(self, document: Document) -> None:
        fingerprint = self.embedding().fingerprint
        self.index(document.collection, [document], fingerprint)
        self.record.settle(document.id, fingerprint)

    def _vectors(
        self, embedding: Embedding, document_id: str, passages: Sequence[Passage]
    ) -> np.ndarray:
        """A row for each passage; only what reads otherwise than before is embedded anew."""
        before = self.record.passages_of(document_id)
        rows = self.record.vectors_of(document_id, embedding.fingerprint)
        known = dict(zip(map(searchable_text, before), rows, strict=False))
        texts = [searchable_text(passage) for passage in passages]
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if new:
            known |= zip(new, embedding.embed_array(new), strict=True)
        empty = np.empty((0, embedding.dimension), np.float32)
        return np.stack([known[text] for text in texts]) if texts else empty
