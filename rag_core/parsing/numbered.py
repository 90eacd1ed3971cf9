"""Headings that their numbers alone show: "2.1 Method", "Ⅱ. 추진 배경", "가. 현황". Pure.

A number at the beginning of a line may as well be an item of a list, a numbered paragraph or a row
of a table. Headings count up with text between them, and stand on a short line of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag_core.parsing.lines import Line

_LONGEST = 60
_OPEN = re.compile(r"[.,;:!?。…·]$|[다요]$|\.{3}|…|\t")
_FEWEST = 3
_APART = 250
"""Characters of text between a heading and the next one of its kind, in the middle of all."""
_MOSTLY = 0.75
_SYLLABLES = "가나다라마바사아자차카타파하"
_ROMANS = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
_LETTERS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_NAMED = r"[^\W\d_]"
# The kinds in the order in which they are nested.
_KINDS = (
    ("chapter", re.compile(rf"(?:CHAPTER|Chapter|Part|PART) (\d{{1,2}})\b\W*(?={_NAMED}|$)")),
    ("roman", re.compile(rf"([{_ROMANS}])\s?[.·]?\s?(?={_NAMED})")),
    ("letters", re.compile(rf"([IVX]{{1,4}})\.\s(?={_NAMED})")),
    ("number", re.compile(rf"(\d{{1,2}})\.?\s(?={_NAMED})")),
    ("second", re.compile(rf"(\d{{1,2}}\.\d{{1,2}})\.?\s(?={_NAMED})")),
    ("third", re.compile(rf"(\d{{1,2}}\.\d{{1,2}}\.\d{{1,2}})\.?\s(?={_NAMED})")),
    ("syllable", re.compile(rf"([{_SYLLABLES}])\.\s(?={_NAMED})")),
)

_FIRST = frozenset("CPIVX" + _ROMANS + _SYLLABLES)  # and digits: what any of them begins with

Met = tuple[tuple[str, int], int, Line]
"""Of a numbered line: its number as (what it counts within, value), the characters of text that
stand before it, and the line."""


def numbered_headings(lines: Sequence[Line]) -> dict[str, int]:
    """The text of each heading that is one by its number → its rank, 1 for the highest kind that
    the document has."""
    met: dict[str, list[Met]] = {kind: [] for kind, _ in _KINDS}
    every: dict[str, int] = dict.fromkeys(met, 0)
    edge = _right_edge(lines)
    before = 0
    for line in lines:
        first = line.text[0]
        for kind, pattern in _KINDS if first in _FIRST or first.isdigit() else ():
            if number := pattern.match(line.text):
                every[kind] += 1
                if _stands_alone(line, edge):
                    met[kind].append((_value(kind, number[1]), before, line))
                break
        before += len(line.text)
    found: dict[str, int] = {}
    rank = 0
    for kind, rows in met.items():
        headings = _headings(rows) if len(rows) >= _MOSTLY * every[kind] else []
        rank += bool(headings)
        found |= {line.text: rank for line in headings}
    return found


def _right_edge(lines: Sequence[Line]) -> float:
    """How far most full lines reach."""
    reached = sorted(line.seat[2] for line in lines)
    return reached[len(reached) * 9 // 10] if reached else 0.0


def _stands_alone(line: Line, edge: float) -> bool:
    text = line.text
    short = len(text) <= _LONGEST and line.seat[2] < edge - 2 * line.em
    return short and not line.turn and not _OPEN.search(text)


def _value(kind: str, number: str) -> tuple[str, int]:
    """What a number counts within, and its value."""
    match kind:
        case "roman":
            return "", _ROMANS.index(number) + 1
        case "letters":
            return "", _LETTERS.index(number) + 1 if number in _LETTERS else 0
        case "syllable":
            return "", _SYLLABLES.index(number) + 1
        case _:
            within, _, last = number.rpartition(".")
            return within, int(last)


def _headings(met: Sequence[Met]) -> list[Line]:
    """The lines of all runs that count up from 1 with text between their numbers."""
    runs: list[list[Met]] = []
    for one in met:
        (within, value) = one[0]
        before = next((run for run in reversed(runs) if run[-1][0] == (within, value - 1)), None)
        if before:
            before.append(one)
        elif value == 1:
            runs.append([one])
    longer = [run for run in runs if len(run) > 1]
    if sum(map(len, longer)) < _FEWEST or _apart(longer) < _APART:
        longer = [run for run in runs if len(run) >= _FEWEST and _apart([run]) >= _APART]
    return [line for run in longer for _, _, line in run]


def _apart(runs: Sequence[Sequence[Met]]) -> int:
    """Characters of text from one number of a run to the next, in the middle of all."""
    gaps = sorted(after[1] - before[1] for run in runs for before, after in pairwise(run))
    return gaps[len(gaps) // 2] if gaps else 0
