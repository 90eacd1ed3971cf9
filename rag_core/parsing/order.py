"""The lines of a page in the order in which they are read. Pure.

Most files hold their lines in that order already, and then it is kept. Where lines stand beside
one another, the page is cut at its white gaps, again and again (an XY-cut): across where columns
are, down where rows of a table are, and where both would do, as the file's own order suggests.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

from rag_core.parsing.lines import WIDE, Line

_TOO_MANY = 2000  # lines: more is a drawing of words, whose order in the file is as good as any
_DEEPEST = 200  # cuts within cuts
_SENTENCE = 16  # letters: a line of prose holds more, most cells of a table hold less
_INTEGER = re.compile(r"\d{1,4}")


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """The same lines, sorted; cells of a row are marked `beside` all but the first, their further
    lines `inside`.

    Lines written in another direction than most of the page come last.
    """
    if len(lines) > _TOO_MANY:
        return list(lines)
    directions: Counter[int] = Counter()
    for line in lines:
        directions[line.turn] += len(line.text)
    main = directions.most_common(1)[0][0] if directions else 0
    straight = [_Placed(place, line) for place, line in enumerate(lines) if line.turn == main]
    rest = [line for line in lines if line.turn != main]
    return [placed.line for placed in _arranged(straight, 0)] + rest


class _Placed:
    """A line, its place in the file, and its box turned so that it is written to the right."""

    __slots__ = ("bottom", "height", "left", "line", "middle", "place", "right", "top")

    def __init__(self, place: int, line: Line) -> None:
        self.place, self.line = place, line
        self.left, self.top, self.right, self.bottom = line.seat
        self.height = max(0.1, self.bottom - self.top)
        self.middle = (self.top + self.bottom) / 2


def _arranged(lines: list[_Placed], depth: int) -> list[_Placed]:
    if len(lines) < 2 or _in_order(lines):
        return lines
    down = sorted(lines, key=lambda line: line.middle)
    if not _any_beside(down):
        return down
    height = sorted(line.height for line in lines)[len(lines) // 2]
    across = _gap(lines, "left", "right", 0.5 * height)
    along = _gap(lines, "top", "bottom", 0.05 * height)
    if across and (parts := _parted(lines, "left", across[1])) and depth < _DEEPEST:
        if _is_table(*parts):
            if _numbers_lines(parts[0]):
                return _arranged(parts[1], depth + 1) + parts[0]
            return _table(down, depth)
        prose = (
            _is_prose(parts[0]) and _is_prose(parts[1]) and (not along or 2 * across[0] > along[0])
        )
        if prose or not along or _prefers_columns(lines, across, along):
            return _arranged(parts[0], depth + 1) + _arranged(parts[1], depth + 1)
    if _is_grid(down):
        return _table(down, depth)
    if along and depth < _DEEPEST:
        above, below = _parted(lines, "top", along[1])
        return _arranged(above, depth + 1) + _arranged(below, depth + 1)
    return _flows(down) if _is_wrapped(down) else _rows(down)


def _in_order(lines: list[_Placed]) -> bool:
    """Whether each line stands below the one before it in the file, overlapping across."""
    return all(b.middle > a.middle + 0.3 * min(a.height, b.height) for a, b in pairwise(lines))


def _any_beside(down: list[_Placed]) -> bool:
    """Whether two lines share a height without sharing a stretch across."""
    return any(
        b.middle - a.middle < 0.6 * min(a.height, b.height)
        and (b.left >= a.right or a.left >= b.right)
        for a, b in pairwise(down)
    )


def _gap(lines: list[_Placed], start: str, end: str, least: float) -> tuple[float, float] | None:
    """The widest white stretch that no line crosses: (its width, its middle), if wide enough."""
    widest = max(_gaps(lines, start, end), default=(0.0, 0.0))
    return widest if widest[0] >= least else None


def _gaps(lines: list[_Placed], start: str, end: str) -> list[tuple[float, float]]:
    """All white stretches that no line crosses: (width, middle), in order."""
    spans = sorted(map(attrgetter(start, end), lines))
    gaps, reach = [], spans[0][1]
    for first, last in spans[1:]:
        if first > reach:
            gaps.append((first - reach, (first + reach) / 2))
        if last > reach:
            reach = last
    return gaps


def _parted(lines: list[_Placed], side: str, at: float) -> tuple[list[_Placed], list[_Placed]]:
    first = [line for line in lines if getattr(line, side) < at]
    second = [line for line in lines if getattr(line, side) >= at]
    return first, second


def _prefers_columns(
    lines: list[_Placed], across: tuple[float, float], along: tuple[float, float]
) -> bool:
    """Columns before rows, where the file's own order goes to and fro less that way."""
    columns = _switches([line.left < across[1] for line in lines])
    rows = _switches([line.top < along[1] for line in lines])
    return across[0] >= along[0] if columns == rows else columns < rows


