"""The command line, a contract for scripts: see README, "Command line".

With --json standard output is JSON only (one object a line for `ingest`, one object otherwise);
progress and messages go to standard error. Exit status 0; 1 when something asked for could not be
done; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag_core.errors import NotFound, PasswordNeeded, SeodamError
from rag_core.settings import Settings
from rag_core.translations import in_words
from rag_core.types import (
    DEFAULT_COLLECTION,
    LOCAL_OWNER,
    Answer,
    Document,
    DocumentState,
    Turn,
    Upload,
)

if TYPE_CHECKING:
    from rag_core.library import Library
    from rag_core.wiring import Seodam

_TOGETHER = 16  # files of an ingest that are published at once


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.load(os.environ)
        if options.data:
            settings = replace(settings, data=Path(options.data).expanduser())
        if options.command == "evaluate":
            return _evaluate(settings, options)
        from rag_core.wiring import open_seodam

        seodam = open_seodam(settings, _tell)
        try:
            return int(options.run(seodam, options))
        finally:
            seodam.close()
    except SeodamError as error:
        _fail(error, options.json)
        return 1
    except BrokenPipeError:
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_core", description=__doc__)
    parser.add_argument("--data", help="folder of the library (default: SEODAM_DATA)")
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--json", action="store_true", help="JSON on standard output")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: Any, help_text: str, collection: bool = False) -> Any:
        added = commands.add_parser(name, parents=[everywhere], help=help_text)
        added.set_defaults(run=run)
        if collection:
            added.add_argument("--collection", default=DEFAULT_COLLECTION)
        return added

    command("ingest", _ingest, "add files", True).add_argument("paths", nargs="+", metavar="PATH")
    search = command("search", _search, "find passages", True)
    search.add_argument("question")
    search.add_argument("--k", type=_positive, default=10)
    ask = command("ask", _ask, "ask a question", True)
    ask.add_argument("question")
    ask.add_argument("--model", default="")
    ask.add_argument("--history", help="JSON: [{question, answer}, …]")
    command("list", _list, "list the documents", True)
    command("remove", _remove, "remove a document").add_argument("document_id")
    command("export", _export, "write everything into a zip file").add_argument("file")
    command("import", _import, "read what export wrote").add_argument("file")
    command("check", _check, "open everything, repair the caches")
    evaluate = command("evaluate", None, "measure retrieval and answers")
    evaluate.add_argument("target", help="a BEIR folder, or questions with gold pages (.jsonl)")
    evaluate.add_argument("--documents", help="folder of the documents, for a .jsonl")
    evaluate.add_argument("--k", type=_positive, default=10)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _ingest(seodam: Seodam, options: argparse.Namespace) -> int:
    """Files in groups: one write of the index for each group, a line for each file."""
    failed = False
    library = seodam.library(LOCAL_OWNER)
    paths = _files(options.paths)
    for at in range(0, len(paths), _TOGETHER):
        for row in _ingest_group(library, paths[at : at + _TOGETHER], options.collection):
            failed |= row["error"] is not None
            _show(row, options.json, f"{row['path']}: {row['status']}, {row['passages']} passages")
    return int(failed)


def _ingest_group(library: Library, paths: Sequence[Path], collection: str) -> list[dict[str, Any]]:
    """Read each, publish all; `seconds` is a file's own time and its share of publishing."""
    rows, read = [], []
    for path in paths:
        row, document = _read_one(library, path, collection)
        rows.append(row)
        if document is not None:
            read.append(document)
    started = time.perf_counter()
    library.publish(read)
    share = (time.perf_counter() - started) / max(len(read), 1)
    for row in rows:
        row["seconds"] = round(row["seconds"] + share * (row["status"] == "added"), 4)
    return rows


def _files(paths: Sequence[str]) -> list[Path]:
    """The files named, and those in the folders named."""
    found: list[Path] = []
    for path in map(Path, paths):
        inside = sorted(child for child in path.rglob("*") if child.is_file())
        found.extend(inside if path.is_dir() else [path])
    return found


def _read_one(
    library: Library, path: Path, collection: str
) -> tuple[dict[str, Any], Document | None]:
    """The row of a file, and its document where that is still to be published."""
    row: dict[str, Any] = {
        "path": str(path),
        "document_id": None,
        "status": "failed",
        "pages": 0,
        "passages": 0,
        "seconds": 0.0,
        "warnings": [],
        "error": None,
    }
    started = time.perf_counter()
    try:
        document = library.receive(Upload(path.name, _bytes(path)), collection)
        known = document.state is DocumentState.READY
        if not known:
            document = library.prepare(document.id)
    except SeodamError as error:
        if isinstance(error, PasswordNeeded):
            library.discard(document.id)
        row["error"] = {"code": error.code, "message": _sentence(error)}
        _tell(_sentence(error))
        return row, None
    row |= {
        "document_id": document.id,
        "status": "unchanged" if known else "added",
        "pages": document.pages,
        "passages": document.passages,
        "seconds": time.perf_counter() - started,
        "warnings": list(document.warnings),
    }
    return row, None if known else document


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(what=f"file {path}") from error


