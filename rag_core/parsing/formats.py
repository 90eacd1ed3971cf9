"""Which files can be read, by how their bytes begin and what their name ends in.

A PDF, a zip and an OLE file are told by their bytes, whatever their name; which kind of document
a zip or an OLE file is, only the child process finds out, for that means opening it.
"""

from __future__ import annotations

import re

from rag_core.errors import BrokenFile, OldFormat, PackedFile, UnsupportedFormat
from rag_core.types import Upload

FORMATS: tuple[str, ...] = (
    ".pdf",
    ".hwp",
    ".hwpx",
    ".docx",
    ".pptx",
    ".xlsx",
    ".csv",
    ".txt",
    ".md",
    ".html",
    ".htm",
    ".epub",
    ".zip",
)

_TASKS = {".txt": "text", ".md": "text", ".csv": "csv", ".html": "html", ".htm": "html"}
_OLD = {".doc": ".docx", ".rtf": ".docx", ".ppt": ".pptx", ".xls": ".xlsx", ".hml": ".hwpx"}
_ARCHIVES = {".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".alz", ".egg"}
_PDF_HEADER_WITHIN = 1024  # where readers look for it (PDF 1.7, appendix H, note 13)
_ZIP = b"PK\x03\x04", b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF = b"{\\rtf"
_HANGUL_3 = b"HWP Document File V"
_MARKUP = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|table|meta)\b", re.I
)


def recognise(upload: Upload) -> str:
    """The task of the child process that reads it (see child.py).

    Raises UnsupportedFormat, or a kind of it, for what we do not read, BrokenFile when the bytes
    are not what the name says.
    """
    data = upload.data
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return "pdf"
    if data.startswith(_ZIP):
        return "packed"
    if data.startswith(_OLE):
        return "compound"
    if data.startswith((_RTF, _HANGUL_3)):
        better = ".docx" if data.startswith(_RTF) else ".hwpx"
        raise OldFormat(name=upload.name, better=better)
    return _by_name(upload)


def is_zip(upload: Upload) -> bool:
    """Whether it may hold other files: by its bytes, or by its name."""
    return upload.data.startswith(_ZIP) or suffix_of(upload.name) == ".zip"


def suffix_of(name: str) -> str:
    """What a name ends in, from the dot on, in small letters."""
    dot = name.rfind(".")
    return name[dot:].lower().strip() if dot >= 0 else ""


def unsupported(name: str) -> UnsupportedFormat:
    """What to raise for a kind of file that is not read."""
    return UnsupportedFormat(name=name, formats=", ".join(FORMATS))


def _by_name(upload: Upload) -> str:
    """A format without a mark of its own at its beginning."""
    suffix = suffix_of(upload.name)
    if suffix in _OLD and _MARKUP.match(upload.data):
        return "html"  # what many programs of offices save under the name of .xls or .doc
    if suffix in _OLD:
        raise OldFormat(name=upload.name, better=_OLD[suffix])
    if suffix in _ARCHIVES:
        raise PackedFile(name=upload.name)
    if suffix not in FORMATS:
        raise unsupported(upload.name)
    if suffix not in _TASKS or b"\0\0\0\0" in upload.data[:4096]:
        raise BrokenFile(name=upload.name)
    return _TASKS[suffix]
