"""Word documents (.docx) → headings, paragraphs, tables, by python-docx.

python-docx opens the package and knows its styles. The text is read from its tree: its own
`Paragraph.text` leaves out what was inserted under review, content controls and text boxes.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

import docx
from docx.oxml.ns import qn
from lxml import etree

from rag_core.parsing.frames import Frame
from rag_core.parsing.numbering import Numbering
from rag_core.parsing.outline import Outline
from rag_core.parsing.safe_xml import named, parse_xml
from rag_core.parsing.tables import lines_of_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

    from rag_core.parsing.tables import Rows, Span

_BODY_TEXT = 9  # the outline level that is none
_HEADING_STYLE = re.compile(r"(?:heading|제목|개요)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:title|제목)$", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|목차)\s*\d", re.IGNORECASE)
_LONGEST_CHAIN = 10  # of styles made from one another; in a hostile file, from themselves
_SILENT = {qn(tag) for tag in ("w:pPr", "w:rPr", "w:del", "w:moveFrom", "w:rt", "w:instrText")}
_SILENT |= {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_BOX, _NOTE, _TABLE, _PARAGRAPH = (
    qn(tag) for tag in ("w:txbxContent", "w:footnoteReference", "w:tbl", "w:p")
)
_SAID = {qn("w:tab"): " ", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_TEXT = {qn("w:t"), "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}
_BREAK = qn("w:br")


def read_docx(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The sections of a document, with its footnotes below the paragraphs that name them."""
    document = docx.Document(io.BytesIO(data))
    outline = Outline(request["characters"])
    _Reader(document, outline).read(document.element.body)
    yield from outline.frames(document.core_properties.title or "", request["pages"])


class _Reader:
    """The body's elements, in order, told to an outline."""

    def __init__(self, document: Document, outline: Outline) -> None:
        self._outline = outline
        styles = _styles(document)
        self._levels = {key: _style_level(style, styles) for key, style in styles.items()}
        self._lists = {key: _style_list(style, styles) for key, style in styles.items()}
        self._numbering = Numbering(_part(document, "numbering"))
        self._em = _usual_em(document.styles.element)
        self._notes = _notes(document)

    def read(self, container: Element) -> None:
        for element in container.iterchildren(etree.Element):
            if element.tag == _PARAGRAPH:
                self._paragraph(element)
            elif element.tag == _TABLE:
                self._table(element)
            else:  # a content control, a field or what was inserted: their content counts
                self.read(element)

    def _paragraph(self, element: Element) -> None:
        found = _Words(element)
        level = self._level(element)
        if level is None:
            return
        text = f"{self._number(element)} {found.text}" if found.text.strip() else ""
        if level:
            self._outline.heading(text, level)
        else:
            self._outline.paragraph(text, _em(element, self._em))
        for box in found.boxes:
            self.read(box)
        for note in found.notes:
            self._outline.paragraph(self._notes.get(note, ""), close=True)

    def _level(self, element: Element) -> int | None:
        """1 … for a heading, 0 for text, None for a line of a table of contents."""
        own = _value(element, "w:pPr", "w:outlineLvl")
        if own.isdecimal() and int(own) < _BODY_TEXT:
            return int(own) + 1
        return self._levels.get(_value(element, "w:pPr", "w:pStyle"), 0)

    def _number(self, element: Element) -> str:
        """The number that Word writes before a paragraph, by its own list or its style's."""
        index = _value(element, "w:pPr", "w:numPr", "w:ilvl")
        number_id = _value(element, "w:pPr", "w:numPr", "w:numId")
        if not number_id:
            number_id, index = self._lists.get(_value(element, "w:pPr", "w:pStyle"), ("", ""))
        return self._numbering.next(number_id, int(index) if index in set("12345678") else 0)

    def _table(self, table: Element) -> None:
        """A table; one of a single column is a frame around text."""
        rows = [(row, list(_own(row, "w:tc"))) for row in _own(table, "w:tr")]
        if all(len(cells) < 2 for _, cells in rows):
            for cell in (cell for _, cells in rows for cell in cells):
                self.read(cell)
        else:
            self._outline.rows(lines_of_table(*_grid(rows)))


class _Words:
    """The text of a paragraph, with the boxes and the notes that hang on it."""

    def __init__(self, paragraph: Element) -> None:
        self.boxes: list[Element] = []
        self.notes: list[str] = []
        self._parts: list[str] = []
        self._collect(paragraph)
        self.text = "".join(self._parts)

    def _collect(self, element: Element) -> None:
        for child in element.iterchildren(etree.Element):
            tag = child.tag
            if tag in _TEXT:
                self._parts.append(child.text or "")
            elif tag in _SAID:
                self._parts.append(_SAID[tag])
            elif tag == _BREAK:
                self._parts.append("\n" if child.get(qn("w:type")) != "page" else " ")
            elif tag == _BOX:
                self.boxes.append(child)
            elif tag == _NOTE:
                self.notes.append(child.get(qn("w:id"), ""))
            elif tag not in _SILENT:
                self._collect(child)


