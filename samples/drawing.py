"""What a handout draws beside its text: bookmarks, strokes, boxes with arrows; and its colours."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

INK, ACCENT, SOFT, RULE, FAINT = map(
    HexColor, ("#211d1b", "#b4233a", "#f6f4f1", "#d9d3cc", "#746b65")
)


class Bookmark(Flowable):
    """An entry of the outline that leads to where it stands."""

    def __init__(self, title: str, level: int, key: str = "front") -> None:
        super().__init__()
        self._title, self._level, self._key = title, level, key
        self.keepWithNext = True

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self._title, self._key, self._level, closed=False)


class Bar(Flowable):
    """A short stroke above a title."""

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 4 * mm

    def draw(self) -> None:
        self.canv.setFillColor(ACCENT)
        self.canv.rect(0, 2 * mm, 14 * mm, 1 * mm, stroke=0, fill=1)


class Row(Flowable):
    """Boxes in a row, with arrows between them or without."""

    _HEIGHT, _GAP = 13 * mm, 7 * mm

    def __init__(self, items: tuple[tuple[str, str], ...], arrows: bool, width: float) -> None:
        super().__init__()
        self._width = width
        self._items, self._arrows = items, arrows

    def wrap(self, *_: float) -> tuple[float, float]:
        return self._width, self._HEIGHT + 3.5 * mm

    def draw(self) -> None:
        gap = self._GAP if self._arrows else 2 * mm
        width = (self._width - gap * (len(self._items) - 1)) / len(self._items)
        for number, (word, below) in enumerate(self._items):
            left = number * (width + gap)
            self._box(left, width, word, below)
            if self._arrows and number:
                self._arrow(left - gap, left)

    def _box(self, left: float, width: float, word: str, below: str) -> None:
        canvas, middle = self.canv, left + width / 2
        canvas.setFillColor(SOFT)
        canvas.setStrokeColor(RULE)
        canvas.roundRect(left, 1.5 * mm, width, self._HEIGHT, 4, stroke=1, fill=1)
        canvas.setFillColor(INK)
        canvas.setFont("Nanum-Bold", 9)
        canvas.drawCentredString(middle, 9 * mm, word)
        canvas.setFillColor(FAINT)
        canvas.setFont("Nanum", 7.6)
        canvas.drawCentredString(middle, 4.6 * mm, below)

    def _arrow(self, start: float, end: float) -> None:
        canvas, height = self.canv, 8 * mm
        canvas.setStrokeColor(ACCENT)
        canvas.setFillColor(ACCENT)
        canvas.line(start + 1.5 * mm, height, end - 2.5 * mm, height)
        head = canvas.beginPath()
        head.moveTo(end - 1.2 * mm, height)
        head.lineTo(end - 3 * mm, height + 1 * mm)
        head.lineTo(end - 3 * mm, height - 1 * mm)
        head.close()
        canvas.drawPath(head, stroke=0, fill=1)
