"""Marginalising over passages: RAG-Sequence and RAG-Token (Lewis et al. 2020, arXiv:2005.11401).

The passage z is a hidden variable. With x the question, y the answer of tokens y_1 … y_n:

    RAG-Sequence   p(y|x) = Σ_z p(z|x) Π_i p(y_i | x, z, y_<i)      one passage for the whole answer
    RAG-Token      p(y|x) = Π_i Σ_z p(z|x) p(y_i | x, z, y_<i)      a passage for each token

Both are one walk over the tokens with weights on the passages: p(y_i | x, y_<i) =
Σ_z w_i(z) p(y_i | x, z, y_<i), where RAG-Token keeps w_i(z) = p(z|x) and RAG-Sequence has learnt
from what was said, w_i(z) = p(z | x, y_<i). All sums are in natural logarithms; pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

_EDGE = 1e-9  # scores of exactly 0 and 1 are taken for this near to them


class Mode(StrEnum):
    """Which of the paper's two models."""

    SEQUENCE = "sequence"
    TOKEN = "token"


def log_prior(scores: Sequence[float], temperature: float = 1.0) -> np.ndarray:
    """log p(z|x), (passages,), from the retriever's scores (`Hit.score`, each 0 … 1).

    The softmax of their logits log(s / (1 - s)). Where each s says how likely its passage is to
    hold the answer, independently of the others, this is at temperature 1 exactly how likely each
    is to be the one, given that one is. A higher temperature makes passages more alike, towards
    0 the best takes all. Raises ValueError for no scores or a temperature that is not above 0.
    """
    if not len(scores) or not temperature > 0:
        raise ValueError("a prior needs a score and a temperature above 0")
    s = np.clip(np.asarray(scores, dtype=np.float64), _EDGE, 1 - _EDGE)
    logits = (np.log(s) - np.log1p(-s)) / temperature
    return np.asarray(logits - np.logaddexp.reduce(logits))


def log_weights(mode: Mode, prior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """log w_i(z), (passages, tokens): how much each passage counts before each token.

    `prior`: log p(z|x), (passages,). `given`: log p(y_i | x, z, y_<i), (passages, tokens).
    """
    if mode is Mode.TOKEN:
        return np.repeat(prior[:, None], given.shape[1], axis=1)
    before = np.cumsum(given, axis=1) - given
    joint = prior[:, None] + before
    return np.asarray(joint - np.logaddexp.reduce(joint, axis=0))


def log_marginals(mode: Mode, prior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """log p(y_i | x, y_<i), (tokens,); their sum is log p(y|x)."""
    return np.asarray(np.logaddexp.reduce(log_weights(mode, prior, given) + given, axis=0))


def log_likelihood(mode: Mode, prior: np.ndarray, given: np.ndarray) -> float:
    """log p(y|x), computed as the definition at the top reads."""
    if mode is Mode.TOKEN:
        return float(np.logaddexp.reduce(prior[:, None] + given, axis=0).sum())
    return float(np.logaddexp.reduce(prior + given.sum(axis=1)))


def responsibilities(mode: Mode, prior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """(passages, tokens): which share of p(y_i | x, y_<i) each passage contributes; columns sum
    to 1. For RAG-Sequence that is p(z | x, y_≤i)."""
    joint = log_weights(mode, prior, given) + given
    return np.asarray(np.exp(joint - np.logaddexp.reduce(joint, axis=0)))


def posterior(mode: Mode, prior: np.ndarray, given: np.ndarray) -> np.ndarray:
    """(passages,): how much of the answer came from each passage; sums to 1.

    RAG-Sequence: p(z | x, y). RAG-Token has a passage for each token: the mean of their shares.
    An answer without tokens leaves p(z|x).
    """
    if not given.shape[1]:
        return np.asarray(np.exp(prior))
    shares = responsibilities(mode, prior, given)
    return np.asarray(shares[:, -1] if mode is Mode.SEQUENCE else shares.mean(axis=1))
