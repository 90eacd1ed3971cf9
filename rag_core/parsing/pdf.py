"""PDFium: bytes → lines with boxes → pages. Runs inside the child process only.

One call fetches the text of a page, a few per line its box: asking for each character would
cost more than PDFium itself.
"""

from __future__ import annotations

import ctypes
import gc
import math
import re
from array import array
from collections.abc import Callable, Iterator

import pypdfium2_raw.bindings as pdfium

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.lines import Box, Line, clean
from rag_core.parsing.mending import compose
from rag_core.parsing.spacing import HANGUL
from rag_core.parsing.survey import Survey, title_of
from rag_core.parsing.vertical import columns, runs_down, spaced

_ENDS = re.compile("\r\n|\r|\n|\ufffe")  # U+FFFE: PDFium's mark for a hyphen at a line's end
_LETTERS = re.compile(r"[^\W\d_]{2}")
_PASSWORD_ERROR = 4
_BOLD = 600
_MOST_BOOKMARKS = 5000

See = Callable[[float, float, float, float], Box]


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

    def outline(self) -> dict[str, int]:
        """Titles of the bookmarks and how deep they stand (1 = highest)."""
        titles: dict[str, int] = {}
        waiting = [(pdfium.FPDFBookmark_GetFirstChild(self.handle, None), 1)]
        for _ in range(_MOST_BOOKMARKS):  # bookmarks may go round in a circle
            if not waiting:
                break
            bookmark, depth = waiting.pop()
            if not bookmark:
                continue
            size = pdfium.FPDFBookmark_GetTitle(bookmark, None, 0)
            if 2 < size < 1000:
                buffer = ctypes.create_string_buffer(size)
                pdfium.FPDFBookmark_GetTitle(bookmark, buffer, size)
                title = clean(buffer.raw[: size - 2].decode("utf-16-le", "replace"), 0)[0]
                titles.setdefault(title, min(depth, 6))
            waiting.append((pdfium.FPDFBookmark_GetNextSibling(self.handle, bookmark), depth))
            waiting.append((pdfium.FPDFBookmark_GetFirstChild(self.handle, bookmark), depth + 1))
        return titles

    def _string(self, call: Callable[..., object], size: int, argument: object) -> str:
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
        self._first, self._last = pdfium.FS_RECTF(), pdfium.FS_RECTF()  # made once: it is quicker
        self._matrix = pdfium.FS_MATRIX()
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
                line = Line(text, first, places)
                line.spaced = part[-1].isspace()
                line.hyphened = part[-1] == "\u00ad" or (end is not None and end[0] == "\ufffe")
                lines += self._placed(line, see)
            start = end.end() if end else stop
        return lines

    def _placed(self, line: Line, see: See) -> list[Line]:
        """The line with its box and its letters' size: none if it is drawn nowhere, several if it
        runs down more than one column."""
        first, last = line.raw, line.raw + len(line.text) - 1
        if line.map is not None:
            last = line.map[-1]
        a, b = self._first, self._last
        if not (
            pdfium.FPDFText_GetLooseCharBox(self.text, first, a)
            and pdfium.FPDFText_GetLooseCharBox(self.text, last, b)
        ):
            return []
        start = see(a.left, a.bottom, a.right, a.top)
        end = see(b.left, b.bottom, b.right, b.top)
        level = start[1] == end[1] and start[3] == end[3] and start[0] <= end[0]
        turn = 0 if level else _direction(start, end)
        if turn and self._is_upright(line):
            # Upright letters that do not run to the right: written out of order, or downwards.
            if down := self._downwards(first, last + 1, see):
                return down
            start = end = self._around(first, last + 1, see) or start
            narrow = start[2] - start[0] < 2 * (a.top - a.bottom)
            turn = 90 if narrow and len(line.text) > 2 else 0
        left, top, right, bottom = start
        line.place(
            (min(left, end[0]), min(top, end[1]), max(right, end[2]), max(bottom, end[3])), turn
        )
        self._weigh(line, first, last)
        return [line]

    def _is_upright(self, line: Line) -> bool:
        """Whether its letters stand upright; of text that runs down, Latin words may lie."""
        wide = HANGUL.search(line.text)
        at = line.raw_span(wide.start(), wide.end())[0] if wide else line.raw
        return abs(pdfium.FPDFText_GetCharAngle(self.text, at)) < 0.1

    def _downwards(self, first: int, end: int, see: See) -> list[Line]:
        """The columns of raw characters that run down the page; none if they do not."""
        raw = self.characters()[first:end]
        boxes = []
        for at in range(first, end):
            pdfium.FPDFText_GetLooseCharBox(self.text, at, self._first)
            box = self._first
            boxes.append(see(box.left, box.bottom, box.right, box.top))
        lines = []
        for start, stop in columns(boxes) if runs_down(boxes) else ():
            text, places = spaced(raw[start:stop], boxes[start:stop], first + start)
            cleaned, begin, moved = clean(text, 0)
            if not cleaned:
                continue
            places = [places[at] for at in moved or range(begin, begin + len(cleaned))]
            line = Line(cleaned, places[0], places)
            lefts, tops, rights, bottoms = zip(*boxes[start:stop], strict=True)
            line.place((min(lefts), min(tops), max(rights), max(bottoms)), 90)
            self._weigh(line, places[0], places[-1])
            lines.append(line)
        return lines

    def _around(self, first: int, end: int, see: See) -> Box | None:
        """The box around everything that is drawn of these characters."""
        left, top, right, low = (ctypes.c_double() for _ in range(4))
        boxes = []
        for index in range(min(100, pdfium.FPDFText_CountRects(self.text, first, end - first))):
            pdfium.FPDFText_GetRect(self.text, index, left, top, right, low)
            boxes.append(see(left.value, low.value, right.value, top.value))
        if not boxes:
            return None
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def _weigh(self, line: Line, first: int, last: int) -> None:
        """The size and weight of a line's letters, by one in its middle and those at its ends."""
        letters = _LETTERS.search(line.text, len(line.text) // 2) or _LETTERS.search(line.text)
        at = first
        if letters:
            at = line.raw + letters.start() if line.map is None else line.map[letters.start()]
        matrix = self._matrix
        if pdfium.FPDFText_GetMatrix(self.text, at, matrix):
            scale = math.hypot(matrix.b, matrix.d)
            line.em = pdfium.FPDFText_GetFontSize(self.text, at) * scale or line.height
        weight = pdfium.FPDFText_GetFontWeight
        line.bold = (
            weight(self.text, at) >= _BOLD
            and weight(self.text, first) >= _BOLD
            and weight(self.text, last) >= _BOLD
        )

    def _as_seen(self) -> See:
        """A function from a box of the page's own space to one as seen, y downwards."""
        origin = self._point(0, 0)
        along_x, along_y = self._point(1000, 0), self._point(0, 1000)
        xx, xy = ((along_x[i] - origin[i]) / 1000 for i in (0, 1))
        yx, yy = ((along_y[i] - origin[i]) / 1000 for i in (0, 1))

        x0, y0 = origin
        if xx > 0 > yy and xy == yx == 0:  # not turned: the common case, kept quick

            def see_straight(left: float, low: float, right: float, high: float) -> Box:
                return x0 + left * xx, y0 + high * yy, x0 + right * xx, y0 + low * yy

            return see_straight

        def see(left: float, low: float, right: float, high: float) -> Box:
            x1, y1 = x0 + left * xx + low * yx, y0 + left * xy + low * yy
            x2, y2 = x0 + right * xx + high * yx, y0 + right * xy + high * yy
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
    gc.disable()  # a hundred thousand small objects without a cycle: looking for one costs a tenth
    document = Document(data, request.get("password"))
    if document.pages > request["pages"]:
        raise Refused("limit", limit="pages", found=document.pages)
    read: list[list[Line] | None] = []
    heights: list[float] = []
    characters = 0
    for index in range(document.pages):
        lines, height = _lines_of(document, index)
        read.append(lines)
        heights.append(height)
        characters += sum(len(line.text) for line in lines or ())
        if characters > request["characters"]:
            raise Refused("limit", limit="characters", found=characters)
        yield {"page": index + 1, "of": document.pages}
    survey = Survey([lines or [] for lines in read], heights, document.outline())
    title = title_of(document.title(), read[0] or [] if read else [], survey)
    attached = pdfium.FPDFDoc_GetAttachmentCount(document.handle)
    yield {"title": title, "warnings": [f"attachments:{attached}"] if attached > 0 else []}
    for index, lines in enumerate(read):
        label = document.label(index) or str(index + 1)
        if lines is None:
            yield {"number": index + 1, "label": label, "failed": True}
            continue
        page = compose(lines, survey)
        yield {
            "number": index + 1,
            "label": label,
            "text": page.text,
            "headings": page.headings,
        }


def _lines_of(document: Document, index: int) -> tuple[list[Line] | None, float]:
    """The lines of one page and its height; None when PDFium cannot open it."""
    try:
        page = PdfPage(document, index)
    except Refused:
        return None, 0.0
    lines = page.lines()
    page.close()
    return lines, page.height


def _direction(first: Box, last: Box) -> int:
    """Where writing goes from its first letter to its last, in degrees clockwise."""
    across = last[0] + last[2] - first[0] - first[2]
    down = last[1] + last[3] - first[1] - first[3]
    if abs(across) >= abs(down):
        return 0 if across >= 0 else 180
    return 90 if down > 0 else 270
