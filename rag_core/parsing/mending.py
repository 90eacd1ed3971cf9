"""Ordered lines into clean paragraphs with headings, and the way back to raw characters. Pure.

White space and hyphens are all that mending ever adds or takes away, so a quote that is compared
without them is found in the mended text wherever it stands on the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag_core.parsing.lines import WIDE, Line
from rag_core.parsing.order import reading_order
from rag_core.parsing.spacing import HANGUL
from rag_core.parsing.survey import NO_SURVEY, Survey


class PageText:
    """Mended text; `pieces` = (offset in `text`, line) in order; `headings` as in types.Page."""

    def __init__(self) -> None:
        self.text = ""
        self.pieces: list[tuple[int, Line]] = []
        self.headings: list[tuple[int, int]] = []

    def raw_spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The raw characters behind text[start:end], one span for each line it touches."""
        spans = []
        for offset, line in self.pieces:
            first, last = max(start, offset), min(end, offset + len(line.text))
            if first < last:
                spans.append(line.raw_span(first - offset, last - offset))
        return spans


def compose(lines: Sequence[Line], survey: Survey = NO_SURVEY, ordered: bool = False) -> PageText:
    """The text of a page. `survey` is what the whole document taught; `ordered` keeps the lines
    in the order that they come in."""
    once = _once(lines)
    kept = [line for line in once if not survey.is_running(line)] or once
    for line in kept:
        line.level, line.beside, line.inside = survey.level(line), False, False
    page, length = PageText(), 0
    parts: list[str] = []
    above: list[Line] = []
    for block in _past_boxes(blocks(kept if ordered else reading_order(kept))):
        right, previous = max(line.seat[2] for line in block), None
        _no_heading_mid_sentence(block, right)
        for line in block:
            if previous:
                gap = _gap(previous, line, block, right, survey)
            else:
                gap = _goes_on(above, block, survey) if above else ""
            length += len(gap)
            if (gap.startswith("\n") or not parts) and line.level:
                page.headings.append((length, line.level))
            page.pieces.append((length, line))
            parts += (gap, line.text)
            length += len(line.text)
            previous = line
        above = block
    page.text = "".join(parts)
    page.headings = _without_runs(page)
    return page


def _no_heading_mid_sentence(block: Sequence[Line], right: float) -> None:
    """A full line that goes on, as large, in a line of text is emphasis and not a heading."""
    if not any(line.level for line in block):
        return
    for line, below in reversed(list(pairwise(block))):
        if line.level and not below.level and line.em == below.em and not below.beside:
            line.level = line.level if _ends_short(line, below, right) else 0


