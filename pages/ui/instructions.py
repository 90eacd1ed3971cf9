"""What the model is told about a collection: written by its reader, with all that will be sent."""

from __future__ import annotations

import streamlit as st

from pages.ui import scope
from pages.ui.messages import Words
from pages.ui.session import Visitor
from rag_core import prompting
from rag_core.neighbours import join
from rag_core.text import language

_PASSAGES = 2


def show_instructions(visitor: Visitor, words: Words) -> None:
    """The text to edit, the way back to ours, and the literal messages for a question."""
    st.header(words("prompt.title"))
    st.markdown(words("prompt.what"))
    scope.switch(visitor, words, "prompt", None)
    assistant, collection = visitor.assistant, visitor.collection
    key = f"instructions-{collection}"
    kept = assistant.instructions(collection)

    def keep() -> None:
        typed = st.session_state[key].strip()
        same = typed == prompting.INSTRUCTIONS.strip()
        assistant.instruct("" if same else typed, collection)

    def reset() -> None:
        assistant.instruct("", collection)
        st.session_state[key] = prompting.INSTRUCTIONS.strip()

    st.text_area(
        words("prompt.label"),
        kept or prompting.INSTRUCTIONS.strip(),
        key=key,
        max_chars=prompting.INSTRUCTIONS_LENGTH,
        on_change=keep,
        help=words("prompt.help"),
    )
    if kept:
        st.button(words("prompt.reset"), icon=":material/restart_alt:", on_click=reset)
    with st.expander(words("prompt.preview"), icon=":material/visibility:"):
        _preview(visitor, words, collection)


def _preview(visitor: Visitor, words: Words, collection: str) -> None:
    question = st.text_input(
        words("prompt.question"), words("prompt.example"), key="prompt-question"
    )
    hits = visitor.library.search(question, _PASSAGES, collection) if question.strip() else []
    told = visitor.assistant.instructions(collection)
    for message in prompting.messages(question, join(hits), (), language(question), told):
        st.caption(words(f"prompt.{message.type}"))
        st.code(message.text, language=None, wrap_lines=True)
    st.caption(words("prompt.nonce"))
