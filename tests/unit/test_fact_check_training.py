"""What training.facts counts: every pair once, by kind and answer, the kept ones apart."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

pytest.importorskip("scipy")  # what training.support fits with

from rag_core.embeddings import BundledEmbedding
from training.facts import PARAPHRASES, pairs, ruled
from training.holdout import held_out

PLACES = (
    "부산",
    "대구",
    "인천",
    "광주",
    "대전",
    "울산",
    "수원",
    "청주",
    "전주",
    "포항",
    "제주",
    "강릉",
)
PASSAGE = (
    "The lighthouse was built on the cape by the harbour office in 1908 with stone. "
    "Its tower is 26 metres tall and stands on the eastern end of the harbour. "
    "The keepers lived beside it in a small house until the light was made automatic. "
    "A museum about lighthouses was opened next to the tower in the spring of 1985."
)


def _write(data: Path, name: str, rows: list[dict[str, str]]) -> None:
    with gzip.open(data / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_every_pair_is_ruled_on_once_and_the_kept_ones_apart(tmp_path: Path) -> None:
    rows = [
        {
            "query": f"{place} 도서관은 월요일에 문을 연다.",
            "positive": f"{place} 도서관은 월요일에 문을 연다.",
            "negative": f"{place} 도서관은 월요일에 문을 닫는다.",
        }
        for place in PLACES
    ]
    _write(tmp_path, "nli-klue", rows)
    question = {"query": "When was the lighthouse built?", "positive": PASSAGE}
    for name in ("tydi-ko", "tydi-en"):
        _write(tmp_path, name, [question])
    for name in PARAPHRASES:
        said = {"query": "비가 오면 창문을 닫는다.", "positive": "비가 오면 창문을 닫는다."}
        _write(tmp_path, name, [said, said | {"query": "비가 오면 꼭 창문을 닫는다."}])
    embedding = BundledEmbedding()
    made, kept = (pairs(tmp_path, 5, held, embedding) for held in (False, True))
    learned = sum(not held_out(row["query"]) for row in rows)
    counts = ruled(made, embedding)
    assert counts["klue, yes"] == {"supported": learned}
    assert counts["klue, no"] == {"contradicted": learned}
    assert sum(count.total() for count in counts.values()) == len(made)
    texts = {one.evidence for one in made}
    assert not any(one.evidence in texts for one in kept)
