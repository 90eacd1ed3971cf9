"""How a follow-up question was understood, above its answer, and a way to say it otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.ui.messages import Words
from pages.ui.shell import literal


@dataclass(frozen=True)
class Pending:
    """A question to be asked in the next run. A `whole` one is taken as it is, whatever was said
    before; one `beside` a turn is a version of it."""

    question: str = ""
    whole: bool = False
    beside: int | None = None


def suggest(question: str, whole: bool = False, beside: int | None = None) -> None:
    """Ask this question in the next run (a click on a suggestion)."""
    st.session_state["pending_question"] = Pending(question, whole, beside)


def pending_question() -> Pending:
    """The question of a click, once."""
    pending: Pending = st.session_state.pop("pending_question", Pending())
    return pending


def show_understood(words: Words, question: str, understood: str) -> bool:
    """One line where a question was put into other words; whether there was any to show."""
    if not understood or understood == question.strip():
        return False
    said = words("followup.understood", question=understood)
    st.caption(f":material/subdirectory_arrow_right: {literal(said)}", width="content")
    return True


def show_editable(words: Words, turn_id: int, question: str, understood: str) -> None:
    """The line, and a form behind a button in which the question can be put otherwise."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if not show_understood(words, question, understood):
            return
        with st.popover(
            words("followup.edit"), icon=":material/edit:", type="tertiary", key=f"edit-{turn_id}"
        ):
            _form(words, turn_id, understood)


def _form(words: Words, turn_id: int, understood: str) -> None:
    key = f"understood-{turn_id}"

    def ask() -> None:
        if meant := st.session_state[key].strip():
            suggest(meant, whole=True)

    with st.form(f"meant-{turn_id}", border=False):
        st.text_input(words("followup.meant"), value=understood, key=key)
        st.form_submit_button(words("followup.ask"), on_click=ask, icon=":material/send:")
