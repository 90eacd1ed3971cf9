"""Citations cannot lie: whatever a model writes, what is shown stands on its page."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rag_core.citations import Checked, check
from rag_core.text import find_quote
from rag_core.types import Hit, Passage

PAGES = {
    "tea": "Tea is grown in Boseong. The fields were planted in 1939. They lie on 30 hills.",
    "light": "포항의 등대는 1908년에 세워졌다. 높이는 26미터이다. 지금도 불을 밝힌다.",
}


def hit(name: str, text: str, rank: int) -> Hit:
    return Hit(rank, Passage(f"{name}-0", name, 0, 1, "1", text), f"{name}.pdf", 0.5)


HITS = [hit("tea", PAGES["tea"], 1), hit("light", PAGES["light"], 2)]


def page_text(passage: Passage) -> str:
    return PAGES[passage.document_id]


def checked(text: str) -> Checked:
    return check(text, HITS, page_text)


_MARKS = st.sampled_from(
    ["[1]", "[2]", "[3]", "[1][2]", "[1-9]", "【1†source】", "[0]", "[^2]", "[99"]
)
_WORDS = st.sampled_from([*PAGES["tea"].split(), *PAGES["light"].split(), "\n", "- ", "2077", "‮"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(_MARKS, _WORDS, st.text(max_size=6)), max_size=40))
def test_whatever_a_model_writes_each_quote_shown_is_on_its_page(pieces: list[str]) -> None:
    answer = checked(" ".join(pieces))
    for citation in answer.citations:
        assert citation.verified
        assert citation.quote
        assert find_quote(citation.quote, PAGES[citation.document_id]) is not None
    assert [one.number for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert answer.offered >= len(answer.citations)
    named = {number for sentence in answer.sentences for number in sentence.citations}
    assert named <= {one.number for one in answer.citations}


def test_a_mark_of_a_passage_that_was_not_shown_goes_and_is_counted() -> None:
    answer = checked("Tea is grown in Boseong. [1] It never rains there. [7]")
    assert answer.text == "Tea is grown in Boseong. [1] It never rains there."
    assert (len(answer.citations), answer.offered) == (1, 2)


def test_a_passage_whose_page_says_otherwise_is_not_cited() -> None:
    forged = [hit("tea", "Tea is grown on the moon.", 1)]
    answer = check("Tea is grown on the moon. [1]", forged, page_text)
    assert answer.citations == ()
    assert answer.offered == 1
    assert not answer.sentences[0].supported


def test_a_sentence_without_support_is_marked_as_such() -> None:
    answer = checked("The fields were planted in 1939. [1] The fields were planted in 1940. [1]")
    assert [one.supported for one in answer.sentences] == [True, False]


def test_a_sentence_in_another_language_stands_by_its_numbers() -> None:
    answer = checked("The lighthouse of Pohang was built in 1908. [2] It was built in 1909. [2]")
    assert [one.supported for one in answer.sentences] == [True, False]


def test_quotes_are_the_words_of_the_sentence_that_supports() -> None:
    answer = checked("차밭은 언덕에 있다. [1] 등대의 높이는 26미터이다. [2]")
    assert answer.citations[1].quote == "포항의 등대는 1908년에 세워졌다. 높이는 26미터이다."


def test_a_refusal_is_understood_and_cites_nothing() -> None:
    answer = checked("The passages do not say. [0]")
    assert not answer.answerable
    assert answer.citations == answer.sentences == ()


def test_the_heading_of_a_table_claims_nothing_and_its_rows_do() -> None:
    answer = checked(
        "| what | when |\n|:--|--:|\n| fields | planted in 1939 [1] |\n| moon | 2077 |"
    )
    assert [(one.text, one.supported) for one in answer.sentences] == [
        ("| fields | planted in 1939 |", True),
        ("| moon | 2077 |", False),
    ]


def test_code_holds_no_marks() -> None:
    code = "```python\nhills[0] = fields[1]\n```\nAs `hills[7]` says:"
    answer = checked(f"{code}\nTea is grown in Boseong. [1]")
    assert answer.text == f"{code}\nTea is grown in Boseong. [1]"
    assert answer.answerable
    assert (len(answer.citations), answer.offered) == (1, 1)
