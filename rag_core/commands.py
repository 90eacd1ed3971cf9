"""What the commands do. Each says what came of it in rows for scripts and in words for people."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag_core.errors import BrokenFile, NotFound, PasswordNeeded, SeodamError
from rag_core.parsing import can_read_scans
from rag_core.settings import Settings
from rag_core.sources import Source, load, shown, sources, uploads
from rag_core.translations import in_words
from rag_core.types import (
    LOCAL_OWNER,
    Answer,
    Citation,
    Document,
    DocumentState,
    Hit,
    Passage,
    Turn,
    Unit,
    Upload,
)

if TYPE_CHECKING:
    from rag_core.library import Library, Progress
    from rag_core.rag_models import Scored
    from rag_core.wiring import Seodam

Row = dict[str, Any]
Options = argparse.Namespace
Tell = Callable[[str], None]
"""Takes a message on how things go, for standard error."""

_UNITS = {unit: unit.value for unit in Unit} | {Unit.WHOLE: "part"}
_TOGETHER = 16  # files of an ingest that are published at once


@dataclass(frozen=True, slots=True)
class Said:
    """A part of the result: `row` for --json, `text` otherwise, closed by `end`.

    `failed`: something that was asked for could not be done; the others went on.
    """

    text: str
    row: Row | None = None
    end: str = "\n"
    failed: bool = False


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
            text = f"{row['path']}: {row['status']}, {row['passages']} passages"
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


def search(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """The passages that answer best."""
    library = seodam.library(LOCAL_OWNER)
    started = time.perf_counter()
    hits = library.search(options.question, options.k, options.collection)
    seconds = time.perf_counter() - started
    rows = [
        {
            "rank": hit.rank,
            "document": hit.document,
            **_numbered(hit.passage),
            "text": hit.passage.text,
            "score": hit.score,
            "dense_rank": hit.dense_rank,
            "lexical_rank": hit.lexical_rank,
        }
        for hit in hits
    ]
    units = _units(library)
    lines = [
        f"{hit.rank}. {_place(hit.document, hit.passage, units)} ({hit.score:.2f})\n"
        f"{hit.passage.text}"
        for hit in hits
    ]
    yield Said("\n\n".join(lines), {"hits": rows, "seconds": round(seconds, 4)})


def ask(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """An answer, piece by piece, then its sources."""
    history = _history(Path(options.history)) if options.history else ()
    assistant = seodam.assistant(LOCAL_OWNER)
    model = seodam.generator(options.model)
    stream = assistant.ask_once(options.question, model, options.collection, history)
    for piece in stream:
        yield Said(piece, end="")
    answer = stream.answer
    assert answer is not None
    row = {
        "answer": answer.text,
        "citations": [
            {"document": one.document, **_numbered(one), "quote": one.quote}
            for one in answer.citations
        ],
        "answerable": answer.answerable,
        "standalone_question": answer.standalone_question,
        "model": answer.model,
        "seconds": round(answer.seconds, 4),
    }
    units = _units(seodam.library(LOCAL_OWNER))
    sources = [
        f"[{one.number}] {_place(one.document, one, units)}: {one.quote}"
        for one in answer.citations
    ]
    yield Said("\n".join(["\n", *sources] if sources else [""]), row)


def _history(path: Path) -> tuple[Turn, ...]:
    """Earlier turns from a JSON file, see `turns_of`. Raises NotFound, BrokenFile."""
    data = load(path)
    try:
        return turns_of(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenFile(name=shown(path)) from error


def turns_of(rows: Sequence[Row]) -> tuple[Turn, ...]:
    """Turns from {"question", "answer"?}, or from messages as chat programs keep them: {"role":
    "user" or "assistant", "text" or "content"}. What stands before the first question goes.
    Raises KeyError and its kin for anything else."""
    said: list[tuple[str, str]] = []
    for row in rows:
        if "role" not in row:
            said.append((str(row["question"]), str(row.get("answer") or "")))
            continue
        text = str(row["text"] if "text" in row else row["content"])
        if row["role"] == "user":
            said.append((text, ""))
        elif row["role"] == "assistant" and said:
            said[-1] = (said[-1][0], f"{said[-1][1]}\n{text}".strip())
    return tuple(Turn(n, asked, Answer(answer)) for n, (asked, answer) in enumerate(said, 1))


def paper(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """An answer by RAG-Sequence or RAG-Token, token by token, and what each passage gave to it."""
    from rag_core.local_models import load_local_model
    from rag_core.marginalisation import Mode
    from rag_core.rag_models import RagModel

    library = seodam.library(LOCAL_OWNER)
    hits = library.search(options.question, options.k, options.collection)
    if not hits:
        raise NotFound(what=f"passage in {options.collection}")
    tell(f"loading {options.generator}")
    rag = RagModel(load_local_model(options.generator), options.temperature)
    writing = rag.write(options.question, hits, Mode(options.mode), tokens=options.tokens)
    for token in writing:
        yield Said(token.text, end="")
    scored = writing.scored
    assert scored is not None
    row = {
        "answer": scored.answer,
        "mode": options.mode,
        "log_probability": scored.log_probability,
        "ended": scored.ended,
        "passages": _shares(hits, scored),
        "tokens": [asdict(token) for token in scored.tokens],
    }
    units = _units(library)
    lines = [
        f"{hit.rank}. p(z|x) {prior:.3f} → {posterior:.3f}  "
        f"{_place(hit.document, hit.passage, units)}"
        for hit, prior, posterior in zip(hits, scored.prior, scored.posterior, strict=True)
    ]
    yield Said("\n".join(["\n", *lines]), row)


def _shares(hits: Sequence[Hit], scored: Scored) -> list[Row]:
    """Each passage with its p(z|x), its part in the answer, and log p(y|x,z)."""
    numbers = zip(hits, scored.prior, scored.posterior, scored.given, strict=True)
    return [
        {
            "rank": hit.rank,
            "document": hit.document,
            **_numbered(hit.passage),
            "text": hit.passage.text,
            "prior": prior,
            "posterior": posterior,
            "log_likelihood": given,
        }
        for hit, prior, posterior, given in numbers
    ]


def list_documents(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """The documents that can be asked."""
    documents = seodam.library(LOCAL_OWNER).documents(options.collection)
    rows = [asdict(document) | {"document": document.name} for document in documents]
    lines = [
        f"{one.id}  {one.name}"
        + ("" if one.unit is Unit.WHOLE else f"  {one.pages} {_UNITS[one.unit]}s")
        for one in documents
    ]
    yield Said("\n".join(lines), {"documents": rows})


def remove(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """Delete a document for good."""
    library = seodam.library(LOCAL_OWNER)
    library.remove(options.document_id)
    library.purge_removed(older_than=-1)
    yield Said(f"removed {options.document_id}", {"removed": options.document_id})


def export(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """Documents and conversations into a zip file."""
    from rag_core.archive import write_archive

    counts = write_archive(
        Path(options.file), seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    )
    yield Said(f"wrote {options.file}: {_counted(counts)}", counts | {"file": options.file})


def import_archive(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """What export wrote, added to what is here."""
    from rag_core.archive import read_archive

    counts = read_archive(
        Path(options.file), seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    )
    text = f"read {options.file}: {_counted(counts)}"
    yield Said(text, dict(counts), failed=bool(counts["failed"]))


def check(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """Open everything, repair the caches, say what was found."""
    report = asdict(seodam.check(tell))
    yield Said("\n".join(f"{key}: {value}" for key, value in report.items()), report)


def evaluate(settings: Settings, options: Options, tell: Tell) -> Iterator[Said]:
    """Measure the retrieval, and over gold pages the answers too, in a folder of its own."""
    from rag_core.measuring import evaluate_beir, evaluate_gold

    target = Path(options.target)
    if not target.exists():
        raise NotFound(what=f"file {shown(target)}")
    if target.is_dir():
        row = evaluate_beir(settings, target, options.k, tell)
    else:
        row = evaluate_gold(settings, target, Path(options.documents), options.k, tell)
    yield Said("\n".join(_measures(row)), row)


def _measures(row: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """A line for each measure, with its 95 % interval where there is one."""
    ends = row.get("intervals", {})
    for key, value in row.items():
        if isinstance(value, dict) and key != "intervals":
            yield from _measures(value, f"{above}{key} ")
        elif key in ends:
            yield "{}{}: {:.4f} ({:.4f} … {:.4f})".format(above, key, value, *ends[key])
        elif key != "intervals":
            yield f"{above}{key}: {value}"


def sentence(error: SeodamError) -> str:
    """What happened and the way out, in the language of the terminal."""
    language = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return " ".join(in_words(error, "ko" if language.lower().startswith("ko") else "en"))


def _units(library: Library) -> dict[str, Unit]:
    """What each document is divided into, by its id."""
    return {document.id: document.unit for document in library.documents(None)}


def _numbered(of: Passage | Citation) -> Row:
    """The page or the slide; where there is none, None and the name of the sheet or section."""
    named = of.page is None and of.page_label
    return {"page": of.page, "label": of.page_label} if named else {"page": of.page}


def _place(document: str, of: Passage | Citation, units: dict[str, Unit]) -> str:
    """Where something stands: "plan.pptx, slide 2", "loans.xlsx, sheet Shares"."""
    label = of.page_label if of.page is None else str(of.page)
    return f"{document}, {_UNITS[units[of.document_id]]} {label}" if label else document


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())
