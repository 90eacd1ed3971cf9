"""Text that runs down the page, which PDFium gives without its spaces and columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rag_core.parsing.lines import Box

_SPACE = 0.22  # of a letter's size: a wider gap between two letters is a space
Run = tuple[int, int]


def runs_down(boxes: Sequence[Box]) -> bool:
    """Whether most letters stand below the one before them, as seen."""
    steps = [_step(a, b) for a, b in pairwise(boxes)]
    return len(steps) > 1 and sum(y > abs(x) for x, y in steps) >= 0.7 * len(steps)


def columns(boxes: Sequence[Box]) -> list[Run]:
    """The letters [first, last) of each column; the next one begins where writing jumps up."""
    starts, before = [0], 0
    for at in range(1, len(boxes)):
        if boxes[at][1] == boxes[at][3]:
            continue  # a guessed space stands nowhere
        x, y = _step(boxes[before], boxes[at])
        size = max(map(_size, (boxes[before], boxes[at])))
        if y < -size or abs(x) > 1.5 * size:
            starts.append(at)
        before = at
    return list(zip(starts, [*starts[1:], len(boxes)], strict=True))


def spaced(text: str, boxes: Sequence[Box], start: int) -> tuple[str, list[int]]:
    """One column with its spaces put back, and where each character stands in the raw text; the
    text begins at `start` there. Spaces without a size are PDFium's guesses, and left out."""
    out, places = "", []
    below: float | None = None
    for at, (letter, box) in enumerate(zip(text, boxes, strict=True)):
        if letter.isspace() and box[1] == box[3]:
            continue
        wide = below is not None and box[1] - below > _SPACE * _size(box)
        if wide and not (letter.isspace() or out[-1:].isspace()):
            out += " "
            places.append(start + at)
        out += letter
        places.append(start + at)
        below = box[3]
    return out, places


def _step(a: Box, b: Box) -> tuple[float, float]:
    return (b[0] + b[2] - a[0] - a[2]) / 2, (b[1] + b[3] - a[1] - a[3]) / 2


def _size(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1], 0.1)
