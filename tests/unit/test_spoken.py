"""What is said when a text is read aloud."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rag_core.spoken import LONGEST, Line, spoken


def said(text: str, otherwise: str = "en") -> list[str]:
    return [line.text for line in spoken(text, otherwise)]


def test_citation_marks_are_not_spoken() -> None:
    assert said("It is 26 metres tall [1]. It was lit in 1908. [2][3] Ships see it [4, 5].") == [
        "It is 26 metres tall.",
        "It was lit in 1908.",
        "Ships see it.",
    ]
    assert said("등대는 26미터예요. [1] 1908년에 세워졌어요【2】. [3]", "ko") == [
        "등대는 26미터예요.",
        "1908년에 세워졌어요.",
    ]
    assert said("In the year [2020] it was painted.") == ["In the year [2020] it was painted."]


def test_each_sentence_has_its_own_language() -> None:
    lines = spoken("RAG는 문서를 찾아요. It finds documents. 1908. これは灯台です。", "ko")
    assert [(line.text, line.language) for line in lines] == [
        ("RAG는 문서를 찾아요.", "ko"),
        ("It finds documents.", "en"),
        ("1908.", "en"),
        ("これは灯台です。", "other"),
    ]


def test_what_has_no_letters_is_in_the_readers_language_at_the_beginning() -> None:
    assert spoken("1908", "ko") == [Line("1908", "ko")]


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("## What it is", ["What it is"]),
        ("- **Height**: 26 metres\n- *Year*: 1908", ["Height: 26 metres", "Year: 1908"]),
        ("**등대**는 *포항*에 있어요.", ["등대는 포항에 있어요."]),
        ("Call `open_page` of __main__.", ["Call open_page of main."]),
        (
            "Keep snake_case and 2 * 3 * 4 as they are.",
            ["Keep snake_case and 2 * 3 * 4 as they are."],
        ),
        ("> It is said so.", ["It is said so."]),
        (
            "| Name | Height |\n|---|---:|\n| Homigot | 26 m |",
            ["Name, Height", "Homigot, 26 m"],
        ),
        ("```python\nprint(1)\n```", ["print(1)"]),
        ("See [the leaflet](https://example.org/a?b=c).", ["See the leaflet."]),
        ("See https://www.example.org/a/long?way=there for more.", ["See example.org for more."]),
        ("It costs \\$5 \\[about\\].", ["It costs $5 [about]."]),
        ("---\n\n***\n\n…", []),
        ("", []),
    ],
)
def test_what_is_for_the_eye_only_is_not_spoken(written: str, heard: list[str]) -> None:
    assert said(written) == heard


def test_a_very_long_sentence_is_cut_between_words() -> None:
    text = "lighthouse " * 100
    lines = said(text)
    assert len(lines) > 3
    assert all(len(line) <= LONGEST for line in lines)
    assert " ".join(lines) == text.strip()


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(some.text(alphabet="등대 a1.*_`[]()|#>-\\\n$~!:/", max_size=200))
def test_any_text_is_said_in_short_lines_that_hold_a_letter_or_a_digit(text: str) -> None:
    for line in spoken(text, "ko"):
        assert len(line.text) <= LONGEST
        assert any(letter.isalnum() for letter in line.text)
        assert line.text == " ".join(line.text.split())
