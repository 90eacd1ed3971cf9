"""Work in the background: what is told while it goes on, and however it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from rag_core.background import Background, Stop
from rag_core.errors import Cancelled, NotFound, SeodamError


@dataclass(frozen=True)
class Told:
    stage: str
    error: SeodamError | None = None

    @property
    def running(self) -> bool:
        return self.stage in {"first", "going"}


Show = Callable[[Told], None]


class Going:
    """A work that goes on until it is let go or asked to stop."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self, show: Show, stop: Stop) -> Told:
        show(Told("going"))
        self.begun.set()
        while not self.let_go.wait(0.01):
            if stop():
                raise Cancelled
        return Told("done")


@pytest.fixture
def going() -> Iterator[Going]:
    work = Going()
    yield work
    work.let_go.set()


@pytest.fixture
def background() -> Background[Told]:
    return Background("counting", Told)


def test_nothing_is_told_before_the_first_and_stopping_it_does_nothing(
    background: Background[Told],
) -> None:
    background.stop()
    background.wait()
    assert background.progress is None
    assert not background.running


def test_what_is_shown_is_told_and_what_it_gives_at_last(
    background: Background[Told], going: Going
) -> None:
    seen: list[Told | None] = []

    def work(show: Show, stop: Stop) -> Told:
        seen.append(background.progress)
        return going(show, stop)

    background.start(Told("first"), work)
    assert going.begun.wait(60)
    assert seen == [Told("first")]
    assert background.progress == Told("going")
    assert background.running
    going.let_go.set()
    background.wait()
    assert background.progress == Told("done")
    assert not background.running


def test_one_thing_at_a_time(background: Background[Told], going: Going) -> None:
    background.start(Told("first"), going)
    assert going.begun.wait(60)
    background.start(Told("first"), lambda *_: Told("another"))
    assert background.progress == Told("going")
    going.let_go.set()
    background.wait()
    assert background.progress == Told("done")
    background.start(Told("first"), lambda *_: Told("another"))
    background.wait()
    assert background.progress == Told("another")


def test_what_was_stopped_says_so_and_the_next_is_not(
    background: Background[Told], going: Going
) -> None:
    background.start(Told("first"), going)
    assert going.begun.wait(60)
    background.stop()
    assert background.progress == Told("cancelled")
    stopped: list[bool] = []

    def next_one(_: Show, stop: Stop) -> Told:
        stopped.append(stop())
        return Told("done")

    background.start(Told("first"), next_one)
    background.wait()
    assert (background.progress, stopped) == (Told("done"), [False])


def test_what_does_not_listen_is_waited_for_as_long_as_wanted(
    background: Background[Told], going: Going
) -> None:
    background.start(Told("first"), lambda show, _: going(show, lambda: False))
    assert going.begun.wait(60)
    background.stop(patience=0.01)
    assert background.progress == Told("going")
    going.let_go.set()
    background.wait()
    assert background.progress == Told("done")


def test_an_error_is_kept_and_a_fault_of_ours_is_told_and_logged(
    background: Background[Told], caplog: pytest.LogCaptureFixture
) -> None:
    missing = NotFound(what="set")

    def failing(error: Exception) -> Told:
        def work(*_: object) -> Told:
            raise error

        background.start(Told("first"), work)
        background.wait()
        assert background.progress is not None
        return background.progress

    assert failing(missing) == Told("failed", missing)
    assert not caplog.records
    with caplog.at_level(logging.ERROR):
        told = failing(ZeroDivisionError("ours"))
    assert (told.stage, type(told.error)) == ("failed", SeodamError)
    [record] = caplog.records
    assert record.getMessage() == "counting failed"
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


def test_there_may_be_nothing_to_tell(background: Background[Told]) -> None:
    background.start(None, lambda *_: None)
    background.wait()
    assert background.progress is None
