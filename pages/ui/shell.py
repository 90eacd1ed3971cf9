"""The frame around every page: page config, navigation, language.

It guards nothing: a deep link may run a page file without it, so each page calls `enter()`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.ui import own_words
from pages.ui.connection import shown_model
from pages.ui.keyboard import show_keys
from pages.ui.messages import LANGUAGES, Words
from pages.ui.session import Visitor, drawn, language, owner, seodam
from rag_core.errors import SeodamError
from rag_core.markdown import undisguised
from rag_core.translations import error_in_words

_PAGES = Path(__file__).resolve().parents[1]
_ICON = Path(__file__).with_name("icon.png")  # a named icon would be loaded from elsewhere


def draw() -> None:
    """Run the page that the address names, inside the navigation."""
    configure()
    words = Words(language())

    def one(name: str, icon: str) -> StreamlitPage:
        return page_named(name, title=words(f"nav.{name}"), icon=f":material/{icon}:")

    hidden = page_named("document", title=words("nav.document"), visibility="hidden")
    pages = {
        "": [
            one("chat", "forum"),
            one("library", "folder_open"),
            one("study", "school"),
            one("fact_check", "fact_check"),
            one("settings", "tune"),
            hidden,
        ],
        words("nav.inside"): [
            one("lab", "science"),
            one("evaluation", "analytics"),
            one("tuning", "model_training"),
            one("timeline", "timeline"),
        ],
    }
    try:
        st.navigation(pages).run()
    finally:
        drawn()


def page_named(name: str, **shown: Any) -> StreamlitPage:
    """The page in the file of that name, to be gone to or linked to."""
    return st.Page(_PAGES / f"{name}.py", default=name == "chat", **shown)


def configure() -> None:
    """Title, icon and layout; the same for every page."""
    st.set_page_config(page_title="Seodam · 서담", page_icon=_ICON, layout="centered")
    st.logo(_ICON, size="large")


def enter() -> tuple[Visitor, Words]:
    """Who is here and their words; draws the language switch. Every page starts with this.

    Where Seodam cannot be opened the reason and the way out are shown and the page ends.
    """
    words = Words(language())
    try:
        with st.spinner(words("shell.opening")):
            visitor = Visitor(owner(), language(), seodam())
    except SeodamError as error:
        show_error(error, words)
        st.stop()
    _remember_language(visitor)
    words = Words(language())
    with st.sidebar, st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _language_switch(visitor)
        show_keys(words)
        own_words.translate(language())
    return Visitor(visitor.owner, language(), visitor.seodam), words


def show_error(error: SeodamError, words: Words) -> None:
    """One clear sentence and the way out, in the reader's language."""
    show_failure(error.code, error.details, words)


def show_fault(fault: Exception) -> bool:
    """A mistake of ours, for st.App: details into the log, one sentence for the reader."""
    logging.getLogger(__name__).error("a page failed", exc_info=fault)
    show_error(SeodamError(), Words(language()))
    return True


def show_failure(code: str, details: Mapping[str, object], words: Words) -> None:
    """The same for an error of which only code and details were kept."""
    shown = {name: shown_model(str(value)) for name, value in details.items()}
    what, way_out = error_in_words(code, shown, words.language)
    st.error(f"{literal(what)} {literal(way_out)}", icon=":material/error:")


def literal(text: str) -> str:
    """Text as markdown that shows exactly this text: every mark of markdown is escaped."""
    return "".join(f"\\{c}" if c in _MARKS else c for c in undisguised(text))


def heard(text: str) -> str:
    """A label for what shows an icon only: a point that nobody sees, read out as this text.

    Without a label Streamlit reads out the name of the icon, in English.
    """
    return f"![{literal(text)}]({_POINT})"


_POINT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_MARKS = frozenset("\\`*_{}[]()#+-.!|<>~$:&\"'^=@/")


def _remember_language(visitor: Visitor) -> None:
    """A choice of an earlier visit wins over the browser's language."""
    if "language" not in st.session_state:
        kept = visitor.conversations.preference("language")
        if kept in LANGUAGES and kept != language():
            st.session_state["language"] = kept
            st.rerun()
        st.session_state["language"] = language()


def _language_switch(visitor: Visitor) -> None:
    def keep() -> None:
        visitor.conversations.prefer("language", st.session_state["language_switch"])
        st.session_state["language"] = st.session_state["language_switch"]

    st.segmented_control(
        "Language · 언어",
        list(LANGUAGES),
        default=language(),
        required=True,
        format_func=lambda code: LANGUAGES[code],
        key="language_switch",
        on_change=keep,
        label_visibility="collapsed",
    )


if __name__ == "__main__":
    draw()
