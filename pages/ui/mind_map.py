"""A mind map of documents: a picture to look over, and its branches as buttons to their pages."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from pages.ui import viewer
from pages.ui.messages import Words
from pages.ui.places import place
from pages.ui.shell import literal
from rag_core.mind_map import Branch, as_markdown
from rag_core.types import Unit

_LINES = "#948b85"  # grey enough for a light and a dark ground
_LINE = 22  # characters of a name on one line of the picture


def show(words: Words, title: str, branches: Sequence[Branch], units: Mapping[str, Unit]) -> None:
    """The picture, the same as buttons, and as a file."""
    if not branches:
        st.caption(words("study.no_map"))
        return
    st.caption(words("study.map_how"))
    st.graphviz_chart(_drawn(title, branches, st.context.theme.type or "light"), width="stretch")
    st.markdown(f"**{words('study.map_named', name=literal(title), n=len(branches))}**")
    for number, branch in enumerate(branches):
        with st.container(border=True, gap=None):
            _button(words, branch, units, f"map-{number}")
            with st.container(horizontal=True, gap="small"):
                for below, one in enumerate(branch.branches):
                    _button(words, one, units, f"map-{number}-{below}")
    st.download_button(
        words("study.map_file"),
        f"- {' '.join(title.split())}\n{as_markdown(branches, 1)}",
        "mind-map.md",
        "text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )


def _button(words: Words, one: Branch, units: Mapping[str, Unit], key: str) -> None:
    passage = one.passage
    where = place(words, units.get(passage.document_id), passage.page, passage.page_label)
    st.button(
        literal(f"{one.name} · {where}" if where else one.name),
        key=key,
        type="tertiary",
        on_click=viewer.show,
        args=(passage.document_id, passage.page, one.name, passage.page_label, passage.id),
    )


def _drawn(title: str, branches: Sequence[Branch], theme: str) -> str:
    """The tree in the language of Graphviz (graphviz.org/doc/info/lang.html)."""
    ink, root = (st.get_option(f"theme.{theme}.{one}") for one in ("textColor", "primaryColor"))
    drawn = [
        'rankdir=LR bgcolor="transparent" nodesep=0.12 ranksep=0.5',
        f'node [shape=box style=rounded fontname="sans-serif" fontsize=12 color="{_LINES}" '
        f'fontcolor="{ink}" height=0.3 margin="0.12,0.05"]',
        f'edge [arrowhead=none color="{_LINES}"]',
        f'n [label={_quoted(title)} style="rounded,filled" fillcolor="{root}" '
        f'color="{root}" fontcolor="#ffffff"]',
        *_edges("n", branches),
    ]
    return "digraph {\n" + "\n".join(drawn) + "\n}"


def _edges(above: str, branches: Sequence[Branch]) -> Iterator[str]:
    for number, one in enumerate(branches):
        node = f"{above}_{number}"
        yield f"{node} [label={_quoted(one.name)}]"
        yield f"{above} -> {node}"
        yield from _edges(node, one.branches)


def _quoted(name: str) -> str:
    """A name as a label on a few lines. What means something to Graphviz is taken out: inside
    quotes that is a backslash, a quote and, as HTML entities are read, an ampersand."""
    plain = "".join(c if c.isprintable() else " " for c in name)
    lines = [
        line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
        for line in textwrap.wrap(plain, _LINE)
    ]
    return '"' + "\\n".join(lines[:4]) + '"'
