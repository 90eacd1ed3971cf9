"""Models that Ollama runs, by its own client."""

from __future__ import annotations

import re
from typing import Any

from langchain_core.language_models import BaseChatModel

from rag_core.providers.asking import CONNECT_SECONDS, Asking, Room, chat

_RUNS_WITH = re.compile(r"^num_ctx\s+(\d+)", re.MULTILINE)


def make(model: str, asking: Asking) -> BaseChatModel:
    """The client of a model."""
    return chat(
        model,
        "ollama",
        base_url=asking.address,
        client_kwargs=_options(asking),
        temperature=asking.temperature,
        num_predict=asking.answer_tokens,
        num_ctx=asking.context_tokens,
    )


def models(asking: Asking) -> list[str]:
    """The names of the models that the server offers."""
    return [str(model.model) for model in _client(asking).list().models]


def room(model: str, asking: Asking) -> Room:
    """What the server tells of a model's window: what it could read, and what it reads now, for
    which its maker has set a parameter or which is known once it runs."""
    client = _client(asking)
    told = client.show(model)
    about = dict(told.modelinfo or {})
    most = next((about[one] for one in about if one.endswith(".context_length")), None)
    set_by_maker = _RUNS_WITH.search(told.parameters or "")
    now = int(set_by_maker[1]) if set_by_maker else None
    if now is None:
        running = {str(one.model): one.context_length for one in client.ps().models}
        now = running.get(model) or running.get(f"{model}:latest")
    return Room(min(now, most) if now and most else now, most)


def _client(asking: Asking) -> Any:
    import ollama

    return ollama.Client(host=asking.address, **_options(asking))


def _options(asking: Asking) -> dict[str, Any]:
    import httpx

    headers = {"Authorization": f"Bearer {asking.key}"} if asking.key else {}
    timeout = httpx.Timeout(asking.seconds, connect=CONNECT_SECONDS)  # it may load the model first
    return {"timeout": timeout, "headers": headers, "follow_redirects": False}
