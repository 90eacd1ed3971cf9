"""The child's side of the protocol; see the package."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import psutil

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


class Memory:
    """The largest memory of this process and its children so far, looked at ten times a second.

    What they share counts once (PSS, where the system tells it): a process that has just been
    forked seems as large as its parent otherwise.
    """

    def __init__(self) -> None:
        self._largest = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def peak_mb(self) -> int:
        """In MB, now included."""
        self._look()
        return round(self._largest / 1024**2)

    def _watch(self) -> None:
        while True:
            self._look()
            time.sleep(0.1)

    def _look(self) -> None:
        total = 0
        own = psutil.Process()
        for process in (own, *own.children(recursive=True)):
            with suppress(psutil.Error):  # it has ended
                memory = process.memory_full_info()
                total += getattr(memory, "pss", memory.rss)
        self._largest = max(self._largest, total)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    module, _, name = ENTRIES[sys.argv[1]].place.partition(":")
    memory = Memory()
    rival = getattr(importlib.import_module(f"benchmarks.rivals.{module}"), name)()
    for line in sys.stdin:
        said = answer(rival, json.loads(line)) | {"peak_mb": memory.peak_mb()}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
