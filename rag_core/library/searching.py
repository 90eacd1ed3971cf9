"""Finding passages, and taking all passages of documents together: to study, measure, learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from rag_core.cross_encoder import make_retriever
from rag_core.embeddings import (
    BundledEmbedding,
    Embedding,
    Vectors,
    bundled_embedding,
    few_at_a_time,
)
from rag_core.errors import Cancelled
from rag_core.lessons import Lessons, lessons_of
from rag_core.library.holding import Holding
from rag_core.passages import searchable_text
from rag_core.reranker import LEARNED, Emphasis
from rag_core.retriever import SeodamRetriever
from rag_core.scope import fits
from rag_core.study import Material, material
from rag_core.suggesting import QUESTIONS
from rag_core.types import DEFAULT_COLLECTION, EVERYTHING, Hit, Passage, Scope, Turn


class Searching(Holding):
    """What stands in the documents of one owner, by question or as a whole."""

    def retriever(
        self, collection: str = DEFAULT_COLLECTION, k: int = 10, emphasis: Emphasis = LEARNED
    ) -> SeodamRetriever:
        """The LangChain retriever over one collection."""
        embedding = self._embedding()
        shelf = self._shelves.of(self.owner, collection, embedding.fingerprint)
        return make_retriever(
            self._cross_encoder,
            embedding=embedding,
            lexical=shelf.lexical,
            dense=shelf.dense,
            passages=partial(self._record.passages, collection=collection),
            k=k,
            emphasis=emphasis,
        )

    def included(
        self, collection: str, excluded: frozenset[str], scope: Scope = EVERYTHING
    ) -> frozenset[str] | None:
        """The documents to search, as they are now; None = all of the collection."""
        if not excluded and scope == EVERYTHING:
            return None
        documents = self.documents(collection)
        return frozenset(one.id for one in documents if fits(one, scope)) - excluded

    def search(
        self,
        question: str,
        k: int = 10,
        collection: str = DEFAULT_COLLECTION,
        excluded: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        """The k passages that answer best, best first."""
        retriever = self.retriever(collection, k)
        return retriever.search(question, k, self.included(collection, excluded))

    def study(self, document_ids: Sequence[str], questions: int = QUESTIONS) -> Material:
        """What there is to study in these documents, with so many suggested questions at the
        most; raises NotFound."""
        embedding = self._embedding()
        bundled = embedding if isinstance(embedding, BundledEmbedding) else bundled_embedding()
        passages = [one for document_id in document_ids for one in self.passages(document_id)]
        return material(passages, bundled, questions)

    def vectors(self, collection: str = DEFAULT_COLLECTION) -> tuple[tuple[Passage, ...], Vectors]:
        """All passages of a collection and their vectors by the embedding in use, a row each."""
        fingerprint = self._embedding().fingerprint
        documents = [one.id for one in self.documents(collection)]
        rows = [self._record.vectors_of(one, fingerprint) for one in documents]
        passages = tuple(one for document in documents for one in self.passages(document))
        kept = [row for row in rows if len(row)]
        vectors = np.concatenate(kept) if kept else np.zeros((0, 1), np.float32)
        return (passages, vectors) if len(vectors) == len(passages) else ((), vectors[:0])

    def embedded(
        self,
        document_id: str,
        embedding: Embedding,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[tuple[Passage, ...], Vectors]:
        """The passages of a document and their vectors by any embedding, a row each; made once and
        kept beside those in use. Raises NotFound, Cancelled, ModelFailed kinds."""
        passages = self.passages(document_id)
        vectors = self._record.vectors_of(document_id, embedding.fingerprint)
        if len(vectors) == len(passages):
            return passages, vectors
        texts = [searchable_text(passage) for passage in passages]
        parts = []
        for some in few_at_a_time(texts):
            if cancelled():
                raise Cancelled
            parts.append(embedding.embed_array(some))
        vectors = np.concatenate(parts)
        with self._shelves.publishing:  # pages may have been read again meanwhile
            if self._record.passages_of(document_id) == passages:
                self._record.keep_vectors(document_id, vectors, embedding.fingerprint)
        return passages, vectors

    def lessons(
        self, collection: str = DEFAULT_COLLECTION, accepted: Sequence[Turn] = ()
    ) -> tuple[tuple[Passage, ...], Lessons]:
        """All passages of a collection, and what a retriever can learn from them; `accepted` are
        turns whose answer was found helpful."""
        documents = [one.id for one in self.documents(collection)]
        passages = tuple(one for document in documents for one in self.passages(document))
        known = {one.id: one for one in passages}
        words = self.retriever(collection).lexical

        def unlike(question: str, passage_id: str) -> str:
            near = (known[one] for one, _ in words.search(question, 5) if one in known)
            heading = known[passage_id].context
            other = next((one for one in near if one.context != heading), None)
            return searchable_text(other) if other else ""

        return passages, lessons_of(passages, accepted, unlike)
