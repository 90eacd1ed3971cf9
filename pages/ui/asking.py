"""Asking: the passages found, the streaming answer, and what happens when it ends or is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import history, scope
from pages.ui.answers import place_of_turn, show_passages
from pages.ui.connection import generator
from pages.ui.keyboard import STOP
from pages.ui.messages import Words
from pages.ui.options import options_of
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from pages.ui.understood import Pending, show_understood
from pages.ui.uploads import said_of
from rag_core.errors import SeodamError
from rag_core.markdown import SafeStream
from rag_core.types import AS_IT_IS, Conversation

_SETTLE_SECONDS = 5.0

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.elements.lib.mutable_status_container import StatusContainer

    from rag_core.answer_stream import AnswerStream


def ask(
    visitor: Visitor,
    words: Words,
    conversation: Conversation | None,
    asked: Pending,
    attached: frozenset[int] = frozenset(),
) -> None:
    """Show the question, stream the answer, and run the page again to show it as kept.

    `attached` are the jobs of files that came with the question: they are read first. A click on
    Stop, or anywhere else, runs the page again: the answer is kept as far as it was.
    """
    with place_of_turn(asked.question, new=True):
        _wait_for(visitor, words, conversation, attached)
        if not _something_to_ask(visitor, words, conversation):
            return
        try:
            model = generator(visitor, options_of(conversation))
            conversation = conversation or _begin(visitor, asked.question)
        except SeodamError as error:
            show_error(error, words)
            return
        st.session_state["just_answered"] = True
        try:
            stream = visitor.assistant.ask(
                asked.question, conversation, model, asked.whole, asked.beside
            )
            _stream(visitor, stream, words)
        except SeodamError as error:
            show_error(error, words)
    st.rerun()


def stop_button(words: Words) -> None:
    """Stop the answer that streams."""
    st.button(words("answer.stop"), key="stop", icon=":material/stop_circle:", shortcut=STOP)


def just_answered() -> bool:
    """Whether the last turn has just been answered, once."""
    return bool(st.session_state.pop("just_answered", False))


def _begin(visitor: Visitor, asked: str) -> Conversation:
    conversation = visitor.assistant.start(asked, visitor.collection)
    scope.keep(visitor, conversation)
    if (chosen := options_of(None)) != AS_IT_IS:
        visitor.conversations.ask_with(conversation.id, chosen)
    conversation = visitor.conversations.get(conversation.id)
    history.open_conversation(conversation)
    return conversation


def _wait_for(
    visitor: Visitor, words: Words, conversation: Conversation | None, attached: frozenset[int]
) -> None:
    """Let the files that came with the question finish, or all there are when none is ready."""
    line = st.empty()
    searched = scope.collection(visitor, conversation)
    while moving := [job for job in visitor.seodam.queue.jobs(visitor.owner) if job.moving]:
        waited = [job for job in moving if not job.searchable]
        none = not visitor.library.documents(searched)
        needed = [job for job in waited if job.id in attached or none]
        if not needed:
            break
        job = needed[0]
        said = f"**{literal(job.name)}** · {literal(said_of(words, job))}"
        line.info(f"{words('chat.reading_first')}: {said}", icon=":material/hourglass_top:")
        time.sleep(0.2)
    line.empty()
    jobs = visitor.seodam.queue.jobs(visitor.owner)
    st.session_state["came"] = [job.document_id for job in jobs if job.id in attached]


def _something_to_ask(visitor: Visitor, words: Words, conversation: Conversation | None) -> bool:
    documents = visitor.library.documents(scope.collection(visitor, conversation))
    if not documents:
        st.info(words("chat.nothing_to_ask"), icon=":material/upload_file:")
        return False
    if not scope.asked(visitor, conversation):
        st.info(words("chat.none_ticked"), icon=":material/check_box_outline_blank:")
        return False
    return True


def settle() -> None:
    """Wait until an answer that a click has interrupted is kept.

    Streamlit runs the page again while the interrupted run is still on its way out.
    """
    if kept := st.session_state.get("kept"):
        kept.wait(_SETTLE_SECONDS)


def _stream(visitor: Visitor, stream: AnswerStream, words: Words) -> None:
    """Passages first, then the words as they come. Each draw is a point where Stop takes hold."""
    kept = st.session_state["kept"] = threading.Event()
    try:
        understood = st.container()
        found = st.status(words("answer.searching"), type="compact")
        place = st.empty()
        with closing(iter(stream)) as pieces:
            _show(visitor, stream, pieces, (understood, found, place), words)
    finally:
        kept.set()


def _show(
    visitor: Visitor,
    stream: AnswerStream,
    pieces: Iterator[str],
    places: tuple[DeltaGenerator, StatusContainer, DeltaGenerator],
    words: Words,
) -> None:
    understood, found, place = places
    safe, shown, listed = SafeStream(), "", False
    for piece in pieces:
        if stream.hits and not listed:
            listed = True
            with understood:
                show_understood(words, stream.asked, stream.standalone_question)
            found.update(label=words("answer.found", n=len(stream.hits)), state="complete")
            with found:
                show_passages(stream.hits, words, visitor.units)
        shown += safe.feed(piece)
        place.markdown(shown)
    place.markdown(shown + safe.finish())
