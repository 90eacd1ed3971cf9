"""Tesseract: a picture to the words in it. The one home of that program.

It runs as a process of its own with one thread, the lowest priority and limits, without a shell
and without this process's environment; what it says is read as a table and nothing else.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from rag_core.errors import BadUpload, BrokenFile, Cancelled, LimitExceeded, MissingExtra
from rag_core.parsing.limits import OCR_LIMITS, Limits

LANGUAGES = ("kor", "eng")

_INSTALL = {
    "darwin": "brew install tesseract tesseract-lang",
    "win32": "tesseract-ocr-w64-setup.exe (UB Mannheim, https://github.com/UB-Mannheim/tesseract"
    "/wiki; tick Korean)",
}
_INSTALL_DEFAULT = "sudo apt install tesseract-ocr tesseract-ocr-kor"
_WINDOWS_FOLDER = r"C:\Program Files\Tesseract-OCR"  # which its installer does not put on the path
_POLL_SECONDS = 0.05
_BYTES_PER_CHARACTER = 100  # a row of the table: twelve columns for a word of two letters
_WALL = 4  # times the seconds of processor time: it comes after everything else
# Sets limits that the program inherits, then becomes it. Windows has none of this; there only the
# watcher outside ends it.
_LIMITED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # which Python ignores
memory, seconds, output, *command = sys.argv[1:]
for kind, most in (
    (resource.RLIMIT_AS, memory),
    (resource.RLIMIT_CPU, seconds),
    (resource.RLIMIT_FSIZE, output),
    (resource.RLIMIT_CORE, 0),
):
    grace = kind == resource.RLIMIT_CPU  # at once it would be a kill that tells no reason
    resource.setrlimit(kind, (int(most), int(most) + grace))
os.nice(19)
os.execv(command[0], command)
"""
_WORD = "5"  # the level of the table's rows that are words
_NAME = "the page"


class Layout(StrEnum):
    """How Tesseract looks for lines: its page segmentation mode."""

    COLUMNS = "3"  # in columns and boxes; takes tight Korean lines for vertical ones at times
    ROWS = "4"  # across the page


@dataclass(frozen=True, slots=True)
class Token:
    """What Tesseract takes for a word: its text, how sure it is (0 … 1), its box in pixels."""

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int


def install_command() -> str:
    """The one command (on Windows: the installer) that installs Tesseract with Korean here."""
    return _INSTALL.get(sys.platform, _INSTALL_DEFAULT)


def find_tesseract() -> str:
    """The path of the program; raises MissingExtra where it or the Korean data is missing."""
    program = shutil.which("tesseract") or shutil.which("tesseract", path=_WINDOWS_FOLDER)
    if program is None:
        raise MissingExtra(needs="Tesseract", command=install_command())
    missing = [language for language in LANGUAGES if language not in _languages(program)]
    if missing:
        needs = f"Tesseract's language data ({', '.join(missing)})"
        raise MissingExtra(needs=needs, command=install_command())
    return os.path.abspath(program)


def can_read_scans() -> bool:
    """Whether Tesseract and its Korean data are installed."""
    try:
        find_tesseract()
    except MissingExtra:
        return False
    return True


def recognise(
    picture: bytes,
    layout: Layout = Layout.ROWS,
    limits: Limits = OCR_LIMITS,
    cancelled: Callable[[], bool] | None = None,
) -> list[list[Token]]:
    """The lines of a picture (PGM, PNG …) in reading order, each with its words.

    `limits.seconds` are of processor time. Raises MissingExtra, Cancelled within a second of
    `cancelled()` turning true, LimitExceeded and BrokenFile; whatever happens the process is gone
    afterwards.
    """
    program = find_tesseract()
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder, "page")
        image.write_bytes(picture)
        options = ["-l", "+".join(LANGUAGES), "--psm", layout, "tsv"]
        command = [program, str(image), "stdout", *options]
        return _lines(_output(command, Path(folder, "words"), limits, cancelled))


def _output(
    command: list[str], output: Path, limits: Limits, cancelled: Callable[[], bool] | None
) -> str:
    """What the command says on standard output, within the limits."""
    allowed = limits.characters * _BYTES_PER_CHARACTER
    deadline = time.monotonic() + limits.seconds * _WALL
    with output.open("w+b") as said:
        child = _start(command, said.fileno(), limits, allowed)
        try:
            while child.poll() is None:
                if cancelled is not None and cancelled():
                    raise Cancelled
                if time.monotonic() > deadline:
                    raise _beyond("seconds", limits.seconds)
                if os.fstat(said.fileno()).st_size > allowed:
                    raise _beyond("characters", limits.characters)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(_POLL_SECONDS)
        finally:
            child.kill()
            child.wait()
        if child.returncode != 0:
            raise _failure(child.returncode, limits)
        said.seek(0)
        return said.read(allowed).decode("utf-8", "replace")


def _start(
    command: list[str], output: int, limits: Limits, allowed: int
) -> subprocess.Popen[bytes]:
    keep = ("SYSTEMROOT", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    else:
        memory, seconds = limits.memory_mb * 1024**2, math.ceil(limits.seconds)
        bounds = [str(most) for most in (memory, seconds, allowed)]
        command = [sys.executable, "-I", "-S", "-c", _LIMITED, *bounds, *command]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env={**environment, "OMP_THREAD_LIMIT": "1"},
        cwd=os.path.abspath(os.sep),
        close_fds=True,
        creationflags=flags,
    )


def _failure(status: int, limits: Limits) -> BadUpload:
    """Why it ended: by signal 24 or 25 a limit was reached, by 6 or 9 memory ran out."""
    if status == -24:
        return _beyond("seconds", limits.seconds)
    if status == -25:
        return _beyond("characters", limits.characters)
    if status in (-6, -9):
        return _beyond("memory", f"{limits.memory_mb} MB")
    return BrokenFile(name=_NAME)


def _beyond(limit: str, allowed: object) -> LimitExceeded:
    return LimitExceeded(name=_NAME, limit=limit, allowed=allowed, found="more")


def _lines(table: str) -> list[list[Token]]:
    """The words of Tesseract's table (TSV) by line; rows that are no words are passed over."""
    lines: dict[tuple[str, ...], list[Token]] = {}
    for row in table.split("\n"):
        cells = row.split("\t")
        if cells[0] != _WORD or len(cells) != 12 or not cells[11].strip():
            continue
        try:
            left, top, width, height = map(int, cells[6:10])
            confidence = float(cells[10]) / 100
        except ValueError:
            continue
        token = Token(
            cells[11].strip(),
            min(1.0, max(0.0, confidence)),
            left,
            top,
            left + width,
            top + height,
        )
        lines.setdefault(tuple(cells[1:5]), []).append(token)
    return list(lines.values())


@lru_cache(maxsize=4)
def _languages(program: str) -> frozenset[str]:
    """The languages that this Tesseract can read."""
    try:
        told = subprocess.run(
            [program, "--list-langs"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise MissingExtra(needs="Tesseract", command=install_command()) from None
    return frozenset(told.stdout.decode("utf-8", "replace").split())
