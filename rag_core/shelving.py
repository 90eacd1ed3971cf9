"""The collections of a library: made, named, removed; documents moved between them and tagged."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from rag_core.errors import NotFound
from rag_core.stores.record import OwnedRecord
from rag_core.stores.shelves import Shelves
from rag_core.types import DEFAULT_COLLECTION, Collection, Document, DocumentState

NAME_LENGTH, TAG_LENGTH, MOST_TAGS = 60, 30, 20


class Shelving:
    """What one owner can do with collections. Somebody else's do not exist here."""

    def __init__(
        self,
        record: OwnedRecord,
        shelves: Shelves,
        publish: Callable[[Sequence[Document]], None],
    ) -> None:
        self._record = record
        self._shelves = shelves
        self._publish = publish

    def all(self) -> tuple[Collection, ...]:
        """Every collection with what it holds, the default one first."""
        return self._record.named.all()

    def add(self, name: str) -> Collection:
        """A collection of this name, made when there is none; the default one for no name."""
        plain = _plain(name, NAME_LENGTH)
        return self._record.named.add(plain) if plain else self.all()[0]

    def rename(self, collection: str, name: str) -> None:
        """Give a collection another name, unless it is none or another has it; raises NotFound."""
        plain = _plain(name, NAME_LENGTH)
        taken = {one.name for one in self.all() if one.id != collection}
        if plain and plain not in taken and collection != DEFAULT_COLLECTION:
            self._record.named.rename(collection, plain)

    def remove(self, collection: str) -> tuple[Document, ...]:
        """Take a collection away with its documents, and stop what is on its way into it; those
        documents. It can be undone for UNDO_SECONDS. The default one only loses its documents."""
        with self._shelves.publishing:
            documents = self._record.documents(collection)
            self._record.named.remove(collection)
        return documents

    def undo_remove(self, collection: str) -> str:
        """Put a removed collection back with its documents; its name, which has a number where
        another collection took it. Raises NotFound when the time to undo is over."""
        with self._shelves.publishing:
            return self._record.named.undo_remove(collection)

    def move(self, document_ids: Iterable[str], collection: str) -> int:
        """Put documents into another collection; how many went. Nothing is read or embedded again.

        Where the same bytes are there already the document stays where it is. The process may end
        at any moment: the document is found afterwards in one collection, and in one only. Raises
        NotFound for a document that is not READY, or none of this owner's.
        """
        moved = []
        with self._shelves.publishing:
            try:
                for document_id in document_ids:
                    document = self._record.document(document_id)
                    if document.collection == collection or self._is_there(document, collection):
                        continue
                    if document.state is not DocumentState.READY:
                        raise NotFound(what="document")
                    self._shelves.forget(self._record.owner, document.collection, document_id)
                    self._record.named.move(document_id, collection)
                    moved.append(self._record.document(document_id))
            finally:
                self._publish(moved)
        return len(moved)

    def _is_there(self, document: Document, collection: str) -> bool:
        """Whether the same bytes are in a collection; a copy that was removed there makes room."""
        same = self._record.same(collection, document.sha256)
        if same is not None and same.state is DocumentState.REMOVED:
            self._shelves.forget(self._record.owner, collection, same.id)
            self._record.forget(same.id)
            return False
        return same is not None

    def tag(self, document_id: str, tags: Iterable[str]) -> None:
        """Replace the tags of a document, each of at most 30 characters; raises NotFound."""
        plain = [one for tag in tags if (one := _plain(tag.strip(" #"), TAG_LENGTH))]
        self._record.named.tag(document_id, plain[:MOST_TAGS])

    def tags(self, collection: str = DEFAULT_COLLECTION) -> tuple[str, ...]:
        """The tags that documents of a collection have, in order."""
        return tuple(
            sorted({tag for one in self._record.documents(collection) for tag in one.tags})
        )


def _plain(name: str, length: int) -> str:
    """A name on one line, in NFC, without what cannot be seen."""
    seen = (
        letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", name)
    )
    return " ".join("".join(seen).split())[:length].strip()
