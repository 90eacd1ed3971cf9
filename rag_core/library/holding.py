"""What a library holds: its documents, their pages and passages, as they were kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag_core.cross_encoder import CrossEncoder
from rag_core.embeddings import Embedding
from rag_core.marks import marks
from rag_core.parsing import MAX_MARKS, Limits, PagePicture, render
from rag_core.stores.record import OwnedRecord
from rag_core.stores.shelves import Shelves
from rag_core.types import DEFAULT_COLLECTION, Document, Page, Passage, ReadBy, Word


class Holding:
    """The documents of one owner, to be looked at. Somebody else's do not exist here."""

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

    def documents(self, collection: str | None = DEFAULT_COLLECTION) -> tuple[Document, ...]:
        """Documents that can be asked, in order of arrival."""
        return self._record.documents(collection)

    def document(self, document_id: str) -> Document:
        """One document; raises NotFound."""
        return self._record.document(document_id)

    def file(self, document_id: str) -> bytes:
        """The bytes as they were uploaded; raises NotFound."""
        return self._record.file(document_id)

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

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of this id; None when it is gone, or cut otherwise since."""
        return next((found for found, _ in self._record.passages([passage_id]).values()), None)

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
