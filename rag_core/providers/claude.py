"""Claude, by Anthropic's own client."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from rag_core.providers.asking import Asking, Room, with_key


def make(model: str, asking: Asking) -> BaseChatModel:
    """The client of a model."""
    return with_key(model, "anthropic", asking)


def models(asking: Asking) -> list[str]:
    """The names of the models that the server offers."""
    return [str(model.id) for model in _client(asking).models.list()]


def room(model: str, asking: Asking) -> Room:
    """What the server tells of a model's window."""
    most = _client(asking).models.retrieve(model).max_input_tokens
    return Room(most, most)


def _client(asking: Asking) -> Any:
    import anthropic

    return anthropic.Anthropic(**asking.server, max_retries=0, timeout=asking.silent_seconds)
