"""The library: add documents, see what became of them, rename, remove, look inside."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.ui import report, shelving, undo, uploads, viewer
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import enter, heard, literal, page_named
from rag_core.types import Document, ReadBy


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
            if document.tags:
                st.caption(" ".join(f"`#{literal(tag)}`" for tag in document.tags), width="content")
            where = {"document": document.id}
            st.page_link(page_named("document"), label=words("nav.document"), query_params=where)


def _change(visitor: Visitor, words: Words, document: Document) -> None:
    def rename() -> None:
        name = st.session_state[f"name-{document.id}"].strip()
        if name:
            visitor.library.rename(document.id, name)

    def remove() -> None:
        visitor.library.remove(document.id)
        uploads.dismiss_done(visitor)
        undo.took_away("library")

    st.text_input(
        words("library.rename"), document.name, key=f"name-{document.id}", on_change=rename
    )
    shelving.tags_of(visitor, words, document)
    shelving.move_to(visitor, words, document.id, [document.id])
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
    shelving.header(visitor, words)
    uploads.drop_area(visitor, words, "library")
    with st.container():  # so that the list below keeps its place
        uploads.show_jobs(visitor, words)
        shelving.offer_undo(visitor, words)
        shelving.told(words)
    documents = visitor.documents
    if not documents:
        st.info(words("library.empty"), icon=":material/upload_file:")
    readings = visitor.library.readings() if documents else {}
    for document in shelving.filtered(visitor, words, documents):
        _row(visitor, words, document, readings.get(document.id, {}))
    viewer.draw(visitor, words)


page()
