"""The lab's third step: what both searches proposed, how it was judged, what was cut."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui import charts, viewer
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.shell import literal
from rag_core import lab
from rag_core.assistant import PASSAGES
from rag_core.retriever import Looked

_SHARES = 5  # signals of a candidate


def show(
    visitor: Visitor, words: Words, question: str, looked: Looked, most: int, seconds: float
) -> None:
    """Draw the step: the `most` best candidates."""
    found = lab.looks(question, looked, most)
    n = len(looked.candidates)
    st.markdown(words("lab.retrieval_what", n=n, ms=f"{seconds * 1000:.0f}"))
    sure, goes = words("lab.column_sure"), words("lab.column_goes")
    rows = [
        {
            words("lab.column_place"): one.place,
            words("lab.column_document"): f"{one.document} · {one.passage.page_label}",
            sure: one.probability,
            words("lab.column_words"): one.lexical_rank,
            words("lab.column_meaning"): one.dense_rank,
            goes: one.place <= PASSAGES,
        }
        for one in found
    ]
    columns = {
        sure: st.column_config.ProgressColumn(format="%.3f", min_value=0, max_value=1),
        goes: st.column_config.CheckboxColumn(),
    }
    st.dataframe(rows, hide_index=True, column_config=columns)
    st.caption(words("lab.cut", goes=min(PASSAGES, n), n=n))
    _weights(words, found, looked)
    for one in found:
        _candidate(visitor, words, one)


def _weights(words: Words, found: Sequence[lab.Look], looked: Looked) -> None:
    """What words and meaning added to each candidate, and what decided how far they count."""
    judged = [one for one in found if one.shares]
    if judged:
        st.markdown(f"**{words('lab.weights')}**")
        rows = [
            (
                f"{one.place}. {one.document}",
                {words(f"lab.of_{name}"): value for name, value in lab.grouped(one.shares).items()},
            )
            for one in judged
        ]
        charts.groups(rows, words("lab.share"), "weights-of", words("lab.weights"))
    about = lab.circumstances_of(looked)
    told = [
        f"{words(f'lab.about_{name}')} {value:.2f}"
        for name, value in about.items()
        if name != "always"
    ]
    st.caption(f"{words('lab.circumstances')} {' · '.join(told)}")


def _candidate(visitor: Visitor, words: Words, one: lab.Look) -> None:
    unit = visitor.units.get(one.passage.document_id)
    where = place(words, unit, one.passage.page, one.passage.page_label)
    title = f"{one.place}. {literal(one.document)} · {literal(where)}"
    box = st.expander(title, key=f"candidate-{one.place}", on_change="rerun")
    if not box.open:
        return
    with box:
        st.text(one.passage.text)
        st.caption(
            words("lab.scores", cosine=f"{one.cosine:.3f}", bm25=f"{one.bm25:.2f}")
            + " "
            + " ".join(f":gray-badge[{literal(word)}]" for word in one.matched[:12])
        )
        if one.held_back:
            st.caption(words("lab.held_back"))
        if one.brought_forward:
            st.caption(words("lab.brought_forward"))
        if one.shares:
            shares = [(words(f"signal.{name}"), value) for name, value in one.shares[:_SHARES]]
            charts.bars(shares, words("lab.share"), f"shares-{one.place}", words("lab.share"))
        else:
            st.caption(words("lab.not_closely"))
        st.button(
            words("source.open"),
            key=f"lab-open-{one.place}",
            icon=":material/find_in_page:",
            on_click=viewer.show,
            args=(one.passage.document_id, one.passage.page, one.passage.text),
        )
