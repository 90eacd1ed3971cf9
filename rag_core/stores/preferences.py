"""Choices that outlive a session."""

from __future__ import annotations

from rag_core.stores import database as db
from rag_core.stores.owned import Owned

INSTRUCTIONS = "instructions:"
"""Begins the name of what the model is told about a collection, whose id follows."""


class OwnedPreferences(Owned):
    """What one owner prefers, by name."""

    def preference(self, name: str, default: str = "") -> str:
        """A choice of this owner that outlives the session (language, model …)."""
        table = db.preferences
        query = self._gate.select(table, table.c.value).where(table.c.name == name)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none() or default

    def prefer(self, name: str, value: str) -> None:
        """Remember a choice. Never for keys or passwords: they are not stored."""
        table = db.preferences
        row = {"person": self._gate.owner, "name": name, "value": value}
        with self._database.writing() as connection:
            connection.execute(self._gate.delete(table).where(table.c.name == name))
            connection.execute(self._gate.insert(table), self._gate.rows([row]))
