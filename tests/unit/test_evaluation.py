import gzip
import json
import math

import pytest

from rag_core.errors import BrokenFile, NotFound
from rag_core.evaluation import (
    bootstrap,
    hit_at,
    intervals,
    ndcg_at,
    percentile,
    read_question_set,
    recall_at,
    reciprocal_rank_at,
    run_question_set,
)
from rag_core.gold import (
    GoldQuestion,
    evidence_ranks,
    evidence_recall,
    mean_found,
    place_of,
    place_rank,
    read_gold,
    score_answers,
    score_found,
)
from rag_core.types import Answer, Citation, Passage

RELEVANT = {"a": 1.0, "b": 1.0, "z": 0.0}


def test_metrics_by_hand():
    ranked = ["x", "a", "z", "b"]
    assert hit_at(1, ranked, RELEVANT) == 0
    assert hit_at(2, ranked, RELEVANT) == 1
    assert recall_at(2, ranked, RELEVANT) == 0.5
    assert reciprocal_rank_at(10, ranked, RELEVANT) == 0.5
    assert ndcg_at(10, ranked, RELEVANT) == pytest.approx((0.63093 + 0.43068) / 1.63093, abs=1e-4)
    assert ndcg_at(10, ["a", "b"], RELEVANT) == 1
    assert hit_at(5, ["z"], RELEVANT) == 0


def test_percentile_and_interval():
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile(list(range(1, 101)), 0.95) == 95
    low, high = bootstrap([0.0, 1.0] * 50)
    assert 0.35 < low < 0.5 < high < 0.65
    assert bootstrap([0.0, 1.0] * 50) == (low, high)


def test_intervals_of_many_measures():
    rows = [{"a": float(i % 2), "b": 1.0} for i in range(100)]
    ends = intervals(rows)
    assert ends["b"] == [1.0, 1.0]
    low, high = ends["a"]
    assert 0.35 < low < 0.5 < high < 0.65
    assert intervals(rows) == ends
    assert intervals([]) == {}


def test_legs_are_scored_beside_the_search(tmp_path):
    corpus = [{"_id": one, "text": one} for one in ("d1", "d2")]
    queries = [{"_id": one, "text": one} for one in ("q1", "q2")]
    folder = beir(tmp_path, corpus, queries, [("q1", "d1", "1"), ("q2", "d2", "1")])
    right = {"q1": ["d1"], "q2": ["d2"]}
    legs = {
        "lexical": lambda question, k: right[question] if question == "q1" else ["d1", "d2"],
        "dense": lambda question, k: ["d1"],
    }
    asked = read_question_set(folder)
    row = run_question_set(asked, lambda documents: None, lambda q, k: right[q], legs=legs)
    assert row["ndcg@10"] == 1.0
    assert row["legs"]["dense"]["hit@1"] == row["legs"]["lexical"]["hit@1"] == 0.5
    assert row["over_better_leg"]["leg"] == "lexical"
    assert row["over_better_leg"]["ndcg@10"] == pytest.approx((1 - 0.63093) / 2, abs=1e-4)
    assert row["legs"]["dense"]["intervals"]["hit@1"] == [0.0, 1.0]
    assert "legs" not in run_question_set(asked, lambda documents: None, lambda q, k: right[q])


def beir(folder, corpus, queries, qrels):
    (folder / "qrels").mkdir()
    with gzip.open(folder / "corpus.jsonl.gz", "wt") as file:
        file.write("\n".join(json.dumps(row) for row in corpus))
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in queries))
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n" + "".join("\t".join(row) + "\n" for row in qrels)
    )
    return folder


def test_a_beir_folder_is_run(tmp_path):
    corpus = [{"_id": "d1", "title": "T", "text": "one"}, {"_id": "d2", "text": "two"}]
    queries = [
        {"_id": "q1", "text": "one"},
        {"_id": "q2", "text": "two"},
        {"_id": "q3", "text": "?"},
    ]
    folder = beir(tmp_path, corpus, queries, [("q1", "d1", "1"), ("q2", "d2", "1")])
    seen = []
    row = run_question_set(
        read_question_set(folder), seen.extend, lambda question, k: ["d1", "d2"][:k], k=10
    )
    assert seen == [("d1", "T", "one"), ("d2", "", "two")]
    assert row["hit@1"] == 0.5
    assert row["mrr@10"] == 0.75
    assert row["queries"] == 2
    assert {"hit@5", "hit@10", "recall@10", "ndcg@10", "index_seconds", "query_p95_ms"} <= set(row)


