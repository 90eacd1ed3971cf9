"""Work in the background: one thing at a time, how far it is, a way to stop it, how it ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from rag_core.errors import Cancelled, SeodamError


class Told(Protocol):
    """What is told of a work; `running` until it tells how that ended."""

    @property
    def running(self) -> bool: ...


Progress = TypeVar("Progress", bound=Told)
Stop = Callable[[], bool]
"""Whether the work was asked to stop; it raises Cancelled then."""
Work = Callable[[Callable[[Progress], None], Stop], Progress | None]
"""Takes what shows how far it is, and `Stop`; gives how it ended."""


class Background(Generic[Progress]):
    """Works in a thread of its own, which is called `name`.

    `progress` is what the work has shown last and, when it has ended, what it gave. Where it was
    stopped or broke off, `ended` gives that instead: of "cancelled" and None, or of "failed" and
    the error. A fault that is no SeodamError is logged and told as one.
    """

    def __init__(
        self, name: str, ended: Callable[[str, SeodamError | None], Progress | None]
    ) -> None:
        self.progress: Progress | None = None
        self._name, self._ended = name, ended
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether something is going on, as it tells itself."""
        return self.progress is not None and self.progress.running

    def start(self, first: Progress | None, work: Work[Progress]) -> None:
        """Begin, unless something is running; `first` is told until the work shows more."""
        with self._starting:
            if self.running and self._worker is not None and self._worker.is_alive():
                return
            self._stopping.clear()
            self.progress = first
            self._worker = threading.Thread(
                target=self._work, args=(work,), name=self._name, daemon=True
            )
            self._worker.start()

    def stop(self, patience: float | None = None) -> None:
        """Ask what is running to stop, and wait for it, so many seconds at the most."""
        self._stopping.set()
        self.wait(patience)

    def wait(self, patience: float | None = None) -> None:
        """Until nothing is running, so many seconds at the most."""
        if self._worker is not None:
            self._worker.join(patience)

    def _work(self, work: Work[Progress]) -> None:
        try:
            self.progress = work(self._show, self._stopping.is_set)
        except Cancelled:
            self.progress = self._ended("cancelled", None)
        except SeodamError as error:
            self.progress = self._ended("failed", error)
        except Exception:  # a fault of ours must not look like work that goes on for ever
            logging.getLogger(__name__).exception("%s failed", self._name)
            self.progress = self._ended("failed", SeodamError())

    def _show(self, progress: Progress) -> None:
        self.progress = progress
