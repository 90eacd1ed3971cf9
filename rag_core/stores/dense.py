"""The dense index: Chroma collections of vectors, a cache of the record; chromadb's home.

A folder that a killed process left behind can segfault its reader, so an unproven folder is opened
by `python -m rag_core.stores.dense FOLDER` in a child process first (see stores/healing.py). Only
one process may have a folder open: a second one's writes would not be found.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from rag_core.stores import exact
from rag_core.stores.failures import store_failures
from rag_core.stores.sqlite import require_sqlite

_HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}
# Candidates that a search keeps (ef_search), from so many passages on. Recall@10 of real questions
# (benchmarks/scale.py): 0.82 among 100,000 with Chroma's default of 100, 0.997 with 4,000 (14 ms
# of one core); among a million 0.987 with 4,000, 0.994 with 8,000 (50 ms).
_WIDTHS = ((0, 4000), (200_000, 8000))
_ROOM = 100
# Rows of a call to Chroma, in which no other thread gets on: beside two busy programs on two cores
# 250 at once hold everybody up for 240 ms, 100 for 120, in a quarter more processor time.
_BATCH = 100
_MOST_RESULTS = 20_000  # "too many SQL variables" lies beyond 29,920
_SAMPLE = 400  # vectors that the probe looks for, of each collection
_REACHED = 0.97  # share of the sample that a sound collection finds; HNSW is not exact


class DenseIndex:
    """The collections of one folder; one object per folder and process.

    `room` is how many may be opened before the whole is better closed and opened again: Chroma
    holds 3 MB and 5 files of each; where it lets one go by itself that it has not yet written,
    every search of it fails until then ("Nothing found on disk").
    """

    def __init__(self, client: Any, room: int, folder: Path) -> None:
        self.room = room
        self._client = client
        self._folder = folder
        self._lock = threading.RLock()
        self._open: WeakValueDictionary[str, DenseCollection] = WeakValueDictionary()

    @classmethod
    def open(cls, folder: Path) -> DenseIndex:
        """Open or create. Raises StoreFailed when Chroma cannot, MissingExtra (see sqlite.py)."""
        require_sqlite()
        from chromadb.api.client import Client
        from chromadb.api.rust import RustBindingsAPI
        from chromadb.config import Settings, System

        settings = Settings(
            anonymized_telemetry=False,
            allow_reset=False,
            is_persistent=True,
            persist_directory=str(folder),
        )
        with _translated():
            folder.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
            system = System(settings)
            engine = system.instance(RustBindingsAPI)
            system.start()
            room = min(_ROOM, engine.hnsw_cache_size // 3)
            return cls(Client.from_system(system), room, folder)

    def collection(self, name: str) -> DenseCollection:
        """Open or create a collection; `name` is 3 to 512 of `[a-zA-Z0-9._-]`. The same object as
        long as somebody has it.

        How wide it is searched follows its size at the first opening in this process.
        """
        with self._lock, _translated():
            if (known := self._open.get(name)) is not None:
                return known
            hnsw = {**_HNSW, "ef_search": _WIDTHS[0][1]}
            rows = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": hnsw}
            )
            count = rows.count()
            width = max(width for least, width in _WIDTHS if count >= least)
            if rows.configuration["hnsw"]["ef_search"] != width:
                rows.modify(configuration={"hnsw": {"ef_search": width}})
            opened = self._open[name] = DenseCollection(rows, self._lock, empty=not count)
        return opened

    def drop(self, name: str) -> None:
        """Delete a collection; objects of it are not used any more."""
        with self._lock, _translated():
            self._open.pop(name, None)
            self._client.delete_collection(name)
            _sweep(self._folder)

    def names(self) -> tuple[str, ...]:
        """The collections there are."""
        with _translated():
            return tuple(rows.name for rows in self._client.list_collections())

    def close(self) -> None:
        """Let go of the folder; neither this nor its collections are used any more."""
        with self._lock:
            self._client.close()


class DenseCollection:
    """Vectors of one embedding, L2-normalised or not, compared by cosine.

    A small one (see exact.py) is held in memory too, from its first search on or from its
    beginning, and Chroma is not asked as long as it stays small.
    """

    def __init__(self, rows: Any, lock: threading.RLock, *, empty: bool) -> None:
        self._rows = rows
        self._lock = lock
        self._held = exact.Held() if empty else None
        self._outgrown = False
        self._holding = threading.Lock()

    def add(self, ids: Sequence[str], vectors: np.ndarray, document_id: str) -> None:
        """Add one vector for each passage id, shape (n, d); ids must be new (remove first)."""
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        self.add_all(ids, vectors, [document_id] * len(ids))

    def add_all(self, ids: Sequence[str], vectors: np.ndarray, document_ids: Sequence[str]) -> None:
        """`add` for passages of many documents at once."""
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        for start in range(0, len(ids), _BATCH):
            part = slice(start, start + _BATCH)
            with self._lock, _translated():
                self._rows.add(
                    ids=list(ids[part]),
                    embeddings=rows[part],
                    metadatas=[{"document": document} for document in document_ids[part]],
                )
            with self._holding:
                if self._held is not None:
                    self._hold(self._held.adding(ids[part], rows[part], document_ids[part]))

    def remove(self, *document_ids: str) -> None:
        """Forget documents; nothing happens when one is not there."""
        if not document_ids:
            return
        with self._lock, _translated():
            self._rows.delete(where={"document": {"$in": list(document_ids)}})
        with self._holding:
            if self._held is not None:
                self._held = self._held.removing(frozenset(document_ids))

    def search(
        self, vector: np.ndarray, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The k nearest passages as (passage id, cosine -1 … 1), nearest first.

        `documents` restricts it to those documents, completely: a filter costs Chroma 70 to 130
        ms at 100,000 passages, so first more neighbours than needed are sifted here.
        """
        if k < 1 or (documents is not None and not documents):
            return []
        if (held := self._small()) is not None:
            return held.search(vector, k, documents)
        with _translated():
            if documents is None:
                return self._nearest(vector, k)[:k]
            allowed = frozenset(documents)
            found = self._nearest(vector, max(200, 4 * k), allowed)
            if len(found) < k:
                found = self._nearest(vector, k, allowed, filtered=True)
            return found[:k]

    def scores(self, vector: np.ndarray, ids: Sequence[str]) -> dict[str, float]:
        """The cosines of these passages; one that is not there is absent."""
        if not ids:
            return {}
        if (held := self._small()) is not None:
            return held.scores(vector, ids)
        with _translated():
            found = self._rows.get(ids=list(ids), include=["embeddings"])
        rows = np.asarray(found["embeddings"], dtype=np.float32).reshape(-1, len(vector))
        lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)
        cosines = rows @ vector / np.maximum(lengths, 1e-12)
        return dict(zip(found["ids"], cosines.tolist(), strict=True))

    def count(self) -> int:
        """How many vectors it holds."""
        with _translated():
            return int(self._rows.count())

    def _small(self) -> exact.Held | None:
        """All vectors, read at the first call; None when they are too many to be held."""
        with self._holding, _translated():
            if self._held is None and not self._outgrown:
                one = np.asarray(self._rows.get(limit=1, include=["embeddings"])["embeddings"])
                if self._rows.count() * one.astype(np.float32).nbytes > exact.MOST_BYTES:
                    self._outgrown = True
                    return None
                found = self._rows.get(include=["embeddings", "metadatas"])
                owners = [row["document"] for row in found["metadatas"]]
                self._hold(exact.Held().adding(found["ids"], found["embeddings"], owners))
            return self._held

    def _hold(self, held: exact.Held) -> None:
        self._outgrown = held.size > exact.MOST_BYTES
        self._held = None if self._outgrown else held

    def _nearest(
        self,
        vector: np.ndarray,
        k: int,
        allowed: frozenset[str] | None = None,
        *,
        filtered: bool = False,
    ) -> list[tuple[str, float]]:
        found = self._rows.query(
            query_embeddings=[np.asarray(vector, dtype=np.float32)],
            n_results=min(k, _MOST_RESULTS),
            where={"document": {"$in": sorted(allowed)}} if filtered and allowed else None,
            include=["distances"] if allowed is None else ["distances", "metadatas"],
        )
        ids, distances = found["ids"][0], found["distances"][0]
        pairs = [(one, 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]
        if allowed is None:
            return pairs
        owners = [row["document"] for row in found["metadatas"][0]]
        return [pair for pair, owner in zip(pairs, owners, strict=True) if owner in allowed]


def probe(folder: Path) -> dict[str, dict[str, int]]:
    """Collection → {"count": rows it claims, "reachable": rows its search finds}.

    Reachable is measured on a sample: each looks for its own vector. May crash the process (a
    broken index segfaults), so it is run in a child of its own.
    """
    index = DenseIndex.open(folder)
    try:
        return {name: _reach(index.collection(name)._rows) for name in index.names()}
    finally:
        index.close()


def _sweep(folder: Path) -> None:
    """Delete the vectors of collections that are no more; Chroma leaves them on the disk."""
    import sqlite3  # the one that require_sqlite chose

    catalogue = folder / "chroma.sqlite3"
    if not catalogue.exists():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(catalogue)) as connection:
        kept = {name for (name,) in connection.execute("SELECT id FROM segments")}
        for one in folder.iterdir():
            if one.is_dir() and one.name not in kept:
                shutil.rmtree(one, ignore_errors=True)


def _reach(rows: Any) -> dict[str, int]:
    count = int(rows.count())
    step = max(1, count // _SAMPLE)
    ids = rows.get(include=[])["ids"][::step]
    found = 0
    for start in range(0, len(ids), 100):
        asked = rows.get(ids=ids[start : start + 100], include=["embeddings"])
        near = rows.query(query_embeddings=asked["embeddings"], n_results=1, include=["distances"])
        found += sum(bool(best) and best[0] < 1e-3 for best in near["distances"])
    share = found / len(ids) if ids else 1.0
    return {"count": count, "reachable": count if share >= _REACHED else int(share * count)}


def _translated() -> AbstractContextManager[None]:
    """Chroma's own errors, SQLite's and the file system's become StoreFailed."""
    from chromadb.errors import ChromaError

    return store_failures(ChromaError)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe(Path(sys.argv[1]))))
