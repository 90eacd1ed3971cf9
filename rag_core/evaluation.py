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

import numpy as np

from rag_core.errors import BrokenFile, NotFound
from rag_core.text import squash
from rag_core.types import Answer, Citation, Passage

Row = dict[str, float]
Search = Callable[[str, int], Sequence[str]]
"""Ids for a question, best first, at most so many."""


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


def means(rows: Sequence[Row]) -> Row:
    """The mean of each measure over the questions, a row each."""
    return {name: mean(row[name] for row in rows) for name in rows[0]} if rows else {}


def intervals(rows: Sequence[Row], *, rounds: int = 1000, seed: int = 0) -> dict[str, list[float]]:
    """The 95 % interval of the mean of each measure: [low, high]. All measures see the same draws
    of questions, as `bootstrap` makes them."""
    if not rows:
        return {}
    values = np.array([list(row.values()) for row in rows])
    draw = np.random.default_rng(seed)
    drawn = [values[draw.integers(len(rows), size=len(rows))].mean(axis=0) for _ in range(rounds)]
    ends = np.quantile(drawn, (0.025, 0.975), axis=0).T.tolist()
    return dict(zip(rows[0], ends, strict=True))


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


def score_ranking(ranked: Sequence[str], relevant: Mapping[str, float], k: int = 10) -> Row:
    """The measures of one question, keyed as the command line prints them."""
    return {
        **{f"hit@{n}": hit_at(n, ranked, relevant) for n in sorted({1, 5, k})},
        f"recall@{k}": recall_at(k, ranked, relevant),
        f"mrr@{k}": reciprocal_rank_at(k, ranked, relevant),
        f"ndcg@{k}": ndcg_at(k, ranked, relevant),
    }


def run_question_set(
    asked: QuestionSet,
    index: Callable[[Sequence[tuple[str, str, str]]], None],
    search: Search,
    k: int = 10,
    legs: Mapping[str, Search] | None = None,
) -> dict[str, Any]:
    """Index the documents with `index`, ask every judged question with `search(question, k)`.

    Gives the means of `score_ranking`, their `intervals`, the sizes and the times: seconds for all
    of the indexing, milliseconds for a question. With `legs`, other searches in the same index,
    also the means and intervals of each, and what the search gains over the better one.
    """
    begun = time.perf_counter()
    index(asked.documents)
    index_seconds = time.perf_counter() - begun
    rows, taken = _ask_all(asked, search, k)
    by_leg = {name: _ask_all(asked, leg, k)[0] for name, leg in (legs or {}).items()}
    return {
        **means(rows),
        "queries": len(rows),
        "documents": len(asked.documents),
        "index_seconds": index_seconds,
        "query_p50_ms": percentile(taken, 0.5),
        "query_p95_ms": percentile(taken, 0.95),
        "intervals": intervals(rows),
        **({"legs": _score_legs(by_leg)} if by_leg else {}),
        **({"over_better_leg": _gain(rows, by_leg, f"ndcg@{k}")} if by_leg and rows else {}),
    }


def _ask_all(asked: QuestionSet, search: Search, k: int) -> tuple[list[Row], list[float]]:
    """The measures of every judged question, and the milliseconds it took."""
    rows, taken = [], []
    for question in asked.judged:
        begun = time.perf_counter()
        ranked = search(asked.questions[question], k)
        taken.append((time.perf_counter() - begun) * 1000)
        rows.append(score_ranking(ranked, asked.relevant[question], k))
    return rows, taken


def _score_legs(by_leg: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Any]]:
    return {leg: {**means(rows), "intervals": intervals(rows)} for leg, rows in by_leg.items()}


def _gain(rows: Sequence[Row], by_leg: Mapping[str, Sequence[Row]], measure: str) -> dict[str, Any]:
    """How much more than the better leg, question by question, with its interval."""
    better = max(by_leg, key=lambda leg: mean(row[measure] for row in by_leg[leg]))
    pairs = zip(rows, by_leg[better], strict=True)
    gains = [{measure: row[measure] - leg[measure]} for row, leg in pairs]
    return {"leg": better, **means(gains), "intervals": intervals(gains)}


# --- questions with gold pages ------------------------------------------------------------------

Place = tuple[str, int | str | None]
"""File name and physical page; where a file's pages have no numbers, the name of the sheet or the
section; None where it is not divided. As a gold place None stands for the whole file."""


