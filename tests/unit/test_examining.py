"""Evaluation on one's own documents: made questions, runs that are kept, stopping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag_core.errors import BrokenFile, Cancelled, NotFound
from rag_core.evaluation import GoldQuestion, read_gold, read_gold_lines
from rag_core.examinations import as_lines
from rag_core.examining import Examiner, examine, made_questions
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def seodam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path_factory.mktemp("data")))
    for path in sorted(SAMPLES.glob("*.pdf")):
        opened.library(LOCAL_OWNER).add(Upload(path.name, path.read_bytes()))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def made(seodam: Seodam) -> list[GoldQuestion]:
    library = seodam.library(LOCAL_OWNER)
    return made_questions(library, [one.id for one in library.documents()])


def test_questions_are_made_of_every_document_with_their_pages(made: list[GoldQuestion]) -> None:
    answerable = [one for one in made if one.answerable]
    assert {place[0] for one in answerable for place in one.places} == {
        path.name for path in SAMPLES.glob("*.pdf")
    }
    assert all(place[1] for one in answerable for place in one.places)
    assert len(answerable) >= 15
    assert sum(not one.answerable for one in made) >= 3


def test_a_run_measures_what_evaluate_measures(seodam: Seodam, made: list[GoldQuestion]) -> None:
    told: list[int] = []
    measures, asked = examine(
        seodam.library(LOCAL_OWNER),
        seodam.assistant(LOCAL_OWNER),
        seodam.generator("extractive"),
        made,
        show=told.append,
    )
    assert told == list(range(1, len(made) + 1))
    assert [one.question for one in asked] == [one.question for one in made]
    assert measures["page_hit@5"] > 0.8
    assert measures["citation_validity"] == 1
    assert measures["abstention_recall"] > 0.5
    assert set(measures) >= {"page_hit@1", "page_mrr@10", "answer_contains_gold", "questions"}


def test_a_run_stops_when_asked(seodam: Seodam, made: list[GoldQuestion]) -> None:
    parts = (
        seodam.library(LOCAL_OWNER),
        seodam.assistant(LOCAL_OWNER),
        seodam.generator("extractive"),
    )
    with pytest.raises(Cancelled):
        examine(*parts, made, cancelled=lambda: True)


def test_sets_and_runs_are_kept_and_deleted_together(seodam: Seodam) -> None:
    kept = seodam.evaluations(LOCAL_OWNER)
    gold = GoldQuestion(
        "언제?", "1908년", True, "fact", "ko", (frozenset({("a.pdf", 3)}),), ("인용",)
    )
    set_id = kept.keep_set("mine", [gold])
    assert [one.questions for one in kept.sets() if one.id == set_id] == [(gold,)]
    examiner = Examiner(kept)
    examiner.start(
        set_id, {"model": "m"}, [gold], lambda show, cancelled: ({"page_hit@1": 1.0}, ())
    )
    assert examiner._worker is not None
    examiner._worker.join()
    (run,) = kept.runs(set_id)
    assert (run.measures, run.settings) == ({"page_hit@1": 1.0}, {"model": "m"})
    assert examiner.progress is not None
    assert examiner.progress.stage == "done"
    kept.keep_set("renamed", [gold, gold], set_id)
    assert [(one.name, len(one.questions)) for one in kept.sets() if one.id == set_id] == [
        ("renamed", 2)
    ]
    kept.delete_set(set_id)
    assert kept.runs(set_id) == ()
    with pytest.raises(NotFound):
        kept.delete_set(set_id)


def test_a_failed_or_stopped_run_leaves_nothing(seodam: Seodam) -> None:
    kept = seodam.evaluations(LOCAL_OWNER)
    examiner = Examiner(kept)
    for failure, stage in ((Cancelled(), "cancelled"), (RuntimeError("ours"), "failed")):

        def ask(show: object, cancelled: object, failure: Exception = failure) -> None:
            raise failure

        examiner.start("s", {}, [], ask)  # type: ignore[arg-type]
        assert examiner._worker is not None
        examiner._worker.join()
        assert examiner.progress is not None
        assert examiner.progress.stage == stage
    assert kept.runs("s") == ()


def test_a_set_goes_out_and_comes_back(tmp_path: Path, made: list[GoldQuestion]) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(as_lines(made), encoding="utf-8")
    for back in (read_gold(path), read_gold_lines("set.jsonl", path.read_bytes())):
        assert [(one.question, one.answerable, one.places) for one in back] == [
            (one.question, one.answerable, one.places) for one in made
        ]
    assert json.loads(as_lines([GoldQuestion("q")])) == {
        "question": "q",
        "answer": None,
        "answerable": True,
        "kind": "",
        "lang": "",
        "evidence": [],
    }


@pytest.mark.parametrize("data", [b"\xff\xfe", b"not json", b'{"no": "question"}', b"[1]"])
def test_a_file_that_is_no_question_set_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenFile):
        read_gold_lines("x.jsonl", data)
