"""The table of the course deck cannot rot: what it names is there, in both languages alike."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "course-deck.md").read_text(encoding="utf-8")


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if re.match(r"\| \d\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_both_languages_name_the_same_places_and_tests() -> None:
    english, korean = map(_rows, PAGE.split("\n## "))
    assert len(english) >= 13
    for one, other in zip(english, korean, strict=True):
        assert one[0][:2] == other[0][:2]
        assert [re.findall(r"`([^`]+)`", cell) for cell in one[1:]] == [
            re.findall(r"`([^`]+)`", cell) for cell in other[1:]
        ]


def test_every_section_of_the_deck_has_a_row() -> None:
    named = {section for row in _rows(PAGE) for section in re.findall(r"\b0\d\b", row[0])}
    assert named == {f"0{number}" for number in range(1, 8)}


def test_every_place_is_there_and_every_test_tests() -> None:
    for _, place, tests in _rows(PAGE):
        for path in re.findall(r"`([\w/.-]+\.(?:py|ipynb))`", place + tests):
            assert (ROOT / path).is_file(), path
        for path in re.findall(r"`([^`]+)`", tests):
            assert "def test_" in (ROOT / path).read_text(encoding="utf-8"), path
