"""OpenAI, and all that speak as it does: vLLM, llama.cpp, LM Studio, OpenRouter …"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from langchain_core.language_models import BaseChatModel

from rag_core.providers.asking import CONNECT_SECONDS, SILENT_SECONDS, Asking, Room, with_key

MOST_BYTES = 64 * 1024 * 1024
_NOW = ("loaded_context_length", "max_model_len", "n_ctx", "context_length", "context_window")
"""What servers call the window that a model runs with: LM Studio, vLLM, llama.cpp, OpenRouter and
others, Groq."""
_MOST = ("max_context_length", "n_ctx_train")  # LM Studio and llama.cpp: what it was trained for
_ELSEWHERE = {
    "llamacpp": ("../props", "default_generation_settings"),
    "organization_owner": ("../api/v0/models", "data"),
}
"""Servers whose list does not tell it all, by the owner that they give their models: where else
they tell it, and beneath which name."""


def make(model: str, asking: Asking) -> BaseChatModel:
    """The client of a model."""
    client, beside = _clients(asking.seconds)
    return with_key(
        model,
        "openai",
        asking,
        http_client=client,
        http_async_client=beside,
        timeout=client.timeout,  # else langchain_openai asks for none at all
        openai_proxy="",
        use_responses_api=False,
        stream_usage=True,
    )


def models(asking: Asking) -> list[str]:
    """The names of the models that a server offers."""
    return [str(model.id) for model in _client(asking).models.list()]


def room(model: str, asking: Asking) -> Room:
    """What the server tells of a model's window. OpenAI's own tells nothing, so it is not asked."""
    if urlsplit(asking.address).hostname == "api.openai.com":
        return Room()
    listed = [one.model_dump() for one in _client(asking).models.list()]
    named: Mapping[str, Any] = next((one for one in listed if one["id"] == model), {})
    found = _room({**named, **_mapping(named.get("meta"))})
    if found.now is None and named.get("owned_by") in _ELSEWHERE:
        elsewhere, beneath = _ELSEWHERE[named["owned_by"]]
        address = urljoin(asking.address.rstrip("/") + "/", elsewhere)
        told = _mapping(_client(asking).get(address, cast_to=object)).get(beneath)
        rows = told if isinstance(told, list) else [{**_mapping(told), "id": model}]
        row = next((one for one in map(_mapping, rows) if one.get("id") == model), {})
        more = _room(row)
        found = Room(more.now, found.most or more.most)
    return found


def _room(told: Mapping[str, Any]) -> Room:
    def first(names: tuple[str, ...]) -> int | None:
        values = (told.get(name) for name in names)
        return next((one for one in values if type(one) is int and one > 0), None)

    return Room(first(_NOW), first(_MOST))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _client(asking: Asking) -> Any:
    import openai

    client, _ = _clients(asking.seconds)
    return openai.OpenAI(**asking.server, max_retries=0, http_client=client)


@lru_cache(maxsize=8)
def _clients(seconds: float) -> tuple[Any, Any]:
    """One connection pool per time limit, and one that waits for nothing, which langchain_openai
    would else make anew each time. No redirects: they could carry the key elsewhere."""
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

    timeout = httpx2.Timeout(min(SILENT_SECONDS, seconds), connect=CONNECT_SECONDS)
    beside = openai.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False)
    return openai.DefaultHttpxClient(
        timeout=timeout,
        follow_redirects=False,
        event_hooks={"request": [start], "response": [limit]},
    ), beside
