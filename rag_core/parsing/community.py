"""The only home of langchain-community: its loaders read the formats without pages.

The library is sunset (its issue 674), so everything that it does for us stands in this file. It
is imported in the child process only, and only for these formats.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser

from langchain_community.document_loaders import CSVLoader, TextLoader

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.lines import clean

Headings = list[tuple[int, int]]

_ENCODINGS = ("utf-8-sig", "cp949", "utf-16")  # what Korean text files are written in


def read_text(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "text": one page without a number. `request["suffix"]` says what it is."""
    suffix = str(request["suffix"])
    encoding = _encoding(data)
    # The loaders want a path. The folder is ours and so is the name.
    with tempfile.TemporaryDirectory(dir=request["folder"]) as folder:
        path = os.path.join(folder, "upload")
        with open(path, "wb") as file:
            file.write(data)
        text, headings, title = _READERS[suffix](path, encoding)
    if len(text) > request["characters"]:
        raise Refused("limit", limit="characters", found=len(text))
    yield {"title": title}
    yield {"number": None, "label": "", "text": text, "headings": headings}


def _encoding(data: bytearray) -> str:
    """The first encoding that reads every byte; UTF-16 only with its mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for encoding in _ENCODINGS[:2]:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("broken")


def _plain(path: str, encoding: str) -> tuple[str, Headings, str]:
    text = "".join(part.page_content for part in TextLoader(path, encoding=encoding).lazy_load())
    return _cleaned(text), [], ""


def _markdown(path: str, encoding: str) -> tuple[str, Headings, str]:
    text, _, _ = _plain(path, encoding)
    headings: Headings = []
    offset, fenced = 0, False
    for line in text.split("\n"):
        fenced ^= line.startswith("```")
        level = len(line) - len(line.lstrip("#"))
        if 1 <= level <= 6 and line[level : level + 1] == " " and not fenced:
            headings.append((offset, level))
        offset += len(line) + 1
    first = text[headings[0][0] :].split("\n", 1)[0].strip("# ") if headings else ""
    return text, headings, first


def _rows(path: str, encoding: str) -> tuple[str, Headings, str]:
    """Each row a line of "header: value" cells, so that a row can be understood alone."""
    rows = CSVLoader(path, encoding=encoding).lazy_load()
    lines = ("\t".join(_cleaned(row.page_content).splitlines()) for row in rows)
    return "\n".join(lines), [], ""


def _html(path: str, encoding: str) -> tuple[str, Headings, str]:
    """The text of a page as it is read, without scripts and styles. Nothing is fetched."""
    source = "".join(part.page_content for part in TextLoader(path, encoding=encoding).lazy_load())
    reader = _HtmlText()
    reader.feed(source)
    reader.close()
    return reader.text.strip("\n"), reader.headings, reader.title.strip()


def _cleaned(text: str) -> str:
    lines = (clean(line, 0)[0] for line in text.splitlines())
    return "\n".join(lines).strip("\n")


_SILENT = {"script", "style", "noscript", "template", "head", "svg"}
_BREAKS = {"p", "div", "br", "li", "tr", "ul", "ol", "table", "section", "article", "pre", "hr"}
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


class _HtmlText(HTMLParser):
    """Text of the body with its headings; white space as a browser would show it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.title = "", ""
        self.headings: Headings = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT or tag == "title":
            self._silent.append(tag)
        elif tag in _HEADINGS:
            self._break("\n\n")
            self.headings.append((len(self.text), _HEADINGS[tag]))
        elif tag in _BREAKS:
            self._break("\n\n" if tag == "p" else "\n")
        elif tag in ("td", "th") and not self.text.endswith("\n"):
            self.text += "\t"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag in _HEADINGS or tag == "p":
            self._break("\n\n")
        elif tag in _BREAKS:
            self._break("\n")

    def handle_data(self, data: str) -> None:
        if self._silent:
            self.title += data if self._silent[-1] == "title" else ""
            return
        text = " ".join(clean(part, 0)[0] for part in data.split())
        glued = self.text[-1:] in ("", "\n", "\t", " ") or not data[:1].isspace()
        self.text += (text if glued else " " + text) + (" " if text and data[-1].isspace() else "")

    def _break(self, wanted: str) -> None:
        body = self.text.rstrip("\n ")
        ends = self.text[len(body) :].count("\n")
        self.text = body + "\n" * max(ends, len(wanted)) if body else ""


_READERS = {
    ".txt": _plain,
    ".md": _markdown,
    ".csv": _rows,
    ".html": _html,
    ".htm": _html,
}
