"""Scans and text layers that lie: what is read of them, what is found, how fast.

    python -m benchmarks.ocr FOLDER [--json FILE]

FOLDER holds docs.jsonl (doc, text_layer) and gold.jsonl (question, kind, evidence: doc, page,
quote, also_pages). All its PDFs are added, those whose layer is not "ok" are read by OCR.

- found: share of questions of a kind about scans and lying layers with a gold page among the first
  five; and how far the gold quotes stand in the page's text, as the share of their letters that
  come in order (NFKC, white space and hyphens ignored): at least 0.9 counts as found.
- suspected: pages of documents whose layer is "ok" that were taken for lying.
- speed: seconds a page that was read by OCR, beside those of Tesseract alone on the same pictures,
  one thread each, in turn. Reading again what was not sure is ours to pay.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from rag_core.library import Library
from rag_core.parsing import find_tesseract, parse
from rag_core.parsing.ocr import read_scanned
from rag_core.parsing.render import scan
from rag_core.rereading import examined, waiting
from rag_core.settings import Settings
from rag_core.text import squash
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam

KINDS = ("scan", "garbled-layer", "spacing", "noisy-ocr")
_FIRST = 5
_TIMED = 2  # pages of each document


def main() -> None:
    options = _options()
    documents = {one["doc"]: one for one in _rows(options.folder / "docs.jsonl")}
    gold = [one for one in _rows(options.folder / "gold.jsonl") if one["kind"] in KINDS]
    result: dict[str, Any] = {"suspected": _suspected(options.folder, documents)}
    with tempfile.TemporaryDirectory() as data:
        seodam = open_seodam(Settings(data=Path(data)))
        try:
            library = seodam.library(LOCAL_OWNER)
            for name in documents:
                _add(library, options.folder / name)
            result["kinds"] = _kinds(library, gold)
        finally:
            seodam.close()
    read = [name for name, one in documents.items() if one["text_layer"] != "ok"]
    result["seconds_a_page"] = _speed(options.folder, read)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _add(library: Library, path: Path) -> None:
    document = library.add(Upload(path.name, path.read_bytes())).document
    library.read_scans(document.id)


def _suspected(folder: Path, documents: dict[str, Any]) -> dict[str, int]:
    """How many pages with a good layer there are, and how many of them were suspected."""
    pages = suspected = 0
    for name, told in documents.items():
        if told["text_layer"] == "ok":
            upload = Upload(name, (folder / name).read_bytes())
            parsed = examined(parse(upload), upload)
            pages += len(parsed.pages)
            suspected += len(waiting(parsed.pages))
    return {"good_pages": pages, "suspected": suspected}


def _kinds(library: Library, gold: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    texts = {
        (one.name, page.number): page.text
        for one in library.documents()
        for page in library.pages(one.id)
    }
    told: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
    for one in gold:
        hits = library.search(one["question"], _FIRST)
        found = {(hit.document, hit.passage.page) for hit in hits}
        places = {
            (e["doc"], page)
            for e in one["evidence"]
            for page in (e["page"], *e.get("also_pages", ()))
        }
        likeness = [_in_order(e["quote"], texts[e["doc"], e["page"]]) for e in one["evidence"]]
        told[one["kind"]].append((bool(found & places), min(likeness)))
        told["all"].append(told[one["kind"]][-1])
    return {
        kind: {
            "questions": len(rows),
            f"page@{_FIRST}": sum(found for found, _ in rows) / len(rows),
            "quotes_found": sum(like >= 0.9 for _, like in rows) / len(rows),
            "quote_letters": sum(like for _, like in rows) / len(rows),
        }
        for kind, rows in told.items()
    }


def _in_order(quote: str, text: str) -> float:
    """1 less the edits that turn the quote into the stretch of the text nearest to it, a letter."""
    wanted, there = squash(quote)[0], squash(text)[0]
    row = [0] * (len(there) + 1)  # it may begin anywhere
    for above, letter in enumerate(wanted, start=1):
        last, row[0] = row[0], above
        for at, other in enumerate(there, start=1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (letter != other))
    return max(0.0, 1 - min(row) / max(1, len(wanted)))


def _speed(folder: Path, names: list[str]) -> dict[str, float]:
    program = find_tesseract()
    ours = alone = 0.0
    pages = 0
    for name in names:
        data = (folder / name).read_bytes()
        count = len(parse(Upload(name, data)).pages)
        for number in range(1, min(count, _TIMED) + 1):
            picture = scan(data, number).pgm
            started = time.perf_counter()
            read_scanned(data, number)
            middle = time.perf_counter()
            _alone(program, picture)
            ours, alone = ours + middle - started, alone + time.perf_counter() - middle
            pages += 1
    return {"pages": pages, "ours": ours / pages, "tesseract": alone / pages, "ratio": ours / alone}


def _alone(program: str, picture: bytes) -> None:
    """As somebody at a terminal would run it."""
    subprocess.run(
        [program, "stdin", "stdout", "-l", "kor+eng", "tsv"],
        input=picture,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        check=True,
    )


if __name__ == "__main__":
    main()
