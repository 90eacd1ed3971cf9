"""python -m training.reranker [--pairs DIR] [--out FILE] [--seed N] [--most N]

Learns the weights of the reranker: for every question of the libraries of reranker_data.py both
searches run as they do in Seodam, and the weights are those under which the right candidate
stands out most (listwise softmax, L2; L-BFGS). Then the scores are brought to probabilities on
the same questions, asked once with and once without the passages that answer them. A few minutes
on one core. `--most` takes fewer questions of each library, for a trial.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from rag_core.embeddings import BundledEmbedding
from rag_core.matching import QuestionWords
from rag_core.passages import searchable_text
from rag_core.reranker import LOOKED_AT_CLOSELY, WEIGHTS, Stage
from rag_core.retriever import CANDIDATES
from rag_core.search_words import question_tokens
from rag_core.signals import CIRCUMSTANCES, CLOSE, PLAIN, Candidate, circumstances, close, plain
from rag_core.stores.lexical import LexicalIndex
from training.reranker_data import Library, libraries

L2 = 1e-2
"""Chosen by leaving one source out at a time."""
SEED = 7


@dataclass(frozen=True)
class Example:
    """A question's candidates: signals, circumstances, which of them answer; and its weight."""

    signals: np.ndarray
    about: np.ndarray
    right: np.ndarray
    weight: float

    def wide(self, signals: int) -> np.ndarray:
        """The first `signals` signals under each circumstance, shape (candidates, products)."""
        products = self.signals[:, :signals, None] * self.about[:, None, :]
        return products.reshape(len(self.signals), -1)


def examples(
    library: Library, embedding: BundledEmbedding, most: int | None = None
) -> tuple[list[Example], list[Example]]:
    """One for each question, and the same without the passages that answer it."""
    weight = library.weight / np.sqrt(len(list(library.questions)[:most]) + 20)
    full, bare = [], []
    for id_, words, found in searched(library, embedding, most):
        right = library.relevant[id_]
        wrong = _renumbered([one for one in found if one.passage.id not in right])
        question = library.questions[id_]
        full.append(_example(question, words, found, right, embedding, weight))
        bare.append(_example(question, words, wrong, right, embedding, weight))
    return full, bare


