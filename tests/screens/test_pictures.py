"""Pictures of pages are kept by their bytes, and by who may see them."""

from collections.abc import Callable

import pytest

from pages.ui.marked import joined, within
from pages.ui.messages import Words
from pages.ui.pictures import Pictures
from pages.ui.places import place
from rag_core.errors import PasswordNeeded
from rag_core.parsing import PagePicture
from rag_core.types import Unit


def drawn(size: int, log: list[int]) -> Callable[[], PagePicture]:
    def draw() -> PagePicture:
        log.append(size)
        return PagePicture(bytes(size), 1, 1)

    return draw


def test_what_was_looked_at_last_is_kept_as_far_as_there_is_room() -> None:
    kept, log = Pictures(room=100), []
    for key, size in (("a", 40), ("b", 40), ("a", 40), ("c", 40), ("a", 40)):
        kept.get(key, drawn(size, log))
    assert log == [40, 40, 40]
    assert kept.taken == 80
    kept.get("b", drawn(30, log))  # was let go for c
    assert log[3:] == [30]
    assert kept.taken == 70
    kept.get("large", drawn(101, log))
    assert kept.taken == 70


def test_what_could_not_be_drawn_is_asked_for_again() -> None:
    kept, log = Pictures(), []

    def locked() -> PagePicture:
        raise PasswordNeeded(name="x")

    with pytest.raises(PasswordNeeded):
        kept.get("a", locked)
    kept.get("a", drawn(5, log))
    assert log == [5]


@pytest.mark.parametrize(
    ("unit", "number", "label", "korean", "english"),
    [
        (Unit.PAGE, 3, "iii", "iii\u2060쪽", "p.\u00a0iii"),
        (Unit.PAGE, 3, "", "3\u2060쪽", "p.\u00a03"),
        (Unit.SLIDE, 3, "", "슬라이드 3", "slide 3"),
        (Unit.SHEET, None, "매출", "시트 매출", "sheet 매출"),
        (Unit.SECTION, None, "Opening hours", "§ Opening hours", "§ Opening hours"),
        (Unit.SECTION, None, "", "", ""),
        (Unit.WHOLE, None, "notes", "", ""),
        (None, 3, "3", "3\u2060쪽", "p.\u00a03"),
        (None, None, "Opening hours", "§ Opening hours", "§ Opening hours"),
    ],
)
def test_a_place_is_said_by_what_the_document_is_divided_into(
    unit: Unit | None, number: int | None, label: str, korean: str, english: str
) -> None:
    assert place(Words("ko"), unit, number, label) == korean
    assert place(Words("en"), unit, number, label) == english


def test_spans_are_joined_and_cut() -> None:
    assert joined([(5, 9), (0, 3), (2, 4), (9, 11)]) == [(0, 4), (5, 9), (9, 11)]
    assert within([(0, 4), (5, 9), (20, 30)], 3, 8) == [(0, 1), (2, 5)]
