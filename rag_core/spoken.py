"""What a text says when it is read aloud, pure: its sentences without what is for the eye only."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from rag_core.text import language, normalise, sentences

LONGEST = 300
"""Characters that a voice is given at once; Chromium breaks off speech after some seconds."""

_FOR_THE_EYE = tuple(
    (re.compile(pattern, re.MULTILINE), said)
    for pattern, said in (
        # [1], [2, 3], [4-6]: of an answer or of a paper
        (r" ?[\[【［]\^?\d{1,3}(?: *[-–~,，、] *\d{1,3}){0,30}[\]】］]", ""),
        (r"^ *(?:```|~~~).*$", ""),  # the rest is Markdown
        (r"^[ |:-]+$", ""),
        (r"^ *\| *| *\| *$", ""),
        (r"(?<=\S) +\| +(?=\S)", ", "),
        (r"^ *(?:#{1,6}|[>*+•-]) +", ""),
        (r"!?\[([^\]\n]{0,300})\]\([^)\s]{0,2000}\)", r"\1"),
        (r"https?://(?:www\.)?([^\s/?#]+)[^\s)]*", r"\1"),
        (r"(\*\*|__|~~|`{1,3})(\S(?:[^\n]{0,300}?\S)?)\1", r"\2"),
        (r"(?<![\w\\*])\*([^\s*](?:[^*\n]*[^\s*])?)\*", r"\1"),
        (r"(?<![\w\\])_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)", r"\1"),
        (r"(?<![\w)])(?:\*\*|__)|(?:\*\*|__)(?![\w(])|\$\$|`", ""),
        (r"\\(?=[\\`*_{}\[\]()#+.!|<>~$-])", ""),
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence for one breath of a voice, at most LONGEST characters, and its language as
    `text.language` tells it."""

    text: str
    language: str


def spoken(text: str, otherwise: str) -> list[Line]:
    """The sentences of a text, plain or Markdown, without citation marks.

    What has no letters is in the language of the sentence before it, `otherwise` at the beginning.
    """
    text = re.sub(r"[ \t]+", " ", normalise(text))
    lines: list[Line] = []
    for start, end in sentences(text):
        sentence = _heard(text[start:end])
        if not any(letter.isalnum() for letter in sentence):
            continue
        if any(letter.isalpha() for letter in sentence):
            otherwise = language(sentence)
        cut = textwrap.wrap(sentence, LONGEST, break_on_hyphens=False)
        lines += [Line(one, otherwise) for one in cut]
    return lines


def _heard(sentence: str) -> str:
    for pattern, said in _FOR_THE_EYE:
        sentence = pattern.sub(said, sentence)
    return " ".join(sentence.split())
