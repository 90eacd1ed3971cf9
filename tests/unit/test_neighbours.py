"""Passages that follow each other become one source, whose quotes are checked as ever."""

from __future__ import annotations

import random

import pytest

from rag_core import citations, prompting
from rag_core.budget import estimate, fit
from rag_core.finding import place_of_quote
from rag_core.neighbours import join, part_at
from rag_core.passages import cut
from rag_core.types import Hit, Page, Passage, Window, WindowBy

PAGE = "\n\n".join(
    f"{number}번 등대는 {1900 + number}년에 세워졌다. The keeper of tower {number} was called Bae "
    f"number {number}, and it is {120 + number} metres tall.\nIts light "
    f"reaches {230 + number} miles."
    for number in range(24)
)
PASSAGES = cut("d", "Towers", [Page(1, "1", PAGE), Page(2, "2", PAGE)])


def hits(*passages: Passage) -> list[Hit]:
    return [
        Hit(rank, one, "towers.pdf", 1 / rank, lexical_rank=rank)
        for rank, one in enumerate(passages, 1)
    ]


def on_page(number: int) -> list[Passage]:
    return [one for one in PASSAGES if one.page == number]


def test_what_follows_each_other_on_a_page_is_one_in_any_order() -> None:
    first = on_page(1)
    assert len(first) > 3
    for seed in range(20):
        shuffled = random.Random(seed).sample(first, len(first))
        (whole,) = join(hits(*shuffled))
        assert whole.passage.text.split() == PAGE.split()
        assert whole.rank == 1
        assert whole.passage.start == 0
        assert [part.id for part in whole.parts] == [one.id for one in first]


def test_every_letter_keeps_its_place_on_the_page() -> None:
    (whole,) = join(hits(*on_page(1)))
    for offset, letter in enumerate(whole.passage.text):
        on = PAGE[whole.passage.start + offset]
        assert letter == on or (letter.isspace() and on.isspace())
    for part, passage in zip(whole.parts, on_page(1), strict=True):
        assert part_at(whole, part.start) == passage.id


def test_pages_and_gaps_and_other_documents_keep_passages_apart() -> None:
    first, second = on_page(1), on_page(2)
    other = Passage("e-0", "e", 1, 1, "1", first[1].text, first[1].start)
    apart = hits(first[0], first[2], second[0], second[2], other)
    assert join(apart) == tuple(apart)
    assert len(join(hits(first[-1], second[0]))) == 2


def test_overlapping_text_stands_there_once_and_text_that_disagrees_is_left() -> None:
    a = Passage("a", "d", 0, 1, "1", PAGE[:200], 0)
    b = Passage("b", "d", 4, 1, "1", PAGE[150:400], 150)
    (whole,) = join(hits(b, a))
    assert whole.passage.text == PAGE[:400]
    assert (whole.passage.id, whole.rank) == ("a", 1)
    within = Passage("c", "d", 1, 1, "1", PAGE[20:90], 20)
    assert join(hits(a, within))[0].passage.text == a.text
    wrong = Passage("w", "d", 1, 1, "1", "something else altogether, long enough", 150)
    assert len(join(hits(a, wrong))) == 2


def test_a_passage_between_two_others_makes_one_of_all_three() -> None:
    one, two, three, *_ = on_page(1)
    (whole,) = join(hits(three, one, two))
    assert len(whole.parts) == 3
    assert whole.rank == 1
    assert whole.score == 1


@pytest.mark.parametrize("tower", [0, 11, 23])
def test_a_citation_of_what_was_joined_is_checked_and_leads_to_its_own_passage(tower: int) -> None:
    (whole,) = join(hits(*on_page(1)))
    said = f"The keeper of tower {tower} was called Bae number {tower}. [1]"
    (cited,) = citations.check(said, [whole], lambda _: PAGE).citations
    assert cited.verified
    held = next(one for one in PASSAGES if one.id == cited.passage_id)
    assert f"tower {tower} was" in held.text
    span = place_of_quote(cited.quote, PAGE, held)
    assert span is not None
    assert f"tower {tower} was" in PAGE[slice(*span)]
    assert citations.check(said, [whole], lambda _: "another page").citations == ()


def test_tokens_are_saved_and_more_fits() -> None:
    def sent(window: int | None, *passages: Passage) -> tuple[int, int]:
        fitted = fit(
            "누가?",
            hits(*passages),
            [],
            window=Window(window, WindowBy.TABLE),
            answer_tokens=None,
            count=estimate,
            system="",
        )
        told = prompting.framed(fitted.hits, "0" * 16)
        assert told.count(" tower 5 ") <= 1
        return fitted.tokens, fitted.passages_left_out

    apart = [
        Passage(one.id, f"d{one.index}", one.index, 1, "1", one.text, one.start)
        for one in on_page(1)
    ]
    together, _ = sent(None, *on_page(1))
    separate, _ = sent(None, *apart)
    assert together < 0.9 * separate
    tight = together + 1100
    assert sent(tight, *on_page(1))[1] == 0
    assert sent(tight, *apart)[1] > 0
