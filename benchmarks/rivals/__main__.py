"""The child's side of the protocol; see the package."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from typing import Any

from benchmarks.rivals import ENTRIES


def answer(rival: Any, command: dict[str, Any]) -> dict[str, Any]:
    """Do one command."""
    if command["do"] == "ask":
        found, taken = [], []
        for question in command["questions"]:
            started = time.perf_counter()
            found.append(rival.search(question, command["k"]))
            taken.append((time.perf_counter() - started) * 1000)
        return {"found": found, "milliseconds": taken}
    started = time.perf_counter()
    if command["do"] == "embed":
        rival.embed(command["texts"])
        return {"seconds": time.perf_counter() - started}
    if command["do"] == "index":
        passages = rival.index([tuple(row) for row in command["documents"]])
    else:
        passages = rival.read(command["paths"])
    return {"seconds": time.perf_counter() - started, "passages": passages}


def peak_mb() -> int:
    """Largest memory of this process and of its largest child, in MB (Linux counts in KB)."""
    unit = 1024**2 if sys.platform == "darwin" else 1024
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(sum(resource.getrusage(one).ru_maxrss for one in whose) / unit)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    module, _, name = ENTRIES[sys.argv[1]].place.partition(":")
    rival = getattr(importlib.import_module(f"benchmarks.rivals.{module}"), name)()
    for line in sys.stdin:
        said = answer(rival, json.loads(line)) | {"peak_mb": peak_mb()}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
