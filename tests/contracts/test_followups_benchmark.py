"""The benchmark of follow-up questions on a tiny set; on the development set where it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.followups import Case, measure, read, searched
from rag_core.commands import turns_of
from rag_core.extractive import ExtractiveChatModel

SHARED = Path(__file__).parents[3] / "shared" / "data" / "dev"
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


def test_follow_ups_find_what_they_mean_and_the_others_are_left_alone(tmp_path: Path) -> None:
    rows = [json.dumps({"_id": name, "text": text}) for name, text in DOCUMENTS.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows), "utf-8")
    asked = json.dumps({"_id": "q", "text": "등대?"})
    (tmp_path / "queries.jsonl").write_text(asked, "utf-8")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "dev.tsv").write_text("query\tdocument\tgain\nq\tlight\t1", "utf-8")
    with searched(tmp_path) as search:
        row = measure(CASES, search, ExtractiveChatModel())
    assert row["hit@1 with history"] == 1.0
    assert row["hit@1 without"] < 1.0
    assert row["changed"] == {"en": 1.0, "ko": 1.0}
    assert row["crossed"] == 12
    assert row["left alone, crossed"] == 1.0


@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not here")
def test_on_the_development_set_it_reaches_what_was_asked() -> None:
    with searched(SHARED / "korquad-dev") as search:
        row = measure(read(SHARED / "followups" / "cases.jsonl"), search, ExtractiveChatModel())
    assert row["hit@5 with history"] >= 0.8
    assert row["left alone"] == 1.0
    assert row["left alone, crossed"] >= 0.98
