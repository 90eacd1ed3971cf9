"""A page of a PDF read from its picture: drawn by PDFium, recognised by Tesseract, mended by us.

Tesseract puts spaces between Korean syllables and takes lines apart where it sees columns; its
boxes tell which spaces are real, and its lines go through the same reading order and mending as
those of a text layer.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from rag_core.parsing.limits import OCR_LIMITS, SCAN_DPI, Limits
from rag_core.parsing.lines import Line
from rag_core.parsing.mending import compose
from rag_core.parsing.render import Scan, scan
from rag_core.parsing.survey import HANGUL, Survey
from rag_core.parsing.tesseract import Layout, Token, recognise
from rag_core.types import Page, ReadBy, Word

_SURE, _UPRIGHT = 0.8, 0.65
"""Mean confidence of a page that was read well, and of one that stands upright: pages that do come
to 0.84 and more, the same pages turned to 0.37 … 0.50."""
_TURNS = (0, 2, 1, 3)  # quarters; upside down is the commoner way to lie
_GUTTER = 0.55  # of the rows of a page: where that much has a gap at one place, it has columns
_CELL = (16, 8)  # pixels, high and wide, that are looked at as one
_FEW = 20  # letters: too few to tell which way is up
_NOISE = 0.3  # a line below this is a picture, not writing
# Where Korean words end, as measured on 5,245 gaps between tokens of eight Korean pages, of which
# these thresholds mistake 1.7 %: from middle to middle in steps of the line's usual advance, and
# the white between the boxes in the same measure.
_STEP, _WHITE, _WHITE_BY_DIGIT = 1.18, 0.34, 0.2
_COLUMN = 1.8  # letters wide: more white than between words, justified or not
_CLOSE_QUARTILE = 0.35  # of the advances of a line: half of them have a space in them
_POINT = 72 / SCAN_DPI
_SAME_SIZE = 1.3


def read_scanned(
    data: bytes,
    number: int,
    password: str | None = None,
    limits: Limits = OCR_LIMITS,
    cancelled: Callable[[], bool] | None = None,
) -> Page:
    """Page `number` (1 = first) of a PDF by OCR; its text is "" where nothing is written on it.

    It comes without a label. Raises MissingExtra where Tesseract or its Korean data is not
    installed, Cancelled, NotFound, and the kinds of BadUpload.
    """
    best: _Recognised | None = None
    for found in _tries(data, number, password, limits, cancelled):
        best = found if best is None or found.score > best.score else best
        good_enough = _SURE if found is best and found.first else _UPRIGHT
        if (best.upright and best.confidence >= good_enough) or found.letters < _FEW:
            break
    assert best is not None  # there is a first way
    return _page(number, best)


def _tries(
    data: bytes,
    number: int,
    password: str | None,
    limits: Limits,
    cancelled: Callable[[], bool] | None,
) -> Iterator[_Recognised]:
    """What is recognised one way after the other: in the layout that the page seems to have, in
    the other one, and turned."""
    for turn in _TURNS:
        picture = scan(data, number, turn=turn, password=password, cancelled=cancelled)
        layouts = [Layout.ROWS, Layout.COLUMNS]
        if _has_columns(picture):
            layouts.reverse()
        for layout in layouts[: 1 if turn else 2]:
            lines = recognise(picture.pgm, layout, limits, cancelled)
            yield _Recognised(turn, layout is layouts[0] and not turn, picture, lines)


def _has_columns(picture: Scan) -> bool:
    """Whether a white strip stands between what is written left and right on most of the page."""
    high, wide = _CELL
    rows, columns = picture.height // high, picture.width // wide
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width)
    cells = pixels[: rows * high, : columns * wide].reshape(rows, high, columns, wide)
    dark = cells.min(axis=(1, 3)) < 128
    dark = dark[dark.any(axis=1)]
    if min(dark.shape) < 10:
        return False
    left = np.logical_or.accumulate(dark, axis=1)
    right = np.logical_or.accumulate(dark[:, ::-1], axis=1)[:, ::-1]
    gap = ~dark & left & right
    share = (gap[:, :-2] & gap[:, 1:-1] & gap[:, 2:]).mean(axis=0)
    edge = len(share) // 5
    return bool(share[edge:-edge].max(initial=0.0) > _GUTTER)


@dataclass(frozen=True, slots=True)
class _Recognised:
    """What was recognised on a page turned by so many quarters; `first`: in the layout that it
    seems to have."""

    turn: int
    first: bool
    picture: Scan
    lines: list[list[Token]]

    @property
    def letters(self) -> int:
        return sum(len(token.text) for line in self.lines for token in line)

    @property
    def confidence(self) -> float:
        """Mean over the letters, 0 … 1."""
        said = sum(token.confidence * len(token.text) for line in self.lines for token in line)
        return said / max(1, self.letters)

    @property
    def upright(self) -> bool:
        """Sure of what it says, in words that are wider than high: Tesseract reads some lines
        that run up or down the page by itself."""
        longer = [t for line in self.lines for t in line if len(t.text) > 2]
        lying = sum(t.bottom - t.top > t.right - t.left for t in longer)
        return self.confidence >= _UPRIGHT and 2 * lying <= len(longer)

    @property
    def score(self) -> tuple[bool, float]:
        """How much was read that is rather right than wrong."""
        return self.upright, (self.confidence - 0.5) * self.letters


def _page(number: int, recognised: _Recognised) -> Page:
    parts = [part for line in recognised.lines for part in _apart(line)]
    written = [part for part in parts if _is_writing(part)]
    spelled = [_spelled(tokens) for tokens in written]
    lines = _as_lines(spelled)
    height = recognised.picture.height * _POINT
    composed = compose(lines, Survey([lines], [height]))
    words_of = {id(line): spelt for line, spelt in zip(lines, spelled, strict=True)}
    words = [
        _word(offset + start, token, recognised)
        for offset, line in composed.pieces
        for start, token in words_of[id(line)]
    ]
    kept = replace(recognised, lines=written)
    return Page(
        number=number,
        label="",
        text=composed.text,
        read_by=ReadBy.OCR,
        headings=tuple(composed.headings),
        confidence=round(kept.confidence, 4),
        words=tuple(words),
    )


def _apart(tokens: Sequence[Token]) -> list[list[Token]]:
    """A line cut where the white is too wide for a space: what stands there is another column."""
    widest = _COLUMN * max(_advance(tokens), _height(tokens))
    parts = [[tokens[0]]]
    for before, token in pairwise(tokens):
        if token.left - before.right > widest:
            parts.append([])
        parts[-1].append(token)
    return parts


def _height(tokens: Sequence[Token]) -> float:
    return statistics.median(token.bottom - token.top for token in tokens)


def _is_writing(tokens: Sequence[Token]) -> bool:
    letters = sum(len(token.text) for token in tokens)
    sure = sum(token.confidence * len(token.text) for token in tokens) / max(1, letters)
    return sure >= _NOISE and any(c.isalnum() for token in tokens for c in token.text)


_Spelt = list[tuple[int, Token]]
"""The words of a line: where each starts in its text, and the word."""


def _spelled(tokens: Sequence[Token]) -> _Spelt:
    """A line's words, those put together again that Tesseract took apart; a space between them."""
    advance = _advance(tokens)
    joined = [tokens[0]]
    for before, token in pairwise(tokens):
        if _is_one_word(before, token, advance):
            joined[-1] = _together(joined[-1], token)
        else:
            joined.append(token)
    spelt, start = [], 0
    for token in joined:
        spelt.append((start, token))
        start += len(token.text) + 1
    return spelt


