"""The RAG paper in the lab: RAG-Sequence and RAG-Token over the passages just retrieved."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.ui import charts
from pages.ui.lab_local import local_model
from pages.ui.lab_uses import show_uses
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.shell import show_error
from rag_core.closed_book import ClosedBook, closed_book
from rag_core.errors import SeodamError
from rag_core.marginalisation import Mode
from rag_core.markdown import safe_markdown
from rag_core.prompting import FROM_MEMORY, Task
from rag_core.rag_models import Decoding, RagModel, Scored, Verdict
from rag_core.types import Hit

if TYPE_CHECKING:
    from rag_core.local_models import LocalModel

_KEPT = "lab-paper"
_BEAMS = 2
_DECODING = {Mode.TOKEN: Decoding.GREEDY, Mode.SEQUENCE: Decoding.THOROUGH}


@dataclass(frozen=True)
class _Asked:
    """What is to be done with the passages."""

    model: str
    mode: Mode
    task: Task
    text: str
    passages: tuple[str, ...]
    tokens: int


@dataclass(frozen=True)
class _Outcome:
    asked: _Asked
    scored: Scored | None = None
    closed: ClosedBook | None = None
    verdict: Verdict | None = None


def show(visitor: Visitor, words: Words, question: str, hits: Sequence[Hit]) -> None:
    """Draw the step."""
    st.markdown(words("lab.paper_what"))
    st.latex(r"p(y \mid x) = \sum_z \; p(z \mid x) \; p(y \mid x, z)")
    st.caption(words("lab.paper_letters"))
    show_uses(words)
    model = local_model(visitor, words)
    if model is None or not hits:
        return
    asked, used = _form(words, model, question, hits)
    kept = st.session_state.get(_KEPT)
    outcome = kept if kept is not None and kept.asked == asked else None
    if st.button(words("lab.paper_run"), key="lab-paper-run", type="primary"):
        try:
            outcome = _run(words, model, asked, used)
        except SeodamError as error:
            show_error(error, words)
            return
        st.session_state[_KEPT] = outcome
    if outcome is not None:
        _draw(visitor, words, model, outcome, used)


def _form(
    words: Words, model: LocalModel, question: str, hits: Sequence[Hit]
) -> tuple[_Asked, Sequence[Hit]]:
    left, right = st.columns(2)
    mode = left.segmented_control(
        words("lab.paper_mode"),
        [one.value for one in Mode],
        default=Mode.TOKEN.value,
        required=True,
        format_func=lambda one: words(f"lab.mode_{one}"),
        key="lab-mode",
    )
    task = right.selectbox(
        words("lab.paper_task"),
        [one.value for one in Task],
        format_func=lambda one: words(f"lab.task_{one}"),
        key="lab-task",
    )
    text = st.text_input(words(f"lab.text_{task}"), value=question, key=f"lab-text-{task}")
    few, short = st.columns(2)
    k = few.slider(words("lab.paper_k"), 1, min(8, len(hits)), min(4, len(hits)), key="lab-k")
    tokens = short.slider(words("lab.paper_tokens"), 4, 64, 24, 4, key="lab-most")
    used = hits[:k]
    ids = tuple(hit.passage.id for hit in used)
    text = text.strip() or question
    return _Asked(model.name, Mode(mode), Task(task), text, ids, tokens), used


def _run(words: Words, model: LocalModel, asked: _Asked, hits: Sequence[Hit]) -> _Outcome:
    """Do what was asked; RAG-Token is shown while it is written."""
    rag = RagModel(model)
    if asked.task is Task.VERIFY:
        with st.spinner(words("lab.paper_running")):
            return _Outcome(asked, verdict=rag.verify(asked.text, hits, asked.mode))
    decoding = _DECODING[asked.mode]
    limit = min(asked.tokens, rag.longest)
    shown, text = st.empty(), ""
    with st.spinner(words("lab.paper_running")):
        writing = rag.write(
            asked.text, hits, asked.mode, decoding, asked.task, beams=_BEAMS, tokens=limit
        )
        with closing(iter(writing)) as tokens:
            for token in tokens:
                text += token.text
                shown.markdown(safe_markdown(text))
        shown.empty()
        scored = writing.scored
        assert scored is not None
        closed = None
        if asked.task in FROM_MEMORY:
            said = tuple(token.id for token in scored.tokens)
            closed = closed_book(model, asked.text, said, asked.task, limit)
    return _Outcome(asked, scored, closed)


def _draw(
    visitor: Visitor, words: Words, model: LocalModel, outcome: _Outcome, hits: Sequence[Hit]
) -> None:
    names = [f"{hit.rank}. {_place(visitor, words, hit)}" for hit in hits]
    if outcome.verdict is not None:
        _verdict(words, outcome.verdict, names)
    if outcome.scored is None:
        return
    if outcome.closed is not None:
        _sides(words, outcome.scored, outcome.closed)
    _passages(words, outcome.scored, names)
    _tokens(words, model, outcome.scored, names)


def _place(visitor: Visitor, words: Words, hit: Hit) -> str:
    passage = hit.passage
    where = place(words, visitor.units.get(passage.document_id), passage.page, passage.page_label)
    return f"{hit.document} {where}".strip()


def _sides(words: Words, scored: Scored, closed: ClosedBook) -> None:
    """The paper's comparison: the same generator with the passages and from memory."""
    left, right = st.columns(2)
    for column, title, answer in (
        (left, "lab.with", scored.answer),
        (right, "lab.without", closed.answer),
    ):
        with column, st.container(border=True):
            st.markdown(f"**{words(title)}**")
            st.markdown(safe_markdown(answer) or words("lab.empty_answer"))
    n = max(1, len(scored.tokens))
    rows = [
        (words("lab.with"), float(np.exp(scored.log_probability / n))),
        (words("lab.without"), float(np.exp(closed.log_probability / n))),
    ]
    st.markdown(f"**{words('lab.likelier')}**")
    charts.bars(rows, words("lab.per_token"), "closed", words("lab.likelier"), top=1.0)
    logs = f"{scored.log_probability:.2f}", f"{closed.log_probability:.2f}"
    st.caption(words("lab.likelier_how", rag=logs[0], closed=logs[1]))


