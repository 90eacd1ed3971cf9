"""python -m training.support [--pairs DIR] [--out FILE] [--seed N]

Learns how to tell whether a passage bears out a sentence (rag_core/grounding.py), by logistic
regression with L2 on pairs of evidence and claim:

    nli-klue   premise and entailed sentence (yes) or contradiction (no); the entailed sentence
               with a word of another (no); the longer premise as a claim on the shorter sentence
               (no: it says more); the entailed sentence of the premise that is most alike (no)
    tydi       a sentence of a passage, on the passage in which many of its words are left out, as
               if it were said in other words (yes); a sentence of its second half on the first
               half (no); a sentence with another number (no)
    par-*      a sentence and its translation (yes); the translation of a neighbour (no)

What `holdout` keeps back is used to say how good it is. Both answers count alike, and what people
wrote counts more than what is made, so the threshold is one half.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from rag_core.embeddings import BundledEmbedding
from rag_core.grounding import SIGNALS, WEIGHTS, signals
from rag_core.quantities import compare
from rag_core.text import sentences
from training.holdout import held_out

L2 = 0.001
MOST = 600  # pairs of each kind and source
LONGER = 1.3
MOST_REWORDED = 0.8
WRITTEN = 4.0
SEED = 5
THRESHOLD = 0.5
PARALLEL = ("par-news-jhe", "par-tatoeba", "par-stsb")


@dataclass(frozen=True)
class Pair:
    """A claim, what it is to stand on, and whether it does."""

    evidence: str
    claim: str
    supported: bool
    kind: str


def rows(data: Path, name: str, held: bool) -> list[dict[str, str]]:
    """The rows of a source, without those that are kept back; or those alone."""
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [row for row in map(json.loads, file) if held_out(row["query"]) == held]


def klue(rows: list[dict[str, str]], embedding: BundledEmbedding) -> Iterator[Pair]:
    """Of Korean premises, what follows and what does not."""
    vectors = embedding.embed_array([row["query"] for row in rows])
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    for at, row in enumerate(rows):
        premise, entailed = row["query"], row["positive"]
        yield Pair(premise, entailed, True, "klue")
        if row.get("negative"):
            yield Pair(premise, row["negative"], False, "klue")
        if len(premise) > LONGER * len(entailed):
            yield Pair(entailed, premise, False, "klue more")
        if other := _replaced(entailed, premise, rows[at - 1]["positive"]):
            yield Pair(premise, other, False, "klue replaced")
        if at % 2:
            yield Pair(premise, rows[int(alike[at].argmax())]["positive"], False, "klue other")


def _replaced(claim: str, premise: str, other: str) -> str:
    """A claim with one of its words that stand in the premise exchanged for one of another claim
    that ends alike; "" where none does."""
    words = claim.split()
    for place, word in enumerate(words[:-1]):
        ends_alike = [one for one in other.split()[:-1] if one[-1] == word[-1] and one != word]
        if len(word) > 1 and word[:2] in premise and ends_alike:
            return " ".join([*words[:place], ends_alike[0], *words[place + 1 :]])
    return ""


def tydi(rows: list[dict[str, str]], draw: random.Random) -> Iterator[Pair]:
    """Sentences of passages: their own, shortened; of elsewhere; and with a word changed."""
    for row in rows:
        text = row["positive"]
        spans = sentences(text)
        if len(spans) < 4:
            continue
        half = spans[len(spans) // 2][0]
        own = [text[a:b] for a, b in spans if 40 < b - a < 300]
        later = [text[a:b] for a, b in spans if a >= half and 40 < b - a < 300]
        if not own or not later:
            continue
        claim = draw.choice(own)
        yield Pair(_reworded(text, claim, draw), claim, True, "tydi")
        yield Pair(text[:half], draw.choice(later), False, "tydi later")
        if changed := _changed(claim, draw):
            yield Pair(text, changed, False, "tydi changed")


def _reworded(text: str, claim: str, draw: random.Random) -> str:
    """A text without some of the words of the claim, names and numbers apart: up to so many that
    the claim is hardly recognised."""
    plain = [word for word in claim.split() if not re.search(r"[\dA-Z]", word)]
    gone = set(draw.sample(plain, round(draw.uniform(0, MOST_REWORDED) * len(plain))))
    return " ".join(word for word in text.split() if word not in gone)


def _changed(claim: str, draw: random.Random) -> str:
    """With another number in it; "" where it has none."""
    found = list(re.finditer(r"\d+", claim))
    if not found:
        return ""
    one = draw.choice(found)
    other = str(int(one.group()) + draw.choice((-7, -3, 2, 5, 11)))
    return claim[: one.start()] + other.lstrip("-") + claim[one.end() :]


def parallel(rows: list[dict[str, str]], draw: random.Random) -> Iterator[Pair]:
    """Sentences on their translations, either way."""
    for row, other in pairwise(rows):
        sides = [(row["query"], row["positive"], other["query"], other["positive"])]
        sides.append((row["positive"], row["query"], other["positive"], other["query"]))
        evidence, claim, _, wrong = draw.choice(sides)
        yield Pair(evidence, claim, True, "parallel")
        yield Pair(evidence, wrong, False, "parallel other")


def pairs(data: Path, seed: int, held: bool = False) -> list[Pair]:
    """All pairs, at most MOST of each kind; with `held` those that are kept back."""
    draw, embedding = random.Random(seed), BundledEmbedding()
    made = list(klue(rows(data, "nli-klue", held), embedding))
    for name in ("tydi-ko", "tydi-en"):
        for one in tydi(rows(data, name, held), draw):
            made.append(replace(one, kind=f"{one.kind} {name[-2:]}"))
    for name in PARALLEL:
        made += parallel(rows(data, name, held)[:MOST], draw)
    kinds: dict[str, list[Pair]] = {}
    for one in made:
        kinds.setdefault(one.kind, []).append(one)
    return [one for kind in kinds.values() for one in draw.sample(kind, min(MOST, len(kind)))]


def features(made: list[Pair]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """SIGNALS of every pair, what is right, and how much each counts: both answers in both
    languages alike, kinds alike but for what people wrote."""
    embedding = BundledEmbedding()
    x = np.array(
        [
            signals(one.claim, [one.evidence], compare(one.claim, [one.evidence]), embedding)
            for one in made
        ]
    )
    y = np.array([float(one.supported) for one in made])
    counts = {kind: sum(one.kind == kind for one in made) for kind in {one.kind for one in made}}
    weight = np.array([(WRITTEN if one.kind == "klue" else 1.0) / counts[one.kind] for one in made])
    english = x[:, SIGNALS.index("english")] > 0
    for side in (0.0, 1.0):
        for here in (english, ~english):
            weight[here & (y == side)] /= weight[here & (y == side)].sum()
    return x, y, weight / 4


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression; the constant is not held small."""
    held = np.full(x.shape[1], L2)
    held[0] = 0

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        value = weight @ (np.logaddexp(0, z) - y * z) + (held * w) @ w / 2
        return float(value), x.T @ (weight * (1 / (1 + np.exp(-z)) - y)) + held * w

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x)


