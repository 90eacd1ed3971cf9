"""What is built like a definition, in Korean and English."""

from __future__ import annotations

import pytest

from rag_core.asking import Definition
from rag_core.defining import defines


@pytest.mark.parametrize(
    "sentence",
    [
        "토큰화란 글을 낱말로 나누는 일이에요.",
        "황사(黃沙)는 봄철에 모래와 먼지가 서서히 가라앉는 현상을 말한다.",
        "세포(細胞)는 유기체의 기본 구조 및 활동 단위이다.",
        "A checksum is a short value that is computed from the data.",
        "The Rhineland (German: Rheinland (listen)) is the name of a region along the Rhine.",
        "Latency refers to the time until the first byte arrives.",
    ],
)
def test_a_sentence_that_says_what_something_is_defines(sentence: str) -> None:
    assert defines(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "자동화 도구들은 이러한 인젝션을 탐지할 수 있을 것이다.",
        "박물관은 월요일에 문을 닫습니다.",
        "The museum is closed on Mondays.",
        "Sales rose by 4 % in the second quarter.",
    ],
)
def test_a_sentence_that_foretells_or_reports_does_not(sentence: str) -> None:
    assert not defines(sentence)


@pytest.mark.parametrize("verb", ["means", "refers to", "is defined as", "consists of"])
def test_a_definition_says_so_whether_its_term_is_known_or_not(verb: str) -> None:
    sentence = f"Latency {verb} the time until the first byte arrives."
    assert defines(sentence)
    assert Definition("What is latency?").said_by(sentence) == 1.0
