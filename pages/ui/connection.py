"""Who answers: a visitor's model, its server, and the key.

The choice of model and server outlives the session; a key that was typed in lives in the session's
memory, belongs to the server it was typed in for, and is sent to no other. The same holds for the
key of the settings: no visitor can have it sent to a server of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.session import Visitor

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRACTIVE, REMOTE = "extractive", "openai:"  # how models are named


@dataclass(frozen=True)
class Connection:
    """A server as a visitor named it; `base_url` "" is OpenAI's, `api_key` "" is none."""

    base_url: str
    api_key: str


def connection(visitor: Visitor) -> Connection:
    """The server of this visitor and the key that belongs to it."""
    settings = visitor.seodam.settings
    base_url = visitor.conversations.preference("base_url") or settings.openai_base_url
    return Connection(base_url, _key_for(visitor, base_url))


def connect(visitor: Visitor, base_url: str, api_key: str) -> Connection:
    """Remember a server, and for this session a key for it; "" leaves the key as it was."""
    visitor.conversations.prefer("base_url", base_url)
    server = connection(visitor)
    if not api_key:
        return server
    st.session_state["key"] = (server.base_url, api_key)
    return replace(server, api_key=api_key)


def check(visitor: Visitor, server: Connection) -> None:
    """Raise WrongSetting for a server that a visitor may not name: on a shared Seodam only public
    addresses, and the one that its operator named."""
    settings = visitor.seodam.settings
    if server.base_url and not settings.single_user and server.base_url != settings.openai_base_url:
        from rag_core.generators import refuse_private

        refuse_private(server.base_url)


def chosen_model(visitor: Visitor) -> str:
    """ "extractive" or "openai:NAME"."""
    return visitor.conversations.preference("model") or visitor.seodam.settings.model


def choose_model(visitor: Visitor, name: str) -> None:
    """Remember who answers."""
    visitor.conversations.prefer("model", name)


def generator(visitor: Visitor) -> BaseChatModel:
    """The chosen model, ready to be asked; raises WrongSetting."""
    server, name = connection(visitor), chosen_model(visitor)
    if name != EXTRACTIVE:
        check(visitor, server)
    return visitor.seodam.generator(
        name, api_key=server.api_key or None, base_url=server.base_url or None
    )


def _key_for(visitor: Visitor, base_url: str) -> str:
    server, key = st.session_state.get("key", ("", ""))
    if key and server == base_url:
        return str(key)
    settings = visitor.seodam.settings
    return settings.openai_api_key if base_url == settings.openai_base_url else ""
