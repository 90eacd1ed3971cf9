"""A small collection's vectors in memory, searched one and all: exact, and without a wait.

A search in Chroma hops between a dozen threads and waits for whatever is being written, in any
collection: 300 ms and more on a busy machine, of which it works for two. Most collections are so
small that comparing everything takes less than one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

MOST_BYTES = 3_000_000
"""Of one collection's vectors: 2,343 passages of the bundled embedding (320 × float32)."""


@dataclass(frozen=True)
class Block:
    """The passages of one document: their ids, and a row of length 1 (or 0) for each, (n, d)."""

    ids: tuple[str, ...]
    rows: np.ndarray


@dataclass(frozen=True)
class Held:
    """All vectors of one collection, by document. Never changes: adding makes another one."""

    blocks: Mapping[str, Block] = field(default_factory=dict)

    def adding(self, ids: Sequence[str], vectors: np.ndarray, document_ids: Sequence[str]) -> Held:
        """With more passages, shape (n, d); one that is held already stays as it is."""
        rows, blocks = _of_length_one(vectors), dict(self.blocks)
        for document, places in _places(document_ids):
            before = blocks.get(document)
            known = frozenset(before.ids if before else ())
            new = [at for at in places if ids[at] not in known]
            if new:
                block = Block(tuple(ids[at] for at in new), rows[new])
                blocks[document] = _joined(before, block) if before else block
        return Held(blocks)

    def removing(self, document_ids: Collection[str]) -> Held:
        """Without these documents."""
        return Held({one: block for one, block in self.blocks.items() if one not in document_ids})

    def search(
        self, vector: np.ndarray, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The k nearest as (passage id, cosine -1 … 1), nearest first; of these documents only,
        where they are given."""
        blocks = [
            block for one, block in self.blocks.items() if documents is None or one in documents
        ]
        if not blocks:
            return []
        ids = [one for block in blocks for one in block.ids]
        cosines = np.concatenate([block.rows for block in blocks]) @ _of_length_one(vector)[0]
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(ids[at], float(cosines[at])) for at in best]

    def scores(self, vector: np.ndarray, ids: Collection[str]) -> dict[str, float]:
        """The cosines of these passages; one that is not held is absent."""
        wanted, unit = frozenset(ids), _of_length_one(vector)[0]
        return {
            one: float(row @ unit)
            for block in self.blocks.values()
            for one, row in zip(block.ids, block.rows, strict=True)
            if one in wanted
        }

    @property
    def size(self) -> int:
        """Bytes of the vectors."""
        return sum(block.rows.nbytes for block in self.blocks.values())


def _of_length_one(vectors: np.ndarray) -> np.ndarray:
    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _places(document_ids: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Each document and where its passages stand."""
    places: dict[str, list[int]] = {}
    for at, document in enumerate(document_ids):
        places.setdefault(document, []).append(at)
    yield from places.items()


def _joined(one: Block, other: Block) -> Block:
    return Block((*one.ids, *other.ids), np.concatenate([one.rows, other.rows]))
