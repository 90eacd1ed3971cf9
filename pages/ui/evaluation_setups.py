"""With what a question set is asked: one setup or two side by side, and the button that begins."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import scope
from pages.ui.connection import chosen_model, generator, shown_model
from pages.ui.messages import Words
from pages.ui.session import Visitor
from pages.ui.shell import show_error
from rag_core.errors import SeodamError
from rag_core.examinations import QuestionList
from rag_core.examiner import Examiner
from rag_core.tuning import BASE, TUNED
from rag_core.types import Collection

if TYPE_CHECKING:
    from rag_core.reranker import Emphasis
    from rag_core.setups import Search, Setup

FIRST, SECOND = "A", "B"
_FEW, _MANY = 20, 500  # questions: more take minutes
_NO_CROSS_ENCODER = "bundled"
_OTHER = "other"
_EXAMPLE = "sentence-transformers:intfloat/multilingual-e5-small"
_EMPHASES = ("words", "meaning", "closely")


def run(
    visitor: Visitor,
    words: Words,
    examiner: Examiner,
    chosen: QuestionList,
    collection: Collection,
) -> None:
    """The setups and what begins a run."""
    from rag_core.setups import Search

    usual = [(FIRST, Search.JUDGED), (SECOND, Search.WORDS)]
    chosen = _some(words, chosen)
    if not st.toggle(words("evaluation.two"), key="two-setups"):
        usual = usual[:1]
    drawn = []
    for (name, search), column in zip(usual, st.columns(len(usual)), strict=True):
        with column:
            drawn.append(_setup(visitor, words, name, search))
    setups = [one for one in drawn if one is not None]
    if st.button(
        words("evaluation.run"),
        key="run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not chosen.questions or examiner.running or len(setups) < len(drawn),
    ):
        _begin(visitor, words, examiner, chosen, collection, setups)


def _some(words: Words, chosen: QuestionList) -> QuestionList:
    """The question set, or of a long one as many questions as are wanted, the same each time."""
    whole = len(chosen.questions)
    if whole <= _MANY:
        return chosen
    wanted = st.slider(words("evaluation.how_many"), _FEW, whole, _MANY, key="how-many")
    drawn = sorted(random.Random(0).sample(range(whole), wanted))
    return replace(chosen, questions=tuple(chosen.questions[one] for one in drawn))


def _begin(
    visitor: Visitor,
    words: Words,
    examiner: Examiner,
    chosen: QuestionList,
    collection: Collection,
    setups: list[Setup],
) -> None:
    try:
        model = generator(visitor)
        examinee = visitor.seodam.examinee(visitor.owner, model, collection.id)
        for one in setups:
            if one.embedding and examinee.load:
                examinee.load(one.embedding)  # costs nothing, and refuses what is no embedding
    except SeodamError as error:
        show_error(error, words)
        return
    kept = {
        "model": shown_model(chosen_model(visitor)),
        "collection": scope.named(words, collection),
        "documents": str(collection.documents),
    }
    told = [{**kept, **_told(visitor, one)} for one in setups]
    examiner.measure(chosen, examinee, setups, told)
    for key in ("run-a", "run-b"):  # what was asked last is shown
        st.session_state.pop(key, None)
    st.rerun()


def _told(visitor: Visitor, setup: Setup) -> dict[str, str]:
    """What a run is kept with, to be told from others by."""
    told = {"search": setup.search.value, "k": str(setup.k)}
    if setup.by_meaning:
        told["embedding"] = setup.embedding or visitor.seodam.in_use.name
    if not setup.emphasis.as_learned:
        told["emphasis"] = setup.emphasis.written
    return told


def _setup(visitor: Visitor, words: Words, name: str, usual: Search) -> Setup | None:
    """The widgets of one setup; None while something is still to be typed. `name` stands before
    each label, for there may be two."""
    from rag_core.reranker import LEARNED
    from rag_core.setups import MOST_PASSAGES, Search, Setup

    crossed = visitor.seodam.settings.reranker != _NO_CROSS_ENCODER
    searches = [one for one in Search if crossed or one is not Search.LEARNED]
    with st.container(border=True):
        search = st.selectbox(
            words("evaluation.search", name=name),
            searches,
            index=searches.index(usual),
            format_func=lambda one: words(f"evaluation.search_{one}"),
            help=words("evaluation.search_how"),
            key=f"search-{name}",
        )
        embedding = _embedding(visitor, words, name) if Setup(search).by_meaning else ""
        k = st.slider(
            words("evaluation.k", name=name),
            1,
            MOST_PASSAGES,
            Setup().k,
            help=words("evaluation.k_how"),
            key=f"k-{name}",
        )
        emphasis = _emphasis(visitor, words, name) if Setup(search).judges else LEARNED
    return None if embedding is None else Setup(search, emphasis, embedding, k)


def _embedding(visitor: Visitor, words: Words, name: str) -> str | None:
    """The name of another embedding, "" for the one in use, None while it is to be typed; only the
    owner of the machine may load models."""
    if not visitor.seodam.settings.single_user:
        return ""
    in_use = visitor.seodam.in_use
    tuned = {f"{TUNED}{one.id}": one for one in visitor.seodam.tuner.tunings.all()}
    names = dict.fromkeys((in_use.name, BASE, in_use.before, *tuned, _OTHER))

    def told(one: str) -> str:
        if one in tuned:
            return words("evaluation.tuned", when=tuned[one].made_at[:16].replace("T", " "))
        return words("evaluation.other") if one == _OTHER else one

    chosen = st.selectbox(
        words("evaluation.embedding", name=name),
        list(names),
        format_func=told,
        help=words("evaluation.embedding_how"),
        key=f"embedding-{name}",
    )
    if chosen == _OTHER:
        typed = st.text_input(
            words("evaluation.embedding_name", name=name),
            placeholder=_EXAMPLE,
            help=words("evaluation.embedding_name_how"),
            key=f"embedding-name-{name}",
        )
        return typed.strip() or None
    return "" if chosen == in_use.name else chosen


def _emphasis(visitor: Visitor, words: Words, name: str) -> Emphasis:
    """How much each kind of signal counts; at first as in the chat."""
    from rag_core.reranker import MOST_EMPHASIS, Emphasis

    kept = visitor.assistant.emphasis
    with st.expander(words("evaluation.emphasis", name=name), expanded=not kept.as_learned):
        values = {
            one: st.slider(
                f"{name} · {words(f'lab.of_{one}')}",
                0.0,
                MOST_EMPHASIS,
                getattr(kept, one),
                step=0.1,
                key=f"{one}-{name}",
            )
            for one in _EMPHASES
        }
    return Emphasis(**values)
