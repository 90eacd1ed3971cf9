"""An evaluation as its page runs it: a thousand real questions over a thousand passages.

    python -m benchmarks.evaluation FOLDER… [--questions 1000] [--passages 1000]

The BEIR folders share the passages between them, and the questions are drawn at random among those
whose text is in the library. What is timed is `examine`: search, answer without a language model,
check every citation. Prints one JSON object; `processor` are the seconds that a processor worked,
which other programs do not lengthen.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.shelved import shelve
from rag_core.examining import examine
from rag_core.gold import GoldQuestion
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER
from rag_core.wiring import open_seodam

_TOLD = ("page_hit@1", "page_hit@5", "answered_share", "citation_validity", "search_p50_ms")


def measure(
    data: Path, folders: Sequence[Path], questions: int, passages: int
) -> dict[str, float | dict[str, float]]:
    """Fill a library in the new folder `data` and evaluate it."""
    seodam = open_seodam(Settings(data=data))
    library, held = seodam.library(LOCAL_OWNER), 0
    asked: list[GoldQuestion] = []
    for folder in folders:
        made, its = shelve(library, folder, passages // len(folders))
        held, asked = held + made, asked + its
    drawn = random.Random(0).sample(asked, min(questions, len(asked)))
    model, assistant = seodam.generator(), seodam.assistant(LOCAL_OWNER)
    library.search(drawn[0].question)  # what is loaded once is no part of it
    worked, begun = time.process_time(), time.perf_counter()
    measures, _ = examine(library, assistant, model, drawn)
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    seodam.close()
    return {
        "questions": len(drawn),
        "passages": held,
        "seconds": round(seconds, 2),
        "processor": round(worked, 2),
        "measures": {name: round(measures[name], 4) for name in _TOLD},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--passages", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        told = measure(Path(data), options.folders, options.questions, options.passages)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
