"""The sidebar of the chat: conversations, and the documents that take part."""

from __future__ import annotations

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.errors import NotFound
from rag_core.types import Conversation, Document

_SHOWN = 50


def current(visitor: Visitor) -> Conversation | None:
    """The conversation that the address names (?c=…), or the one left for another page."""
    wanted = st.query_params.get("c") or st.session_state.get("conversation")
    if not wanted:
        return None
    try:
        found = visitor.conversations.get(wanted)
    except NotFound:
        found = None
    open_conversation(found)
    return found


def open_conversation(conversation: Conversation | None) -> None:
    """Make the address name another conversation; the next run shows it."""
    st.session_state["conversation"] = conversation.id if conversation else ""
    if conversation is None:
        st.query_params.pop("c", None)
    elif st.query_params.get("c") != conversation.id:
        st.query_params["c"] = conversation.id


def sidebar(visitor: Visitor, words: Words, conversation: Conversation | None) -> None:
    """New conversation, the earlier ones, and which documents are asked."""
    with st.sidebar:
        st.button(
            words("history.new"),
            icon=":material/add_comment:",
            width="stretch",
            on_click=open_conversation,
            args=(None,),
        )
        documents = visitor.library.documents()
        if documents:
            _documents(visitor, words, conversation, documents)
        earlier = visitor.conversations.all()
        if earlier:
            st.subheader(words("history.title"), divider=False)
            for one in earlier[:_SHOWN]:
                _row(visitor, words, one, chosen=conversation is not None and one == conversation)


def _row(visitor: Visitor, words: Words, one: Conversation, chosen: bool) -> None:
    with st.container(horizontal=True, gap=None, wrap=False, vertical_alignment="center"):
        st.button(
            literal(one.title),
            key=f"open-{one.id}",
            type="secondary" if chosen else "tertiary",
            width="stretch",
            wrap=False,
            on_click=open_conversation,
            args=(one,),
        )
        with st.popover(
            "", icon=":material/more_horiz:", type="tertiary", help=words("history.more"), width=44
        ):
            _change(visitor, words, one, chosen)


def _change(visitor: Visitor, words: Words, one: Conversation, chosen: bool) -> None:
    def rename() -> None:
        title = st.session_state[f"title-{one.id}"].strip()
        if title:
            visitor.conversations.rename(one.id, title)

    def delete() -> None:
        visitor.conversations.delete(one.id)
        if chosen:
            open_conversation(None)

    st.text_input(words("history.rename"), value=one.title, key=f"title-{one.id}", on_change=rename)
    st.button(
        words("history.delete"),
        key=f"delete-{one.id}",
        icon=":material/delete:",
        on_click=delete,
    )


def excluded(conversation: Conversation | None) -> frozenset[str]:
    """The documents that are ticked out of this conversation, or of the one about to begin."""
    if conversation is not None:
        return conversation.excluded
    return frozenset(st.session_state.get("excluded", ()))


def _documents(
    visitor: Visitor,
    words: Words,
    conversation: Conversation | None,
    documents: tuple[Document, ...],
) -> None:
    out = excluded(conversation)

    def tick(document_id: str) -> None:
        now = conversation and visitor.conversations.get(conversation.id)
        changed = excluded(now) ^ {document_id}
        if now is None:
            st.session_state["excluded"] = sorted(changed)
        else:
            visitor.conversations.exclude(now.id, changed)

    asked = sum(document.id not in out for document in documents)
    label = words("history.documents", asked=asked, all=len(documents))
    place = conversation.id if conversation else "new"
    with st.expander(label, expanded=len(documents) <= 8, icon=":material/description:"):
        for document in documents:
            st.checkbox(
                literal(document.name),
                value=document.id not in out,
                key=f"tick-{place}-{document.id}",
                on_change=tick,
                args=(document.id,),
            )
