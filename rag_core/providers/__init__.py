"""Who can be asked for an answer, and the one home of the clients of language models.

A model is named PROVIDER:MODEL. LangChain's `init_chat_model` makes its client; that of another
provider than OpenAI's comes from a package of its own, which is installed by whoever wants it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel

from rag_core.errors import MissingExtra, WrongSetting
from rag_core.providers import claude, gemini, ollama_server, openai_like
from rag_core.providers.asking import Asking, Room

Known = TypeVar("Known")


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
    ask_room: Callable[[str, Asking], Room]

    def chat(self, model: str, asking: Asking) -> BaseChatModel:
        """The client of one model. Raises MissingExtra, WrongSetting."""
        self._require()
        return self.make(model, asking.checked())

    def list(self, asking: Asking) -> list[str]:
        """The names of the models that a server offers, sorted. Raises MissingExtra, WrongSetting
        and whatever the client comes up with."""
        self._require()
        return sorted(self.models(asking.checked()))

    def room(self, model: str, asking: Asking) -> Room:
        """What a server tells of a model's window. Raises as `list` does."""
        self._require()
        return self.ask_room(model, asking.checked())

    def _require(self) -> None:
        if importlib.util.find_spec(self.package.replace("-", "_")) is None:
            raise MissingExtra(needs=self.package, command=f"pip install {self.package}")


def provider_of(name: str) -> tuple[Provider, str]:
    """The provider and the model in "PROVIDER:MODEL"; raises WrongSetting."""
    kind, _, model = name.partition(":")
    if kind not in PROVIDERS or not model:
        named = [*(f"{one}:NAME" for one in PROVIDERS), "huggingface:NAME_OR_FOLDER"]
        allowed = ", ".join(["extractive", *named])
        raise WrongSetting(setting="SEODAM_MODEL", value=name, allowed=allowed)
    return PROVIDERS[kind], model


def by_beginning(table: Mapping[str, Known], model: str) -> Known | None:
    """What a table says of the longest beginning of a model's name that is in it; None: nothing."""
    known = [name for name in table if model.startswith(name)]
    return table[max(known, key=len)] if known else None


def host_of(address: str) -> str:
    """The host that an address names, as it is called in messages."""
    return urlsplit(address).hostname or address


PROVIDERS: dict[str, Provider] = {
    one.name: one
    for one in (
        Provider(
            "openai",
            "OpenAI, vLLM, LM Studio, llama.cpp …",
            "https://api.openai.com/v1",
            "langchain-openai",
            True,
            openai_like.make,
            openai_like.models,
            openai_like.room,
        ),
        Provider(
            "anthropic",
            "Claude",
            "https://api.anthropic.com",
            "langchain-anthropic",
            True,
            claude.make,
            claude.models,
            claude.room,
        ),
        Provider(
            "google",
            "Gemini",
            "https://generativelanguage.googleapis.com",
            "langchain-google-genai",
            True,
            gemini.make,
            gemini.models,
            gemini.room,
        ),
        Provider(
            "ollama",
            "Ollama (Llama …)",
            "http://localhost:11434",
            "langchain-ollama",
            False,
            ollama_server.make,
            ollama_server.models,
            ollama_server.room,
        ),
    )
}
