"""python -m training [--pairs DIR] [--work DIR] [--out DIR] [--steps N]

Makes the bundled embedding anew: see run.py for the steps and requirements.txt for what it needs.
`--pairs` is a folder with `train/` and `train-docs/` (data.py tells their form) and, when `dev/`
lies beside them, evaluation sets that only the measurement reads.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from rag_core.embeddings import BUNDLED, BundledEmbedding
from training.card import write_card
from training.data import load_lexicon, load_sources, word_frequencies
from training.finetune import Plan
from training.measure import held_out_figures, measure
from training.run import Materials, run
from training.teacher import NAME, load_teacher

THREADS = 1
"""Of PyTorch: batches are small, and two threads that wait for each other take ten times as long
where others use the machine too. The teacher, which is most of the work, has two."""


def main(arguments: list[str] | None = None) -> int:
    """Train, measure, write the card. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--pairs", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("artifacts/training"))
    parser.add_argument("--out", type=Path, default=BUNDLED)
    parser.add_argument("--steps", type=int, default=Plan.steps)
    parser.add_argument("--teacher", type=Path, help="a sentence-transformers model's folder")
    chosen = parser.parse_args(arguments)
    sources = load_sources(chosen.pairs)
    if not sources:
        print(f"no pairs under {chosen.pairs}", file=sys.stderr)
        return 1
    torch.set_num_threads(THREADS)
    words = {language: word_frequencies(language) for language in ("ko", "en")}
    materials = Materials([*sources, *load_lexicon()], words, load_teacher(chosen.teacher))
    plan = Plan(steps=chosen.steps)
    facts = run(materials, plan, chosen.work, chosen.out)
    embed = BundledEmbedding(chosen.out).embed_array
    held = held_out_figures(load_sources(chosen.pairs, held=True), embed)
    folders = sorted(path.parent for path in (chosen.pairs / "dev").glob("*/corpus.jsonl.gz"))
    figures = {folder.name: measure(folder, embed) for folder in folders}
    name = chosen.teacher.name if chosen.teacher else NAME
    write_card(chosen.out, chosen.pairs, plan, {**facts, "teacher": name}, held, figures)
    for name, row in {**held, **figures}.items():
        print(name, row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
