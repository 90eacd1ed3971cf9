"""What the RAG paper is good for, and the pages on which each use lives."""

from __future__ import annotations

import streamlit as st

from pages.ui.messages import Words
from pages.ui.shell import page_named

_USES = (
    ("chat", "lab.use_answers", ":material/forum:"),
    ("study", "lab.use_questions", ":material/quiz:"),
    ("fact_check", "lab.use_facts", ":material/fact_check:"),
    ("evaluation", "lab.use_results", ":material/analytics:"),
)


def show_uses(words: Words) -> None:
    """A link to each."""
    st.markdown(words("lab.uses"))
    with st.container(horizontal=True):
        for page, label, icon in _USES:
            st.page_link(page_named(page), label=words(label), icon=icon)
