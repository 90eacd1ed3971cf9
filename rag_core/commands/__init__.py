"""What the commands do. Each says what came of it in rows for scripts and in words for people."""

from __future__ import annotations

from rag_core.commands.adding import ingest
from rag_core.commands.asking import ask, paper, search, turns_of
from rag_core.commands.evaluating import evaluate
from rag_core.commands.keeping import check, export, import_archive, list_documents, remove
from rag_core.commands.said import Said, sentence

__all__ = [
    "Said",
    "ask",
    "check",
    "evaluate",
    "export",
    "import_archive",
    "ingest",
    "list_documents",
    "paper",
    "remove",
    "search",
    "sentence",
    "turns_of",
]
