"""How an evaluation searches: which search, with which embedding, and how many passages are read.

What the chat does is one setup among others: both searches judged together. Each half alone, and
both joined by their ranks, are what it has to be better than.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag_core.assistant import PASSAGES
from rag_core.reranker import LEARNED, Emphasis
from rag_core.retriever import CANDIDATES, SeodamRetriever
from rag_core.types import Hit

MOST_PASSAGES = 20
"""How many passages may be read for one answer."""
_RRF = 60
"""Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet … (SIGIR 2009)."""

Ranked = Sequence[tuple[str, float]]


class Search(StrEnum):
    """Which search is asked."""

    JUDGED = "judged"  # words and meaning, judged together by what is read: the chat's
    LEARNED = "learned"  # the same without the cross-encoder, where the settings name one
    RANKS = "ranks"  # words and meaning, joined by reciprocal rank fusion, without the reranker
    WORDS = "words"  # words alone: BM25
    MEANING = "meaning"  # meaning alone: cosines


@dataclass(frozen=True, slots=True)
class Setup:
    """`embedding` "" is the one in use; `k` passages are read for an answer; `emphasis` counts
    where passages are judged."""

    search: Search = Search.JUDGED
    emphasis: Emphasis = LEARNED
    embedding: str = ""
    k: int = PASSAGES

    @property
    def judges(self) -> bool:
        """Whether passages are judged, so that emphasis counts."""
        return self.search in (Search.JUDGED, Search.LEARNED)

    @property
    def by_meaning(self) -> bool:
        """Whether it makes a difference which embedding there is."""
        return self.search is not Search.WORDS


def find(retriever: SeodamRetriever, question: str, setup: Setup, depth: int) -> list[Hit]:
    """The best passages for a question, at most `depth`; the retriever has the embedding and the
    emphasis of the setup.

    Where nothing is judged nobody knows how likely a passage is to answer: then `Hit.score` is 1 /
    rank, so that no question is declined for what was found.
    """
    if setup.search is Search.JUDGED:
        return retriever.search(question, depth)
    if setup.search is Search.LEARNED:
        looked = retriever.look(question, depth)
        return SeodamRetriever.ranked(retriever, question, looked, depth)
    words, meaning = _legs(retriever, question, setup.search, max(depth, CANDIDATES))
    scores: dict[str, float] = defaultdict(float)
    for ranked in (words, meaning):
        for rank, (one, _) in enumerate(ranked, start=1):
            scores[one] += 1 / (_RRF + rank)
    best = sorted(scores, key=lambda one: -scores[one])
    known = retriever.passages(best)
    kept = [one for one in best if one in known][:depth]
    dense, lexical = _ranks(meaning), _ranks(words)
    return [
        Hit(rank, *known[one], 1 / rank, dense.get(one), lexical.get(one))
        for rank, one in enumerate(kept, start=1)
    ]


def _legs(
    retriever: SeodamRetriever, question: str, search: Search, depth: int
) -> tuple[Ranked, Ranked]:
    """What words find, and what meaning finds, of those that are asked."""
    words: Ranked = ()
    meaning: Ranked = ()
    if search is not Search.MEANING:
        words = retriever.lexical.search(question, depth)
    if search is not Search.WORDS:
        vector = retriever.embedding.embed_array([question], query=True)[0]
        meaning = retriever.dense.search(vector, depth) if vector.any() else ()
    return words, meaning


def _ranks(ranked: Ranked) -> dict[str, int]:
    return {one: rank for rank, (one, _) in enumerate(ranked, start=1)}
