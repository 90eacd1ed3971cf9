"""Stores on folders that cannot be used: one error, and the reason that is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag_core.errors import StoreFailed
from rag_core.stores.dense import DenseIndex
from rag_core.stores.failures import store_failures
from rag_core.stores.lexical import LexicalIndex

OPENED = [DenseIndex.open, LexicalIndex.open]
Open = Callable[[Path], DenseIndex | LexicalIndex]


@pytest.mark.parametrize("opened", OPENED)
def test_a_folder_that_cannot_be_written(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailed) as failed:
        opened(tmp_path / "file" / "index")
    assert failed.value.details["reason"] == "read_only"


@pytest.mark.parametrize("opened", OPENED)
def test_files_that_are_no_index(opened: Open, tmp_path: Path) -> None:
    opened(tmp_path).close()
    for path in tmp_path.iterdir():
        if path.name in {"meta.json", "chroma.sqlite3"}:
            path.write_bytes(b"no index " * 1000)
    with pytest.raises(StoreFailed) as failed:
        opened(tmp_path)
    assert failed.value.details["reason"] == "corrupt"


def test_a_full_disk() -> None:
    with pytest.raises(StoreFailed) as failed, store_failures(), open("/dev/full", "w") as full:
        full.write("one passage")
    assert failed.value.details["reason"] == "disk_full"


def test_what_is_no_failure_of_a_store_passes() -> None:
    with pytest.raises(KeyError), store_failures(ValueError):
        raise KeyError
