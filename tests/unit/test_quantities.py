"""Numbers in two languages, dates among them; and what of them contradicts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_core.quantities import compare, quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5만 3454명이 왔다", [(53454, "명")]),
        ("53,454 people came", [(53454, "명")]),
        ("1억 2천만 원", [(120_000_000, "원")]),
        ("$4.5 million", [(4_500_000, "달러")]),
        ("1,200만 달러", [(12_000_000, "달러")]),
        ("② 위원은 9명 이내로 한다", [(9, "명")]),
        ("30%", [(30, "percent")]),
        ("30퍼센트", [(30, "percent")]),
        ("1908년 3월 2일", [(1908, "년"), (3, "월"), (2, "일")]),
        ("1908-03-02", [(1908, "년"), (3, "월"), (2, "일")]),
        ("March 2, 1908", [(3, "월"), (2, "일"), (1908, "년")]),
        ("2 March 1908", [(2, "일"), (3, "월"), (1908, "년")]),
        ("다섯 명", [(5, "명")]),
        ("five people", [(5, "명")]),
        ("1. 첫째로 3명이", [(3, "명")]),
        ("in 1962 with 26 metres", [(1962, "년"), (26, "m")]),
        ("1.95km", [(1950, "m")]),
        ("185 센티미터", [(1.85, "m")]),
        ("2 톤과 300kg", [(2_000_000, "그램"), (300_000, "그램")]),
        ("넉 달과 열두 명", [(4, "개월"), (12, "명")]),
        ("비상 2단계", [(2, "단계")]),
        ("six weeks, 40 miles", [(6, "주"), (40, "마일")]),
    ],
)
def test_a_number_has_one_spelling(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(one.value, one.unit) for one in quantities(text)] == expected


SAME = [
    ("5만 명이 왔다.", "참가자는 50,000명이었다."),
    ("It opened on 2 March 1908.", "1908년 3월 2일에 문을 열었다."),
    ("약 5만 명이 왔다.", "참가자는 51,200명이었다."),
    ("Three quarters of them stayed.", "Some stayed: three of four."),
    ("침실은 두 개다.", "침실은 2개이다."),
    ("다리는 1,280미터이다.", "다리는 1.28km이다."),
    ("상자는 2kg이다.", "The box weighs 2,000 grams."),
    ("조는 4명이다.", "조는 3~5명으로 짠다."),
    ("온도는 20도이다.", "온도는 18에서 22도 사이이다."),
    ("It costs 12 dollars.", "It costs between 10 and 15 dollars."),
    ("수도권 10가구, 지방 20가구이다.", "수도권에 10가구가, 지방에 20가구가 있다."),
]
OTHERWISE = [
    ("등대는 1909년에 세워졌다.", "등대는 1908년에 세워졌다.", ["1909년"]),
    ("The tower is 27 metres tall.", "높이 26미터의 탑", ["27 metres"]),
    ("It opened on 3 March 1908.", "1908년 3월 2일에 문을 열었다.", ["3"]),
    ("6만 명이 왔다.", "참가자는 50,000명이었다.", ["6만 명"]),
    ("비율은 40%이다.", "비율은 30퍼센트이다.", ["40%"]),
    ("다리는 1,820미터이다.", "다리는 1.28km이다.", ["1,820미터"]),
    ("조는 7명이다.", "조는 3~5명으로 짠다.", ["7명"]),
    ("정원은 40명이다.", "정원은 30명에서 50명으로 늘었다.", ["40명"]),
    ("비상 1단계이다.", "비상 2단계가 발령됐다.", ["1단계"]),
    ("수도권 20가구, 지방 10가구이다.", "수도권 10가구, 지방 20가구이다.", ["20가구", "10가구"]),
]


@pytest.mark.parametrize(("sentence", "evidence"), SAME)
def test_the_same_number_said_otherwise_agrees(sentence: str, evidence: str) -> None:
    compared = compare(sentence, [evidence])
    assert not compared.contradicted
    assert not compared.missing


@pytest.mark.parametrize(("sentence", "evidence", "said"), OTHERWISE)
def test_another_number_of_the_same_thing_contradicts(
    sentence: str, evidence: str, said: list[str]
) -> None:
    assert [one.said for one in compare(sentence, [evidence]).contradicted] == said


def test_a_number_of_which_nothing_is_said_is_missing() -> None:
    compared = compare("It has 300 rooms.", ["The hotel opened in 1962."])
    assert [one.said for one in compared.missing] == ["300 rooms"]
    assert not compared.contradicted


@given(st.text(alphabet="0123456789.,만억천백조 년월일%-/$aMay", max_size=40))
def test_whatever_stands_there_is_read(text: str) -> None:
    for one in quantities(text):
        assert one.said == one.said.strip()
