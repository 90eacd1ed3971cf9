"""Headings, paragraphs and tables, in order → pages under a heading each. Pure.

The common end of all formats that have no pages. Where there are headings, a page is what stands
under one of the top levels, and its label is the heading; else the document is one page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.lines import clean

_LONG = 4_000  # characters under one heading on average, above which the next level divides, too
_LONGEST_LABEL = 100
_LONGEST_HEADING = 120
_LARGE = 1.15  # letters so much larger than the text's make a heading, where no style does
_RARE = 0.2  # share of the text that such letters may have
_LEVELS = 4


class Block:
    """A heading (`level` 1 … 9), a paragraph (0) or a row of a table, and how far it stands from
    what is before it: `gap` line ends. `em` is the size of its letters, 0 where unknown."""

    __slots__ = ("em", "gap", "level", "text")

    def __init__(self, text: str, level: int, gap: int, em: float) -> None:
        self.text, self.level, self.gap, self.em = text, level, gap, em


class Outline:
    """What a reader of a format tells of a document, in reading order.

    Raises Refused("limit") as soon as there are more than `characters`.
    """

    def __init__(self, characters: int) -> None:
        self._blocks: list[Block] = []
        self._allowed = characters
        self._length = 0

    def heading(self, text: str, level: int) -> None:
        """A heading, 1 = highest; one too long to be one is a paragraph."""
        line = " ".join(tidy(text).split())
        self._add(line, min(max(level, 1), 9) if len(line) <= _LONGEST_HEADING else 0, 2)

    def paragraph(self, text: str, em: float = 0.0, close: bool = False) -> None:
        """A paragraph; its line ends stay. `close`: it stands right below what is before it."""
        self._add(tidy(text), 0, 1 if close else 2, em)

    def rows(self, lines: Iterable[str]) -> None:
        """The rows of one table, a line each."""
        for number, line in enumerate(lines):
            self._add(line, 0, 1 if number else 2)

    def _add(self, text: str, level: int, gap: int, em: float = 0.0) -> None:
        if not text or (self._blocks and self._blocks[-1].level and self._blocks[-1].text == text):
            return  # a chapter whose heading is told by its book's table of contents, too
        gap = 2 if self._blocks and self._blocks[-1].level else gap
        self._length += len(text) + gap
        if self._length > self._allowed:
            raise Refused("limit", limit="characters", found=self._length)
        self._blocks.append(Block(text, level, gap, em))

    def frames(self, title: str, pages: int) -> Iterator[Frame]:
        """The title and the unit, then the pages: at most `pages`."""
        self._find_headings()
        headings = [block for block in self._blocks if block.level]
        if not title and headings and headings[0] is self._blocks[0]:
            title = headings[0].text
        level = self._dividing_level(headings, pages)
        sections = list(self._sections(level)) or [[]]
        divided = len(sections) > 1
        yield {"title": tidy(title), "unit": "section" if divided else "whole"}
        labels = _labels(sections, level) if divided else [""]
        for label, section in zip(labels, sections, strict=True):
            yield {"number": None, "label": label, **_page(section)}

    def _find_headings(self) -> None:
        """Where no style says so: short lines in letters clearly larger than the text's."""
        sizes: Counter[float] = Counter()
        for block in self._blocks:
            sizes[block.em] += len(block.text)
        if any(block.level for block in self._blocks) or len(sizes) < 2:
            return
        body = sizes.most_common(1)[0][0]
        total = sizes.total()
        large = {em for em in sizes if body and em >= _LARGE * body and sizes[em] < _RARE * total}
        ranks = {em: min(rank, _LEVELS) for rank, em in enumerate(sorted(large)[::-1], 1)}
        for block in self._blocks:
            if len(block.text) <= 80 and sum(map(str.isalpha, block.text)) > 1:
                block.level = ranks.get(block.em, 0) if "\n" not in block.text else 0

    def _dividing_level(self, headings: list[Block], pages: int) -> int:
        """The lowest level at which a page begins; 0 for none."""
        counts = Counter(block.level for block in headings)
        found = number = 0
        for level in sorted(counts):
            if number > 1 and self._length <= _LONG * number:
                break
            number += counts[level]
            if number >= pages:
                break
            found = level
        return found

    def _sections(self, level: int) -> Iterator[list[Block]]:
        """The blocks of each page; headings with nothing below them go with the next one."""
        section: list[Block] = []
        for block in self._blocks:
            if 0 < block.level <= level and any(not one.level for one in section):
                yield section
                section = []
            section.append(block)
        if section:
            yield section


def tidy(text: str) -> str:
    """Text fit for a page: each line cleaned, blank ones at the ends gone."""
    lines = (clean(line, 0)[0] for line in text.splitlines())
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _labels(sections: list[list[Block]], level: int) -> list[str]:
    """The heading of each, no two alike: a citation finds its page by it."""
    labels: list[str] = []
    above: dict[int, str] = {}
    used: set[str] = set()
    for section in sections:
        heading: Block | None = None
        for block in section:
            if not block.level:
                break
            if block.level <= level:
                heading = block
                above = {key: text for key, text in above.items() if key < block.level}
                above[block.level] = block.text
        label = heading.text[:_LONGEST_LABEL] if heading else ""
        if label in used and len(above) > 1:
            label = " › ".join(list(above.values())[-2:])[:_LONGEST_LABEL]
        same, number = label, 1
        while label in used:
            number += 1
            label = f"{same[: _LONGEST_LABEL - 6]} ({number})"
        used.add(label)
        labels.append(label)
    return labels


def _page(section: list[Block]) -> Frame:
    """The text of a page and where its headings stand in it."""
    parts: list[str] = []
    headings: list[tuple[int, int]] = []
    length = 0
    for block in section:
        between = "\n" * block.gap if parts else ""
        if block.level:
            headings.append((length + len(between), block.level))
        parts += [between, block.text]
        length += len(between) + len(block.text)
    return {"text": "".join(parts), "headings": headings}
