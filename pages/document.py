"""The report of a document: how each page was read, what was odd, its text as it was cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from pages.ui import report, uploads, viewer
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal, page_named
from rag_core.errors import SeodamError
from rag_core.types import Document, DocumentState, Page

_AT_ONCE = 10  # pages in the list


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.set_page_config(layout="wide")
    document = _asked_for(visitor, words)
    if document is None:
        return
    pages = visitor.library.pages(document.id)
    read = Counter(page.read_by for page in pages)
    st.title(literal(document.name), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(report.facts(words, document, read), width="content")
        st.button(
            words("library.look"),
            icon=":material/find_in_page:",
            type="tertiary",
            on_click=viewer.look_into,
            args=(document.id,),
        )
        _back(words)
    if report.at_work(visitor, document):
        uploads.show_jobs(visitor, words)
    else:
        report.show_waiting(visitor, words, document, pages)
    _pages(visitor, words, document, pages)
    viewer.draw(visitor, words)


def _asked_for(visitor: Visitor, words: Words) -> Document | None:
    """The document that the address names; without one, a list to choose from."""
    wanted = st.query_params.get("document", "")
    try:
        found = visitor.library.document(wanted) if wanted else None
    except SeodamError:
        found = None
    if found and found.state is DocumentState.READY:
        return found
    st.title(words("nav.document"))
    if wanted:
        st.info(words("report.gone"), icon=":material/delete:")
    documents = visitor.library.documents(None)
    st.caption(words("report.choose") if documents else words("library.empty"))
    for document in documents:
        where = {"document": document.id}
        st.page_link(page_named("document"), label=literal(document.name), query_params=where)
    _back(words)
    return None


def _back(words: Words) -> None:
    st.page_link(page_named("library"), label=words("nav.library"), icon=":material/folder_open:")


def _pages(visitor: Visitor, words: Words, document: Document, pages: Sequence[Page]) -> None:
    """Those pages that are asked for, ten at a time."""
    kind = report.choose_kind(words, pages)
    term = st.text_input(
        words("report.search"),
        key="report_term",
        type="search",
        placeholder=words("report.search"),
        label_visibility="collapsed",
    )
    shown = report.matching(pages, kind, term or "")
    if not shown:
        st.info(words("report.none"), icon=":material/search_off:")
        return
    if term:
        st.caption(words("report.found", n=len(shown)))
    wanted = _wanted(pages, shown)
    part = 1
    if len(shown) > _AT_ONCE:
        parts = -(-len(shown) // _AT_ONCE)
        first = shown.index(wanted) // _AT_ONCE + 1 if wanted is not None else 1
        part = st.pagination(parts, default=first, key=f"part-{document.id}-{kind}-{term}")
    for position in shown[(part - 1) * _AT_ONCE : part * _AT_ONCE]:
        report.show_page(
            visitor, words, document, pages[position], position, term or "", position == wanted
        )


def _wanted(pages: Sequence[Page], shown: Sequence[int]) -> int | None:
    """The page that the address names, 1 = first, where it is shown."""
    named = st.query_params.get("page", "")
    position = int(named) - 1 if named.isascii() and named.isdecimal() else None
    return position if position in shown else None


page()
