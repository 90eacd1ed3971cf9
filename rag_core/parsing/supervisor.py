"""Runs one task on hostile bytes in a fresh child process, and ends it when it goes too far.

The child gets the request and the bytes through a pipe, no environment, and answers in JSON
lines. Whatever happens to it, this process only sees frames or a ChildFailed. Linux enforces
memory and processor time in the child itself (child.py), elsewhere a watcher ends it; wall time,
the amount of output and cancellation are enforced from here, on every system.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from rag_core.parsing.frames import EXIT_MEMORY
from rag_core.parsing.starting import start, start_ahead
from rag_core.parsing.watcher import HAS_SYSTEM_LIMITS, watch

Frame = dict[str, Any]

_LOG = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
# A child that takes longer leaves the processors to whoever asks a question meanwhile (a niceness).
_SHORT_SECONDS, _STEPPED_BACK = 0.5, 10
# PDFium aborts (SIGABRT, SIGILL or SIGTRAP, by platform) when an allocation fails; a SIGKILL that
# is not ours comes from the system's own killer.
_MEMORY_SIGNALS = {"SIGABRT", "SIGILL", "SIGTRAP", "SIGKILL"}


class ChildFailed(Exception):
    """The child did not finish. `reason`: memory, seconds, output, crash or cancelled."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def run_child(
    request: Frame,
    data: bytes,
    *,
    seconds: float,
    memory_mb: int,
    output_bytes: int,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Frame]:
    """Yield the frames that the child writes, as it writes them.

    Raises ChildFailed when it dies, takes more than `seconds`, writes more than `output_bytes`,
    or `cancelled()` turns true. However this ends, the child is gone afterwards. Where the system
    has no limits of its own, a watcher ends it when it holds more than `memory_mb`.
    """
    deadline = time.monotonic() + seconds
    request = {
        **request,
        "bytes": len(data),
        "seconds": seconds,
        "memory_mb": memory_mb,
        "system_limits": HAS_SYSTEM_LIMITS,
    }
    child = start()
    stopped, too_big = threading.Event(), threading.Event()
    try:
        lines: queue.Queue[bytes | None] = queue.Queue(maxsize=64)
        _in_background(_feed, child.stdin, json.dumps(request).encode() + b"\n", data)
        _in_background(_collect, child.stdout, lines, output_bytes, stopped)
        _in_background(_attend, child, memory_mb << 20, stopped, too_big)
        while (line := _next_line(lines, deadline, cancelled)) is not None:
            frame = _decode(line)
            if "mistake" in frame:
                _LOG.error("reading in the child process failed: %s", str(frame["mistake"])[:200])
                raise ChildFailed("crash")
            yield frame
        _raise_for(child, deadline)
    except ChildFailed:
        if too_big.is_set():
            raise ChildFailed("memory") from None
        raise
    finally:
        stopped.set()
        child.kill()
        child.wait()
        start_ahead()


def _in_background(target: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=target, args=arguments, daemon=True).start()


def _attend(
    child: subprocess.Popen[bytes],
    allowed: int,
    stopped: threading.Event,
    too_big: threading.Event,
) -> None:
    """Watch the child's memory where the system does not; let it step back when it takes long."""
    if not HAS_SYSTEM_LIMITS:
        if watch(child, allowed, stopped):
            too_big.set()
    elif not stopped.wait(_SHORT_SECONDS):
        with contextlib.suppress(OSError):  # it has just ended
            os.setpriority(os.PRIO_PROCESS, child.pid, _STEPPED_BACK)


def _feed(pipe: IO[bytes], header: bytes, data: bytes) -> None:
    # A child that refuses early closes the pipe: what it has to say stands in its frames.
    with contextlib.suppress(OSError, ValueError), pipe:
        pipe.write(header)
        pipe.write(data)


def _collect(
    pipe: IO[bytes], lines: queue.Queue[bytes | None], allowed: int, stopped: threading.Event
) -> None:
    """Move lines into the queue until the pipe ends; a line over the cap ends as b"" (output)."""
    with contextlib.suppress(OSError, ValueError), pipe:
        while not stopped.is_set() and (line := pipe.readline(allowed + 1)):
            allowed -= len(line)
            _put(lines, line if allowed >= 0 else b"", stopped)
            if allowed < 0:
                return
    _put(lines, None, stopped)


def _put(lines: queue.Queue[bytes | None], line: bytes | None, stopped: threading.Event) -> None:
    while not stopped.is_set():
        with contextlib.suppress(queue.Full):
            return lines.put(line, timeout=1)


def _next_line(
    lines: queue.Queue[bytes | None], deadline: float, cancelled: Callable[[], bool] | None
) -> bytes | None:
    while True:
        if cancelled is not None and cancelled():
            raise ChildFailed("cancelled")
        if time.monotonic() > deadline:
            raise ChildFailed("seconds")
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=_POLL_SECONDS)
            if line == b"":
                raise ChildFailed("output")
            return line


def _decode(line: bytes) -> Frame:
    try:
        frame = json.loads(line)
    except (ValueError, RecursionError):
        raise ChildFailed("crash") from None  # it was cut off in the middle of a line
    if not isinstance(frame, dict):
        raise ChildFailed("crash")
    return frame


def _raise_for(child: subprocess.Popen[bytes], deadline: float) -> None:
    """Tell why the child ended, from its exit status; a clean end returns."""
    try:
        status = child.wait(timeout=max(0.1, min(5.0, deadline - time.monotonic())))
    except subprocess.TimeoutExpired:
        raise ChildFailed("seconds") from None
    if status == 0:
        return
    if status == EXIT_MEMORY:
        raise ChildFailed("memory")
    name = signal.Signals(-status).name if -status in set(signal.Signals) else ""
    if name == "SIGXCPU":
        raise ChildFailed("seconds")
    raise ChildFailed("memory" if name in _MEMORY_SIGNALS else "crash")
