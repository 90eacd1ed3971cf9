"""What the RAG paper is good for, and the pages on which each use lives."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.ui.messages import Words

_PAGES = Path(__file__).resolve().parents[1]
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
            target = st.Page(_PAGES / f"{page}.py", default=page == "chat")
            st.page_link(target, label=words(label), icon=icon)
