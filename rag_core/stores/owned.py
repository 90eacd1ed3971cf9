"""What all parts of the record of one owner share: the database, and the gate to it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from rag_core.errors import NotFound
from rag_core.stores import database as db


class Owned:
    """Rows of one owner. What belongs to somebody else does not exist here."""

    def __init__(self, database: db.Database, gate: db.Gate) -> None:
        self._database = database
        self._gate = gate

    @property
    def owner(self) -> str:
        return self._gate.owner

    def _insert(
        self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]
    ) -> None:
        if rows:
            connection.execute(self._gate.insert(table), self._gate.rows(rows))

    def _change(self, connection: sa.Connection, document_id: str, values: dict[str, Any]) -> None:
        table = db.documents
        changed = connection.execute(
            self._gate.update(table).where(table.c.id == document_id).values(**values)
        )
        if not changed.rowcount:
            raise NotFound(what="document")
