"""A library on a plane: passages and a question by the two directions in which passages differ
most (PCA), and the passages that are nearest to the question in all directions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from rag_core.embeddings import Embedding, Vectors
from rag_core.types import Passage

MOST_POINTS = 800
"""Passages on a map, as many as a browser draws at once; of more every second, third … is shown."""
NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map. `cosine` is that of the whole vectors, not of the places."""

    passage: Passage
    x: float
    y: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Map:
    """`points` are spread over the passages, `asked` is the question's place; `nearest` are the
    NEIGHBOURS best of all passages by cosine, best first. `kept` is which share of the passages'
    variance the two directions hold, 0 … 1."""

    points: tuple[Point, ...]
    asked: tuple[float, float]
    nearest: tuple[Point, ...]
    kept: float


def warm_up() -> None:
    """Load what the first map needs, a second of work, ahead of it; never raises."""
    with suppress(ImportError):  # the map itself will say so
        import sklearn.decomposition  # noqa: F401


def draw_map(
    embedding: Embedding, question: str, passages: Sequence[Passage], vectors: Vectors
) -> Map:
    """Passages and question on a plane; without points where there are fewer than 3 passages,
    or all are alike.

    Bounded: at most MOST_POINTS passages, and as many are looked at to find the directions.
    """
    from sklearn.decomposition import PCA

    some = np.arange(0, len(passages), len(passages) // (MOST_POINTS + 1) + 1)
    if len(some) < 3 or not np.ptp(vectors[some], axis=0).any():
        return Map((), (0.0, 0.0), (), 0.0)
    asked = embedding.embed_array([question], query=True)
    plane = PCA(n_components=2, svd_solver="arpack", random_state=0).fit(vectors[some])
    cosines = vectors @ asked[0]
    nearest = np.argsort(-cosines, kind="stable")[:NEIGHBOURS]

    def points(which: np.ndarray) -> tuple[Point, ...]:
        places = plane.transform(vectors[which])
        return tuple(
            Point(passages[i], float(x), float(y), float(cosines[i]))
            for i, (x, y) in zip(which.tolist(), places, strict=True)
        )

    x, y = plane.transform(asked)[0]
    kept = min(1.0, float(plane.explained_variance_ratio_.sum()))
    return Map(points(some), (float(x), float(y)), points(nearest), kept)
