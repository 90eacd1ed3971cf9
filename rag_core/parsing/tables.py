"""Rows of cells → lines that can be understood alone: each cell with its column's heading. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

Rows = list[list[str]]
Span = tuple[int, int, int, int]  # a merged cell: first row, first column, last row, last column

_LOOKED_AT = 30  # rows among which the heading of a sheet is sought
_LONGEST_HEADING = 60
_FILLED = 0.6  # share of a heading's columns that have one
_NUMBER = re.compile(r"[\s(\[₩$€¥▲△▼+-]*\d[\d.,:/\s-]*(%|원|명|개|건|천원|백만원|억원)?[)\]]?\s*$")


def lines_of_sheet(rows: Rows, merged: list[Span] | None = None) -> Iterator[str]:
    """Lines of a sheet or a CSV file, whose heading is its first row of names.

    What stands above the heading is given as it is; the heading itself only where nothing stands
    below it.
    """
    rows, spread = _spread(rows, merged or [])
    first, after = _heading(rows, spread)
    yield from _plain(rows[:first], spread, 0)
    if after == len(rows):
        yield from _plain(rows[first:], spread, first)
    yield from _named(rows, spread, first, after)


def lines_of_table(rows: Rows, merged: list[Span] | None = None, marked: int = 0) -> Iterator[str]:
    """Lines of a table within a document; `marked`: as many of its first rows are its heading.

    Where nothing marks one, a row of names above several columns is taken for it. The heading is
    given once as it stands, too.
    """
    rows, spread = _spread(rows, merged or [])
    first, after = (0, marked) if marked else _heading(rows, spread)
    width = max((sum(map(bool, row)) for row in rows), default=0)
    if not marked and not (width > 2 or _counts(rows[after:])):
        first = after = len(rows)  # a form: what names a cell may stand before it
    yield from _plain(rows[:after], spread, 0)
    yield from _named(rows, spread, first, after)


def _spread(rows: Rows, merged: list[Span]) -> tuple[Rows, set[tuple[int, int]]]:
    """The rows with merged cells' words in each of their places; the places to the right, which
    are the same cell to a reader."""
    rows = [list(row) for row in rows]
    right: set[tuple[int, int]] = set()
    for top, left, bottom, last in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        words = rows[top][left]
        for row in range(top, min(bottom + 1, len(rows))):
            cells = rows[row]
            cells += [""] * (min(last + 1, len(rows[top])) - len(cells))
            for column in range(left, min(last + 1, len(cells))):
                cells[column] = words
                if column > left:
                    right.add((row, column))
    return rows, right


def _heading(rows: Rows, right: set[tuple[int, int]]) -> tuple[int, int]:
    """Rows [first, after) of the heading; (0, 0) where there is none."""
    looked = rows[:_LOOKED_AT]
    width = max((len([cell for cell in row if cell]) for row in looked), default=0)
    if width < 2:
        return 0, 0
    for index, row in enumerate(looked):
        if _names_columns(row, width) and not _one_cell(row):
            after = index + 1
            while after < len(looked) and _goes_on(rows, right, after):
                after += 1
            return index, after
        if sum(map(bool, row)) > 1 and not _one_cell(row):
            return 0, 0  # a row of values comes first
    return 0, 0


def _names_columns(row: list[str], width: int) -> bool:
    cells = [cell for cell in row if cell]
    return len(cells) >= max(2, _FILLED * width) and all(
        len(cell) <= _LONGEST_HEADING and not _NUMBER.match(cell) for cell in cells
    )


def _one_cell(row: list[str]) -> bool:
    return len({cell for cell in row if cell}) < 2


def _goes_on(rows: Rows, right: set[tuple[int, int]], index: int) -> bool:
    """Whether a row divides the merged headings of the row above it."""
    above = {column for row, column in right if row == index - 1}
    cells = rows[index]
    return (
        bool(above)
        and any(column < len(cells) and cells[column] for column in above)
        and all(not _NUMBER.match(cell) for cell in cells if cell)
    )


def _counts(rows: Rows) -> bool:
    """Whether some column below the heading holds numbers."""
    for column in range(max(map(len, rows), default=0)):
        cells = [row[column] for row in rows if column < len(row) and row[column]]
        if cells and 2 * sum(bool(_NUMBER.match(cell)) for cell in cells) > len(cells):
            return True
    return False


def _plain(rows: Rows, right: set[tuple[int, int]], first: int) -> Iterator[str]:
    for index, row in enumerate(rows, first):
        cells = [cell for column, cell in enumerate(row) if cell and (index, column) not in right]
        if cells:
            yield "\t".join(cells)


def _named(rows: Rows, right: set[tuple[int, int]], first: int, after: int) -> Iterator[str]:
    """The rows below the heading."""
    names: dict[int, list[str]] = {}
    for row in rows[first:after]:
        for column, cell in enumerate(row):
            if cell and cell not in names.setdefault(column, []):
                names[column].append(cell)
    headings = {column: " ".join(parts) for column, parts in names.items()}
    for index, row in enumerate(rows[after:], after):
        cells = [
            f"{headings[column]}: {cell}" if headings.get(column, cell) != cell else cell
            for column, cell in enumerate(row)
            if cell and (index, column) not in right
        ]
        if cells:
            yield "\t".join(cells)
