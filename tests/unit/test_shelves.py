"""The indexes of many owners: found again however many there are, held open only for a while."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from rag_core.stores.shelves import Shelf, Shelves
from rag_core.types import DEFAULT_COLLECTION, Passage

ROOM = 4  # of the dense index, and of the lexical ones


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelves]:
    monkeypatch.setattr("rag_core.stores.shelves._WRITERS", ROOM)
    monkeypatch.setattr("rag_core.stores.dense._ROOM", ROOM)
    shelves = Shelves(tmp_path)
    yield shelves
    shelves.close()


def fill(shelves: Shelves, owner: int) -> None:
    passage = Passage(f"p{owner}", f"d{owner}", 0, 1, "1", f"The lighthouse of owner{owner}.")
    shelf = of(shelves, owner)
    shelf.replace([(passage.document_id, [passage], vector(owner)[None])])


def of(shelves: Shelves, owner: int) -> Shelf:
    return shelves.of(f"owner{owner}", DEFAULT_COLLECTION, "fingerprint")


def vector(owner: int) -> np.ndarray:
    return np.eye(64, dtype=np.float32)[owner]


def found(shelf: Shelf, owner: int) -> set[str]:
    by_words = shelf.lexical.search(f"owner{owner}", 5)
    return {one for one, _ in [*by_words, *shelf.dense.search(vector(owner), 5)]}


def test_many_owners_are_all_found_and_few_stay_open(shelves: Shelves) -> None:
    for owner in range(2 * ROOM):
        fill(shelves, owner)
    threads = psutil.Process().num_threads()
    for owner in range(2 * ROOM, 5 * ROOM):
        fill(shelves, owner)
    assert psutil.Process().num_threads() < threads + 7 * ROOM  # each open one has 7
    for _ in range(2):
        for owner in range(5 * ROOM):
            assert found(of(shelves, owner), owner) == {f"p{owner}"}


def test_a_shelf_in_use_goes_on_when_others_need_the_room(shelves: Shelves) -> None:
    fill(shelves, 0)
    held = of(shelves, 0)
    for owner in range(1, 3 * ROOM):
        fill(shelves, owner)
    assert found(held, 0) == {"p0"}
    again = Passage("again", "d0", 0, 1, "1", "The harbour of owner0.")
    held.replace([("d0", [again], vector(0)[None])])
    assert found(held, 0) == found(of(shelves, 0), 0) == {"again"}
    del held
    for owner in range(3 * ROOM, 5 * ROOM):
        fill(shelves, owner)
    assert found(of(shelves, 0), 0) == {"again"}
