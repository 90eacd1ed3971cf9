"""Fine-tuning on one's own documents, and whether real questions then find more.

    python -m benchmarks.tuning FOLDER… [--passages 5000] [--base NAME]

All folders go into one library: BEIR folders, or PDFs with their gold.jsonl. The tuning learns and
is tried as the page does it, from headings and sentences alone; the folders' own questions are
kept from it and asked before and after, of the search that the chat uses and of its dense leg
alone. A refused tuning is measured too, to see whether it was refused rightly. `--base` is
"bundled" (an adapter on it) or a sentence-transformers model by name. Prints one JSON object:
`gain` and `interval` (95 %, bootstrap) are of nDCG@10.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.shelved import shelve
from rag_core.evaluation import bootstrap, mean
from rag_core.gold import GoldQuestion, place_rank
from rag_core.library import Library
from rag_core.settings import Settings
from rag_core.trials import Trial
from rag_core.tuning import BASE, TUNED
from rag_core.types import LOCAL_OWNER
from rag_core.wiring import Seodam, open_seodam

DEPTH = 10
Gains = dict[str, list[float]]


def measure(
    data: Path, folders: Sequence[Path], passages: int, questions: int = 500, base: str = BASE
) -> dict[str, Any]:
    """Fill a library in the new folder `data`, tune, and ask so many questions of each folder."""
    seodam = open_seodam(Settings(data=data))
    library, held = seodam.library(LOCAL_OWNER), 0
    asked: dict[str, list[GoldQuestion]] = {}
    for folder in folders:
        made, its = shelve(library, folder, passages - held)
        held += made
        asked[folder.name] = random.Random(0).sample(its, min(questions, len(its)))
    trial, seconds = tuned(seodam, base)
    before = {name: gains(library, its) for name, its in asked.items()}
    applied = timed(lambda: use(seodam, f"{TUNED}{trial.id}"))
    after = {name: gains(library, its) for name, its in asked.items()}
    seodam.close()
    return {
        "passages": held,
        "seconds": round(seconds, 1),
        "applied_seconds": round(applied, 1),
        "used": trial.better,
        "trial": _told(trial),
        "gold": {name: compared(before[name], after[name]) for name in asked},
    }


def tuned(seodam: Seodam, base: str) -> tuple[Trial, float]:
    """What came of a tuning begun as the page begins it, and the seconds until it had ended."""
    begun = time.perf_counter()
    seodam.tune(LOCAL_OWNER, base)
    while seodam.tuner.running:
        time.sleep(0.05)
    ended = seodam.tuner.progress
    if ended is None or ended.trial is None:
        raise SystemExit(f"the tuning did not end well: {ended}")
    return ended.trial, time.perf_counter() - begun


def use(seodam: Seodam, name: str) -> None:
    """Move to that embedding, and wait until it is in use."""
    seodam.in_use.choose(name)
    seodam.in_use.wait()
    if seodam.in_use.name != name:
        raise SystemExit(f"the embedding was not taken into use: {seodam.in_use.move}")


def timed(act: Callable[[], None]) -> float:
    """The seconds it takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def gains(library: Library, asked: Sequence[GoldQuestion]) -> Gains:
    """nDCG@10 of the first gold page of each question: of the search, and of its dense leg."""
    retriever = library.retriever(k=DEPTH)
    found: Gains = {"search": [], "dense": []}
    for gold in asked:
        hits = retriever.search(gold.question)
        found["search"].append(_gain([(hit.document, hit.passage.page) for hit in hits], gold))
        vector = retriever.embedding.embed_array([gold.question], query=True)[0]
        near = retriever.passages([one for one, _ in retriever.dense.search(vector, DEPTH)])
        places = [(name, passage.page) for passage, name in near.values()]
        found["dense"].append(_gain(places, gold))
    return found


def _gain(places: Sequence[tuple[str, int | None]], gold: GoldQuestion) -> float:
    rank = place_rank(places, gold)
    return 1 / float(np.log2(rank + 1)) if rank else 0.0


def compared(before: Gains, after: Gains) -> dict[str, Any]:
    """The means before and after of each way to search, and the gain with its interval."""
    rows: dict[str, Any] = {"questions": len(before["search"])}
    for way, first in before.items():
        differences = [b - a for a, b in zip(first, after[way], strict=True)]
        rows[way] = {
            "before": round(mean(first), 4),
            "after": round(mean(after[way]), 4),
            "gain": round(mean(differences), 4),
            "interval": [round(end, 4) for end in bootstrap(differences)],
        }
    return rows


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "lessons": trial.lessons,
        "questions": trial.questions,
        "before": {name: round(value, 4) for name, value in trial.before.items()},
        "after": {name: round(value, 4) for name, value in trial.after.items()},
        "gain": round(trial.gain, 4),
        "interval": [round(end, 4) for end in trial.interval],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--passages", type=int, default=5_000, help="at most")
    parser.add_argument("--questions", type=int, default=500, help="of each folder, at most")
    parser.add_argument("--base", default=BASE, help="what learns")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        told = measure(
            Path(data), options.folders, options.passages, options.questions, options.base
        )
    print(json.dumps(told))


if __name__ == "__main__":
    main()
