"""The lab's second step: where question and passages lie, and what brings them together."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui import charts
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.shell import literal, show_error
from rag_core import lab
from rag_core.embeddings import BundledEmbedding
from rag_core.errors import SeodamError
from rag_core.plane import Map, Point, draw_map
from rag_core.types import Hit

_TEXT = 120  # characters of a passage in a tooltip
_WORDS = 12


def show(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    """Draw the step, with the embedding in use."""
    embedding = visitor.seodam.embedding
    own = isinstance(embedding, BundledEmbedding)
    name = visitor.seodam.in_use.name
    st.caption(
        words("lab.in_use", name=words("lab.bundled") if name == "bundled" else literal(name))
    )
    st.markdown(words("lab.embedding_what" if own else "lab.embedding_other"))
    try:
        passages, vectors = visitor.library.vectors(visitor.collection)
        drawn = draw_map(embedding, question, passages, vectors)
        if drawn.points:
            _map(visitor, words, drawn, question)
            _nearest(visitor, words, drawn)
        if hits:
            _moved(words, lab.moved_by(embedding, question, hits[0].passage.text))
        _likeness(visitor, words)
    except SeodamError as error:
        show_error(error, words)


def _map(visitor: Visitor, words: Words, drawn: Map, question: str) -> None:
    names = {one.id: one.name for one in visitor.documents}
    points = [
        {
            "x": one.x,
            "y": one.y,
            "document": names.get(one.passage.document_id, ""),
            "place": one.passage.page_label,
            "cosine": one.cosine,
            "text": one.passage.text[:_TEXT],
        }
        for one in drawn.points
    ]
    titles = {name: words(f"lab.{name}") for name in ("document", "place", "cosine", "text")}
    charts.places(
        points,
        drawn.asked,
        [(one.x, one.y) for one in drawn.nearest],
        {**titles, "question": question},
        "map",
        words("lab.map_told"),
    )
    st.caption(words("lab.map_how", n=len(points), kept=f"{drawn.kept:.0%}"))


def _nearest(visitor: Visitor, words: Words, drawn: Map) -> None:
    st.markdown(f"**{words('lab.nearest')}**")
    rows = [
        (f"{n}. {_named(visitor, words, one)}", one.cosine)
        for n, one in enumerate(drawn.nearest, 1)
    ]
    charts.bars(rows, words("lab.cosine"), "nearest", words("lab.nearest"))


def _named(visitor: Visitor, words: Words, one: Point) -> str:
    passage = one.passage
    where = place(words, visitor.units.get(passage.document_id), passage.page, passage.page_label)
    return f"{where} {' '.join(passage.text.split())}"[:60]


def _moved(words: Words, moved: lab.Moved) -> None:
    st.markdown(f"**{words('lab.moved')}**")
    if moved.pieces:
        charts.bars(moved.pieces, words("lab.cosine"), "moved", words("lab.moved"))
    how = "lab.moved_how" if moved.exact else "lab.moved_without"
    st.caption(words(how, sum=f"{moved.cosine:.3f}"))


def _likeness(visitor: Visitor, words: Words) -> None:
    st.markdown(f"**{words('lab.likeness')}**")
    typed = st.text_input(words("lab.words"), value=words("lab.words_given"), key="lab-words")
    given = list(dict.fromkeys(one.strip() for one in typed.split(",") if one.strip()))[:_WORDS]
    if len(given) < 2:
        return
    cosines = lab.likeness(visitor.seodam.embedding, given)
    titles = ("", "", words("lab.cosine"))
    told = words("lab.likeness")
    charts.grid(cosines, given, given, titles, "likeness", told, written=True)
