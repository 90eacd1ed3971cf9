"""What was taken away not long ago, with the way back for as long as there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import streamlit as st

from pages.ui.messages import Words
from pages.ui.shell import literal
from rag_core.errors import NotFound
from rag_core.types import Removed


def took_away(place: str) -> None:
    """Something was taken away: from now on this place asks the record what can come back."""
    st.session_state[_asks(place)] = True


def offer(
    place: str,
    words: Words,
    removed: Callable[[], Sequence[Removed]],
    undo: Callable[[Removed], None],
    purge: Callable[[], None],
) -> None:
    """A line with a button for each thing that can still come back, whoever took it away.

    `removed` tells what that is, by the record. It is asked at the first run of a session, then
    from `took_away` until nothing is left; `purge` makes that final. `undo` raises NotFound when
    it is too late.
    """
    late = f"too-late-{place}"

    def bring_back(one: Removed) -> None:
        try:
            undo(one)
        except NotFound:
            st.session_state[late] = True

    asks = st.session_state.get(_asks(place))
    if asks is not False:
        there = removed()
        st.session_state[_asks(place)] = bool(there)
        if there:
            drawn = {one.id for one in there}
            st.fragment(_offers, run_every=1.0)(words, drawn, removed, bring_back)
        elif asks:
            purge()
    if st.session_state.pop(late, False):
        st.warning(words("undo.too_late"))


def _asks(place: str) -> str:
    return f"asks-what-can-come-back-{place}"


def _offers(
    words: Words,
    drawn: set[str],
    removed: Callable[[], Sequence[Removed]],
    bring_back: Callable[[Removed], None],
) -> None:
    there = removed()
    for one in there:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(_said(words, one), width="stretch")
            st.button(
                words("undo.undo", seconds=ceil(one.seconds)),
                key=f"undo-{one.kind}-{one.id}",
                icon=":material/undo:",
                on_click=bring_back,
                args=(one,),
            )
    if {one.id for one in there} != drawn:  # what the rest of the page shows has changed as well
        st.rerun()


def _said(words: Words, one: Removed) -> str:
    name = literal(one.name) or words("collection.default")
    if one.documents:
        return words("undo.collection", n=one.documents, name=name)
    return words("undo.removed", name=name)
