"""Language models by name, as they are asked: tried again, held to limits, failing in our errors.

Who can be asked stands in providers/, what happens to foreign errors in guarding.py.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import Field

from rag_core.errors import (
    ModelAnswerBroken,
    ModelFailed,
    NoModelServer,
    WrongSetting,
)
from rag_core.extractive import ExtractiveChatModel
from rag_core.guarding import TEST_SECONDS, Guard
from rag_core.providers import PROVIDERS, host_of, provider_of
from rag_core.providers.asking import Asking, Room
from rag_core.settings import Settings
from rag_core.streaming import StreamingChatModel
from rag_core.transformers_chat import TransformersChatModel

EXTRACTIVE = "extractive"
HUGGING_FACE = "huggingface:"
ROOM_SECONDS = 3.0
RETRIES = 2  # and only before the first token


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
    return Guard(host_of(asking.address)).once(lambda: provider.room(name, asking))


def list_models(provider: str, base_url: str | None, api_key: str | None) -> list[str]:
    """The names that a server offers, sorted. Raises MissingExtra, ModelFailed and its kinds;
    NoModelServer for a server that has no such list."""
    found = PROVIDERS[provider]
    asking = Asking(base_url or found.address, api_key or "", TEST_SECONDS)
    host = host_of(asking.address)
    try:
        return Guard(host).once(lambda: found.list(asking))
    except ModelFailed as error:
        if type(error) not in {ModelFailed, ModelAnswerBroken}:
            raise
    raise NoModelServer(model=host)


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


class RemoteChatModel(StreamingChatModel):
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

    @property
    def called(self) -> str:
        return str(self.name)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        guard = Guard(str(self.name), self.seconds)
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