def _switches(sides: list[bool]) -> int:
    return sum(a != b for a, b in pairwise(sides))


def _is_table(left: list[_Placed], right: list[_Placed]) -> bool:
    """Whether the sides stand row by row and at least one of them is no running text."""
    few, many = sorted((left, right), key=len)
    if len(few) < 2 or (_is_prose(left) and _is_prose(right)):
        return False
    partnered = sum(
        any(abs(line.middle - other.middle) < 0.35 * line.height for other in many) for line in few
    )
    return partnered >= 0.8 * len(few)


def _is_grid(down: list[_Placed]) -> bool:
    """Whether most lines have another beside them and most such pairs hold a short one: a table
    that no white gap goes through from top to bottom, as one of its rows was drawn in one go."""
    beside = short = 0
    for a, b in pairwise(down):
        if abs(b.middle - a.middle) < 0.35 * a.height and (b.left > a.right or a.left > b.right):
            beside += 1
            short += min(_letters(a.line.text), _letters(b.line.text)) < _SENTENCE
    return beside >= 5 and 2 * beside >= 0.6 * len(down) and short >= 0.6 * beside


def _is_wrapped(down: list[_Placed]) -> bool:
    """Whether what stands side by side is mostly running text: a box within a paragraph."""
    sides = [
        min(_letters(a.line.text), _letters(b.line.text)) >= _SENTENCE
        for a, b in pairwise(down)
        if b.middle - a.middle < a.height and (b.left >= a.right or a.left >= b.right)
    ]
    return len(sides) >= 3 and sum(sides) >= 0.7 * len(sides)


def _flows(down: list[_Placed]) -> list[_Placed]:
    """Each line goes on below the nearest one that begins or ends where it does, so that a box
    and the text that flows around it stay whole; in the order in which they begin."""
    flows: list[list[_Placed]] = []
    for line in down:
        near = [flow for flow in flows if _flows_into(flow[-1], line)]
        if near:
            max(near, key=lambda flow: flow[-1].bottom - abs(flow[-1].left - line.left)).append(
                line
            )
        else:
            flows.append([line])
    flows.sort(key=lambda flow: (round(flow[0].top / flow[0].height), flow[0].left))
    return [line for flow in flows for line in flow]


def _flows_into(above: _Placed, line: _Placed) -> bool:
    aligned = min(abs(above.left - line.left), abs(above.right - line.right))
    return (
        aligned < 2.5 * line.height
        and -0.3 * line.height < line.top - above.bottom < 1.2 * line.height
        and min(above.right, line.right) > max(above.left, line.left)
        and max(above.height, line.height) < 1.35 * min(above.height, line.height)
    )


def _is_prose(lines: list[_Placed]) -> bool:
    """Lines that wrap: long ones, most of which reach the right edge of their column."""
    return len(lines) >= 3 and sum(map(_full, _columns(lines))) >= 0.45 * len(lines)