def test_a_broken_or_missing_set_says_so(tmp_path):
    with pytest.raises(NotFound):
        read_question_set(tmp_path)
    (tmp_path / "corpus.jsonl").write_text("not json")
    with pytest.raises(BrokenFile):
        read_question_set(tmp_path)


def test_gold_pages(tmp_path):
    path = tmp_path / "gold.jsonl"
    evidence = [{"doc": "a.pdf", "page": 2, "quote": "x y", "also_pages": [5]}]
    rows = [
        {"question": "q", "answer": "A", "evidence": evidence},
        {"question": "u", "answer": None, "answerable": False, "evidence": []},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    gold, unanswerable = read_gold(path)
    assert gold.places == {("a.pdf", 2), ("a.pdf", 5)}
    assert place_rank([("a.pdf", 1), ("a.pdf", 5)], gold) == 2
    assert place_rank([("b.pdf", 2)], gold) is None
    assert not unanswerable.answerable


def test_what_was_found_is_scored_by_place_and_by_evidence():
    two = (frozenset({("a.pdf", 2), ("a.pdf", 5)}), frozenset({("b.pdf", 1)}))
    gold = GoldQuestion("q", evidence=(*two, two[0]))  # two quotes on one page are one evidence
    found = [("x.pdf", 1), ("a.pdf", 5), ("a.pdf", 2), ("b.pdf", 1)]
    row = score_found(found, gold)
    assert (row["page_hit@1"], row["page_hit@5"], row["page_mrr@10"]) == (0, 1, 0.5)
    assert row["recall@10"] == 1
    ideal = 1 + 1 / math.log2(3)
    assert row["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert evidence_recall(evidence_ranks(found, gold), 3) == 0.5
    best = score_found([("b.pdf", 1), ("a.pdf", 2)], gold)
    assert best["ndcg@10"] == pytest.approx(1)
    assert set(score_found([], gold).values()) == {0}
    assert mean_found([row, best])["page_mrr@10"] == 0.75
    assert set(mean_found([]).values()) == {0}
    assert score_found([("x.pdf", 1)] * 10 + found, gold)["page_hit@10"] == 0


def test_a_gold_place_is_a_page_a_section_or_a_whole_file():
    page = Passage("p", "d", 0, 3, "iii", "text")
    section = Passage("p", "d", 0, None, "Opening hours", "text")
    assert place_of("a.pdf", page) == ("a.pdf", 3)
    assert place_of("a.md", section) == ("a.md", "Opening hours")
    whole = GoldQuestion("q", evidence=(frozenset({("a.md", None)}),))
    assert place_rank([("b.md", None), place_of("a.md", section)], whole) == 2
    named = GoldQuestion("q", evidence=(frozenset({("a.md", "Opening hours")}),))
    assert place_rank([("a.md", "Prices"), place_of("a.md", section)], named) == 2
    cited = Citation(1, "d", "a.md", None, "Opening hours", "text", verified=True)
    row = score_answers([(named, Answer("text [1]", (cited,), offered_citations=1))])
    assert row["cites_gold_page"] == 1


def test_scores_of_answers():
    gold = GoldQuestion("q", "516명", evidence=(frozenset({("a.pdf", 2)}),), quotes=("총 516명",))
    never = GoldQuestion("u", answerable=False)
    shown = Citation(1, "d", "a.pdf", 2, "2", "총 516명", verified=True)
    right = Answer("모두 516 명이다 [1].", (shown,), offered_citations=2)
    row = score_answers([(gold, right), (never, Answer("", answerable=False))])
    assert row == {
        "answer_contains_gold": 1.0,
        "cites_gold_page": 1.0,
        "citation_validity": 0.5,
        "abstention_recall": 1.0,
        "answered_share": 1.0,
    }
