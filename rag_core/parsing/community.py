"""The only home of langchain-community: its loader reads plain text and Markdown.

The library is sunset (its issue 674), so everything that it does for us stands in this file. It
is imported in the child process only, and only for these formats.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator

from langchain_community.document_loaders import TextLoader

from rag_core.parsing.decoding import encoding_of
from rag_core.parsing.frames import Frame
from rag_core.parsing.outline import Outline
from rag_core.parsing.tables import lines_of_table

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)[\s#]*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{2,})\s*$")
_TABLE = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?$")
_CELL_END = re.compile(r"(?<!\\)\|")
_TITLE = re.compile(r"title:\s*[\"']?(.*?)[\"']?\s*$", re.IGNORECASE)


def read_text(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "text": plain text is one page, Markdown one for each section."""
    outline = Outline(request["characters"])
    text = _loaded(data, request["folder"])
    title = ""
    if request["suffix"] == ".md":
        title = _Markdown(outline).read(text.splitlines())
    else:
        outline.paragraph(text)
    yield from outline.frames(title, request["pages"])


def _loaded(data: bytearray, folder: str) -> str:
    """The text by the loader, which wants a path. The folder is ours and so is the name."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        path = os.path.join(inner, "upload")
        with open(path, "wb") as file:
            file.write(data)
        loader = TextLoader(path, encoding=encoding_of(data))
        return "".join(part.page_content for part in loader.lazy_load())


class _Markdown:
    """Headings, tables and paragraphs by their lines; what is written within a line stays."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._lines: list[str] = []

    def read(self, lines: list[str]) -> str:
        """Tell the outline; the title that stands above the text, "" where none does."""
        title, at = _front_matter(lines)
        while at < len(lines):
            at = self._step(lines, at)
        self._flush()
        return title

    def _step(self, lines: list[str], at: int) -> int:
        line = lines[at]
        if _FENCE.match(line):
            return self._code(lines, at)
        if heading := _HEADING.match(line):
            self._flush()
            self._outline.heading(heading.group(2), len(heading.group(1)))
        elif len(self._lines) == 1 and (under := _UNDERLINE.match(line)):
            text = self._lines.pop()
            self._outline.heading(text, 1 if under.group(1)[0] == "=" else 2)
        elif "|" in line and _TABLE.match("".join(lines[at + 1 : at + 2])):
            return self._table(lines, at)
        elif line.strip():
            self._lines.append(line)
        else:
            self._flush()
        return at + 1

    def _code(self, lines: list[str], at: int) -> int:
        """A fenced block: nothing in it is a heading or a table."""
        mark = lines[at].strip()[:3]
        end = at + 1
        while end < len(lines) and not lines[end].strip().startswith(mark):
            end += 1
        self._lines += lines[at : end + 1]
        return end + 1

    def _table(self, lines: list[str], at: int) -> int:
        self._flush()
        end = at + 2
        while end < len(lines) and "|" in lines[end]:
            end += 1
        rows = [_cells(line) for line in [lines[at], *lines[at + 2 : end]]]
        self._outline.rows(lines_of_table(rows, marked=1 if len(rows) > 1 else 0))
        return end

    def _flush(self) -> None:
        self._outline.paragraph("\n".join(self._lines))
        self._lines.clear()


def _front_matter(lines: list[str]) -> tuple[str, int]:
    """The title told in a head between lines of dashes, and where the text begins."""
    if not lines or lines[0].strip() != "---":
        return "", 0
    for at, line in enumerate(lines[1:200], 1):
        if line.strip() in ("---", "..."):
            titles = [found.group(1) for one in lines[1:at] if (found := _TITLE.match(one))]
            return next(iter(titles), ""), at + 1
    return "", 0


def _cells(line: str) -> list[str]:
    cells = [cell.replace("\\|", "|").strip() for cell in _CELL_END.split(line.strip())]
    return cells[line.strip().startswith("|") : len(cells) - line.strip().endswith("|")]
