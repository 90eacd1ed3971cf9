"""How well vectors alone find what they should, over folders in BEIR layout."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RESAMPLES = 1000


def measure(folder: Path, embed: Callable[[list[str]], Floats]) -> dict[str, tuple[float, ...]]:
    """hit@1, hit@5 and nDCG@10, each with the ends of its 95 % bootstrap interval."""
    corpus, queries = _texts(folder / "corpus.jsonl.gz"), _texts(folder / "queries.jsonl.gz")
    gold: dict[str, set[str]] = {}
    with next((folder / "qrels").glob("*.tsv")).open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                gold.setdefault(row["query-id"], set()).add(row["corpus-id"])
    names = list(corpus)
    passages = embed(list(corpus.values()))
    asked = [query for query in queries if query in gold]
    vectors = embed([queries[query] for query in asked])
    rows = []
    for query, vector in zip(asked, vectors, strict=True):
        scores = passages @ vector
        scores[[i for i, name in enumerate(names) if name == query]] = -2  # not itself
        best = np.argsort(-scores, kind="stable")[:10]
        found = np.array([names[i] in gold[query] for i in best], float)
        rows.append((found[0], found[:5].max(), _ndcg(found, len(gold[query]))))
    table = np.array(rows)
    drawn = np.random.default_rng(0).integers(0, len(table), (RESAMPLES, len(table)))
    means = np.stack([table[picked].mean(axis=0) for picked in drawn])
    low, high = np.percentile(means, (2.5, 97.5), axis=0)
    figures = zip(("hit@1", "hit@5", "ndcg@10"), table.mean(axis=0), low, high, strict=True)
    return {name: tuple(round(float(v), 4) for v in values) for name, *values in figures}


def _ndcg(found: NDArray[np.float64], relevant: int) -> float:
    discount = 1 / np.log2(np.arange(2, 12))
    return float((found * discount[: len(found)]).sum() / discount[: min(relevant, 10)].sum())


def _texts(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {row["_id"]: f"{row.get('title', '')} {row['text']}".strip() for row in rows}
