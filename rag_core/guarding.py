"""Calls to foreign clients, whose errors become ours on the way.

Whatever goes wrong leaves here as one of our own errors, also in the middle of a stream, and
without the key that a foreign message may repeat.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

from langchain_core.outputs import ChatGenerationChunk

from rag_core.errors import (
    MissingExtra,
    ModelAnswerBroken,
    ModelFailed,
    ModelOverloaded,
    ModelRefusedKey,
    ModelTimedOut,
    ModelUnreachable,
    TooMuchSent,
    WrongSetting,
)

TEST_SECONDS = 30.0
LONGEST_WAIT = 10.0  # seconds; a server that asks for more is "overloaded" at once
MOST_CHARACTERS = 200_000
_TOO_LONG = re.compile(
    r"context[_ ](?:length|window|size)|prompt is too long|too many (?:input )?tokens"
    r"|token count .{0,40}exceeds",
    re.IGNORECASE,
)
"""How OpenAI, vLLM, llama.cpp, Claude and Gemini say that a request is too long."""
Result = TypeVar("Result")
Failure = ModelFailed | MissingExtra | WrongSetting


class Guard:
    """Runs foreign calls; their errors become ours, without the key that theirs may repeat."""

    def __init__(self, model: str, seconds: float = TEST_SECONDS) -> None:
        self.model = model
        self.failure: Failure | None = None
        self._seconds = seconds
        self.started = False
        self._wait: float | None = None
        self._begun = time.monotonic()

    def once(self, call: Callable[[], Result]) -> Result:
        """The result of a call."""
        try:
            return call()
        except Exception as error:  # whatever a foreign library or server comes up with
            failure = self._translated(error)
        raise failure  # outside the handler, so that the foreign error does not hang on it

    def stream(self, chunks: Iterator[ChatGenerationChunk]) -> Iterator[ChatGenerationChunk]:
        """The chunks, from the first with text on; afterwards `failure` says how it ended. What
        came before it (the tokens of the question, with some) is given together with it."""
        self.failure = None
        begun = time.monotonic()
        before: list[ChatGenerationChunk] = []
        characters = 0
        finished = False
        try:
            with closing(chunks):  # type: ignore[type-var]
                for chunk in chunks:
                    self.started = self.started or bool(chunk.text)
                    characters += len(chunk.text)
                    if characters > MOST_CHARACTERS:
                        raise ModelAnswerBroken(model=self.model)
                    if time.monotonic() - begun > self._seconds:
                        raise ModelTimedOut(model=self.model)
                    finished = finished or _says_why_it_ended(chunk)
                    before.append(chunk)
                    if self.started:
                        yield from before
                        before.clear()
        except Exception as error:  # as above; GeneratorExit is none and passes
            self.failure = self._translated(error)
        if self.failure is None and not (finished and self.started):
            self.failure = ModelAnswerBroken(model=self.model)

    def worth_waiting(self, attempt: int) -> bool:
        """Sleep until the next try; False when there is no point in one."""
        if isinstance(self.failure, ModelTimedOut) or not (self.failure and self.failure.retryable):
            return False
        wait = 0.5 * 2**attempt * random.uniform(0.5, 1.5) if self._wait is None else self._wait
        if wait > LONGEST_WAIT or time.monotonic() - self._begun > LONGEST_WAIT:
            return False
        time.sleep(wait)
        return True

    def _translated(self, error: Exception) -> Failure:
        """By status where there is one, else by the name of the error: the clients of different
        providers have no other thing in common, and none of them need be installed."""
        self._wait = None
        if isinstance(error, Failure):
            return error
        status = _status_of(error)
        if status in {401, 403}:
            return ModelRefusedKey(model=self.model)
        if status == 429 or (status or 0) >= 500:
            self._wait = _retry_after(error)
            return ModelOverloaded(model=self.model)
        if status in {400, 413} and _TOO_LONG.search(f"{error} {getattr(error, 'code', '')}"):
            return TooMuchSent(model=self.model)
        if status is not None:
            return ModelFailed(model=self.model, status=status)
        if _is(error, "Timeout"):
            return ModelTimedOut(model=self.model)
        if not self.started and (_is(error, "ConnectionError") or _is(error, "ConnectError")):
            return ModelUnreachable(model=self.model)
        return ModelAnswerBroken(model=self.model)


def _says_why_it_ended(chunk: ChatGenerationChunk) -> bool:
    """Whether a chunk tells that the answer is whole; each provider has its own word for that."""
    told = {**(chunk.generation_info or {}), **chunk.message.response_metadata}
    return any(told.get(word) for word in ("finish_reason", "stop_reason", "done_reason"))


def _retry_after(error: Any) -> float | None:
    """Seconds that the server asks to wait, None where it says nothing readable."""
    if getattr(error, "code", None) == "insufficient_quota":
        return float("inf")
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _status_of(error: BaseException) -> int | None:
    """The HTTP status that an error, or what caused it, carries: every client names it its way."""
    for name in ("status_code", "code"):
        if isinstance(value := getattr(error, name, None), int):
            return value
    return _status_of(error.__cause__) if error.__cause__ is not None else None


def _is(error: BaseException, word: str) -> bool:
    """Whether one of the kinds of an error, or of what caused it, has this word in its name."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    cause = error.__cause__
    return any(word in kind for kind in kinds) or (cause is not None and _is(cause, word))
