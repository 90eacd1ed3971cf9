"""How far adding a document has come, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from rag_core.types import Document


@dataclass(frozen=True, slots=True)
class Progress:
    """A named step of adding a document.

    In order: received, reading (once a page), read, embedded, recorded, ready; and ocr (once a
    page) for what is read from its picture.
    """

    stage: str
    page: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class AddResult:
    """How adding ended. `status` is "added" or "unchanged" (the same bytes were here)."""

    document: Document
    status: str
    seconds: float
