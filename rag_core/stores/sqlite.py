"""An SQLite that is new enough, or a clear word on how to get one.

Chroma and our record need 3.35 (March 2021). A host's Python may bring an older one; there the
package pysqlite3-binary, where somebody has installed it, takes the place of `sqlite3`.
"""

from __future__ import annotations

import sqlite3
import sys

from rag_core.errors import MissingExtra

OLDEST = (3, 35, 0)


def require_sqlite() -> None:
    """See to it that `import sqlite3` gives 3.35 or newer; raises MissingExtra."""
    if sys.modules["sqlite3"].sqlite_version_info >= OLDEST:
        return
    try:
        import pysqlite3
        from pysqlite3 import dbapi2
    except ImportError as error:
        raise MissingExtra(
            needs=f"SQLite 3.35 or newer (this Python has {sqlite3.sqlite_version})",
            command="python -m pip install pysqlite3-binary",
        ) from error
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2
