"""The inside of the child process: limits first, then the bytes, then one task, then the end.

Started by starting.py as a fresh interpreter, without the packages' faces and without typing or
dataclasses: the start is most of the cost of a small file. What a task needs is imported before
the limits are set, so that only the document's own work counts. Answers are JSON lines on standard
output; standard error is closed, so no text of a document reaches a log.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator

from rag_core.parsing.frames import EXIT_MEMORY, Frame, Refused

_TELL_SECONDS = 0.02  # each telling wakes the process outside
_CPU_GRACE_SECONDS = 2  # the watcher outside ends it first; this is the second net

_TASKS = {
    "pdf": ("pdf", "read_pdf"),
    "second_reader": ("second_reader", "read_pdf_again"),
    "picture": ("picture", "paint"),
    "text": ("community", "read_text"),
    "csv": ("csv_file", "read_csv"),
    "html": ("markup", "read_html"),
    "packed": ("packed", "read_packed"),
    "compound": ("compound", "read_compound"),
    "unpack": ("packed", "unpack_zip"),
}

TYPE_CHECKING = False  # importing typing for it would cost a tenth of the start
if TYPE_CHECKING:
    from types import ModuleType
Task = Callable[[bytearray, Frame], Iterator[Frame]]


def main(ahead: str, patience: int) -> None:
    """Read one request and its bytes from standard input, answer, end without clean-up.

    With a task `ahead`, import what that needs and wait for the request at most `patience` seconds.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    if ahead:
        _task(ahead)
        _wait(patience)
    if not (line := sys.stdin.buffer.readline()):
        os._exit(0)  # whoever started it is gone
    request = json.loads(line)
    task = _task(request["task"])
    limit(
        request["memory_mb"], request["seconds"], request.get("writes", 0), request["system_limits"]
    )
    try:
        data = bytearray(sys.stdin.buffer.read(request["bytes"]))
        told = 0.0
        for frame in task(data, request):
            answers.write(json.dumps(frame).encode() + b"\n")
            if time.monotonic() - told > _TELL_SECONDS:
                answers.flush()
                told = time.monotonic()
    except Refused as refused:
        answers.write(json.dumps({"error": refused.frame}).encode() + b"\n")
    except MemoryError:
        os._exit(EXIT_MEMORY)
    except Exception as mistake:  # ours: told by kind and place only, its message may be the file's
        answers.write(json.dumps({"mistake": _place(mistake)}).encode() + b"\n")
        answers.flush()
        os._exit(1)
    answers.flush()
    os._exit(0)  # freeing a broken document's structures could still crash


def _wait(seconds: int) -> None:
    """Wait for a request; end where none comes. Where a pipe cannot be waited for (Windows), only
    the end of the process outside ends the waiting."""
    import select

    with contextlib.suppress(OSError):
        if not select.select([sys.stdin.buffer], [], [], seconds)[0]:
            os._exit(0)


def _place(mistake: Exception) -> str:
    trace = mistake.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = trace.tb_frame.f_code.co_filename if trace else "?"
    line = trace.tb_lineno if trace else 0
    return f"{type(mistake).__name__} at {os.path.basename(place)}:{line}"


def _task(name: str) -> Task:
    """The one function that this child is for; importing only what that needs keeps it quick."""
    module, function = _TASKS[name]
    task: Task = getattr(importlib.import_module(f"rag_core.parsing.{module}"), function)
    return task


def limit(memory_mb: int, seconds: float, writes: int, enforced: bool) -> None:
    """Hold this process to its limits for good. Where the system does not limit memory (not
    `enforced`), watchers do: one in here, where a process knows its size, watcher.py outside."""
    try:
        import resource
    except ImportError:  # Windows: the watcher outside
        return
    memory = memory_mb * 1024 * 1024
    if enforced:
        _lower(resource, resource.RLIMIT_AS, memory)
    else:
        _watch_memory(memory)
    _lower(resource, resource.RLIMIT_CPU, int(seconds) + _CPU_GRACE_SECONDS)
    _lower(resource, resource.RLIMIT_FSIZE, writes)
    _lower(resource, resource.RLIMIT_CORE, 0)


def _lower(resource: ModuleType, kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _watch_memory(allowed: int) -> None:
    """End this process when it holds more than `allowed` bytes."""
    import threading

    def watch() -> None:
        while _held() < allowed:
            time.sleep(0.05)
        os._exit(EXIT_MEMORY)

    threading.Thread(target=watch, daemon=True).start()


def _held() -> int:
    """Bytes of memory that this process holds. Not by its peak where another way is there: on Linux
    a process begins with the peak of the one that started it."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # macOS, which tells the peak in bytes
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
