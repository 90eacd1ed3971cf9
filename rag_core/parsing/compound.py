"""OLE files: Hangul documents, which are read, and old Office files, which are not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import olefile

from rag_core.parsing.damage import damage
from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.hwp import read_hwp

_NEWER = {
    "WordDocument": ".docx",
    "PowerPoint Document": ".pptx",
    "Workbook": ".xlsx",
    "Book": ".xlsx",
}
_LOCKED = "EncryptedPackage"  # a document of Office under a password
_SIGNATURE = b"HWP Document File"


def read_compound(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "compound": the pages of a Hangul document, whatever its name says."""
    with damage():
        yield from _read(olefile.OleFileIO(io.BytesIO(data)), request)


def _read(container: olefile.OleFileIO, request: Frame) -> Iterator[Frame]:
    if container.exists(_LOCKED):
        raise Refused("protected")
    for stream, better in _NEWER.items():
        if container.exists(stream):
            raise Refused("old", better=better)
    is_hangul = (
        container.exists("FileHeader")
        and container.openstream("FileHeader").read(len(_SIGNATURE)) == _SIGNATURE
    )
    if not is_hangul:
        raise Refused("broken" if request["suffix"] in (".hwp", ".hwpx") else "unsupported")
    yield from read_hwp(container, request)
