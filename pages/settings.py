"""Settings: who answers. A key typed here lives in this session's memory and nowhere else."""

from __future__ import annotations

import streamlit as st

from pages.ui import emphasis
from pages.ui.connection import (
    EXTRACTIVE,
    check,
    choose_model,
    chosen_model,
    connect,
    connection,
    provider_of,
    told_apart,
)
from pages.ui.costs import show_prices
from pages.ui.embedding import show_embedding
from pages.ui.instructions import show_instructions
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, show_error
from rag_core.errors import SeodamError
from rag_core.generators import HUGGING_FACE, list_models, test_connection
from rag_core.providers import PROVIDERS
from rag_core.transcript import feedback_as_csv


def _models(visitor: Visitor, words: Words) -> None:
    st.header(words("settings.model"))
    st.markdown(words("settings.model_help"))
    provider = st.selectbox(
        words("settings.provider"),
        list(PROVIDERS),
        index=list(PROVIDERS).index(provider_of(chosen_model(visitor))),
        key="provider",
        format_func=lambda name: PROVIDERS[name].title,
    )
    server = connection(visitor, provider)
    with st.form("connection"):
        base_url = st.text_input(
            words("settings.base_url"),
            value=server.base_url,
            key=f"base_url_typed-{provider}",
            placeholder=PROVIDERS[provider].address,
            help=words("settings.base_url_help"),
        )
        key = st.text_input(
            words("settings.key"),
            type="password",
            key=f"api_key_typed-{provider}",
            help=words("settings.key_help"),
            placeholder=words("settings.key_set") if server.api_key else "",
        )
        if st.form_submit_button(words("settings.connect"), icon=":material/link:"):
            _connect(visitor, words, provider, base_url.strip(), key.strip())
    _choose(visitor, words, provider)


def _connect(visitor: Visitor, words: Words, provider: str, base_url: str, key: str) -> None:
    """Ask the server which models it has; keeps their names for this session."""
    server = connect(visitor, provider, base_url, key)
    try:
        check(visitor, server)
        with st.spinner(words("settings.connecting")):
            names = list_models(provider, server.base_url or None, server.api_key or None)
    except SeodamError as error:
        show_error(error, words)
        return
    st.session_state.setdefault("models", {})[provider] = names
    if names:
        st.success(words("settings.found", n=len(names)), icon=":material/check:")
    else:
        st.info(words("settings.none_listed"), icon=":material/info:")


def _choose(visitor: Visitor, words: Words, provider: str) -> None:
    chosen = chosen_model(visitor)
    listed = st.session_state.get("models", {}).get(provider, [])
    offered = [EXTRACTIVE, *(f"{provider}:{name}" for name in listed)]
    if chosen not in offered:
        offered.append(chosen)

    def choose() -> None:
        name = str(st.session_state["model_chosen"])
        here = name.startswith(HUGGING_FACE) and visitor.seodam.settings.single_user
        choose_model(visitor, name if name in offered or here else f"{provider}:{name.strip()}")

    st.selectbox(
        words("settings.choose"),
        offered,
        index=offered.index(chosen),
        key="model_chosen",
        on_change=choose,
        accept_new_options=True,
        help=words("settings.choose_help"),
        format_func=lambda name: (
            words("settings.extractive") if name == EXTRACTIVE else told_apart(name, offered)
        ),
    )
    if chosen != EXTRACTIVE and st.button(words("settings.test"), icon=":material/bolt:"):
        _test(visitor, words, chosen)


def _test(visitor: Visitor, words: Words, model: str) -> None:
    server = connection(visitor, provider_of(model))
    try:
        check(visitor, server)
        with st.spinner(words("settings.testing")):
            seconds = test_connection(model, server.base_url or None, server.api_key or None)
    except SeodamError as error:
        show_error(error, words)
        return
    st.success(words("settings.works", seconds=f"{max(seconds, 0.1):.1f}"), icon=":material/check:")


def _search(visitor: Visitor, words: Words) -> None:
    st.header(words("settings.search"))
    show_embedding(visitor, words)
    emphasis.told(visitor, words, "emphasis-in-settings")


def _feedback(visitor: Visitor, words: Words) -> None:
    """What was thought of answers, as a table to take along."""
    judged = visitor.conversations.judged()
    if not judged:
        return
    st.header(words("settings.feedback"))
    st.download_button(
        words("settings.feedback_csv", n=len(judged)),
        lambda: feedback_as_csv(judged).encode("utf-8-sig"),
        "feedback.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.settings"))
    _models(visitor, words)
    show_instructions(visitor, words)
    _search(visitor, words)
    show_prices(visitor, words)
    _feedback(visitor, words)
    if visitor.seodam.settings.single_user:
        st.header(words("settings.data"))
        st.code(str(visitor.seodam.settings.data), language=None, wrap_lines=True)


page()