def balanced(y: np.ndarray, said: np.ndarray) -> float:
    """Mean of the shares of both answers that were given rightly."""
    return float((said[y == 1].mean() + (1 - said[y == 0]).mean()) / 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("../shared/data/train"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    made = pairs(options.pairs, options.seed)
    x, y, weight = features(made)
    weights = fit(x, y, weight)
    kept = {
        "data": "nli-klue, tydi, par-* of the training data; see training/support.py",
        "pairs": len(made),
        "threshold": THRESHOLD,
        "weights": {name: round(float(w), 4) for name, w in zip(SIGNALS, weights, strict=True)},
    }
    options.out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    held = pairs(options.pairs, options.seed, held=True)
    x, y, _ = features(held)
    said = (1 / (1 + np.exp(-(x @ weights))) >= THRESHOLD).astype(float)
    print(f"{len(made)} pairs, {len(held)} kept back: balanced accuracy {balanced(y, said):.3f}")
    for kind in sorted({one.kind for one in held}):
        mine = np.array([one.kind == kind for one in held])
        for side in (1.0, 0.0):
            if (mine & (y == side)).any():
                share = (said == y)[mine & (y == side)].mean()
                print(f"  {kind}, {'yes' if side else 'no'}: {share:.3f}")


if __name__ == "__main__":
    main()
