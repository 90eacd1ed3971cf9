"""Asking: the passages found, the streaming answer, and what happens when it ends or is stopped."""

from __future__ import annotations

import time

import streamlit as st
from langchain_core.language_models import BaseChatModel

from pages.ui import history
from pages.ui.answers import show_passages
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import show_error
from rag_core.assistant import AnswerStream
from rag_core.errors import SeodamError
from rag_core.markdown import SafeStream, safe_markdown
from rag_core.types import Conversation


def suggest(question: str) -> None:
    """Ask this question in the next run (a click on a suggestion)."""
    st.session_state["pending_question"] = question


def pending_question() -> str:
    """The question of a clicked suggestion, once."""
    return str(st.session_state.pop("pending_question", ""))


def ask(visitor: Visitor, words: Words, conversation: Conversation | None, question: str) -> None:
    """Show the question, stream the answer, and run the page again to show it as kept."""
    with st.chat_message("user"):
        st.markdown(safe_markdown(question))
    with st.chat_message("assistant"):
        if not _wait_for_uploads(visitor, words):
            return
        try:
            model = chosen_model(visitor)
            if conversation is None:
                conversation = _begin(visitor, question)
            _watch_for_stop()
            _stream(visitor.assistant.ask(question, conversation, model), words)
        except SeodamError as error:
            show_error(error, words)
            if conversation is None:
                return
    st.rerun()


def chosen_model(visitor: Visitor) -> BaseChatModel:
    """The model of this session, with the key that was typed in for it, if any."""
    state = st.session_state
    return visitor.seodam.generator(
        state.get("model", ""),
        api_key=state.get("api_key") or None,
        base_url=state.get("base_url") or None,
    )


def _begin(visitor: Visitor, question: str) -> Conversation:
    conversation = visitor.assistant.start(question)
    out = history.excluded(None)
    if out:
        visitor.conversations.exclude(conversation.id, out)
        conversation = visitor.conversations.get(conversation.id)
    history.open_conversation(conversation)
    return conversation


def _wait_for_uploads(visitor: Visitor, words: Words) -> bool:
    """Let files that came with the question finish first; False when there is nothing to ask."""
    line = st.empty()
    while not visitor.library.documents():
        moving = [job for job in visitor.seodam.queue.jobs(visitor.owner) if job.moving]
        if not moving:
            line.info(words("chat.nothing_to_ask"), icon=":material/upload_file:")
            return False
        line.caption(words("chat.waiting", page=moving[0].page, pages=moving[0].pages or "…"))
        time.sleep(0.2)
    line.empty()
    return True


def _stream(stream: AnswerStream, words: Words) -> None:
    """Passages first, then the words as they come. Each draw is a point where Stop takes hold."""
    found = st.status(words("answer.searching"), expanded=False)
    place = st.empty()
    safe = SafeStream()
    shown = ""
    listed = False
    for piece in stream:
        if stream.hits and not listed:
            listed = True
            found.update(label=words("answer.found", n=len(stream.hits)), state="complete")
            with found:
                show_passages(stream.hits, words)
        shown += safe.feed(piece)
        place.markdown(shown)
    place.markdown(shown + safe.finish())


def _watch_for_stop() -> None:
    """After Stop the script is gone: draw the page again, with the answer as it was kept."""
    drawn = False

    @st.fragment(run_every=0.5)
    def watch() -> None:
        nonlocal drawn
        if drawn:
            st.rerun()
        drawn = True

    watch()
