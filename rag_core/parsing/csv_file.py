"""Comma-separated rows (.csv), in whatever encoding and with whatever stands between the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rag_core.parsing.decoding import encoding_of
from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.outline import Outline, tidy
from rag_core.parsing.tables import lines_of_sheet

_SEPARATORS = ",\t;|"
_LOOKED_AT = 10_000  # characters among which the separator is counted


def read_csv(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "csv": one page, each row a line of "heading: value" cells."""
    text = data.decode(encoding_of(data)).removeprefix("\ufeff")
    csv.field_size_limit(max(len(text), 1))
    separator = max(_SEPARATORS, key=text[:_LOOKED_AT].count)
    try:
        rows = [
            [" ".join(tidy(cell).split()) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error:
        raise Refused("broken") from None
    outline = Outline(request["characters"])
    outline.rows(lines_of_sheet(rows))
    yield from outline.frames("", request["pages"])
