"""Hangul's open format (.hwpx, KS X 6101): a zip of XML."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.hangul import Cell, Paragraph, Table, level_of_style, tell
from rag_core.parsing.outline import Outline
from rag_core.parsing.safe_xml import children, name, named, parse_xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_SECTION = re.compile(r"Contents/section(\d+)\.xml$", re.IGNORECASE)
_SAID = {"tab": " ", "lineBreak": "\n", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
_SILENT = {"secPr", "header", "footer", "hiddenComment", "parameters", "deleteBegin"}
_UNITS = 100  # of HWPUNIT in a point


def read_hwpx(archive: zipfile.ZipFile, request: Frame) -> Iterator[Frame]:
    """The sections under the headings of a document."""
    names = archive.namelist()
    sections = sorted(
        (int(found.group(1)), one) for one in names if (found := _SECTION.search(one))
    )
    if not sections:
        raise Refused("broken")
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read(
        "META-INF/manifest.xml"
    ):
        raise Refused("protected")
    shapes = _Shapes(archive, names)
    outline = Outline(request["characters"])
    for _, section in sections:
        root = parse_xml(archive.read(section))
        tell(_paragraphs(root, shapes), outline)
    yield from outline.frames(_title(archive, names), request["pages"])


class _Shapes:
    """What the header says of paragraphs and letters, by their numbers."""

    def __init__(self, archive: zipfile.ZipFile, names: list[str]) -> None:
        self._levels: dict[str, int] = {}
        self._styles: dict[str, int] = {}
        self._sizes: dict[str, float] = {}
        if "Contents/header.xml" not in names:
            return
        root = parse_xml(archive.read("Contents/header.xml"))
        for shape in named(root, "paraPr"):
            for heading in children(shape, "heading"):
                if heading.get("type") == "OUTLINE":
                    self._levels[shape.get("id", "")] = _int(heading.get("level")) + 1
        for style in named(root, "style"):
            level = level_of_style(style.get("name", "")) or level_of_style(
                style.get("engName", "")
            )
            self._styles[style.get("id", "")] = level
        for shape in named(root, "charPr"):
            self._sizes[shape.get("id", "")] = _int(shape.get("height")) / _UNITS

    def level(self, paragraph: Element) -> int:
        level = self._levels.get(paragraph.get("paraPrIDRef", ""), 0)
        return level or self._styles.get(paragraph.get("styleIDRef", ""), 0)

    def em(self, paragraph: Element) -> float:
        """The size of most of its letters."""
        sizes: dict[float, int] = {}
        for run in children(paragraph, "run"):
            em = self._sizes.get(run.get("charPrIDRef", ""), 0.0)
            letters = sum(len(text.text or "") for text in children(run, "t"))
            sizes[em] = sizes.get(em, 0) + letters
        return max(sizes, key=sizes.__getitem__) if sizes else 0.0


def _paragraphs(container: Element, shapes: _Shapes) -> list[Paragraph]:
    """The paragraphs right within an element."""
    return [_paragraph(one, shapes) for one in children(container, "p")]


def _paragraph(element: Element, shapes: _Shapes) -> Paragraph:
    said: list[str] = []
    hung: list[Table | list[Paragraph]] = []
    for run in children(element, "run"):
        for part in run.iterchildren():
            if name(part) == "t":
                said.append(_text(part))
            else:
                _hang(part, shapes, said, hung)
    return Paragraph("".join(said), shapes.level(element), shapes.em(element), hung)


def _hang(
    part: Element, shapes: _Shapes, said: list[str], hung: list[Table | list[Paragraph]]
) -> None:
    """A table, or whatever holds paragraphs: a box, a note, a caption."""
    kind = name(part)
    if kind == "tbl":
        for caption in children(part, "caption"):
            _hang(caption, shapes, said, hung)
        hung.append(_table(part, shapes))
    elif kind == "subList":
        hung.append(_paragraphs(part, shapes))
    elif kind == "script":  # of an equation
        said.append(part.text or "")
    elif kind not in _SILENT:
        for inner in part.iterchildren():
            _hang(inner, shapes, said, hung)


def _text(element: Element) -> str:
    """Text with the tabs and line ends that stand in it."""
    said = [element.text or ""]
    for inner in element.iterchildren():
        said += [_SAID.get(name(inner), ""), inner.tail or ""]
    return "".join(said)


def _table(element: Element, shapes: _Shapes) -> Table:
    cells: list[Cell] = []
    headed: set[int] = set()
    for at, row in enumerate(children(element, "tr")):
        for one in children(row, "tc"):
            cells.append(_cell(one, at, shapes))
            if one.get("header") == "1":
                headed.add(cells[-1].row)
    marked = next(row for row in range(len(headed) + 1) if row not in headed)
    return Table(cells, marked)


def _cell(element: Element, row: int, shapes: _Shapes) -> Cell:
    place = next(children(element, "cellAddr"), None)
    span = next(children(element, "cellSpan"), None)
    column = 0
    if place is not None:
        row, column = _int(place.get("rowAddr")), _int(place.get("colAddr"))
    down, across = (
        (_int(span.get("rowSpan")), _int(span.get("colSpan"))) if span is not None else (1, 1)
    )
    inside = [_paragraphs(one, shapes) for one in children(element, "subList")]
    return Cell(row, column, down, across, [one for some in inside for one in some])


def _title(archive: zipfile.ZipFile, names: list[str]) -> str:
    if "Contents/content.hpf" not in names:
        return ""
    root = parse_xml(archive.read("Contents/content.hpf"))
    return next((title.text or "" for title in named(root, "title")), "")


def _int(written: str | None) -> int:
    return int(written) if written and written.isdecimal() and len(written) < 9 else 0
