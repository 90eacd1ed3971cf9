"""What a command says of what came of it: a row for scripts, words for people."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag_core.errors import SeodamError
from rag_core.translations import in_words
from rag_core.types import Citation, Passage, Unit

if TYPE_CHECKING:
    from rag_core.library import Library

Row = dict[str, Any]
Options = argparse.Namespace
Tell = Callable[[str], None]
"""Takes a message on how things go, for standard error."""

UNITS = {unit: unit.value for unit in Unit} | {Unit.WHOLE: "part"}


@dataclass(frozen=True, slots=True)
class Said:
    """A part of the result: `row` for --json, `text` otherwise, closed by `end`.

    `failed`: something that was asked for could not be done; the others went on.
    """

    text: str
    row: Row | None = None
    end: str = "\n"
    failed: bool = False


def sentence(error: SeodamError) -> str:
    """What happened and the way out, in the language of the terminal."""
    language = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return " ".join(in_words(error, "ko" if language.lower().startswith("ko") else "en"))


def units_of(library: Library) -> dict[str, Unit]:
    """What each document is divided into, by its id."""
    return {document.id: document.unit for document in library.documents(None)}


def numbered(of: Passage | Citation) -> Row:
    """The page or the slide; where there is none, None and the name of the sheet or section."""
    named = of.page is None and of.page_label
    return {"page": of.page, "label": of.page_label} if named else {"page": of.page}


def many(number: int, what: str) -> str:
    """ "1 page", "2 pages"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def place(document: str, of: Passage | Citation, units: dict[str, Unit]) -> str:
    """Where something stands: "plan.pptx, slide 2", "loans.xlsx, sheet Shares"."""
    label = of.page_label if of.page is None else str(of.page)
    return f"{document}, {UNITS[units[of.document_id]]} {label}" if label else document