def _value(element: Element, *path: str) -> str:
    """What stands at the end of a path of tags; "" where one of them is missing."""
    found = _below(element, *path)
    return "" if found is None else str(found.get(qn("w:val"), ""))


def _below(element: Element, *path: str) -> Element | None:
    found: Element | None = element
    for tag in path:
        found = None if found is None else found.find(qn(tag))
    return found


def _own(element: Element, tag: str) -> Iterator[Element]:
    """Rows of a table, or cells of a row, without those of tables within it."""
    for one in element.iter(qn(tag)):
        if next(one.iterancestors(element.tag), None) is element:
            yield one


def _usual_em(styles: Element) -> float:
    """The size of letters, in points, where nothing on them says another."""
    return _points(_value(styles, "w:docDefaults", "w:rPrDefault", "w:rPr", "w:sz")) or 10.0


def _points(half: str) -> float:
    return int(half) / 2 if half.isdecimal() and len(half) < 5 else 0.0


def _em(paragraph: Element, usual: float) -> float:
    """The size of most of a paragraph's letters as set on them, in points."""
    sizes: Counter[float] = Counter()
    for run in paragraph.iter(qn("w:r")):
        em = _points(_value(run, "w:rPr", "w:sz")) or usual
        sizes[em] += sum(len(text.text or "") for text in run.iter(qn("w:t")))
    return max(sizes, key=sizes.__getitem__, default=usual)


def _styles(document: Document) -> dict[str, Element]:
    """The styles of paragraphs by their ids."""
    return {
        str(style.get(qn("w:styleId"))): style
        for style in document.styles.element.iter(qn("w:style"))
        if style.get(qn("w:type")) == "paragraph"
    }


def _style_list(style: Element, styles: dict[str, Element]) -> tuple[str, str]:
    """The list and the level in it that a style's paragraphs are of."""
    for _ in range(_LONGEST_CHAIN):
        if number_id := _value(style, "w:pPr", "w:numPr", "w:numId"):
            return number_id, _value(style, "w:pPr", "w:numPr", "w:ilvl")
        based = _value(style, "w:basedOn")
        if based not in styles:
            break
        style = styles[based]
    return "", ""


def _style_level(style: Element, styles: dict[str, Element]) -> int | None:
    """What a paragraph of a style is: see `_Reader._level`."""
    for _ in range(_LONGEST_CHAIN):
        name, level = _value(style, "w:name"), _value(style, "w:pPr", "w:outlineLvl")
        if _CONTENTS_STYLE.match(name):
            return None
        if level.isdecimal():
            return (int(level) + 1) % (_BODY_TEXT + 1)
        if heading := _HEADING_STYLE.match(name):
            return int(heading.group(1))
        if _TITLE_STYLE.match(name):
            return 1
        based = _value(style, "w:basedOn")
        if based not in styles:
            return 0
        style = styles[based]
    return 0


def _notes(document: Document) -> dict[str, str]:
    """The footnotes by their ids."""
    root = _part(document, "footnotes")
    return {
        str(note.get(qn("w:id"))): _flat(note)
        for note in (named(root, "footnote") if root is not None else ())
        if note.get(qn("w:type")) in (None, "normal")
    }


def _part(document: Document, kind: str) -> Element | None:
    """The tree of another part of the document, None where there is none."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            return parse_xml(relation.target_part.blob)
    return None


def _flat(container: Element) -> str:
    """All text below an element, on one line."""
    return " ".join(" ".join(_Words(one).text for one in container.iter(_PARAGRAPH)).split())


def _grid(rows: list[tuple[Element, list[Element]]]) -> tuple[Rows, list[Span], int]:
    """Rows of words, merged cells, and how many of the first rows are marked as the heading."""
    laid: Rows = []
    merged: list[Span] = []
    open_at: dict[int, int] = {}  # column → where in `merged` stands what goes on down there
    marked = 0
    for at, (row, cells) in enumerate(rows):
        marked += marked == at and _below(row, "w:trPr", "w:tblHeader") is not None
        words: list[str] = []
        for cell in cells:
            column, across = len(words), _across(cell)
            down = _below(cell, "w:tcPr", "w:vMerge")
            if down is not None and _value(down) != "restart" and column in open_at:
                top, left, _, last = merged[open_at[column]]
                merged[open_at[column]] = top, left, at, last
            else:
                open_at.pop(column, None)
                if across > 1 or down is not None:
                    open_at[column] = len(merged)
                    merged.append((at, column, at, column + across - 1))
            words += [_flat(cell), *[""] * (across - 1)]
        laid.append(words)
    return laid, merged, marked if marked < len(rows) else 0


def _across(cell: Element) -> int:
    value = _value(cell, "w:tcPr", "w:gridSpan")
    return max(1, min(int(value), 63)) if value.isdecimal() and len(value) < 4 else 1
