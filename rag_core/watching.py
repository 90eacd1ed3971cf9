"""An answer while it is written: what came when, and how likely each token was where that is told.

A model on this machine tells it always, a server that speaks as OpenAI's if it likes; what else
can be asked tells nothing of the kind, and the extractive answer has no tokens to choose among.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from rag_core.errors import ModelFailed
from rag_core.generators import HUGGING_FACE, model_name
from rag_core.providers import PROVIDERS

TOP = 5
_TELL = (HUGGING_FACE, f"{next(iter(PROVIDERS))}:")
_REFUSED = range(400, 500)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A token with its probability, 0 … 1, and those of the TOP likeliest at its place."""

    token: str
    probability: float
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What arrived at once, so many seconds after the question was sent; `chosen` () where the
    model tells no probabilities."""

    text: str
    seconds: float
    chosen: tuple[Chosen, ...]


def tells(model: BaseChatModel) -> bool:
    """Whether a model may tell how likely its tokens were."""
    return model_name(model).startswith(_TELL)


def watch(model: BaseChatModel, messages: Sequence[BaseMessage] | str) -> Iterator[Piece]:
    """Ask, and tell of what comes. A server that refuses to tell of probabilities is asked again
    without. Raises what the model raises."""
    asked: Any = messages if isinstance(messages, str) else list(messages)
    begun = time.perf_counter()
    if tells(model):
        told = False
        try:
            for chunk in model.stream(asked, logprobs=True, top_logprobs=TOP):
                told = True
                yield from _piece(chunk, begun)
            return
        except ModelFailed as error:
            if told or error.details.get("status") not in _REFUSED:
                raise
        begun = time.perf_counter()
    for chunk in model.stream(asked):
        yield from _piece(chunk, begun)


def _piece(chunk: AIMessageChunk, begun: float) -> Iterator[Piece]:
    told = chunk.response_metadata.get("logprobs") or {}
    rows = told.get("content") if isinstance(told, dict) else None
    chosen = tuple(map(_chosen, rows or ()))
    if chunk.text or chosen:
        yield Piece(chunk.text, time.perf_counter() - begun, chosen)


def _chosen(row: dict[str, Any]) -> Chosen:
    top = tuple(
        (str(one["token"]), math.exp(one["logprob"])) for one in row.get("top_logprobs") or ()
    )
    return Chosen(str(row["token"]), math.exp(row["logprob"]), top)
