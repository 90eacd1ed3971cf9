"""What was just taken away, with the way back for as long as there is one."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

import streamlit as st

from pages.ui.messages import Words


def took_away(kind: str, thing_id: str, said: str, seconds: float) -> None:
    """Remember that something was taken away, what is said of it, and until when it can come
    back."""
    taken = st.session_state.setdefault(f"taken-{kind}", {})
    taken[thing_id] = (said, time.monotonic() + seconds)


def offer(kind: str, words: Words, undo: Callable[[str], None], purge: Callable[[], None]) -> None:
    """A line with a button for each thing of this kind that can still come back.

    `undo` gets its id; `purge` makes final what is too old, once nothing can come back.
    """
    if st.session_state.get(f"taken-{kind}"):
        st.fragment(_offers, run_every=1.0)(kind, words, undo, purge)


def _offers(
    kind: str, words: Words, undo: Callable[[str], None], purge: Callable[[], None]
) -> None:
    taken: dict[str, tuple[str, float]] = st.session_state[f"taken-{kind}"]

    def bring_back(thing_id: str) -> None:
        taken.pop(thing_id, None)
        undo(thing_id)

    for thing_id, (said, until) in list(taken.items()):
        left = until - time.monotonic()
        if left <= 0:
            del taken[thing_id]
            continue
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(said, width="stretch")
            st.button(
                words("undo.undo", seconds=ceil(left)),
                key=f"undo-{kind}-{thing_id}",
                icon=":material/undo:",
                on_click=bring_back,
                args=(thing_id,),
            )
    if not taken:
        purge()
        st.rerun()
