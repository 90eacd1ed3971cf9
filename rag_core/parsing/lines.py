"""A line of text as a reader of PDF gives it: cleaned, with its box and its way back. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

Box = tuple[float, float, float, float]  # left, top, right, bottom; y downwards

WIDE = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uffef]")
"""A letter about twice as wide as a Latin one."""
_NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)


class Line:
    """A line as drawn. Not a dataclass: the child process starts a third faster without them.

    `raw` is where `text[0]` stands among the page's raw characters; `map` says so for each
    character when cleaning moved them, else it is None. `box` is in points of the page as seen;
    `seat` is the same box on a page turned so that the line runs from left to right, and `turn`
    says by how many degrees, clockwise. `em` is the size of its letters and `bold` their weight.
    `spaced`: a space followed at its end; `hyphened`: it ended in a hyphen that divides a word;
    `beside`: it goes on to the right of the line before it, as the next cell of a row; `inside`: it
    goes on below the line before it, in a cell of several lines.
    """

    __slots__ = (
        "beside", "bold", "box", "em", "hyphened", "inside", "level", "map", "raw", "seat",
        "spaced", "text", "turn",
    )  # fmt: skip

    def __init__(self, text: str, raw: int = 0, map: list[int] | None = None) -> None:
        self.text, self.raw, self.map = text, raw, map
        self.em, self.bold, self.level = 10.0, False, 0
        self.spaced = self.hyphened = self.beside = self.inside = False
        self.box = self.seat = _NOWHERE
        self.turn = 0

    def place(self, box: Box, turn: int = 0) -> None:
        """Give it its box as seen and its direction."""
        left, top, right, bottom = self.box = box
        self.turn = turn
        if turn == 0:
            self.seat = box
        elif turn == 90:
            self.seat = top, -right, bottom, -left
        elif turn == 180:
            self.seat = -right, -bottom, -left, -top
        else:
            self.seat = -bottom, left, -top, right

    @property
    def height(self) -> float:
        """Of its letters, whichever way they run."""
        return self.seat[3] - self.seat[1]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Raw characters [first, last) of text[start:end]."""
        if self.map is None:
            return self.raw + start, self.raw + end
        return self.map[start], self.map[end - 1] + 1


_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# One for one: kinds of white space, and the bullets of the Symbol and Wingdings fonts.
_PLAIN = str.maketrans(
    dict.fromkeys("\t\n\r\x0b\x0c\x85\xa0\u2028\u2029", " ")
    | {"\uf0b7": "•", "\uf0a7": "▪", "\uf06e": "■", "\uf0d8": "➢", "\uf0fc": "✓"}
)


def clean(raw: str, start: int) -> tuple[str, int, list[int] | None]:
    """Clean one raw line: (text, where it starts in the raw text, map when characters moved)."""
    if raw.isascii() and raw.isprintable():
        text = raw.strip()
        return text, start + len(raw) - len(raw.lstrip()), None
    if not _DROPPED.search(raw) and unicodedata.is_normalized("NFC", raw):
        plain = raw.translate(_PLAIN)
        return plain.strip(), start + len(plain) - len(plain.lstrip()), None
    text, places = "", []
    for cluster, place in _clusters(raw):
        composed = unicodedata.normalize("NFC", cluster)
        text += composed
        places += [start + place] * len(composed)
    kept = text.strip()
    lead = len(text) - len(text.lstrip())
    places = places[lead : lead + len(kept)]
    return kept, places[0] if places else start, places


def _clusters(raw: str) -> Iterable[tuple[str, int]]:
    """Characters with what combines with them, and where each stands; dropped ones left out."""
    cluster, place = "", 0
    for index, character in enumerate(raw):
        if "\ud800" <= character <= "\udbff" and raw[index + 1 : index + 2] >= "\udc00":
            character = _pair(character, raw[index + 1])
        elif _DROPPED.match(character):
            continue
        character = character.translate(_PLAIN)
        if cluster and (unicodedata.combining(character) or "\u1160" <= character <= "\u11ff"):
            cluster += character
            continue
        if cluster:
            yield cluster, place
        cluster, place = character, index
    if cluster:
        yield cluster, place


def _pair(high: str, low: str) -> str:
    if not "\udc00" <= low <= "\udfff":
        return " "
    return (high + low).encode("utf-16", "surrogatepass").decode("utf-16")
