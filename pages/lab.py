"""The lab: one question walked through the parts that answer it, each step with its numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence

import altair as alt
import streamlit as st

from pages.ui import viewer
from pages.ui.connection import EXTRACTIVE, chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.shell import enter, literal, show_error
from rag_core import lab
from rag_core.citations import check
from rag_core.embeddings import BundledEmbedding
from rag_core.errors import SeodamError
from rag_core.markdown import safe_markdown
from rag_core.prompting import messages
from rag_core.reranker import Emphasis
from rag_core.retriever import Looked
from rag_core.text import language, lexical_tokens
from rag_core.types import Hit

_COLOURS = ("blue", "green", "orange", "violet", "red")
_SHOWN = 10  # candidates
_MOST = 400  # characters of a passage whose tokens are shown
_SHARES = 5  # signals of a candidate


def page() -> None:
    """Draw the page."""
    visitor, words = enter()
    st.title(words("nav.lab"))
    st.markdown(words("lab.what"))
    if not visitor.library.documents():
        st.info(words("study.empty"), icon=":material/upload_file:")
        return
    question = st.text_input(words("lab.question"), key="lab-question").strip()
    if not question:
        return
    emphasis = _emphasis(words)
    begun = time.perf_counter()
    retriever = visitor.library.retriever(k=_SHOWN, emphasis=emphasis)
    looked = retriever.look(question)
    hits = retriever.search(question)
    seconds = time.perf_counter() - begun
    steps = ("tokens", "embedding", "retrieval", "prompt", "answer")
    tabs = st.tabs([words(f"lab.{step}") for step in steps])
    with tabs[0]:
        _tokens(words, question, hits)
    with tabs[1]:
        _embedding(visitor, words, question, hits)
    with tabs[2]:
        _retrieval(visitor, words, question, looked, seconds)
    with tabs[3]:
        _prompt(words, question, hits)
    with tabs[4]:
        _answer(visitor, words, question, hits)
    viewer.draw(visitor, words)


def _emphasis(words: Words) -> Emphasis:
    """Sliders over what was learned; they hold for this page only."""
    with st.expander(words("lab.emphasis"), icon=":material/tune:"):
        st.caption(words("lab.emphasis_how"))
        values = {
            name: st.slider(words(f"lab.of_{name}"), 0.0, 2.0, 1.0, 0.1, key=f"emphasis-{name}")
            for name in ("words", "meaning", "closely")
        }
    return Emphasis(**values)


@st.cache_resource(show_spinner=False)
def _bundled() -> BundledEmbedding:
    return BundledEmbedding()


# --- tokens -------------------------------------------------------------------------------------


def _tokens(words: Words, question: str, hits: Sequence[Hit]) -> None:
    st.markdown(words("lab.tokens_what"))
    texts = {words("lab.the_question"): question}
    if hits:
        texts[words("lab.best_passage")] = hits[0].passage.text[:_MOST]
    for title, text in texts.items():
        pieces = lab.tokens(_bundled(), text)
        st.markdown(f"**{title}** · {words('lab.count', n=len(pieces), of=len(text))}")
        st.markdown(_coloured([piece.text for piece in pieces]))
    st.markdown(f"**{words('lab.search_words')}**")
    st.markdown(" ".join(f":gray-badge[{literal(one)}]" for one in lexical_tokens(question)))
    heavy = sorted(lab.tokens(_bundled(), question), key=lambda one: -one.weight)[:8]
    st.caption(words("lab.heavy") + " " + ", ".join(literal(one.text.strip()) for one in heavy))
    _other_tokenizer(words, texts)


def _coloured(pieces: Sequence[str]) -> str:
    """Pieces side by side, each on a colour of its own."""
    shown = []
    for number, piece in enumerate(pieces):
        text = literal(piece.replace("\n", " ").strip())
        if text:
            shown.append(f":{_COLOURS[number % len(_COLOURS)]}-background[{text}]")
    return " ".join(shown)


def _other_tokenizer(words: Words, texts: dict[str, str]) -> None:
    with st.expander(words("lab.other"), icon=":material/compare:"):
        st.caption(words("lab.other_how"))
        name = st.text_input(
            words("lab.tokenizer"), key="lab-tokenizer", placeholder="tiktoken:o200k_base"
        ).strip()
        if not name:
            return
        try:
            for title, text in texts.items():
                pieces = lab.others_tokens(name, text)
                st.markdown(f"**{title}** · {words('lab.count', n=len(pieces), of=len(text))}")
                st.markdown(_coloured(pieces))
        except SeodamError as error:
            show_error(error, words)


# --- embedding ----------------------------------------------------------------------------------


def _embedding(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    st.markdown(words("lab.embedding_what"))
    try:
        points, asked = _map(visitor, question)
    except SeodamError as error:
        show_error(error, words)
        return
    if points:
        _chart(visitor, words, points, asked, question)
    if hits:
        st.markdown(f"**{words('lab.moved')}**")
        moved = lab.moved_by(_bundled(), question, hits[0].passage.text)
        bars = [(f"{n}. {text.strip()}", value) for n, (text, value) in enumerate(moved, start=1)]
        _bars(bars, words("lab.cosine"), "moved")
        st.caption(words("lab.moved_how", sum=f"{sum(v for _, v in moved):.3f}"))
    _likeness(visitor, words, question)


def _bars(rows: Sequence[tuple[str, float]], title: str, key: str) -> None:
    """Named values as bars, in their order."""
    values = [{"name": name, "value": value} for name, value in rows]
    chart = alt.Chart(alt.Data(values=values)).mark_bar()
    bars = chart.encode(
        x=alt.X("value:Q", title=title),
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=260)),
    )
    st.altair_chart(bars, width="stretch", key=key)


def _map(visitor: Visitor, question: str) -> tuple[list[lab.Point], tuple[float, float]]:
    passages, vectors = visitor.library.vectors()
    return lab.draw_map(visitor.seodam.embedding, question, passages, vectors)


def _chart(
    visitor: Visitor,
    words: Words,
    points: Sequence[lab.Point],
    asked: tuple[float, float],
    question: str,
) -> None:
    names = {one.id: one.name for one in visitor.library.documents()}
    rows = [
        {
            "x": one.x,
            "y": one.y,
            "document": names.get(one.passage.document_id, ""),
            "place": one.passage.page_label,
            "cosine": round(one.cosine, 3),
            "text": one.passage.text[:120],
        }
        for one in points
    ]
    plane = {"x": alt.X("x:Q", axis=None), "y": alt.Y("y:Q", axis=None)}
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=400, title=None)
    told = [
        alt.Tooltip(f"{name}:N", title=words(f"lab.{name}"))
        for name in ("document", "place", "cosine", "text")
    ]
    circles = alt.Chart(alt.Data(values=rows)).mark_circle(opacity=0.7)
    passages = circles.encode(
        **plane,
        color=alt.Color("document:N", legend=legend),
        size=alt.Size("cosine:Q", legend=None, scale=alt.Scale(range=[10, 160])),
        tooltip=told,
    )
    star = alt.Data(values=[{"x": asked[0], "y": asked[1], "text": question}])
    mark = alt.Chart(star).mark_point(shape="cross", size=300, filled=True, color="#d1242f")
    here = mark.encode(**plane, tooltip=[alt.Tooltip("text:N", title=words("lab.the_question"))])
    st.altair_chart(passages + here, width="stretch", key="map")
    st.caption(words("lab.map_how", n=len(points)))


def _likeness(visitor: Visitor, words: Words, question: str) -> None:
    st.markdown(f"**{words('lab.likeness')}**")
    typed = st.text_input(words("lab.words"), value=words("lab.words_given"), key="lab-words")
    given = list(dict.fromkeys(one.strip() for one in typed.split(",") if one.strip()))[:12]
    if len(given) < 2:
        return
    cosines = lab.likeness(visitor.seodam.embedding, given)
    cells = [
        {"a": one, "b": other, "cosine": round(float(cosines[i, j]), 2)}
        for i, one in enumerate(given)
        for j, other in enumerate(given)
    ]
    base = alt.Chart(alt.Data(values=cells)).encode(
        x=alt.X("a:N", sort=None, title=None), y=alt.Y("b:N", sort=None, title=None)
    )
    scale = alt.Scale(scheme="blues", domain=[0, 1])
    squares = base.mark_rect().encode(color=alt.Color("cosine:Q", scale=scale, legend=None))
    dark = alt.condition("datum.cosine > 0.6", alt.value("white"), alt.value("black"))
    st.altair_chart(squares + base.mark_text().encode(text="cosine:Q", color=dark), key="likeness")


# --- retrieval ----------------------------------------------------------------------------------


def _retrieval(
    visitor: Visitor, words: Words, question: str, looked: Looked, seconds: float
) -> None:
    found = lab.looks(question, looked, _SHOWN)
    st.markdown(
        words("lab.retrieval_what", n=len(looked.candidates), ms=f"{seconds * 1000 / 2:.0f}")
    )
    sure = words("lab.column_sure")
    rows = [
        {
            words("lab.column_place"): one.place,
            words("lab.column_document"): f"{one.document} · {one.passage.page_label}",
            sure: one.probability,
            words("lab.column_words"): one.lexical_rank,
            words("lab.column_meaning"): one.dense_rank,
        }
        for one in found
    ]
    bar = st.column_config.ProgressColumn(format="%.3f", min_value=0, max_value=1)
    st.dataframe(rows, hide_index=True, column_config={sure: bar})
    about = lab.circumstances_of(looked)
    told = [
        f"{words(f'lab.about_{name}')} {value:.2f}"
        for name, value in about.items()
        if name != "always"
    ]
    st.caption(f"{words('lab.circumstances')} {' · '.join(told)}")
    for one in found:
        _candidate(visitor, words, one)


def _candidate(visitor: Visitor, words: Words, one: lab.Look) -> None:
    unit = visitor.units[one.passage.document_id]
    where = place(words, unit, one.passage.page, one.passage.page_label)
    with st.expander(f"{one.place}. {literal(one.document)} · {literal(where)}"):
        st.text(one.passage.text)
        st.caption(
            words("lab.scores", cosine=f"{one.cosine:.3f}", bm25=f"{one.bm25:.2f}")
            + " "
            + " ".join(f":gray-badge[{literal(word)}]" for word in one.matched[:12])
        )
        if one.shares:
            shares = [(words(f"signal.{name}"), value) for name, value in one.shares[:_SHARES]]
            _bars(shares, words("lab.share"), f"shares-{one.place}")
        else:
            st.caption(words("lab.not_closely"))
        st.button(
            words("source.open"),
            key=f"lab-open-{one.place}",
            icon=":material/find_in_page:",
            on_click=viewer.show,
            args=(one.passage.document_id, one.passage.page, one.passage.text),
        )


# --- prompt and answer --------------------------------------------------------------------------


def _prompt(words: Words, question: str, hits: Sequence[Hit]) -> None:
    st.markdown(words("lab.prompt_what"))
    for message in messages(question, hits, (), language(question)):
        count = len(lab.tokens(_bundled(), message.text))
        st.markdown(f"**{words(f'lab.{message.type}')}** · {words('lab.about_tokens', n=count)}")
        st.code(message.text, language=None, wrap_lines=True, height=320)


def _answer(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    model = chosen_model(visitor)
    st.markdown(words("lab.answer_what", model=literal(shown_model(model))))
    if not st.button(words("lab.ask"), key="lab-ask", type="primary"):
        return
    try:
        _with_retrieval(visitor, words, question, hits)
        if model == EXTRACTIVE:
            st.info(words("lab.closed_needs_model"), icon=":material/info:")
        else:
            _closed_book(visitor, words, question)
    except SeodamError as error:
        show_error(error, words)


def _with_retrieval(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    st.subheader(words("lab.with"))
    shown = st.empty()
    text = ""
    for piece in generator(visitor).stream(messages(question, hits, (), language(question))):
        text += piece.text
        shown.markdown(safe_markdown(text))
    checked = check(text, tuple(hits), visitor.library.page_text)
    st.caption(words("answer.verified", n=len(checked.citations), of=checked.offered))
    for citation in checked.citations:
        st.markdown(f":gray-badge[{citation.number}] {literal(' '.join(citation.quote.split()))}")


def _closed_book(visitor: Visitor, words: Words, question: str) -> None:
    st.subheader(words("lab.without"))
    st.caption(words("lab.without_how"))
    shown = st.empty()
    text = ""
    for piece in generator(visitor).stream(question):
        text += piece.text
        shown.markdown(safe_markdown(text))


page()
