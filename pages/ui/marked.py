"""Text of a document as it stands, with places in it marked; nothing in it is ever markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import streamlit as st

_STYLE = "white-space: pre-wrap; overflow-wrap: anywhere;"


def show_marked(text: str, spans: Sequence[tuple[int, int]] = ()) -> None:
    """Show text letter for letter, its line ends kept, with the spans (start, end) marked.

    Streamlit's markdown would mark it too, but makes links of addresses and dashes of hyphens.
    """
    if not text.strip():
        return
    pieces, done = [], 0
    for start, end in joined(spans):
        marked = f"<mark>{html.escape(text[start:end])}</mark>"
        pieces += [html.escape(text[done:start]), marked]
        done = end
    st.html(f'<div style="{_STYLE}">{"".join(pieces)}{html.escape(text[done:])}</div>')


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same spans in order, those that overlap as one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


def within(spans: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What of the spans lies in [start, end), counted from `start`."""
    cut = ((max(a, start) - start, min(b, end) - start) for a, b in spans)
    return [(a, b) for a, b in cut if a < b]
