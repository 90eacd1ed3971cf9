"""The lab: one question walked through the parts that answer it, each step with its numbers."""

from __future__ import annotations

import threading
import time

import streamlit as st

from pages.ui import (
    emphasis,
    lab_answer,
    lab_attention,
    lab_embedding,
    lab_paper,
    lab_retrieval,
    lab_tokens,
    offered,
    viewer,
)
from pages.ui.session import set_aside
from pages.ui.shell import enter
from rag_core import plane
from rag_core.assistant import PASSAGES

_SHOWN = 10  # candidates
STEPS = ("tokens", "embedding", "retrieval", "prompt", "answer", "look", "paper")


@st.cache_resource(show_spinner=False)
def _warm_up() -> None:
    """Once, while the first question is typed."""

    def load() -> None:
        plane.warm_up()
        set_aside()

    threading.Thread(target=load, name="lab", daemon=True).start()


def page() -> None:
    """Draw the page; of the steps only the one that is open."""
    visitor, words = enter()
    st.title(words("nav.lab"))
    st.markdown(words("lab.what"))
    if not visitor.documents:
        st.info(words("study.empty"), icon=":material/upload_file:")
        return
    _warm_up()
    question = st.text_input(words("lab.question"), key="lab-question").strip()
    if not question:
        offered.show_examples(visitor, words, "lab-question")
        return
    chosen = emphasis.sliders(visitor, words)
    begun = time.perf_counter()
    retriever = visitor.library.retriever(visitor.collection, _SHOWN, chosen)
    looked = retriever.look(question)
    hits = retriever.ranked(question, looked, PASSAGES)
    seconds = time.perf_counter() - begun
    tabs = st.tabs([words(f"lab.{step}") for step in STEPS], key="lab-step", on_change="rerun")
    open_ = next((step for step, tab in zip(STEPS, tabs, strict=True) if tab.open), STEPS[0])
    with tabs[STEPS.index(open_)]:
        match open_:
            case "tokens":
                lab_tokens.show(visitor, words, question, hits)
            case "embedding":
                lab_embedding.show(visitor, words, question, hits)
            case "retrieval":
                lab_retrieval.show(visitor, words, question, looked, _SHOWN, seconds)
            case "prompt":
                lab_answer.show_prompt(visitor, words, question, hits)
            case "answer":
                lab_answer.show(visitor, words, question, hits)
            case "look":
                lab_attention.show(visitor, words, question, hits)
            case "paper":
                lab_paper.show(visitor, words, question, hits)
    viewer.draw(visitor, words)


page()
