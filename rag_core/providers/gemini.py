"""Gemini, by Google's own client."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from rag_core.providers.asking import Asking, Room, with_key


def make(model: str, asking: Asking) -> BaseChatModel:
    """The client of a model. Its retries are tries, of which the first is one."""
    return with_key(model, "google_genai", asking, max_retries=1)


def models(asking: Asking) -> list[str]:
    """The names of the models that the server offers."""
    client = _client(asking)  # it closes its connection when nothing holds it
    return [str(model.name).removeprefix("models/") for model in client.models.list()]


def room(model: str, asking: Asking) -> Room:
    """What the server tells of a model's window."""
    client = _client(asking)
    most = client.models.get(model=model).input_token_limit
    return Room(most, most)


def _client(asking: Asking) -> Any:
    from google import genai

    milliseconds = int(asking.silent_seconds * 1000)
    options = genai.types.HttpOptions(base_url=asking.address, timeout=milliseconds)
    return genai.Client(api_key=asking.server["api_key"], vertexai=False, http_options=options)
