"""A question and its answer on the screen: text with marks, sources to open, what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from pages.ui import viewer
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core.errors import SeodamError
from rag_core.markdown import safe_markdown
from rag_core.translations import error_in_words
from rag_core.types import Answer, Citation, Finish, Hit, Turn

_QUOTE_LENGTH = 400
_FLAG = "\u2691"  # stands for the badge until the text has been made safe
_MARK = re.compile(r"\[(\d{1,3})\]")


def show_turn(visitor: Visitor, words: Words, turn: Turn) -> None:
    """One turn of a conversation."""
    with st.chat_message("user"):
        st.markdown(safe_markdown(turn.question))
    with st.chat_message("assistant"):
        _answer(visitor, words, turn)


def _answer(visitor: Visitor, words: Words, turn: Turn) -> None:
    answer = turn.answer
    if answer.text:
        st.markdown(_with_marks(words, answer))
    _endings(words, answer)
    if not answer.answerable:
        st.info(words("answer.not_found"), icon=":material/search_off:")
        nearest(visitor, words, turn)
        return
    for citation in answer.citations:
        _source(visitor, words, turn, citation)
    _footer(words, answer)


def _with_marks(words: Words, answer: Answer) -> str:
    """The text made safe; its citation marks as badges, sentences without a source marked."""
    text = safe_markdown(_flagged(answer))
    known = {citation.number for citation in answer.citations}

    def badge(mark: re.Match[str]) -> str:
        return f":blue-badge[{mark[1]}]" if int(mark[1]) in known else mark[0]

    flag = f" :orange-badge[{words('answer.no_source')}]"
    return _MARK.sub(badge, text).replace(_FLAG, flag)


def _flagged(answer: Answer) -> str:
    """The text with a flag behind every sentence that claims something and has no source."""
    pieces, done = [], 0
    for sentence in answer.sentences:
        at = answer.text.find(sentence.text, done)
        if at < 0 or sentence.supported:
            continue
        end = at + len(sentence.text)
        pieces.append(answer.text[done:end] + _FLAG)
        done = end
    return "".join(pieces) + answer.text[done:]


def _endings(words: Words, answer: Answer) -> None:
    if answer.finish is Finish.STOPPED:
        st.caption(f":material/stop_circle: {words('answer.stopped')}")
    if answer.finish is Finish.FAILED:
        what, way_out = error_in_words(answer.error, {"model": answer.model}, words.language)
        st.error(f"{literal(what)} {literal(way_out)}", icon=":material/error:")


def _source(visitor: Visitor, words: Words, turn: Turn, citation: Citation) -> None:
    """A card: which document and page, the words quoted, and the page itself on a click."""
    with st.container(border=True, gap=None, key=f"source-{turn.id}-{citation.number}"):
        place = place_of(words, citation.document, citation.page_label)
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown(f":blue-badge[{citation.number}] **{place}**", width="stretch")
            if citation.page is not None and st.button(
                words("source.open"),
                key=f"open-{turn.id}-{citation.number}",
                icon=":material/find_in_page:",
                type="tertiary",
            ):
                viewer.show(visitor, words, citation.document_id, citation.page, citation.quote)
        st.caption(literal(_short(citation.quote)))


def nearest(visitor: Visitor, words: Words, turn: Turn) -> None:
    """The passages that came nearest, when none supports an answer."""
    hits = turn.answer.hits[:3]
    if not hits:
        return
    with st.expander(words("answer.nearest", n=len(hits))):
        for hit in hits:
            _passage(words, hit)
            page = hit.passage.page
            if page is not None and st.button(
                words("source.open"), key=f"near-{turn.id}-{hit.rank}", type="tertiary"
            ):
                viewer.show(visitor, words, hit.passage.document_id, page, hit.passage.text)


def show_passages(hits: Sequence[Hit], words: Words) -> None:
    """The passages that were found, best first."""
    for hit in hits:
        _passage(words, hit)


def _passage(words: Words, hit: Hit) -> None:
    place = place_of(words, hit.document, hit.passage.page_label)
    st.markdown(f"**{place}**\n\n{literal(_short(hit.passage.text))}")


def place_of(words: Words, document: str, page_label: str) -> str:
    """Document and page as markdown, with a hostile name made harmless."""
    if not page_label:
        return literal(document)
    return f"{literal(document)} · {literal(words('source.page', page=page_label))}"


def _footer(words: Words, answer: Answer) -> None:
    """One quiet line: how many citations were checked, by whom it was said, how long it took."""
    if answer.finish is Finish.FAILED and not answer.text:
        return
    parts = []
    if answer.offered_citations:
        parts.append(words("answer.verified", n=len(answer.citations), of=answer.offered_citations))
    missing = sum(not sentence.supported for sentence in answer.sentences)
    if missing:
        parts.append(words("answer.unsupported", n=missing))
    if answer.model == "extractive":
        parts.append(words("answer.extractive"))
    else:
        parts.append(literal(answer.model))
    parts.append(words("answer.seconds", seconds=f"{answer.seconds:.1f}"))
    st.caption(" · ".join(parts))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTE_LENGTH else flat[: _QUOTE_LENGTH - 1] + "…"


def error_of(error: SeodamError, words: Words) -> str:
    """An error as one line of safe markdown."""
    what, way_out = error_in_words(error.code, error.details, words.language)
    return f"{literal(what)} {literal(way_out)}"
