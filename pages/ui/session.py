"""Who is here, in which language, and the one Seodam that serves everybody."""

from __future__ import annotations

import gc
import hashlib
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.messages import LANGUAGES
from rag_core.errors import SeodamError
from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Document, Unit

if TYPE_CHECKING:
    from rag_core.assistant import Assistant
    from rag_core.library import Library
    from rag_core.stores.conversations import Conversations
    from rag_core.wiring import Seodam

VISITOR_COOKIE = "seodam_visitor"


@dataclass(frozen=True)
class Visitor:
    """One person's view of Seodam during one run of a page."""

    owner: str
    language: str
    seodam: Seodam

    @property
    def library(self) -> Library:
        return self.seodam.library(self.owner)

    @property
    def assistant(self) -> Assistant:
        return self.seodam.assistant(self.owner)

    @property
    def conversations(self) -> Conversations:
        return self.seodam.conversations(self.owner)

    @cached_property
    def collection(self) -> str:
        """The collection in use; as it was at first use in this run."""
        wanted = st.session_state.get("collection") or self.conversations.preference("collection")
        known = {one.id for one in self.library.shelving.all()}
        return wanted if wanted in known else DEFAULT_COLLECTION

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the collection in use."""
        return self.library.documents(self.collection)

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """What each document is divided into, by its id; as it was at first use in this run."""
        return {document.id: document.unit for document in self.library.documents(None)}


_opening = threading.Lock()
_drawn = threading.Event()
_PATIENCE = 10.0  # seconds; nobody may come to look
_HASTE = 2.0  # of what is seen as soon as it is there
_opened: dict[str, Seodam] = {}


def seodam() -> Seodam:
    """The Seodam of this process, opened when it is first needed; raises SeodamError."""
    with _opening:
        if "one" not in _opened:
            from rag_core.wiring import open_seodam

            found = open_seodam(settings())
            found.resume()
            _opened["one"] = found
        return _opened["one"]


def settings() -> Settings:
    """Environment and secrets file as one object; raises WrongSetting."""
    return Settings.load(os.environ, _secrets())


def drawn() -> None:
    """A screen has been drawn: what waited for it may begin."""
    _drawn.set()


def wait_until_drawn() -> None:
    """Let the first screen be drawn before anything else uses the processor; not for long."""
    _drawn.wait(_HASTE)


def warm_up() -> None:
    """Open everything that the first question needs, ahead of it; all but the library itself only
    after the first screen, which would have to share the processor."""
    try:
        library = seodam().library(LOCAL_OWNER)
        _drawn.wait(_PATIENCE)
        library.search("seodam", 1)
    except SeodamError:
        return  # the page shows the same error to whoever opens it
    set_aside()


def set_aside() -> None:
    """What is loaded by now stays: Streamlit collects garbage after every run of a page, and need
    not look through all of it each time (0.2 s of processor time for 300,000 objects)."""
    gc.collect()
    gc.freeze()


def close() -> None:
    """Close what was opened."""
    with _opening:
        if found := _opened.pop("one", None):
            found.close()


def owner() -> str:
    """Whose things these are; never the cookie itself, only what is derived from it."""
    if settings().single_user:
        return LOCAL_OWNER
    token = st.context.cookies.get(VISITOR_COOKIE) or _session_token()
    return hashlib.sha256(f"visitor\0{token}".encode()).hexdigest()[:32]


def language() -> str:
    """The language chosen in this session, else the browser's, else English."""
    chosen = st.session_state.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    wanted = (st.context.locale or "en").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else "en"


def remember_password(document_id: str, password: str) -> None:
    """Keep a document's password in the memory of this session, to show its pages."""
    st.session_state.setdefault("passwords", {})[document_id] = password


def password_of(document_id: str) -> str | None:
    """The password that was typed in for a document in this session."""
    return st.session_state.get("passwords", {}).get(document_id)


def _session_token() -> str:
    """Without a cookie (blocked, or a host that bypasses app.py) a visit lasts one session."""
    return str(st.session_state.setdefault("visitor_token", secrets.token_urlsafe(32)))


def _secrets() -> dict[str, object]:
    try:
        return dict(st.secrets)
    except FileNotFoundError:
        return {}