def _once(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that are drawn again over themselves, as a shadow is."""
    seen: dict[str, list[Line]] = {}
    kept = []
    for line in lines:
        same = seen.setdefault(line.text, [])
        reach = 0.25 * line.em
        if not same or not any(
            abs(line.box[0] - other.box[0]) < reach and abs(line.box[1] - other.box[1]) < reach
            for other in same[-20:]
        ):
            kept.append(line)
        same.append(line)
    return kept


def _without_runs(page: PageText) -> list[tuple[int, int]]:
    """The headings but for three or more of one level on end: that is a list or a table."""
    kept: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for heading in [*page.headings, (-1, -1)]:
        if run and (heading[1] != run[-1][1] or _text_between(page.text, run[-1][0], heading[0])):
            kept += run if len(run) < 3 else []
            run = []
        run.append(heading)
    return kept


def _text_between(text: str, heading: int, following: int) -> bool:
    """Whether anything but the heading itself stands before the next one."""
    return "\n\n" in text[heading:following].rstrip("\n") if following >= 0 else True


def blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that follow one another directly below, about as large, belong together."""
    found: list[list[Line]] = []
    for line in lines:
        if found and (line.beside or line.inside or _follows(found[-1], line)):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _follows(block: Sequence[Line], below: Line) -> bool:
    above = block[-1]
    if above.turn != below.turn:
        return False
    first, bottom = _last_row(block)
    a, b = first.seat, below.seat
    height = min(a[3] - a[1], b[3] - b[1])
    if not (-0.6 * height < b[1] - bottom < 0.9 * height and b[1] > a[1] + 0.3 * height):
        return False
    overlap = min(max(a[2], above.seat[2]), b[2]) - max(a[0], b[0])
    return (overlap > 0.3 * min(a[2] - a[0], b[2] - b[0]) or abs(a[0] - b[0]) < height) and max(
        above.em, below.em
    ) < 1.35 * min(above.em, below.em)


def _last_row(block: Sequence[Line]) -> tuple[Line, float]:
    """The first line of the last row of a block, and how far down the row reaches."""
    first = len(block) - 1
    bottom = block[first].seat[3]
    while first and (block[first].beside or block[first].inside):
        first -= 1
        bottom = max(bottom, block[first].seat[3])
    return block[first], bottom


def _past_boxes(found: list[list[Line]]) -> list[list[Line]]:
    """The blocks, those that go on directly below another past a box on its right moved to it."""
    kept = list(found)
    for at, block in enumerate(kept):
        for further in range(at + 1, min(len(kept), at + _BOXES)):
            if further > at + 1 and _goes_on_below(block, kept[further]):
                kept.insert(at + 1, kept.pop(further))
                break
            if not _is_box_beside(block, kept[further]):
                break
    return kept


_BOXES = 12


def _is_box_beside(block: Sequence[Line], box: Sequence[Line]) -> bool:
    """Whether a block stands on the right of another and is no further column of its text."""
    if box[0].seat[1] >= block[-1].seat[3] or box[-1].seat[3] <= block[0].seat[1]:
        return False
    right = max(line.seat[2] for line in block)
    apart = min(line.seat[0] for line in box) > right - 0.5 * block[0].em
    return apart and (box[0].em != block[-1].em or not box[0].text[0].islower())


def _goes_on_below(block: Sequence[Line], below: Sequence[Line]) -> bool:
    """Whether two blocks are as close, as large and as far left as lines of one paragraph."""
    a, b = block[-1], below[0]
    plain = len(block) > 1 and not any(line.beside or line.inside for line in block[-2:])
    return (
        plain
        and a.em == b.em
        and a.turn == b.turn
        and abs(a.seat[0] - b.seat[0]) < 0.5 * a.em
        and b.seat[1] - block[-1].seat[1] < 1.2 * (block[-1].seat[1] - block[-2].seat[1])
        and b.seat[1] > a.seat[1]
    )


_ITEM = re.compile(
    r"[•‣▪■▫□●○◦◆◇▶▷➢✓※☞·ㆍ*\-–—]\s|\(?[0-9]{1,2}[.)]\s|\(?[가나다라마바사아자차카타파하a-z][.)]\s|[①-⑳]"
)


def _gap(above: Line, line: Line, block: Sequence[Line], right: float, survey: Survey) -> str:
    """What stands between two lines of a block: a paragraph's end, a line's, a cell's, a space,
    a hyphen, or nothing inside a word."""
    if line.beside:
        return "\t"
    if line.inside:
        return "\n" if _ITEM.match(line.text) else _within(above, line, survey)
    if line.level != above.level:
        return "\n\n"
    if above.hyphened:
        return _within(above, line, survey)
    if above.beside or above.inside or _ITEM.match(line.text):
        return "\n"
    ends_short = _ends_short(above, line, right)
    if _is_indented(above, line, block[0]):
        hangs = not ends_short and _hangs(above, line, block, right)
        return _within(above, line, survey) if hangs else "\n\n"
    if ends_short and not (line.level and len(block) == 2):
        other_size = max(above.em, line.em) > 1.12 * min(above.em, line.em)
        return "\n\n" if other_size else "\n"
    return _within(above, line, survey)


def _within(above: Line, line: Line, survey: Survey) -> str:
    """What stands between two lines of one sentence."""
    ends, begins = above.text[-1:], line.text[:1]
    if above.hyphened:
        return "" if ends.islower() and begins.islower() else "-"
    return "" if not above.spaced and survey.spacing.one_word(above.text, line.text) else " "


_OPEN_END = re.compile(r"[\w,]$")
_SENTENCE_END = re.compile(r"[다요죠까함음임됨]$")


def _is_open(line: Line) -> bool:
    """Whether a line ends in the middle of a sentence, as far as its last letter tells."""
    return bool(_OPEN_END.search(line.text)) and not _SENTENCE_END.search(line.text)


def _goes_on(above: Sequence[Line], block: Sequence[Line], survey: Survey) -> str:
    """A paragraph goes on in the next column when its last line is full and ends in the middle
    of a sentence, and the next begins in the middle of one."""
    last, line = above[-1], block[0]
    alike = last.em == line.em and last.turn == line.turn and not (last.beside or last.inside)
    if not alike or len(above) == 1 or last.level or line.level:
        return "\n\n"
    if _ends_short(last, line, max(other.seat[2] for other in above)):
        return "\n\n"
    ends, begins = last.text[-1:], line.text[:1]
    if last.hyphened and begins.isalnum():
        return _within(last, line, survey)
    korean = HANGUL.match(begins) and (HANGUL.match(ends) or ends == ",") and len(block) > 1
    if _is_open(last) and not _ITEM.match(line.text) and (begins.islower() or korean):
        return _within(last, line, survey)
    return "\n\n"


def _is_indented(above: Line, line: Line, first: Line) -> bool:
    """A first line set in, after one that was not (and that is no item with a hanging indent)."""
    start, start_above, height = line.seat[0], above.seat[0], line.height
    left = min(first.seat[0], start_above)
    return (
        start > start_above + height
        and start_above < left + 0.5 * height
        and not _ITEM.match(above.text)
    )


def _hangs(above: Line, line: Line, block: Sequence[Line], right: float) -> bool:
    """Whether a line that is set in goes on with the sentence above it, as under the first line of
    an entry. Below a heading in the middle, further lines begin on the left of it."""
    begins = line.text[0]
    left = min(other.seat[0] for other in block[block.index(line) :])
    if not _is_open(above) or left < above.seat[0] - 0.5 * above.height:
        return False
    if HANGUL.match(begins):
        return len(above.text) + len(WIDE.findall(above.text)) > _SHORTEST_ENTRY
    if begins.islower() or begins == "(":
        return True
    full = above.seat[2] > above.seat[0] + _FULL * (right - above.seat[0])
    return full and bool(_MARKED.search(above.text))  # a heading is plain words


_SHORTEST_ENTRY, _FULL = 24, 0.9  # letters, a Korean one counted twice; share of the width
_MARKED = re.compile(r"[^\w\s-]")


def _ends_short(above: Line, line: Line, right: float) -> bool:
    """Whether the next line's first word would still have fitted."""
    word = line.text.split(" ", 1)[0][:30]
    wide = 0 if word.isascii() else len(WIDE.findall(word))
    width = (0.95 * wide + 0.5 * (len(word) - wide) + 0.25) * line.em
    return above.seat[2] + width < right - 0.5 * above.em