def _advance(tokens: Sequence[Token]) -> float:
    """How far it is from the middle of a Korean syllable to the next one of its word, in pixels."""
    steps = [
        (token.right - token.left) / (len(token.text) - 0.12)
        for token in tokens
        if len(token.text) > 1 and all(map(HANGUL.match, token.text))
    ]
    steps += [_step(a, b) for a, b in pairwise(tokens) if _both_korean(a, b)]
    steps = sorted(step for step in steps if step > 0)
    if not steps:
        return _height(tokens)
    return steps[int(len(steps) * _CLOSE_QUARTILE)]


def _step(before: Token, token: Token) -> float:
    """From the middle of the last letter of one to the middle of the first letter of the other."""
    last = before.right - (before.right - before.left) / (2 * len(before.text))
    return token.left + (token.right - token.left) / (2 * len(token.text)) - last


def _both_korean(before: Token, token: Token) -> bool:
    return bool(HANGUL.match(before.text[-1]) and HANGUL.match(token.text[0]))


def _is_one_word(before: Token, token: Token, advance: float) -> bool:
    white = token.left - before.right
    if _both_korean(before, token):
        return _step(before, token) <= _STEP * advance or white <= _WHITE * advance
    a, b = before.text[-1], token.text[0]
    if not (HANGUL.match(a) or HANGUL.match(b)):
        return False
    if a.isdigit():
        return white <= _WHITE_BY_DIGIT * advance
    return not (a.isalnum() and b.isalnum()) and white <= _WHITE * advance


def _together(a: Token, b: Token) -> Token:
    weights = len(a.text), len(b.text)
    sure = (a.confidence * weights[0] + b.confidence * weights[1]) / sum(weights)
    return Token(
        a.text + b.text,
        sure,
        min(a.left, b.left),
        min(a.top, b.top),
        max(a.right, b.right),
        max(a.bottom, b.bottom),
    )


def _as_lines(spelled: Sequence[_Spelt]) -> list[Line]:
    """As the lines of a text layer. Sizes that differ as those of letters do count as the same."""
    heights = [_height([token for _, token in spelt]) for spelt in spelled]
    usual = statistics.median(heights) if heights else 1.0
    lines = []
    for spelt, height in zip(spelled, heights, strict=True):
        tokens = [token for _, token in spelt]
        text = " ".join(token.text for token in tokens)
        line = Line(text.removesuffix("-"))
        line.hyphened = len(text) > 2 and text[-1] == "-" and text[-2].isalpha()
        box = (
            min(token.left for token in tokens) * _POINT,
            min(token.top for token in tokens) * _POINT,
            max(token.right for token in tokens) * _POINT,
            max(token.bottom for token in tokens) * _POINT,
        )
        line.place(box)
        alike = usual / _SAME_SIZE < height < usual * _SAME_SIZE
        line.em = (usual if alike else height) * _POINT
        lines.append(line)
    return lines


def _word(start: int, token: Token, recognised: _Recognised) -> Word:
    """A word with its box as fractions of the page as it is shown, not as it was turned."""
    width, height = recognised.picture.width, recognised.picture.height
    left, right = token.left / width, token.right / width
    top, bottom = token.top / height, token.bottom / height
    for _ in range(recognised.turn):  # each turns it back, a quarter against the clock
        left, top, right, bottom = top, 1 - right, bottom, 1 - left
    return Word(start, start + len(token.text), left, top, right, bottom)
