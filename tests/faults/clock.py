"""A record in which time has passed, or will not for a while."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

AN_HOUR = 3600.0


def pass_time(data: Path, seconds: float) -> None:
    """Let all that was removed have been removed so many seconds earlier: later if negative, so
    that no test has to hurry."""
    with closing(sqlite3.connect(data / "seodam.sqlite3", timeout=30)) as database, database:
        for table, column in (("documents", "removed_at"), ("conversations", "deleted_at")):
            there = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
            for (written,) in database.execute(there).fetchall():
                moment = datetime.fromisoformat(written) - timedelta(seconds=seconds)
                now = moment.isoformat(timespec="microseconds")
                change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
                database.execute(change, (now, written))
        change = "UPDATE collections SET removed = removed - ? WHERE removed > 1"
        database.execute(change, (round(seconds * 1e6),))
