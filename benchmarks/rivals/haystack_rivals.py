"""Haystack: BM25 as it comes, and the hybrid of its tutorial on hybrid retrieval (33).

A passage that crosses pages counts for each page that it stands on.
"""

from __future__ import annotations

from pathlib import Path

from haystack import Document
from haystack.components.converters import PyPDFToDocument
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore

from benchmarks.rivals import Found


class BM25:
    """The default splitter and InMemoryBM25Retriever."""

    def __init__(self) -> None:
        self._splitter = DocumentSplitter()
        self._splitter.warm_up()

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        return self._add(
            [
                Document(content=f"{title}\n{text}" if title else text, meta={"ids": [id_]})
                for id_, title, text in documents
            ]
        )

    def read(self, paths: list[str]) -> int:
        converted = PyPDFToDocument().run(sources=paths)["documents"]
        return self._add([one for one in converted if (one.content or "").strip()])

    def search(self, question: str, k: int) -> Found:
        return [_ids(one) for one in self._by_words(question, k)]

    def _add(self, documents: list[Document]) -> int:
        self._store = InMemoryDocumentStore()
        passages = self._prepared(self._splitter.run(documents=documents)["documents"])
        return self._store.write_documents(passages)

    def _prepared(self, passages: list[Document]) -> list[Document]:
        return passages

    def _by_words(self, question: str, k: int) -> list[Document]:
        retriever = InMemoryBM25Retriever(self._store, top_k=k)
        return list(retriever.run(query=question)["documents"])


class Hybrid(BM25):
    """BM25 and MiniLM side by side, joined by reciprocal rank fusion."""

    def __init__(self) -> None:
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        from benchmarks.rivals.minilm import MINILM  # here: BM25 alone needs no torch

        self._splitter = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
        self._splitter.warm_up()
        self._of_documents = SentenceTransformersDocumentEmbedder(model=MINILM, progress_bar=False)
        self._of_question = SentenceTransformersTextEmbedder(model=MINILM, progress_bar=False)
        self._of_documents.warm_up()
        self._of_question.warm_up()

    def search(self, question: str, k: int) -> Found:
        vector = self._of_question.run(text=question)["embedding"]
        retriever = InMemoryEmbeddingRetriever(self._store, top_k=k)
        by_meaning = retriever.run(query_embedding=vector)["documents"]
        joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=k)
        joined = joiner.run(documents=[self._by_words(question, k), by_meaning])
        return [_ids(one) for one in joined["documents"]]

    def _prepared(self, passages: list[Document]) -> list[Document]:
        return list(self._of_documents.run(documents=passages)["documents"])


def _ids(passage: Document) -> list[str]:
    if "ids" in passage.meta:
        return list(passage.meta["ids"])
    first = passage.meta["page_number"]
    pages = range(first, first + 1 + (passage.content or "").strip("\f").count("\f"))
    return [f"{Path(passage.meta['file_path']).name}#{page}" for page in pages]
