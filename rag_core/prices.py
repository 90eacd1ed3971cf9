"""What tokens cost: the table that comes with Seodam, and the reader's own beside the data."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag_core.errors import BrokenPrices
from rag_core.providers import by_beginning

SHIPPED = Path(__file__).with_suffix(".toml")
NAME = "prices.toml"
_FIELDS = ("input", "output")
_VERSION = re.compile(r"-(?:\d{4}-\d\d-\d\d|\d{8}|\d{3,4}|latest|preview(?:-[\d-]+)?)$")
_LINE = re.compile(r"\(at line (\d+),")
_LONGEST = 60  # characters of a line that are shown


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens read, and for a million written."""

    input: float
    output: float

    def of(self, read: int, written: int) -> float:
        """US dollars for so many tokens."""
        return (read * self.input + written * self.output) / 1e6


def load_prices(data: Path) -> Mapping[str, Price]:
    """By a model's name, or by how it begins, with * behind it; a file of the data folder wins.
    Raises BrokenPrices, which names the line of that file."""
    own = data / NAME
    return {**_shipped(), **_read(own)} if own.exists() else _shipped()


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of a model, None where none is known: a version with a date costs what the model
    without it does, but a name with more behind it may be quite another model."""
    named = prices.get(model) or prices.get(_VERSION.sub("", model))
    whole = {name[:-1]: price for name, price in prices.items() if name.endswith("*")}
    return named or by_beginning(whole, model)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Price]:
    return _read(SHIPPED)


def _read(path: Path) -> dict[str, Price]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BrokenPrices(file=str(path), line=1, text=error.strerror or "") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        shown = raw.splitlines()[line - 1].decode(errors="replace")[:_LONGEST]
        raise BrokenPrices(file=str(path), line=line, text=shown) from error
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        raise _broken(path, text, int(found[1]) if found else text.count("\n") + 1) from error
    return {name: _price(path, text, name, row) for name, row in rows.items()}


def _price(path: Path, text: str, name: str, row: object) -> Price:
    """One row of the table; raises BrokenPrices with its line."""
    fields = row if isinstance(row, dict) else {}
    odd = [field for field in fields if field not in _FIELDS or not _is_price(fields[field])]
    if odd or len(fields) < len(_FIELDS):
        raise _broken(path, text, _line_of(text, name, *odd[:1]))
    return Price(*(float(fields[field]) for field in _FIELDS))


def _is_price(value: object) -> bool:
    return type(value) in {int, float} and 0 <= value < math.inf  # type: ignore[operator]


def _line_of(text: str, name: str, field: str = "") -> int:
    """The line at which a row, or a field of it, stands."""
    lines = text.splitlines()
    at = next((n for n, line in enumerate(lines) if name in line.partition("#")[0]), 0)
    behind = (n for n in range(at, len(lines)) if field and lines[n].strip().startswith(field))
    return next(behind, at) + 1


def _broken(path: Path, text: str, line: int) -> BrokenPrices:
    lines = text.splitlines() or [""]
    line = min(line, len(lines))
    return BrokenPrices(file=str(path), line=line, text=lines[line - 1].strip()[:_LONGEST])
