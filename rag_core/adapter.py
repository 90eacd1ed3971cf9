"""A small adapter on the bundled embedding, learned from somebody's own documents.

Transfer learning in its smallest form: the table of subwords, pre-trained, stays as it is; learned
are how much each subword counts and one linear map over the vectors (d × d), both starting from
"change nothing" and pulled back towards it. Numpy alone, a processor, minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag_core.embeddings import BundledEmbedding, Embedding, Vectors, bundled_embedding, normalised
from rag_core.errors import Cancelled, WrongSetting

Floats = NDArray[np.float32]
LONGEST = 160
"""Subwords of a text that are read while learning."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """`counts`: a logarithm for each subword by how much more it counts, shape (subwords,);
    `turn`: the map, shape (d, d)."""

    counts: Floats
    turn: Floats

    @staticmethod
    def none(subwords: int, dimension: int) -> Adapter:
        """The adapter that changes nothing."""
        return Adapter(np.zeros(subwords, np.float32), np.eye(dimension, dtype=np.float32))

    def save(self, path: Path) -> None:
        """Write it; the file is there when it is whole, or not at all."""
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.savez(file, counts=self.counts.astype(np.float16), turn=self.turn)
        partial.replace(path)

    @staticmethod
    def load(path: Path) -> Adapter:
        """Raises WrongSetting when there is none."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                return Adapter(kept["counts"].astype(np.float32), kept["turn"].astype(np.float32))
        except (OSError, ValueError, KeyError) as error:
            raise WrongSetting(
                setting="embedding", value=path.stem, allowed="a tuning that is kept here"
            ) from error


class AdaptedEmbedding(Embedding):
    """The bundled embedding with an adapter on it."""

    def __init__(self, path: Path, base: BundledEmbedding | None = None) -> None:
        self._path, self._base = path, base or bundled_embedding()

    @cached_property
    def _adapter(self) -> Adapter:
        return Adapter.load(self._path)

    @cached_property
    def dimension(self) -> int:
        """See Embedding."""
        return self._base.dimension

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding: the base, and the bytes of the adapter."""
        self._adapter  # noqa: B018 — raises where there is none
        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()[:16]
        return f"adapter {digest} on {self._base.fingerprint}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding; `query` makes no difference."""
        return adapted(self._base, self._adapter, texts)


def adapted(base: BundledEmbedding, adapter: Adapter, texts: Sequence[str]) -> Vectors:
    """The vectors of texts by the bundled embedding with this adapter; shape (texts, d)."""
    sums = base.weighted_sums(base.subwords(texts), np.exp(adapter.counts))
    return normalised(sums @ adapter.turn.T)


@dataclass(frozen=True, slots=True)
class Course:
    """How learning goes. `hold`: how strongly it is pulled back to changing nothing."""

    steps: int = 200
    batch: int = 192
    rate: float = 1e-3
    temperature: float = 0.05
    hold: float = 0.02
    look_every: int = 50
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Step:
    """Where learning stands: `loss` over the last steps, `kept` how well the best adapter so far
    finds the positive among a batch that it does not learn from (0 … 1)."""

    step: int
    steps: int
    loss: float
    kept: float


Pair = tuple[str, str, str]
"""A question, the text that answers it, and one that does not ("" for none)."""


