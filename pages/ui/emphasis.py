"""What the search is to trust more, or less, than was learned: sliders, and where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.messages import Words
from pages.ui.session import Visitor

if TYPE_CHECKING:
    from rag_core.reranker import Emphasis

_NAMES = ("words", "meaning", "closely")


def sliders(visitor: Visitor, words: Words) -> Emphasis:
    """What the sliders say; it holds for the page that draws them until it is applied."""
    from rag_core.reranker import LEARNED, MOST_EMPHASIS, Emphasis

    kept = visitor.assistant.emphasis
    with st.expander(words("lab.emphasis"), icon=":material/tune:", expanded=kept != LEARNED):
        st.caption(words("lab.emphasis_how"))
        values = {}
        for name, column in zip(_NAMES, st.columns(len(_NAMES)), strict=True):
            st.session_state.setdefault(_key(name), getattr(kept, name))
            label = words(f"lab.of_{name}")
            values[name] = column.slider(label, 0.0, MOST_EMPHASIS, step=0.1, key=_key(name))
        chosen = Emphasis(**values)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                words("lab.apply"),
                key="emphasis-apply",
                icon=":material/forum:",
                disabled=chosen == kept,
                on_click=visitor.assistant.emphasise,
                args=(chosen,),
            )
            if {chosen, kept} != {LEARNED}:
                _back(visitor, words, "emphasis-back")
    return chosen


def told(visitor: Visitor, words: Words, key: str) -> None:
    """Where the chat searches otherwise than learned: how, and the way back."""
    kept = visitor.assistant.emphasis
    if kept.as_learned:
        return
    said = " · ".join(f"{words(f'lab.of_{one}')} {getattr(kept, one):.1f}" for one in _NAMES)
    st.caption(f":material/tune: {words('lab.applied')} {said}")
    _back(visitor, words, key)


def _back(visitor: Visitor, words: Words, key: str) -> None:
    def back() -> None:
        from rag_core.reranker import LEARNED

        visitor.assistant.emphasise(LEARNED)
        for name in _NAMES:
            st.session_state.pop(_key(name), None)

    st.button(
        words("lab.back"), key=key, icon=":material/restart_alt:", type="tertiary", on_click=back
    )


def _key(name: str) -> str:
    return f"emphasis-{name}"
