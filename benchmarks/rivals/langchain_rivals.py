"""LangChain: its tutorial chain, its BM25Retriever, and that one with Kiwi's morphemes.

The chain follows "Build a semantic search engine" of its documentation.
"""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from kiwipiepy import Kiwi
from langchain_community.document_loaders import PyPDFLoader
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.rivals import Found
from benchmarks.rivals.minilm import MINILM


def with_ids(documents: list[tuple[str, str, str]]) -> list[Document]:
    """(id, title, text) as LangChain documents that remember their id."""
    return [
        Document(f"{title}\n{text}" if title else text, metadata={"id": id_})
        for id_, title, text in documents
    ]


def pages_by_pypdf(paths: list[str]) -> list[Document]:
    """PyPDFLoader's pages."""
    pages = [page for path in paths for page in PyPDFLoader(path).load()]
    for page in pages:
        page.metadata["id"] = f"{Path(page.metadata['source']).name}#{page.metadata['page'] + 1}"
    return pages


def pages_by_pdfium(paths: list[str]) -> list[Document]:
    """The pages as PDFium reads them."""
    pages = []
    for path in paths:
        pdf = pypdfium2.PdfDocument(path)
        for number, page in enumerate(pdf, start=1):
            text = page.get_textpage().get_text_range()
            pages.append(Document(text, metadata={"id": f"{Path(path).name}#{number}"}))
        pdf.close()
    return pages


def split(documents: list[Document]) -> list[Document]:
    """The tutorial's passages."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=1000, chunk_overlap=200, add_start_index=True
    )
    return splitter.split_documents(documents)


class TutorialChain:
    """Split, embed with MiniLM, look for the nearest vectors."""

    def __init__(self) -> None:
        self._embeddings = HuggingFaceEmbeddings(model_name=MINILM)
        self._store = InMemoryVectorStore(self._embeddings)

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        return self._add(with_ids(documents))

    def read(self, paths: list[str]) -> int:
        return self._add(pages_by_pypdf(paths))

    def search(self, question: str, k: int) -> Found:
        return [[one.metadata["id"]] for one in self._store.similarity_search(question, k=k)]

    def embed(self, texts: list[str]) -> None:
        self._embeddings.embed_documents(texts)

    def _add(self, documents: list[Document]) -> int:
        self._store = InMemoryVectorStore(self._embeddings)
        return len(self._store.add_documents(split(documents)))


class WordBM25:
    """BM25Retriever as it comes."""

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        return self._add(split(with_ids(documents)))

    def read(self, paths: list[str]) -> int:
        return self._add(split(pages_by_pypdf(paths)))

    def search(self, question: str, k: int) -> Found:
        self._retriever.k = k
        return [[one.metadata["id"]] for one in self._retriever.invoke(question)]

    def _add(self, passages: list[Document]) -> int:
        self._retriever = BM25Retriever.from_documents(passages)
        return len(passages)


class KiwiBM25(WordBM25):
    """BM25Retriever with the morphemes of Kiwi, over whole documents and pages."""

    def __init__(self) -> None:
        self._kiwi = Kiwi()
        self._tokens("미리 불러오기")

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        return self._add(with_ids(documents))

    def read(self, paths: list[str]) -> int:
        return self._add(pages_by_pdfium(paths))

    def _add(self, passages: list[Document]) -> int:
        self._retriever = BM25Retriever.from_documents(passages, preprocess_func=self._tokens)
        return len(passages)

    def _tokens(self, text: str) -> list[str]:
        return [token.form for token in self._kiwi.tokenize(text)]
