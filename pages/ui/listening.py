"""Read sentences aloud with a voice of the reader's device; no text leaves the browser.

Chromium breaks off long speech, and on phones a pause ends it, so each sentence is spoken by
itself and a pause takes up its sentence again. Voices of a server are never used: they would be
sent the text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from pages.ui.messages import Words
from rag_core.spoken import Line

_HTML = """
<div class="player" role="group">
  <button type="button" class="toggle">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path></path></svg><span></span>
  </button>
  <button type="button" class="again">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6h2v12H6zm3.5 6 8.5 6V6z"/></svg>
    <span></span>
  </button>
  <span class="at"></span>
  <span class="now"></span>
  <p role="status"></p>
</div>
"""

_CSS = """
.player {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem;
  font-family: var(--st-font); font-size: 0.875rem; color: var(--st-text-color);
}
button {
  display: inline-flex; align-items: center; gap: 0.35rem;
  min-height: 2.5rem; padding: 0.25rem 0.75rem; cursor: pointer;
  font: inherit; color: inherit; background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button:hover { border-color: var(--st-text-color); }
button:focus-visible { outline: 2px solid var(--st-link-color); outline-offset: 2px; }
svg { width: 1.25rem; height: 1.25rem; fill: currentColor; flex: none; }
.at { font-variant-numeric: tabular-nums; }
.now {
  flex: 1 1 14rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
p { flex: 1 1 100%; margin: 0; line-height: 1.5; word-break: keep-all; }
:is(.at, p):empty { display: none; }
"""

_JS = """
const PLAY = "M8 5v14l11-7z", PAUSE = "M6 5h4v14H6zm8 0h4v14h-4z";
const LONG_TAGS = { kor: "ko", eng: "en" };
// What macOS ships for fun or for old times' sake; it lists them first.
const ODD = new RegExp("^(Albert|Bad News|Bahh|Bells|Boing|Bubbles|Cellos|Eddy|Flo|Fred|Good News" +
  "|Grandma|Grandpa|Jester|Junior|Kathy|Organ|Ralph|Reed|Rocko|Sandy|Shelley|Superstar|Trinoids" +
  "|Whisper|Wobble|Zarvox)(?![a-z])");
const WAITS = 20, WAIT = 100;  // ms; browsers list their voices some time after the page
const speech = window.speechSynthesis;
const players = new WeakMap();
const begun = new Set();
let speaking = null;  // the one player that is heard
speech?.getVoices();  // makes the browser look for them

const voicesOf = (language) => (speech?.getVoices() ?? []).filter((one) => {
  const tag = one.lang.toLowerCase().split(/[-_]/)[0];
  return (LONG_TAGS[tag] ?? tag) === language;
});

const voiceOf = (language) => {
  const local = voicesOf(language).filter((one) => one.localService);
  const fair = local.filter((one) => !ODD.test(one.name));
  return fair.find((one) => one.default) ??
    fair.find((one) => navigator.languages.includes(one.lang.replace("_", "-"))) ??
    fair[0] ?? local[0];
};

class Player {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
    this.at = 0;
    this.said = this.timer = null;
    this.data = { lines: [] };
    this.find(".toggle").onclick = () => (speaking === this ? this.pause() : this.play());
    this.find(".again").onclick = () => { this.pause(); this.at = 0; this.play(); };
  }

  show(data) {
    if (JSON.stringify(data.lines) !== JSON.stringify(this.data.lines)) {
      this.pause();
      this.at = 0;
      this.tell("");
    }
    this.data = data;
    this.draw();
    if (!data.begin || begun.has(data.begin)) return;
    begun.add(data.begin);
    this.play();
  }

  play() {
    if (!speech) return this.tell(this.data.words.unsupported);
    speaking?.pause();
    speaking = this;
    this.tell("");
    this.wait(WAITS);
  }

  pause() {
    clearTimeout(this.timer);
    if (speaking === this) {
      speaking = this.said = null;  // first: what is cancelled ends, too
      speech.cancel();
    }
    this.draw();
  }

  wait(left) {
    const voiced = this.data.lines.some((line) => voiceOf(line.language));
    if (voiced || !left) this.say();
    else this.timer = setTimeout(() => this.wait(left - 1), WAIT);
    this.draw();
  }

  say() {
    const { lines } = this.data;
    while (this.at < lines.length && !voiceOf(lines[this.at].language))
      this.add(this.missing(lines[this.at++].language));
    if (this.at >= lines.length) {
      this.at = 0;
      return this.pause();
    }
    const said = this.said = new SpeechSynthesisUtterance(lines[this.at].text);
    said.voice = voiceOf(lines[this.at].language);
    said.lang = said.voice.lang;
    said.onend = () => {
      if (this.said !== said) return;
      this.at += 1;
      this.say();
    };
    said.onerror = () => {
      if (this.said !== said) return;
      this.pause();
      this.tell(this.data.words.failed);
    };
    speech.speak(said);
    this.draw();
  }

  missing(language) {
    const { none, remote, other } = this.data.words;
    return (voicesOf(language).length ? remote : none)[language] ?? other;
  }

  add(text) {
    const told = this.find("p").textContent;
    if (!told.includes(text)) this.tell(`${told} ${text}`.trim());
  }

  tell(text) {
    this.find("p").textContent = text;
  }

  draw() {
    const { lines, words } = this.data;
    if (!words) return;
    const on = speaking === this, begins = !on && !this.at;
    this.find(".player").setAttribute("aria-label", words.label);
    this.find(".toggle path").setAttribute("d", on ? PAUSE : PLAY);
    this.find(".toggle span").textContent = on ? words.pause : begins ? words.play : words.goOn;
    this.find(".again span").textContent = words.again;
    this.find(".at").textContent = begins ? "" : `${this.at + 1} / ${lines.length}`;
    this.find(".now").textContent = begins ? words.how : lines[this.at].text;
  }
}

addEventListener("pagehide", () => speaking?.pause());

export default ({ parentElement, data }) => {
  if (!players.has(parentElement)) players.set(parentElement, new Player(parentElement));
  const player = players.get(parentElement);
  player.show(JSON.parse(data.text));
  return () => player.pause();
};
"""


def player(words: Words, lines: Sequence[Line], key: str, begin: str = "") -> None:
    """Buttons that read the lines aloud, one at a time, and show which one is being read.

    It begins by itself once for each `begin`, and only on a click when that is "". It stops when
    another one begins or the page no longer has it.
    """
    place = st.components.v2.component("listening", html=_HTML, css=_CSS, js=_JS)
    told = [{"text": line.text, "language": line.language} for line in lines]
    whole = {"lines": told, "words": _said(words, len(lines)), "begin": begin}
    place(key=key, data={"text": json.dumps(whole)})  # see own_words.py


def _said(words: Words, count: int) -> dict[str, object]:
    """What the player says on the screen."""
    languages = {"ko": words("listen.korean"), "en": words("listen.english")}
    return {
        "label": words("listen.aloud"),
        "play": words("listen.play"),
        "pause": words("listen.pause"),
        "goOn": words("listen.go_on"),
        "again": words("listen.again"),
        "how": words("listen.how", n=count),
        "none": {code: words("listen.no_voice", language=name) for code, name in languages.items()},
        "remote": {code: words("listen.remote", language=name) for code, name in languages.items()},
        "other": words("listen.other"),
        "unsupported": words("listen.unsupported"),
        "failed": words("listen.failed"),
    }