def searched(
    library: Library, embedding: BundledEmbedding, most: int | None = None
) -> Iterator[tuple[str, QuestionWords, list[Candidate]]]:
    """For each question its id, its words in the library, and what both searches propose."""
    ids = list(library.passages)
    vectors = embedding.embed_array([searchable_text(library.passages[id_]) for id_ in ids])
    asked = list(library.questions.items())[:most]
    questions = embedding.embed_array([question for _, question in asked], query=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        index = LexicalIndex.open(Path(folder) / "words")
        index.replace_all((id_, [library.passages[id_]]) for id_ in ids)
        for (id_, question), vector in zip(asked, questions, strict=True):
            found = _candidates(library, question, ids, vectors @ vector, index)
            rarity = index.rarity(question_tokens(question))
            yield id_, QuestionWords(question, rarity, len(ids)), found
        index.close()


def _candidates(
    library: Library, question: str, ids: Sequence[str], cosines: np.ndarray, index: LexicalIndex
) -> list[Candidate]:
    by_words = dict(index.search(question, CANDIDATES))
    nearest = [ids[i] for i in np.argsort(-cosines, kind="stable")[:CANDIDATES]]
    found = list(dict.fromkeys([*by_words, *nearest]))
    by_words |= index.scores(question, [one for one in found if one not in by_words])
    word_rank = {one: rank for rank, one in enumerate(list(by_words)[:CANDIDATES], 1)}
    meaning_rank = {one: rank for rank, one in enumerate(nearest, 1)}
    place = {one: number for number, one in enumerate(ids)}
    return [
        Candidate(
            library.passages[one],
            by_words.get(one, 0.0),
            float(cosines[place[one]]),
            word_rank.get(one) if one in by_words else None,
            meaning_rank.get(one),
        )
        for one in found
    ]


def _renumbered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with the ranks that they have among themselves."""
    words = sorted(one.lexical_rank for one in candidates if one.lexical_rank)
    meaning = sorted(one.dense_rank for one in candidates if one.dense_rank)
    return [
        replace(
            one,
            lexical_rank=words.index(one.lexical_rank) + 1 if one.lexical_rank else None,
            dense_rank=meaning.index(one.dense_rank) + 1 if one.dense_rank else None,
        )
        for one in candidates
    ]


def _example(
    question: str,
    words: QuestionWords,
    candidates: Sequence[Candidate],
    right: set[str],
    embedding: BundledEmbedding,
    weight: float,
) -> Example:
    signals = plain(question, words, candidates)
    near = close(question, candidates, embedding)
    about = circumstances(question, words, signals)
    found = np.array([one.passage.id in right for one in candidates], float)
    return Example(np.concatenate([signals, near], axis=1), about, found, weight)


def fit(given: Sequence[Example], signals: int, l2: float = L2) -> np.ndarray:
    """Weights, shape (signals, circumstances), that tell right candidates from the others.

    The circumstances are the columns of `Example.about`.
    """
    told = [one for one in given if 0 < one.right.sum() < len(one.right)]
    rows = np.concatenate([one.wide(signals) for one in told]).astype(np.float32)
    scale = rows.std(axis=0) + 1e-3
    rows /= scale
    right = np.concatenate([one.right for one in told])
    counts = np.array([len(one.right) for one in told])
    first = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(told)), counts)
    weight = np.array([one.weight for one in told])
    weight /= weight.sum()

    def loss(free: np.ndarray) -> tuple[float, np.ndarray]:
        scores = rows @ free.astype(np.float32)
        grown = np.exp(scores - np.maximum.reduceat(scores, first)[owner])
        every, good = np.add.reduceat(grown, first), np.add.reduceat(grown * right, first) + 1e-12
        pull = (grown / every[owner] - grown * right / good[owner]) * weight[owner]
        value = -(weight * np.log(good / every + 1e-9)).sum() + l2 * (free**2).sum()
        return float(value), (rows.T @ pull.astype(np.float32)).astype(float) + 2 * l2 * free

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / scale).reshape(signals, -1)


def calibrated(given: Sequence[Example], weights: np.ndarray) -> Stage:
    """The stage whose probabilities fit (logistic regression on the first ten candidates)."""
    stage = Stage(weights, 1.0, np.zeros(len(CIRCUMSTANCES)))
    rows, right, weight = [], [], []
    for one in given:
        scores = stage.scores(one.signals[:, : len(weights)], one.about)
        level = one.about.mean(axis=0)
        for i in np.argsort(-scores)[:10]:
            rows.append([scores[i], *level])
            right.append(one.right[i])
            weight.append(one.weight)
    table, truth, share = np.array(rows), np.array(right), np.array(weight)
    share /= share.sum()

    def loss(free: np.ndarray) -> tuple[float, np.ndarray]:
        chance = 1 / (1 + np.exp(-np.clip(table @ free, -30, 30)))
        value = -(share * np.log(np.where(truth > 0, chance, 1 - chance) + 1e-12)).sum()
        return float(value + 1e-4 * (free**2).sum()), table.T @ (
            share * (chance - truth)
        ) + 2e-4 * free

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    return Stage(weights, float(found[0]), found[1:])


def written(stage: Stage, names: Sequence[str]) -> dict[str, Any]:
    """A stage as the file holds it."""

    def named(row: np.ndarray) -> dict[str, float]:
        return {name: round(float(v), 4) for name, v in zip(CIRCUMSTANCES, row, strict=True)}

    return {
        "weights": {name: named(row) for name, row in zip(names, stage.weights, strict=True)},
        "slope": round(stage.slope, 4),
        "level": named(stage.level),
    }


def learn(shelves: Sequence[Library], most: int | None = None) -> dict[str, Any]:
    """What reranker.json holds, learned from these libraries."""
    embedding = BundledEmbedding()
    full, bare, asked = [], [], {}
    for library in shelves:
        with_answers, without = examples(library, embedding, most)
        full += with_answers
        bare += without
        asked[library.name] = len(with_answers)
        print(library.name, len(library.passages), "passages", len(with_answers), flush=True)
    rough = fit(full, len(PLAIN))
    first = calibrated([*full, *bare], rough)
    second = calibrated(
        [_kept(one, first) for one in (*full, *bare)],
        fit([_kept(one, first) for one in full], len(PLAIN) + len(CLOSE)),
    )
    cosines = np.concatenate([one.signals[:, PLAIN.index("meaning")] for one in full])
    return {
        "made_by": f"training/reranker.py, seed {SEED}, L2 {L2}",
        "embedding": embedding.fingerprint,
        "questions": asked,
        "meaning": {
            "mean": round(float(cosines.mean()), 4),
            "deviation": round(float(cosines.std()), 4),
        },
        "first": written(first, PLAIN),
        "second": written(second, PLAIN + CLOSE),
    }


def _kept(one: Example, first: Stage) -> Example:
    """The candidates that are looked at closely."""
    scores = first.scores(one.signals[:, : len(PLAIN)], one.about)
    best = np.argsort(-scores, kind="stable")[:LOOKED_AT_CLOSELY]
    return Example(one.signals[best], one.about[best], one.right[best], one.weight)


def main(arguments: list[str] | None = None) -> int:
    """Learn and write. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.reranker", description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--most", type=int)
    chosen = parser.parse_args(arguments)
    shelves = libraries(chosen.pairs, chosen.seed)
    if not shelves:
        print(f"no pairs under {chosen.pairs}", file=sys.stderr)
        return 1
    text = json.dumps(learn(shelves, chosen.most), indent=1, ensure_ascii=False)
    chosen.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
