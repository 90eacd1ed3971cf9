"""Language models by name, and the one home of langchain_openai and the openai client for chat.

Whatever goes wrong on the way to a model leaves here as one of our own errors, also in the middle
of a stream. Time limits: connecting 5 s, silence 20 s, the whole answer as the settings say.
"""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field, SecretStr

from rag_core.errors import (
    ModelAnswerBroken,
    ModelFailed,
    ModelOverloaded,
    ModelRefusedKey,
    ModelTimedOut,
    ModelUnreachable,
    WrongSetting,
)
from rag_core.extractive import ExtractiveChatModel
from rag_core.settings import Settings

OPENAI = "https://api.openai.com/v1"
CONNECT_SECONDS = 5.0
SILENT_SECONDS = 20.0
TEST_SECONDS = 30.0
RETRIES = 2  # and only before the first token
LONGEST_WAIT = 10.0  # seconds; a server that asks for more is "overloaded" at once
MOST_CHARACTERS = 200_000
MOST_BYTES = 64 * 1024 * 1024
Result = TypeVar("Result")
_NO_KEY = "none"  # what servers without keys are sent: the client insists on one


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
) -> BaseChatModel:
    """The model "extractive" or "openai:NAME" of an OpenAI-compatible server.

    The key of the settings is used for the address of the settings only: another address gets
    `api_key` or none. Raises WrongSetting for a name or an address that cannot be understood;
    nothing is sent yet.
    """
    if name == "extractive":
        return ExtractiveChatModel()
    kind, _, model = name.partition(":")
    if kind != "openai" or not model:
        raise WrongSetting(setting="SEODAM_MODEL", value=name, allowed="extractive or openai:NAME")
    address = base_url or settings.openai_base_url or OPENAI
    at_home = address == (settings.openai_base_url or OPENAI)
    key = api_key or (settings.openai_api_key if at_home else "")
    return RemoteChatModel(name=name, inner=_chat(model, address, key, settings.answer_seconds))


def model_name(model: BaseChatModel) -> str:
    """What a model is called in settings and stored answers."""
    if isinstance(model, ExtractiveChatModel):
        return "extractive"
    return str(model.name or getattr(model, "model_name", "") or type(model).__name__)


def list_models(base_url: str | None, api_key: str | None) -> list[str]:
    """The names that a server offers, sorted. Raises ModelFailed and its kinds."""
    import openai

    address = _checked(base_url or OPENAI)
    client = openai.OpenAI(
        api_key=api_key or _NO_KEY,
        base_url=address,
        max_retries=0,
        http_client=_http_client(TEST_SECONDS),
    )
    host = urlsplit(address).hostname or address
    found = _Guard(host).once(lambda: [str(model.id) for model in client.models.list()])
    return sorted(found)


def test_connection(name: str, base_url: str | None, api_key: str | None) -> float:
    """Seconds until the first words of a very short answer. Raises ModelFailed and its kinds."""
    kind, _, model = name.partition(":")
    if kind != "openai" or not model:
        raise WrongSetting(setting="SEODAM_MODEL", value=name, allowed="openai:NAME")
    inner = _chat(model, base_url or OPENAI, api_key or "", TEST_SECONDS)
    started = time.monotonic()
    for _ in RemoteChatModel(name=name, inner=inner, retries=0).stream("Say OK."):
        break
    return time.monotonic() - started


test_connection.__test__ = False  # type: ignore[attr-defined]  # pytest: this is no test


class RemoteChatModel(BaseChatModel):
    """A provider's chat model that fails in our errors and is tried again before its first token.

    An answer that ends without saying so, is empty, or does not stop is ModelAnswerBroken; what
    had arrived by then has been yielded.
    """

    inner: BaseChatModel = Field(exclude=True, repr=False)
    retries: int = RETRIES

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
        guard = _Guard(str(self.name))
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

    def __init__(self, model: str) -> None:
        self.model = model
        self.failure: ModelFailed | None = None
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
        """The chunks with text; afterwards `failure` says how it ended."""
        self.failure = None
        characters = 0
        finished = False
        try:
            with closing(chunks):  # type: ignore[type-var]
                for chunk in chunks:
                    self.started = self.started or bool(chunk.text)
                    characters += len(chunk.text)
                    if characters > MOST_CHARACTERS:
                        raise ModelAnswerBroken(model=self.model)
                    finished = finished or bool((chunk.generation_info or {}).get("finish_reason"))
                    if self.started:
                        yield chunk
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

    def _translated(self, error: Exception) -> ModelFailed:
        import openai

        self._wait = None
        match error:
            case ModelFailed():
                return error
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return ModelRefusedKey(model=self.model)
            case openai.RateLimitError() | openai.InternalServerError():
                self._wait = _retry_after(error)
                return ModelOverloaded(model=self.model)
            case openai.APITimeoutError():
                return ModelTimedOut(model=self.model)
            case openai.APIConnectionError() if not self.started:
                return ModelUnreachable(model=self.model)
            case openai.APIStatusError():
                return ModelFailed(model=self.model, status=error.status_code)
            case _:
                return ModelAnswerBroken(model=self.model)


def _retry_after(error: Any) -> float | None:
    """Seconds that the server asks to wait, None where it says nothing readable."""
    if error.code == "insufficient_quota":
        return float("inf")
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _chat(model: str, address: str, key: str, seconds: float) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    return init_chat_model(
        model,
        model_provider="openai",
        base_url=_checked(address),
        api_key=SecretStr(key or _NO_KEY),
        max_retries=0,
        http_client=_http_client(seconds),
        timeout=_http_client(seconds).timeout,  # else langchain_openai asks for none at all
        openai_proxy="",
        use_responses_api=False,
    )


def _checked(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise WrongSetting(
            setting="OPENAI_BASE_URL",
            value=f"{parts.scheme}://{parts.hostname}",
            allowed="an http or https address without a password in it",
        )
    return address


def refuse_private(address: str) -> None:
    """Raise WrongSetting unless every IP address of the host is a public one.

    For addresses that strangers type in: this server must not knock at its own network for them.
    """
    host = urlsplit(_checked(address)).hostname or ""
    try:
        found = {row[4][0] for row in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        found = set()
    if not found or not all(ip_address(str(one).split("%")[0]).is_global for one in found):
        raise WrongSetting(
            setting="OPENAI_BASE_URL", value=host, allowed="a public address of the internet"
        )


@lru_cache(maxsize=8)
def _http_client(seconds: float) -> Any:
    """One connection pool per time limit. No redirects: they could carry the key elsewhere."""
    import httpx2
    import openai

    class Limited(httpx2.SyncByteStream):
        """A body that ends in an error after too long or too much."""

        def __init__(self, stream: Any, request: Any) -> None:
            self._stream = stream
            self._deadline = request.extensions["deadline"]

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for piece in self._stream:
                size += len(piece)
                if time.monotonic() > self._deadline:
                    raise httpx2.ReadTimeout("the whole answer took too long")
                if size > MOST_BYTES:
                    raise httpx2.ReadError("the answer does not end")
                yield piece

        def close(self) -> None:
            self._stream.close()

    def start(request: Any) -> None:
        request.extensions["deadline"] = time.monotonic() + seconds

    def limit(response: Any) -> None:
        response.stream = Limited(response.stream, response.request)

    return openai.DefaultHttpxClient(
        timeout=httpx2.Timeout(min(SILENT_SECONDS, seconds), connect=CONNECT_SECONDS),
        follow_redirects=False,
        event_hooks={"request": [start], "response": [limit]},
    )
