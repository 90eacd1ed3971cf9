"""The two search indexes of each owner's collection, opened when they are first needed.

Both are caches of the record: a shelf may be deleted at any time and is filled again from SQLite.
Owners and collections never share an index, so that a search cannot cross from one to another.
Those not used for long are let go: one that was written to holds 8 MB, 5 files and 7 threads.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet, WeakValueDictionary

import numpy as np

from rag_core.types import Passage

if TYPE_CHECKING:
    from rag_core.stores.dense import DenseCollection, DenseIndex
    from rag_core.stores.lexical import LexicalIndex


_WRITERS = 8
"""Lexical indexes that stay open although nobody is using them; opening one takes milliseconds."""

_PASSAGES_AT_ONCE = 1000
"""Whose vectors are put together for the dense index, for which each call is dear."""

Indexed = tuple[str, Sequence[Passage], np.ndarray]
"""A document's id, its passages, and their vectors (float32, n × d)."""


def shelf_key(owner: str, collection: str) -> str:
    """A name that file systems and Chroma accept, one for each (owner, collection)."""
    return hashlib.sha256(f"{owner}\0{collection}".encode()).hexdigest()[:24]


def dense_name(key: str, fingerprint: str) -> str:
    """The Chroma collection of a shelf; vectors of two embeddings never share one."""
    return f"{key}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}"


def _together(documents: Sequence[Indexed]) -> Iterator[list[Indexed]]:
    """Documents that are written at once: small ones, up to so many passages."""
    some: list[Indexed] = []
    for one in documents:
        if some and sum(len(passages) for _, passages, _ in [*some, one]) > _PASSAGES_AT_ONCE:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


@dataclass(frozen=True)
class Shelf:
    """The lexical and the dense index of one owner's collection."""

    lexical: LexicalIndex
    dense: DenseCollection

    def replace(self, documents: Sequence[Indexed]) -> None:
        """Make both indexes hold exactly these passages of these documents."""
        for some in _together(documents):
            self.dense.remove(*(document_id for document_id, _, _ in some))
            ids = [passage.id for _, passages, _ in some for passage in passages]
            of = [document_id for document_id, passages, _ in some for _ in passages]
            self.dense.add_all(ids, np.concatenate([vectors for _, _, vectors in some]), of)
        self.lexical.replace_all((one, passages) for one, passages, _ in documents)


class Shelves:
    """All shelves of one data folder. One process at a time may hold it.

    `publishing` is held while documents become searchable, and while the embedding is swapped.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lexical: OrderedDict[str, LexicalIndex] = OrderedDict()  # lately used last
        self._used: WeakValueDictionary[str, LexicalIndex] = WeakValueDictionary()
        self._collections: dict[str, DenseCollection] = {}
        self._lent: WeakSet[DenseCollection] = WeakSet()  # those that somebody may be using
        self._opened: set[str] = set()  # names of those that Chroma has opened
        self._dense: DenseIndex | None = None
        self._lock = threading.RLock()
        self.publishing = threading.RLock()

    @property
    def dense_folder(self) -> Path:
        return self._folder / "chroma"

    @property
    def lexical_folder(self) -> Path:
        return self._folder / "lexical"

    def of(self, owner: str, collection: str, fingerprint: str) -> Shelf:
        """The shelf of a collection with the vectors of one embedding, empty when it is new."""
        key = shelf_key(owner, collection)
        name = dense_name(key, fingerprint)
        with self._lock:
            if name not in self._collections:
                self._make_room()
                self._collections[name] = self._opened_dense().collection(name)
                self._lent.add(self._collections[name])
                self._opened.add(name)
            return Shelf(self._words(key), self._collections[name])

    def forget(self, owner: str, collection: str, document_ids: Sequence[str]) -> None:
        """Make every index forget documents, whichever embedding it is of."""
        key = shelf_key(owner, collection)
        with self._lock:
            dense = self._opened_dense()
            for name in dense.names():
                if name.startswith(key):
                    dense.collection(name).remove(*document_ids)
            self._words(key).remove(*document_ids)

    def drop_others(self, fingerprint: str) -> None:
        """Delete the open dense indexes of all embeddings but one."""
        with self._lock:
            if self._dense is None:
                return
            kept = dense_name("", fingerprint)
            for name in self._dense.names():
                if not name.endswith(kept):
                    self._dense.drop(name)
                    self._collections.pop(name, None)

    def _make_room(self) -> None:
        """Close the dense index when many collections are open and nobody is using one."""
        if self._dense is None or len(self._opened) < self._dense.room:
            return
        self._collections.clear()  # only what is in use outlives it
        if not self._lent:
            self._close_dense()

    def _close_dense(self) -> None:
        self._collections.clear()
        self._opened.clear()
        if self._dense is not None:
            self._dense.close()
            self._dense = None

    def _words(self, key: str) -> LexicalIndex:
        """The one index of this key: whoever still uses one that was let go shares it."""
        from rag_core.stores.lexical import LexicalIndex

        found = self._used.get(key) or LexicalIndex.open(self.lexical_folder / key)
        self._used[key] = self._lexical[key] = found
        self._lexical.move_to_end(key)
        if len(self._lexical) > _WRITERS:
            _, idle = self._lexical.popitem(last=False)
            idle.rest()
        return found

    def _opened_dense(self) -> DenseIndex:
        from rag_core.stores.dense import DenseIndex

        if self._dense is None:
            self._dense = DenseIndex.open(self.dense_folder)
        return self._dense

    def set_aside(self, suffix: str) -> None:
        """Move both caches away, unopened; the next `of` starts from nothing."""
        self.close()
        for folder in (self.dense_folder, self.lexical_folder):
            if folder.exists():
                aside = folder.with_name(f"{folder.name}.{suffix}")
                shutil.rmtree(aside, ignore_errors=True)
                folder.rename(aside)

    def close(self) -> None:
        """Close every index."""
        with self._lock:
            for lexical in list(self._used.values()):
                lexical.close()
            self._used.clear()
            self._lexical.clear()
            self._close_dense()