def _full(column: list[_Placed]) -> int:
    """How many lines of a column are long and reach its right edge."""
    edge, start = max(line.right for line in column), min(line.left for line in column)
    return sum(
        line.right > start + 0.8 * (edge - start) and _letters(line.line.text) >= _SENTENCE
        for line in column
    )


def _columns(lines: list[_Placed]) -> list[list[_Placed]]:
    """Lines between the white gaps that go through from top to bottom."""
    cuts = [middle for _, middle in _gaps(lines, "left", "right")]
    columns: list[list[_Placed]] = [[] for _ in range(len(cuts) + 1)]
    for line in lines:
        columns[bisect(cuts, line.left)].append(line)
    return columns


def _letters(text: str) -> int:
    return len(text) + (0 if text.isascii() else len(WIDE.findall(text)))


def _numbers_lines(lines: list[_Placed]) -> bool:
    """Whether this is the column of numbers beside the lines of a transcript."""
    texts = [line.line.text for line in lines]
    if len(texts) < 8 or not all(_INTEGER.fullmatch(text) for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return all(b - a == 1 for a, b in pairwise(numbers))


def _table(down: list[_Placed], depth: int) -> list[_Placed]:
    """Row by row. Rows are what wide gaps part; a row of several lines is read cell by cell."""
    gaps = _gaps(down, "top", "bottom")
    wide = sorted(width for width, _ in gaps)
    usual = wide[len(wide) * 3 // 4] if wide else 0.0
    bands = _bands(down, gaps, 0.5 * usual)
    if jump := _jump(wide, down[0].height):
        rows = [band for band in _bands(down, gaps, jump) if len(band) > 1]
        if 2 * sum(map(_is_ragged, rows)) > len(rows):
            bands = _bands(down, gaps, jump)
    return [line for band in bands for line in _cells(band, depth + 1)]


def _bands(
    down: list[_Placed], gaps: list[tuple[float, float]], least: float
) -> list[list[_Placed]]:
    """The lines between the gaps that are wider than `least`."""
    cuts = [middle for width, middle in gaps if width > least]
    bands: list[list[_Placed]] = [[] for _ in range(len(cuts) + 1)]
    for line in down:
        bands[bisect(cuts, line.top)].append(line)
    return bands


def _jump(widths: list[float], height: float) -> float:
    """Where gaps between the lines of a cell end and those between rows begin; 0 if nowhere."""
    for small, large in pairwise(widths):
        if large > 1.6 * max(small, 0.1 * height) and large - small > 0.15 * height:
            return (small + large) / 2
    return 0.0


def _is_ragged(row: list[_Placed]) -> bool:
    """Whether its cells hold different numbers of lines: then they wrap."""
    counts = {len(column) for column in _columns(row)}
    return len(counts) > 1


def _cells(band: list[_Placed], depth: int) -> list[_Placed]:
    """The cells of one row from left to right, each in its own order."""
    if len(band) < 2:
        return band
    heights = sorted(line.height for line in band)
    across = _gap(band, "left", "right", 0.5 * heights[len(heights) // 2])
    one_line = band[-1].middle - band[0].middle < 0.4 * band[0].height
    if one_line or across is None or depth >= _DEEPEST:
        return _rows(band)
    left, right = (_cells(side, depth + 1) for side in _parted(band, "left", across[1]))
    for line in left[1:] + right[1:]:
        line.line.inside = not line.line.beside
    right[0].line.beside, right[0].line.inside = True, False
    return left + right


def _rows(down: list[_Placed]) -> list[_Placed]:
    """Lines at the same height become a row, from left to right."""
    rows: list[list[_Placed]] = []
    for line in down:
        if rows and abs(line.middle - rows[-1][0].middle) < 0.4 * min(
            line.height, rows[-1][0].height
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    ordered: list[_Placed] = []
    for row in rows:
        row.sort(key=lambda line: line.left)
        reach = row[0].right
        for cell in row[1:]:
            cell.line.beside = cell.left > reach - 0.1 * cell.height
            reach = max(reach, cell.right)
        ordered += row
    return ordered
