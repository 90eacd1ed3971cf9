"""Bytes → pages, and pages → pictures. The face of this package; nothing else is for outside.

Every file is read, and every picture drawn, in a fresh child process with limits: PDFium and
pypdf can be brought down, or to take gigabytes, by a few kilobytes. The first home of their
libraries is here, and their errors end here.
"""

from __future__ import annotations

from rag_core.parsing.formats import FORMATS
from rag_core.parsing.limits import MAX_MARKS, Limits
from rag_core.parsing.ocr import read_scanned
from rag_core.parsing.plausible import is_doubtful, plausibility, rare_syllables, suspicion
from rag_core.parsing.read import check_size, parse, unpack
from rag_core.parsing.render import PagePicture, render, scans
from rag_core.parsing.tesseract import can_read_scans, find_tesseract, install_command

__all__ = [
    "FORMATS",
    "MAX_MARKS",
    "Limits",
    "PagePicture",
    "can_read_scans",
    "check_size",
    "find_tesseract",
    "install_command",
    "is_doubtful",
    "parse",
    "plausibility",
    "rare_syllables",
    "read_scanned",
    "render",
    "scans",
    "suspicion",
    "unpack",
]
