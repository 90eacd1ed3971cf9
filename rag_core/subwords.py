"""How well a passage says what a question says, subword by subword, in whichever language.

A mean of vectors forgets which words were there. Here each subword of the question looks for the
nearest one in the passage, by the vectors of the bundled embedding: a word, its inflection, its
synonym, or its translation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_core.embeddings import BundledEmbedding, Vectors

MOST_QUESTION, MOST_PASSAGE = 64, 512
"""Subwords that are looked at of a question and of a passage."""
_BLOCK = 16
"""Subwords; two neighbouring blocks are a statement."""


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
    bags = [bag[:MOST_PASSAGE] for bag in bags]
    if not asked:
        return [Nearness() for _ in bags]
    kinds, places = np.unique(np.concatenate([*map(_ids, bags), _ids(asked)]), return_inverse=True)
    vectors, lengths = embedding.directions(kinds)
    at = places[len(places) - len(asked) :]
    cosines = vectors[at] @ vectors.T
    weights = lengths[at] / (lengths[at].sum() or 1.0)
    heavy = weights >= np.sort(weights)[2 * len(weights) // 3]
    result, start = [], 0
    for bag in bags:
        here = places[start : start + len(bag)]
        start += len(bag)
        result.append(
            _nearness(cosines[:, here], weights, heavy, lengths[here]) if bag else Nearness()
        )
    return result


def _ids(bag: Sequence[int]) -> np.ndarray:
    return np.asarray(bag, np.int64)


def _nearness(
    cosines: Vectors, weights: np.ndarray, heavy: np.ndarray, lengths: np.ndarray
) -> Nearness:
    """`cosines`: subwords of the question × those of the passage."""
    nearest = cosines.max(axis=1)
    phrases = cosines[:-1, :-1] + cosines[1:, 1:]
    pairs = weights[:-1] + weights[1:]
    return Nearness(
        mean=float(nearest.mean()),
        weighted=float(nearest @ weights),
        nearby=float((_statements(cosines).T @ weights).max()),
        phrases=float(phrases.max(axis=1) @ pairs / pairs.sum() / 2) if phrases.size else 0.0,
        worst=float(nearest[heavy].min()),
        back=float(cosines.max(axis=0) @ lengths / (lengths.sum() or 1.0)),
    )


def _statements(cosines: Vectors) -> Vectors:
    """The nearest within each two neighbouring blocks, shape (question's subwords, statements)."""
    width = cosines.shape[1]
    blocks = np.maximum.reduceat(cosines, np.arange(0, width, _BLOCK), axis=1)
    return np.maximum(blocks[:, :-1], blocks[:, 1:]) if blocks.shape[1] > 1 else blocks
