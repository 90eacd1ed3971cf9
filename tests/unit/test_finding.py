"""The way around a document: labels, numbers, words, quotes."""

import pytest

from rag_core.finding import (
    PORTION,
    Found,
    around,
    find_term,
    occurrences,
    page_called,
    page_of,
    place_of_quote,
    portions,
    turn_of_quote,
)
from rag_core.types import Page, Passage

BOOK = (
    Page(1, "i", "The harbour. The HARBOUR of Pohang."),
    Page(2, "ii", "등대의 높이는 26 미터예요."),
    Page(3, "1", "Har\nbour and 등대의높이는"),
    Page(4, "2", ""),
)
SECTIONS = (
    Page(None, "Introduction", "Of ships."),
    Page(None, "Method", "Of ropes."),
    Page(None, "Introduction", "Of anchors."),
)


def test_a_term_is_found_whatever_its_case_and_spacing() -> None:
    assert find_term("harbour", BOOK, 9) == (Found(0, 4, 11), Found(0, 17, 24))
    assert [found.position for found in find_term("등대의  높이는", BOOK, 9)] == [1, 2]
    assert len(find_term("harbour", BOOK, 1)) == 1
    assert find_term(" \n ", BOOK, 9) == ()


@pytest.mark.parametrize("term", [".*", "(", "[a", "\\", "a|b", "$x$"])
def test_a_term_is_no_pattern(term: str) -> None:
    assert list(occurrences(term, "plain words")) == []
    assert list(occurrences(term, f"so {term} it")) == [(3, 3 + len(term))]


@pytest.mark.parametrize(
    ("name", "position"),
    [("ii", 1), ("II ", 1), ("1", 2), ("2", 3), ("3", 2), ("4", 3), ("5", None), ("", None)],
)
def test_what_is_printed_counts_before_where_it_lies(name: str, position: int | None) -> None:
    assert page_called(name, BOOK) == position


def test_a_citation_leads_to_its_page() -> None:
    assert page_of(3, "1", "anything", BOOK) == 2
    assert page_of(9, "9", "anything", BOOK) is None
    assert page_of(None, "Introduction", "Of anchors.", SECTIONS) == 2
    assert page_of(None, "Introduction", "not there", SECTIONS) == 0
    assert page_of(None, "", "", SECTIONS) is None


def test_a_quote_that_stands_twice_is_the_one_in_its_passage() -> None:
    text = "It was lit. Much later. It was lit."
    second = Passage("d-1", "d", 1, 1, "1", "Much later. It was lit.", start=12)
    assert place_of_quote("It was lit.", text) == (0, 11)
    place = place_of_quote("It was lit.", text, second)
    assert place == (24, 35)
    assert turn_of_quote("It was lit.", text, place) == 1
    moved = Passage("d-1", "d", 1, 1, "1", "Much later. It was lit.", start=3)
    assert place_of_quote("It was lit.", text, moved) == (0, 11)
    assert place_of_quote("It was dark.", text, second) is None


@pytest.mark.parametrize("text", ["", "short", "line of words\n" * 3000, "x" * (5 * PORTION)])
def test_portions_hold_every_character(text: str) -> None:
    spans = portions(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(end - start <= 2 * PORTION for start, end in spans)
    assert all(text[end - 1] == "\n" for _, end in spans[:-1] if "\n" in text)


def test_the_words_around_a_place() -> None:
    text = "A long way before it. The\nharbour of Pohang\nis deep. A long way behind it."
    shown, (start, end) = around(text, text.index("harbour"), text.index(" of Pohang"), room=15)
    assert shown == "…before it. The harbour of Pohang is d…"
    assert shown[start:end] == "harbour"
    assert around("whole", 0, 5) == ("whole", (0, 5))
