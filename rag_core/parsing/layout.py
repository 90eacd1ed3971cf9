"""Lines of a page, as a reader of PDF gives them, into clean text in reading order. Pure.

    lines (text, box, where they stand in the raw text)
      → blocks   lines that stand together, in reading order
      → text     lines mended into paragraphs, with a map back to the raw characters

White space and hyphens are all that mending ever adds or takes away, so a quote that is compared
without them is found in the mended text wherever it stands on the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """A line as drawn. Boxes in points of the page as seen: x to the right, y downwards.

    `raw` is where `text[0]` stands among the page's raw characters; `map` says so for each
    character when cleaning moved them, else it is None. `spaced`: a space followed at its end;
    `hyphened`: it ended in a hyphen that divides a word.
    """

    text: str
    raw: int
    left: float
    top: float
    right: float
    bottom: float
    spaced: bool = False
    hyphened: bool = False
    map: list[int] | None = None

    @property
    def size(self) -> float:
        return self.bottom - self.top

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Raw characters [first, last) of text[start:end]."""
        if self.map is None:
            return self.raw + start, self.raw + end
        return self.map[start], self.map[end - 1] + 1


@dataclass(slots=True)
class PageText:
    """Mended text; `pieces` = (offset in `text`, line) in order; `headings` as in types.Page."""

    text: str
    pieces: list[tuple[int, Line]] = field(default_factory=list)
    headings: tuple[tuple[int, int], ...] = ()

    def raw_spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The raw characters behind text[start:end], one span for each line it touches."""
        spans = []
        for offset, line in self.pieces:
            first, last = max(start, offset), min(end, offset + len(line.text))
            if first < last:
                spans.append(line.raw_span(first - offset, last - offset))
        return spans


_DROPPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def clean(raw: str, start: int) -> tuple[str, int, list[int] | None]:
    """Clean one raw line: (text, where it starts in the raw text, map when characters moved)."""
    if raw.isascii() and raw.isprintable():
        text = raw.strip()
        return text, start + len(raw) - len(raw.lstrip()), None
    if not _DROPPED.search(raw) and unicodedata.is_normalized("NFC", raw):
        spaced = raw.replace("\t", " ").replace("\xa0", " ")
        return spaced.strip(), start + len(spaced) - len(spaced.lstrip()), None
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
        character = " " if character in "\t\xa0" else character
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


def compose(lines: Sequence[Line], broken_words: bool = False) -> PageText:
    """Mend lines into paragraphs. `broken_words`: Korean lines of this document are broken
    inside words, so that no space belongs between them unless one was drawn."""
    text = ""
    pieces: list[tuple[int, Line]] = []
    for block in blocks(lines):
        right = max(line.right for line in block)
        previous: Line | None = None
        for line in block:
            if previous is None:
                text += "\n\n" if text else ""
            elif _ends_paragraph(previous, line, block[0].left, right):
                text += "\n"
            else:
                text = _joined(text, previous, line, broken_words)
            pieces.append((len(text), line))
            text += line.text
            previous = line
    return PageText(text, pieces)


def blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that follow one another directly below, about as large, belong together."""
    found: list[list[Line]] = []
    for line in lines:
        if found and _follows(found[-1][-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _follows(above: Line, below: Line) -> bool:
    size = min(above.size, below.size)
    gap = below.top - above.bottom
    overlap = min(above.right, below.right) - max(above.left, below.left)
    return (
        -0.6 * size < gap < 0.9 * size
        and below.top > above.top + 0.3 * size
        and overlap > 0.3 * min(above.right - above.left, below.right - below.left)
        and max(above.size, below.size) < 1.35 * size
    )


_ITEM = re.compile(r"[•‣▪■□●○◦◆◇▶▷※☞·ㆍ*\-–—]\s|\(?[0-9]{1,2}[.)]\s|\(?[가-하a-z][.)]\s|[①-⑳]")


def _ends_paragraph(line: Line, following: Line, left: float, right: float) -> bool:
    """Whether `following` starts something new: an item, an indent, or `line` ended short."""
    if line.hyphened:
        return False
    if _ITEM.match(following.text):
        return True
    if following.left > line.left + line.size and line.left < left + 0.5 * line.size:
        return not _ITEM.match(line.text)
    first_word = len(following.text.split(" ", 1)[0])
    letter = (line.right - line.left) / max(1, len(line.text))
    return line.right + (min(first_word, 12) + 1) * letter < right - 0.5 * line.size


def _joined(text: str, line: Line, following: Line, broken_words: bool) -> str:
    """`text`, ready for `following` to be appended to the line that it ends with."""
    if line.hyphened or (text.endswith("-") and not line.spaced):
        stem = text.removesuffix("-")
        whole = stem[-1:].islower() and following.text[:1].islower()
        return stem if whole else stem + "-"
    inside = _HANGUL.match(text[-1:]) and _HANGUL.match(following.text[:1])
    if inside and broken_words and not line.spaced:
        return text
    return text + " "
