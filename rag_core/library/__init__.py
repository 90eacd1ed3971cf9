"""A library: the documents of one owner. Add, list, search, remove, look at a page."""

from __future__ import annotations

from rag_core.library.adding import Adding, shown_name
from rag_core.library.progress import AddResult, Progress
from rag_core.library.searching import Searching
from rag_core.shelving import Shelving
from rag_core.types import Document

__all__ = ["AddResult", "Library", "Progress", "shown_name"]


class Library(Adding, Searching):
    """Everything that one owner can do with documents. Somebody else's do not exist here."""

    @property
    def shelving(self) -> Shelving:
        """The collections: make, name and remove them, move and tag what is in them."""
        return Shelving(self._record, self._shelves, self.publish)

    def rename(self, document_id: str, name: str) -> Document:
        """Give a document another name to be shown by; raises NotFound."""
        self._record.rename(document_id, shown_name(name))
        return self._record.document(document_id)
