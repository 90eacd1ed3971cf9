"""python -m training.facts [--pairs DIR] [--show]

How the rules of the fact check (rag_core/fact_check.py) do on the pairs of training/support.py that
are in one language, and on paraphrases (para-*): those that rules are made on, and those that
`holdout` keeps back. Prints of each kind how many are ruled supported, contradicted and not found.
The worst there is, is what follows and is ruled contradicted: "klue, yes" and paraphrases. ("tydi,
yes" is made by leaving words out, a "not" now and then; some paraphrases say a little less.)
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path

from rag_core.embeddings import BundledEmbedding
from rag_core.fact_check import rule
from training.support import SEED, Pair, klue, rows, tydi

PARAPHRASES = ("para-korsts", "para-kqc")
LEFT_OUT = "klue replaced"  # of which nobody said whether it contradicts


def pairs(data: Path, seed: int, held: bool, embedding: BundledEmbedding) -> list[Pair]:
    """Every pair in one language."""
    made = list(klue(rows(data, "nli-klue", held), embedding))
    for name in ("tydi-ko", "tydi-en"):
        made += tydi(rows(data, name, held), random.Random(seed))
    for name in PARAPHRASES:
        said = ((row["query"], row["positive"]) for row in rows(data, name, held))
        made += [Pair(evidence, claim, True, name) for evidence, claim in said]
    return [one for one in made if one.kind != LEFT_OUT]


def ruled(made: list[Pair], embedding: BundledEmbedding, show: bool = False) -> dict[str, Counter]:
    """By kind and whether the claim follows, how often each ruling is given."""
    counts: dict[str, Counter] = {}
    for one in made:
        ruling = rule(one.claim, one.evidence, embedding).ruling.value
        counts.setdefault(f"{one.kind}, {'yes' if one.supported else 'no'}", Counter())[ruling] += 1
        if show:
            print(one.kind, one.supported, ruling, one.evidence, one.claim, sep="\t")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("../shared/data/train"))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--show", action="store_true", help="print every pair that is learned from")
    options = parser.parse_args()
    embedding = BundledEmbedding()
    for held in (False, True):
        made = pairs(options.pairs, options.seed, held, embedding)
        counts = ruled(made, embedding, options.show and not held)
        print("kept back" if held else "made on", json.dumps(counts, ensure_ascii=False))


if __name__ == "__main__":
    main()
