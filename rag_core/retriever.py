"""The retriever: lexical and dense search side by side, judged together, as a LangChain port.

Each leg proposes candidates; the reranker then reads question and passages and decides which leg
to believe. The record has the last word: a passage that it no longer knows is never returned.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag_core.adapter import AdaptedEmbedding
from rag_core.embeddings import BundledEmbedding, Embedding, bundled_embedding
from rag_core.matching import QuestionWords
from rag_core.reranker import LEARNED, Emphasis, Judgement, judge, load_weights
from rag_core.search_words import question_tokens
from rag_core.signals import Candidate
from rag_core.stores.dense import DenseCollection
from rag_core.stores.lexical import LexicalIndex
from rag_core.types import Hit, Passage

_log = logging.getLogger(__name__)

CANDIDATES = 40
"""How many passages each leg proposes."""

Known = Mapping[str, tuple[Passage, str]]
"""Passage id → the passage and the name of its document."""


@dataclass(frozen=True)
class Looked:
    """The candidates of a question, the names of their documents by passage id, the question's
    words in the collection, and the judgement."""

    candidates: tuple[Candidate, ...]
    names: Mapping[str, str]
    words: QuestionWords
    judgement: Judgement


class SeodamRetriever(BaseRetriever):
    """Passages of one collection for a question, best first."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    embedding: Embedding
    lexical: LexicalIndex
    dense: DenseCollection
    passages: Callable[[Sequence[str]], Known]
    """The record's passages of these ids, without those that are gone or not the owner's."""
    k: int = 10
    emphasis: Emphasis = LEARNED

    def search(
        self, question: str, k: int | None = None, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """At most k hits (default: self.k), of these documents only where they are given.

        `Hit.score` is 0 … 1 and comparable between questions: how likely the passage is to hold
        what was asked for. Raises ModelFailed kinds when the embedding cannot be computed.
        """
        began = time.perf_counter()
        k = self.k if k is None else k
        found = self.ranked(question, self.look(question, k, documents), k)
        _log.debug("searched in %.1f ms", 1000 * (time.perf_counter() - began))
        return found

    def ranked(self, question: str, looked: Looked, k: int) -> list[Hit]:
        """The k best of what was looked at for a question; as `search`."""
        scores = looked.judgement.probabilities
        best = sorted(zip(scores, looked.candidates, strict=True), key=lambda pair: -pair[0])
        return [
            Hit(
                rank=rank,
                passage=one.passage,
                document=looked.names[one.passage.id],
                score=score,
                dense_rank=one.dense_rank,
                lexical_rank=one.lexical_rank,
                dense_score=one.dense_score,
                lexical_score=one.lexical_score,
            )
            for rank, (score, one) in enumerate(best[:k], start=1)
        ]

    def look(
        self, question: str, k: int | None = None, documents: frozenset[str] | None = None
    ) -> Looked:
        """What `search` chooses from, and how each candidate is judged; as `search`."""
        depth = max(CANDIDATES, self.k if k is None else k)
        vector = self.embedding.embed_array([question], query=True)[0]
        by_words = self.lexical.search(question, depth, documents)
        by_meaning = self.dense.search(vector, depth, documents) if vector.any() else []
        ids = list(dict.fromkeys(one for one, _ in [*by_words, *by_meaning]))
        known = self.passages(ids)
        ids = [one for one in ids if one in known]
        candidates = self._candidates(question, vector, ids, known, by_words, by_meaning)
        rarity = self.lexical.rarity(question_tokens(question))
        words = QuestionWords(question, rarity, self.lexical.count())
        # an adapter starts from the bundled embedding: its cosines lie where those do
        bundled = isinstance(self.embedding, BundledEmbedding | AdaptedEmbedding)
        own = self.embedding
        subwords = own if isinstance(own, BundledEmbedding) else bundled_embedding()
        weights = load_weights().with_emphasis(self.emphasis)
        judgement = judge(question, candidates, words, subwords, bundled=bundled, weights=weights)
        return Looked(tuple(candidates), {one: known[one][1] for one in ids}, words, judgement)

    def _candidates(
        self,
        question: str,
        vector: np.ndarray,
        ids: Sequence[str],
        known: Known,
        by_words: Sequence[tuple[str, float]],
        by_meaning: Sequence[tuple[str, float]],
    ) -> list[Candidate]:
        """Each passage with the score and the rank that both legs give it.

        What only one leg proposed gets its score from the other one too, but no rank there.
        """
        lexical, dense = dict(by_words), dict(by_meaning)
        lexical |= self.lexical.scores(question, [one for one in ids if one not in lexical])
        dense |= self.dense.scores(vector, [one for one in ids if one not in dense])
        word_rank = {one: rank for rank, (one, _) in enumerate(by_words, start=1)}
        meaning_rank = {one: rank for rank, (one, _) in enumerate(by_meaning, start=1)}
        return [
            Candidate(
                passage=known[one][0],
                lexical_score=lexical.get(one, 0.0),
                dense_score=dense.get(one, 0.0),
                lexical_rank=word_rank.get(one),
                dense_rank=meaning_rank.get(one),
            )
            for one in ids
        ]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[LangChainDocument]:
        """LangChain's port: the hits as documents; `k` may be given for one call."""
        return [as_document(hit) for hit in self.search(query, kwargs.get("k"))]


def as_document(hit: Hit) -> LangChainDocument:
    """A hit as LangChain shows it: the passage's words, and where they stand as metadata."""
    passage = hit.passage
    return LangChainDocument(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "document": hit.document,
            "document_id": passage.document_id,
            "page": passage.page,
            "page_label": passage.page_label,
            "context": passage.context,
            "rank": hit.rank,
            "score": hit.score,
        },
    )
