"""What is in the library: looking at it, removing, carrying it elsewhere, repairing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag_core.commands.said import UNITS, Options, Said, Tell, many
from rag_core.types import LOCAL_OWNER, Unit

if TYPE_CHECKING:
    from rag_core.wiring import Seodam


def list_documents(seodam: Seodam, options: Options, tell: Tell) -> Iterator[Said]:
    """The documents that can be asked."""
    documents = seodam.library(LOCAL_OWNER).documents(options.collection)
    rows = [asdict(document) | {"document": document.name} for document in documents]
    lines = [
        f"{one.id}  {one.name}"
        + ("" if one.unit is Unit.WHOLE else f"  {many(one.pages, UNITS[one.unit])}")
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
    report = asdict(seodam.recovery.check(tell))
    yield Said("\n".join(f"{key}: {value}" for key, value in report.items()), report)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())
