"""The sidebar of the chat: conversations, and the documents that take part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import emphasis, options, scope, undo
from pages.ui.conversation_menu import menu
from pages.ui.keyboard import NEW
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import heard, literal
from rag_core.errors import NotFound
from rag_core.types import Conversation

if TYPE_CHECKING:
    from rag_core.stores.conversations import Found

_SHOWN = 50
_TURNS = 20  # of a long conversation, at first


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
            shortcut=NEW,
            on_click=open_conversation,
            args=(None,),
        )
        scope.switch(visitor, words, "chat", conversation)
        documents = visitor.library.documents(scope.collection(visitor, conversation))
        if documents:
            scope.ticks(visitor, words, conversation, documents)
        options.choose(visitor, words, conversation)
        emphasis.told(visitor, words, "emphasis-in-chat")
        _earlier(visitor, words, conversation)


def _earlier(visitor: Visitor, words: Words, conversation: Conversation | None) -> None:
    """The earlier conversations, or those in which the words looked for stand."""
    kept = visitor.conversations
    undo.offer(
        "history", words, kept.deleted, lambda one: kept.undo_delete(one.id), kept.purge_deleted
    )
    if not kept.all(limit=1):
        return
    st.subheader(words("history.title"), divider=False)
    wanted = st.text_input(
        words("history.search"),
        key="history-search",
        placeholder=words("history.search"),
        icon=":material/search:",
        label_visibility="collapsed",
    )
    found = kept.search(wanted, _SHOWN)
    if not found:
        st.caption(words("history.none"))
    for one in found:
        chosen = conversation is not None and one.conversation.id == conversation.id
        _row(visitor, words, one, chosen)


def _row(visitor: Visitor, words: Words, found: Found, chosen: bool) -> None:
    one = found.conversation
    with st.container(horizontal=True, gap=None, wrap=False, vertical_alignment="center"):
        st.button(
            literal(one.title),
            key=f"open-{one.id}",
            icon=":material/keep:" if one.pinned else None,
            type="secondary" if chosen else "tertiary",
            width="stretch",
            wrap=False,
            on_click=open_conversation,
            args=(one,),
        )
        with st.popover(
            heard(words("history.more")),
            icon=":material/more_horiz:",
            type="tertiary",
            help=words("history.more"),
            width=44,
        ):
            menu(visitor, words, one, lambda: open_conversation(None) if chosen else None)
    if found.snippet:
        st.caption(literal(found.snippet))


def shown(visitor: Visitor, words: Words, conversation: Conversation) -> int:
    """How many of the last turns to show; a button shows more of a long conversation."""
    key = f"turns-{conversation.id}"
    count = int(st.session_state.get(key, _TURNS))

    def more() -> None:
        st.session_state[key] = count + _TURNS

    hidden = visitor.conversations.length(conversation.id) - count
    if hidden > 0:
        label = words("history.earlier", n=min(hidden, _TURNS))
        st.button(label, icon=":material/history:", type="tertiary", on_click=more)
    return count
