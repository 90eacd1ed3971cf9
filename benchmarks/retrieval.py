"""Ours and the rivals' defaults side by side, in one run, over questions with known answers.

    python -m benchmarks.retrieval FOLDER… [--questions 500] [--rivals NAME…] [--speed] [--readme]

A FOLDER is a BEIR folder, or one that holds `gold.jsonl` (questions with gold pages) and its PDFs.
All documents are indexed; where a set has more questions, the same seeded sample of them is put to
everybody. Rivals run in the environment that `make bench-rivals` sets up, ours in its own; each is
a child process and none knows what is asked of it next. Written: results/retrieval.json and .md.
With --keep, who is not measured anew keeps the rows of the run before, and the report says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import retrieval_report
from benchmarks.rivals import ENTRIES, OURS, TUTORIAL, Found
from benchmarks.rivals.process import REPOSITORY, Child
from rag_core.evaluation import (
    bootstrap,
    hit_at,
    mean,
    ndcg_at,
    percentile,
    read_question_set,
)
from rag_core.gold import read_gold
from rag_core.text import language

RIVALS_PYTHON = REPOSITORY / ".benchmarks" / "rivals" / "bin" / "python"
RESULTS = REPOSITORY / "benchmarks" / "results"
SEED = 20260101
K = 10
FETCHED = 30  # passages asked for, so that K documents are left when several are of one document
SPEED_PASSAGES, SPEED_SAMPLE, SPEED_LETTERS = 10_000, 150, 500


@dataclass(frozen=True)
class Questions:
    """One set: what is indexed, what is asked, what is right. `groups` are shown apart."""

    name: str
    documents: list[tuple[str, str, str]]
    paths: list[str]
    asked: list[str]
    relevant: list[Mapping[str, float]]
    groups: dict[str, list[int]]


def from_beir(folder: Path, most: int) -> Questions:
    """A BEIR folder; at most so many of its questions."""
    found = read_question_set(folder)
    judged = sorted(found.judged)
    if len(judged) > most:
        judged = sorted(random.Random(SEED).sample(judged, most))
    return Questions(
        folder.name,
        list(found.documents),
        [],
        [found.questions[one] for one in judged],
        [found.relevant[one] for one in judged],
        {"": list(range(len(judged)))},
    )


def from_gold(folder: Path) -> Questions:
    """PDFs with gold pages; questions about pages without usable text stand in no group.

    Which pages have usable text is said in docs.jsonl beside them (`text_layer`: "ok").
    """
    gold = [one for one in read_gold(folder / "gold.jsonl") if one.answerable]
    listed = folder / "docs.jsonl"
    rows = map(json.loads, listed.read_text("utf-8").splitlines()) if listed.exists() else []
    unusable = {row["doc"] for row in rows if row["text_layer"] != "ok"}
    groups: dict[str, list[int]] = {"all": [], "Korean": [], "English": [], "across languages": []}
    for number, one in enumerate(gold):
        if {name for name, _ in one.places} & unusable:
            continue
        groups["all"].append(number)
        across = one.kind == "cross-lingual"
        own = {"ko": "Korean", "en": "English"}[one.language]
        groups["across languages" if across else own].append(number)
    return Questions(
        f"PDFs ({folder.name})",
        [],
        [str(path) for path in sorted(folder.glob("*.pdf"))],
        [one.question for one in gold],
        [{f"{name}#{page}": 1.0 for name, page in one.places} for one in gold],
        {group: numbers for group, numbers in groups.items() if numbers},
    )


def measures(found: Found, relevant: Mapping[str, float], whole: bool) -> dict[str, float]:
    """hit@1, hit@5 and nDCG@10 of one question.

    With `whole` several passages of one document count once (BEIR asks for documents); without
    it the first k passages are judged as they are shown.
    """
    ranked = list(dict.fromkeys(id_ for ids in found for id_ in ids))

    def hit(k: int) -> float:
        shown = ranked[:k] if whole else [id_ for ids in found[:k] for id_ in ids]
        return hit_at(len(shown), shown, relevant)

    return {"hit@1": hit(1), "hit@5": hit(5), "ndcg@10": ndcg_at(K, ranked, relevant)}


def ask_all(child: Child, questions: Questions) -> dict[str, Any]:
    """One rival over one set: a row of means, intervals and times for each group."""
    if questions.paths:
        indexed = child.do("read", paths=questions.paths)
    else:
        indexed = child.do("index", documents=questions.documents)
    k = K if questions.paths else FETCHED
    child.do("ask", questions=questions.asked[:1], k=k)  # the first one pays for loading
    said = child.do("ask", questions=questions.asked, k=k)
    scored = [
        measures(found, relevant, whole=not questions.paths)
        for found, relevant in zip(said["found"], questions.relevant, strict=True)
    ]
    times = {
        "passages": indexed["passages"],
        "index_seconds": round(indexed["seconds"], 3),
        "query_p50_ms": round(percentile(said["milliseconds"], 0.5), 2),
        "query_p95_ms": round(percentile(said["milliseconds"], 0.95), 2),
    }
    return {
        group: _row([scored[number] for number in numbers]) | times
        for group, numbers in questions.groups.items()
    }


def _row(scored: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in ("hit@1", "hit@5", "ndcg@10"):
        values = [one[name] for one in scored]
        row[name] = round(mean(values), 4)
        row[f"{name}_interval"] = [round(end, 4) for end in bootstrap(values)]
    return row


def windows(sets: Sequence[Questions], tongue: str) -> list[str]:
    """SPEED_PASSAGES different stretches of SPEED_LETTERS of the sets' texts in one language."""
    texts = {text for one in sets for _, _, text in one.documents if language(text) == tongue}
    whole = "\n".join(sorted(texts))
    starts = range(max(0, len(whole) - SPEED_LETTERS))
    drawn = random.Random(SEED).sample(starts, min(SPEED_PASSAGES, len(starts)))
    return [whole[start : start + SPEED_LETTERS] for start in drawn]


