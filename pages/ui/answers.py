"""A question and its answer on the screen: text with marks, sources to open, what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import aloud, checking, viewer
from pages.ui.connection import EXTRACTIVE, shown_model
from pages.ui.messages import Words
from pages.ui.options import left_out, took
from pages.ui.places import place
from pages.ui.reveal import reveal
from pages.ui.session import Visitor
from pages.ui.shell import literal, page_named, show_failure
from pages.ui.turn_actions import show_actions
from pages.ui.understood import show_editable
from rag_core.flagged import with_flags
from rag_core.markdown import code, safe_markdown, span_at
from rag_core.text import shortened
from rag_core.types import (
    MARK,
    Answer,
    Citation,
    Conversation,
    Finish,
    Hit,
    Passage,
    Sentence,
    Turn,
    Unit,
)

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_NEAREST = 3
_WORTH_SAYING = 0.1  # seconds
_QUOTE_LENGTH = 400
_FLAGS = "\u2691\u2690"  # stand for the badges until the text has been made safe


def show_turn(
    visitor: Visitor, words: Words, conversation: Conversation, turn: Turn, new: bool = False
) -> None:
    """One turn of a conversation; a new one is brought into view."""
    with place_of_turn(turn.question, new):
        show_editable(words, turn.id, turn.question, turn.answer.standalone_question)
        _found(visitor, words, turn)
        _answer(visitor, words, conversation, turn)
        shown = _is_shown(turn.answer)
        show_actions(visitor, words, conversation, turn, shown)
        if shown:
            aloud.show_answer(words, turn)


def place_of_turn(question: str, new: bool) -> DeltaGenerator:
    """What the reader asked, and the place for the answer.

    Kept and streaming turns are built alike, so that one takes the other's place unnoticed.
    """
    with st.container():
        if new:
            reveal()
        else:
            st.empty()
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(safe_markdown(question))
        return st.chat_message("assistant", avatar=":material/menu_book:")


def _found(visitor: Visitor, words: Words, turn: Turn) -> None:
    """The passages that were found, drawn once they are asked for."""
    hits = turn.answer.hits
    if not hits or not turn.answer.answerable:
        return
    label = words("answer.found", n=len(hits))
    box = st.expander(label, key=f"found-{turn.id}", type="compact", on_change="rerun")
    if box.open:
        with box:
            show_passages(hits, words, visitor.units)


def _answer(visitor: Visitor, words: Words, conversation: Conversation, turn: Turn) -> None:
    answer = turn.answer
    unanswered = _unanswered(answer)
    if _is_shown(answer):
        st.markdown(_with_marks(words, answer))
    _endings(words, answer)
    if unanswered:
        st.info(words("answer.not_found"), icon=":material/search_off:")
        _nearest(visitor, words, turn)
    for citation in answer.citations:
        _source(visitor, words, turn, citation)
    if _is_shown(answer):
        checking.show_check(words, turn, conversation.collection)
    _footer(words, answer)


def _unanswered(answer: Answer) -> bool:
    return not answer.answerable and answer.finish is Finish.COMPLETE


def _is_shown(answer: Answer) -> bool:
    """Whether there is a text to read; without a model a refusal is ours to word."""
    return bool(answer.text) and not (_unanswered(answer) and answer.model == EXTRACTIVE)


def _with_marks(words: Words, answer: Answer) -> str:
    """The text made safe; its citation marks as badges, sentences without a source marked."""
    text = safe_markdown(with_flags(answer, lambda against: _FLAGS[against]))
    known = {citation.number for citation in answer.citations}
    within = code(text)

    def badge(mark: re.Match[str]) -> str:
        shown = int(mark[1]) in known and not span_at(within, mark.start())
        return f":gray-badge[{mark[1]}]" if shown else mark[0]

    text = re.sub(MARK, badge, text)
    for flag, example in zip(
        _FLAGS, (Sentence(""), Sentence("", contradicted=("1",))), strict=True
    ):
        text = text.replace(flag, f" {checking.badge(words, example)}")
    return text


def _endings(words: Words, answer: Answer) -> None:
    if answer.finish is Finish.STOPPED:
        st.caption(f":material/stop_circle: {words('answer.stopped')}")
    if answer.finish is Finish.FAILED:
        show_failure(answer.error, {"model": answer.model}, words)


def _source(visitor: Visitor, words: Words, turn: Turn, citation: Citation) -> None:
    """A card: which document and page, the words quoted, and the page itself on a click."""
    named = place_of(words, citation.document, citation, visitor.units)
    key, title = f"{turn.id}-{citation.number}", f":gray-badge[{citation.number}] **{named}**"
    _card(words, key, title, citation, citation.quote, citation.passage_id)


def _nearest(visitor: Visitor, words: Words, turn: Turn) -> None:
    """The passages that came nearest, when none supports an answer."""
    hits = turn.answer.hits[:_NEAREST]
    if hits:
        st.caption(words("answer.nearest", n=len(hits)))
    for hit in hits:
        passage = hit.passage
        named = place_of(words, hit.document, passage, visitor.units)
        key = f"{turn.id}-near-{hit.rank}"
        _card(words, key, f"**{named}**", passage, passage.text, passage.id)


def _card(
    words: Words, key: str, title: str, of: Citation | Passage, quote: str, passage_id: str
) -> None:
    with st.container(border=True, gap=None, key=f"source-{key}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown(title, width="stretch")
            st.button(
                words("source.open"),
                key=f"open-{key}",
                icon=":material/find_in_page:",
                type="tertiary",
                on_click=viewer.show,
                args=(of.document_id, of.page, quote, of.page_label, passage_id),
            )
        st.caption(literal(shortened(quote, _QUOTE_LENGTH)))


def show_passages(hits: Sequence[Hit], words: Words, units: Mapping[str, Unit]) -> None:
    """The passages that were found, best first. `units` as in `place_of`."""
    for hit in hits:
        named = place_of(words, hit.document, hit.passage, units)
        st.markdown(f"**{named}**\n\n{literal(shortened(hit.passage.text, _QUOTE_LENGTH))}")


def place_of(words: Words, document: str, of: Citation | Passage, units: Mapping[str, Unit]) -> str:
    """Document and place as markdown, with a hostile name made harmless. `units` by document."""
    named = place(words, units.get(of.document_id), of.page, of.page_label)
    return f"{literal(document)} · {literal(named)}" if named else literal(document)


def _footer(words: Words, answer: Answer) -> None:
    """One quiet line: by whom it was said, how long it took."""
    if answer.finish is Finish.FAILED and not answer.text:
        return
    extractive = answer.model == EXTRACTIVE
    parts = [words("answer.extractive") if extractive else literal(shown_model(answer.model))]
    if answer.seconds >= _WORTH_SAYING:
        parts.append(words("answer.seconds", seconds=f"{answer.seconds:.1f}"))
    parts += took(words, answer.usage)
    if missing := left_out(words, answer.usage):
        st.caption(missing)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(" · ".join(parts), width="content")
        if extractive:
            st.page_link(
                page_named("settings"), label=words("answer.connect"), icon=":material/link:"
            )
