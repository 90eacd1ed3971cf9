"""The colours of the theme can be read: WCAG AA, wherever Streamlit puts them on one another."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

THEME = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)["theme"]
LEAST = 4.5
FADED = 0.6  # how much of the text's colour a caption has
Colour = tuple[float, float, float]


def colour(written: str) -> Colour:
    return tuple(int(written[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]


def over(front: Colour, back: Colour, share: float) -> Colour:
    """A colour that lets something of what is behind it through."""
    return tuple(a * share + b * (1 - share) for a, b in zip(front, back, strict=True))  # type: ignore[return-value]


def contrast(one: Colour, other: Colour) -> float:
    def luminance(of: Colour) -> float:
        red, green, blue = (
            value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in of
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_is_written_in_a_colour_on_another_can_be_read(look: str) -> None:
    theme = THEME[look]
    back, second = colour(theme["backgroundColor"]), colour(theme["secondaryBackgroundColor"])
    primary, text = colour(theme["primaryColor"]), colour(theme["textColor"])
    assert contrast(primary, back) >= LEAST  # the tab that is selected
    assert contrast(colour("#ffffff"), primary) >= LEAST  # a primary button, a chosen document
    link = colour(theme["linkColor"])
    for behind in (back, second):
        assert contrast(over(text, behind, FADED), behind) >= LEAST
        assert contrast(link, behind) >= LEAST
