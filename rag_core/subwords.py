"""How well a passage says what a question says, subword by subword, in whichever language.

A mean of vectors forgets which words were there. Here each subword of the question looks for the
nearest one in the passage, by the vectors of the bundled embedding: a word, its inflection, its
synonym, or its translation. All passages are looked through together, in a few array operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rag_core.embeddings import BundledEmbedding, Vectors

MOST_QUESTION, MOST_PASSAGE = 64, 512
"""Subwords that are looked at of a question and of a passage."""
_BLOCK = 16
"""Subwords; two neighbouring blocks are a statement."""
_NOWHERE = -4.0
"""The cosine to the place behind a passage's last subword: less than any sum of two cosines."""

_SINGLE_THREADED = 2**18
"""Multiplications up to which OpenBLAS uses one thread (its interface/gemm.c)."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """Means of cosines, -1 … 1: of the question's subwords to their nearest ones in the passage."""

    mean: float = 0.0
    weighted: float = 0.0  # the longer its vector, the more a subword says
    nearby: float = 0.0  # weighted, within one statement
    phrases: float = 0.0  # of pairs of neighbouring subwords
    worst: float = 0.0  # the weightiest third only
    back: float = 0.0  # of the passage's subwords to their nearest ones in the question


def nearness(question: str, passages: Sequence[str], embedding: BundledEmbedding) -> list[Nearness]:
    """One for each passage; all 0 where nothing can be read."""
    asked, *bags = embedding.subwords([question, *passages])
    asked = asked[:MOST_QUESTION]
    laid = _Laid([bag[:MOST_PASSAGE] for bag in bags])
    if not asked or not len(laid.ids):
        return [Nearness() for _ in bags]
    kinds, places = _kinds(np.concatenate([laid.ids, np.array(asked)]))
    vectors, lengths = embedding.directions(kinds)
    at = places[len(laid.ids) :]
    weights = lengths[at] / (lengths[at].sum() or 1.0)
    cosines = _products(vectors, vectors[at])  # kinds × the question's subwords
    here = places[: len(laid.ids)]
    said = lengths[here]
    back = laid.sums(cosines.max(axis=1)[here] * said) / np.maximum(laid.sums(said), 1e-9)
    rows = np.stack([*_forward(laid.blocks(cosines, here), laid, weights), back], axis=1)
    rows[laid.lengths < 2, _PHRASES] = 0.0
    return [
        Nearness(*row) if length else Nearness()
        for row, length in zip(rows.tolist(), laid.lengths.tolist(), strict=True)
    ]


_PHRASES = 3


class _Laid:
    """The subwords of passages one behind the other in whole blocks, so that they can be looked
    through together; behind each passage at least one place stays free."""

    def __init__(self, bags: Sequence[Sequence[int]]) -> None:
        self.lengths = np.fromiter(map(len, bags), np.int64, len(bags))
        self.ids = np.fromiter(chain.from_iterable(bags), np.int64, int(self.lengths.sum()))
        blocks = self.lengths // _BLOCK + 1
        self.first = np.cumsum(blocks) - blocks
        self._count = int(blocks.sum())
        self._owner = np.repeat(np.arange(len(bags)), self.lengths)
        gaps = self.first * _BLOCK - (np.cumsum(self.lengths) - self.lengths)
        self._places = np.arange(len(self.ids)) + gaps[self._owner]

    def sums(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Of one number for each subword: its sum in each passage."""
        sums = np.bincount(self._owner, values, len(self.lengths)).astype(np.float64, copy=False)
        return sums

    def best(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Of one row for each block: its maximum in each passage."""
        return np.asarray(np.maximum.reduceat(values, self.first, axis=0))

    def blocks(self, cosines: Vectors, here: NDArray[np.int64]) -> Vectors:
        """Shape (place in the block, block, subword of the question); `here` are rows of `cosines`,
        one for each of `ids`."""
        laid = np.full(self._count * _BLOCK, len(cosines))
        laid[self._places] = here
        rows = np.concatenate([cosines, np.full_like(cosines[:1], _NOWHERE)])
        return rows.take(laid.reshape(-1, _BLOCK).T, axis=0)


def _forward(
    blocks: Vectors, laid: _Laid, weights: NDArray[np.floating]
) -> tuple[NDArray[np.floating], ...]:
    """mean, weighted, nearby, phrases and worst of each passage."""
    within = blocks.max(axis=0)
    nearest = laid.best(within)
    following = np.roll(within, -1, axis=0)
    following[laid.first - 1] = _NOWHERE  # what follows a passage's last block is another passage
    statements = np.maximum(within, following)
    pairs = weights[:-1] + weights[1:]
    phrases = laid.best(_phrases(blocks)) @ pairs / (2 * pairs.sum() or 1.0)
    heavy = weights >= np.sort(weights)[2 * len(weights) // 3]
    return (
        nearest.mean(axis=1),
        nearest @ weights,
        laid.best(statements @ weights),
        phrases,
        nearest[:, heavy].min(axis=1),
    )


def _phrases(blocks: Vectors) -> Vectors:
    """The best sum of the cosines of two neighbours in the question to two neighbours in a block,
    or to its last and the next block's first; shape (blocks, pairs of the question)."""
    _, count, width = blocks.shape
    flat = blocks.reshape(_BLOCK, -1)
    best = np.full(count * width, 2 * _NOWHERE, blocks.dtype)
    # In this layout the next subword of the question lies one number on, the next of the passage
    # one row down. Sums that take a question's last with another row's first are cut off below.
    best[:-1] = (flat[:-1, :-1] + flat[1:, 1:]).max(axis=0)
    onward = flat[-1, : -width - 1] + flat[0, width + 1 :]
    np.maximum(best[: -width - 1], onward, out=best[: -width - 1])
    return best.reshape(count, width)[:, :-1]


def _products(rows: Vectors, columns: Vectors) -> Vectors:
    """rows @ columns.T in parts that OpenBLAS does not share among its threads: they wait for one
    another in a busy loop, which on two cores took twice the time that it saved."""
    result = np.empty((len(rows), len(columns)), np.float32)
    step = max(1, _SINGLE_THREADED // columns.size)
    for start in range(0, len(rows), step):
        np.matmul(rows[start : start + step], columns.T, out=result[start : start + step])
    return result


def _kinds(ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What numpy.unique gives with its inverse, without sorting: ids are small numbers."""
    met = np.zeros(int(ids.max()) + 1, bool)
    met[ids] = True
    kinds = np.flatnonzero(met)
    number = np.empty(len(met), np.int64)
    number[kinds] = np.arange(len(kinds))
    return kinds, number[ids]
