"""Who can be asked for an answer, and the one home of the clients of language models.

A model is named PROVIDER:MODEL. LangChain's `init_chat_model` makes its client; that of another
provider than OpenAI's comes from a package of its own, which is installed by whoever wants it.
Nothing is sent before a model is asked. Time limits: connecting 5 s, silence 20 s, the whole answer
as its caller says.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from rag_core.errors import MissingExtra, WrongSetting

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 20.0
MOST_BYTES = 64 * 1024 * 1024
_NO_KEY = "none"  # what servers without keys are sent: the clients insist on one


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is to be asked; None: as it likes. `context_tokens` is told only to Ollama, which
    takes less of a prompt than its model could unless it is told."""

    address: str
    key: str = ""
    seconds: float = 120.0
    temperature: float | None = None
    answer_tokens: int | None = None
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A kind of server. `address` is where it is unless told otherwise; `package` has to be
    installed for it; `with_key` says that it wants a key at that address."""

    name: str
    title: str
    address: str
    package: str
    with_key: bool
    make: Callable[[str, Asking], BaseChatModel]
    models: Callable[[Asking], list[str]]

    def chat(self, model: str, asking: Asking) -> BaseChatModel:
        """The client of one model. Raises MissingExtra, WrongSetting."""
        self._require()
        return self.make(model, _checked(asking))

    def list(self, asking: Asking) -> list[str]:
        """The names of the models that a server offers, sorted. Raises MissingExtra, WrongSetting
        and whatever the client comes up with."""
        self._require()
        return sorted(self.models(_checked(asking)))

    def _require(self) -> None:
        if importlib.util.find_spec(self.package.replace("-", "_")) is None:
            raise MissingExtra(needs=self.package, command=f"pip install {self.package}")


def provider_of(name: str) -> tuple[Provider, str]:
    """The provider and the model in "PROVIDER:MODEL"; raises WrongSetting."""
    kind, _, model = name.partition(":")
    if kind not in PROVIDERS or not model:
        allowed = ", ".join(f"{one}:NAME" for one in PROVIDERS)
        raise WrongSetting(setting="SEODAM_MODEL", value=name, allowed=f"extractive, {allowed}")
    return PROVIDERS[kind], model


def host_of(address: str) -> str:
    """The host that an address names, as it is called in messages."""
    return urlsplit(address).hostname or address


def _checked(asking: Asking) -> Asking:
    parts = urlsplit(asking.address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise WrongSetting(
            setting="server address",
            value=f"{parts.scheme}://{parts.hostname}",
            allowed="an http or https address without a password in it",
        )
    return asking


def _init(model: str, provider: str, **options: Any) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    given = {name: value for name, value in options.items() if value is not None}
    return init_chat_model(model, model_provider=provider, **given)


# --- OpenAI, and all that speak as it does ------------------------------------------------------


def _openai(model: str, asking: Asking) -> BaseChatModel:
    client = _http_client(asking.seconds)
    return _init(
        model,
        "openai",
        base_url=asking.address,
        api_key=SecretStr(asking.key or _NO_KEY),
        max_retries=0,
        http_client=client,
        timeout=client.timeout,  # else langchain_openai asks for none at all
        openai_proxy="",
        use_responses_api=False,
        stream_usage=True,
        temperature=asking.temperature,
        max_tokens=asking.answer_tokens,
    )


def _openai_models(asking: Asking) -> list[str]:
    import openai

    client = openai.OpenAI(
        api_key=asking.key or _NO_KEY,
        base_url=asking.address,
        max_retries=0,
        http_client=_http_client(asking.seconds),
    )
    return [str(model.id) for model in client.models.list()]


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


# --- Claude -------------------------------------------------------------------------------------


def _anthropic(model: str, asking: Asking) -> BaseChatModel:
    return _init(
        model,
        "anthropic",
        base_url=asking.address,
        api_key=SecretStr(asking.key or _NO_KEY),
        max_retries=0,
        timeout=min(SILENT_SECONDS, asking.seconds),
        temperature=asking.temperature,
        max_tokens=asking.answer_tokens,
    )


def _anthropic_models(asking: Asking) -> list[str]:
    import anthropic

    client = anthropic.Anthropic(
        api_key=asking.key or _NO_KEY,
        base_url=asking.address,
        max_retries=0,
        timeout=min(SILENT_SECONDS, asking.seconds),
    )
    return [str(model.id) for model in client.models.list()]


# --- Gemini -------------------------------------------------------------------------------------


def _google(model: str, asking: Asking) -> BaseChatModel:
    return _init(
        model,
        "google_genai",
        base_url=asking.address,
        api_key=SecretStr(asking.key or _NO_KEY),
        max_retries=1,  # of the whole: the first try is counted
        timeout=min(SILENT_SECONDS, asking.seconds),
        temperature=asking.temperature,
        max_tokens=asking.answer_tokens,
    )


def _google_models(asking: Asking) -> list[str]:
    from google import genai

    client = genai.Client(
        api_key=asking.key or _NO_KEY,
        vertexai=False,
        http_options=genai.types.HttpOptions(
            base_url=asking.address, timeout=int(min(SILENT_SECONDS, asking.seconds) * 1000)
        ),
    )
    return [str(model.name).removeprefix("models/") for model in client.models.list()]


# --- Ollama -------------------------------------------------------------------------------------


def _ollama(model: str, asking: Asking) -> BaseChatModel:
    return _init(
        model,
        "ollama",
        base_url=asking.address,
        client_kwargs=_ollama_client(asking),
        temperature=asking.temperature,
        num_predict=asking.answer_tokens,
        num_ctx=asking.context_tokens,
    )


def _ollama_models(asking: Asking) -> list[str]:
    import ollama

    listed = ollama.Client(host=asking.address, **_ollama_client(asking)).list()
    return [str(model.model) for model in listed.models]


def _ollama_client(asking: Asking) -> dict[str, Any]:
    import httpx

    headers = {"Authorization": f"Bearer {asking.key}"} if asking.key else {}
    timeout = httpx.Timeout(asking.seconds, connect=CONNECT_SECONDS)  # it may load the model first
    return {"timeout": timeout, "headers": headers, "follow_redirects": False}


PROVIDERS: dict[str, Provider] = {
    one.name: one
    for one in (
        Provider(
            "openai",
            "OpenAI, vLLM, LM Studio, llama.cpp …",
            "https://api.openai.com/v1",
            "langchain-openai",
            True,
            _openai,
            _openai_models,
        ),
        Provider(
            "anthropic",
            "Claude",
            "https://api.anthropic.com",
            "langchain-anthropic",
            True,
            _anthropic,
            _anthropic_models,
        ),
        Provider(
            "google",
            "Gemini",
            "https://generativelanguage.googleapis.com",
            "langchain-google-genai",
            True,
            _google,
            _google_models,
        ),
        Provider(
            "ollama",
            "Ollama (Llama …)",
            "http://localhost:11434",
            "langchain-ollama",
            False,
            _ollama,
            _ollama_models,
        ),
    )
}
