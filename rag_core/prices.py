"""What tokens cost: the table that comes with Seodam, and the reader's own beside the data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag_core.errors import WrongSetting
from rag_core.providers import by_beginning

SHIPPED = Path(__file__).with_suffix(".toml")
NAME = "prices.toml"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens read, and for a million written."""

    input: float
    output: float

    def of(self, read: int, written: int) -> float:
        """US dollars for so many tokens."""
        return (read * self.input + written * self.output) / 1e6


def load_prices(data: Path) -> Mapping[str, Price]:
    """By how a model's name begins; a file of the data folder wins. Raises WrongSetting."""
    prices = _read(SHIPPED)
    own = data / NAME
    return {**prices, **_read(own)} if own.exists() else prices


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of a model; None where none is known."""
    return by_beginning(prices, model)


def _read(path: Path) -> dict[str, Price]:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            name: Price(float(row["input"]), float(row["output"])) for name, row in rows.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongSetting(
            setting=str(path), value=str(error)[:100], allowed="[name] with input and output"
        ) from error
