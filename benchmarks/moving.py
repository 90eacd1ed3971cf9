"""Moving documents to another collection: all at once, beside one after the other.

    python -m benchmarks.moving [--documents 100] [--pages 20]

Both in one run over the same library: the documents go to a second collection at once, and come
back one call each. Seconds of the clock and of the processor; nothing is read or embedded again.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rag_core.library import Library
from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Page, Parsed, Unit, Upload
from rag_core.wiring import open_seodam

_SEED = 7
_WORDS = 130  # of a page, which becomes two passages


def fill(library: Library, documents: int, pages: int) -> None:
    """Put in so many made documents of so many pages, read by nobody's parser."""
    chance = random.Random(_SEED)
    words = [f"{a}{b}" for a in ("gal", "mor", "sin", "tep") for b in ("ana", "iru", "oke", "une")]
    received = []
    for number in range(documents):
        texts = [" ".join(chance.choices(words, k=_WORDS)) for _ in range(pages)]
        document = library.receive(Upload(f"{number}.txt", "\n\n".join(texts).encode()))
        read = tuple(Page(n, str(n), text) for n, text in enumerate(texts, 1))
        received.append(library.keep(document.id, Parsed(read, unit=Unit.PAGE)))
    library.publish(received)


def timed(do: Callable[[], object]) -> dict[str, float]:
    """Seconds of the clock and of the processor that it takes."""
    clock, processor = time.perf_counter(), time.process_time()
    do()
    return {
        "seconds": round(time.perf_counter() - clock, 2),
        "processor_seconds": round(time.process_time() - processor, 2),
    }


def one_by_one(library: Library, ids: list[str], collection: str) -> None:
    for document_id in ids:
        library.shelving.move([document_id], collection)


def measure(documents: int, pages: int) -> dict[str, object]:
    """What moving takes, with how many documents and passages it moved."""
    with tempfile.TemporaryDirectory() as folder:
        seodam = open_seodam(Settings(data=Path(folder)))
        try:
            library = seodam.library(LOCAL_OWNER)
            fill(library, documents, pages)
            held = library.documents()
            ids, other = [one.id for one in held], library.shelving.add("other").id
            return {
                "documents": len(held),
                "passages": sum(one.passages for one in held),
                "at_once": timed(lambda: library.shelving.move(ids, other)),
                "one_by_one": timed(lambda: one_by_one(library, ids, DEFAULT_COLLECTION)),
            }
        finally:
            seodam.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--pages", type=int, default=20, help="of each, two passages a page")
    options = parser.parse_args()
    print(json.dumps(measure(options.documents, options.pages), indent=1))
