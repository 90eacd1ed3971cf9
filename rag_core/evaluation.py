"""Measures of retrieval and of answers, and the runs that take them over a set of questions.

Metrics are plain functions over ranked ids; a run gets what it measures as functions, so that our
own retriever, a rival's or a single leg go through the same lines.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag_core.errors import BrokenFile, NotFound
from rag_core.text import squash
from rag_core.types import Answer

Row = dict[str, float]


# --- metrics over one question's ranked ids -----------------------------------------------------


def hit_at(k: int, ranked: Sequence[str], relevant: Mapping[str, float]) -> float:
    """1 when one of the first k is relevant, else 0."""
    return float(any(relevant.get(one, 0) > 0 for one in ranked[:k]))


def recall_at(k: int, ranked: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Share of the relevant ones among the first k."""
    wanted = {one for one, gain in relevant.items() if gain > 0}
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank_at(k: int, ranked: Sequence[str], relevant: Mapping[str, float]) -> float:
    """1 / rank of the first relevant one among the first k, 0 when there is none."""
    return next((1 / i for i, one in enumerate(ranked[:k], 1) if relevant.get(one, 0) > 0), 0.0)


def ndcg_at(k: int, ranked: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Discounted gain of the first k over the best possible, gains as judged (linear)."""
    gains = [relevant.get(one, 0.0) for one in ranked[:k]]
    best = sorted((gain for gain in relevant.values() if gain > 0), reverse=True)[:k]
    ideal = _discounted(best)
    return _discounted(gains) / ideal if ideal else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def mean(values: Iterable[float]) -> float:
    """The mean; 0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank); 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def bootstrap(values: Sequence[float], *, rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of the mean, by drawing the questions again with replacement."""
    if not values:
        return 0.0, 0.0
    draw = random.Random(seed)
    means = sorted(mean(draw.choices(values, k=len(values))) for _ in range(rounds))
    return percentile(means, 0.025), percentile(means, 0.975)


# --- BEIR folders -------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuestionSet:
    """A BEIR folder: documents as (id, title, text), questions, and gains by question."""

    documents: tuple[tuple[str, str, str], ...]
    questions: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, float]]

    @property
    def judged(self) -> tuple[str, ...]:
        """Ids of the questions that have a relevant document."""
        return tuple(one for one in self.questions if one in self.relevant)


def read_question_set(folder: Path) -> QuestionSet:
    """corpus.jsonl[.gz], queries.jsonl[.gz] and every qrels/*.tsv (with their header line).

    Raises NotFound when one is missing, BrokenFile when a line is not what the format says.
    """
    documents = tuple(
        (str(row["_id"]), str(row.get("title", "")), str(row["text"]))
        for row in _rows(_either(folder, "corpus.jsonl"), {"_id", "text"})
    )
    queries = _rows(_either(folder, "queries.jsonl"), {"_id", "text"})
    questions = {str(row["_id"]): str(row["text"]) for row in queries}
    relevant: dict[str, dict[str, float]] = {}
    judgements = sorted((folder / "qrels").glob("*.tsv"))
    if not judgements:
        raise NotFound(what=f"file {folder / 'qrels'}/*.tsv")
    for path in judgements:
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            try:
                question, document, gain = line.split("\t")
                if float(gain) > 0:
                    relevant.setdefault(question, {})[document] = float(gain)
            except ValueError as error:
                raise BrokenFile(name=path.name) from error
    return QuestionSet(documents, questions, relevant)


def score_rankings(
    rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Mapping[str, float]], k: int = 10
) -> Row:
    """Means over the questions of `rankings`, keyed as the command line prints them."""
    pairs = [(ranked, relevant.get(question, {})) for question, ranked in rankings.items()]
    row = {f"hit@{n}": mean(hit_at(n, *pair) for pair in pairs) for n in sorted({1, 5, k})}
    row[f"recall@{k}"] = mean(recall_at(k, *pair) for pair in pairs)
    row[f"mrr@{k}"] = mean(reciprocal_rank_at(k, *pair) for pair in pairs)
    row[f"ndcg@{k}"] = mean(ndcg_at(k, *pair) for pair in pairs)
    return row


def run_question_set(
    asked: QuestionSet,
    index: Callable[[Sequence[tuple[str, str, str]]], None],
    search: Callable[[str, int], Sequence[str]],
    k: int = 10,
) -> Row:
    """Index the documents with `index`, ask every judged question with `search(question, k)`.

    Adds to `score_rankings` the sizes and the times: seconds for all of the indexing,
    milliseconds for a question.
    """
    begun = time.perf_counter()
    index(asked.documents)
    index_seconds = time.perf_counter() - begun
    rankings: dict[str, Sequence[str]] = {}
    taken: list[float] = []
    for question in asked.judged:
        begun = time.perf_counter()
        rankings[question] = search(asked.questions[question], k)
        taken.append((time.perf_counter() - begun) * 1000)
    return {
        **score_rankings(rankings, asked.relevant, k),
        "queries": len(rankings),
        "documents": len(asked.documents),
        "index_seconds": index_seconds,
        "query_p50_ms": percentile(taken, 0.5),
        "query_p95_ms": percentile(taken, 0.95),
    }


# --- questions with gold pages ------------------------------------------------------------------

Place = tuple[str, int | None]
"""File name and physical page."""


@dataclass(frozen=True)
class GoldQuestion:
    """A question, its answer and the places that hold it, one set of places for each evidence."""

    question: str
    answer: str = ""
    answerable: bool = True
    kind: str = ""
    language: str = ""
    evidence: tuple[frozenset[Place], ...] = field(default=())
    quotes: tuple[str, ...] = ()

    @property
    def places(self) -> frozenset[Place]:
        """Every page on which some of the evidence stands."""
        return frozenset().union(*self.evidence)


def read_gold(path: Path) -> tuple[GoldQuestion, ...]:
    """Questions with gold pages, one JSON object a line. Raises NotFound, BrokenFile."""
    try:
        return tuple(_gold(row) for row in _rows(path, {"question"}))
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenFile(name=path.name) from error


def read_gold_lines(name: str, data: bytes) -> tuple[GoldQuestion, ...]:
    """The same from the bytes of an upload; raises BrokenFile."""
    try:
        rows = [json.loads(line) for line in data.decode("utf-8-sig").splitlines() if line.strip()]
        return tuple(_gold(row) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenFile(name=name) from error


def _gold(row: Mapping[str, Any]) -> GoldQuestion:
    evidence = row.get("evidence") or []
    pages = [(one["doc"], [one.get("page"), *one.get("also_pages", [])]) for one in evidence]
    return GoldQuestion(
        question=row["question"],
        answer=row.get("answer") or "",
        answerable=bool(row.get("answerable", True)),
        kind=row.get("kind", ""),
        language=row.get("lang", ""),
        evidence=tuple(frozenset((doc, page) for page in listed) for doc, listed in pages),
        quotes=tuple(one.get("quote", "") for one in evidence),
    )


def place_rank(found: Sequence[Place], gold: GoldQuestion) -> int | None:
    """Rank (1 = first) of the first passage that lies on a gold page; None when there is none."""
    return next((i for i, place in enumerate(found, 1) if place in gold.places), None)


def score_places(ranks: Sequence[int | None], k: int = 10) -> Row:
    """page_hit@n and MRR of the ranks that `place_rank` gave."""
    row = {
        f"page_hit@{n}": mean(float(rank is not None and rank <= n) for rank in ranks)
        for n in sorted({1, 5, k})
    }
    row[f"page_mrr@{k}"] = mean(1 / rank if rank and rank <= k else 0.0 for rank in ranks)
    return row


def score_answers(answered: Sequence[tuple[GoldQuestion, Answer]]) -> Row:
    """What became of the answers.

    answer_contains_gold: the gold answer or a gold quote stands in the answer (as `squash`
    compares, letter case ignored), over answerable questions. cites_gold_page: a shown citation
    opens a gold page. citation_validity: citations kept among those the model offered.
    abstention_*: of the unanswerable ones how many it declined, of the answerable how many not.
    """
    can = [(gold, answer) for gold, answer in answered if gold.answerable]
    cannot = [answer for gold, answer in answered if not gold.answerable]
    shown = [(gold, one) for gold, answer in can for one in answer.citations]
    right = {id(gold) for gold, one in shown if (one.document, one.page) in gold.places}
    offered = sum(answer.offered_citations for _, answer in answered)
    kept = sum(len(answer.citations) for _, answer in answered)
    return {
        "answer_contains_gold": mean(float(contains_gold(*pair)) for pair in can),
        "cites_gold_page": mean(float(id(gold) in right) for gold, _ in can),
        "citation_validity": kept / offered if offered else 1.0,
        "abstention_recall": mean(float(not answer.answerable) for answer in cannot),
        "answered_share": mean(float(answer.answerable) for _, answer in can),
    }


def contains_gold(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether the gold answer or a gold quote stands in an answer, as `squash` compares."""
    said = squash(answer.text)[0].casefold()
    wanted = [squash(text)[0].casefold() for text in (gold.answer, *gold.quotes)]
    return any(text and text in said for text in wanted)


# --- files --------------------------------------------------------------------------------------


def _either(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise NotFound(what=f"file {folder / name}")


def _rows(path: Path, needs: set[str]) -> list[dict[str, Any]]:
    if not path.exists():
        raise NotFound(what=f"file {path}")
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, EOFError, ValueError) as error:
        raise BrokenFile(name=path.name) from error
    if not all(isinstance(row, dict) and needs <= row.keys() for row in rows):
        raise BrokenFile(name=path.name)
    return rows
