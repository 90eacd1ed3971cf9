"""Who answers: a visitor's model, its server, and the key.

The choice of model and server outlives the session; a key that was typed in lives in the session's
memory, belongs to the server it was typed in for, and is sent to no other. The same holds for the
keys of the settings: no visitor can have one sent to a server of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.session import Visitor
from rag_core.settings import PROVIDERS
from rag_core.types import AS_IT_IS, Options

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRACTIVE = "extractive"


@dataclass(frozen=True)
class Connection:
    """A server as a visitor named it; `base_url` "" is the provider's own, `api_key` "" none."""

    provider: str
    base_url: str
    api_key: str


def connection(visitor: Visitor, provider: str) -> Connection:
    """The server of this visitor for a provider, and the key that belongs to it."""
    home = visitor.seodam.settings.server_of(provider)
    base_url = visitor.conversations.preference(_place(provider)) or home.base_url
    typed = st.session_state.get("keys", {}).get((provider, base_url), "")
    key = typed or (home.api_key if base_url == home.base_url else "")
    return Connection(provider, base_url, key)


def connect(visitor: Visitor, provider: str, base_url: str, api_key: str) -> Connection:
    """Remember a server, and for this session a key for it; "" leaves the key as it was."""
    visitor.conversations.prefer(_place(provider), base_url)
    server = connection(visitor, provider)
    if not api_key:
        return server
    keys = st.session_state.setdefault("keys", {})
    keys[provider, server.base_url] = api_key
    return replace(server, api_key=api_key)


def check(visitor: Visitor, server: Connection) -> None:
    """Raise WrongSetting for a server that a visitor may not name: on a shared Seodam only public
    addresses, and those that its operator named."""
    from rag_core.generators import refuse_private
    from rag_core.providers import PROVIDERS as KNOWN

    settings = visitor.seodam.settings
    if settings.single_user:
        return
    home = settings.server_of(server.provider)
    if server.base_url and server.base_url != home.base_url:
        refuse_private(server.base_url)
    if not server.base_url and not KNOWN[server.provider].with_key:
        refuse_private(KNOWN[server.provider].address)  # of this computer, not of the visitor's


def chosen_model(visitor: Visitor) -> str:
    """EXTRACTIVE or PROVIDER:NAME."""
    return visitor.conversations.preference("model") or visitor.seodam.settings.model


def choose_model(visitor: Visitor, name: str) -> None:
    """Remember who answers."""
    visitor.conversations.prefer("model", name)


def provider_of(name: str) -> str:
    """The provider of a model; the first of all for one that has none."""
    kind = name.partition(":")[0]
    return kind if kind in PROVIDERS else PROVIDERS[0]


def server_address(visitor: Visitor, name: str) -> str:
    """Where a model is asked of; "" for one that runs here."""
    from rag_core.providers import PROVIDERS as KNOWN

    kind = name.partition(":")[0]
    return connection(visitor, kind).base_url or KNOWN[kind].address if kind in KNOWN else ""


def shown_model(name: str) -> str:
    """How a model is called on the screen: without its provider."""
    kind, _, model = name.partition(":")
    return model if kind in PROVIDERS and model else name


def told_apart(name: str, offered: Sequence[str]) -> str:
    """How a model is called beside others: with its provider where another has the same name."""
    shown = shown_model(name)
    alike = {one for one in offered if shown_model(one) == shown}
    return f"{shown} ({name.partition(':')[0]})" if len(alike) > 1 else shown


def generator(visitor: Visitor, options: Options = AS_IT_IS) -> BaseChatModel:
    """The chosen model, ready to be asked so; raises WrongSetting, MissingExtra."""
    name = options.model or chosen_model(visitor)
    server = connection(visitor, provider_of(name))
    if name != EXTRACTIVE:
        check(visitor, server)
    return visitor.seodam.generator(
        name,
        api_key=server.api_key or None,
        base_url=server.base_url or None,
        options=options,
    )


def _place(provider: str) -> str:
    """The preference that holds the address of a provider's server."""
    return "base_url" if provider == PROVIDERS[0] else f"base_url:{provider}"
