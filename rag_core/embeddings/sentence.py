"""Any sentence-transformers model as an embedding; torch is loaded when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rag_core.embeddings.port import Embedding, Vectors, folder_hash, normalised, readable
from rag_core.errors import MissingExtra, ModelFailed, ModelUnreachable, WrongSetting


def load_model(
    kind: Literal["SentenceTransformer", "CrossEncoder"],
    name: str,
    wrong: WrongSetting,
    device: str | None = None,
) -> Any:
    """A model of sentence-transformers, by its hub name or folder; never runs a model's own code.

    Raises MissingExtra, ModelUnreachable, and `wrong` for what is no such model.
    """
    try:
        import sentence_transformers

        made = getattr(sentence_transformers, kind)
    except ImportError as error:
        raise MissingExtra(
            needs="sentence-transformers", command="pip install sentence-transformers"
        ) from error
    try:
        return made(name, device=device, trust_remote_code=False)
    except ConnectionError as error:
        raise ModelUnreachable(model=name) from error
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise wrong from error


class SentenceTransformerEmbedding(Embedding):
    """Any sentence-transformers model, by its hub name or folder. Never runs a model's own code.

    Prompts (of a question, of a passage) that are not given come from the model's configuration;
    those of the E5 family, which does not carry them, are known here
    (https://huggingface.co/intfloat/multilingual-e5-small, "FAQ").
    """

    def __init__(
        self,
        model: str,
        *,
        device: str | None = None,
        batch_size: int = 32,
        prompts: tuple[str, str] | None = None,
    ) -> None:
        self._name, self._device, self._batch_size = model, device, batch_size
        self._given = prompts

    @cached_property
    def model(self) -> Any:
        """sentence-transformers' own; raises MissingExtra, ModelUnreachable, WrongSetting."""
        wrong = WrongSetting(
            setting="embedding",
            value=self._name,
            allowed="the name or folder of a sentence-transformers model",
        )
        return load_model("SentenceTransformer", self._name, wrong, device=self._device)

    @cached_property
    def prompts(self) -> tuple[str, str]:
        """What stands before a question, and before a passage; loads the model."""
        if self._given is not None:
            return self._given
        known: dict[str, str] = {k: v for k, v in self.model.prompts.items() if v}
        query = known.get("query", "")
        passage = next((known[k] for k in ("document", "passage", "corpus") if k in known), "")
        if not (query or passage) and "e5-" in Path(self._name).name.lower():
            return "query: ", "passage: "
        return query, passage

    @cached_property
    def dimension(self) -> int:
        """See Embedding; loads the model."""
        return int(self.model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        """See Embedding; loads the model. A folder counts by its bytes, not by its place."""
        folder = Path(self._name)
        if folder.is_dir():
            revision = folder_hash(folder)
        else:
            config = getattr(getattr(self.model[0], "auto_model", None), "config", None)
            revision = f"{self._name}@{getattr(config, '_commit_hash', None) or 'unknown'}"
        query, passage = self.prompts
        return f"sentence-transformers {revision} {self.dimension} {query!r} {passage!r}"

    def embed_array(self, texts: Sequence[str], query: bool = False) -> Vectors:
        """See Embedding."""
        prompt = self.prompts[0 if query else 1]
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        try:
            vectors = self.model.encode(
                [readable(text) for text in texts],
                prompt=prompt or None,
                batch_size=self._batch_size,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        except (RuntimeError, MemoryError) as error:  # torch: out of memory, a broken device
            raise ModelFailed(model=self._name) from error
        return normalised(np.asarray(vectors, np.float32))
