"""Language models by name, as they are asked: tried again, held to limits, failing in our errors.

Whatever goes wrong on the way to a model leaves here as one of our own errors, also in the middle
of a stream. Who can be asked stands in providers.py.
"""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from rag_core.errors import (
    MissingExtra,
    ModelAnswerBroken,
    ModelFailed,
    ModelOverloaded,
    ModelRefusedKey,
    ModelTimedOut,
    ModelUnreachable,
    WrongSetting,
)
from rag_core.extractive import ExtractiveChatModel
from rag_core.providers import PROVIDERS, host_of, provider_of
from rag_core.providers.asking import Asking, Room
from rag_core.settings import Settings
from rag_core.transformers_chat import TransformersChatModel

EXTRACTIVE = "extractive"
HUGGING_FACE = "huggingface:"
TEST_SECONDS = 30.0
ROOM_SECONDS = 3.0
RETRIES = 2  # and only before the first token
LONGEST_WAIT = 10.0  # seconds; a server that asks for more is "overloaded" at once
MOST_CHARACTERS = 200_000
Result = TypeVar("Result")
Failure = ModelFailed | MissingExtra | WrongSetting


def no_tracing() -> None:
    """Switch off LangSmith's tracing and gateway, which would send documents elsewhere."""
    for variable in [name for name in os.environ if name.startswith(("LANGSMITH_", "LANGCHAIN_"))]:
        del os.environ[variable]
    os.environ["LANGSMITH_TRACING"] = "false"


def load_generator(
    name: str,
    settings: Settings,
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    temperature: float | None = None,
    answer_tokens: int | None = None,
    context_tokens: int | None = None,
) -> BaseChatModel:
    """The model "extractive", huggingface:MODEL on this machine, or PROVIDER:MODEL of a server (see
    providers.PROVIDERS).

    The key of the settings is used for the address of the settings only: another address gets
    `api_key` or none. Raises WrongSetting for a name or an address that cannot be understood,
    MissingExtra where the provider's package is not installed; nothing is sent yet.
    """
    if name == EXTRACTIVE:
        return ExtractiveChatModel()
    if local := _local(name, temperature, answer_tokens):
        return RemoteChatModel(name=name, inner=local, seconds=settings.answer_seconds)
    provider, model = provider_of(name)
    home = settings.server_of(provider.name)
    at_home = home.base_url or provider.address
    address = base_url or at_home
    key = api_key or (home.api_key if address == at_home else "")
    asking = Asking(
        address, key, settings.answer_seconds, temperature, answer_tokens, context_tokens
    )
    inner = provider.chat(model, asking)
    return RemoteChatModel(name=name, inner=inner, asking=asking, seconds=asking.seconds)


def _local(
    name: str, temperature: float | None = None, answer_tokens: int | None = None
) -> BaseChatModel | None:
    """The model of this machine that a name says; None for another one."""
    model = name.removeprefix(HUGGING_FACE)
    if model in {name, ""}:
        return None
    return TransformersChatModel(model=model, temperature=temperature, answer_tokens=answer_tokens)


def model_name(model: BaseChatModel) -> str:
    """What a model is called in settings and stored answers."""
    if isinstance(model, ExtractiveChatModel):
        return EXTRACTIVE
    return str(model.name or getattr(model, "model_name", "") or type(model).__name__)


def own_window(model: BaseChatModel) -> int | None:
    """The window of a model that runs here, in tokens; None of any other. Loads it."""
    inner = getattr(model, "inner", model)
    return inner.window if isinstance(inner, TransformersChatModel) else None


def server_of(model: BaseChatModel) -> tuple[str, str]:
    """The address of the server that a model is asked of ("" for none), and its name."""
    asking = model.asking if isinstance(model, RemoteChatModel) else None
    return (asking.address if asking else "", model_name(model))


def ask_room(model: BaseChatModel) -> Room:
    """What the server of a model tells of its window. Raises MissingExtra, ModelFailed kinds."""
    if not isinstance(model, RemoteChatModel) or model.asking is None:
        return Room()
    provider, name = provider_of(str(model.name))
    asking = replace(model.asking, seconds=ROOM_SECONDS)
    return _Guard(host_of(asking.address)).once(lambda: provider.room(name, asking))


def list_models(provider: str, base_url: str | None, api_key: str | None) -> list[str]:
    """The names that a server offers, sorted. Raises MissingExtra, ModelFailed and its kinds."""
    found = PROVIDERS[provider]
    asking = Asking(base_url or found.address, api_key or "", TEST_SECONDS)
    return _Guard(host_of(asking.address)).once(lambda: found.list(asking))


def test_connection(name: str, base_url: str | None, api_key: str | None) -> float:
    """Seconds until the first words of a very short answer. Raises ModelFailed and its kinds."""
    inner = _local(name)
    if inner is None:
        provider, model = provider_of(name)
        asking = Asking(base_url or provider.address, api_key or "", TEST_SECONDS)
        inner = provider.chat(model, asking)
    started = time.monotonic()
    for _ in RemoteChatModel(name=name, inner=inner, retries=0, seconds=TEST_SECONDS).stream(
        "Say OK."
    ):
        break
    return time.monotonic() - started


test_connection.__test__ = False  # type: ignore[attr-defined]  # pytest: this is no test


class RemoteChatModel(BaseChatModel):
    """A provider's chat model that fails in our errors and is tried again before its first token.

    An answer that ends without saying so, is empty, or does not stop is ModelAnswerBroken; what
    had arrived by then has been yielded.
    """

    inner: BaseChatModel = Field(exclude=True, repr=False)
    asking: Asking | None = Field(default=None, exclude=True, repr=False)
    retries: int = RETRIES
    seconds: float = 120.0
    """The longest time for the whole answer."""

    @property
    def _llm_type(self) -> str:
        return "seodam-remote"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        name = str(kwargs.get("model") or self.name)
        return {**super()._get_ls_params(stop, **kwargs), "ls_model_name": name}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        guard = _Guard(str(self.name), self.seconds)
        for attempt in range(self.retries + 1):
            stream = guard.stream(self.inner._stream(messages, stop=stop, **kwargs))
            for chunk in stream:
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
            if guard.failure is None:
                return
            if guard.started or attempt == self.retries or not guard.worth_waiting(attempt):
                break
        raise guard.failure or ModelAnswerBroken(model=str(self.name))


class _Guard:
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


def refuse_private(address: str) -> None:
    """Raise WrongSetting unless every IP address of the host is a public one.

    For addresses that strangers type in: this server must not knock at its own network for them.
    """
    host = urlsplit(address).hostname or ""
    try:
        found = {row[4][0] for row in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        found = set()
    if not found or not all(ip_address(str(one).split("%")[0]).is_global for one in found):
        raise WrongSetting(
            setting="server address", value=host, allowed="a public address of the internet"
        )
