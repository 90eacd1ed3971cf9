"""A visitor's questions while others' worst files are read, beside the same questions before.

    python -m benchmarks.hostile [--questions 200] [--seconds 60]

One visitor has the samples in a library and asks; the answers are the extractive ones, so that all
time is ours. Then another hands in bombs until as many are being read as the queue reads at once,
and the first one asks again: files that burn processor time, and files that fill memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rag_core.settings import Settings
from rag_core.types import Upload
from rag_core.wiring import Seodam, open_seodam
from tests.faults.bombs import lzw
from tests.faults.pdfs import pages_shared

SAMPLES = Path(__file__).parents[1] / "samples"
QUESTIONS = ("인용은 어떻게 확인하나요?", "What is a passage?", "검색은 왜 두 가지로 하나요?")
BOMBS: dict[str, Callable[[], bytes]] = {"processor": pages_shared, "memory": lzw}


def ask(seodam: Seodam, number: int) -> float:
    """Milliseconds from the question to the end of its answer."""
    talks = seodam.conversations("ann")
    talk = talks.start("ann")
    started = time.perf_counter()
    question = QUESTIONS[number % len(QUESTIONS)]
    "".join(seodam.assistant("ann").ask(question, talk, seodam.generator()))
    return 1000 * (time.perf_counter() - started)


def figures(times: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(times, n=20)
    return {"p50_ms": round(statistics.median(times), 1), "p95_ms": round(cut[-1], 1)}


def during(seodam: Seodam, bomb: bytes, questions: int) -> list[float]:
    """Times of questions asked while at least one such bomb is being read."""
    times: list[float] = []
    number = 0
    while len(times) < questions:
        reading = [job for job in seodam.queue.jobs("mallory") if job.moving]
        if len(reading) < 4:
            number += 1  # other bytes, or the same file would be known
            seodam.queue.submit("mallory", Upload(f"{number}.pdf", bomb + b"%%%d" % time.time_ns()))
            continue
        times.append(ask(seodam, len(times)))
    for job in seodam.queue.jobs("mallory"):
        seodam.queue.cancel("mallory", job.id)
    while any(job.moving for job in seodam.queue.jobs("mallory")):
        time.sleep(0.05)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60, help="limit of reading one file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seodam = open_seodam(Settings(data=Path(folder), parse_seconds=options.seconds))
        for path in SAMPLES.glob("*.pdf"):
            seodam.library("ann").add(Upload(path.name, path.read_bytes()))
        for number in range(20):
            ask(seodam, number)  # warm
        result: dict[str, dict[str, float]] = {}
        for name, made in BOMBS.items():
            quiet = [ask(seodam, number) for number in range(options.questions)]
            busy = during(seodam, made(), options.questions)
            ratio = figures(busy)["p95_ms"] / figures(quiet)["p95_ms"]
            result[name] = {
                **{f"quiet_{key}": value for key, value in figures(quiet).items()},
                **{f"busy_{key}": value for key, value in figures(busy).items()},
                "p95_ratio": round(ratio, 2),
            }
        seodam.close()
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
