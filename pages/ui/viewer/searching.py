"""The way around a document in the viewer: to a page by its name, to words by their places."""

from __future__ import annotations

import streamlit as st

from pages.ui.marked import show_marked
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.shell import literal
from pages.ui.viewer.leaf import FIT, ZOOMS
from pages.ui.viewer.looking import MOST_FOUND, Opened, leaf_at, move, to_hit
from rag_core.finding import around, find_term, page_called
from rag_core.types import Unit

_MOST_LISTED = 30  # pages in the list of what was found
# The way to the next hit stays in sight while the page scrolls to this one.
_STAYS = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-viewer-hits-bar)
  { position: sticky; top: 0; z-index: 2; backdrop-filter: blur(12px); }
</style>"""


def show_go_to(words: Words, opened: Opened) -> None:
    """To a page by its number or label; to sheets and sections by name from a list."""
    if len(opened.pages) < 2:
        return
    named = opened.document.unit in {Unit.SHEET, Unit.SECTION}
    key = "viewer_go_to"

    def go() -> None:
        wanted = st.session_state[key]
        position = wanted if named else page_called(wanted, opened.pages)
        if position is not None:
            move(at=leaf_at(opened.leaves, position, 0))
        if not named:
            st.session_state[key] = ""
            st.session_state["viewer_no_page"] = wanted if position is None else ""

    label = words("viewer.go_to_section") if named else words("viewer.go_to")
    if named:
        st.session_state[key] = opened.leaf.position
        st.selectbox(
            label,
            range(len(opened.pages)),
            format_func=lambda i: opened.pages[i].label or str(i + 1),
            key=key,
            on_change=go,
            label_visibility="collapsed",
            width=240,
        )
    else:
        st.text_input(
            label,
            key=key,
            on_change=go,
            placeholder=label,
            label_visibility="collapsed",
            width=140,
        )
    if missing := st.session_state.pop("viewer_no_page", ""):
        st.caption(words("viewer.no_page", name=literal(missing)), width="content")


def show_search(words: Words, opened: Opened) -> None:
    """To words by their places, and how large the page is."""

    def look_for() -> None:
        term = st.session_state["viewer_term"]
        found = find_term(term, opened.pages, MOST_FOUND)
        here = opened.leaf.position, opened.leaf.start
        hit = next((i for i, one in enumerate(found) if (one.position, one.start) >= here), 0)
        to_hit(opened, found, hit, term)

    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.text_input(
            words("viewer.search"),
            opened.look.term,
            key="viewer_term",
            type="search",
            on_change=look_for,
            placeholder=words("viewer.search"),
            label_visibility="collapsed",
            width=240,
        )
        if opened.pictured:
            st.radio(
                words("viewer.zoom"),
                ZOOMS,
                index=ZOOMS.index(FIT),
                format_func=lambda zoom: f"{zoom} %" if zoom else words("viewer.fit"),
                key="viewer_zoom",
                persist_state="session",
                label_visibility="collapsed",
                horizontal=True,
            )
    if opened.look.term.strip():
        _found(words, opened)


def _found(words: Words, opened: Opened) -> None:
    """How many places there are, one after the other, and a list by page."""
    found, look = opened.found, opened.look
    if not found:
        st.caption(words("viewer.not_found"))
        return
    positions = sorted({one.position for one in found})
    more = "+" if len(found) == MOST_FOUND else ""
    st.html(_STAYS)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="viewer-hits-bar"
    ):
        for label, step, icon in (
            (words("viewer.previous_hit"), -1, ":material/arrow_upward:"),
            (words("viewer.next_hit"), 1, ":material/arrow_downward:"),
        ):
            st.button(
                label,
                icon=icon,
                disabled=len(found) < 2,
                on_click=to_hit,
                args=(opened, found, look.hit + step, look.term),
            )
        st.caption(words("viewer.hit", n=look.hit + 1, of=f"{len(found)}{more}"), width="content")
    with st.expander(words("viewer.hits", n=len(positions)), type="compact", key="viewer-hits"):
        for position in positions[:_MOST_LISTED]:
            _listed(words, opened, position)
        if len(positions) > _MOST_LISTED:
            st.caption(words("viewer.more_pages", n=len(positions) - _MOST_LISTED))


def _listed(words: Words, opened: Opened, position: int) -> None:
    """One page of the list: its first place with the words around it."""
    hit, one = next(pair for pair in enumerate(opened.found) if pair[1].position == position)
    page = opened.pages[position]
    named = place(words, opened.document.unit, page.number, page.label)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="xsmall"):
        st.button(
            literal(named or words("viewer.here")),
            key=f"hit-{position}",
            type="tertiary",
            on_click=to_hit,
            args=(opened, opened.found, hit, opened.look.term),
        )
        snippet, span = around(page.text, one.start, one.end)
        show_marked(snippet, [span])
