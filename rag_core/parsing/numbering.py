"""Numbers that Word writes itself: "제3조", "1.2", "가.". They stand in no paragraph's text."""

from __future__ import annotations

import re
from collections.abc import Callable

from docx.oxml.ns import qn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _of(letters: str) -> Callable[[int], str]:
    """Counts with these letters, and twice with each after the last."""
    return lambda n: letters[(n - 1) % len(letters)] * min((n - 1) // len(letters) + 1, 3)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": "{:02}".format,
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "upperLetter": _of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowerLetter": _of("abcdefghijklmnopqrstuvwxyz"),
    "ganada": _of("가나다라마바사아자차카타파하"),
    "chosung": _of("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
    "decimalEnclosedCircle": _of("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
}


class Level:
    """A level of a list: how it counts, from where, and what it writes around its numbers."""

    __slots__ = ("count", "start", "text")

    def __init__(self, element: Element) -> None:
        self.count = _FORMATS.get(_value(element, "w:numFmt") or "decimal")  # None: a bullet
        start = _value(element, "w:start")
        self.start = int(start) if start.isdecimal() and len(start) < 7 else 1
        self.text = _value(element, "w:lvlText")


class Numbering:
    """The lists of a document, counted along as its paragraphs come. `root`: None for none."""

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, dict[int, Level]] = {}
        self._of: dict[str, str] = {}
        self._counted: dict[str, list[int]] = {}
        for one in root.iter(qn("w:abstractNum")) if root is not None else ():
            levels = {_index(level): Level(level) for level in one.iter(qn("w:lvl"))}
            self._lists[str(one.get(qn("w:abstractNumId")))] = levels
        for one in root.iter(qn("w:num")) if root is not None else ():
            self._of[str(one.get(qn("w:numId")))] = _value(one, "w:abstractNumId")

    def next(self, number_id: str, index: int) -> str:
        """What stands before the next paragraph of a list, "" for a bullet or no list."""
        kind = self._of.get(number_id, "")
        levels = self._lists.get(kind, {})
        level = levels.get(index)
        if level is None or level.count is None:
            return ""
        counted = self._counted.setdefault(
            kind, [levels[at].start - 1 if at in levels else 0 for at in range(_LEVELS)]
        )
        counted[index] += 1
        for deeper in range(index + 1, _LEVELS):
            counted[deeper] = levels[deeper].start - 1 if deeper in levels else 0

        def written(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            count = levels[at].count if at in levels else None
            return count(max(counted[at], 1)) if count else ""

        return _PLACE.sub(written, level.text)


def _index(level: Element) -> int:
    written = str(level.get(qn("w:ilvl")))
    return int(written) if written in "012345678" and written else 0


def _value(element: Element, tag: str) -> str:
    found = element.find(qn(tag))
    return "" if found is None else str(found.get(qn("w:val"), ""))
