"""The SQLite database: its tables, its connection, and the gate that keeps owners apart.

Every table has an `owner` column. Statements about somebody's rows are built by `Gate` and by
nothing else, so that there is one place where one owner's data is kept from another's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import Column, Float, Integer, LargeBinary, Table, Text

from rag_core.errors import StoreFailed
from rag_core.stores.sqlite import require_sqlite

if TYPE_CHECKING:
    import sqlite3

SCHEMA_VERSION = 5
IDS_AT_ONCE = 500
"""Below SQLite's limit of variables in one statement."""

_CHANGES = {
    2: (
        "ALTER TABLE documents ADD COLUMN unit TEXT NOT NULL DEFAULT 'page'",
        "ALTER TABLE pages ADD COLUMN confidence FLOAT",
        "ALTER TABLE pages ADD COLUMN words BLOB",
    ),
    3: (
        "ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE conversations ADD COLUMN deleted_at TEXT",
        "ALTER TABLE conversations ADD COLUMN leaf INTEGER",
        "ALTER TABLE turns ADD COLUMN parent INTEGER",
        "UPDATE turns SET parent = (SELECT max(id) FROM turns AS t WHERE t.id < turns.id"
        " AND t.conversation_id = turns.conversation_id AND t.owner = turns.owner)",
        "UPDATE conversations SET leaf = (SELECT max(id) FROM turns AS t"
        " WHERE t.conversation_id = conversations.id AND t.owner = conversations.owner)",
        "INSERT INTO said (owner, turn_id, conversation_id, text) SELECT owner, id,"
        " conversation_id, question || char(10) || json_extract(answer, '$.text') FROM turns",
    ),
    4: (
        "ALTER TABLE documents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE conversations ADD COLUMN options TEXT NOT NULL DEFAULT '{}'",
    ),
    5: ("ALTER TABLE conversations ADD COLUMN scope TEXT NOT NULL DEFAULT '{}'",),
}
"""What brings an older database up to date, by version; new tables are there already."""

metadata = sa.MetaData()


def _table(name: str, *columns: Column[Any], indexes: tuple[str, ...] = ()) -> Table:
    """A table with its indexes, none of which begins with the owner: SQLite would rather walk
    through all that an owner has (a second at a million passages) than look up a hundred ids."""
    owner = Column("owner", Text, nullable=False)
    marks = [sa.Index(f"{name}_by_{column}", column, "owner") for column in indexes]
    return Table(name, metadata, owner, *columns, *marks)


documents = _table(
    "documents",
    Column("id", Text, primary_key=True),
    Column("collection", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("pages", Integer, nullable=False, default=0),
    Column("passages", Integer, nullable=False, default=0),
    Column("title", Text, nullable=False, default=""),
    Column("warnings", Text, nullable=False, default="[]"),
    Column("fingerprint", Text, nullable=False, default=""),
    Column("added_at", Text, nullable=False),
    Column("removed_at", Text),
    Column("unit", Text, nullable=False, server_default="page"),
    Column("tags", Text, nullable=False, server_default="[]"),
    indexes=("collection",),
)
collections = _table(
    "collections",
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("removed", Integer, nullable=False, default=0),
    indexes=("id",),
)
files = _table(
    "files",
    Column("document_id", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
pages = _table(
    "pages",
    Column("document_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", Integer),
    Column("label", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("read_by", Text, nullable=False),
    Column("headings", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("confidence", Float),
    Column("words", LargeBinary),  # a row of six float32, little endian, for each types.Word
)
passages = _table(
    "passages",
    Column("id", Text, primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("page", Integer),
    Column("page_label", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("context", Text, nullable=False),
    indexes=("document_id",),
)
vectors = _table(
    "vectors",
    Column("document_id", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("dimension", Integer, nullable=False),
    Column(
        "data", LargeBinary, nullable=False
    ),  # a row a passage, in order; float32, little endian
)
conversations = _table(
    "conversations",
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("excluded", Text, nullable=False, default="[]"),
    Column("created_at", Text, nullable=False),
    Column("moved", Integer, nullable=False, default=0),  # order of the list, newest highest
    Column("pinned", Integer, nullable=False, server_default="0"),
    Column("deleted_at", Text),
    Column("leaf", Integer),  # the last of the turns that are shown
    Column("options", Text, nullable=False, server_default="{}"),
    Column("scope", Text, nullable=False, server_default="{}"),
    indexes=("moved",),
)
turns = _table(
    "turns",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("parent", Integer),
    indexes=("conversation_id",),
)
said = _table(  # what can be searched of the turns; answers carry much beside their words
    "said",
    Column("turn_id", Integer, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    indexes=("conversation_id",),
)
feedback = _table(
    "feedback",
    Column("turn_id", Integer, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("helpful", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_at", Text, nullable=False),
    indexes=("conversation_id",),
)
question_sets = _table(
    "question_sets",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("questions", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)
evaluations = _table(
    "evaluations",
    Column("id", Text, primary_key=True),
    Column("set_id", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    indexes=("set_id",),
)
preferences = _table(
    "preferences",
    Column("person", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)


class Database:
    """One SQLite file, in write-ahead mode with full synchronisation.

    What a `writing()` block wrote is on the disk when the block has ended, or none of it is.
    """

    def __init__(self, path: Path) -> None:
        require_sqlite()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = sa.create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=16)
        sa.event.listen(self._engine, "connect", _prepare)
        self._one_writer = threading.RLock()
        with translated(), self._engine.begin() as connection:
            _settle_schema(connection)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one consistent state."""
        with translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction; it is committed when the block ends and undone when it raises."""
        with self._one_writer, translated(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections; folds the write-ahead log into the file."""
        self._engine.dispose()


class Gate:
    """Builds every statement about the rows of one owner, and only of that owner."""

    def __init__(self, owner: str) -> None:
        if not owner:
            raise ValueError("an owner is needed")
        self.owner = owner

    def select(self, table: Table, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*(columns or table.c)).where(table.c.owner == self.owner)

    def insert(self, table: Table) -> sa.Insert:
        return sa.insert(table)

    def rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows to insert, signed with their owner."""
        return [{**row, "owner": self.owner} for row in rows]

    def update(self, table: Table) -> sa.Update:
        return sa.update(table).where(table.c.owner == self.owner)

    def delete(self, table: Table) -> sa.Delete:
        return sa.delete(table).where(table.c.owner == self.owner)


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    import sqlite3  # here, because require_sqlite may put another in its place

    try:
        yield
    except (sa.exc.OperationalError, sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        raise StoreFailed(reason=_reason(str(error).lower())) from error


def _reason(message: str) -> str:
    known = {
        "full": "disk_full",
        "readonly": "read_only",
        "unable to open": "read_only",
        "malformed": "corrupt",
        "not a database": "corrupt",
        "locked": "locked",
    }
    return next((reason for word, reason in known.items() if word in message), "unexpected")


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _settle_schema(connection: sa.Connection) -> None:
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found > SCHEMA_VERSION:
        raise StoreFailed(reason="newer")
    metadata.create_all(connection)
    for version in range(found + 1, SCHEMA_VERSION + 1) if found else ():
        for change in _CHANGES.get(version, ()):
            connection.exec_driver_sql(change)
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
