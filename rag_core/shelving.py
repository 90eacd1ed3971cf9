"""The collections of a library: made, named, removed; documents moved between them and tagged."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from rag_core.errors import NotFound
from rag_core.stores.record import OwnedRecord
from rag_core.stores.shelves import Shelves
from rag_core.types import DEFAULT_COLLECTION, Collection, Document, DocumentState

NAME_LENGTH, TAG_LENGTH, MOST_TAGS = 60, 30, 20
_TOGETHER = 100  # documents that move at once; until all have arrived none of them is found


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

    def remove(self, collection: str) -> None:
        """Take a collection away with its documents, and stop what is on its way into it. It can
        be undone for UNDO_SECONDS. The default one only loses its documents."""
        with self._shelves.publishing:
            self._record.named.remove(collection)

    def undo_remove(self, collection: str) -> str:
        """Put a removed collection back with its documents; its name, which has a number where
        another collection took it. Raises NotFound when the time to undo is over."""
        with self._shelves.publishing:
            return self._record.named.undo_remove(collection)

    def move(self, document_ids: Iterable[str], collection: str) -> int:
        """Put documents into another collection; how many went. Nothing is read or embedded again.

        Where the same bytes are there already the document stays where it is. The process may end
        at any moment: a document is found afterwards in one collection, and in one only. Raises
        NotFound for a document that is not READY, or none of this owner's; then none has moved.
        """
        with self._shelves.publishing:
            going = self._going(dict.fromkeys(document_ids), collection)
            for at in range(0, len(going), _TOGETHER):
                self._take(going[at : at + _TOGETHER], collection)
        return len(going)

    def _going(self, document_ids: Iterable[str], collection: str) -> list[Document]:
        """Those of the documents that move, one of the same bytes."""
        known = [self._record.document(one) for one in document_ids]
        away = [one for one in known if one.collection != collection]
        if any(one.state is not DocumentState.READY for one in away):
            raise NotFound(what="document")
        first = {one.sha256: one for one in reversed(away)}
        return [
            one for one in away if first[one.sha256] is one and not self._is_there(one, collection)
        ]

    def _take(self, documents: Sequence[Document], collection: str) -> None:
        """Move documents in the record, out of the indexes where they were, and into the other's.

        From the first step on the record says where they belong; a start after a crash does the
        rest.
        """
        self._record.named.move([one.id for one in documents], collection)
        try:
            for source in {one.collection for one in documents}:
                mine = [one.id for one in documents if one.collection == source]
                self._shelves.forget(self._record.owner, source, mine)
        finally:
            self._publish(documents)

    def forget_elsewhere(self, document_id: str) -> None:
        """Make the indexes of all other collections forget a document that was moving when the
        process ended; raises NotFound."""
        here = self._record.document(document_id).collection
        for one in self.all():
            if one.id != here:
                self._shelves.forget(self._record.owner, one.id, [document_id])

    def _is_there(self, document: Document, collection: str) -> bool:
        """Whether the same bytes are in a collection; a copy that was removed there makes room."""
        same = self._record.same(collection, document.sha256)
        if same is not None and same.state is DocumentState.REMOVED:
            self._shelves.forget(self._record.owner, collection, [same.id])
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
