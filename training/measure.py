"""How well vectors alone find what they should, over folders in BEIR layout."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data import Source

Floats = NDArray[np.float32]
RESAMPLES = 1000
MOST_HELD = 1000
"""Rows of a source that are asked and searched."""


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
    return _with_intervals(np.array(rows), ("hit@1", "hit@5", "ndcg@10"))


def held_out_figures(
    sources: list[Source], embed: Callable[[list[str]], Floats]
) -> dict[str, dict[str, tuple[float, ...]]]:
    """hit@1 of training rows that were kept back, each source's queries over its positives.

    Of groups of paraphrases, any positive of the query's group is right. A checkpoint is chosen by
    these, never by evaluation sets.
    """
    figures = {}
    for source in sources:
        if len(source.pairs) < 100 or source.name.startswith("chat-"):
            continue
        queries, positives = zip(*source.pairs[:MOST_HELD], strict=True)
        passages = list(dict.fromkeys(positives))
        numbers = source.groups[:MOST_HELD] or [passages.index(text) for text in positives]
        number_of = dict(zip(positives, numbers, strict=True))
        best = (embed(list(queries)) @ embed(passages).T).argmax(axis=1)
        found = np.array([number_of[passages[row]] for row in best]) == np.array(numbers)
        name = f"{source.name} {'-'.join(dict.fromkeys(source.languages))}"
        figures[name] = _with_intervals(found[:, None].astype(float), ("hit@1",))
    return figures


def _with_intervals(
    table: NDArray[np.float64], names: tuple[str, ...]
) -> dict[str, tuple[float, ...]]:
    """The mean of each column with the ends of its 95 % bootstrap interval."""
    drawn = np.random.default_rng(0).integers(0, len(table), (RESAMPLES, len(table)))
    means = np.stack([table[picked].mean(axis=0) for picked in drawn])
    low, high = np.percentile(means, (2.5, 97.5), axis=0)
    figures = zip(names, table.mean(axis=0), low, high, strict=True)
    return {name: tuple(round(float(v), 4) for v in values) for name, *values in figures}


def _ndcg(found: NDArray[np.float64], relevant: int) -> float:
    discount = 1 / np.log2(np.arange(2, 12))
    return float((found * discount[: len(found)]).sum() / discount[: min(relevant, 10)].sum())


def _texts(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {row["_id"]: f"{row.get('title', '')} {row['text']}".strip() for row in rows}
