"""Which of the candidates answers the question, judged from what both searches say of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag_core.text import language
from rag_core.types import Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with the score of either leg; a rank is None where that leg did not propose it."""

    passage: Passage
    lexical_score: float
    dense_score: float
    lexical_rank: int | None
    dense_rank: int | None


def judge(
    question: str, candidates: Sequence[Candidate], rarity: Mapping[str, float]
) -> list[float]:
    """For each candidate how likely it is to hold the answer, 0 … 1.

    `rarity` holds the inverse document frequency of each search word of the question.
    """
    asked = language(question)
    most = 2.2 * sum(rarity.values()) or 1.0  # BM25 with k1 = 1.2 saturates there
    scores = []
    for one in candidates:
        words = one.lexical_score / most
        meaning = max(one.dense_score, 0.0)
        foreign = language(one.passage.text) not in (asked, "other") and asked != "other"
        share = 0.1 if foreign else 0.75
        scores.append(1 / (1 + math.exp(4 - 10 * (share * words + (1 - share) * meaning))))
    return scores
