"""pypdf: the second reader, for files and pages that PDFium refuses. Child process only.

About ten times slower than PDFium and less good at order and spaces, but it repairs other
damage. It keeps limits of its own against bombs; the child's limits stand behind them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, WrongPasswordError

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.lines import clean


def read_pdf_again(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "second_reader": the pages that `request["only"]` names (0 = first), or all."""
    reader = _open(data, request.get("password"))
    count = _guarded(lambda: len(reader.pages))
    if count > request["pages"]:
        raise Refused("limit", limit="pages", found=count)
    wanted = request.get("only") or range(count)
    characters = 0
    for done, index in enumerate(wanted, start=1):
        frame = _page(reader, index)
        characters += len(str(frame.get("text", "")))
        if characters > request["characters"]:
            raise Refused("limit", limit="characters", found=characters)
        yield frame
        yield {"page": done, "of": len(wanted)}


def _open(data: bytearray, password: str | None) -> PdfReader:
    reader = _guarded(lambda: PdfReader(io.BytesIO(data), strict=False))
    if reader.is_encrypted and not _guarded(lambda: reader.decrypt(password or "")):
        raise Refused("password")
    return reader


def _page(reader: PdfReader, index: int) -> Frame:
    frame: Frame = {"number": index + 1, "label": str(index + 1)}
    try:
        text = _guarded(lambda: reader.pages[index].extract_text())
    except Refused as refused:
        if refused.frame["kind"] == "password":
            raise
        return {**frame, "failed": True}
    lines = (clean(line, 0)[0] for line in text.splitlines())
    return {**frame, "text": "\n".join(line for line in lines if line)}


def _guarded(call):  # type: ignore[no-untyped-def]
    """pypdf's result, with every way in which it gives up turned into one of ours."""
    try:
        return call()
    except (FileNotDecryptedError, WrongPasswordError):
        raise Refused("password") from None
    except MemoryError:
        raise
    # On damaged files pypdf raises TypeError, AttributeError, AssertionError, KeyError,
    # RecursionError and more beside its own; all mean the same here.
    except Exception:
        raise Refused("broken") from None
