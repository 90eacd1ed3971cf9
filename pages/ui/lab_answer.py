"""The lab's last steps: the prompt, the answer as it is written, how its citations were checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import streamlit as st
from langchain_core.messages import BaseMessage

from pages.ui import charts, lab_tokens
from pages.ui.checking import show_sentences
from pages.ui.connection import EXTRACTIVE, chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from rag_core.citations import check
from rag_core.embeddings import bundled_embedding
from rag_core.errors import SeodamError
from rag_core.markdown import safe_markdown
from rag_core.neighbours import join
from rag_core.prompting import messages
from rag_core.text import language
from rag_core.types import Hit
from rag_core.watching import Piece, watch

_STEPS = 40  # tokens whose alternatives are shown
_KEPT = "lab-written"


@dataclass(frozen=True)
class _Written:
    """What was written for a question, with passages and without."""

    key: tuple[object, ...]
    with_passages: tuple[Piece, ...] = ()
    closed: tuple[Piece, ...] = ()


def show_prompt(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    """The messages, word for word."""
    st.markdown(words("lab.prompt_what"))
    for message in _messages(visitor, question, _sent(visitor, hits)):
        count = lab_tokens.count(message.text)
        st.markdown(f"**{words(f'lab.{message.type}')}** · {words('lab.about_tokens', n=count)}")
        with st.container(height=320):  # scrolls with the keyboard too, as the code itself does not
            st.code(message.text, language=None, wrap_lines=True)


def _sent(visitor: Visitor, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The passages as they are sent: to a language model, neighbours as one."""
    return hits if chosen_model(visitor) == EXTRACTIVE else join(hits)


def _messages(visitor: Visitor, question: str, hits: Sequence[Hit]) -> list[BaseMessage]:
    """As the chat sends them, with what its reader tells the model about the collection."""
    told = visitor.assistant.instructions(visitor.collection)
    return messages(question, hits, (), language(question), told)


def show(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    """Draw the step: with and without passages side by side, then how it was written."""
    model, hits = chosen_model(visitor), _sent(visitor, hits)
    st.markdown(words("lab.answer_what", model=literal(shown_model(model))))
    told = visitor.assistant.instructions(visitor.collection)
    key = (question, model, told, tuple(hit.passage.id for hit in hits))
    asked = st.button(words("lab.ask"), key="lab-ask", type="primary")
    kept = st.session_state.get(_KEPT)
    written = None if asked or kept is None or kept.key != key else kept
    if not asked and written is None:
        return
    try:
        written = _sides(visitor, words, question, hits, written or _Written(key))
    except SeodamError as error:
        show_error(error, words)
        return
    st.session_state[_KEPT] = written
    _how(words, model, written)


def _sides(
    visitor: Visitor, words: Words, question: str, hits: Sequence[Hit], written: _Written
) -> _Written:
    """Both answers; what has not been written yet is asked for now."""
    model = generator(visitor)
    extractive = chosen_model(visitor) == EXTRACTIVE
    left, right = (st.container(), st.container()) if extractive else st.columns(2)
    with left:
        st.header(words("lab.with"))
        asked = _messages(visitor, question, hits)
        found = _stream(written.with_passages or watch(model, asked))
        _citations(visitor, words, found, hits)
    if extractive:
        right.info(words("lab.closed_needs_model"), icon=":material/info:")
        return replace(written, with_passages=found)
    with right:
        st.header(words("lab.without"))
        st.caption(words("lab.without_how"))
        closed = _stream(written.closed or watch(model, question))
    return replace(written, with_passages=found, closed=closed)


def _stream(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The text as it comes."""
    shown, text, found = st.empty(), "", []
    for piece in pieces:
        found.append(piece)
        text += piece.text
        if not isinstance(pieces, tuple):
            shown.markdown(safe_markdown(text))
    shown.markdown(safe_markdown(text))
    return tuple(found)


def _citations(visitor: Visitor, words: Words, found: Sequence[Piece], hits: Sequence[Hit]) -> None:
    text = "".join(piece.text for piece in found)
    checked = check(text, tuple(hits), visitor.library.page_text, bundled_embedding())
    st.caption(words("answer.verified", n=len(checked.citations), of=checked.offered))
    for citation in checked.citations:
        st.markdown(f":gray-badge[{citation.number}] {literal(' '.join(citation.quote.split()))}")
    if checked.sentences:
        with st.expander(words("lab.checked"), icon=":material/fact_check:"):
            show_sentences(words, checked.sentences)


def _how(words: Words, model: str, written: _Written) -> None:
    """When each piece came, and what might have come instead."""
    found = written.with_passages
    st.markdown(f"**{words('lab.when')}**")
    titles = (words("lab.seconds"), words("lab.pieces"))
    charts.timeline([one.seconds for one in found], titles, "when", words("lab.when"))
    chosen = [one for piece in found for one in piece.chosen]
    st.markdown(f"**{words('lab.next')}**")
    if not chosen:
        reason = "lab.no_choice" if model == EXTRACTIVE else "lab.no_probabilities"
        st.info(words(reason), icon=":material/info:")
        return
    st.caption(words("lab.next_how", n=min(_STEPS, len(chosen)), of=len(chosen)))
    steps = [(one.token, one.probability, one.top) for one in chosen[:_STEPS]]
    charts.ladder(steps, words("lab.rank"), "next", words("lab.next"))
