"""Embeddings of a server that speaks OpenAI's protocol."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from langchain_core.embeddings import Embeddings

from rag_core.embeddings.port import Embedding, Vectors, normalised, readable
from rag_core.errors import ModelAnswerBroken, WrongSetting
from rag_core.guarding import Guard


class OpenAIEmbedding(Embedding):
    """A model behind an OpenAI-compatible `/v1/embeddings`, also local ones (Ollama, vLLM …)."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str = "",
        base_url: str = "",
        batch_size: int = 64,
        seconds: float = 60,
    ) -> None:
        if not api_key and not base_url:
            raise WrongSetting(
                setting="OPENAI_API_KEY", value="empty", allowed="a key, or OPENAI_BASE_URL as well"
            )
        self._name, self._url, self._batch_size = model, base_url, batch_size
        self._key, self._seconds = api_key, seconds

    @cached_property
    def _client(self) -> Embeddings:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        return OpenAIEmbeddings(
            model=self._name,
            api_key=SecretStr(self._key or "none"),  # local servers want any word
            base_url=self._url or None,
            check_embedding_ctx_length=False,  # else it downloads a tokenizer and sends numbers
            chunk_size=self._batch_size,
            timeout=self._seconds,
            max_retries=2,
        )

    @cached_property
    def dimension(self) -> int:
        """See Embedding; asks the server once."""
        return self.embed_array(["dimension"]).shape[1]

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding; a server does not tell its revision, so its address stands for it."""
        return f"openai {self._url or 'api.openai.com'} {self._name} {self.dimension}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding; `query` makes no difference. Servers refuse empty texts: sent as '.'."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        asked = [readable(text) or "." for text in texts]
        answer = Guard(self._name).once(lambda: self._client.embed_documents(asked))
        try:
            vectors = np.asarray(answer, np.float32)
        except (ValueError, TypeError) as error:  # rows of several lengths, or no numbers
            raise ModelAnswerBroken(model=self._name) from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ModelAnswerBroken(model=self._name)
        return normalised(vectors)
