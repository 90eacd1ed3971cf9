"""Adding documents, upload to searchable, beside PDFium alone reading their text.

    python -m benchmarks.ingest FOLDER [--runs 3]

Both sides see the same files in the same run, one after the other, `runs` times; the ratio is of
the medians. PDFium reads in one process. Ours hands all files to the queue, as an upload does, and
waits until every one can be found: a child process for each file, passages, vectors, the record on
the disk and both indexes. Files whose pages have no text layer are left out on both sides; what
becomes searchable only after OCR is another benchmark's (`benchmarks.ocr`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam

PDFIUM = """
import sys, time, pypdfium2
started, pages = time.perf_counter(), 0
for path in sys.argv[1:]:
    document = pypdfium2.PdfDocument(path)
    for page in document:
        page.get_textpage().get_text_range()
        pages += 1
    document.close()
print(time.perf_counter() - started, pages)
"""

HAS_TEXT = """
import sys, pypdfium2
for path in sys.argv[1:]:
    document = pypdfium2.PdfDocument(path)
    if any(page.get_textpage().get_text_range().strip() for page in document):
        print(path)
"""


def pdfium(paths: list[Path]) -> tuple[float, int]:
    """Seconds and pages of PDFium alone, in one fresh process."""
    command = [sys.executable, "-c", PDFIUM, *map(str, paths)]
    seconds, pages = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.split()
    return float(seconds), int(pages)


def ours(paths: list[Path]) -> tuple[float, int]:
    """Seconds and passages of ours, all in a library that is new but open."""
    uploads = [Upload(path.name, path.read_bytes()) for path in paths]
    with tempfile.TemporaryDirectory() as folder:
        seodam = open_seodam(Settings(data=Path(folder)))
        library = seodam.library(LOCAL_OWNER)
        library.search("warm", 1)
        started = time.perf_counter()
        for upload in uploads:
            seodam.queue.submit(LOCAL_OWNER, upload)
        while not all(job.searchable or job.ended for job in seodam.queue.jobs(LOCAL_OWNER)):
            time.sleep(0.002)
        seconds = time.perf_counter() - started
        documents = library.documents()
        seodam.close()
    if len(documents) != len(uploads):
        raise SystemExit(f"{len(documents)} of {len(uploads)} documents became searchable")
    return seconds, sum(document.passages for document in documents)


def with_text(folder: Path) -> list[Path]:
    """The PDFs of a folder that have a text layer: PDFium finds text on one page at least."""
    command = [sys.executable, "-c", HAS_TEXT, *map(str, sorted(folder.glob("*.pdf")))]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [Path(line) for line in found.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    paths = with_text(options.folder)
    runs = [(pdfium(paths), ours(paths)) for _ in range(options.runs)]
    alone = statistics.median(seconds for (seconds, _), _ in runs)
    whole = statistics.median(seconds for _, (seconds, _) in runs)
    result = {
        "files": len(paths),
        "pages": runs[0][0][1],
        "passages": runs[0][1][1],
        "pdfium_seconds": round(alone, 3),
        "ours_seconds": round(whole, 3),
        "ratio": round(whole / alone, 2),
        "runs": options.runs,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