def _passages(words: Words, scored: Scored, names: Sequence[str]) -> None:
    """p(z|x), p(y|x,z) and what came of both, a passage a row."""
    st.markdown(f"**{words('lab.paper_passages')}**")
    rows = [
        (name, {words("lab.prior"): prior, words("lab.posterior"): posterior})
        for name, prior, posterior in zip(names, scored.prior, scored.posterior, strict=True)
    ]
    told = words("lab.paper_passages")
    charts.groups(rows, words("lab.probability"), "passages", told, beside=True)
    given = [
        {
            words("lab.text"): name,
            "p(z|x)": prior,
            "log p(y|x,z)": log,
            "log p(z|x) p(y|x,z)": float(np.log(prior)) + log if prior > 0 else None,
            "p(z|x,y)": posterior,
        }
        for name, prior, log, posterior in zip(
            names, scored.prior, scored.given, scored.posterior, strict=True
        )
    ]
    shown = {one: st.column_config.NumberColumn(format="%.3f") for one in list(given[0])[1:]}
    st.dataframe(given, hide_index=True, column_config=shown)
    st.markdown(words("lab.marginal", log=f"{scored.log_probability:.3f}"))
    st.caption(words(f"lab.marginal_{scored.mode.value}"))


def _tokens(words: Words, model: LocalModel, scored: Scored, names: Sequence[str]) -> None:
    """For each token which passage it came from, and what might have come instead."""
    if not scored.tokens:
        return
    shares = np.array([token.shares for token in scored.tokens])
    said = [f"{number}. {token.text}" for number, token in enumerate(scored.tokens, 1)]
    st.markdown(f"**{words('lab.paper_shares')}**")
    titles = (words("lab.token"), words("lab.text"), "p(z|x,y)")
    numbers = [name.split(".")[0] for name in names]
    charts.grid(shares, said, numbers, titles, "shares", words("lab.paper_shares"), written=True)
    st.caption(words(f"lab.shares_{scored.mode.value}"))
    steps = [
        (model.tokens.token(one.id), float(np.exp(one.log_probability)), one.top)
        for one in scored.tokens
    ]
    st.markdown(f"**{words('lab.next')}**")
    charts.ladder(steps, words("lab.rank"), "paper-next", words("lab.next"))


def _verdict(words: Words, verdict: Verdict, names: Sequence[str]) -> None:
    st.markdown(f"**{words('lab.verdict')}**")
    rows = [
        (words("lab.supported"), verdict.supported),
        (words("lab.refuted"), verdict.refuted),
        (words("lab.not_enough"), verdict.not_enough),
    ]
    charts.bars(rows, words("lab.probability"), "verdict", words("lab.verdict"), top=1.0)
    st.markdown(f"**{words('lab.paper_passages')}**")
    counted = list(zip(names, verdict.posterior, strict=True))
    charts.bars(counted, "p(z|x,y)", "verdict-by", words("lab.paper_passages"), top=1.0)
