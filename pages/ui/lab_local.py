"""A language model on this machine for the lab: named, and loaded only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.connection import chosen_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import show_error
from rag_core.errors import SeodamError

if TYPE_CHECKING:
    from rag_core.local_models import LocalModel

_PREFIX = "huggingface:"
_LOADED = "lab-local"  # the name that a reader wanted loaded


def local_model(visitor: Visitor, words: Words) -> LocalModel | None:
    """The model that a reader chose, loaded; None, with what to do, as long as there is none.

    Where strangers share a Seodam only the operator's own model can be loaded.
    """
    name = _named(visitor, words)
    wanted = st.session_state.get(_LOADED)
    if not name or wanted != name:
        st.caption(words("lab.local_how"))
        return None
    from rag_core.local_models import load_local_model

    try:
        with st.spinner(words("lab.local_loading")):
            return load_local_model(name)
    except SeodamError as error:
        show_error(error, words)
        return None


def _named(visitor: Visitor, words: Words) -> str:
    settings = visitor.seodam.settings
    chosen = chosen_model(visitor) if settings.single_user else settings.model
    usual = chosen.removeprefix(_PREFIX) if chosen.startswith(_PREFIX) else ""
    if not settings.single_user and not usual:
        st.info(words("lab.local_shared"), icon=":material/lock:")
        return ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            words("lab.local"),
            value=st.session_state.get(_LOADED, usual),
            key="lab-local-name",
            placeholder="Qwen/Qwen2.5-0.5B-Instruct",
            disabled=not settings.single_user,
        ).strip()

        def load() -> None:
            st.session_state[_LOADED] = name

        st.button(
            words("lab.local_load"),
            key="lab-local-load",
            icon=":material/memory:",
            disabled=not name,
            on_click=load,
        )
    return name
