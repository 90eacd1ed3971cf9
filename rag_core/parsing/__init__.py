"""Bytes → pages, and pages → pictures. The face of this package; nothing else is for outside.

Every file is read, and every picture drawn, in a fresh child process with limits: PDFium and
pypdf can be brought down, or to take gigabytes, by a few kilobytes. The first home of their
libraries is here, and their errors end here.
"""

from __future__ import annotations

from rag_core.parsing.formats import FORMATS
from rag_core.parsing.limits import Limits
from rag_core.parsing.read import check_size, parse
from rag_core.parsing.render import PagePicture, render

__all__ = ["FORMATS", "Limits", "PagePicture", "check_size", "parse", "render"]
