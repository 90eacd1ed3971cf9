"""The keys that do something, in one place, and what tells of them."""

from __future__ import annotations

import streamlit as st

from pages.ui.messages import Words

NEW, STOP = "Ctrl+K", "Esc"
BEFORE, AFTER = "Left", "Right"  # page of the viewer
_NAMES = {BEFORE: "←", AFTER: "→"}
_TOLD = {
    "send": ("Enter",),
    "line": ("Shift+Enter",),
    "new": (NEW,),
    "stop": (STOP,),
    "leaf": (BEFORE, AFTER),
    "close": ("Esc",),
    "move": ("Tab", "Shift+Tab"),
}


def show_keys(words: Words) -> None:
    """A button that opens the list of keys."""
    with st.popover(words("keys.label"), type="tertiary"):
        st.markdown(f"**{words('keys.title')}**")
        for key, ways in _TOLD.items():
            st.markdown(f"{' '.join(map(_drawn, ways))} {words(f'keys.{key}')}")


def _drawn(way: str) -> str:
    """Keys to be pressed together, as markdown."""
    return "+".join(f":gray-badge[{_NAMES.get(one, one)}]" for one in way.split("+"))