def speed(sets: Sequence[Questions], python: Mapping[str, str]) -> dict[str, Any]:
    """Seconds a passage for embedding and for indexing, ours and the tutorial chain's.

    MiniLM's work grows with the passages, so it gets a sample of them, and its time is scaled.
    """
    rows: dict[str, Any] = {}
    for tongue in ("ko", "en"):
        passages = windows(sets, tongue)
        if len(passages) < SPEED_PASSAGES:
            continue
        for name, texts in ((OURS, passages), (TUTORIAL, passages[:SPEED_SAMPLE])):
            with Child(name, python[name]) as child:
                child.do("embed", texts=texts[:32])  # the first batch pays for loading
                embedded = child.do("embed", texts=texts)["seconds"]
                documents = [[str(number), "", text] for number, text in enumerate(texts)]
                indexed = child.do("index", documents=documents)["seconds"]
            rows.setdefault(tongue, {})[name] = {
                "passages": len(texts),
                "embed_ms_a_passage": round(1000 * embedded / len(texts), 5),
                "index_ms_a_passage": round(1000 * indexed / len(texts), 5),
            }
        for what in ("embed", "index"):
            mine, its = (rows[tongue][name][f"{what}_ms_a_passage"] for name in (OURS, TUTORIAL))
            rows[tongue][f"{what}_ratio"] = round(its / mine, 1)
    return rows


def versions(names: Sequence[str], python: str) -> dict[str, str]:
    """The releases of what the rivals consist of."""
    packages = sorted({package for name in names for package in ENTRIES[name].packages})
    if not packages:
        return {}
    code = (
        "import json, sys; from importlib.metadata import version; "
        "print(json.dumps({p: version(p) for p in sys.argv[1:]}))"
    )
    said = subprocess.run([python, "-c", code, *packages], capture_output=True, check=True)
    return dict(json.loads(said.stdout))


def read_sets(folders: Sequence[Path], most: int) -> list[Questions]:
    """The folders that hold questions, those with PDFs last; the others are passed over."""
    gold = [folder for folder in folders if (folder / "gold.jsonl").exists()]
    beir = [folder for folder in folders if list(folder.glob("corpus.jsonl*"))]
    return [*(from_beir(folder, most) for folder in beir), *map(from_gold, gold)]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, as it is written to retrieval.json."""
    sets = read_sets(options.folders, options.questions)
    python = {name: options.python for name in ENTRIES} | {OURS: sys.executable}
    rows: dict[str, Any] = {}
    peaks, begun = {}, time.monotonic()
    for name in options.rivals:
        with Child(name, python[name]) as child:
            for one in sets:
                for group, row in ask_all(child, one).items():
                    title = f"{one.name}, {group}" if group else one.name
                    entry = rows.setdefault(title, {"questions": len(one.groups[group])})
                    entry.setdefault("rivals", {})[name] = row
                print(f"{time.monotonic() - begun:6.0f} s  {name}: {one.name}", file=sys.stderr)
            peaks[name] = child.peak_mb
    return {
        "sets": rows,
        "peak_mb": peaks,
        "speed": speed(sets, python) if options.speed else {},
        "versions": versions(options.rivals, options.python),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "sample": options.questions,
        "minutes": round((time.monotonic() - begun) / 60, 1),
    }


def with_kept(result: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The result, with the rows of an earlier one for those who were not measured anew.

    Raises ValueError when the earlier run was over other sets or other questions.
    """
    kept = [name for name in before["peak_mb"] if name not in result["peak_mb"]]
    for title, entry in result["sets"].items():
        if before["sets"].get(title, {}).get("questions") != entry["questions"]:
            raise ValueError(f"{title} was not asked in the run before, or not the same questions")
        entry["rivals"] |= {name: before["sets"][title]["rivals"][name] for name in kept}
    result["peak_mb"] |= {name: before["peak_mb"][name] for name in kept}
    result["versions"] = before["versions"] | result["versions"]
    speed = result["speed"] or before["speed"]
    return result | {"speed": speed, "kept": kept, "minutes": before["minutes"]}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--rivals", nargs="+", choices=ENTRIES, default=list(ENTRIES))
    parser.add_argument("--python", default=str(RIVALS_PYTHON), help="of the rivals' environment")
    parser.add_argument("--speed", action="store_true", help="time embedding and indexing too")
    parser.add_argument("--keep", action="store_true", help="keep the rows of all others")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--readme", action="store_true", help="write the table into README")
    options = parser.parse_args(arguments)
    result = run(options)
    if options.keep:
        result = with_kept(result, json.loads((options.out / "retrieval.json").read_text("utf-8")))
    retrieval_report.write(result, options.out)
    if options.readme:
        retrieval_report.into_readme(result, REPOSITORY)


if __name__ == "__main__":
    main()
