"""The table of the course deck cannot rot: what it names is there, in both languages alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECK = ROOT.parent / "shared" / "reference" / "course-deck-ko.txt"
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


@pytest.mark.skipif(not DECK.exists(), reason="the course deck is not here")
def test_every_heading_of_the_deck_is_named() -> None:
    """By its number and, of "기본 용어 이해 - 임베딩", what follows the dash."""
    headings = re.findall(r"^#+ (0\d)\. (.+)$", DECK.read_text(encoding="utf-8"), re.M)
    assert len(headings) >= 10
    rows = [row[0] for row in _rows(PAGE.split("\n## ")[1])]
    for number, title in headings:
        name = f"{number} {title.rpartition(' - ')[2].replace('**', '').strip()}"
        assert any(row.startswith(name) for row in rows), name


def test_every_page_and_every_step_of_the_lab_has_its_place() -> None:
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    lab = (ROOT / "pages" / "lab.py").read_text(encoding="utf-8")
    steps = {f"pages/ui/{name}.py" for name in re.findall(r"\b(lab_\w+)\.show", lab)}
    assert len(steps) >= 6
    for half in PAGE.split("\n## "):
        named = {path for row in _rows(half) for path in re.findall(r"`([^`]+)`", row[1])}
        assert not (pages | steps) - named


def test_every_place_is_there_and_every_test_tests() -> None:
    for _, place, tests in _rows(PAGE):
        for path in re.findall(r"`([\w/.-]+\.(?:py|ipynb))`", place + tests):
            assert (ROOT / path).is_file(), path
        for path in re.findall(r"`([^`]+)`", tests):
            assert "def test_" in (ROOT / path).read_text(encoding="utf-8"), path
