"""Adding files and web addresses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag_core.commands.said import Options, Row, Said, Tell, many, sentence
from rag_core.errors import PasswordNeeded, SeodamError
from rag_core.parsing import can_read_scans
from rag_core.sources import Source, shown, sources, uploads
from rag_core.types import LOCAL_OWNER, Document, DocumentState, Upload

if TYPE_CHECKING:
    from rag_core.library import Library, Progress
    from rag_core.wiring import Seodam

_TOGETHER = 16  # files of an ingest that are published at once


def ingest(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """Files and web addresses in groups: one write of the index for each group, a row for each
    document; a zip has one for each file in it."""
    library = seodam.library(LOCAL_OWNER)
    named = sources(options.paths)
    for at in range(0, len(named), _TOGETHER):
        some = named[at : at + _TOGETHER]
        for row in _ingest_group(library, some, options.collection, tell):
            if options.ocr and row["document_id"]:
                _read_scans(library, row, tell)
            text = f"{row['path']}: {row['status']}, {many(row['passages'], 'passage')}"
            yield Said(text, row, failed=row["error"] is not None)


def _ingest_group(
    library: Library, some: Sequence[Source], collection: str, tell: Tell
) -> list[Row]:
    """Read each, publish all; `seconds` is a file's own time and its share of publishing."""
    rows, read = [], []
    for source in some:
        tell(f"reading {shown(source)}")
        for row, document in _read_source(library, source, collection, tell):
            rows.append(row)
            if document is not None:
                read.append(document)
    started = time.perf_counter()
    library.publish(read)
    share = (time.perf_counter() - started) / max(len(read), 1)
    for row in rows:
        row["seconds"] = round(row["seconds"] + share * (row["status"] == "added"), 4)
    return rows


def _read_scans(library: Library, row: Row, tell: Tell) -> None:
    """Read the pages of a file that wait for OCR, and say in its row what came of it."""
    started = time.perf_counter()
    if not library.unread(row["document_id"]) or not can_read_scans():
        return

    def show(progress: Progress) -> None:
        tell(f"{row['path']}: page {progress.page} of {progress.pages} by OCR")

    try:
        library.read_scans(row["document_id"], progress=show)
        document = library.document(row["document_id"])
    except SeodamError as error:
        row |= {"status": "failed", "document_id": None}
        _failed(row, error, started - row["seconds"], tell)
        return
    row["passages"], row["warnings"] = document.passages, list(document.warnings)
    row["seconds"] = round(row["seconds"] + time.perf_counter() - started, 4)


def _read_source(
    library: Library, source: Source, collection: str, tell: Tell
) -> Iterator[tuple[Row, Document | None]]:
    """A row for each file that a path or an address stands for, and its document where that is
    still to be published."""
    started = time.perf_counter()
    try:
        found = uploads(source, library.limits)
    except SeodamError as error:
        yield _failed(_row(shown(source)), error, started, tell), None
        return
    for name, upload in found:
        yield _read_one(library, name, upload, collection, tell)


def _row(name: str) -> Row:
    return {
        "path": name,
        "document_id": None,
        "status": "failed",
        "pages": 0,
        "passages": 0,
        "seconds": 0.0,
        "warnings": [],
        "error": None,
    }


def _failed(row: Row, error: SeodamError, started: float, tell: Tell) -> Row:
    row["seconds"] = time.perf_counter() - started
    row["error"] = {"code": error.code, "message": sentence(error)}
    tell(sentence(error))
    return row


def _read_one(
    library: Library, name: str, upload: Upload, collection: str, tell: Tell
) -> tuple[Row, Document | None]:
    """The row of a file, and its document where that is still to be published."""
    row = _row(name)
    started = time.perf_counter()
    try:
        document = library.receive(upload, collection)
        known = document.state is DocumentState.READY
        if not known:
            document = library.prepare(document.id)
    except SeodamError as error:
        if isinstance(error, PasswordNeeded):
            library.discard(document.id)
        return _failed(row, error, started, tell), None
    row |= {
        "document_id": document.id,
        "status": "unchanged" if known else "added",
        "pages": document.pages,
        "passages": document.passages,
        "seconds": time.perf_counter() - started,
        "warnings": list(document.warnings),
    }
    return row, None if known else document
