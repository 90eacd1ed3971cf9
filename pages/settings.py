"""Settings: who answers. A key typed here lives in this session's memory and nowhere else."""

from __future__ import annotations

import streamlit as st

from pages.ui.answers import error_of
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter
from rag_core.errors import SeodamError
from rag_core.generators import list_models, test_connection

_EXTRACTIVE = "extractive"


def _models(visitor: Visitor, words: Words) -> None:
    st.subheader(words("settings.model"))
    st.markdown(words("settings.model_help"))
    settings = visitor.seodam.settings
    state = st.session_state
    with st.form("connection"):
        st.text_input(
            words("settings.base_url"),
            value=state.get("base_url", settings.openai_base_url),
            key="base_url_typed",
            placeholder="https://api.openai.com/v1",
            help=words("settings.base_url_help"),
        )
        st.text_input(
            words("settings.key"),
            type="password",
            key="api_key_typed",
            help=words("settings.key_help"),
            placeholder=words("settings.key_set") if _key(visitor) else "",
        )
        if st.form_submit_button(words("settings.connect"), icon=":material/link:"):
            state["base_url"] = state["base_url_typed"].strip()
            state["api_key"] = state["api_key_typed"].strip() or state.get("api_key", "")
            _list(visitor, words)
    _choose(visitor, words)


def _key(visitor: Visitor) -> str:
    return str(st.session_state.get("api_key") or visitor.seodam.settings.openai_api_key)


def _list(visitor: Visitor, words: Words) -> None:
    """Ask the server which models it has; keeps their names for this session."""
    base_url = st.session_state["base_url"] or visitor.seodam.settings.openai_base_url
    try:
        names = list_models(base_url or None, _key(visitor))
    except SeodamError as error:
        st.error(error_of(error, words))
        return
    st.session_state["models"] = names
    st.success(words("settings.found", n=len(names)), icon=":material/check:")


def _choose(visitor: Visitor, words: Words) -> None:
    state = st.session_state
    chosen = state.get("model") or visitor.seodam.settings.model
    offered = [_EXTRACTIVE, *(f"openai:{name}" for name in state.get("models", []))]
    if chosen not in offered:
        offered.append(chosen)

    def choose() -> None:
        state["model"] = state["model_chosen"]

    st.selectbox(
        words("settings.choose"),
        offered,
        index=offered.index(chosen),
        key="model_chosen",
        on_change=choose,
        format_func=lambda name: (
            words("settings.extractive") if name == _EXTRACTIVE else name.removeprefix("openai:")
        ),
    )
    if chosen != _EXTRACTIVE and st.button(words("settings.test"), icon=":material/bolt:"):
        _test(visitor, words, chosen)


def _test(visitor: Visitor, words: Words, model: str) -> None:
    state = st.session_state
    base_url = state.get("base_url") or visitor.seodam.settings.openai_base_url
    try:
        with st.spinner(words("settings.testing")):
            seconds = test_connection(model, base_url or None, _key(visitor))
    except SeodamError as error:
        st.error(error_of(error, words))
        return
    st.success(words("settings.works", seconds=f"{seconds:.1f}"), icon=":material/check:")


def _search(visitor: Visitor, words: Words) -> None:
    st.subheader(words("settings.search"))
    st.markdown(words("settings.embedding", name=f"`{visitor.seodam.settings.embedding}`"))
    st.caption(words("settings.embedding_help"))


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.settings"))
    _models(visitor, words)
    _search(visitor, words)
    if visitor.seodam.settings.single_user:
        st.subheader(words("settings.data"))
        st.code(str(visitor.seodam.settings.data), language=None)


page()
