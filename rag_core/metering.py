"""What an answer takes, metered while it streams: tokens, time to its first words, dollars."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rag_core.budget import Fitted, counter
from rag_core.generators import EXTRACTIVE
from rag_core.prices import Price
from rag_core.types import Usage


class Meter:
    """Reads the parts of an answer as `chain` yields them."""

    def __init__(self, model: str, price: Price | None) -> None:
        self.started = time.monotonic()
        self._model = model
        self._price = price
        self._first: float | None = None
        self._fitted: Fitted | None = None
        self._read = self._written = 0

    def read(self, part: Mapping[str, Any]) -> None:
        """One part."""
        self._fitted = part.get("fitted", self._fitted)
        if part.get("text") and self._first is None:
            self._first = time.monotonic() - self.started
        if counted := part.get("usage"):
            self._read += counted.get("input_tokens", 0)
            self._written += counted.get("output_tokens", 0)

    def usage(self, text: str, whole: bool) -> Usage | None:
        """What the answer `text` took; None without a language model, or before it was asked. What
        a model has told of an answer that is not `whole` is not all."""
        fitted = self._fitted
        if self._model == EXTRACTIVE or fitted is None:
            return None
        reported = whole and bool(self._read or self._written)
        read = self._read or fitted.tokens
        written = self._written if reported else max(self._written, counter(self._model)(text))
        return Usage(
            read,
            written,
            reported,
            self._first or 0.0,
            self._price.of(read, written) if self._price else None,
            fitted.passages_left_out,
            fitted.turns_left_out,
        )
