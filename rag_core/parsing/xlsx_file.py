"""Workbooks (.xlsx), one page for each sheet, numbers as they are shown; by openpyxl."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator

import openpyxl
from openpyxl.utils.cell import range_boundaries

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.outline import tidy
from rag_core.parsing.tables import lines_of_sheet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rag_core.parsing.tables import Rows, Span

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_MOST_MERGED = 10_000  # of one sheet
_CHUNK = 1 << 20
_DECIMALS = re.compile(r"0\.(0+)")


def read_xlsx(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The sheets in their order, hidden ones included; formulas as they were last worked out."""
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheets = workbook.worksheets
    if len(sheets) > request["pages"]:
        raise Refused("limit", limit="pages", found=len(sheets))
    yield {"title": tidy(workbook.properties.title or ""), "unit": "sheet"}
    length = 0
    for number, sheet in enumerate(sheets, 1):
        rows = _rows(sheet, request["characters"] - length)
        text = "\n".join(lines_of_sheet(rows, _merged(workbook, sheet)))
        length += len(text)
        if length > request["characters"]:
            raise Refused("limit", limit="characters", found=length)
        if text or len(sheets) == 1:
            yield {"number": None, "label": tidy(sheet.title), "text": text, "headings": []}
        yield {"page": number, "of": len(sheets)}


def _rows(sheet: Any, allowed: int) -> Rows:
    """The cells of a sheet as they are shown."""
    sheet.reset_dimensions()  # what a file says of them need not be true
    rows: Rows = []
    length = 0
    for cells in sheet.iter_rows():
        row = [_shown(cell) for cell in cells]
        length += sum(map(len, row))
        if length > allowed:
            raise Refused("limit", limit="characters", found=length)
        rows.append(row)
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _merged(workbook: Any, sheet: Any) -> list[Span]:
    """The merged cells, which openpyxl does not tell of a sheet that it reads as it goes."""
    spans: list[Span] = []
    with workbook._archive.open(sheet._worksheet_path) as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            rest += chunk
            for found in _MERGED.finditer(rest):
                left, top, right, bottom = range_boundaries(found.group(1).decode())
                spans.append((top - 1, left - 1, bottom - 1, right - 1))
            rest = rest[-100:] if b"mergeCell" not in rest[-100:] else rest[rest.rfind(b"<") :]
            if len(spans) > _MOST_MERGED:
                return spans[:_MOST_MERGED]
    return spans


def _shown(cell: Any) -> str:
    """A value as its reader sees it: percent, thousands, days."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime.datetime):
        day, time = value.date().isoformat(), value.time().isoformat("minutes")
        return day if time == "00:00" else f"{day} {time}"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return " ".join(tidy(str(value)).split())


def _number(value: float, shown_as: str) -> str:
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", shown_as.split(";")[0])
    decimals = _DECIMALS.search(plain)
    digits = len(decimals.group(1)) if decimals else 0
    if "%" in plain:
        return f"{value * 100:.{min(digits, 10)}f}%"
    if "#,##0" in plain:
        return f"{value:,.{min(digits, 10)}f}"
    return format(value, ".15g") if isinstance(value, float) else str(value)
