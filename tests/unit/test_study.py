"""Help to study, made of the document itself: nothing invented, everything with its place."""

import csv
import io
from pathlib import Path

import pytest

from rag_core.definitions import definitions
from rag_core.embeddings import BundledEmbedding
from rag_core.gist import Telling, summary, tellings
from rag_core.key_terms import Term, terms
from rag_core.parsing import parse
from rag_core.passages import cut
from rag_core.study import (
    BLANK,
    CHOICES,
    Material,
    cards,
    cards_as_csv,
    cards_for_anki,
    material,
    quiz,
    right,
)
from rag_core.suggesting import following, suggestions
from rag_core.types import Page, Passage, Upload

SAMPLES = Path(__file__).parents[2] / "samples"
EMBEDDING = BundledEmbedding()


class Read:
    """A sample, read as the library reads it."""

    def __init__(self, name: str) -> None:
        parsed = parse(Upload(name, (SAMPLES / name).read_bytes()))
        self.passages = cut("d", parsed.title, parsed.pages)
        self.found = tellings(self.passages)
        self.terms = terms([one.text for one in self.passages], EMBEDDING)


@pytest.fixture(scope="module", params=["seodam-sample-ko.pdf", "seodam-sample-en.pdf"])
def read(request: pytest.FixtureRequest) -> Read:
    return Read(request.param)


def _passage(text: str, context: str = "title") -> Passage:
    return cut("d", context, (Page(1, "1", text),))[0]


def _tellings(text: str) -> list[Telling]:
    return tellings([_passage(text)])


def test_the_terms_of_a_lecture_are_its_subjects(read: Read) -> None:
    known = {one.text.lower() for one in read.terms}
    assert len({"rag", "token", "토큰", "transformer", "트랜스포머", "bert"} & known) >= 3
    assert read.terms[0].weight == 1
    assert [one.weight for one in read.terms] == sorted(
        (one.weight for one in read.terms), reverse=True
    )


def test_words_that_say_nothing_are_no_terms() -> None:
    text = "학교에서 하는 것은 많다. 학교는 크다. 학교를 짓는 사람은 많은 것을 한다. "
    assert [one.text for one in terms([text * 3], EMBEDDING)][:1] == ["학교"]
    assert terms([], EMBEDDING) == []
    assert terms(["123 456"], EMBEDDING) == []


def test_a_summary_is_word_for_word_in_reading_order_and_from_everywhere(read: Read) -> None:
    said = summary(read.found, read.terms, EMBEDDING)
    assert len(said) == 5
    for one in said:
        assert one.passage.text[one.start : one.end].split() == one.text.split()
    places = [(one.passage.index, one.start) for one in said]
    assert places == sorted(places)
    assert len({one.passage.page for one in said}) >= 3
    assert summary([], [], EMBEDDING) == []


def test_a_summary_begins_with_what_the_document_is_for() -> None:
    text = (
        "For example, some trees stand in the north. Trees are cut every year in the forest. "
        "The goal of this report is to say how the trees of the forest are counted. "
        "Please mind the trees when you walk in the forest."
    )
    found = tellings([Passage("a-0", "a", 0, 1, "1", text)])
    assert [one.text[:20] for one in summary(found, [], EMBEDDING, 1)] == ["The goal of this rep"]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("토큰화(tokenization)란 문장을 토큰으로 나누는 과정입니다.", "토큰화란 무엇인가요?"),
        ("감가상각이란 자산의 값을 나누어 비용으로 적는 일이다.", "감가상각이란 무엇인가요?"),
        ("RAG(검색 증강 생성)는 문서를 찾아 읽게 하는 방법입니다.", "RAG란 무엇인가요?"),
        ("Tokenization is the process of cutting text.", "What is Tokenization?"),
        ("An API (interface) is a bridge between programs.", "What is an API?"),
        ("The retriever refers to the part that finds passages.", "What is the retriever?"),
    ],
)
def test_a_definition_asks_for_what_it_defines(text: str, question: str) -> None:
    assert [one.question for one in definitions(_tellings(text))] == [question]


@pytest.mark.parametrize(
    "text",
    [
        "수금이 잦은 사업은 더 빠른 검증을 원할 것이다.",
        "공격자가 같은 브라우저를 쓰는 사람은 여전히 인증된 사람입니다.",
        "It is a thing that nobody has seen before.",
        "The reason is a lack of time and of money.",
        "What is needed is an electronic payment system.",
    ],
)
def test_what_defines_nothing_is_no_definition(text: str) -> None:
    assert definitions(_tellings(text)) == []


POINTS = (
    "추진 배경\n\n□ 인구 감소와 고령화로 도시 관리 비용이 해마다 증가\n\n○ 65세 이상 인구 비율은 "
    "24.3%로 전국 평균보다 3.7%p 높음\n\n○ 담당 부서"
)


def test_a_report_in_points_is_told_by_its_points() -> None:
    said = [one.text for one in tellings([_passage(POINTS, "계획 › 추진 배경")])]
    assert said == [
        "인구 감소와 고령화로 도시 관리 비용이 해마다 증가",
        "65세 이상 인구 비율은 24.3%로 전국 평균보다 3.7%p 높음",
    ]


def test_points_are_left_out_where_there_are_sentences() -> None:
    prose = " ".join(f"{n}번째 도서관은 해마다 삼백 명이 찾는 곳이다." for n in range(1, 6))
    said = [one.text for one in tellings([_passage(f"{prose}\n\n{POINTS}")])]
    assert len(said) == 5
    assert all(one.endswith("다.") for one in said)


def test_suggested_questions_lead_to_their_passage(read: Read) -> None:
    offered = suggestions(read.found, read.terms, read.passages)
    assert 3 <= len(offered) <= 5
    assert len({one.question for one in offered}) == len(offered)
    assert all(one.passage in read.passages for one in offered)
    assert any("무엇" in one.question or one.question.startswith("What") for one in offered)


