"""A second opinion on the first passages found: a cross-encoder that reads question and passage.

Optional, by name; slow on a CPU (a Transformer pass for each passage) and never needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from rag_core.embeddings.sentence import load_model
from rag_core.errors import ModelFailed, WrongSetting
from rag_core.passages import searchable_text
from rag_core.retriever import Looked, SeodamRetriever
from rag_core.types import Hit

PASSAGES = 20
"""How many passages are judged again."""

_PREFIX = "sentence-transformers:"
KINDS = "`bundled`, or `sentence-transformers:NAME` of a cross-encoder"


def load_cross_encoder(name: str) -> CrossEncoder | None:
    """The cross-encoder of that name, loaded when first asked; None for "bundled".

    Raises WrongSetting.
    """
    if name == "bundled":
        return None
    model = name.removeprefix(_PREFIX)
    if model in {name, ""}:
        raise WrongSetting(setting="reranker", value=name, allowed=KINDS)
    return CrossEncoder(model)


class CrossEncoder:
    """Any sentence-transformers cross-encoder with one score, by its hub name or folder.

    Never runs a model's own code.
    """

    def __init__(self, model: str) -> None:
        self._name = model

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """For each passage how well it answers, 0 … 1. Raises WrongSetting, ModelFailed kinds."""
        if not passages:
            return []
        model = self._model
        from torch.nn import Sigmoid  # after what says that it is missing

        pairs = [(question, passage) for passage in passages]
        try:
            scores = model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        except (RuntimeError, MemoryError) as error:  # torch: out of memory, a broken device
            raise ModelFailed(model=self._name) from error
        return [float(score) for score in scores]

    @cached_property
    def _model(self) -> Any:
        wrong = WrongSetting(setting="reranker", value=self._name, allowed=KINDS)
        model = load_model("CrossEncoder", self._name, wrong)
        if model.num_labels != 1:  # it sorts into classes, which is another task
            raise wrong
        return model


class CrossEncodingRetriever(SeodamRetriever):
    """The retriever, whose first passages are put in order by a cross-encoder."""

    cross_encoder: CrossEncoder

    def ranked(self, question: str, looked: Looked, k: int) -> list[Hit]:
        """As SeodamRetriever's; of the first PASSAGES the score is the cross-encoder's, and those
        after them come after them."""
        hits = super().ranked(question, looked, max(k, PASSAGES))
        first, rest = hits[:PASSAGES], hits[PASSAGES:]
        texts = [searchable_text(hit.passage) for hit in first]
        scores = self.cross_encoder.scores(question, texts)
        judged = [replace(hit, score=score) for hit, score in zip(first, scores, strict=True)]
        judged.sort(key=lambda hit: -hit.score)
        rest = [replace(hit, score=min(hit.score, judged[-1].score)) for hit in rest]
        best = [*judged, *rest][:k]
        return [replace(hit, rank=rank) for rank, hit in enumerate(best, start=1)]


def make_retriever(cross_encoder: CrossEncoder | None, **parts: Any) -> SeodamRetriever:
    """The retriever of these parts, with a second opinion where there is a cross-encoder."""
    if cross_encoder is None:
        return SeodamRetriever(**parts)
    return CrossEncodingRetriever(cross_encoder=cross_encoder, **parts)
