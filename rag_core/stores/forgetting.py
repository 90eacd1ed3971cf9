"""Deleting rows of documents: what was read, what was cut of it, or all there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from rag_core.stores import database as db

Which = Sequence[str] | sa.Select[Any]
"""Ids of documents, or what selects them."""


def forget(connection: sa.Connection, gate: db.Gate, which: Which) -> None:
    """Delete documents and all that came of them; nothing happens to what is not there."""
    forget_reading(connection, gate, which)
    for table, key in ((db.files, "document_id"), (db.documents, "id")):
        connection.execute(gate.delete(table).where(table.c[key].in_(which)))


def forget_reading(connection: sa.Connection, gate: db.Gate, which: Which) -> None:
    """Delete the pages of documents, and what was cut of them."""
    forget_passages(connection, gate, which)
    connection.execute(gate.delete(db.pages).where(db.pages.c.document_id.in_(which)))


def forget_passages(connection: sa.Connection, gate: db.Gate, which: Which) -> None:
    """Delete the passages of documents and their vectors."""
    for table in (db.vectors, db.passages):
        connection.execute(gate.delete(table).where(table.c.document_id.in_(which)))
