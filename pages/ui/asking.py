"""Asking: the passages found, the streaming answer, and what happens when it ends or is stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import history
from pages.ui.answers import ASSISTANT, question, show_passages
from pages.ui.connection import generator
from pages.ui.messages import Words
from pages.ui.reveal import reveal
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from pages.ui.uploads import said_of
from rag_core.errors import SeodamError
from rag_core.markdown import SafeStream
from rag_core.types import Conversation

if TYPE_CHECKING:
    from rag_core.assistant import AnswerStream


def suggest(question: str) -> None:
    """Ask this question in the next run (a click on a suggestion)."""
    st.session_state["pending_question"] = question


def pending_question() -> str:
    """The question of a clicked suggestion, once."""
    return str(st.session_state.pop("pending_question", ""))


def ask(
    visitor: Visitor,
    words: Words,
    conversation: Conversation | None,
    asked: str,
    attached: frozenset[int] = frozenset(),
) -> None:
    """Show the question, stream the answer, and run the page again to show it as kept.

    `attached` are the jobs of files that came with the question: they are read first.
    """
    question(asked)
    reveal()
    with st.chat_message("assistant", avatar=ASSISTANT):
        _wait_for(visitor, words, attached)
        if not _something_to_ask(visitor, words, conversation):
            return
        try:
            model = generator(visitor)
            conversation = conversation or _begin(visitor, asked)
        except SeodamError as error:
            show_error(error, words)
            return
        _watch_for_stop()
        try:
            _stream(visitor.assistant.ask(asked, conversation, model), words)
        except SeodamError as error:
            show_error(error, words)
    st.session_state["just_answered"] = True
    st.rerun()


def just_answered() -> bool:
    """Whether the last turn has just been answered, once."""
    return bool(st.session_state.pop("just_answered", False))


def _begin(visitor: Visitor, asked: str) -> Conversation:
    conversation = visitor.assistant.start(asked)
    out = history.excluded(None)
    if out:
        visitor.conversations.exclude(conversation.id, out)
        conversation = visitor.conversations.get(conversation.id)
    history.open_conversation(conversation)
    return conversation


def _wait_for(visitor: Visitor, words: Words, attached: frozenset[int]) -> None:
    """Let the files that came with the question finish, or all there are when none is ready."""
    line = st.empty()
    while moving := [job for job in visitor.seodam.queue.jobs(visitor.owner) if job.moving]:
        needed = [job for job in moving if job.id in attached or not visitor.library.documents()]
        if not needed:
            break
        job = needed[0]
        said = f"**{literal(job.name)}** · {literal(said_of(words, job))}"
        line.info(f"{words('chat.reading_first')}: {said}", icon=":material/hourglass_top:")
        time.sleep(0.2)
    line.empty()


def _something_to_ask(visitor: Visitor, words: Words, conversation: Conversation | None) -> bool:
    documents = visitor.library.documents()
    if not documents:
        st.info(words("chat.nothing_to_ask"), icon=":material/upload_file:")
        return False
    if {document.id for document in documents} <= history.excluded(conversation):
        st.info(words("chat.none_ticked"), icon=":material/check_box_outline_blank:")
        return False
    return True


def _stream(stream: AnswerStream, words: Words) -> None:
    """Passages first, then the words as they come. Each draw is a point where Stop takes hold."""
    found = st.status(words("answer.searching"), type="compact")
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

    @st.fragment(run_every=0.3)
    def watch() -> None:
        nonlocal drawn
        if drawn:
            st.rerun()
        drawn = True

    watch()
