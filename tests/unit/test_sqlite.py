"""A host whose Python brings an SQLite older than Chroma needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

OLD = """
import sqlite3, sys
real, sqlite3.sqlite_version_info, sqlite3.sqlite_version = (
    sqlite3.sqlite_version_info, (3, 34, 1), "3.34.1"
)
from rag_core import LOCAL_OWNER, Settings, Upload, open_seodam
from pathlib import Path
try:
    seodam = open_seodam(Settings(data=Path("library")))
except Exception as error:
    sys.exit(f"{error.code}: {error} {error.hint}")
seodam.library(LOCAL_OWNER).add(Upload("a.txt", b"The lighthouse is 26 metres tall."))
assert seodam.library(LOCAL_OWNER).search("How tall is the lighthouse?", 1)
seodam.close()
print(sys.modules["sqlite3"].__name__)
"""
# Stands in for the package of this name, whose layout it has: a newer SQLite under another name.
NEWER = "from sqlite3 import *\nfrom sqlite3 import dbapi2\nsqlite_version_info = (3, 51, 0)\n"


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", OLD],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_old_sqlite_is_named_with_the_way_out(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 1
    assert "missing_extra: SQLite 3.35 or newer (this Python has 3.34.1) is not" in done.stderr
    assert "pip install pysqlite3-binary" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_a_newer_one_is_installed_it_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "pysqlite3").mkdir()
    (tmp_path / "pysqlite3" / "__init__.py").write_text(NEWER)
    (tmp_path / "pysqlite3" / "dbapi2.py").write_text("from sqlite3.dbapi2 import *\n")
    done = _run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "pysqlite3"
