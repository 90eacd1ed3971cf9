"""A page as a picture, with the lines of quotes painted. Inside the child process only.

A quote is looked for in the same mended text that was indexed; its characters lead back to
PDFium's own, and those to boxes. A quote that is not found is not painted. Of a page that was read
from its picture the boxes are known already and come with the request.
"""

from __future__ import annotations

import base64
import ctypes
import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest

import pypdfium2_raw.bindings as pdfium

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.limits import MAX_MARKS
from rag_core.parsing.mending import PageText, compose
from rag_core.parsing.pdf import Document, PdfPage
from rag_core.text import find_quotes

Box = tuple[int, int, int, int]
Span = tuple[int, int]

# A yellow highlighter: what it passes over keeps its red and loses some green and most blue, so
# black letters stay black.
_MARKED_GREEN = bytes(level * 225 // 255 for level in range(256))
_MARKED_BLUE = bytes(level * 90 // 255 for level in range(256))
_WHITE = 0xFFFFFFFF
_MOST_OF_A_PAGE = 0.8
_MOST_OBJECTS = 2000


def paint(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "picture": one frame with the PNG and the boxes as fractions of its sides.

    With "turn" in the request: the bare pixels for OCR instead, turned by so many quarters. With
    "pages": which of these are scans, see `_is_scan`.
    """
    document = Document(data, request.get("password"))
    if "pages" in request:
        yield {"scans": [number for number in request["pages"] if _is_scan(document, number)]}
        return
    index = request["page"] - 1
    if not 0 <= index < document.pages:
        raise Refused("no_page", pages=document.pages)
    page = PdfPage(document, index)
    width, height = _pixels(page, request)
    if "turn" in request:
        yield _grey(page, width, height, request["turn"])
        return
    if (known := request.get("boxes")) is not None:
        boxes, found = [_in_pixels(box, width, height) for box in known], bool(known)
    else:
        boxes, found = _marks(page, request, width, height)
    yield {
        "png": base64.b64encode(_png(page, width, height, boxes)).decode(),
        "width": width,
        "height": height,
        "boxes": [(a / width, b / height, c / width, d / height) for a, b, c, d in boxes],
        "marked": found,
    }


def _pixels(page: PdfPage, request: Frame) -> tuple[int, int]:
    """The size of the picture: as asked, or smaller where the page is enormous."""
    scale = request["scale"]
    width, height = max(1.0, page.width * scale), max(1.0, page.height * scale)
    shrink = min(
        1.0,
        math.sqrt(request["pixels"] / (width * height)),
        request["side"] / width,
        request["side"] / height,
    )
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def _is_scan(document: Document, number: int) -> bool:
    """Whether a page is one picture with text that somebody's OCR has laid over it unseen."""
    page = pdfium.FPDF_LoadPage(document.handle, number - 1)  # without its text, which takes long
    if not page:
        return False
    area = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page)
    objects = list(_objects(page))
    is_scan = _is_covered(objects, _MOST_OF_A_PAGE * area) and _is_unseen(objects)
    pdfium.FPDF_ClosePage(page)
    return is_scan


def _is_covered(objects: Sequence[tuple[object, int]], least: float) -> bool:
    """Whether one of the pictures on a page is larger than this, in square points."""
    sides = [ctypes.c_float() for _ in range(4)]
    for item, kind in objects:
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE and pdfium.FPDFPageObj_GetBounds(item, *sides):
            left, low, right, high = (side.value for side in sides)
            if (right - left) * (high - low) > least:
                return True
    return False


def _is_unseen(objects: Sequence[tuple[object, int]]) -> bool:
    """Whether most of the text on a page is drawn without ink."""
    unseen = [
        pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
        for item, kind in objects
        if kind == pdfium.FPDF_PAGEOBJ_TEXT
    ]
    return sum(unseen) > len(unseen) / 2


def _objects(page: object) -> Iterator[tuple[object, int]]:
    """What a page is drawn of, and what its forms are, each with its kind; not endlessly many."""
    kind_of = pdfium.FPDFPageObj_GetType
    for place in range(min(_MOST_OBJECTS, pdfium.FPDFPage_CountObjects(page))):
        item = pdfium.FPDFPage_GetObject(page, place)
        kind = kind_of(item)
        yield item, kind
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            for inner in range(min(_MOST_OBJECTS, pdfium.FPDFFormObj_CountObjects(item))):
                part = pdfium.FPDFFormObj_GetObject(item, inner)
                yield part, kind_of(part)


def _grey(page: PdfPage, width: int, height: int, turn: int) -> Frame:
    """The page in shades of grey, a byte a pixel, row by row, turned clockwise."""
    if turn % 2:
        width, height = height, width
    stride, pixels = _drawn(page, width, height, pdfium.FPDFBitmap_Gray, turn)
    if stride != width:
        pixels = b"".join(pixels[y * stride : y * stride + width] for y in range(height))
    return {"grey": base64.b64encode(pixels).decode(), "width": width, "height": height}


def _in_pixels(box: list[float], width: int, height: int) -> Box:
    """A box in fractions of the page as one in pixels, a little larger."""
    left, top, right, bottom = box
    return (
        max(0, math.floor(left * width) - 1),
        max(0, math.floor(top * height) - 1),
        min(width, math.ceil(right * width) + 1),
        min(height, math.ceil(bottom * height) + 1),
    )


def _marks(page: PdfPage, request: Frame, width: int, height: int) -> tuple[list[Box], bool]:
    """Boxes for every line that the quotes touch, in pixels, and whether all were found.

    A quote is marked where it stands once, first or for the nth time; a term wherever it stands.
    """
    quotes, nth, terms = request["quotes"], request["nth"], request["terms"]
    if not quotes and not terms:
        return [], False
    lines = page.lines()
    # As it was indexed; and in the file's own order, for what a running header displaced here.
    texts = compose(lines), compose(lines, ordered=True)
    marks, found = [], 0
    once = [(quote, n, n + 1) for quote, n in zip_longest(quotes, nth, fillvalue=0)]
    for wanted, first, end in [*once, *((term, 0, MAX_MARKS) for term in terms)]:
        places = [list(islice(find_quotes(wanted, text.text), first, end)) for text in texts]
        boxes = _boxes(page, texts, places, width, height)
        marks += boxes
        found += bool(boxes)
    return marks, found == len(quotes) + len(terms)


def _boxes(
    page: PdfPage, texts: tuple[PageText, ...], places: list[list[Span]], width: int, height: int
) -> list[Box]:
    """Boxes of the places in the first of the texts that has any."""
    for text, spans in zip(texts, places, strict=True):
        if spans:
            raws = (raw for span in spans for raw in text.raw_spans(*span))
            lines = (_union(page, *raw, width, height) for raw in raws)
            return [line for line in lines if line is not None]
    return []


def _union(page: PdfPage, first: int, end: int, width: int, height: int) -> Box | None:
    """The box around raw characters [first, end) of one line."""
    corners: list[tuple[int, int]] = []
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    for index in range(pdfium.FPDFText_CountRects(page.text, first, end - first)):
        pdfium.FPDFText_GetRect(page.text, index, left, top, right, bottom)
        for x, y in ((left.value, top.value), (right.value, bottom.value)):
            corners.append(_device(page, x, y, width, height))
    if not corners:
        return None
    across, down = [x for x, _ in corners], [y for _, y in corners]
    box = (
        max(0, min(across) - 1),
        max(0, min(down) - 1),
        min(width, max(across) + 1),
        min(height, max(down) + 1),
    )
    return box if box[0] < box[2] and box[1] < box[3] else None


def _device(page: PdfPage, x: float, y: float, width: int, height: int) -> tuple[int, int]:
    at_x, at_y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.handle, 0, 0, width, height, 0, x, y, at_x, at_y)
    return at_x.value, at_y.value


def _png(page: PdfPage, width: int, height: int, boxes: list[Box]) -> bytes:
    """Draw the page and the marks; written by hand, which saves loading an image library."""
    stride, pixels = _drawn(page, width, height, pdfium.FPDFBitmap_BGRx)
    rows = bytearray()
    for y in range(height):
        line = pixels[y * stride : y * stride + width * 4]
        row = bytearray(width * 3)
        row[0::3], row[1::3], row[2::3] = line[2::4], line[1::4], line[0::4]
        for left, top, right, bottom in boxes:
            if top <= y < bottom:
                _mark(row, left, right)
        rows += b"\0" + row
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body)
        for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 3)), (b"IEND", b""))
    )


def _drawn(page: PdfPage, width: int, height: int, kind: int, turn: int = 0) -> tuple[int, bytes]:
    """The page on white: (bytes in a row, all rows)."""
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, kind, None, 0)
    if not bitmap:
        raise MemoryError
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
    pdfium.FPDF_RenderPageBitmap(bitmap, page.handle, 0, 0, width, height, turn, pdfium.FPDF_ANNOT)
    stride = pdfium.FPDFBitmap_GetStride(bitmap)
    return stride, ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)


def _mark(row: bytearray, left: int, right: int) -> None:
    """Colour the pixels [left, right) of a row of red, green, blue."""
    green, blue = slice(left * 3 + 1, right * 3, 3), slice(left * 3 + 2, right * 3, 3)
    row[green] = row[green].translate(_MARKED_GREEN)
    row[blue] = row[blue].translate(_MARKED_BLUE)


def _chunk(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)