def test_a_heading_that_asks_is_taken_as_it_is() -> None:
    passages = [_passage("Some text of this section.", "t"), _passage("Other.", "t")]
    headed = Passage("p", "d", 0, 1, "1", "text", context="title › 2.1 어떤 라이선스가 좋을까요?")
    assert [one.question for one in suggestions([], [], [*passages, headed])] == [
        "어떤 라이선스가 좋을까요?"
    ]
    dated = Passage("p", "d", 0, 1, "1", "text", context="title › 2013년 판에서 무엇이 바뀌었나요?")
    assert suggestions([], [], [dated])[0].question == "2013년 판에서 무엇이 바뀌었나요?"


@pytest.mark.parametrize(
    "heading",
    ["Transaction | Transaction", "block block header", "First Page", "12 53,454 90", "title"],
)
def test_page_furniture_is_no_question(heading: str) -> None:
    headed = Passage("p", "d", 0, 1, "1", "text", context=f"title › {heading}")
    assert suggestions([], [], [headed]) == []


def test_questions_to_go_on_with_come_from_around_and_were_not_asked(read: Read) -> None:
    cited = [one for one in read.passages if one.page == 2][:1]
    asked = ["What is tokenization?", "토큰화란 무엇인가요?"]
    offered = following(cited, read.passages, asked)
    assert 2 <= len(offered) <= 3
    assert not {"What is Tokenization?", "토큰화란 무엇인가요?"} & set(offered)
    assert not set(following(cited, read.passages, [*asked, *offered])) & set(offered)
    assert following([], [], []) == []


def test_a_gap_is_a_word_of_its_own() -> None:
    found = _tellings("공격자는 여러 경로를 쓸 수 있습니다. 이번 공격은 두 번째로 많은 일입니다.")
    assert [one.answer for one in quiz(found, [Term("공격", 1.0, 5)])] == ["공격"]


def test_every_quiz_question_is_answered_by_its_sentence_and_by_one_choice_only(
    read: Read,
) -> None:
    items = quiz(read.found, read.terms)
    assert len(items) == 8
    assert items == quiz(read.found, read.terms)
    assert {bool(one.choices) for one in items} == {True, False}
    for one in items:
        assert one.question.replace(BLANK, one.answer) == one.source.text
        if one.choices:
            assert len(set(one.choices)) == CHOICES
            said = one.source.text.casefold()
            assert [choice for choice in one.choices if choice.casefold() in said] == [one.answer]


def test_numbers_with_a_unit_are_asked_back() -> None:
    (item,) = quiz(_tellings("남해대교는 1973년에 처음으로 지어졌어요."), [])
    assert (item.question, item.answer) == (f"남해대교는 {BLANK}년에 처음으로 지어졌어요.", "1973")
    assert quiz(_tellings("이 내용은 제 3 자에게 알리지 않는 것을 원칙으로 해요."), []) == []


def test_a_number_stands_among_others_of_its_unit() -> None:
    said = (
        "평가는 여러 번 있고 그 가운데 첫 번째는 11월에 하게 됩니다. 직원은 모두 합해서 380명이나 "
        "됩니다. 방문객은 지난 한 해에 모두 220명이었습니다. 자원봉사자는 모두 900명이나 됩니다."
    )
    (month, *_) = quiz(_tellings(said), [])
    assert (month.answer, month.choices) == ("11", ())


@pytest.mark.parametrize("number", ["Ⅲ. ", "가. ", "2.1 ", "제3장 ", "□ "])
def test_a_heading_is_asked_for_without_its_number(number: str) -> None:
    headed = Passage("p", "d", 0, 1, "1", "text", context=f"title › {number}세부 추진 과제")
    (asked,) = suggestions([], [], [headed])
    assert asked.question == "‘세부 추진 과제’에 대해 설명해 주세요."


@pytest.mark.parametrize(
    ("typed", "fits"), [("rag", True), (" R A G. ", True), ("RAGs", False), ("", False)]
)
def test_typed_answers_are_compared_by_their_letters(typed: str, fits: bool) -> None:
    (item,) = quiz(
        _tellings("RAG (retrieval) is a way of answering with documents."), [Term("RAG", 1.0, 1)]
    )
    assert right(item, typed) is fits


def test_cards_can_be_carried_to_a_spreadsheet_and_to_anki(read: Read) -> None:
    made = [(one, f"sample p. {one.source.passage.page}") for one in cards(read.found, read.terms)]
    rows = list(csv.DictReader(io.StringIO(cards_as_csv(made).decode("utf-8-sig"))))
    assert [row["back"] for row in rows] == [card.back for card, _ in made]
    text = cards_for_anki(made, "my\tdeck")
    assert text.startswith(
        "#separator:tab\n#html:false\n#deck:my deck\n#columns:front\tback\tsource\n"
    )
    body = text.split("\n", 4)[4]
    assert next(csv.reader(io.StringIO(body), delimiter="\t"))[0] == made[0][0].front


def test_a_document_without_sentences_gives_nothing() -> None:
    passages = [_passage("1\t2\t3\n4\t5\t6")]
    found = tellings(passages)
    assert found == []
    assert suggestions(found, [], passages) == []
    assert quiz(found, []) == []
    assert cards(found, []) == []


def test_all_of_it_comes_from_one_call_and_nothing_from_nothing(read: Read) -> None:
    made = material(read.passages, EMBEDDING)
    assert [one.text for one in made.summary] == [
        one.text for one in summary(read.found, read.terms, EMBEDDING)
    ]
    assert made.quiz == tuple(quiz(read.found, read.terms))
    assert material([], EMBEDDING) == Material()
