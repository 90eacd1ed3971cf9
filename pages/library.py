"""The library: add documents, see what became of them, rename, remove, look inside."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import ceil
from pathlib import Path

import streamlit as st

from pages.ui import report, uploads, viewer
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, heard, literal
from rag_core.errors import NotFound
from rag_core.library import UNDO_SECONDS
from rag_core.types import Document, ReadBy

_REPORT = Path(__file__).with_name("document.py")


def _removed(visitor: Visitor, words: Words) -> None:
    """What was just removed, with the way back for as long as there is one."""
    if not st.session_state.get("removed"):
        return
    st.fragment(_offers, run_every=1.0)(visitor, words)


def _offers(visitor: Visitor, words: Words) -> None:
    removed: dict[str, tuple[str, float]] = st.session_state["removed"]
    for document_id, (name, until) in list(removed.items()):
        left = until - time.monotonic()
        if left <= 0:
            del removed[document_id]
            continue
        with st.container(horizontal=True, vertical_alignment="center", border=True, wrap=False):
            st.markdown(words("library.removed", name=literal(name)), width="stretch")
            st.button(
                words("library.undo", seconds=ceil(left)),
                key=f"undo-{document_id}",
                icon=":material/undo:",
                on_click=_undo,
                args=(visitor, document_id),
            )
    if not removed:
        visitor.library.purge_removed()
        st.rerun()


def _undo(visitor: Visitor, document_id: str) -> None:
    st.session_state["removed"].pop(document_id, None)
    try:
        visitor.library.undo_remove(document_id)
    except NotFound:
        st.session_state["too_late"] = True


def _row(visitor: Visitor, words: Words, document: Document, read: Mapping[ReadBy, int]) -> None:
    with st.container(border=True, gap=None, key=f"document-{document.id}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown(f":material/description: **{literal(document.name)}**", width="stretch")
            st.button(
                words("library.look"),
                key=f"look-{document.id}",
                type="tertiary",
                on_click=viewer.look_into,
                args=(document.id,),
            )
            with st.popover(
                heard(words("library.more")),
                icon=":material/more_horiz:",
                type="tertiary",
                help=words("library.more"),
            ):
                _change(visitor, words, document)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(report.facts(words, document, read), width="content")
            where = {"document": document.id}
            st.page_link(st.Page(_REPORT), label=words("nav.document"), query_params=where)


def _change(visitor: Visitor, words: Words, document: Document) -> None:
    def rename() -> None:
        name = st.session_state[f"name-{document.id}"].strip()
        if name:
            visitor.library.rename(document.id, name)

    def remove() -> None:
        visitor.library.remove(document.id)
        uploads.dismiss_done(visitor)
        removed = st.session_state.setdefault("removed", {})
        removed[document.id] = (document.name, time.monotonic() + UNDO_SECONDS)

    st.text_input(
        words("library.rename"), document.name, key=f"name-{document.id}", on_change=rename
    )
    st.button(
        words("library.remove"),
        key=f"remove-{document.id}",
        icon=":material/delete:",
        on_click=remove,
    )


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.library"))
    uploads.drop_area(visitor, words, "library")
    with st.container():  # so that the list below keeps its place
        uploads.show_jobs(visitor, words)
        _removed(visitor, words)
        if st.session_state.pop("too_late", False):
            st.warning(words("library.too_late"))
    documents = visitor.library.documents()
    if not documents:
        st.info(words("library.empty"), icon=":material/upload_file:")
    readings = visitor.library.readings() if documents else {}
    for document in documents:
        _row(visitor, words, document, readings.get(document.id, {}))
    viewer.draw(visitor, words)


page()
