"""Sentences with room for names read as Koreans write them."""

from __future__ import annotations

import pytest

from pages.ui.messages import Words
from rag_core.particles import agreeing
from rag_core.translations import error_in_words


@pytest.mark.parametrize(
    ("sentence", "name", "said"),
    [
        ("**{name}**을(를) 지웠어요.", "조례 질문 모음", "**조례 질문 모음**을 지웠어요."),
        ("**{name}**을(를) 지웠어요.", "회의 자료", "**회의 자료**를 지웠어요."),
        ("**{name}**(으)로 옮겼어요.", "여름 책장", "**여름 책장**으로 옮겼어요."),
        ("{name}(으)로 돌아가기", "처음 글", "처음 글로 돌아가기"),
        ("{name}(으)로 돌아가기", "자료", "자료로 돌아가기"),
        ("‘{name}’은(는) 없어요.", "보고서 2026", "‘보고서 2026’은 없어요."),
        ("{name}이(가) 답해요.", "모델 2", "모델 2가 답해요."),
        ("{name}(으)로", "0.81", "0.81로"),
        ("**{name}**을(를) 지웠어요.", "plan.docx", "**plan.docx**을(를) 지웠어요."),
        ("**{name}**을(를) 지웠어요.", "을(를)", "**을(를)**을(를) 지웠어요."),
    ],
)
def test_particles_agree_with_what_they_follow(sentence: str, name: str, said: str) -> None:
    assert agreeing(sentence, {"name": name}).format(name=name) == said


def test_screens_and_errors_read_so() -> None:
    assert Words("ko")("undo.removed", name="회의록") == "**회의록**을 지웠어요."
    assert error_in_words("not_found", {"what": "conversation"}, "ko")[0] == "찾는 대화가 없어요."
