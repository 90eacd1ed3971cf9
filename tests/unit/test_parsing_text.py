"""What is made of lines: order, paragraphs, headings, running lines. No PDF, no process."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag_core.parsing.lines import Line, clean
from rag_core.parsing.mending import compose
from rag_core.parsing.order import reading_order
from rag_core.parsing.spacing import Spacing
from rag_core.parsing.survey import Survey, title_of
from rag_core.text import find_quote, normalise


def line(
    text: str, left: float, top: float, width: float = 0, em: float = 10, **more: bool
) -> Line:
    made = Line(text)
    made.em = em
    made.place((left, top, left + (width or len(text) * em * 0.5), top + em))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def column(texts: list[str], left: float, width: float = 200, top: float = 100) -> list[Line]:
    return [line(text, left, top + 12 * row, width) for row, text in enumerate(texts)]


def texts(lines: list[Line]) -> list[str]:
    return [each.text for each in lines]


PROSE = [f"line {row} of a paragraph that goes on and" for row in range(6)]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = column([f"L{t}" for t in PROSE], 50), column([f"R{t}" for t in PROSE], 270)
    mixed = [each for pair in zip(right, left, strict=True) for each in pair]
    assert texts(reading_order(mixed)) == texts(left + right)


def test_a_title_over_two_columns_comes_first() -> None:
    body = column(PROSE, 50, top=140) + column(PROSE, 270, top=140)
    title = line("A title across the whole page", 50, 100, 420, em=16)
    assert reading_order([*body, title])[0] is title


def test_a_table_is_read_row_by_row_with_its_cells_marked() -> None:
    names = column(["Seoul", "Busan", "Daegu"], 50, 60)
    numbers = column(["9.4", "3.3", "2.4"], 200, 30)
    page = compose(numbers + names)
    assert page.text == "Seoul\t9.4\nBusan\t3.3\nDaegu\t2.4"


def test_cells_of_several_lines_stay_together() -> None:
    lines = []
    for row in range(6):
        top = 100 + 60 * row
        lines += [line(f"Key {row}", 50, top, 40), line("more", 50, top + 12, 30)]
        lines += column(
            [f"Explained at some length {row}", "and further in words", "end"], 150, top=top
        )
    page = compose(lines)
    assert page.text.index("more") < page.text.index("Explained at some length 0")
    assert page.text.index("end") < page.text.index("Key 1")


def test_rows_of_uneven_cells_stay_rows_of_one_line_each() -> None:
    """As close together as lines of a cell, the rows told apart by a little more white only."""
    lines = []
    for row in range(4):
        top = 100 + 54 * row
        lines += column([f"Key {row}", "goes on"], 50, 45, top)
        lines += column([f"long words of the cell {row}", "and more of them"], 150, 180, top)
        lines += column(["a", "b", "c", "d"], 400, 20, top)
    text = compose(lines).text
    assert "Key 1 goes on\tlong words of the cell 1 and more of them" in text
    assert text.count("\ta b c d") == 4


def test_three_columns_are_columns_even_where_their_lines_share_heights() -> None:
    left, middle, right = (
        column([f"{name} {text}" for text in PROSE * 4], at)
        for name, at in (("L", 50), ("M", 270), ("R", 490))
    )
    mixed = [each for row in zip(right, left, middle, strict=True) for each in row]
    assert texts(reading_order(mixed)) == texts(left + middle + right)


def test_a_paragraph_goes_on_past_the_box_that_it_flows_around() -> None:
    narrow = column([f"text beside the box {row} and" for row in range(4)], 50, 200, 100)
    wide = column([f"text below the box is wider {row} and so" for row in range(4)], 50, 420, 148)
    box = [line(f"The box has words {row} here", 280, 99 + 11 * row, 190, em=8) for row in range(4)]
    text = compose([*box, *narrow, *wide]).text
    assert "beside the box 3 and text below the box is wider 0" in text
    assert "The box has words 0 here The box has words 1 here" in text


def test_numbers_of_lines_do_not_cut_sentences() -> None:
    numbers = column([str(n) for n in range(1, 13)], 20, 10)
    body = column([f"words of the court number {n} and so" for n in range(12)], 60, 300)
    text = compose(numbers + body).text
    assert "and so words of the court" in text
    assert text.endswith("12")


def test_lines_become_paragraphs_and_hyphens_are_mended() -> None:
    lines = column(
        ["The citation shows the docu", "ment that was read and its well", "known page."], 50
    )
    lines[0].hyphened = lines[1].hyphened = True
    lines[2].text = "Known page."
    assert (
        compose(lines).text
        == "The citation shows the document that was read and its well-Known page."
    )


def test_an_indented_line_starts_a_paragraph_and_a_bullet_an_item() -> None:
    lines = column(
        [
            "First paragraph is full here.",
            "Second one begins further in",
            "• item one",
            "• item two",
        ],
        50,
    )
    lines[1].place((70, 112, 250, 122))
    assert compose(lines).text == (
        "First paragraph is full here.\n\nSecond one begins further in\n• item one\n• item two"
    )


@pytest.mark.parametrize(
    ("first", "second", "goes_on"),
    [
        ("STEVEN E. MERCER, ESQ., Deputy General, Los", "Angeles, Cal.; on behalf", True),
        ("In Sequences II: methods of computer", "science, pages 329 to 334.", True),
        (
            "추가: 보안상 잘못된 구성. 이 문제는 십 위였던 구성 관리, 소프트웨어",
            "문제로 여겨졌다.",
            True,
        ),
        ("Proposed Maintenance-Related Actions of", "To ensure that each of them works,", False),
        ("위험 점수와 순위", "위협원과 그 영향", False),
        ("This one ends with its full line here.", "Another one begins further in", False),
    ],
)
def test_a_line_set_in_goes_on_where_the_one_above_is_open(
    first: str, second: str, goes_on: bool
) -> None:
    lines = column([first, second], 50)
    lines[1].place((70, 112, 250, 122))
    between = " " if goes_on else "\n\n"
    assert compose(lines).text == first + between + second


def test_below_a_heading_in_the_middle_a_paragraph_set_in_begins_anew() -> None:
    lines = column(["of the heading, plain", "every one of them is here and", "goes on."], 50)
    lines[0].place((64, 100, 250, 110))
    lines[1].place((80, 112, 250, 122))
    assert compose(lines).text.startswith("of the heading, plain\n\nevery one")


def korean(breaks: list[str]) -> list[Line]:
    """Lines of one paragraph, full to the right."""
    return column(breaks, 50, 200)


TEACHING = [
    "보안을 구축할 수 있는 출발점을 제공하는 프로젝트에서 시작하는",
    "애플리케이션 보안을 검증하는 프로젝트에서 구축할 수 있는 것을",
    "제공하는 출발점을 검증하는 애플리케이션에서 시작하는 것을 보는",
]


def test_korean_words_broken_at_line_ends_are_whole_again() -> None:
    text = " ".join(TEACHING * 3)
    pieces = [text[at : at + 17] for at in range(0, len(text), 17)]
    lines = korean([piece.strip() for piece in pieces])
    for made, piece in zip(lines, pieces, strict=True):
        made.spaced = piece.endswith(" ")
    mended = compose(lines, Survey([lines], [800])).text
    wanted, got = text.split(), mended.split()
    assert len(set(wanted) & set(got)) >= 0.9 * len(set(wanted))


def test_korean_words_that_end_with_their_line_keep_their_space() -> None:
    lines = korean(TEACHING * 3)
    assert compose(lines, Survey([lines], [800])).text == " ".join(TEACHING * 3)


def test_a_broken_word_is_told_from_two_words_by_what_was_learnt() -> None:
    """Words that the document shows only once, at its line ends."""
    text = " ".join(TEACHING * 3)
    spacing = Spacing([Line(text[at : at + 17].strip()) for at in range(0, len(text), 17)])
    joined = [("정부는 대책을 마련하", "기로 했다"), ("올해 예산안을 심의하였", "으며 이를")]
    apart = [("정부는 대책을", "마련하기로 했다"), ("올해 예산안을 심의하고", "통과시켰다")]
    assert all(spacing.one_word(*pair) for pair in joined)
    assert not any(spacing.one_word(*pair) for pair in apart)


def pages_with(header: str, footer: str, count: int = 6) -> list[list[Line]]:
    pages = []
    for number in range(count):
        body = column([f"page {number} {text}" for text in PROSE], 50, top=200)
        pages.append([
            line(header, 50, 30), *body, line(footer.format(number + 7), 280, 760),
        ])  # fmt: skip
    return pages


def test_running_headers_and_page_numbers_are_left_out() -> None:
    pages = pages_with("Annual report 2026", "- {} -")
    survey = Survey(pages, [800] * len(pages))
    text = compose(pages[2], survey).text
    assert "Annual report" not in text
    assert "- 9 -" not in text
    assert text.startswith("page 2 line 0")


def test_a_column_of_numbers_at_the_edge_is_no_page_number() -> None:
    pages = pages_with("Head", "{}")
    for page, amount in zip(pages, (310, 7, 44, 980, 15, 2), strict=True):
        page[-1] = line(str(amount), 280, 760)
    survey = Survey(pages, [800] * len(pages))
    assert compose(pages[1], survey).text.endswith("7")


def test_a_page_of_nothing_but_running_lines_keeps_them() -> None:
    pages = [[line(f"Potato {number}", 50, 30)] for number in range(8)]
    assert compose(pages[3], Survey(pages, [800] * 8)).text == "Potato 3"


def test_headings_by_size_and_by_outline() -> None:
    page = [
        line("Report on rivers", 50, 60, em=20),
        *column(PROSE, 50, top=100),
        line("2. The Han", 50, 200, em=14),
        *column(PROSE, 50, top=230),
        line("Sources", 50, 330),
        *column(PROSE, 50, top=350),
    ]
    survey = Survey([page], [800], {"Sources": 2})
    composed = compose(page, survey)
    found = [(composed.text[at:].split("\n")[0], level) for at, level in composed.headings]
    assert found == [("Report on rivers", 1), ("2. The Han", 2), ("Sources", 2)]
    assert title_of("", page, survey) == "Report on rivers"
    assert title_of("Microsoft Word - draft.doc", page, survey) == "Report on rivers"
    assert title_of("Rivers of Korea", page, survey) == "Rivers of Korea"


def numbered(*numbers: str, text: int = 9) -> list[Line]:
    """A page in one size: each number and its words on a line, `text` lines of prose after it."""
    lines: list[Line] = []
    for number in numbers:
        lines.append(line(f"{number} The matter", 50, 60 + 12 * len(lines)))
        lines += column((PROSE * 2)[:text], 50, 200, top=60 + 12 * len(lines))
    return lines


def headings(lines: list[Line]) -> list[tuple[str, int]]:
    composed = compose(lines, Survey([lines], [2000]))
    return [(composed.text[at:].split("\n")[0], level) for at, level in composed.headings]


def test_headings_by_their_numbers_alone() -> None:
    deep = numbered("1.", "1.1", "1.2", "2.", "2.1", "2.2", "3.", "3.1", "3.2")
    assert headings(deep) == [
        (f"{number} The matter", 1 if number.endswith(".") else 2)
        for number in ("1.", "1.1", "1.2", "2.", "2.1", "2.2", "3.", "3.1", "3.2")
    ]
    korean = [each for n in "ⅠⅡⅢ" for each in numbered(f"{n}.", "가.", "나.")]
    for row, each in enumerate(korean):
        each.place((50, 60 + 12 * row, each.box[2], 70 + 12 * row))
    assert [level for _, level in headings(korean)] == [1, 2, 2] * 3


def test_numbers_of_items_and_of_paragraphs_make_no_headings() -> None:
    items = numbered("1.", "2.", "3.", "4.", text=1)
    assert headings(items) == []
    paragraphs = [
        line(f"{n + 1}. {words}", 50, 60 + 12 * (n * 6 + row), 220)
        if row == 0
        else line(words, 50, 60 + 12 * (n * 6 + row), 220)
        for n in range(5)
        for row, words in enumerate(PROSE)
    ]
    assert headings(paragraphs) == []
    assert headings(numbered("3.", "7.", "2.", "9.")) == []
    contents = [line(f"{n}. The matter", 50, 60 + 12 * n) for n in range(1, 9)]
    assert headings(contents) == []


def test_a_bold_line_that_runs_on_into_its_sentence_is_no_heading() -> None:
    def page(first: str, width: float) -> list[Line]:
        return [line(first, 50, 300, width, bold=True), line("ends here, plainly.", 50, 312, 300)]

    body = [column(PROSE, 50, width=300, top=400) for _ in range(3)]
    emphasis, heading = page("What is bold here goes on and", 300), page("A bold heading", 70)
    survey = Survey([emphasis + body[0], heading + body[1], body[2]], [800.0] * 3)
    run_on = compose(emphasis + body[0], survey)
    assert "What is bold here goes on and ends here, plainly." in run_on.text
    assert run_on.headings == []
    assert compose(heading + body[1], survey).headings != []


def test_a_shadow_drawn_twice_is_read_once() -> None:
    assert compose([line("Shadow", 50, 60), line("Shadow", 51, 61)]).text == "Shadow"


def test_a_quote_leads_back_to_the_raw_characters() -> None:
    raw = "e\u0301te\u0301 und\u00a0\u200bLicht"
    text, first, places = clean(raw, 5)
    assert text == "été und Licht"
    made = Line(text, first, places)
    made.place((50, 50, 120, 60))
    page = compose([line("Zuerst.", 50, 38, 70), made])
    span = find_quote("Licht", page.text)
    assert span is not None
    assert page.raw_spans(*span) == [(5 + raw.index("L"), 5 + len(raw))]


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=300, deadline=None)
def test_cleaned_text_is_normal_and_its_map_points_at_the_same_letters(raw: str) -> None:
    text, first, places = clean(raw, 0)
    assert text == text.strip()
    assert unicodedata.normalize("NFC", text) == text
    assert normalise(text) == text
    text.encode("utf-8")
    if places is None:
        plain = raw.translate({9: " ", 160: " "})
        assert [c for c in text if c.isalnum()] == [
            c for c in plain[first : first + len(text)] if c.isalnum()
        ]
    else:
        assert len(places) == len(text)
        assert places == sorted(places)


@given(
    st.lists(
        st.tuples(
            st.text("ab 가나-•1", min_size=1, max_size=9).map(str.strip).filter(bool),
            st.floats(0, 600), st.floats(0, 800), st.sampled_from([6, 10, 18]),
        ),
        max_size=40,
    )
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_no_letter_is_lost_wherever_lines_stand(drawn: list[tuple[str, float, float, int]]) -> None:
    lines = [line(text, left, top, em=em) for text, left, top, em in drawn]
    assert sorted(texts(reading_order(lines))) == sorted(texts(lines))
    page = compose(lines, ordered=True)
    for offset, piece in page.pieces:
        assert page.text[offset : offset + len(piece.text)] == piece.text
