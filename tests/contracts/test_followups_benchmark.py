"""The benchmark of follow-up questions on a tiny set, through the real assistant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.followups import Case, measure
from rag_core.commands import turns_of
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam

DOCUMENTS = {
    "light": "서담의 첫 등대는 1908년에 포항에 세워졌어요. 높이는 26미터이고 이태호가 설계했어요.",
    "tower": "남산의 탑은 1969년에 세워졌어요. 높이는 236미터예요. 장종률이 설계했어요.",
    "tea": "보성의 차밭은 1939년에 생겼어요. 넓이는 50헥타르예요. 봄에 잎을 땁니다.",
    "port": "The harbour of Busan was opened in 1876. It is the largest port in Korea.",
}
ASKED = [
    ("light", "서담의 첫 등대는 언제 세워졌나요?", "1908년입니다.", "그건 누가 설계했나요?"),
    ("tower", "남산의 탑은 언제 세워졌나요?", "1969년입니다.", "그건 누가 설계했나요?"),
    ("tea", "보성의 차밭은 언제 생겼나요?", "1939년입니다.", "거기 넓이는요?"),
    ("port", "When was the harbour of Busan opened?", "In 1876.", "Is it the largest one?"),
]
CASES = [
    Case(
        follow_up,
        turns_of([{"question": first, "answer": answer}]),
        leans=True,
        language="en" if gold == "port" else "ko",
        gold=gold,
        written=first,
    )
    for gold, first, answer, follow_up in ASKED
]


@pytest.fixture(scope="module")
def seodam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seodam]:
    opened = open_seodam(Settings(tmp_path_factory.mktemp("library")))
    library = opened.library(LOCAL_OWNER)
    for name, text in DOCUMENTS.items():
        library.add(Upload(f"{name}.txt", text.encode()))
    yield opened
    opened.close()


def test_follow_ups_find_what_they_mean_and_the_others_are_left_alone(seodam: Seodam) -> None:
    row = measure(seodam, CASES, "extractive")
    assert row["hit@1 with history"] == 1.0
    assert row["hit@1 without"] < 1.0
    assert row["changed"] == {"en": 1.0, "ko": 1.0}
    assert row["crossed"] == 12
    assert row["left alone, crossed"] == 1.0
