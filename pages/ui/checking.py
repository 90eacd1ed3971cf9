"""How an answer was checked: one line, and behind it every sentence with what bears it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.messages import Words
from pages.ui.shell import literal, page_named

if TYPE_CHECKING:
    from rag_core.types import Answer, Sentence, Turn

LONGEST_CLAIM = 2000  # characters of an address that carries one


def show_check(words: Words, turn: Turn, collection: str) -> None:
    """ "12 of 12 citations verified"; the sentences are drawn once it is opened, each with a way to
    hold it against the whole collection."""
    answer = turn.answer
    if not answer.sentences and not answer.offered_citations:
        return
    box = st.expander(
        _summary(words, answer), key=f"check-{turn.id}", type="compact", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        show_sentences(words, answer.sentences, collection)
        lost = answer.offered_citations - len(answer.citations)
        if lost:
            st.caption(words("check.dropped", n=lost))


def show_sentences(words: Words, sentences: Sequence[Sentence], collection: str = "") -> None:
    """Each sentence, whether it is borne out, and how it was checked; with a `collection`, also a
    link to its fact check."""
    for sentence in sentences:
        st.markdown(f"{_sign(words, sentence)} {literal(sentence.text)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(_reason(words, sentence), width="content")
            if collection:
                asked = {"claim": sentence.text[:LONGEST_CLAIM], "in": collection}
                st.page_link(
                    page_named("fact_check"),
                    label=words("check.fact"),
                    icon=":material/fact_check:",
                    query_params=asked,
                )


def _summary(words: Words, answer: Answer) -> str:
    parts = []
    if answer.offered_citations:
        parts.append(words("answer.verified", n=len(answer.citations), of=answer.offered_citations))
    against = sum(bool(one.contradicted) for one in answer.sentences)
    missing = sum(not one.supported and not one.contradicted for one in answer.sentences)
    if missing:
        parts.append(words("answer.unsupported", n=missing))
    if against:
        parts.append(words("answer.contradicted", n=against))
    return " · ".join(parts) or words("check.sentences", n=len(answer.sentences))


def badge(words: Words, sentence: Sentence) -> str:
    """The mark behind a sentence in the answer; "" for one that is supported."""
    if sentence.supported:
        return ""
    colour = "red" if sentence.contradicted else "orange"
    return f":{colour}-badge[{remark(words, sentence)}]"


def remark(words: Words, sentence: Sentence) -> str:
    """What is wrong with a sentence that is not supported."""
    return words("check.otherwise") if sentence.contradicted else words("answer.no_source")


def _sign(words: Words, sentence: Sentence) -> str:
    return badge(words, sentence) or f":green-badge[{words('check.supported')}]"


def _reason(words: Words, sentence: Sentence) -> str:
    """The citations of a sentence, and how it was held against them."""
    cited = " ".join(f"[{number}]" for number in sentence.citations)
    if sentence.contradicted:
        said = words("check.contradicts", numbers=", ".join(sentence.contradicted))
    elif not sentence.citations:
        said = words("check.uncited")
    elif not sentence.supported:
        said = words("check.unlike")
    elif sentence.by is None:
        said = words("check.earlier")
    else:
        said = words(f"check.by_{sentence.by.value}")
    return literal(f"{cited} {said}".strip())
