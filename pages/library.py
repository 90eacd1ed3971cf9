"""The library: add documents, see what became of them, rename, remove, look inside."""

from __future__ import annotations

import streamlit as st

from pages.ui import uploads, viewer
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal
from rag_core.errors import NotFound
from rag_core.types import Document


def _removed(visitor: Visitor, words: Words) -> None:
    """What was just removed, with the way back."""
    gone = st.session_state.get("removed")
    if not gone:
        return
    document_id, name = gone

    def undo() -> None:
        st.session_state.pop("removed", None)
        try:
            visitor.library.undo_remove(document_id)
        except NotFound:
            st.session_state["too_late"] = True

    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(words("library.removed", name=literal(name)), width="stretch")
        st.button(words("library.undo"), icon=":material/undo:", on_click=undo)


def _row(visitor: Visitor, words: Words, document: Document) -> None:
    with st.container(border=True, key=f"document-{document.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/description: **{literal(document.name)}**", width="stretch")
            if document.pages and st.button(
                words("library.look"), key=f"look-{document.id}", type="tertiary"
            ):
                viewer.show(visitor, words, document.id, 1, "")
            with st.popover(
                "", icon=":material/more_horiz:", type="tertiary", help=words("library.more")
            ):
                _change(visitor, words, document)
        st.caption(_facts(words, document))


def _facts(words: Words, document: Document) -> str:
    size = f"{document.size / 1024**2:.1f} MB"
    facts = words("library.facts", pages=document.pages, passages=document.passages, size=size)
    for warning in document.warnings:
        code, _, number = warning.partition(":")
        facts += f" · :material/warning: {words(f'warning.{code}', n=number)}"
    return facts


def _change(visitor: Visitor, words: Words, document: Document) -> None:
    def rename() -> None:
        name = st.session_state[f"name-{document.id}"].strip()
        if name:
            visitor.library.rename(document.id, name)

    def remove() -> None:
        visitor.library.remove(document.id)
        st.session_state["removed"] = (document.id, document.name)

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
    uploads.show_jobs(visitor, words)
    _removed(visitor, words)
    if st.session_state.pop("too_late", False):
        st.warning(words("library.too_late"))
    documents = visitor.library.documents()
    if not documents:
        st.info(words("library.empty"), icon=":material/upload_file:")
    for document in documents:
        _row(visitor, words, document)


page()
