"""What somebody else yields in its own time, read so that one can stop at any moment."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import Any, TypeVar

HEARTBEAT = 0.2  # seconds
_END = object()
Part = TypeVar("Part")


def arriving(parts: Iterator[Part], name: str) -> Generator[Part | None]:
    """The parts as they come, drawn in a thread of this name; None a few times a second while
    none comes. Their error, if any, is raised here.

    When this is closed the thread ends with the next part, and closes what it draws from.
    """
    arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
    closed = threading.Event()
    given = (parts, arrived, closed)
    threading.Thread(target=_draw, args=given, name=name, daemon=True).start()
    try:
        while True:
            try:
                part = arrived.get(timeout=HEARTBEAT)
            except queue.Empty:
                yield None
                continue
            if part is _END:
                return
            if isinstance(part, BaseException):
                raise part
            yield part
    finally:
        closed.set()


def _draw(parts: Iterator[Any], arrived: queue.SimpleQueue[Any], closed: threading.Event) -> None:
    try:
        for part in parts:
            if closed.is_set():
                return
            arrived.put(part)
    except BaseException as error:  # handed to the reader, who raises it
        arrived.put(error)
    else:
        arrived.put(_END)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
