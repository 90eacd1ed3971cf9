"""What an answer takes, metered while it streams: tokens, time to its first words, dollars."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from rag_core.budget import Fitted, counter
from rag_core.generators import EXTRACTIVE
from rag_core.prices import Price
from rag_core.types import Usage


@dataclass(frozen=True, slots=True)
class Spent:
    """The tokens of one call, as the model told them, or else (`reported` false) as we count."""

    read: int = 0
    written: int = 0
    reported: bool = True


NOTHING = Spent()


def spent(model: str, asked: Sequence[BaseMessage], said: BaseMessage | None) -> Spent:
    """What one call took; `said` None for one that was not waited for."""
    if counted := getattr(said, "usage_metadata", None):
        return Spent(counted.get("input_tokens", 0), counted.get("output_tokens", 0))
    count = counter(model)
    read = sum(count(one.text) for one in asked)
    return Spent(read, count(said.text) if said else 0, False)


class Meter:
    """Reads the parts of an answer: what `chain` yields, and the `Spent` of the call before it."""

    def __init__(self, model: str, price: Price | None) -> None:
        self.started = time.monotonic()
        self._model = model
        self._price = price
        self._first: float | None = None
        self._fitted: Fitted | None = None
        self._before = NOTHING
        self._read = self._written = 0

    def read(self, part: Mapping[str, Any]) -> None:
        """One part."""
        self._fitted = part.get("fitted", self._fitted)
        self._before = part.get("spent", self._before)
        if part.get("text") and self._first is None:
            self._first = time.monotonic() - self.started
        if counted := part.get("usage"):
            self._read += counted.get("input_tokens", 0)
            self._written += counted.get("output_tokens", 0)

    def usage(self, text: str, whole: bool) -> Usage | None:
        """What the answer `text` took, with the call that rewrote its question; None without a
        language model, or before it was asked. What a model has told of an answer that is not
        `whole` is not all."""
        fitted, before = self._fitted, self._before
        if self._model == EXTRACTIVE or (fitted is None and before == NOTHING):
            return None
        fitted = fitted or Fitted((), (), 0)
        reported = whole and bool(self._read or self._written)
        read = self._read or fitted.tokens
        written = self._written if reported else max(self._written, counter(self._model)(text))
        read, written = read + before.read, written + before.written
        return Usage(
            read,
            written,
            reported and before.reported,
            self._first or 0.0,
            self._price.of(read, written) if self._price else None,
            fitted.passages_left_out,
            fitted.turns_left_out,
            fitted.window,
        )
