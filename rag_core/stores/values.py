"""Rows of the database as the values that flow through Seodam, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from rag_core.types import Document, DocumentState, Page, Passage, ReadBy, Unit, Word


def document_of(row: Any) -> Document:
    return Document(
        id=row.id,
        name=row.name,
        collection=row.collection,
        sha256=row.sha256,
        size=row.size,
        state=DocumentState(row.state),
        pages=row.pages,
        passages=row.passages,
        title=row.title,
        warnings=tuple(json.loads(row.warnings)),
        added_at=row.added_at,
        unit=Unit(row.unit),
        tags=tuple(json.loads(row.tags)),
    )


def page_of(row: Any) -> Page:
    return Page(
        number=row.number,
        label=row.label,
        text=row.text,
        read_by=ReadBy(row.read_by),
        headings=tuple((at, level) for at, level in json.loads(row.headings)),
        warnings=tuple(json.loads(row.warnings)),
        confidence=row.confidence,
    )


def passage_of(row: Any) -> Passage:
    return Passage(
        id=row.id,
        document_id=row.document_id,
        index=row.position,
        page=row.page,
        page_label=row.page_label,
        text=row.text,
        start=row.start,
        context=row.context,
    )


def page_rows(document_id: str, pages: Sequence[Page]) -> list[dict[str, Any]]:
    return [
        {
            "document_id": document_id,
            "position": position,
            "number": page.number,
            "label": page.label,
            "text": page.text,
            "read_by": page.read_by,
            "headings": json.dumps(page.headings),
            "warnings": json.dumps(page.warnings),
            "confidence": page.confidence,
            "words": _word_rows(page.words),
        }
        for position, page in enumerate(pages)
    ]


def words_of(data: bytes | None) -> tuple[Word, ...]:
    rows = np.frombuffer(data or b"", dtype="<f4").reshape(-1, 6).tolist()
    return tuple(Word(int(row[0]), int(row[1]), *row[2:]) for row in rows)


def _word_rows(words: Sequence[Word]) -> bytes | None:
    if not words:
        return None
    rows = [(one.start, one.end, one.left, one.top, one.right, one.bottom) for one in words]
    return np.array(rows, dtype="<f4").tobytes()


def passage_rows(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    return [
        {
            "id": passage.id,
            "document_id": passage.document_id,
            "position": passage.index,
            "page": passage.page,
            "page_label": passage.page_label,
            "text": passage.text,
            "start": passage.start,
            "context": passage.context,
        }
        for passage in passages
    ]


def vectors_row(document_id: str, vectors: np.ndarray, fingerprint: str) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "fingerprint": fingerprint,
        "dimension": vectors.shape[1],
        "data": np.ascontiguousarray(vectors, dtype="<f4").tobytes(),
    }
