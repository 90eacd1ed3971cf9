"""How much memory a child process holds: where the system does not limit it, a watcher ends it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading

HAS_SYSTEM_LIMITS = sys.platform.startswith("linux")
"""Whether the system itself enforces what child.py asks for. macOS accepts a limit of memory and
ignores it; Windows knows none."""

_EVERY_SECONDS = 0.02


def watch(child: subprocess.Popen[bytes], allowed: int, ended: threading.Event) -> bool:
    """Wait until `ended`; end the child and return True once it holds more than `allowed` bytes.

    Where this process cannot see that (macOS), the child's own watcher does (child.py).
    """
    while not ended.wait(_EVERY_SECONDS):
        if held(child) > allowed:
            child.kill()
            return True
    return False


def held(child: subprocess.Popen[bytes]) -> int:
    """Bytes of memory that a child holds; 0 where that cannot be seen or it is gone."""
    if sys.platform == "win32":
        return _committed(int(child._handle))  # type: ignore[attr-defined]
    try:
        with open(f"/proc/{child.pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("size", ctypes.c_ulong),
        ("page_faults", ctypes.c_ulong),
        *((name, ctypes.c_size_t) for name in (
            "peak_working_set", "working_set", "peak_paged", "paged", "peak_nonpaged",
            "nonpaged", "committed", "peak_committed",
        )),
    )  # fmt: skip


def _committed(handle: int) -> int:
    """Windows: the memory that a process has asked for, in use or not."""
    counters = _Counters(size=ctypes.sizeof(_Counters))
    ask = ctypes.WinDLL("psapi").GetProcessMemoryInfo  # type: ignore[attr-defined]
    known = ask(ctypes.c_void_p(handle), ctypes.byref(counters), counters.size)
    return int(counters.committed) if known else 0
