"""Broken, hostile and odd PDFs, each made by a function: a few bytes of recipe, no kept file."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from pypdf import PdfReader, PdfWriter


def pdf(objects: dict[int, bytes], root: int = 1, head: bytes = b"%PDF-1.7\n") -> bytes:
    """A file of numbered objects with a right cross-reference table."""
    out, offsets = bytearray(head), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        state = b"n" if number in offsets else b"f"
        out += b"%010d 00000 %s \n" % (offsets.get(number, 0), state)
    out += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start)
    return bytes(out)


def stream(body: bytes, extra: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (extra, len(body), body)


def _deflated(unit: bytes, size: int) -> bytes:
    """`unit` over and over to `size` bytes, compressed without ever holding it."""
    packer, block = zlib.compressobj(9), unit * (1_000_000 // len(unit))
    parts = [packer.compress(block) for _ in range(size // len(block))]
    return b"".join([*parts, packer.flush()])


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def one_page(content: bytes, box: bytes = b"0 0 612 792", page_extra: bytes = b"") -> bytes:
    """A page whose content stream object (number 4) is given whole."""
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s"
            b"/Resources<</Font<</F 5 0 R>>>>>>" % (box, page_extra),
            4: content,
            5: FONT,
        }
    )


def text_page(text: str = "Hello reader", **more: bytes) -> bytes:
    return one_page(stream(b"BT /F 12 Tf 72 700 Td (%s) Tj ET" % text.encode()), **more)


def pages(texts: list[str], labels: bytes = b"") -> bytes:
    """One page for each text; a newline in it starts a new line. `labels`: a /PageLabels tree."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R%s>>" % labels, 3: FONT}
    kids = []
    for index, text in enumerate(texts):
        number = 10 + 2 * index
        kids.append(b"%d 0 R" % number)
        lines = b" T* ".join(b"(%s) Tj" % line.encode("latin-1") for line in text.split("\n"))
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % (number + 1)
        )
        objects[number + 1] = stream(b"BT /F 12 Tf 14 TL 72 740 Td %s ET" % lines)
    objects[2] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(texts))
    return pdf(objects)


# --- bombs ---------------------------------------------------------------------------------------


@cache
def flate_double() -> bytes:
    """1 GB of text operators, deflated twice: a few kilobytes that abort PDFium."""
    once = _deflated(b"BT (A) Tj ET ", 1_000_000_000)
    return one_page(stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def flate_70mb() -> bytes:
    return one_page(stream(_deflated(b"BT (A) Tj ET ", 70_000_000), b"/Filter/FlateDecode"))


def xobject_laughs(levels: int = 9, wide: int = 10) -> bytes:
    """Forms that draw ten forms that draw ten forms …"""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</XObject<</X 10 0 R>>>>>>",
        4: stream(b"/X Do"),
        5: FONT,
    }
    for level in range(levels):
        inner = b"/Resources<</XObject<</X %d 0 R>>>>" % (11 + level)
        form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]"
        objects[10 + level] = stream(b"/X Do " * wide, form + inner)
    last = b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]/Resources<</Font<</F 5 0 R>>>>"
    objects[10 + levels] = stream(b"BT /F 12 Tf 9 9 Td (ha) Tj ET", last)
    return pdf(objects)


def pages_shared(count: int = 1000, size: int = 5_000_000) -> bytes:
    """Many pages that share one big content stream: each is cheap, all together are not."""
    shared = _deflated(b"BT /F 12 Tf 72 700 Td (word) Tj ET ", size)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        4: stream(shared, b"/Filter/FlateDecode"),
        5: FONT,
    }
    kids = b" ".join(b"%d 0 R" % (10 + index) for index in range(count))
    objects[2] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    for index in range(count):
        objects[10 + index] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</Font<</F 5 0 R>>>>>>"
        )
    return pdf(objects)


def page_fanout(levels: int = 6, wide: int = 10) -> bytes:
    """A page tree that names one page a million times."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for level in range(levels):
        kids = b"%d 0 R " % (3 + level) * wide
        objects[2 + level] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, wide ** (levels - level))
    objects[2 + levels] = b"<</Type/Page/MediaBox[0 0 612 792]>>"
    return pdf(objects)


def many_pages(count: int = 10_000) -> bytes:
    return pages(["p"] * count)


# --- broken --------------------------------------------------------------------------------------


def count_lie() -> bytes:
    return text_page().replace(b"/Count 1", b"/Count 9")


def pagetree_cycle() -> bytes:
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"})


def pagetree_deep(depth: int = 5_000) -> bytes:
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for level in range(depth):
        objects[2 + level] = b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (3 + level)
    objects[2 + depth] = b"<</Type/Page/MediaBox[0 0 612 792]>>"
    return pdf(objects)


def nest_array(depth: int = 100_000) -> bytes:
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/X %s%s>>" % (b"[" * depth, b"]" * depth),
            2: b"<</Type/Pages/Kids[]/Count 0>>",
        }
    )


def truncated(share: float) -> bytes:
    whole = pages(["one two three", "four five six", "seven"])
    return whole[: int(len(whole) * share)]


def nulls() -> bytes:
    return b"\0" * 1_000_000


def header_only() -> bytes:
    return b"%PDF-1.7\n"


def png_named_pdf() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"\0" * 200


def html_named_pdf() -> bytes:
    return b"<!doctype html><title>403</title><p>Forbidden</p>"


def zip_named_pdf() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a.txt", "hello")
    return packed.getvalue()


# --- odd but fine --------------------------------------------------------------------------------


def encrypted(password: str, algorithm: str = "AES-256", owner_only: bool = False) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(text_page("Secret minutes"))))
    user = "" if owner_only else password
    writer.encrypt(user, owner_password=password, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def huge_mediabox() -> bytes:
    return text_page("Small text on a huge page", box=b"0 0 20000000 20000000")


def junk_before_header() -> bytes:
    return b"x" * 600 + text_page("Found after junk")


def rotated(turn: int) -> bytes:
    return text_page("Turned around", page_extra=b"/Rotate %d" % turn)


def without_text() -> bytes:
    return one_page(stream(b"0 0 100 100 re f"))


BROKEN: dict[str, Callable[[], bytes]] = {
    "zero bytes": bytes,
    "nulls": nulls,
    "header only": header_only,
    "png": png_named_pdf,
    "html": html_named_pdf,
    "pagetree_cycle": pagetree_cycle,
    "nest_array": nest_array,
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "flate_double": flate_double,
    "flate_70mb": flate_70mb,
    "xobject_laughs": xobject_laughs,
    "page_fanout": page_fanout,
    "many_pages": many_pages,
}
