"""Tables in the text of pages: which rows stand under which header. Pure.

A row is a line whose cells are parted by tabs, as parsing writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FEWEST = 3  # rows: fewer are no table, or short enough to stand in one passage
_LONGEST = 120  # characters of a header
_DIGIT = re.compile(r"\d")
_CELL = " | "


@dataclass(frozen=True, slots=True)
class Table:
    """Rows at [start, end) of a page's text, the header's own line left out, under `header`."""

    start: int
    end: int
    header: str


def tables(text: str, above: str = "") -> list[Table]:
    """The tables of a page that have a header. `above` is that of a table which the page before
    ended in: it goes on where the text begins with rows and no header of their own."""
    found = []
    for rows in _runs(text):
        (first, header), body = rows[0], [row for _, row in rows[1:]]
        end = rows[-1][0] + len(rows[-1][1])
        if _is_header(header, body):
            words = _CELL.join(" ".join(cell.split()) for cell in header.split("\t"))
            found.append(Table(first + len(header), end, words))
        elif above and not text[:first].strip():
            found.append(Table(first, end, above))
    return found


def open_header(text: str, found: Sequence[Table]) -> str:
    """The header of the table that a page ends in; "" where it ends in anything else."""
    return found[-1].header if found and not text[found[-1].end :].strip() else ""


def _runs(text: str) -> Iterator[list[tuple[int, str]]]:
    """Rows that follow one another, as (offset, line); one line without a tab may stand between
    them, for a row of which all cells but one are empty."""
    run: list[tuple[int, str]] = []
    alone, at = 0, 0
    for line in text.split("\n"):
        if "\t" in line:
            run.append((at, line))
            alone = 0
        elif line.strip():
            alone += 1
            if alone > 1 and run:
                yield from [run] if len(run) >= _FEWEST else []
                run = []
        at += len(line) + 1
    if len(run) >= _FEWEST:
        yield run


def _is_header(first: str, rows: Sequence[str]) -> bool:
    """Words where the rows have figures, or few words where the rows have many."""
    if len(first) > _LONGEST or _DIGIT.search(first.split("\t")[0]):
        return False
    figures, usual = _figures(first), sum(map(_figures, rows)) / len(rows)
    length = sum(map(len, rows)) / len(rows)
    return figures < 0.5 * usual or (not figures and 1.5 * len(first) < length)


def _figures(line: str) -> float:
    return len(_DIGIT.findall(line)) / len(line)
