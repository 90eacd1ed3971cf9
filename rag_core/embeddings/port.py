"""What an embedding is to the rest of Seodam."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimension), each row of length 1."""
_FEW = 32


class Embedding(Embeddings):
    """What the rest of Seodam asks of an embedding, on top of LangChain's port."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """The same for two embeddings exactly when their vectors may be compared."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Numbers in a vector."""

    @abstractmethod
    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """Vectors of passages, or of questions when `query` is true. Raises ModelFailed kinds."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's port for passages."""
        vectors: list[list[float]] = self.embed_array(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """LangChain's port for one question."""
        vector: list[float] = self.embed_array([text], query=True)[0].tolist()
        return vector


def few_at_a_time(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in parts, so small that whoever embeds them can stop soon, between two."""
    for start in range(0, len(texts), _FEW):
        yield texts[start : start + _FEW]


def normalised(vectors: NDArray[Any]) -> Vectors:
    """Rows brought to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def readable(text: str) -> str:
    """The text without lone surrogates, which no tokenizer and no JSON takes."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def folder_hash(folder: Path) -> str:
    """SHA-256 (16 digits) over the names and bytes of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            file_digest = hashlib.file_digest(file, "sha256").digest()
        digest.update(path.relative_to(folder).as_posix().encode() + file_digest)
    return digest.hexdigest()[:16]