def learn(
    base: BundledEmbedding,
    pairs: Sequence[Pair],
    course: Course = Course(),
    show: Callable[[Step], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Adapter:
    """The adapter that does best on a tenth of the pairs, kept aside while the others teach.

    Each question should be nearer to its own text than to the others' of the batch and to its own
    negative (multiple negatives, Henderson et al. 2017). Seeded. Raises Cancelled.
    """
    random = np.random.default_rng(course.seed)
    order = random.permutation(len(pairs))
    aside, taught = np.split(order, [max(1, len(pairs) // 10)])
    learner = _Learner(base, pairs, course)
    best, kept = learner.adapter, learner.found(aside)
    losses: list[float] = []
    for step in range(1, course.steps + 1):
        if cancelled():
            raise Cancelled
        rows = random.choice(taught, min(course.batch, len(taught)), replace=False)
        losses.append(learner.step(rows, step))
        if step % course.look_every == 0 or step == course.steps:
            if (now := learner.found(aside)) > kept:
                best, kept = learner.adapter, now
            show(Step(step, course.steps, float(np.mean(losses)), kept))
            losses.clear()
    return best


class _Learner:
    """The pairs as bags of the subwords that occur in them, and the adapter as it is learned."""

    def __init__(self, base: BundledEmbedding, pairs: Sequence[Pair], course: Course) -> None:
        self.course = course
        bags = [base.subwords(list(texts)) for texts in zip(*pairs, strict=True)]
        self.known, places = np.unique(
            np.fromiter(chain.from_iterable(chain.from_iterable(bags)), np.int64),
            return_inverse=True,
        )
        cut = iter(np.split(places, np.cumsum([len(bag) for side in bags for bag in side])[:-1]))
        self.sides = [[next(cut)[:LONGEST] for _ in side] for side in bags]
        self.table = base.rows(self.known)
        self.counts = np.zeros(len(self.known), np.float32)
        self.turn = np.eye(base.dimension, dtype=np.float32)
        self._subwords = base.size
        self._of_counts = np.zeros_like(self.counts), np.zeros_like(self.counts)
        self._of_turn = np.zeros_like(self.turn), np.zeros_like(self.turn)

    @property
    def adapter(self) -> Adapter:
        """As it is now."""
        counts = np.zeros(self._subwords, np.float32)
        counts[self.known] = self.counts
        return Adapter(counts, self.turn.copy())

    def found(self, rows: NDArray[np.int64]) -> float:
        """Mean reciprocal rank of the own text among those of these pairs."""
        asked, texts = (self._forward(side, rows).unit for side in self.sides[:2])
        scores = asked @ texts.T
        own = np.diag(scores)[:, None]
        return float((1 / (1 + (scores > own).sum(axis=1))).mean())

    def step(self, rows: NDArray[np.int64], step: int) -> float:
        """Learn from these pairs; returns the loss."""
        asked, texts, others = (self._forward(side, rows) for side in self.sides)
        every = np.concatenate([texts.unit, others.unit])
        scores = asked.unit @ every.T / self.course.temperature
        scores[:, len(rows) :][:, ~others.there] = -1e4
        scores[:, : len(rows)][self._same(rows)] = -1e4
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        gold = np.arange(len(rows))
        loss = float(-np.log(np.maximum(shares[gold, gold], 1e-9)).mean())
        shares[gold, gold] -= 1
        shares /= len(rows) * self.course.temperature
        d_every = shares.T @ asked.unit
        gradients = [
            self._backward(asked, shares @ every),
            self._backward(texts, d_every[: len(rows)]),
            self._backward(others, d_every[len(rows) :]),
        ]
        counts, turns = zip(*gradients, strict=True)
        hold, unturned = self.course.hold, np.eye(len(self.turn), dtype=np.float32)
        d_counts = np.sum(counts, axis=0) + hold * self.counts / len(self.counts)
        d_turn = np.sum(turns, axis=0) + hold * (self.turn - unturned)
        self._adam(d_counts.astype(np.float32), d_turn.astype(np.float32), step)
        return loss

    def _same(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Pairs with the same text are no negatives of each other."""
        keys = [self.sides[1][row].tobytes() for row in rows]
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        ids = np.array([numbers[key] for key in keys])
        same = ids[:, None] == ids[None, :]
        np.fill_diagonal(same, False)
        return same

    def _forward(self, side: Sequence[NDArray[np.int64]], rows: NDArray[np.int64]) -> _Read:
        bags = [side[row] for row in rows]
        lengths = np.array([len(bag) for bag in bags])
        flat = np.concatenate(bags) if lengths.sum() else np.zeros(0, np.int64)
        owner = np.repeat(np.arange(len(bags)), lengths)
        vectors = self.table[flat] * np.exp(self.counts[flat])[:, None]
        sums = np.zeros((len(bags), self.table.shape[1]), np.float32)
        if len(flat):
            there = np.flatnonzero(lengths)
            starts = np.concatenate([[0], np.cumsum(lengths[there])[:-1]])
            sums[there] = np.add.reduceat(vectors, starts, axis=0)
        turned = sums @ self.turn.T
        long = np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
        return _Read(flat, owner, vectors, sums, turned / long, long, lengths > 0)

    def _backward(self, read: _Read, d_unit: Floats) -> tuple[Floats, Floats]:
        """Gradients of `counts` and `turn` from that of the unit vectors."""
        along = (d_unit * read.unit).sum(axis=1, keepdims=True)
        d_turned = (d_unit - along * read.unit) / read.long
        d_sums = d_turned @ self.turn
        told = (d_sums[read.owner] * read.vectors).sum(axis=1)
        d_counts = np.bincount(read.flat, told, len(self.counts)).astype(np.float32)
        return d_counts, d_turned.T @ read.sums

    def _adam(self, d_counts: Floats, d_turn: Floats, step: int) -> None:
        """Kingma and Ba 2015, with a rate that falls in a straight line; the map learns slower."""
        rate = self.course.rate * (1 - (step - 1) / self.course.steps)
        fair = float(np.sqrt(1 - 0.99**step) / (1 - 0.9**step))
        self.counts -= 5 * rate * fair * _moved(self._of_counts, d_counts)
        self.turn -= 0.25 * rate * fair * _moved(self._of_turn, d_turn)


def _moved(moments: tuple[Floats, Floats], gradient: Floats) -> Floats:
    """Adam's direction; updates both moments."""
    first, second = moments
    first += 0.1 * (gradient - first)
    second += 0.01 * (gradient * gradient - second)
    return np.asarray(first / (np.sqrt(second) + 1e-9), np.float32)


@dataclass(frozen=True, slots=True)
class _Read:
    """Texts on their way to vectors, as the way back needs them."""

    flat: NDArray[np.int64]
    owner: NDArray[np.int64]
    vectors: Floats
    sums: Floats
    unit: Floats
    long: Floats
    there: NDArray[np.bool_]
