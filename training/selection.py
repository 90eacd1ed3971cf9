"""python -m training.selection [--pairs DIR] [--seed N] [--most N]

Fits what selection.py of rag_core weighs sentences by, on the TyDi QA questions that the embedding
never saw: the search runs as in Seodam, and the weights are those under which a sentence that holds
the answer stands out most from the others found (listwise softmax, L2). Prints them beside the
weights in use, with how often the best sentence and one of the best three holds the answer, each
question judged by weights that were fitted without it; the rounded ones are put in by hand.

Then what it says of `LEAST_SCORE`: how likely the best passage looks to the retriever for questions
that a library answers, and for the same questions asked of a library on other subjects.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag_core.embeddings import BundledEmbedding
from rag_core.reranker import judge
from rag_core.selection import LEAST_SCORE, WEIGHTS, rank
from rag_core.types import Hit
from training.reranker import Example, fit, searched
from training.reranker_data import Library, Plan, library_of, read_rows

SOURCES = (
    (Plan("tydi-ko", "ko", 1, 1500, 370), Plan("sec-kr-decrees", "ko", 1, 1500)),
    (Plan("tydi-en", "en", 1, 3700, 370), Plan("sec-owasp-cheatsheets", "en", 1, 1500)),
)
"""Questions with the passages that answer them, and passages on other subjects."""
PASSAGES = 10
"""Hits that an answer is chosen from."""
L2 = 3e-3
FOLDS = 5
SEED = 7


def hits(
    library: Library, embedding: BundledEmbedding, most: int
) -> Iterator[tuple[str, list[Hit]]]:
    """For each question its id and what the product's search gives for it."""
    for id_, words, found in searched(library, embedding, most):
        scores = judge(library.questions[id_], found, words, embedding).probabilities
        best = sorted(zip(scores, found, strict=True), key=lambda pair: -pair[0])[:PASSAGES]
        yield id_, [Hit(n, one.passage, "", score) for n, (score, one) in enumerate(best, 1)]


def answers(data: Path, source: str) -> dict[str, set[str]]:
    """What answers each question of a source, in the passage's words."""
    known = defaultdict(set)
    for row in read_rows(data, source):
        known[row["query"]].add(row["answer"])
    return known


def example(question: str, right: set[str], answer: set[str], found: Sequence[Hit]) -> Example:
    """The sentences found, and which of them hold an answer in a passage that should."""
    units = rank(question, found)
    holds = [
        found[unit.number - 1].passage.id in right and any(one in unit.text for one in answer)
        for unit in units
    ]
    features = np.array([unit.features for unit in units]).reshape(len(units), len(WEIGHTS))
    return Example(features, np.ones((len(units), 1)), np.array(holds, float), 1.0)


def told(given: Sequence[Example], weights: np.ndarray) -> np.ndarray:
    """Of each example whether the best sentence holds the answer, and whether one of three."""
    orders = [np.argsort(-(one.signals @ weights), kind="stable") for one in given]
    rows = [one.right[order[:3]] for one, order in zip(given, orders, strict=True)]
    return np.array([(row[0], row.max()) for row in rows])


def cross_fitted(given: Sequence[Example]) -> np.ndarray:
    """`told`, each example by weights fitted without it."""
    fold = np.arange(len(given)) % FOLDS
    result = np.zeros((len(given), 2))
    for left in range(FOLDS):
        rest = [one for one, at in zip(given, fold, strict=True) if at != left]
        kept = [one for one, at in zip(given, fold, strict=True) if at == left]
        result[fold == left] = told(kept, fit(rest, len(WEIGHTS), L2)[:, 0])
    return result


def likeliest(library: Library, embedding: BundledEmbedding, most: int) -> list[float]:
    """How likely the best passage looks, for each question."""
    return [found[0].score for _, found in hits(library, embedding, most) if found]


def elsewhere(asked: Library, others: Library) -> Library:
    """The questions of one library, asked of the passages of another."""
    return replace(others, questions=asked.questions, relevant=defaultdict(set))


def report(given: Sequence[Example]) -> None:
    """The fitted weights beside those in use, and what both find."""
    fitted, used = fit(given, len(WEIGHTS), L2)[:, 0], np.array(list(WEIGHTS.values()))
    fitted *= np.abs(used).sum() / np.abs(fitted).sum()  # a factor for all makes no difference
    for name, in_use, weight in zip(WEIGHTS, used, fitted, strict=True):
        print(f"{name:12} in use {in_use:5.1f}, fitted {weight:5.2f}")
    for name, rows in (("in use", told(given, used)), ("fitted", cross_fitted(given))):
        best, three = rows.mean(axis=0)
        print(f"{name}: best sentence {best:.3f}, one of three {three:.3f} of {len(given)}")


def decline(home: Sequence[float], away: Sequence[float]) -> None:
    """What thresholds decline of questions that are answered, and of those that are not."""
    print("questions declined: threshold, of those answered, of those on other subjects")
    known, foreign = np.array(home), np.array(away)
    for least in sorted({*LEAST_SCORE.values(), *np.quantile(known, (0.005, 0.01, 0.02, 0.05))}):
        mark = " (in use)" if least in LEAST_SCORE.values() else ""
        print(f"{least:.4f} {(known < least).mean():.3f} {(foreign < least).mean():.3f}{mark}")


def main(arguments: list[str] | None = None) -> int:
    """Fit and print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.selection", description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--most", type=int, default=400, help="questions of each language")
    chosen = parser.parse_args(arguments)
    embedding, given = BundledEmbedding(), []
    home: list[float] = []
    away: list[float] = []
    for source, other in SOURCES:
        library, foreign = (library_of(plan, chosen.pairs, chosen.seed) for plan in (source, other))
        if not library.questions or not foreign.passages:
            print(f"no pairs under {chosen.pairs}", file=sys.stderr)
            return 1
        known, made = answers(chosen.pairs, source.source), []
        for id_, found in hits(library, embedding, chosen.most):
            question = library.questions[id_]
            made.append(example(question, library.relevant[id_], known[question], found))
            home.append(found[0].score)
        away += likeliest(elsewhere(library, foreign), embedding, chosen.most)
        able = [one for one in made if 0 < one.right.sum() < len(one.right)]
        given += [replace(one, weight=1 / len(able)) for one in able]  # both languages the same
        print(f"{source.name}: {len(able)} of {len(made)} questions with their answer found")
    report(given)
    decline(home, away)
    return 0


if __name__ == "__main__":
    sys.exit(main())
