"""Sets of real questions put into a library: BEIR folders, and folders of PDFs with gold pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from benchmarks.ingest import with_text
from rag_core.evaluation import QuestionSet, read_question_set
from rag_core.gold import GoldQuestion, read_gold
from rag_core.library import Library
from rag_core.types import Document, Page, Parsed, Upload


def shelve(library: Library, folder: Path, most: int) -> tuple[int, list[GoldQuestion]]:
    """Put a folder's documents into a library, in their order, so long as it makes at most so many
    passages of them; how many it made, and the answerable questions whose evidence is all there."""
    is_pdf = (folder / "gold.jsonl").exists()
    kept = _kept_pdfs(library, folder) if is_pdf else _kept_texts(library, folder)
    documents: list[Document] = []
    passages = 0
    for document in kept:
        if passages + document.passages > most:
            library.discard(document.id)
            break
        documents.append(document)
        passages += document.passages
    library.publish(documents)
    there = {one.name for one in documents}
    asked = read_gold(folder / "gold.jsonl") if is_pdf else _questions(folder)
    return passages, [
        one for one in asked if one.places and {doc for doc, _ in one.places} <= there
    ]


def _kept_pdfs(library: Library, folder: Path) -> Iterator[Document]:
    """Those with a text layer, to be published."""
    for path in with_text(folder):
        received = library.receive(Upload(path.name, path.read_bytes()))
        yield library.prepare(received.id)


def _kept_texts(library: Library, folder: Path) -> Iterator[Document]:
    """The texts below one title as the pages of one document, to be published."""
    for name, rows in _titled(folder, read_question_set(folder)):
        upload = Upload(name, "\n\n".join(text for *_, text in rows).encode())
        pages = tuple(Page(at, str(at), text) for at, (*_, text) in enumerate(rows, start=1))
        received = library.receive(upload)
        yield library.keep(received.id, Parsed(pages, rows[0][1] or folder.name))


def _titled(folder: Path, asked: QuestionSet) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A name for each run of texts with the same title, and the texts as (id, title, text)."""
    for number, (_, rows) in enumerate(groupby(asked.documents, key=lambda one: one[1])):
        yield f"{folder.name} {number}.txt", list(rows)


def _questions(folder: Path) -> Iterator[GoldQuestion]:
    asked = read_question_set(folder)
    places = {
        row[0]: (name, page)
        for name, rows in _titled(folder, asked)
        for page, row in enumerate(rows, start=1)
    }
    for question in asked.judged:
        evidence = tuple(frozenset({places[one]}) for one in asked.relevant[question])
        yield GoldQuestion(asked.questions[question], evidence=evidence)
