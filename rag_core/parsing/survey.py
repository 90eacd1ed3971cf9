"""What a whole document teaches about its pages: what repeats, how large a heading is, where
Korean words end. Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from rag_core.parsing.lines import Line
from rag_core.parsing.numbered import numbered_headings
from rag_core.parsing.spacing import HANGUL, Spacing

Key = tuple[str, int, int]

_EDGE = 0.15  # of a page's height: where running headers and footers stand
_REPEATED = 0.6  # of the pages, or of the odd or the even ones
_FEWEST_PAGES = 4
_HEADING_MIN = 1.12  # times the size of the body
_HEADING_LENGTH = 120
_BOLD_HEADING_LENGTH = 80
_DEEPEST = 4
_CLOSED = re.compile(r"[.,;:!?。…]$|다$|요$")
_ARTICLE = re.compile(r"제\s?\d+\s?([편장절관조])(?![가-힣]{2})")
_ARTICLE_LEVELS = {"편": 1, "장": 1, "절": 2, "관": 3, "조": 3}
_NUMBER = re.compile(r"[0-9]+")
_ROMAN = re.compile(r"[ivxlIVXL]+")
_DIGITS = re.compile(r"\d+|(?<![a-z])[ivxl]+(?![a-z])")


class Survey:
    """The document as a whole. Made of nothing, it changes nothing."""

    def __init__(
        self,
        pages: Sequence[Sequence[Line]] = (),
        heights: Sequence[float] = (),
        outline: Mapping[str, int] | None = None,
    ) -> None:
        every = [line for page in pages for line in page]
        weights: Counter[float] = Counter()
        bold = 0
        for line in every:
            weights[_size(line)] += len(line.text)
            bold += len(line.text) * line.bold
        total = weights.total()
        self.body = weights.most_common(1)[0][0] if weights else 0.0
        self._bold_is_rare = 0 < bold < 0.15 * total
        self._outline = {_squashed(title): level for title, level in (outline or {}).items()}
        self._sizes = _heading_sizes(every, self.body, weights, total)
        self._numbered = numbered_headings(every)
        self._running = _running(pages, heights)
        self._rows = {key[1:] for key in self._running}
        korean = any(HANGUL.search(line.text) for line in every[:500])
        self.spacing = Spacing(every) if korean else Spacing()

    def is_running(self, line: Line) -> bool:
        """A header, a footer or a page number that goes through the document."""
        return _row(line) in self._rows and _key(line) in self._running

    def level(self, line: Line) -> int:
        """1 … for a heading line (1 = highest), 0 for any other."""
        if len(line.text) > _HEADING_LENGTH or line.turn:
            return 0
        level = self._level(line)
        return level if level and sum(map(str.isalpha, line.text[:20])) >= 2 else 0

    def _level(self, line: Line) -> int:
        text = line.text
        if self._outline and (level := self._outline.get(_squashed(text))):
            return level
        if level := self._sizes.get(_size(line), 0):
            return level
        if (article := _ARTICLE.match(text)) and len(text) <= 40:
            return _ARTICLE_LEVELS[article.group(1)]
        if rank := self._numbered.get(text, 0):
            return min(_DEEPEST, len(self._sizes) + rank)
        if not (self._bold_is_rare and line.bold) or len(text) > _BOLD_HEADING_LENGTH:
            return 0
        closed = _CLOSED.search(text) or line.em < 0.95 * self.body or not text[0].isalnum()
        return 0 if closed else min(_DEEPEST, len(self._sizes) + 1)


def title_of(metadata: str, first_page: Sequence[Line], survey: Survey) -> str:
    """The document's own title: as its makers say, else its largest line on the first page."""
    if metadata and not _NO_TITLE.search(metadata):
        return metadata
    largest = max((_size(line) for line in first_page), default=0.0)
    if largest < survey.body * 1.2:
        return ""
    lines = [line for line in first_page if _size(line) == largest and not line.turn]
    title = " ".join(line.text for line in lines[:3])
    return title[:200] if sum(map(str.isalpha, title)) >= 3 else ""


_NO_TITLE = re.compile(
    r"\.(docx?|hwpx?|pptx?|xlsx?|pdf|exe|indd|qxd|tex|dvi|rtf|odt|html?|txt)\s*$"
    r"|^(untitled|제목\s?없음|microsoft |powerpoint |프레젠테이션|document\d*$|title$|slide 1$)",
    re.IGNORECASE,
)


def _size(line: Line) -> float:
    return round(line.em * 2) / 2


def _squashed(text: str) -> str:
    return "".join(text.split()).casefold()


def _heading_sizes(
    lines: Sequence[Line], body: float, weights: Counter[float], total: int
) -> dict[float, int]:
    """Sizes clearly above the body's that carry little of the text, the largest first."""
    least = body * _HEADING_MIN
    larger = {
        _size(line)
        for line in lines
        if line.em > least
        and len(line.text) <= _HEADING_LENGTH
        and sum(map(str.isalpha, line.text)) >= 2
    }
    sizes = sorted(size for size in larger if size > least and weights[size] < 0.2 * total)[::-1]
    return {size: min(_DEEPEST, rank) for rank, size in enumerate(sizes, start=1)}


def _key(line: Line) -> Key:
    """The same for a line that goes through the pages, whatever number it carries."""
    return _DIGITS.sub("#", _squashed(line.text)), *_row(line)


def _row(line: Line) -> tuple[int, int]:
    return round(line.box[1] / 12), line.turn


def _running(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> frozenset[Key]:
    """Keys of the lines that stand at the edges of most pages, or of most odd or even ones."""
    if len(pages) < _FEWEST_PAGES:
        return frozenset()
    places: dict[Key, dict[int, str]] = {}
    for number, (page, height) in enumerate(zip(pages, heights, strict=True)):
        tops, bottoms = sorted(line.box[1] for line in page), sorted(line.box[3] for line in page)
        for line in page:
            if _at_edge(line, tops, bottoms, height):
                places.setdefault(_key(line), {})[number] = line.text
    written = [number for number, page in enumerate(pages) if page]
    groups = [written, *([n for n in written if n % 2 == side] for side in (0, 1))]
    return frozenset(
        key
        for key, texts in places.items()
        if any(
            len(group) >= _FEWEST_PAGES and len(texts.keys() & group) > _REPEATED * len(group)
            for group in groups
        )
        and (any(map(str.isalpha, key[0])) or _counts_pages(texts))
    )


def _counts_pages(texts: Mapping[int, str]) -> bool:
    """Whether numbers that stand alone go up with the pages; a column of a table does not."""
    steps: Counter[int] = Counter()
    for page, text in texts.items():
        steps.update({int(number[:6]) - page for number in _NUMBER.findall(text)})
        steps.update({0} if _ROMAN.fullmatch(text) else ())
    return bool(steps) and steps.most_common(1)[0][1] > _REPEATED * len(texts)


def _at_edge(line: Line, tops: Sequence[float], bottoms: Sequence[float], height: float) -> bool:
    """At the top or the bottom and apart from the text, or written up the side. `tops` and
    `bottoms` are those of all lines of the page, sorted."""
    if line.turn:
        return True
    _, top, _, bottom = line.box
    if bottom <= _EDGE * height:
        below = bisect_left(tops, bottom)
        return below == len(tops) or tops[below] - bottom > 0.3 * line.height
    if top >= (1 - _EDGE) * height:
        above = bisect_right(bottoms, top)
        return not above or top - bottoms[above - 1] > 0.3 * line.height
    return False


NO_SURVEY = Survey()
