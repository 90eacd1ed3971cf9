"""Evaluation on one's own documents: made questions, runs that are kept, stopping."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from rag_core.background import Stop
from rag_core.comparing import differences, outcome
from rag_core.cross_encoder import CrossEncoder, make_retriever
from rag_core.errors import BrokenFile, Cancelled, NotFound, WrongSetting
from rag_core.evaluation import mean
from rag_core.examinations import Evaluation, as_lines
from rag_core.examiner import Examiner, Progress
from rag_core.examining import CHAT, Examinee, Show, compare
from rag_core.gold import GoldQuestion, read_gold, read_gold_lines
from rag_core.question_making import made_questions
from rag_core.settings import Settings
from rag_core.setups import Search, Setup, find
from rag_core.stores.lexical import LexicalIndex
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Upload
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
    return made_questions(library, library.documents())


def test_questions_are_made_of_every_document_with_their_pages(made: list[GoldQuestion]) -> None:
    answerable = [one for one in made if one.answerable]
    assert {place[0] for one in answerable for place in one.places} == {
        path.name for path in SAMPLES.glob("*.pdf")
    }
    assert all(place[1] for one in answerable for place in one.places)
    assert len(answerable) >= 15
    assert sum(not one.answerable for one in made) >= 3


def _examinee(seodam: Seodam, collection: str = DEFAULT_COLLECTION) -> Examinee:
    return seodam.examinee(LOCAL_OWNER, seodam.generator("extractive"), collection)


def test_a_run_measures_what_evaluate_measures(seodam: Seodam, made: list[GoldQuestion]) -> None:
    told: list[tuple[str, int, int]] = []
    [result] = compare(_examinee(seodam), made, [CHAT], lambda *said: told.append(said))
    measures, asked = result.measures, result.asked
    assert told == [("asking", n, len(made)) for n in range(1, len(made) + 1)]
    assert [one.question for one in asked] == [one.question for one in made]
    assert measures["page_hit@5"] > 0.8
    assert measures["recall@k"] >= measures["page_hit@5"]
    assert 0 < measures["page_mrr@10"] <= measures["ndcg@10"] <= 1
    assert measures["citation_validity"] == 1
    assert measures["abstention_recall"] > 0.5
    assert set(measures) >= {"page_hit@1", "answer_contains_gold", "questions", "answer_p50_ms"}
    assert mean(one.scores["ndcg@10"] for one in asked if "ndcg@10" in one.scores) == (
        pytest.approx(measures["ndcg@10"])
    )
    foreign = [one for one, gold in zip(asked, made, strict=True) if not gold.answerable]
    assert all(set(one.scores) <= {"abstention_recall", "citation_validity"} for one in foreign)


def test_a_question_is_searched_once_with_each_setup(
    seodam: Seodam, made: list[GoldQuestion], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    search = LexicalIndex.search

    def counted(self: LexicalIndex, question: str, k: int, among: object = None) -> object:
        searched.append(question)
        return search(self, question, k, among)  # type: ignore[arg-type]

    monkeypatch.setattr(LexicalIndex, "search", counted)
    some = [one for one in made if one.answerable][:3]
    compare(_examinee(seodam), some, [CHAT, Setup(Search.WORDS)])
    assert searched == [one.question for one in some for _ in range(2)]


def test_setups_search_as_they_say(seodam: Seodam) -> None:
    retriever = seodam.library(LOCAL_OWNER).retriever()
    question = "What is a hallucination?"
    words, meaning, ranks, judged = (
        find(retriever, question, Setup(search), 5)
        for search in (Search.WORDS, Search.MEANING, Search.RANKS, Search.JUDGED)
    )
    assert [hit.passage.id for hit in words] == [
        one for one, _ in retriever.lexical.search(question, 5)
    ]
    vector = retriever.embedding.embed_array([question], query=True)[0]
    assert [hit.passage.id for hit in meaning] == [
        one for one, _ in retriever.dense.search(vector, 5)
    ]
    assert judged == retriever.search(question, 5)
    assert [(hit.dense_rank, hit.lexical_rank) for hit in words] == [
        (None, n) for n in range(1, len(words) + 1)
    ]
    fused = [
        sum(1 / (60 + one) for one in (hit.dense_rank, hit.lexical_rank) if one) for hit in ranks
    ]
    assert fused == sorted(fused, reverse=True)
    assert [hit.score for hit in ranks] == [1 / n for n in range(1, 6)]


def test_a_cross_encoder_can_be_left_out(seodam: Seodam) -> None:
    class Backwards(CrossEncoder):
        """Holds the last passage for the best."""

        def scores(self, question: str, passages: Sequence[str]) -> list[float]:
            return [n / len(passages) for n in range(len(passages))]

    plain = seodam.library(LOCAL_OWNER).retriever()
    parts = {name: getattr(plain, name) for name in ("embedding", "lexical", "dense", "passages")}
    crossed = make_retriever(Backwards("none"), **parts)
    question = "What is a hallucination?"
    without = find(crossed, question, Setup(Search.LEARNED), 10)
    assert without == plain.search(question, 10)
    assert find(crossed, question, CHAT, 10) == crossed.search(question, 10) != without


def test_another_embedding_and_collection_are_examined_beside_those_in_use(
    seodam: Seodam, made: list[GoldQuestion], tmp_path: Path
) -> None:
    library = seodam.library(LOCAL_OWNER)
    other = library.shelving.add("other").id
    library.add(Upload("tide.txt", b"The tide table of Pohang hangs beside the pier."), other)
    gold = GoldQuestion("Where is the tide table?", evidence=(frozenset({("tide.txt", None)}),))
    [found] = compare(_examinee(seodam, other), [gold], [CHAT])
    [missed] = compare(_examinee(seodam), [gold], [CHAT])
    assert (found.measures["page_hit@1"], missed.measures["page_hit@1"]) == (1, 0)
    vectors = tmp_path / "glove.txt"
    vectors.write_text("tide 1 0 0 0\ntable 0 1 0 0\npier 0 0 1 0\n")
    told: list[tuple[str, int, int]] = []
    by_words = Setup(Search.MEANING, embedding=f"word-vectors:{vectors}")
    examinee = _examinee(seodam, other)
    [result] = compare(examinee, [gold], [by_words], lambda *said: told.append(said))
    assert result.measures["page_hit@1"] == 1
    assert told == [("embedding", 0, 1), ("embedding", 1, 1), ("asking", 1, 1)]
    assert seodam.in_use.name == "bundled"
    assert examinee.load is not None
    with pytest.raises(WrongSetting):
        examinee.load("no-such-kind:x")


def test_a_run_stops_when_asked(seodam: Seodam, made: list[GoldQuestion]) -> None:
    with pytest.raises(Cancelled):
        compare(_examinee(seodam), made, [CHAT], cancelled=lambda: True)


def test_sets_and_runs_are_kept_and_deleted_together(seodam: Seodam) -> None:
    kept = seodam.evaluations(LOCAL_OWNER)
    gold = GoldQuestion(
        "언제?", "1908년", True, "fact", "ko", (frozenset({("a.pdf", 3)}),), ("인용",)
    )
    set_id = kept.keep_set("mine", [gold])
    [one] = [one for one in kept.sets() if one.id == set_id]
    assert one.questions == (gold,)
    examiner = Examiner(kept)
    setups = (CHAT, Setup(Search.WORDS))
    examiner.measure(one, _examinee(seodam), setups, [{"search": one.search} for one in setups])
    examiner.wait()
    judged, words = kept.runs(set_id)  # in the order of the setups
    assert (judged.settings, words.settings) == ({"search": "judged"}, {"search": "words"})
    assert [one.question for one in words.asked] == ["언제?"]
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
    examiner = Examiner(seodam.evaluations(LOCAL_OWNER))
    for failure, stage in ((Cancelled(), "cancelled"), (RuntimeError("ours"), "failed")):

        def work(show: object, cancelled: object, failure: Exception = failure) -> Progress:
            raise failure

        examiner.start("asking", 0, work)
        examiner.wait()
        assert examiner.progress is not None
        assert examiner.progress.stage == stage
    assert examiner.evaluations.runs("s") == ()


def test_stopping_ends_what_is_going_on_and_lets_the_next_begin(seodam: Seodam) -> None:
    examiner = Examiner(seodam.evaluations(LOCAL_OWNER))
    begun = threading.Event()

    def work(show: Show, cancelled: Stop) -> Progress:
        show("asking", 1, 3)
        begun.set()
        while not cancelled():
            time.sleep(0.01)
        raise Cancelled

    examiner.start("asking", 3, work)
    begun.wait()
    assert examiner.progress == Progress("asking", 1, 3)
    examiner.start("asking", 3, lambda *_: Progress("done"))  # not before the first has ended
    assert examiner.running
    examiner.stop()
    assert examiner.progress == Progress("cancelled")
    examiner.start("asking", 3, lambda *_: Progress("done"))
    examiner.wait()
    assert examiner.progress == Progress("done")


def test_a_run_of_an_earlier_version_can_still_be_shown() -> None:
    old = {
        "id": "a",
        "set_id": "s",
        "settings": {"embedding": "bundled"},
        "measures": {"page_hit@1": 1.0},
        "asked": [
            {
                "question": "q",
                "rank": 1,
                "answered": True,
                "right": True,
                "valid": 1.0,
                "seconds": 0.1,
            }
        ],
        "made_at": "2026-01-01",
    }
    run = TypeAdapter(Evaluation).validate_json(json.dumps(old))
    assert run.asked[0].scores == {}
    assert differences(run.asked, run.asked) == {}
    assert outcome(run.asked[0], run.asked[0]) == 0


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
