"""Tables for spreadsheets, as CSV. Texts from anywhere stay texts: none becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How what a spreadsheet works out begins (OWASP, CSV Injection), also in full-width letters."""

Cell = str | float | int | bool | None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 with the mark that spreadsheets look for. A text that would be a formula stands
    behind an apostrophe; numbers are as they are, None is an empty cell."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([_plain(one) for one in header])
    table.writerows([_plain(one) for one in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> Cell:
    is_formula = isinstance(cell, str) and cell.lstrip(" \xa0").startswith(_FORMULA)
    return f"'{cell}" if is_formula else cell
