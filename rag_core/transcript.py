"""A conversation as a file to keep, send or print; pure.

What documents and models say is hostile: it is shown as text, and the page for printing loads
nothing and runs nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from pydantic import TypeAdapter

from rag_core.flagged import with_flags
from rag_core.markdown import safe_markdown
from rag_core.types import Answer, Citation, Conversation, Finish, Turn

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV injection)."""


@dataclass(frozen=True)
class Labels:
    """The words around a conversation, in the reader's language.

    `place` says where a citation stands ("report.pdf · p. 3").
    """

    language: str
    sources: str
    stopped: str
    not_found: str
    no_source: str
    otherwise: str
    place: Callable[[Citation], str]


@dataclass(frozen=True)
class _Transcript:
    conversation: Conversation
    turns: tuple[Turn, ...]


def as_json(conversation: Conversation, turns: Sequence[Turn]) -> str:
    """Everything that is kept of a conversation, for programs."""
    whole = _Transcript(conversation, tuple(turns))
    return TypeAdapter(_Transcript).dump_json(whole, indent=2).decode()


def as_markdown(conversation: Conversation, turns: Sequence[Turn], labels: Labels) -> str:
    """Questions, answers, and under each answer its sources with their quotes."""
    parts = [f"# {_line(conversation.title)}"]
    for turn in turns:
        parts += [f"## {_line(turn.question)}", safe_markdown(_said(turn.answer, labels))]
        cited = [
            f"{one.number}. {_line(labels.place(one))}\n   > {_line(one.quote)}"
            for one in turn.answer.citations
        ]
        if cited:
            parts += [f"**{labels.sources}**", "\n".join(cited)]
    return "\n\n".join(parts) + "\n"


def as_html(conversation: Conversation, turns: Sequence[Turn], labels: Labels) -> str:
    """A page to read or print, whole in itself."""
    title = escape(conversation.title)
    body = "".join(_article(turn, labels) for turn in turns)
    return (
        f'<!doctype html>\n<html lang="{escape(labels.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )


def feedback_as_csv(judged: Iterable[tuple[Conversation, Turn]]) -> str:
    """What readers think of answers, a row each, with a header; opens in a spreadsheet."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("asked_at", "conversation", "question", "answer", "model", "helpful", "reason"))
    for conversation, turn in judged:
        if turn.feedback is not None:
            texts = (turn.question, turn.answer.text, turn.answer.model)
            helpful = "yes" if turn.feedback.helpful else "no"
            row = (turn.asked_at, conversation.title, *texts, helpful, turn.feedback.reason)
            rows.writerow([_cell(value) for value in row])
    return out.getvalue()


def _article(turn: Turn, labels: Labels) -> str:
    cited = "".join(
        f"<li value={one.number}><b>{escape(labels.place(one))}</b>"
        f"<blockquote>{escape(' '.join(one.quote.split()))}</blockquote></li>"
        for one in turn.answer.citations
    )
    sources = f"<h3>{escape(labels.sources)}</h3><ol>{cited}</ol>" if cited else ""
    when = escape(turn.asked_at[:16].replace("T", " "))
    said = escape(_said(turn.answer, labels))
    return (
        f"<article><h2>{escape(turn.question)}</h2><time>{when}</time>"
        f"<p>{said}</p>{sources}</article>\n"
    )


def _said(answer: Answer, labels: Labels) -> str:
    """The answer, with what its sources do not bear out, and how it ended where it did not end
    well."""
    flags = (f" ({labels.no_source})", f" ({labels.otherwise})")
    said = answer.text
    if answer.answerable:
        said = with_flags(answer, lambda contradicted: flags[contradicted])
    if answer.finish is Finish.COMPLETE and not answer.answerable:
        said = said or labels.not_found
    elif answer.finish is not Finish.COMPLETE:
        said = f"{said}\n\n({labels.stopped})".strip()
    return said


def _line(text: str) -> str:
    """Text in one line, in which nothing is loaded."""
    return safe_markdown(" ".join(text.split()))


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


_STYLE = (
    "body{font:16px/1.6 system-ui,'Noto Sans KR','Apple SD Gothic Neo',sans-serif;"
    "max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 0}h3{font-size:.9rem;margin:1rem 0 0}"
    "time{color:#59636e;font-size:.8rem}p{white-space:pre-wrap}"
    "ol{padding-left:1.5rem;font-size:.9rem}"
    "blockquote{margin:.2rem 0 .8rem;padding-left:.8rem;border-left:3px solid #d1d9e0}"
    "@media print{body{margin:0;max-width:none}article{break-inside:avoid}}"
)
