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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag_core.errors import BrokenFile, NotFound

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
        for row in read_rows(_either(folder, "corpus.jsonl"), {"_id", "text"})
    )
    queries = read_rows(_either(folder, "queries.jsonl"), {"_id", "text"})
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


# --- files --------------------------------------------------------------------------------------


def _either(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise NotFound(what=f"file {folder / name}")


def read_rows(path: Path, needs: set[str]) -> list[dict[str, Any]]:
    """JSON objects with these keys, one a line. Raises NotFound, BrokenFile."""
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
