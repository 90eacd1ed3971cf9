"""Starts the children that read and draw. One waits, started ahead: half the time of a small file
is the start of its child. A child is used once, whether it waited or not.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time

_HERE = os.path.dirname(os.path.abspath(__file__))
# The packages come as bare names: their faces would import what only this side needs, and the
# start of the child is most of the cost of a small file.
_BOOT = """
import sys
ahead, patience, core, parsing, *paths = sys.argv[1:]
sys.path += [path for path in paths if path not in sys.path]
for name, folder in ("rag_core", core), ("rag_core.parsing", parsing):
    package = sys.modules[name] = type(sys)(name)
    package.__path__ = [folder]
from rag_core.parsing.child import main
main(ahead, int(patience))
"""
_AHEAD = "picture"  # the task that a child gets ready for; it needs all that reading a PDF does
PATIENCE_SECONDS = 120
"""How long a child waits before it ends by itself: it holds some 15 MB."""

Child = subprocess.Popen[bytes]


class _Bench:
    """Where at most one child waits, with the paths it was started with and since when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: tuple[Child, list[str], float] | None = None
        self._opened = self._closed = False

    def take(self) -> Child | None:
        """The child that waits, unless there is none, it is about to give up, or imports come from
        elsewhere by now."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is None:
            return None
        child, paths, since = waiting
        waited = time.monotonic() - since
        if child.poll() is None and paths == _paths() and waited < 0.9 * PATIENCE_SECONDS:
            return child
        _end(child)
        return None

    def refill(self) -> None:
        """Have a child wait, if none does."""
        with self._lock:
            if self._waiting is None and not self._closed:
                if not self._opened:
                    atexit.register(self.close)
                    self._opened = True
                paths = _paths()
                with contextlib.suppress(OSError):  # whoever needs one hears that it cannot be had
                    self._waiting = _start(_AHEAD, paths), paths, time.monotonic()

    def close(self) -> None:
        """End the child that waits, and have none wait from now on."""
        with self._lock:
            waiting, self._waiting, self._closed = self._waiting, None, True
        if waiting:
            _end(waiting[0])


_BENCH = _Bench()


def start() -> Child:
    """A child for one request: the one that waits, or a new one."""
    return _BENCH.take() or _start("", _paths())


def start_ahead() -> None:
    """Have a child wait for the next request; it is started in the background."""
    with contextlib.suppress(RuntimeError):  # the interpreter is about to end
        threading.Thread(target=_BENCH.refill, daemon=True).start()


def _end(child: Child) -> None:
    """End a child that has got no request."""
    child.kill()
    child.wait()
    for pipe in child.stdin, child.stdout:
        with contextlib.suppress(OSError, ValueError):
            if pipe:
                pipe.close()


def _paths() -> list[str]:
    return [os.path.dirname(_HERE), _HERE, *map(os.path.abspath, sys.path)]


def _start(ahead: str, paths: list[str]) -> Child:
    """A Python without site packages' hooks, keys or a console; imports what this one imports, but
    nothing in place of the standard library: a host may put the folder of its script in front."""
    keep = ("SYSTEMROOT",)  # Windows cannot start a process without it
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _BOOT, ahead, str(PATIENCE_SECONDS), *paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in keep if name in os.environ},
        cwd=os.path.abspath(os.sep),
        close_fds=True,
    )
