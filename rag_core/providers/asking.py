"""How the client of any provider is made: address, key, limits and wishes, in one place.

Nothing is sent before a model is asked. Time limits: connecting 5 s, silence 20 s, the whole answer
as its caller says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from rag_core.errors import WrongSetting

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 20.0
_NO_KEY = "none"  # what servers without keys are sent: the clients insist on one


class Room(NamedTuple):
    """Tokens that a model reads and writes at most, as its server tells: as it runs now, and as it
    could run; None what the server does not tell."""

    now: int | None = None
    most: int | None = None


_SHOWN = 80  # characters of an address that is refused


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is to be asked; None: as it likes. `context_tokens` is told only to Ollama, which
    takes less of a prompt than its model could unless it is told."""

    address: str
    key: str = field(default="", repr=False)
    seconds: float = 120.0
    temperature: float | None = None
    answer_tokens: int | None = None
    context_tokens: int | None = None

    @property
    def silent_seconds(self) -> float:
        """How long the server may say nothing."""
        return min(SILENT_SECONDS, self.seconds)

    @property
    def server(self) -> dict[str, Any]:
        """Address and key, by the names that OpenAI's and Anthropic's clients have for them."""
        return {"base_url": self.address, "api_key": self.key or _NO_KEY}

    def checked(self) -> Asking:
        """The same; raises WrongSetting for an address that no client may be given."""
        parts = urlsplit(self.address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise WrongSetting(
                setting="server address",
                value=self.address.rpartition("@")[2].partition("?")[0][:_SHOWN],
                allowed="an http or https address without a password in it",
            )
        return self


def with_key(model: str, provider: str, asking: Asking, **own: Any) -> BaseChatModel:
    """LangChain's client of a provider that takes a key; `own` is what only this one has."""
    server = {**asking.server, "api_key": SecretStr(asking.server["api_key"])}
    wishes = {"temperature": asking.temperature, "max_tokens": asking.answer_tokens}
    limits = {"max_retries": 0, "timeout": asking.silent_seconds}
    return chat(model, provider, **{**server, **wishes, **limits, **own})


def chat(model: str, provider: str, **options: Any) -> BaseChatModel:
    """LangChain's client, made with those options that are not None."""
    from langchain.chat_models import init_chat_model

    given = {name: value for name, value in options.items() if value is not None}
    return init_chat_model(model, model_provider=provider, **given)
