"""The benchmark beside rivals: its protocol with ours as the child, measures, what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.retrieval import main, measures, with_kept
from benchmarks.retrieval_report import BEGIN, END, READMES, report, summary
from benchmarks.rivals.process import Child
from tests.faults.pdfs import pages

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "retrieval.json"
DOCUMENTS = {
    "tea": "Tea is grown in Boseong, on terraces above the sea.",
    "rice": "Rice is grown in Icheon, which is known for its pottery as well.",
    "light": "서담의 첫 등대는 1908년에 포항에 세워졌어요.",
}
QUESTIONS = {"Where is tea grown?": "tea", "등대는 언제 세워졌나요?": "light"}


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    rows = [json.dumps({"_id": id_, "text": text}) for id_, text in DOCUMENTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), "utf-8")
    asked = [json.dumps({"_id": text, "text": text}) for text in QUESTIONS]
    (folder / "queries.jsonl").write_text("\n".join(asked), "utf-8")
    judged = [f"{question}\t{id_}\t1" for question, id_ in QUESTIONS.items()]
    (folder / "qrels" / "dev.tsv").write_text("\n".join(["q\td\ts", *judged]), "utf-8")
    return folder


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "tea.pdf").write_bytes(pages([DOCUMENTS["rice"], DOCUMENTS["tea"]]))
    (folder / "scan.pdf").write_bytes(pages(["unreadable"]))
    listed = [{"doc": "tea.pdf", "text_layer": "ok"}, {"doc": "scan.pdf", "text_layer": "none"}]
    (folder / "docs.jsonl").write_text("\n".join(map(json.dumps, listed)), "utf-8")
    asked = [
        {
            "question": question,
            "lang": "en",
            "kind": "fact",
            "answerable": answerable,
            "evidence": [{"doc": doc, "page": page, "quote": ""}],
        }
        for question, doc, page, answerable in (
            ("Where is tea grown?", "tea.pdf", 2, True),
            ("What does the scan say?", "scan.pdf", 1, True),
            ("Who is the mayor?", "tea.pdf", 1, False),
        )
    ]
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, asked)), "utf-8")
    return folder


def test_ours_goes_through_the_same_protocol(beir: Path, gold: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    out = tmp_path / "results"
    main([str(nothing), str(gold), str(beir), "--rivals", "seodam", "--out", str(out)])
    result = json.loads((out / "retrieval.json").read_text("utf-8"))
    groups = {title: entry["questions"] for title, entry in result["sets"].items()}
    assert groups == {"tiny": 2, "PDFs (gold), all": 1, "PDFs (gold), English": 1}
    for entry in result["sets"].values():
        row = entry["rivals"]["seodam"]
        assert (row["hit@1"], row["hit@5"], row["ndcg@10"]) == (1.0, 1.0, 1.0)
        assert row["index_seconds"] > 0
    assert result["peak_mb"]["seodam"] > 50
    assert (out / "retrieval.md").read_text("utf-8") == report(result)


def test_a_child_that_dies_says_its_last_words() -> None:
    with (
        Child("kiwi-bm25", sys.executable) as child,  # whose packages are not in this environment
        pytest.raises(RuntimeError, match="kiwipiepy"),
    ):
        child.do("ask", questions=["?"], k=1)


def test_documents_count_once_and_passages_as_they_are_shown() -> None:
    found = [["a"], ["a"], ["a"], ["a"], ["a"], ["b"], ["c", "d"]]
    wanted = {"b": 1.0}
    assert measures(found, wanted, whole=True)["hit@5"] == 1.0
    assert measures(found, wanted, whole=False)["hit@5"] == 0.0
    assert measures([["c", "d"]], {"d": 1.0}, whole=False)["hit@1"] == 1.0


def _result(name: str, questions: int) -> dict:
    return {
        "sets": {"one": {"questions": questions, "rivals": {name: {"hit@1": 1.0}}}},
        "peak_mb": {name: 1},
        "versions": {},
        "speed": {},
        "minutes": questions,
    }


def test_rows_are_kept_only_of_the_same_questions() -> None:
    merged = with_kept(_result("seodam", 3), _result("llamaindex", 3))
    assert set(merged["sets"]["one"]["rivals"]) == {"seodam", "llamaindex"}
    assert merged["kept"] == ["llamaindex"]
    with pytest.raises(ValueError, match="one was not asked"):
        with_kept(_result("seodam", 3), _result("llamaindex", 4))


@pytest.mark.parametrize("name", READMES)
def test_readme_shows_the_table_of_the_results(name: str) -> None:
    result = json.loads(RESULTS.read_text("utf-8"))
    shown = (ROOT / name).read_text("utf-8").split(BEGIN)[1].split(END)[0]
    assert shown.strip() == summary(result, READMES[name])
    assert RESULTS.with_suffix(".md").read_text("utf-8") == report(result)
