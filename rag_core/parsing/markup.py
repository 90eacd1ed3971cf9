"""HTML, also that of EPUB → headings, paragraphs, tables. Nothing is fetched, nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from rag_core.parsing.decoding import encoding_of
from rag_core.parsing.frames import Frame
from rag_core.parsing.outline import Outline, tidy
from rag_core.parsing.tables import lines_of_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from rag_core.parsing.tables import Rows, Span

_SILENT = {"script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object"}
_SILENT |= {"select", "button", "rt", "rp", "nav"}
_BLOCKS = {"p", "div", "ul", "ol", "dl", "section", "article", "pre", "hr", "blockquote", "table"}
_BLOCKS |= {"figure", "figcaption", "header", "footer", "main", "aside", "address", "form"}
_BLOCKS |= {"tr", "td", "th", "caption", "body", "details", "summary"}
_CLOSE = {"li", "dt", "dd"}  # stand right below one another
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_NO_DATA = ["table", *_HEADINGS]  # a table that holds these lays out a page
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_LINE_END = "\x0b"  # one that stays, among white space that does not
_WIDEST = 200  # columns and rows that one cell may take
Cell = tuple[str, int, int]
"""Its words, and how many rows and columns it takes."""


def read_html(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "html": the sections under the headings of a page."""
    outline = Outline(request["characters"])
    title = read_markup(decoded(data), outline)
    yield from outline.frames(title, request["pages"])


def decoded(data: bytes | bytearray) -> str:
    """The source as text, by what it says of its encoding where that is true."""
    declared = _DECLARED.search(data[:4096])
    return data.decode(encoding_of(data, declared.group(1).decode() if declared else ""))


def read_markup(source: str, outline: Outline) -> str:
    """Tell the outline what a page says; its title."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(source.encode("utf-8", "replace") or b" ", parser)
    if root is None:
        return ""
    titles = root.iterfind(".//head//title")
    title = next((" ".join("".join(one.itertext()).split()) for one in titles), "")
    _Walk(outline).through(root)
    return title


class _Walk:
    """One way through a page, in the order of its source."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._said: list[str] = []
        self._level = 0
        self._close = False
        self._lines_stay = 0

    def through(self, root: Element) -> None:
        steps = etree.iterwalk(root, events=("start", "end"))
        for event, element in steps:
            if event == "end":
                self._leave(element)
            elif self._is_silent(element):
                steps.skip_subtree()
            elif element.tag == "table" and element.find(".//tr") is not None and _is_data(element):
                self._flush()
                self._outline.rows(lines_of_table(*_cells(element)))
                steps.skip_subtree()
            else:
                self._enter(element)
        self._flush()

    def _is_silent(self, element: Element) -> bool:
        return (
            not isinstance(element.tag, str) or element.tag in _SILENT or "hidden" in element.attrib
        )

    def _enter(self, element: Element) -> None:
        tag = element.tag
        if tag in _HEADINGS or tag in _BLOCKS or tag in _CLOSE:
            self._flush()
            self._level = _HEADINGS.get(tag, self._level if tag not in _BLOCKS else 0)
            self._close = tag in _CLOSE
        self._lines_stay += tag == "pre"
        self._say("\n" if tag == "br" else element.text, tag == "br")

    def _leave(self, element: Element) -> None:
        tag = element.tag
        if tag in _HEADINGS or tag in _BLOCKS or tag in _CLOSE:
            self._flush()
            self._level, self._close = 0, False
        self._lines_stay -= tag == "pre" and self._lines_stay > 0
        self._say(element.tail)

    def _say(self, text: str | None, line_end: bool = False) -> None:
        if text:
            stays = line_end or self._lines_stay
            self._said.append(text.replace("\n", _LINE_END) if stays else text)

    def _flush(self) -> None:
        text = spaced("".join(self._said))
        self._said.clear()
        if self._level:
            self._outline.heading(text, self._level)
        else:
            self._outline.paragraph(text, close=self._close)


def spaced(text: str) -> str:
    """White space as a browser shows it."""
    return "\n".join(" ".join(line.split()) for line in text.split(_LINE_END))


def _is_data(table: Element) -> bool:
    """Whether a table holds rows and not a page's layout."""
    return all(table.find(f".//{tag}") is None for tag in _NO_DATA)


def _cells(table: Element) -> tuple[Rows, list[Span], int]:
    """Rows of words, merged cells, and how many of the first rows are marked as the heading."""
    laid: list[list[Cell]] = []
    marked = 0
    for row in table.iter("tr"):
        cells = [one for one in row if one.tag in ("td", "th")]
        if len(laid) == marked and cells and all(one.tag == "th" for one in cells):
            marked += 1
        laid.append(
            [(_words(one), _number(one, "rowspan"), _number(one, "colspan")) for one in cells]
        )
    return *grid(laid), marked if marked < len(laid) else 0


def grid(laid: list[list[Cell]]) -> tuple[Rows, list[Span]]:
    """Cells laid one after another, those that take several places pushing the others on."""
    rows: Rows = [[] for _ in laid]
    taken: set[tuple[int, int]] = set()
    merged: list[Span] = []
    for at, cells in enumerate(laid):
        column = 0
        for words, down, across in cells:
            while (at, column) in taken:
                column += 1
            rows[at] += [""] * (column + across - len(rows[at]))
            rows[at][column] = words
            if down > 1 or across > 1:
                bottom = min(at + down, len(laid)) - 1
                merged.append((at, column, bottom, column + across - 1))
                taken |= {
                    (row, place)
                    for row in range(at + 1, bottom + 1)
                    for place in range(column, column + across)
                }
            column += across
    return rows, merged


def _words(cell: Element) -> str:
    return " ".join(tidy(spaced(" ".join(_texts(cell)))).split())


def _texts(cell: Element) -> list[str]:
    return [str(text) for text in cell.xpath(".//text()[not(ancestor::script or ancestor::style)]")]


def _number(cell: Element, attribute: str) -> int:
    written = (cell.get(attribute) or "1").strip()
    return min(int(written), _WIDEST) or 1 if written.isdecimal() and len(written) < 6 else 1
