"""The words that Streamlit writes itself, in the visitor's language: it has English ones only.

A script in the page replaces exactly the words of messages/streamlit_ko.py, as they appear. For
screen readers it also tells which language the page is in, takes the backslashes of escaped
markdown out of names, and silences icons, whose own names would be read out.
"""

from __future__ import annotations

import json

import streamlit as st

from pages.ui.messages.streamlit_ko import READ_OUT, WRITTEN

PLACES = (
    "stSkipToContent",
    "stFileUploaderDropzone",
    "stFileUploaderDropzoneInstructions",
    "InputInstructions",
    "stTooltipContent",
    "stStatusWidget",
    "stConnectionStatus",
    "stSelectboxVirtualDropdown",
    "stMultiSelectDropdown",
)
"""Test ids of what holds Streamlit's own text and none of the visitor's."""

_REPLACE = r"""
const ATTRIBUTES = ["aria-label", "placeholder", "title"];
const known = new WeakMap();  // text node or element → what stood there first, and what does now
let written = [], readOut = [], places = "", waiting = false;

const rules = (table) => Object.entries(table).map(([from, to]) => {
  const [before, after] = from.split("{}");
  return { whole: from, before, after, to };
});

const put = (text, table) => {
  for (const { whole, before, after, to } of table) {
    if (after === undefined) {
      if (text === whole) return to;
    } else if (text.length > before.length + after.length
               && text.startsWith(before) && text.endsWith(after))
      return to.replace("{}", () => text.slice(before.length, text.length - after.length));
  }
  return text;
};

const settle = (thing, name, now, translate, write) => {
  const kept = known.get(thing) ?? {};
  const first = kept[name] && kept[name].now === now ? kept[name].first : now;
  const next = translate(first);
  if (next !== now) write(next);
  if (next !== first) known.set(thing, { ...kept, [name]: { first, now: next } });
};

const look = () => {
  waiting = false;
  for (const place of document.querySelectorAll(places)) {
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode;
      const write = (text) => { node.data = text; };
      settle(node, "text", node.data, (text) => put(text, written), write);
    }
  }
  for (const icon of document.querySelectorAll('[role="img"][aria-label$=" icon"]'))
    icon.setAttribute("aria-hidden", "true");
  for (const one of document.querySelectorAll("[aria-label],[placeholder],[title]"))
    for (const name of ATTRIBUTES) {
      const now = one.getAttribute(name);
      if (!now) continue;
      const plain = (text) => text.replace(/\\([^a-z0-9\s])/gi, "$1");
      const said = (text) => put(name === "aria-label" ? plain(text) : text, readOut);
      settle(one, name, now, said, (text) => one.setAttribute(name, text));
    }
};

const watcher = new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(look);
});

export default (component) => {
  const data = JSON.parse(component.data.text);
  document.documentElement.lang = data.language;
  written = rules(data.written);
  readOut = rules(data.read_out);
  places = data.places.map((id) => `[data-testid="${id}"]`).join(",");
  look();
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true,
                                   attributes: true, attributeFilter: ATTRIBUTES });
};
"""


# Korean is broken between words; browsers would break it behind any syllable.
_BETWEEN_WORDS = """<style>
:is([data-testid=stMarkdownContainer], [data-testid=stCaptionContainer]),
:is([data-testid=stMarkdownContainer], [data-testid=stCaptionContainer])
  :is(p, li, td, th, h1, h2, h3) { word-break: keep-all; overflow-wrap: anywhere; }
</style>"""


def translate(language: str) -> None:
    """Put Streamlit's own words into this language, "ko" or "en", on this page and from now on."""
    korean = language == "ko"
    if korean:
        st.html(_BETWEEN_WORDS)
    told = {
        "language": language,
        "written": WRITTEN if korean else {},
        "read_out": READ_OUT if korean else {},
        "places": PLACES,
    }
    place = st.components.v2.component("own_words", js=_REPLACE)
    place(
        key="own-words",
        data={"text": json.dumps(told)},  # for anything but text Streamlit loads pandas: 70 MB
        width=1,
        height=1,
    )
