"""What can be done with a conversation: pin, rename, link, keep as a file, delete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.undo import took_away
from rag_core.errors import NotFound
from rag_core.types import Citation, Conversation

_FILES = {"md": "text/markdown", "html": "text/html", "json": "application/json"}
_NAME_LENGTH = 60
_NO_NAME = str.maketrans(dict.fromkeys('/\\:*?"<>|\n\r\t', " "))


def menu(visitor: Visitor, words: Words, one: Conversation, leave: Callable[[], None]) -> None:
    """Everything of one conversation; `leave` is called when it is deleted."""

    def rename() -> None:
        title = st.session_state[f"title-{one.id}"].strip()
        if title:
            visitor.conversations.rename(one.id, title)

    def delete() -> None:
        with suppress(NotFound):  # a second click, or another tab, was quicker
            visitor.conversations.delete(one.id)
        took_away("history")
        leave()

    st.text_input(words("history.rename"), value=one.title, key=f"title-{one.id}", on_change=rename)
    st.button(
        words("history.unpin") if one.pinned else words("history.pin"),
        key=f"pin-{one.id}",
        icon=":material/keep_off:" if one.pinned else ":material/keep:",
        width="stretch",
        on_click=visitor.conversations.pin,
        args=(one.id, not one.pinned),
    )
    _keep_as_file(visitor, words, one)
    st.caption(words("history.link"))
    st.code(f"{(st.context.url or '').split('?')[0]}?c={one.id}", language=None, wrap_lines=True)
    st.button(
        words("history.delete"),
        key=f"delete-{one.id}",
        icon=":material/delete:",
        width="stretch",
        on_click=delete,
    )


def _keep_as_file(visitor: Visitor, words: Words, one: Conversation) -> None:
    """Buttons that write the file when they are pressed, not before."""
    name = one.title.translate(_NO_NAME).strip(" .")[:_NAME_LENGTH] or "seodam"
    for ending, mime in _FILES.items():
        st.download_button(
            words(f"export.{ending}"),
            partial(_written, visitor, words, one, ending),
            f"{name}.{ending}",
            mime,
            key=f"{ending}-{one.id}",
            icon=":material/download:",
            width="stretch",
            on_click="ignore",
        )


def _written(visitor: Visitor, words: Words, one: Conversation, ending: str) -> str:
    from rag_core.transcript import Labels, as_html, as_json, as_markdown

    if ending == "json":
        return as_json(one, visitor.conversations.all_turns(one.id))

    units = visitor.units

    def said(cited: Citation) -> str:
        where = place(words, units.get(cited.document_id), cited.page, cited.page_label)
        return f"{cited.document} · {where}" if where else cited.document

    labels = Labels(
        language=words.language,
        sources=words("export.sources"),
        stopped=words("answer.stopped"),
        not_found=words("answer.not_found"),
        no_source=words("answer.no_source"),
        otherwise=words("check.otherwise"),
        place=said,
    )
    write = as_html if ending == "html" else as_markdown
    return write(one, visitor.conversations.turns(one.id), labels)
