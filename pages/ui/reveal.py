"""Bring a place of the page into view: the one thing that Streamlit cannot do by itself.

It follows what is added at the bottom only while the reader is there; whoever has scrolled up to
read a source would not see the next question and its answer. In the viewer it leads to a passage
in the middle of a long text.
"""

from __future__ import annotations

import time

import streamlit as st

_SCROLL = """
const shown = new Set();
export default ({ parentElement, data }) => {
  if (shown.has(data.once)) return;
  shown.add(data.once);
  parentElement.style.scrollMarginTop = "4rem";
  const scroll = () => parentElement.scrollIntoView({ block: "start", behavior: "instant" });
  scroll();
  setTimeout(scroll, 400);  // what follows has been drawn by then
};
"""


def reveal(once: str = "") -> None:
    """Scroll once to this place, as near to the top as what follows allows.

    The same `once` scrolls no second time, however often the page is drawn; without it every call
    does.
    """
    once = once or str(time.time_ns())
    place = st.components.v2.component("reveal", js=_SCROLL, isolate_styles=False)
    place(key=f"reveal-{once}", data={"once": once}, height=1)
