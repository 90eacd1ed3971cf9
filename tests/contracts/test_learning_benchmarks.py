"""The benchmarks of evaluation and of fine-tuning on tiny sets: real runs, made-up texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import evaluation, tuning
from benchmarks.shelved import shelve
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER
from rag_core.wiring import open_seodam

PLACES = "Pohang Busan Ulsan Mokpo Yeosu Jeju Sokcho Donghae".split()
THINGS = "lighthouse harbour bridge market library museum".split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BEIR folder: a title for each place, below it a text for each of its things."""
    folder = tmp_path_factory.mktemp("sets") / "made"
    (folder / "qrels").mkdir(parents=True)
    corpus, queries, judged = [], [], ["query-id\tcorpus-id\tscore"]
    for at, (place, thing) in enumerate((p, t) for p in PLACES for t in THINGS):
        text = (
            f"The {thing} of {place} was finished in {1900 + at} after {at + 2} years of work. "
            f"People of {place} walk to the {thing} on {at + 3} days of the year. "
            f"It was drawn by architect number {at + 100}, who lived near the old {thing}."
        )
        corpus.append({"_id": f"d{at}", "title": place, "text": text})
        queries.append({"_id": f"q{at}", "text": f"When was the {thing} of {place} finished?"})
        judged.append(f"q{at}\td{at}\t1")
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "qrels" / "dev.tsv").write_text("\n".join(judged), "utf-8")
    return folder


def test_a_thousand_questions_in_small(folder: Path, tmp_path: Path) -> None:
    told = evaluation.measure(tmp_path, [folder], questions=20, passages=1000)
    assert (told["questions"], told["passages"]) == (20, len(PLACES) * len(THINGS))
    measures = told["measures"]
    assert isinstance(measures, dict)
    assert measures["page_hit@1"] > 0.9
    assert measures["citation_validity"] == 1.0


def test_only_whole_documents_are_put_in_and_only_their_questions_asked(
    folder: Path, tmp_path: Path
) -> None:
    seodam = open_seodam(Settings(data=tmp_path))
    library = seodam.library(LOCAL_OWNER)
    made, asked = shelve(library, folder, len(THINGS) * 2 + 1)
    assert made == len(THINGS) * 2
    assert [one.state.value for one in library.documents(None)] == ["ready", "ready"]
    assert len(asked) == made
    assert all(set(PLACES[:2]) & set(one.question.split()) for one in asked)
    seodam.close()


def test_tuning_is_timed_tried_and_asked_the_questions_it_did_not_see(
    folder: Path, tmp_path: Path
) -> None:
    told = tuning.measure(tmp_path, [folder], passages=1000, questions=12)
    assert told["passages"] == len(PLACES) * len(THINGS)
    assert told["used"] in (True, False)
    assert told["trial"]["lessons"] >= 40
    gold = told["gold"]["made"]
    assert gold["questions"] == 12
    for way in ("search", "dense"):
        low, high = gold[way]["interval"]
        assert low <= gold[way]["gain"] <= high
    assert gold["search"]["before"] > 0.9
