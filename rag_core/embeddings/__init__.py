"""Text to vectors, by name: the bundled embedding, sentence-transformers, or an OpenAI-like server.

Every implementation is a LangChain `Embeddings` that says what it is: `fingerprint` names model,
revision, size and prompts, so that vectors of two models never mix in one collection. All vectors
are float32 and of length 1; a text in which nothing can be read (an empty one) gets zeros.
"""

from __future__ import annotations

from rag_core.embeddings.bundled import BUNDLED, BundledEmbedding, bundled_embedding
from rag_core.embeddings.names import OPENAI, SENTENCE_TRANSFORMERS, load_embedding
from rag_core.embeddings.port import (
    Embedding,
    Vectors,
    few_at_a_time,
    folder_hash,
    normalised,
    readable,
)
from rag_core.embeddings.sentence import SentenceTransformerEmbedding
from rag_core.embeddings.server import OpenAIEmbedding

__all__ = [
    "BUNDLED",
    "OPENAI",
    "SENTENCE_TRANSFORMERS",
    "BundledEmbedding",
    "Embedding",
    "OpenAIEmbedding",
    "SentenceTransformerEmbedding",
    "Vectors",
    "bundled_embedding",
    "few_at_a_time",
    "folder_hash",
    "load_embedding",
    "normalised",
    "readable",
]
