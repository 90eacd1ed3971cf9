"""The one table of limits of reading, and of pictures of pages. Each is named in its message."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Each is checked before the work where that is possible.

    512 MB of address space cost none of 2,247 public PDFs anything; 60 s is what a bomb may hold
    a reader for. `memory_mb` and the seconds of processor time are enforced by the system on
    Linux; elsewhere by a watcher (see supervisor.py). `files` are those in a zip, `unpacked` the
    bytes of all that is in one, also where the zip is a document (.docx, .hwpx …).
    """

    bytes: int = 50 * MEGABYTE
    pages: int = 3000
    characters: int = 10_000_000
    seconds: float = 60
    memory_mb: int = 512
    files: int = 200
    unpacked: int = 200 * MEGABYTE


DEFAULT_LIMITS = Limits()
PICTURE_LIMITS = Limits(seconds=20)

MAX_PICTURE_PIXELS = 8_000_000  # an A4 page at 250 dpi has 6 million
MAX_PICTURE_SIDE = 8_000
MAX_QUOTES = 50  # marked on one picture
MAX_MARKS = 500  # of one term that is looked for

SCAN_DPI = 300  # finds .84-.89 of the words of a page where 200 dpi find .45-.80
MAX_SCAN_PIXELS = 20_000_000  # an A3 page at 300 dpi has 17 million
OCR_LIMITS = Limits(seconds=120, memory_mb=1024, characters=100_000)  # of one page
