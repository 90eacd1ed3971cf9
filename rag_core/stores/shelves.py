"""The two search indexes of each owner's collection, opened when they are first needed.

Both are caches of the record: a shelf may be deleted at any time and is filled again from SQLite.
Owners and collections never share an index, so that a search cannot cross from one to another.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag_core.types import Passage

if TYPE_CHECKING:
    from rag_core.stores.dense import DenseCollection, DenseIndex
    from rag_core.stores.lexical import LexicalIndex


Indexed = tuple[str, Sequence[Passage], np.ndarray]
"""A document's id, its passages, and their vectors (float32, n × d)."""


def shelf_key(owner: str, collection: str) -> str:
    """A name that file systems and Chroma accept, one for each (owner, collection)."""
    return hashlib.sha256(f"{owner}\0{collection}".encode()).hexdigest()[:24]


def dense_name(key: str, fingerprint: str) -> str:
    """The Chroma collection of a shelf; vectors of two embeddings never share one."""
    return f"{key}-{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Shelf:
    """The lexical and the dense index of one owner's collection."""

    lexical: LexicalIndex
    dense: DenseCollection

    def replace(self, documents: Sequence[Indexed]) -> None:
        """Make both indexes hold exactly these passages of these documents."""
        for document_id, passages, vectors in documents:
            self.dense.remove(document_id)
            self.dense.add([passage.id for passage in passages], vectors, document_id)
        self.lexical.replace_all((one, passages) for one, passages, _ in documents)

    def remove(self, document_id: str) -> None:
        """Make both indexes forget a document; nothing happens when it is not there."""
        self.dense.remove(document_id)
        self.lexical.remove(document_id)


class Shelves:
    """All shelves of one data folder. One process at a time may hold it."""

    def __init__(self, folder: Path, fingerprint: Callable[[], str]) -> None:
        self._folder = folder
        self._fingerprint = fingerprint
        self._open: dict[str, Shelf] = {}
        self._dense: DenseIndex | None = None
        self._lock = threading.RLock()

    @property
    def dense_folder(self) -> Path:
        return self._folder / "chroma"

    @property
    def lexical_folder(self) -> Path:
        return self._folder / "lexical"

    def of(self, owner: str, collection: str) -> Shelf:
        """The shelf of a collection, empty when it is new."""
        from rag_core.stores.dense import DenseIndex
        from rag_core.stores.lexical import LexicalIndex

        key = shelf_key(owner, collection)
        with self._lock:
            if key not in self._open:
                if self._dense is None:
                    self._dense = DenseIndex.open(self.dense_folder)
                self._open[key] = Shelf(
                    LexicalIndex.open(self.lexical_folder / key),
                    self._dense.collection(dense_name(key, self._fingerprint())),
                )
            return self._open[key]

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
            for shelf in self._open.values():
                shelf.lexical.close()
            self._open.clear()
            if self._dense is not None:
                self._dense.close()
                self._dense = None
