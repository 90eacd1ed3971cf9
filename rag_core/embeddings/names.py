"""Embeddings by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from rag_core.embeddings.bundled import bundled_embedding
from rag_core.embeddings.port import Embedding
from rag_core.embeddings.sentence import SentenceTransformerEmbedding
from rag_core.embeddings.server import OpenAIEmbedding
from rag_core.errors import WrongSetting

if TYPE_CHECKING:
    from rag_core.settings import Settings

SENTENCE_TRANSFORMERS, OPENAI = "sentence-transformers:", "openai:"
KINDS = (
    "`bundled`, `sentence-transformers:NAME` (or a folder; options as "
    "`NAME?query=PROMPT&passage=PROMPT&batch=32&device=cpu`), or `openai:NAME`"
)


def load_embedding(name: str, *, settings: Settings | None = None) -> Embedding:
    """The embedding of that name; costs nothing until it is used. Raises WrongSetting."""
    _kind, _, model = name.partition(":")
    if name == "bundled":
        return bundled_embedding()
    if name.startswith(SENTENCE_TRANSFORMERS) and model:
        return _with_options(name, model)
    if name.startswith(OPENAI) and model:
        key = settings.openai_api_key if settings else ""
        url = settings.openai_base_url if settings else ""
        return OpenAIEmbedding(model, api_key=key, base_url=url)
    raise WrongSetting(setting="embedding", value=name, allowed=KINDS)


def _with_options(name: str, model: str) -> SentenceTransformerEmbedding:
    """`MODEL?query=…&passage=…&batch=…&device=…` as an embedding; raises WrongSetting."""
    place, _, query = model.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    prompts = (options.pop("query", ""), options.pop("passage", ""))
    batch, device = options.pop("batch", "32"), options.pop("device", None)
    if not place or options or not batch.isdecimal() or int(batch) < 1:
        raise WrongSetting(setting="embedding", value=name, allowed=KINDS)
    return SentenceTransformerEmbedding(
        place, device=device, batch_size=int(batch), prompts=prompts if any(prompts) else None
    )
