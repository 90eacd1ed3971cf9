"""What bears a sentence out: words, numbers, names, meaning, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.groundedness import judge, measure
from rag_core.grounding import check
from rag_core.types import CheckedBy

EVIDENCE = (
    "보성의 차밭은 1939년에 처음 심어졌다. 넓이는 50헥타르이고 해마다 관광객 30만 명이 찾는다. "
    "축제는 5월에 열린다."
)
ENGLISH = (
    "The tea fields of Boseong were planted in 1939. They cover 50 hectares on terraced hills "
    "above the sea, and 300,000 visitors come every year. The festival is held in May."
)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "dev" / "groundedness" / "cases.jsonl"


@pytest.mark.parametrize(
    ("sentence", "evidence", "by"),
    [
        ("축제는 5월에 열린다.", EVIDENCE, CheckedBy.WORDS),
        ("보성 차밭은 1939년에 심어졌어요.", EVIDENCE, CheckedBy.NUMBERS),
        ("차밭의 넓이는 50헥타르예요.", EVIDENCE, CheckedBy.NUMBERS),
        ("Boseong's tea fields were planted in 1939.", ENGLISH, CheckedBy.NUMBERS),
        ("The tea fields lie on terraced hills above the sea.", ENGLISH, CheckedBy.MEANING),
        ("보성의 차밭은 1939년에 심어졌다.", ENGLISH, CheckedBy.NUMBERS),
        ("The tea fields of Boseong were planted in 1939.", EVIDENCE, CheckedBy.NUMBERS),
    ],
)
def test_what_the_passage_says_is_supported(sentence: str, evidence: str, by: CheckedBy) -> None:
    verdict = check(sentence, [evidence])
    assert (verdict.supported, verdict.by, verdict.contradicted) == (True, by, ())


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("등대의 불빛은 먼바다의 배를 인도한다.", EVIDENCE),
        ("The president resigned after the scandal.", ENGLISH),
        ("The company makes engines for aircraft in Texas.", ENGLISH),
        ("대통령은 그 추문 뒤에 물러났다.", ENGLISH),
    ],
)
def test_what_it_does_not_say_is_not(sentence: str, evidence: str) -> None:
    verdict = check(sentence, [evidence])
    assert not verdict.supported
    assert not verdict.contradicted


@pytest.mark.parametrize(
    ("sentence", "evidence", "otherwise"),
    [
        ("보성의 차밭은 1940년에 처음 심어졌다.", EVIDENCE, ("1940년",)),
        ("해마다 관광객 40만 명이 찾는다.", EVIDENCE, ("40만 명",)),
        ("The fields cover 60 hectares.", "넓이는 50헥타르이다.", ("60 hectares",)),
        ("The tea fields of Boseong were planted in 1938.", EVIDENCE, ("1938",)),
        ("The festival is held in June.", ENGLISH, ("June",)),
    ],
)
def test_other_numbers_and_dates_are_named(
    sentence: str, evidence: str, otherwise: tuple[str, ...]
) -> None:
    verdict = check(sentence, [evidence])
    assert not verdict.supported
    assert verdict.by is CheckedBy.NUMBERS
    assert verdict.contradicted == otherwise


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("협상은 밤샘 교섭 끝에 실패했다.", "협상은 밤샘 교섭 끝에 성공했다."),
        ("열람실은 밤에 쓸 수 없다.", "열람실은 밤에도 쓸 수 있다."),
        ("모든 회원이 총회에서 찬성했다.", "회원이 총회에서 찬성했다."),
        ("이 표는 어른만 쓸 수 있다.", "이 표는 어른이 쓸 수 있다."),
        ("The talks failed after a long night.", "The talks succeeded after a long night."),
        ("The reading room is not open at night.", "The reading room is open at night."),
        ("All members voted for the plan.", "Members voted for the plan."),
    ],
)
def test_what_stands_against_it_or_says_less_does_not_bear_it_out(
    sentence: str, evidence: str
) -> None:
    verdict = check(sentence, [evidence])
    assert (verdict.supported, verdict.by) == (False, CheckedBy.MEANING)
    assert check(evidence[:-1] + "!", [evidence]).supported


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("값은 비싸지만 맛이 좋다.", "값은 비싸나 맛이 좋다."),
        ("다만 축제는 5월에 열린다.", "축제는 5월에 열린다."),
        ("공립인지 사립인지 모를 학교가 생겼다.", "공립도, 사립도 아닌 애매한 학교가 생겼다."),
    ],
)
def test_what_only_looks_like_more_is_borne_out(sentence: str, evidence: str) -> None:
    assert check(sentence, [evidence]).supported


def test_a_sentence_that_cites_nothing_stands_on_nothing() -> None:
    verdict = check("축제는 5월에 열린다.", [])
    assert (verdict.supported, verdict.by) == (False, CheckedBy.NOTHING)


def test_two_passages_bear_a_sentence_out_together() -> None:
    first, second = ENGLISH.split(". They", 1)
    sentence = "The tea fields of Boseong were planted in 1939 and cover 50 hectares."
    assert check(sentence, [first, f"They{second}"]).supported


@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not here")
def test_on_the_development_set_it_reaches_what_was_asked() -> None:
    row = measure(judge(SHARED))
    assert row["balanced accuracy"] >= 0.75
    assert row["contradicted numbers flagged"] >= 0.9
