"""Retrieval as the library grows: time, memory, bytes and what the dense index misses.

    python -m benchmarks.scale FOLDER… [--sizes 10000 100000 1000000] [--data FOLDER]

The BEIR folders give real passages, real questions, and the words of which the rest is made (see
made.py). Everything goes into one library, through the record, as it does after reading; at each
size a fresh process opens it, asks every question once to warm up and once to be timed, by the
clock and by the processor. `recall` is that of the dense index's ten nearest against exact search
over the record's vectors; `kept` the share of the ten hits shown that stay the same when the dense
leg is exact. One JSON object a size.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.made import PASSAGES_EACH, Maker, questions, texts
from rag_core.embeddings import Embedding
from rag_core.passages import searchable_text
from rag_core.retriever import CANDIDATES, SeodamRetriever
from rag_core.settings import Settings
from rag_core.stores.database import Database
from rag_core.stores.record import OwnedRecord, Record
from rag_core.types import LOCAL_OWNER, Document, Page, Passage, Upload
from rag_core.wiring import open_seodam

TOGETHER = 10  # documents published at once


def made_documents(folders: Sequence[Path]) -> Iterator[tuple[str, list[str]]]:
    """Name and passages of documents without end: the real passages first."""
    real = texts(folders)
    for start in range(0, len(real), PASSAGES_EACH):
        yield f"real {start // PASSAGES_EACH}", real[start : start + PASSAGES_EACH]
    maker, number = Maker(real), 0
    while True:
        yield f"made {number}", list(maker.document(number))
        number += 1


def keep(record: OwnedRecord, embedding: Embedding, name: str, passages: list[str]) -> Document:
    """Record a document as reading it would have: bytes, pages, passages, vectors."""
    document = record.receive(Upload(name, name.encode()), name, "default")
    cut = [
        Passage(f"{document.id}-{at}", document.id, at, at + 1, str(at + 1), text, 0, name)
        for at, text in enumerate(passages)
    ]
    pages = [Page(at + 1, str(at + 1), text) for at, text in enumerate(passages)]
    vectors = embedding.embed_array([searchable_text(one) for one in cut])
    return record.keep_reading(document, pages, cut, vectors, embedding.fingerprint)


def grow(
    data: Path, documents: Iterator[tuple[str, list[str]]], held: int, size: int
) -> tuple[int, float]:
    """Add documents until the library holds `size` passages: (how many, seconds of indexing).

    Indexing is what there is to do with text in hand: embedding, recording, both indexes.
    """
    seconds, waiting = 0.0, []
    seodam = open_seodam(Settings(data=data))
    library, embedding = seodam.library(LOCAL_OWNER), seodam.embedding
    record = library._record
    while held < size:
        name, passages = next(documents)
        started = time.perf_counter()
        waiting.append(keep(record, embedding, name, passages[: size - held]))
        held += waiting[-1].passages
        if len(waiting) == TOGETHER or held >= size:
            library.publish(waiting)
            waiting = []
            print(f"{held} passages", file=sys.stderr)
        seconds += time.perf_counter() - started
    seodam.close()
    return held, seconds


@dataclass
class Exact:
    """A dense leg without an index, over the vectors of the record; for comparison."""

    ids: list[str]
    vectors: np.ndarray
    dense: Any

    def search(self, vector: np.ndarray, k: int, documents: object = None) -> list[Any]:
        cosines = np.concatenate(
            [self.vectors[at : at + 50_000] @ vector for at in range(0, len(self.ids), 50_000)]
        )
        best = np.argpartition(-cosines, k)[:k]
        best = best[np.argsort(-cosines[best])]
        return [(self.ids[at], float(cosines[at])) for at in best]

    def scores(self, vector: np.ndarray, ids: Sequence[str]) -> dict[str, float]:
        return self.dense.scores(vector, ids)


def exact(record: OwnedRecord, retriever: SeodamRetriever, count: int) -> Exact:
    """Read every vector of the record."""
    embedding = retriever.embedding
    ids: list[str] = []
    vectors = np.empty((count, embedding.dimension), np.float32)
    for document in record.documents():
        part = record.vectors_of(document.id, embedding.fingerprint)
        vectors[len(ids) : len(ids) + len(part)] = part
        ids += [f"{document.id}-{at}" for at in range(len(part))]
    return Exact(ids, vectors, retriever.dense)


def measure(data: Path, asked: Sequence[str]) -> dict[str, Any]:
    """Open the library in this process and ask."""
    process = psutil.Process()
    started = time.perf_counter()
    seodam = open_seodam(Settings(data=data))
    library = seodam.library(LOCAL_OWNER)
    library.search(asked[0], 10)
    opened = time.perf_counter() - started
    for question in asked:
        library.search(question, 10)
    result: dict[str, Any] = {"open_seconds": round(opened, 2)}
    times = {"search": timed(lambda question: library.search(question, 10), asked)}
    result["memory_mb"] = round(process.memory_info().rss / 1024**2)
    retriever = library.retriever()
    vectors = retriever.embedding.embed_array(asked, query=True)
    asked_of = dict(zip(asked, vectors, strict=True))
    parts = {
        "embed": lambda question: retriever.embedding.embed_array([question], query=True),
        "lexical": lambda question: retriever.lexical.search(question, CANDIDATES),
        "dense": lambda question: retriever.dense.search(asked_of[question], CANDIDATES),
    }
    times |= {name: timed(call, asked) for name, call in parts.items()}
    for name, took in times.items():
        p50, p95 = np.percentile(took, (50, 95), axis=0) * 1000
        result[name] = {
            "p50_ms": round(p50[0], 2),
            "p95_ms": round(p95[0], 2),
            "p95_cpu_ms": round(p95[1], 2),
        }
    result |= compared(library._record, retriever, asked, vectors)
    seodam.close()
    return result


def timed(call: Any, asked: Sequence[str]) -> list[tuple[float, float]]:
    """Seconds of each call, and those that a processor worked: what an idle machine would need."""
    took = []
    for question in asked:
        worked, started = time.process_time(), time.perf_counter()
        call(question)
        took.append((time.perf_counter() - started, time.process_time() - worked))
    return took


def compared(
    record: OwnedRecord, retriever: SeodamRetriever, asked: Sequence[str], vectors: np.ndarray
) -> dict[str, float]:
    """What the dense index misses, alone and in what is shown."""
    truth = exact(record, retriever, retriever.dense.count())
    right = SeodamRetriever(
        embedding=retriever.embedding,
        lexical=retriever.lexical,
        dense=retriever.dense,
        passages=retriever.passages,
    )
    object.__setattr__(right, "dense", truth)
    recall, kept = [], []
    for question, vector in zip(asked, vectors, strict=True):
        wanted = {one for one, _ in truth.search(vector, 10)}
        recall.append(len(wanted & {one for one, _ in retriever.dense.search(vector, 10)}) / 10)
        shown = {hit.passage.id for hit in right.search(question, 10)}
        kept.append(len(shown & {hit.passage.id for hit in retriever.search(question, 10)}) / 10)
    return {"recall": round(float(np.mean(recall)), 4), "kept": round(float(np.mean(kept)), 4)}


def on_disk(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def sizes(data: Path, held: int) -> dict[str, int]:
    """Bytes on the disk per passage, by where they lie."""
    places = {"record": data / "seodam.sqlite3", "chroma": data / "chroma"}
    taken = {name: place.stat().st_size for name, place in places.items() if place.is_file()}
    taken |= {name: on_disk(data / name) for name in ("chroma", "lexical")}
    return {name: round(size / held) for name, size in taken.items()}


def held_in(data: Path) -> int:
    """Passages that a library already holds."""
    if not (data / "seodam.sqlite3").exists():
        return 0
    database = Database(data / "seodam.sqlite3")
    held = sum(one.passages for one in Record(database).of(LOCAL_OWNER).documents())
    database.close()
    return held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=150, help="of each folder")
    parser.add_argument("--data", type=Path, help="where to build; kept (default: a temporary one)")
    parser.add_argument("--measure", action="store_true", help="only what is in --data")
    options = parser.parse_args()
    if options.measure:
        asked = questions(options.folders, options.questions)
        print(json.dumps(measure(options.data, asked)))
        return
    with tempfile.TemporaryDirectory() as folder:
        data, held = options.data or Path(folder), 0
        documents = made_documents(options.folders)
        for size in options.sizes:
            before = held
            held, seconds = grow(data, documents, held, size)
            command = [sys.executable, "-m", "benchmarks.scale", *map(str, options.folders)]
            command += ["--data", str(data), "--measure", "--questions", str(options.questions)]
            measured = subprocess.run(command, capture_output=True, text=True, check=True)
            result = {
                "passages": held,
                "indexed_per_second": round((held - before) / seconds),
                "bytes_per_passage": sizes(data, held),
                **json.loads(measured.stdout),
            }
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
