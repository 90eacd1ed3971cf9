"""Which files can be read, by what their name ends in and how their bytes begin."""

from __future__ import annotations

from rag_core.errors import BrokenFile, UnsupportedFormat
from rag_core.types import Upload

FORMATS: tuple[str, ...] = (".pdf", ".txt", ".md", ".csv", ".html", ".htm")

_PDF_HEADER_WITHIN = 1024  # where readers look for it (PDF 1.7, appendix H, note 13)


def recognise(upload: Upload) -> str:
    """The suffix that says how to read it.

    Raises UnsupportedFormat for a kind we do not read, BrokenFile when the bytes are not what
    the name says. A PDF is recognised whatever its name.
    """
    if b"%PDF-" in upload.data[:_PDF_HEADER_WITHIN]:
        return ".pdf"
    dot = upload.name.rfind(".")
    suffix = upload.name[dot:].lower().strip() if dot >= 0 else ""
    if suffix not in FORMATS:
        raise UnsupportedFormat(name=upload.name, formats=", ".join(FORMATS))
    if suffix == ".pdf" or b"\0\0\0\0" in upload.data[:4096]:
        raise BrokenFile(name=upload.name)
    return suffix
