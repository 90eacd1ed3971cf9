"""Every embedding by its name: those of embeddings.py, word vectors, and what was tuned here."""

from __future__ import annotations

from rag_core.embeddings import Embedding, load_embedding
from rag_core.settings import Settings
from rag_core.tuning import TUNED, Tunings
from rag_core.word_vectors import WORD_VECTORS, WordVectorEmbedding


def named_embedding(name: str, settings: Settings) -> Embedding:
    """The embedding of that name; costs nothing until it is used. Raises WrongSetting."""
    if name.startswith(TUNED):
        return Tunings(settings.data / "tuned").embedding(name)
    if name.startswith(WORD_VECTORS):
        return WordVectorEmbedding(name.removeprefix(WORD_VECTORS))
    return load_embedding(name, settings=settings)
