"""What Seodam adds to the time until a model's first word, beside a bare streaming call.

    python -m benchmarks.overhead [--questions 200] [--passages 5000]

Both ask the same model server on the loopback, in turn. Seodam is asked as the chat asks it: it
opens the model, searches its library, writes the prompt and streams; the bare call then sends the
very messages that Seodam had sent, by OpenAI's own client. Prints one JSON object: the time to the
first word of both in milliseconds, the overhead (the difference within each pair, of which the p95
is meant to stay below 120 ms), and the load of the machine before.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from openai import OpenAI

from benchmarks.lab import fill
from rag_core.library import Library
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER
from rag_core.wiring import Seodam, open_seodam
from tests.servers.openai_server import OpenAIServer

WARM = 10  # pairs before it counts
WORDS = 8  # of a question


def questions(library: Library, many: int) -> list[str]:
    """Words of passages drawn at random, of which no two are alike."""
    passages = [one for document in library.documents() for one in library.passages(document.id)]
    draw = random.Random(0)
    return [
        " ".join(draw.sample(one.text.split(), min(WORDS, len(one.text.split())))) + "?"
        for one in draw.sample(passages, many)
    ]


def ours(seodam: Seodam, question: str) -> float:
    """Seconds until the first word of an answer."""
    assistant = seodam.assistant(LOCAL_OWNER)
    began = time.perf_counter()
    talk = assistant.start(question)
    stream = iter(assistant.ask(question, talk, seodam.generator()))
    next(piece for piece in stream if piece)
    seconds = time.perf_counter() - began
    for _ in stream:
        pass
    return seconds


def bare(client: OpenAI, messages: Sequence[dict[str, str]]) -> float:
    """The same for the model alone, asked with these messages."""
    began = time.perf_counter()
    with client.chat.completions.create(model="echo", messages=messages, stream=True) as stream:
        next(chunk for chunk in stream if chunk.choices and chunk.choices[0].delta.content)
        seconds = time.perf_counter() - began
        for _ in stream:
            pass
    return seconds


def pairs(seodam: Seodam, server: OpenAIServer, asked: Sequence[str]) -> list[tuple[float, float]]:
    """(ours, bare) of each question."""
    client = OpenAI(base_url=server.url, api_key="sk-none")
    measured = []
    for question in asked:
        seconds = ours(seodam, question)
        messages = server.requests[-1]["body"]["messages"]
        measured.append((seconds, bare(client, messages)))
    return measured


def figures(seconds: Sequence[float]) -> dict[str, float]:
    cut = statistics.quantiles(seconds, n=20)
    return {
        "p50_ms": round(1000 * statistics.median(seconds), 1),
        "p95_ms": round(1000 * cut[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--passages", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, OpenAIServer() as server:
        settings = Settings(
            data=Path(folder),
            model="openai:echo",
            openai_api_key="sk-none",
            openai_base_url=server.url,
        )
        seodam = open_seodam(settings)
        library = seodam.library(LOCAL_OWNER)
        passages = fill(library, options.passages)
        asked = questions(library, options.questions + WARM)
        load = os.getloadavg()[0]
        measured = pairs(seodam, server, asked)[WARM:]
        seodam.close()
    result = {
        "passages": passages,
        "ours": figures([mine for mine, _ in measured]),
        "bare": figures([alone for _, alone in measured]),
        "overhead": figures([mine - alone for mine, alone in measured]),
        "load": round(load, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