def _search(seodam: Seodam, options: argparse.Namespace) -> int:
    library = seodam.library(LOCAL_OWNER)
    started = time.perf_counter()
    hits = library.search(options.question, options.k, options.collection)
    seconds = time.perf_counter() - started
    rows = [
        {
            "rank": hit.rank,
            "document": hit.document,
            "page": hit.passage.page,
            "text": hit.passage.text,
            "score": hit.score,
            "dense_rank": hit.dense_rank,
            "lexical_rank": hit.lexical_rank,
        }
        for hit in hits
    ]
    lines = [
        f"{row['rank']}. {row['document']}, page {row['page']} ({row['score']:.2f})\n{row['text']}"
        for row in rows
    ]
    _show({"hits": rows, "seconds": round(seconds, 4)}, options.json, "\n\n".join(lines))
    return 0


def _ask(seodam: Seodam, options: argparse.Namespace) -> int:
    assistant = seodam.assistant(LOCAL_OWNER)
    model = seodam.generator(options.model)
    history = _history(options.history) if options.history else ()
    stream = assistant.ask_once(options.question, model, options.collection, history)
    for piece in stream:
        if not options.json:
            print(piece, end="", flush=True)
    answer = stream.answer
    assert answer is not None
    citations = [
        {"document": one.document, "page": one.page, "quote": one.quote} for one in answer.citations
    ]
    row = {
        "answer": answer.text,
        "citations": citations,
        "answerable": answer.answerable,
        "standalone_question": answer.standalone_question,
        "model": answer.model,
        "seconds": round(answer.seconds, 4),
    }
    sources = "\n".join(
        f"[{one.number}] {one.document}, page {one.page}: {one.quote}" for one in answer.citations
    )
    _show(row, options.json, f"\n\n{sources}")
    return 0


def _history(path: str) -> tuple[Turn, ...]:
    turns = json.loads(_bytes(Path(path)))
    return tuple(
        Turn(number, str(turn["question"]), Answer(str(turn.get("answer", ""))))
        for number, turn in enumerate(turns, start=1)
    )


def _list(seodam: Seodam, options: argparse.Namespace) -> int:
    documents = seodam.library(LOCAL_OWNER).documents(options.collection)
    rows = [asdict(document) | {"document": document.name} for document in documents]
    lines = [f"{row['id']}  {row['name']}  {row['pages']} pages" for row in rows]
    _show({"documents": rows}, options.json, "\n".join(lines))
    return 0


def _remove(seodam: Seodam, options: argparse.Namespace) -> int:
    library = seodam.library(LOCAL_OWNER)
    library.remove(options.document_id)
    library.purge_removed(older_than=-1)
    _show({"removed": options.document_id}, options.json, f"removed {options.document_id}")
    return 0


def _export(seodam: Seodam, options: argparse.Namespace) -> int:
    from rag_core.archive import write_archive

    counts = write_archive(
        Path(options.file), seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    )
    _show(counts | {"file": options.file}, options.json, f"wrote {options.file}: {counts}")
    return 0


def _import(seodam: Seodam, options: argparse.Namespace) -> int:
    from rag_core.archive import read_archive

    counts = read_archive(
        Path(options.file), seodam.library(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    )
    _show(counts, options.json, f"read {options.file}: {counts}")
    return int(bool(counts["failed"]))


def _check(seodam: Seodam, options: argparse.Namespace) -> int:
    report = asdict(seodam.check(_tell))
    _show(report, options.json, "\n".join(f"{key}: {value}" for key, value in report.items()))
    return 0


def _evaluate(settings: Settings, options: argparse.Namespace) -> int:
    from rag_core.measuring import evaluate_beir, evaluate_gold

    target = Path(options.target)
    if not target.exists():
        raise NotFound(what=f"file {target}")
    if target.is_dir():
        row = evaluate_beir(settings, target, options.k, _tell)
    elif options.documents:
        row = evaluate_gold(settings, target, Path(options.documents), options.k, _tell)
    else:
        _tell("evaluate: a .jsonl needs --documents DIR")
        return 2
    _show(row, options.json, "\n".join(f"{key}: {value}" for key, value in row.items()))
    return 0


def _show(row: dict[str, Any], as_json: bool, text: str) -> None:
    print(json.dumps(row, ensure_ascii=False) if as_json else text, flush=True)


def _fail(error: SeodamError, as_json: bool) -> None:
    _tell(_sentence(error))
    if as_json:
        _show({"error": {"code": error.code, "message": _sentence(error)}}, True, "")


def _sentence(error: SeodamError) -> str:
    korean = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return " ".join(in_words(error, "ko" if korean.lower().startswith("ko") else "en"))


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
