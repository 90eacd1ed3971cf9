"""What arrives in its own time can be left at any moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from rag_core.arriving import arriving

PATIENCE = 60  # seconds until a test that waits gives up


def test_everything_comes_in_order_and_nothing_while_nothing_is_there() -> None:
    may_go_on = threading.Event()

    def parts() -> Iterator[int]:
        yield 1
        may_go_on.wait(PATIENCE)
        yield 2

    came = []
    for part in arriving(parts(), "test"):
        came.append(part)
        if part is None:
            may_go_on.set()
    assert [part for part in came if part is not None] == [1, 2]
    assert None in came[1:-1]


def test_an_error_is_raised_where_the_parts_are_read() -> None:
    def parts() -> Iterator[int]:
        yield 1
        raise OSError("broken")

    read = (part for part in arriving(parts(), "test") if part is not None)
    assert next(read) == 1
    with pytest.raises(OSError, match="broken"):
        next(read)


def test_what_is_left_is_closed() -> None:
    closed, left = threading.Event(), threading.Event()

    def parts() -> Iterator[int]:
        try:
            yield 1
            left.wait(PATIENCE)
            yield 2
            yield 3
        finally:
            closed.set()

    read = arriving(parts(), "test")
    assert next(part for part in read if part is not None) == 1
    read.close()
    left.set()
    assert closed.wait(PATIENCE)
