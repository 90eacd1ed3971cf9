"""PDFium: bytes → lines with boxes → pages. Runs inside the child process only.

One call fetches the text of a page, a few per line its box: asking for each character would
cost more than PDFium itself.
"""

from __future__ import annotations

import ctypes
import re
from array import array
from collections.abc import Iterator
from typing import Any

import pypdfium2_raw.bindings as pdfium

from rag_core.parsing.child import Frame, Refused
from rag_core.parsing.layout import Line, clean, compose

_ENDS = re.compile("\r\n|\r|\n|\ufffe")  # U+FFFE: PDFium's mark for a hyphen at a line's end
_PASSWORD_ERROR = 4


class Document:
    """An open PDF. `data` must live as long as it does."""

    def __init__(self, data: bytearray, password: str | None) -> None:
        pdfium.FPDF_InitLibrary()
        self._bytes = (ctypes.c_char * len(data)).from_buffer(data) if data else b""
        secret = password.encode("utf-8", "replace") if password is not None else None
        self.handle = pdfium.FPDF_LoadMemDocument64(self._bytes, len(data), secret)
        if not self.handle:
            needs_password = pdfium.FPDF_GetLastError() == _PASSWORD_ERROR
            raise Refused("password" if needs_password else "broken")
        self.pages: int = pdfium.FPDF_GetPageCount(self.handle)

    def label(self, index: int) -> str:
        """The page number as printed, or "" where the file names none."""
        size = pdfium.FPDF_GetPageLabel(self.handle, index, None, 0)
        return self._string(pdfium.FPDF_GetPageLabel, size, index)

    def title(self) -> str:
        size = pdfium.FPDF_GetMetaText(self.handle, b"Title", None, 0)
        return self._string(pdfium.FPDF_GetMetaText, size, b"Title")

    def _string(self, call: Any, size: int, argument: object) -> str:
        if not 2 < size < 10_000:
            return ""
        buffer = ctypes.create_string_buffer(size)
        call(self.handle, argument, buffer, size)
        return clean(buffer.raw[: size - 2].decode("utf-16-le", "replace"), 0)[0]


class PdfPage:
    """An open page with its text. Close it before the next one is opened."""

    def __init__(self, document: Document, index: int) -> None:
        self.handle = pdfium.FPDF_LoadPage(document.handle, index)
        if not self.handle:
            raise Refused("broken_page")
        self.text = pdfium.FPDFText_LoadPage(self.handle)
        if not self.text:
            self.close()
            raise Refused("broken_page")
        self.width: float = pdfium.FPDF_GetPageWidthF(self.handle)
        self.height: float = pdfium.FPDF_GetPageHeightF(self.handle)

    def close(self) -> None:
        if self.text:
            pdfium.FPDFText_ClosePage(self.text)
        pdfium.FPDF_ClosePage(self.handle)

    def characters(self) -> str:
        """The raw text; its n-th character is PDFium's n-th character."""
        count = pdfium.FPDFText_CountChars(self.text)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(self.text, 0, count, buffer)
        units = bytes(buffer)[: max(0, written - 1) * 2]
        text = units.decode("utf-16-le", "surrogatepass")
        if len(text) * 2 != len(units):  # pairs were joined: go back to one unit, one character
            text = "".join(map(chr, array("H", units)))
        return text

    def lines(self) -> list[Line]:
        """The lines in the order of the file, with boxes as seen (rotation applied)."""
        raw = self.characters()
        see = self._as_seen()
        lines, start = [], 0
        for end in [*_ENDS.finditer(raw), None]:
            stop = end.start() if end else len(raw)
            part = raw[start:stop]
            text, first, places = clean(part, start)
            if text:
                last = places[-1] if places else first + len(text) - 1
                box = self._box(first, last, see)
                if box:
                    line = Line(text, first, *box, spaced=part[-1:].isspace(), map=places)
                    line.hyphened = end is not None and end.group() == "\ufffe"
                    lines.append(line)
            start = end.end() if end else stop
        return lines

    def _box(self, first: int, last: int, see: Any) -> tuple[float, float, float, float] | None:
        a, b = pdfium.FS_RECTF(), pdfium.FS_RECTF()
        if not pdfium.FPDFText_GetLooseCharBox(self.text, first, a):
            return None
        if not pdfium.FPDFText_GetLooseCharBox(self.text, last, b):
            return None
        left, right = min(a.left, b.left), max(a.right, b.right)
        low, high = min(a.bottom, b.bottom), max(a.top, b.top)
        return see(left, low, right, high)

    def _as_seen(self) -> Any:
        """A function from a box of the page's own space to one as seen, y downwards."""
        origin = self._point(0, 0)
        along_x, along_y = self._point(1000, 0), self._point(0, 1000)
        xx, xy = ((along_x[i] - origin[i]) / 1000 for i in (0, 1))
        yx, yy = ((along_y[i] - origin[i]) / 1000 for i in (0, 1))

        def see(left: float, low: float, right: float, high: float) -> Any:
            x1 = origin[0] + left * xx + low * yx
            y1 = origin[1] + left * xy + low * yy
            x2 = origin[0] + right * xx + high * yx
            y2 = origin[1] + right * xy + high * yy
            return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

        return see

    def _point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page's own space is seen, in points."""
        fine = 100  # PDFium answers in whole pixels
        at_x, at_y = ctypes.c_int(), ctypes.c_int()
        size = (max(1, round(self.width * fine)), max(1, round(self.height * fine)))
        pdfium.FPDF_PageToDevice(self.handle, 0, 0, *size, 0, x, y, at_x, at_y)
        return at_x.value / fine, at_y.value / fine


def read_pdf(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "pdf": progress while reading, then the title and every page."""
    document = Document(data, request.get("password"))
    if document.pages > request["pages"]:
        raise Refused("limit", limit="pages", found=document.pages)
    read: list[list[Line] | None] = []
    characters = 0
    for index in range(document.pages):
        lines = _lines_of(document, index)
        read.append(lines)
        characters += sum(len(line.text) for line in lines or ())
        if characters > request["characters"]:
            raise Refused("limit", limit="characters", found=characters)
        yield {"page": index + 1, "of": document.pages}
    yield {"title": document.title()}
    for index, lines in enumerate(read):
        label = document.label(index) or str(index + 1)
        if lines is None:
            yield {"number": index + 1, "label": label, "failed": True}
            continue
        page = compose(lines)
        yield {
            "number": index + 1,
            "label": label,
            "text": page.text,
            "headings": page.headings,
        }


def _lines_of(document: Document, index: int) -> list[Line] | None:
    """The lines of one page, None when PDFium cannot open it."""
    try:
        page = PdfPage(document, index)
    except Refused:
        return None
    lines = page.lines()
    page.close()
    return lines
