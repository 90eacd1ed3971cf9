"""A line in which owners take turns, so that one with much to do does not hold up the others."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Items of owners. Each owner's come in order; the owner served last is served again last."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[Item]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, owner: str, item: Item, *, first: bool = False) -> None:
        """Stand at the end of the owner's own line, or at its head."""
        with self._changed:
            line = self._lines.setdefault(owner, deque())
            line.appendleft(item) if first else line.append(item)
            self._changed.notify()

    def get(self) -> Item | None:
        """The next item; waits for one, and is None once the line is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._closed)
            if self._closed:
                return None
            owner, line = next(iter(self._lines.items()))
            item = line.popleft()
            del self._lines[owner]
            if line:
                self._lines[owner] = line  # behind the other owners
            return item

    def take_out(self, which: Callable[[Item], bool]) -> bool:
        """Take the items out for which `which` holds; whether there were any."""
        with self._changed:
            before = sum(map(len, self._lines.values()))
            kept = {
                owner: deque(item for item in line if not which(item))
                for owner, line in self._lines.items()
            }
            self._lines = OrderedDict((owner, line) for owner, line in kept.items() if line)
            return sum(map(len, self._lines.values())) < before

    def close(self) -> None:
        """Nobody is served any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
