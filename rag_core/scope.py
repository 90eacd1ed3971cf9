"""Which documents of a collection are in a scope, today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rag_core.types import Document, Scope


def fits(document: Document, scope: Scope) -> bool:
    """Whether a document has one of the tags, is as new, and is named as the scope asks for."""
    tagged = not scope.tags or bool(set(scope.tags) & set(document.tags))
    named = scope.name.strip().casefold() in document.name.casefold()
    return tagged and named and (scope.days is None or is_recent(document, scope.days))


def is_recent(document: Document, days: int) -> bool:
    """Whether a document was added in the last so many days of 24 hours."""
    since = datetime.now(UTC) - timedelta(days=days)
    return datetime.fromisoformat(document.added_at) >= since
