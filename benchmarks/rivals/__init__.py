"""Ours and the rivals behind one protocol, each in a child process.

    python -m benchmarks.rivals NAME < commands > answers

Commands and answers are JSON, one a line, in turn:

    {"do": "index", "documents": [[id, title, text], …]}   → {"seconds", "passages", "peak_mb"}
    {"do": "read", "paths": [path of a PDF, …]}            → the same; ids are then "name#page"
    {"do": "ask", "questions": [text, …], "k": 10}         → {"found", "milliseconds", "peak_mb"}
    {"do": "embed", "texts": [text, …]}                    → {"seconds", "peak_mb"}

`found` holds for each question k passages, best first, each as the ids of what it stands on: one
document, or one page and, where a rival cuts across pages, the next. Indexing forgets what was
indexed before. `seconds` start with the text (or the paths) in hand, everything loaded.
`peak_mb` is the largest memory so far, child processes included and what they share once.
Nothing is imported here that is not in the standard library: rivals live in an environment of
their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

Found = list[list[str]]
"""Passages, best first, each as the ids of what it stands on."""


class Rival(Protocol):
    """What a retriever is asked to do. `embed` is there only where vectors are made."""

    def index(self, documents: list[tuple[str, str, str]]) -> int:
        """Make (id, title, text) searchable; the number of passages."""

    def read(self, paths: list[str]) -> int:
        """Make PDFs searchable, with the rival's own reader and splitter."""

    def search(self, question: str, k: int) -> Found:
        """The k passages that answer best."""


@dataclass(frozen=True)
class Entry:
    """A rival as it is named in tables, and where it is implemented (module:class)."""

    label: str
    what: str
    place: str
    packages: tuple[str, ...] = ()


OURS = "seodam"
TUTORIAL = "langchain-tutorial"
ENTRIES = {
    OURS: Entry("Seodam", "as it comes", "ours:Seodam"),
    TUTORIAL: Entry(
        "LangChain tutorial",
        "PyPDFLoader, RecursiveCharacterTextSplitter 1000/200, all-MiniLM-L6-v2, "
        "InMemoryVectorStore",
        "langchain_rivals:TutorialChain",
        ("langchain-core", "langchain-text-splitters", "langchain-huggingface"),
    ),
    "langchain-bm25": Entry(
        "LangChain BM25",
        "BM25Retriever over the same splits (tokens: white space)",
        "langchain_rivals:WordBM25",
        ("langchain-community", "rank-bm25"),
    ),
    "haystack-bm25": Entry(
        "Haystack BM25",
        "InMemoryBM25Retriever, DocumentSplitter as it comes (200 words)",
        "haystack_rivals:BM25",
        ("haystack-ai",),
    ),
    "haystack-hybrid": Entry(
        "Haystack hybrid",
        "as its tutorial 33: 512/32 words, BM25 and all-MiniLM-L6-v2, DocumentJoiner with "
        "reciprocal rank fusion, without the ranker (a download)",
        "haystack_rivals:Hybrid",
        ("haystack-ai", "sentence-transformers-haystack"),
    ),
    "llamaindex": Entry(
        "LlamaIndex",
        "VectorStoreIndex as it comes (SentenceSplitter, 1024 tokens) with all-MiniLM-L6-v2 in "
        "place of OpenAI's",
        "llama_index_rival:Default",
        ("llama-index-core", "llama-index-embeddings-huggingface"),
    ),
    "kiwi-bm25": Entry(
        "Kiwi BM25",
        "reference for Korean: BM25 over Kiwi's morphemes, whole pages as PDFium reads them",
        "langchain_rivals:KiwiBM25",
        ("kiwipiepy", "rank-bm25"),
    ),
}