def place_of(document: str, of: Passage | Citation) -> Place:
    """Where something stands that was found, or is cited, in a document of that name."""
    return document, of.page if of.page is not None else of.page_label or None


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

    @property
    def tells(self) -> bool:
        """Whether it says in words what an answer should hold."""
        return bool(self.answer or any(self.quotes))


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
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
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
    return next((i for i, place in enumerate(found, 1) if _lies_in(place, gold.places)), None)


def _lies_in(place: Place, places: frozenset[Place]) -> bool:
    return place in places or (place[0], None) in places


def evidence_ranks(found: Sequence[Place], gold: GoldQuestion) -> list[int | None]:
    """For each evidence the rank of the passage that shows it, None where none does. A passage
    shows one of them at most; what stands on the same pages is one evidence."""
    left = dict.fromkeys(gold.evidence)
    ranks: list[int | None] = []
    for rank, place in enumerate(found, start=1):
        shown = next((one for one in left if _lies_in(place, one)), None)
        if shown is not None:
            del left[shown]
            ranks.append(rank)
    return [*ranks, *(None for _ in left)]


def evidence_recall(ranks: Sequence[int | None], k: int) -> float:
    """Share of the evidence that the first k passages show, of what `evidence_ranks` gave."""
    return mean(float(rank is not None and rank <= k) for rank in ranks)


def score_found(found: Sequence[Place], gold: GoldQuestion, k: int = 10) -> Row:
    """Of the passages found for one question, best first: page_hit@n and MRR of the first that
    lies on a gold page; recall and nDCG of the evidence (`evidence_ranks`), each worth the same."""
    rank, ranks = place_rank(found[:k], gold), evidence_ranks(found[:k], gold)
    gains = {f"{one}": 1.0 for one in range(len(ranks))}
    shown = {rank: f"{one}" for one, rank in enumerate(ranks) if rank is not None}
    return {
        **{f"page_hit@{n}": float(rank is not None and rank <= n) for n in sorted({1, 5, k})},
        f"page_mrr@{k}": 1 / rank if rank else 0.0,
        f"recall@{k}": evidence_recall(ranks, k),
        f"ndcg@{k}": ndcg_at(k, [shown.get(n, "") for n in range(1, k + 1)], gains),
    }


def mean_found(rows: Sequence[Row], k: int = 10) -> Row:
    """The means of what `score_found` gave; all 0 of nothing."""
    return means(rows or [score_found((), GoldQuestion(""), k)])


def score_answers(answered: Sequence[tuple[GoldQuestion, Answer]]) -> Row:
    """What became of the answers: the means of `answer_parts`; citation_validity is 1 where none
    was offered, the others 0 where no question counts."""
    parts = answer_parts(answered)
    return {name: mean(values) for name, values in parts.items()} | (
        {} if parts["citation_validity"] else {"citation_validity": 1.0}
    )


def answer_parts(answered: Sequence[tuple[GoldQuestion, Answer]]) -> dict[str, list[float]]:
    """What each measure is the mean of, 0 or 1.

    answer_contains_gold: the gold answer or a gold quote stands in the answer (as `squash`
    compares, letter case ignored), for answerable questions that have one. cites_gold_page: a
    shown citation opens a gold page. citation_validity: kept, for each citation that the model
    offered. abstention_recall: declined, for unanswerable questions; answered_share: not declined,
    for answerable ones.
    """
    can = [(gold, answer) for gold, answer in answered if gold.answerable]
    cannot = [answer for gold, answer in answered if not gold.answerable]
    offered = sum(answer.offered_citations for _, answer in answered)
    kept = sum(len(answer.citations) for _, answer in answered)
    return {
        "answer_contains_gold": [float(contains_gold(*pair)) for pair in can if pair[0].tells],
        "cites_gold_page": [float(cites_gold(*pair)) for pair in can],
        "citation_validity": [1.0] * kept + [0.0] * (offered - kept),
        "abstention_recall": [float(not answer.answerable) for answer in cannot],
        "answered_share": [float(answer.answerable) for _, answer in can],
    }


def cites_gold(gold: GoldQuestion, answer: Answer) -> bool:
    """Whether a shown citation of an answer opens a gold page."""
    return any(_lies_in(place_of(one.document, one), gold.places) for one in answer.citations)


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
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise BrokenFile(name=path.name) from error
    if not all(isinstance(row, dict) and needs <= row.keys() for row in rows):
        raise BrokenFile(name=path.name)
    return rows
