"""Searching and asking."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag_core.commands.said import Options, Row, Said, Tell, numbered, place, units_of
from rag_core.errors import BrokenFile, NotFound, SeodamError
from rag_core.flagged import with_flags
from rag_core.sources import load, shown
from rag_core.types import LOCAL_OWNER, Answer, Hit, Turn

if TYPE_CHECKING:
    from rag_core.library import Library
    from rag_core.rag_models import Scored
    from rag_core.wiring import Seodam

_FLAGS = (" (no source)", " (source differs)")


def search(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """The passages that answer best."""
    library = seodam.library(LOCAL_OWNER)
    _tell_of_none(library, options, tell)
    started = time.perf_counter()
    hits = library.search(options.question, options.k, options.collection)
    seconds = time.perf_counter() - started
    rows = [
        {
            "rank": hit.rank,
            "document": hit.document,
            **numbered(hit.passage),
            "text": hit.passage.text,
            "score": hit.score,
            "dense_rank": hit.dense_rank,
            "lexical_rank": hit.lexical_rank,
        }
        for hit in hits
    ]
    units = units_of(library)
    lines = [
        f"{hit.rank}. {place(hit.document, hit.passage, units)} ({hit.score:.2f})\n"
        f"{hit.passage.text}"
        for hit in hits
    ]
    yield Said("\n\n".join(lines), {"hits": rows, "seconds": round(seconds, 4)})


def ask(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """An answer once it has been checked, which numbers its citations, and its sources; of one
    that breaks off, what had arrived."""
    history = _history(Path(options.history)) if options.history else ()
    assistant = seodam.assistant(LOCAL_OWNER)
    _tell_of_none(seodam.library(LOCAL_OWNER), options, tell)
    model = seodam.generator(options.model)
    stream = assistant.ask_once(options.question, model, options.collection, history)
    try:
        for _ in stream:
            pass
    except SeodamError:
        if stream.answer and stream.answer.text:
            yield Said(stream.answer.text)
        raise
    answer = stream.answer
    assert answer is not None
    row = {
        "answer": answer.text,
        "citations": [
            {"document": one.document, **numbered(one), "quote": one.quote}
            for one in answer.citations
        ],
        "answerable": answer.answerable,
        "standalone_question": answer.standalone_question,
        "model": answer.model,
        "seconds": round(answer.seconds, 4),
    }
    units = units_of(seodam.library(LOCAL_OWNER))
    sources = [
        f"[{one.number}] {place(one.document, one, units)}: {one.quote}" for one in answer.citations
    ]
    said = with_flags(answer, lambda contradicted: _FLAGS[contradicted])
    yield Said("\n\n".join([said, "\n".join(sources)] if sources else [said]), row)


def _tell_of_none(library: Library, options: Options, tell: Tell) -> None:
    if not library.documents(options.collection):
        tell(f"there are no documents in the collection {options.collection}")


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
    units = units_of(library)
    lines = [
        f"{hit.rank}. p(z|x) {prior:.3f} → {posterior:.3f}  "
        f"{place(hit.document, hit.passage, units)}"
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
            **numbered(hit.passage),
            "text": hit.passage.text,
            "prior": prior,
            "posterior": posterior,
            "log_likelihood": given,
        }
        for hit, prior, posterior, given in numbers
    ]
