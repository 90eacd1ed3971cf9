"""Slides (.pptx), one page each: title, shapes from top to bottom, notes; by python-pptx."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pptx
from pptx.shapes.group import GroupShape
from pptx.shapes.placeholder import PlaceholderGraphicFrame

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.outline import tidy
from rag_core.parsing.safe_xml import named, parse_xml
from rag_core.parsing.tables import lines_of_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pptx.slide import Slide

    from rag_core.parsing.tables import Rows, Span

_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_SAME_ROW = 360_000  # EMU, 1 cm: shapes whose tops differ less stand side by side
_DEEPEST = 20  # groups within groups


def read_pptx(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The slides in their order, hidden ones included."""
    presentation = pptx.Presentation(io.BytesIO(data))
    slides = list(presentation.slides)
    if len(slides) > request["pages"]:
        raise Refused("limit", limit="pages", found=len(slides))
    yield {"title": tidy(presentation.core_properties.title or ""), "unit": "slide"}
    length = 0
    for number, slide in enumerate(slides, 1):
        title, text = _text(slide)
        length += len(text)
        if length > request["characters"]:
            raise Refused("limit", limit="characters", found=length)
        headings = [(0, 1)] if title else []
        yield {"number": number, "label": str(number), "text": text, "headings": headings}
        yield {"page": number, "of": len(slides)}


def _text(slide: Slide) -> tuple[str, str]:
    """The title of a slide, and all that it says, the title first."""
    first = slide.shapes.title
    title = " ".join(tidy(first.text_frame.text).split()) if first is not None else ""
    others = [one for one in slide.shapes if first is None or one.shape_id != first.shape_id]
    parts = [title, *_said(others)]
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        parts.append(tidy(slide.notes_slide.notes_text_frame.text))
    return title, "\n\n".join(part for part in parts if part)


def _said(shapes: Iterable[Any], depth: int = 0) -> Iterator[str]:
    """What shapes say, in the order in which they are read."""
    for shape in sorted(shapes, key=_place):
        if isinstance(shape, GroupShape):
            if depth < _DEEPEST:
                yield from _said(shape.shapes, depth + 1)
        elif shape.has_text_frame:
            yield from (tidy(one.text) for one in shape.text_frame.paragraphs)
        elif getattr(shape, "has_table", False):
            yield "\n".join(lines_of_table(*_table(shape.table)))
        elif getattr(shape, "has_chart", False):
            yield _chart(shape.chart)
        else:
            yield _diagram(shape)


def _place(shape: Any) -> tuple[int, int]:
    return (shape.top or 0) // _SAME_ROW, shape.left or 0


def _table(table: Any) -> tuple[Rows, list[Span], int]:
    rows: Rows = []
    merged: list[Span] = []
    for at, row in enumerate(table.rows):
        rows.append([" ".join(tidy(cell.text_frame.text).split()) for cell in row.cells])
        for column, cell in enumerate(row.cells):
            if cell.is_merge_origin:
                bottom, last = at + cell.span_height - 1, column + cell.span_width - 1
                merged.append((at, column, bottom, last))
    return rows, merged, int(table.first_row)


def _chart(chart: Any) -> str:
    """The title of a chart and its numbers, a row for each category."""
    title = tidy(chart.chart_title.text_frame.text) if _has_title(chart) else ""
    rows: Rows = []
    for plot in chart.plots:
        series = list(plot.series)
        rows.append(["", *(str(one.name or "") for one in series)])
        for at, category in enumerate(plot.categories):
            values = [one.values[at] if at < len(one.values) else None for one in series]
            numbers = ["" if value is None else format(value, ".15g") for value in values]
            rows.append([str(category), *numbers])
    return "\n".join([title, *lines_of_table(rows, marked=1)]).strip()


def _has_title(chart: Any) -> bool:
    return bool(chart.has_title and chart.chart_title.has_text_frame)


def _diagram(shape: Any) -> str:
    """The words of a diagram (SmartArt), which stand in a part of their own."""
    element = shape._element if not isinstance(shape, PlaceholderGraphicFrame) else None
    relation = None
    if element is not None:
        relation = next(element.iter(f"{{{_DIAGRAM}}}relIds"), None)
    if relation is None or relation.get(_RELATION) not in shape.part.rels:
        return ""
    root = parse_xml(shape.part.related_part(relation.get(_RELATION)).blob)
    lines = ("".join(text.text or "" for text in named(one, "t")) for one in named(root, "p"))
    return tidy("\n".join(line for line in lines if line.strip()))
