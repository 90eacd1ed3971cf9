"""What can be done with an answer: read its other versions, ask again, edit, copy, judge."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from pages.ui import aloud
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.session import Visitor
from pages.ui.shell import heard
from pages.ui.understood import suggest
from rag_core.errors import NotFound
from rag_core.types import Conversation, Feedback, Turn

_GOOD, _BAD = 1, 0  # what st.feedback gives for its thumbs
_LONGEST = 8000  # characters, as the assistant reads


def show_actions(
    visitor: Visitor, words: Words, conversation: Conversation, turn: Turn, heard_too: bool
) -> None:
    """One quiet row under an answer, which can be `heard_too` if there is a text in it."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"actions-{turn.id}"
    ):
        if len(turn.versions) > 1:
            _versions(visitor, words, conversation, turn)
        st.button(
            heard(words("turn.again")),
            key=f"again-{turn.id}",
            icon=":material/refresh:",
            type="tertiary",
            help=words("turn.again"),
            on_click=suggest,
            args=(turn.question, False, turn.id),
        )
        with _menu(words("turn.edit"), ":material/edit_note:", f"question-{turn.id}"):
            _edit(words, turn)
        copy = _menu(words("turn.copy"), ":material/content_copy:", f"copy-{turn.id}")
        with copy, st.container(height=240, border=False):  # scrolls with the keyboard too
            st.code(_as_text(visitor, words, turn), language=None, wrap_lines=True)
        if heard_too:
            _listen(words, turn)
        _judge(visitor, words, conversation, turn)


def _listen(words: Words, turn: Turn) -> None:
    here = aloud.is_open(turn)
    label = words("listen.close") if here else words("listen.aloud")
    st.button(
        heard(label),
        key=f"listen-{turn.id}",
        icon=":material/volume_off:" if here else ":material/volume_up:",
        type="tertiary",
        help=label,
        on_click=aloud.close if here else aloud.open_answer,
        args=() if here else (turn,),
    )


def _menu(label: str, icon: str, key: str) -> st.delta_generator.DeltaGenerator:
    return st.popover(heard(label), icon=icon, type="tertiary", help=label, key=key)


def _versions(visitor: Visitor, words: Words, conversation: Conversation, turn: Turn) -> None:
    """The way to the versions before and after this one."""
    at = turn.versions.index(turn.id)

    def button(icon: str, to: int, label: str) -> None:
        there = 0 <= to < len(turn.versions)
        st.button(
            heard(label),
            key=f"version-{turn.id}-{to}",
            icon=f":material/{icon}:",
            type="tertiary",
            help=label,
            disabled=not there,
            on_click=visitor.conversations.show,
            args=(conversation.id, turn.versions[to] if there else turn.id),
        )

    button("chevron_left", at - 1, words("turn.version_before"))
    st.caption(f"{at + 1}/{len(turn.versions)}", width="content")
    button("chevron_right", at + 1, words("turn.version_after"))


def _edit(words: Words, turn: Turn) -> None:
    key = f"edited-{turn.id}"

    def ask() -> None:
        if edited := st.session_state[key].strip():
            suggest(edited, beside=turn.id)

    with st.form(f"edit-form-{turn.id}", border=False):
        st.text_area(words("turn.edit"), value=turn.question, key=key, max_chars=_LONGEST)
        st.form_submit_button(words("followup.ask"), on_click=ask, icon=":material/send:")


def _as_text(visitor: Visitor, words: Words, turn: Turn) -> str:
    """The answer with its sources, as it is copied."""
    sources = []
    for one in turn.answer.citations:
        where = place(words, visitor.units.get(one.document_id), one.page, one.page_label)
        quote = " ".join(one.quote.split())
        named = f"{one.document} · {where}" if where else one.document
        sources.append(f"[{one.number}] {named}: “{quote}”")
    return "\n".join([turn.answer.text, *([""] if sources else []), *sources])


def _judge(visitor: Visitor, words: Words, conversation: Conversation, turn: Turn) -> None:
    """Thumbs, and a reason for a thumb down."""
    given = turn.feedback
    key, why = f"thumbs-{turn.id}", f"why-{turn.id}"

    def judge() -> None:
        thumb = st.session_state[key]
        reason = str(st.session_state.get(why, "")).strip()
        feedback = None if thumb is None else Feedback(thumb == _GOOD, reason)
        with suppress(NotFound):  # the conversation was deleted in another tab
            visitor.conversations.judge(conversation.id, turn.id, feedback)

    default = None if given is None else (_GOOD if given.helpful else _BAD)
    st.feedback("thumbs", key=key, default=default, on_change=judge)
    if given is not None and not given.helpful:
        st.text_input(
            words("turn.why"),
            value=given.reason,
            key=why,
            placeholder=words("turn.why"),
            label_visibility="collapsed",
            on_change=judge,
            width=260,
        )
