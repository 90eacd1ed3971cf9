"""The command line, a contract for scripts.

With --json standard output is JSON only (one object a line for ingest, one object otherwise);
progress and messages go to standard error. Exit status 0; 1 when something asked for could not be
done; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag_core import commands
from rag_core.commands import Said
from rag_core.errors import SeodamError
from rag_core.settings import Settings
from rag_core.types import DEFAULT_COLLECTION

if TYPE_CHECKING:
    from rag_core.reembedding import Move

_INTERRUPTED = 130
_BY_VECTORS = (
    commands.ingest,
    commands.search,
    commands.ask,
    commands.paper,
    commands.import_archive,
)
"""Commands that need the embedding which the settings name to be in use."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Wrong usage ends in SystemExit(2)."""
    options = _parse(arguments)
    if options.json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        return _run(options)
    except SeodamError as error:
        message = commands.sentence(error)
        _tell(message)
        if options.json:
            _show(Said("", {"error": {"code": error.code, "message": message}}), True)
        return 1
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    settings = Settings.load(os.environ)
    if options.data:
        settings = replace(settings, data=Path(options.data).expanduser())
    if options.run is commands.evaluate:
        return _say(commands.evaluate(settings, options, _tell), options.json)
    from rag_core.wiring import open_seodam

    seodam = open_seodam(settings, _tell)
    try:
        if options.run in _BY_VECTORS:
            seodam.in_use.settle(_tell_move)
        return _say(options.run(seodam, options, _tell), options.json)
    finally:
        seodam.close()


def _say(parts: Iterable[Said], as_json: bool) -> int:
    """Print what a command says as it says it; its exit status."""
    failed = False
    for said in parts:
        failed |= said.failed
        _show(said, as_json)
    return int(failed)


def _show(said: Said, as_json: bool) -> None:
    if not as_json:
        print(said.text, end=said.end, flush=True)
    elif said.row is not None:
        print(json.dumps(said.row, ensure_ascii=False), flush=True)


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _tell_move(move: Move) -> None:
    _tell(f"{move.name}: {move.done} of {move.total} passages embedded")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "evaluate" and Path(options.target).is_file() and not options.documents:
        parser.error("evaluate: questions with gold pages need --documents DIR")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_core", description=__doc__)
    parser.add_argument("--data", help="folder of the library (default: SEODAM_DATA)")
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--json", action="store_true", help="JSON on standard output")
    added = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., Iterable[Said]], help_text: str) -> Any:
        one = added.add_parser(name, parents=[everywhere], help=help_text, description=help_text)
        one.set_defaults(run=run)
        return one

    ingest = command("ingest", commands.ingest, "add files, those in folders and zips, web pages")
    ingest.add_argument("paths", nargs="+", metavar="PATH|URL")
    ingest.add_argument(
        "--no-ocr", dest="ocr", action="store_false", help="leave pictures of pages unread"
    )
    search = command("search", commands.search, "find the passages that answer best")
    search.add_argument("question")
    search.add_argument("--k", type=_positive, default=10, help="how many (10)")
    ask = command("ask", commands.ask, "ask a question")
    ask.add_argument("question")
    ask.add_argument("--model", default="", help="extractive, or openai:NAME")
    ask.add_argument("--history", metavar="FILE.json", help="[{question, answer}, …]")
    paper = command("paper", commands.paper, "answer as the RAG paper does, with a local generator")
    paper.add_argument("question")
    paper.add_argument(
        "--generator", required=True, metavar="FOLDER_OR_NAME", help="Hugging Face's"
    )
    paper.add_argument("--mode", choices=("sequence", "token"), default="token", help="(token)")
    paper.add_argument("--k", type=_passages, default=5, help="how many passages (5)")
    paper.add_argument("--tokens", type=_answer_tokens, default=64, help="longest answer (64)")
    paper.add_argument("--temperature", type=_temperature, default=1.0, help="of p(z|x) (1)")
    listing = command("list", commands.list_documents, "list the documents")
    for one in (ingest, search, ask, paper, listing):
        one.add_argument("--collection", default=DEFAULT_COLLECTION, metavar="NAME")
    remove = command("remove", commands.remove, "delete a document")
    remove.add_argument("document_id", metavar="DOCUMENT_ID")
    for name, run, text in (
        ("export", commands.export, "write documents and conversations into a zip file"),
        ("import", commands.import_archive, "read what export wrote"),
    ):
        command(name, run, text).add_argument("file", metavar="FILE.zip")
    command("check", commands.check, "open everything and repair the caches")
    evaluate = command("evaluate", commands.evaluate, "measure retrieval and answers")
    evaluate.add_argument("target", help="a BEIR folder, or questions with gold pages (.jsonl)")
    evaluate.add_argument("--documents", metavar="DIR", help="the documents of a .jsonl")
    evaluate.add_argument("--k", type=_positive, default=10, help="how far down to look (10)")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _passages(text: str) -> int:
    return _up_to(text, 20)


def _answer_tokens(text: str) -> int:
    return _up_to(text, 256)


def _up_to(text: str, most: int) -> int:
    if (number := _positive(text)) > most:
        raise argparse.ArgumentTypeError(f"{text} is more than {most}")
    return number


def _temperature(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
