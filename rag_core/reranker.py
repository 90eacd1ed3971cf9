"""Which of the candidates answers the question, judged from what both searches say of them.

A score is a sum: each signal of a candidate (signals.py) times a weight, and each weight depends
in turn on the circumstances, such as the languages or how much of the question the collection
knows at all. So it is decided question by question which search to trust. The weights stand in
reranker.json beside this file; `training/reranker.py` learns them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rag_core.asking import Definition
from rag_core.contents import asks_for_contents, is_contents
from rag_core.embeddings import BundledEmbedding
from rag_core.matching import QuestionWords
from rag_core.signals import CIRCUMSTANCES, CLOSE, PLAIN, Candidate, circumstances, close, plain

WEIGHTS = Path(__file__).with_suffix(".json")
LOOKED_AT_CLOSELY, AT_LEAST = 32, 10
"""Candidates whose subwords are read; what comes after them keeps its place."""
_FAR_BEHIND = 5.0
"""Logits: a candidate so far behind the best one at first sight is not looked at closely. On six
development sets no hit@1 or hit@5 changed, and nDCG@10 only for one question of one set."""
HELD_BACK = 0.1
"""What is left of the probability of a table of contents: it comes after what is half as likely,
and before what has next to nothing to do with the question."""


@dataclass(frozen=True)
class Stage:
    """A way to score. `weights`: signals × circumstances. A score and the circumstances of the

    question become a probability by `slope` and `level` (one number for each circumstance).
    """

    weights: np.ndarray
    slope: float
    level: np.ndarray

    def scores(self, signals: np.ndarray, about: np.ndarray) -> np.ndarray:
        """One number for each candidate, comparable within a question."""
        return np.asarray(np.einsum("ns,nc,sc->n", signals, about, self.weights))

    def probabilities(self, scores: np.ndarray, about: np.ndarray) -> np.ndarray:
        """How likely each candidate is to hold what was asked for, 0 … 1, in the same order."""
        level = float(about.mean(axis=0) @ self.level) if len(about) else 0.0
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * scores + level, -30, 30))))


@dataclass(frozen=True, slots=True)
class Emphasis:
    """How much more than learned the signals of words, of the meaning of whole texts, and of
    subwords looked at closely count; 1 is as learned, 0 not at all."""

    words: float = 1.0
    meaning: float = 1.0
    closely: float = 1.0

    @classmethod
    def read(cls, text: str) -> Emphasis:
        """What `written` gave; as learned where it cannot be read. Held to 0 … MOST_EMPHASIS."""
        try:
            words, meaning, closely = (
                min(max(float(one), 0), MOST_EMPHASIS) for one in text.split()
            )
        except ValueError:
            return LEARNED
        return cls(words, meaning, closely)

    @property
    def as_learned(self) -> bool:
        """Nothing counts more or less."""
        return self == LEARNED

    @property
    def written(self) -> str:
        """The three numbers, to be kept as text."""
        return f"{self.words:.2f} {self.meaning:.2f} {self.closely:.2f}"

    def of(self, signals: Sequence[str]) -> np.ndarray:
        """A factor for each signal."""
        return np.array([self._of(name) for name in signals])

    def _of(self, name: str) -> float:
        both = (self.words * self.meaning) ** 0.5
        by = {"words": self.words, "meaning": self.meaning, "closely": self.closely, "both": both}
        return by.get(group_of(name), 1.0)


def group_of(signal: str) -> str:
    """What a signal speaks for: "words", "meaning", "closely", "both" of the first two, "other"."""
    if signal in CLOSE:
        return "closely"
    if signal.startswith("meaning"):
        return "meaning"
    if signal == "both_ranks":
        return "both"
    return "words" if signal in OF_WORDS else "other"


OF_WORDS = frozenset(
    """words_share words_of_best words_rank covered covered_above rarest nearby ordered
    numbers""".split()
)
LEARNED = Emphasis()
MOST_EMPHASIS = 2.0


@dataclass(frozen=True)
class Weights:
    """`first` scores plain signals, `second` plain and close ones. `meaning` is the mean and the
    deviation of the bundled embedding's cosines, onto which another embedding's are brought."""

    first: Stage
    second: Stage
    meaning: tuple[float, float]

    def with_emphasis(self, emphasis: Emphasis) -> Weights:
        """The same with some signals counting more or less."""
        if emphasis == LEARNED:
            return self
        first = self.first.weights * emphasis.of(PLAIN)[:, None]
        second = self.second.weights * emphasis.of(PLAIN + CLOSE)[:, None]
        return Weights(
            replace(self.first, weights=first), replace(self.second, weights=second), self.meaning
        )


@dataclass(frozen=True)
class Judgement:
    """What was found of each candidate, in their order.

    `probabilities`: how likely it is to hold what was asked for, 0 … 1; `held_back`: it is a table
    of contents, whose probability is HELD_BACK of what its score says; `brought_forward`: it writes
    out the letters that were asked about and comes before those that do not. `closely` are the
    places of those that were looked at closely, best first by the rough score; `signals` (PLAIN +
    CLOSE) and `about` (circumstances) are theirs, a row each.
    """

    probabilities: tuple[float, ...]
    held_back: tuple[bool, ...]
    brought_forward: tuple[bool, ...]
    closely: tuple[int, ...]
    signals: np.ndarray
    about: np.ndarray
    weights: Weights

    def shares(self) -> np.ndarray:
        """What each signal adds to the score of those looked at closely; the shape of `signals`."""
        second = self.weights.second.weights
        return np.asarray(np.einsum("ns,nc,sc->ns", self.signals, self.about, second))


def judge(
    question: str,
    candidates: Sequence[Candidate],
    words: QuestionWords,
    subwords: BundledEmbedding,
    *,
    bundled: bool = True,
    weights: Weights | None = None,
) -> Judgement:
    """Which candidates answer the question.

    `words` are the question's in the candidates' collection; `bundled` says whether the
    candidates' cosines are those of the bundled embedding.
    """
    weights = weights or load_weights()
    if not candidates:
        nothing = np.zeros((0, len(PLAIN + CLOSE))), np.zeros((0, len(CIRCUMSTANCES)))
        return Judgement((), (), (), (), *nothing, weights)
    signals = plain(question, words, candidates)
    if not bundled:
        signals = _on_scale(signals, weights.meaning)
    about = circumstances(question, words, signals)
    rough = weights.first.scores(signals, about)
    best = _promising(rough, weights.first.slope)
    near = close(question, [candidates[i] for i in best], subwords)
    read = np.concatenate([signals[best], near], axis=1)
    result = weights.first.probabilities(rough, about)
    exact = weights.second.scores(read, about[best])
    closely = weights.second.probabilities(exact, about)
    result = np.minimum(result, closely.min() * (1 - 1e-6))
    result[best] = closely
    held = _held_back(question, candidates)
    result[list(held)] *= HELD_BACK
    forward = _brought_forward(question, candidates)
    result[list(forward)] += result.max() * (1 - result[list(forward)])
    found = tuple(float(one) for one in result)
    return Judgement(found, held, forward, tuple(best.tolist()), read, about[best], weights)


def _held_back(question: str, candidates: Sequence[Candidate]) -> tuple[bool, ...]:
    """Which candidates only name what stands elsewhere, unless that is what was asked for."""
    wanted = asks_for_contents(question)
    return tuple(not wanted and is_contents(one.passage.text) for one in candidates)


def _brought_forward(question: str, candidates: Sequence[Candidate]) -> tuple[bool, ...]:
    """Which candidates write out the letters that the question asks about. Long passages that only
    use them otherwise come first."""
    asked = Definition(question)
    return tuple(asked.by_letters and asked.said_by(one.passage.text) == 1.0 for one in candidates)


def _promising(rough: np.ndarray, slope: float) -> np.ndarray:
    """The candidates to look at closely, best first."""
    best = np.argsort(-rough, kind="stable")[:LOOKED_AT_CLOSELY]
    near = slope * (rough[best[0]] - rough[best]) < _FAR_BEHIND
    return best[: max(AT_LEAST, int(near.sum()))]


def _on_scale(signals: np.ndarray, meaning: tuple[float, float]) -> np.ndarray:
    """The cosines of another embedding spread like those that the weights were learned with."""
    mean, deviation = meaning
    at, gap = PLAIN.index("meaning"), PLAIN.index("meaning_of_best")
    cosines = signals[:, at]
    spread = (cosines - cosines.mean()) / (cosines.std() or 1.0) * deviation
    scaled = signals.copy()
    scaled[:, at] = mean + spread
    scaled[:, gap] = spread - spread.max()
    return scaled


@lru_cache(maxsize=4)
def load_weights(path: Path = WEIGHTS) -> Weights:
    """The weights as `training/reranker.py` wrote them; signals that it did not know count 0."""
    written = json.loads(path.read_text(encoding="utf-8"))
    mean, deviation = written["meaning"]["mean"], written["meaning"]["deviation"]
    return Weights(
        _stage(written["first"], PLAIN), _stage(written["second"], PLAIN + CLOSE), (mean, deviation)
    )


def _stage(written: Mapping[str, Any], signals: Sequence[str]) -> Stage:
    def of(row: Mapping[str, float]) -> list[float]:
        return [row.get(name, 0.0) for name in CIRCUMSTANCES]

    weights = np.array([of(written["weights"].get(name, {})) for name in signals])
    return Stage(weights, written["slope"], np.array(of(written["level"])))
