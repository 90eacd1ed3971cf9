"""The text of PDFs against gold quotes, and how fast it comes, beside PDFium alone and pypdf.

    python -m benchmarks.extraction FOLDER [--runs 5] [--json FILE]

FOLDER holds docs.jsonl (doc, pages, text_layer) and gold.jsonl (evidence: doc, page, quote, and
text_layer_quote where the layer lies). Quality, by state of the text layer:

- found: share of quotes that stand in their page's text, NFKC, white space and hyphens ignored;
- word error: words to insert, delete or replace in the stretch of the page's text that fits the
  quote best, spaces and order counted; an edge word may go on beyond the quote. Sum over quotes.

Speed: documents of 100 pages and more, one joined from the folder's text PDFs and one from the
samples over and over, from bytes to pages. The three readers take turns, `runs` times; the figures
are medians.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter

from rag_core.errors import EmptyDocument
from rag_core.parsing import parse
from rag_core.types import Upload

_LEFT_OUT = re.compile(r"[\s\u00ad\-\u2010-\u2015\u2212]")
_QUOTE_MARKS = str.maketrans("‘’‚“”„′″", "'''\"\"\"'\"")
_FEWEST_PAGES = 100
SAMPLES = Path(__file__).parents[1] / "samples"

READERS = {
    "pdfium": """
import sys, time, pypdfium2
started, pages = time.perf_counter(), 0
document = pypdfium2.PdfDocument(sys.argv[1])
for page in document:
    page.get_textpage().get_text_range()
    pages += 1
print(time.perf_counter() - started, pages)
""",
    "pypdf": """
import sys, time, pypdf
started, pages = time.perf_counter(), 0
for page in pypdf.PdfReader(sys.argv[1]).pages:
    page.extract_text()
    pages += 1
print(time.perf_counter() - started, pages)
""",
}


def squeezed(text: str) -> str:
    """A text as quotes are compared: NFKC, white space and hyphens left out."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTE_MARKS)


def words(text: str) -> list[str]:
    """Its words, with spaces as they are."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTE_MARKS).split()


def word_errors(quote: list[str], page: list[str]) -> int:
    """Edits between the quote and the stretch of the page that fits it best.

    >>> word_errors(["a", "b"], ["x", "a", "b", "y"])
    0
    """
    last = len(quote) - 1
    row = list(range(len(quote) + 1))
    best = row[-1]
    for word in page:
        above, row = row, [0]
        for at, wanted in enumerate(quote):
            same = (
                word == wanted
                or (at == 0 and word.endswith(wanted))
                or (at == last and word.startswith(wanted))
                or (last == 0 and wanted in word)
            )
            row.append(min(above[at] + (not same), above[at + 1] + 1, row[at] + 1))
        best = min(best, row[-1])
    return best


def quality(folder: Path, verbose: bool) -> dict[str, Any]:
    """Figures by the state of the text layer."""
    layers = {row["doc"]: row["text_layer"] for row in _rows(folder / "docs.jsonl")}
    texts = {doc: _pages(folder / doc) for doc in layers}
    found: dict[str, list[bool]] = defaultdict(list)
    errors: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in _rows(folder / "gold.jsonl"):
        for gold in row["evidence"]:
            layer, text = layers[gold["doc"]], texts[gold["doc"]].get(gold["page"], "")
            quotes = [gold["quote"], gold.get("text_layer_quote", gold["quote"])]
            is_found = any(squeezed(quote) in squeezed(text) for quote in quotes)
            wrong = min(word_errors(words(quote), words(text)) for quote in quotes)
            found[layer].append(is_found)
            errors[layer].append((wrong, len(words(gold["quote"]))))
            if verbose and (wrong or not is_found):
                print(row["id"], gold["doc"], gold["page"], is_found, wrong, gold["quote"])
    return {
        layer: {
            "quotes": len(found[layer]),
            "found": round(statistics.mean(found[layer]), 4),
            "word_error": round(_share(errors[layer]), 4),
        }
        for layer in found
    }


def _share(errors: list[tuple[int, int]]) -> float:
    return sum(wrong for wrong, _ in errors) / sum(of for _, of in errors)


def _pages(path: Path) -> dict[int | None, str]:
    try:
        return {
            page.number: page.text for page in parse(Upload(path.name, path.read_bytes())).pages
        }
    except EmptyDocument:
        return {}


def joined(paths: Iterable[Path]) -> bytes:
    """PDFs one after the other as one file."""
    writer = PdfWriter()
    for path in paths:
        writer.append(PdfReader(path), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def speed(data: bytes, runs: int) -> dict[str, Any]:
    """Median seconds of the three readers over one document."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        path.write_bytes(data)
        for _ in range(runs):
            started = time.perf_counter()
            pages = len(parse(Upload(path.name, data)).pages)
            seconds["ours"].append(time.perf_counter() - started)
            for name, program in READERS.items():
                taken, count = _alone(program, path)
                seconds[name].append(taken)
                if count != pages:
                    raise SystemExit(f"{name} read {count} pages, ours {pages}")
    if pages < _FEWEST_PAGES:
        raise SystemExit(f"{pages} pages are too few")
    median = {name: statistics.median(times) for name, times in seconds.items()}
    return {
        "pages": pages,
        **{f"{name}_pages_per_second": round(pages / taken) for name, taken in median.items()},
        "ours_to_pdfium_time": round(median["ours"] / median["pdfium"], 2),
        "faster_than_pypdf": round(median["pypdf"] / median["ours"], 1),
    }


def _alone(program: str, path: Path) -> tuple[float, int]:
    command = [sys.executable, "-W", "ignore", "-c", program, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(ran[0]), int(ran[1])


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--verbose", action="store_true", help="each quote that is not right")
    options = parser.parse_args()
    good = [row for row in _rows(options.folder / "docs.jsonl") if row["text_layer"] == "ok"]
    real = joined(options.folder / row["doc"] for row in good)
    samples = joined(sorted(SAMPLES.glob("*.pdf")) * 10)
    result = {
        "quality": quality(options.folder, options.verbose),
        "real": speed(real, options.runs),
        "samples": speed(samples, options.runs),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
