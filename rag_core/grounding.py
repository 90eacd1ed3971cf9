"""How far a passage bears out a sentence: its words, numbers, names, negations, and its meaning.

`check` says for a sentence and the passages it cites whether they support it, and how that was
seen. Word for word is the best; then no number may be missing or otherwise, and nothing may stand
against it (`contradiction`, and "all" or "only" said by nobody else); then a small logistic model
weighs `SIGNALS`. Its weights stand in grounding.json beside this file; training/support.py learns
them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rag_core.contradiction import difference, nearest
from rag_core.embeddings import BundledEmbedding, bundled_embedding
from rag_core.exclusives import only_the_claim_is_sweeping
from rag_core.quantities import Compared, compare
from rag_core.search_words import question_tokens
from rag_core.subwords import nearness
from rag_core.text import differ, find_quote, folded, language
from rag_core.types import CheckedBy

WEIGHTS = Path(__file__).with_suffix(".json")
IN_ENGLISH = ("covered", "covered_twice", "mean", "weighted", "phrases", "worst", "back")
"""Signals that count otherwise for an English sentence."""
SIGNALS = (
    "always",
    "covered",  # share of the sentence's search words that the evidence has
    "covered_twice",  # its square: the last missing words weigh most
    "mean",  # see subwords.Nearness, five of them
    "weighted",
    "phrases",
    "worst",
    "back",
    "names",  # share of its names that the evidence lacks
    "missing",  # it says a number that the evidence lacks
    "contradicted",  # … or has otherwise
    "longer",  # logarithm of how much longer it is than the evidence, 0 when shorter
    "foreign",  # the evidence is in another language
    "foreign_mean",  # two of the signals again, for those
    "foreign_weighted",
    "english",
    *(f"{name}_english" for name in IN_ENGLISH),
)

_NEAREST = 3  # sentences of the evidence that are looked at for an "all" or "only"
_NAME = re.compile(r"(?<![.!?:“\"]\s)(?<!^)\b[A-Z][\w'’-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the passages say to a sentence. `contradicted` are its numbers and dates, in its own
    words, that stand otherwise there; `probability` is how surely it is supported, 0 … 1."""

    supported: bool
    by: CheckedBy
    contradicted: tuple[str, ...] = ()
    probability: float = 0.0


def check(
    sentence: str, evidence: Sequence[str], embedding: BundledEmbedding | None = None
) -> Verdict:
    """Whether the texts, together, bear out the sentence. Without a text nothing does."""
    if not evidence:
        return Verdict(False, CheckedBy.NOTHING)
    if any(find_quote(sentence, text) for text in evidence):
        return Verdict(True, CheckedBy.WORDS, probability=1.0)
    numbers = compare(sentence, evidence)
    probability = _model().probability(signals(sentence, evidence, numbers, embedding))
    otherwise = tuple(dict.fromkeys(one.said for one in numbers.contradicted))
    if otherwise or numbers.missing:
        return Verdict(False, CheckedBy.NUMBERS, otherwise, min(probability, 0.5))
    supported = probability >= _model().threshold and not _says_otherwise(sentence, evidence)
    by = CheckedBy.NUMBERS if numbers.matched and supported else CheckedBy.MEANING
    return Verdict(supported, by, probability=probability)


def _says_otherwise(sentence: str, evidence: Sequence[str]) -> bool:
    """Whether the texts, of the same language, deny it, say its opposite, or say it of less."""
    whole = "\n".join(evidence)
    if differ(language(sentence), language(whole)):
        return False
    near = nearest(sentence, whole)[:_NEAREST]
    return only_the_claim_is_sweeping(sentence, near) or bool(difference(sentence, whole))


def signals(
    sentence: str,
    evidence: Sequence[str],
    numbers: Compared,
    embedding: BundledEmbedding | None = None,
) -> np.ndarray:
    """SIGNALS of a sentence and its evidence."""
    whole = "\n".join(evidence)
    words = set(question_tokens(sentence))
    held = set(question_tokens(whole))
    covered = len(words & held) / len(words) if words else 1.0
    near = nearness(sentence, [whole], embedding or bundled_embedding())[0]
    own = language(sentence)
    foreign = float(differ(own, language(whole)))
    other = folded(whole)
    names = {name.lower() for name in _NAME.findall(sentence)}
    lacking = sum(name not in other for name in names) / len(names) if names else 0.0
    english = float(own == "en")
    values = np.array(
        [
            1.0,
            covered * (1 - foreign),
            covered * covered * (1 - foreign),
            near.mean * (1 - foreign),
            near.weighted * (1 - foreign),
            near.phrases,
            near.worst,
            near.back,
            lacking * (1 - foreign),
            float(bool(numbers.missing)),
            float(bool(numbers.contradicted)),
            max(0.0, math.log((len(sentence) + 10) / (len(whole) + 10))),
            foreign,
            near.mean * foreign,
            near.weighted * foreign,
            english,
        ]
    )
    again = values[[SIGNALS.index(name) for name in IN_ENGLISH]]
    return np.concatenate([values, again * english])


@dataclass(frozen=True)
class Model:
    """Weights of SIGNALS, and the probability from which a sentence counts as supported."""

    weights: np.ndarray
    threshold: float

    def probability(self, values: np.ndarray) -> float:
        """Of being supported, 0 … 1."""
        return float(1 / (1 + np.exp(-np.clip(values @ self.weights, -30, 30))))


@lru_cache(maxsize=1)
def _model() -> Model:
    kept: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Model(np.array([kept["weights"][name] for name in SIGNALS]), float(kept["threshold"]))
