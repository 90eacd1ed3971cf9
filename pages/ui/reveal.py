"""Bring a place of the page into view: the one thing that Streamlit cannot do by itself.

It follows what is added at the bottom only while the reader is there; whoever has scrolled up to
read a source would not see the next question and its answer. While an answer comes it runs back
to the end, too, from wherever the reader scrolls up to, where the browser is slow: that is held
back. In the viewer it leads to a passage in the middle of a long text, or of a picture that is
larger than the screen.
"""

from __future__ import annotations

import time

import streamlit as st

# Streamlit runs to the end by setting `scrollTop`, which only ever leads down: whoever moves up is
# the reader, and until they are at the end again nothing is to move them.
_SCROLL = """
const shown = new Set();
const seen = new WeakMap();
const native = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
const stay = (page) => {
  let away = false;
  Object.defineProperty(page, "scrollTop", {
    get: () => native.get.call(page),
    set: (top) => { if (!away) native.set.call(page, top); },
  });
  page.addEventListener("scroll", () => {
    const { scrollTop: top, scrollHeight: height } = page;
    const before = seen.get(page);
    if (height - page.clientHeight - top < 1) away = false;
    else if (top < before.top && height >= before.height) away = true;
    seen.set(page, { top, height });
  }, { passive: true });
};
export default ({ parentElement, data }) => {
  if (shown.has(data.once)) return;
  shown.add(data.once);
  parentElement.style.scrollMarginTop = "4rem";
  const page = parentElement.closest("[data-testid=stAppScrollToBottomContainer]");
  if (page && !seen.has(page)) stay(page);
  const scroll = () => {
    parentElement.scrollIntoView({ block: "start", behavior: "instant" });
    if (page) seen.set(page, { top: page.scrollTop, height: page.scrollHeight });
  };
  scroll();
  setTimeout(scroll, 400);  // what follows has been drawn by then
};
"""

# Scrolls every frame around the picture only as far as is needed to see the place, and only once
# the picture has arrived.
_SCROLL_IN_PICTURE = """
const shown = new Set();
const within = (from, to, at) => {
  const edge = 0.15 * (to - from);
  return at < from + edge || at > to - edge ? at - (from + to) / 2 : 0;
};
const scroll = (picture, x, y) => {
  for (let frame = picture.parentElement; frame; frame = frame.parentElement) {
    const style = getComputedStyle(frame);
    const box = frame.getBoundingClientRect();
    const spot = picture.getBoundingClientRect();
    if (/auto|scroll/.test(style.overflowX) && frame.scrollWidth > frame.clientWidth)
      frame.scrollBy(within(box.left, box.right, spot.left + x * spot.width), 0);
    if (/auto|scroll/.test(style.overflowY) && frame.scrollHeight > frame.clientHeight)
      frame.scrollBy(0, within(box.top, box.bottom, spot.top + y * spot.height));
  }
};
export default ({ parentElement, data }) => {
  if (shown.has(data.once)) return;
  shown.add(data.once);
  const look = (left) => {
    const picture = document.querySelector(`.st-key-${data.key} img`);
    if (picture?.complete && picture.naturalWidth) scroll(picture, data.x, data.y);
    else if (left) setTimeout(look, 100, left - 1);
  };
  setTimeout(look, 400, 50);  // a drawer has slid in by then
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


def reveal_in_picture(key: str, x: float, y: float, once: str) -> None:
    """Scroll once to a place of the picture in the container `key`, unless it is seen already.

    `x` and `y` are fractions 0 … 1 of its width and height.
    """
    place = st.components.v2.component("reveal_in_picture", js=_SCROLL_IN_PICTURE)
    place(key=f"reveal-{once}", data={"once": once, "key": key, "x": x, "y": y}, height=1)
