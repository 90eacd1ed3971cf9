"""Where words stand on a page that was read from its picture, pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from rag_core.text import find_quotes
from rag_core.types import Page, Word

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions 0 … 1 of the page."""


def marks(
    page: Page, quotes: Sequence[str], terms: Sequence[str], most: int, nth: Sequence[int] = ()
) -> tuple[list[Box], bool]:
    """A box for every line that the quotes and terms touch, and whether all were found.

    A quote is marked where it stands first, or at its place number `nth` (0 = first, one for each
    quote); a term wherever it stands, `most` times at the most.
    """
    boxes: list[Box] = []
    found = 0
    places = [*nth, *[0] * (len(quotes) - len(nth))]
    once = [(one, n, n + 1) for one, n in zip(quotes, places, strict=True)]
    for wanted, first, end in [*once, *((one, 0, most) for one in terms)]:
        spans = list(islice(find_quotes(wanted, page.text), first, end))
        touched = [list(_lines(page.words, *span)) for span in spans]
        boxes += [box for lines in touched for box in lines]
        found += any(touched)
    return boxes, found == len(quotes) + len(terms)


def _lines(words: Sequence[Word], start: int, end: int) -> Iterator[Box]:
    """One box around the words of each line that text[start:end] touches."""
    box: Box | None = None
    for word in words:
        if word.start >= end or word.end <= start:
            continue
        own = word.left, word.top, word.right, word.bottom
        if box is not None and _share_a_line(box, own):
            box = _around(box, own)
            continue
        if box is not None:
            yield box
        box = own
    if box is not None:
        yield box


def _share_a_line(a: Box, b: Box) -> bool:
    common = min(a[3], b[3]) - max(a[1], b[1])
    return common > 0.5 * min(a[3] - a[1], b[3] - b[1])


def _around(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
