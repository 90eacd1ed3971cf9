"""More bombs: what unpacks, repeats or claims far more than it holds. Each small, made here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from tests.faults.pdfs import FONT, many_pages, one_page, pdf, stream

_SIDE = 60_000


def lzw() -> bytes:
    """800 MB of zeros by LZW, whose codes grow by one byte each, deflated once more."""
    bits, size, codes = [], 9, 258
    for code in [256, 0, *range(258, 4094)]:  # each names the entry that is being made
        bits.append(f"{code:0{size}b}")
        codes += code not in (256, 0)
        size = 9 + sum(codes >= limit - 1 for limit in (512, 1024, 2048))
    block = "".join(bits)
    block += "0" * (-len(block) % 8)  # a clear code begins the next block
    packed = int(block, 2).to_bytes(len(block) // 8, "big") * 100
    return one_page(stream(zlib.compress(packed, 9), b"/Filter[/FlateDecode/LZWDecode]"))


def run_length() -> bytes:
    """130 MB by run lengths, deflated once more."""
    packed = zlib.compress(b"\x81A" * 1_000_000, 9)
    return one_page(stream(packed, b"/Filter[/FlateDecode/RunLengthDecode]"))


def image(packed: bytes, filters: bytes, side: int = _SIDE, more: bytes = b"") -> bytes:
    """A page with one image that is said to be enormous."""
    size = b"/Width %d/Height %d" % (side, side)
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</XObject<</I 5 0 R>>>>>>",
            4: stream(b"600 0 0 700 0 0 cm /I Do"),
            5: stream(packed, b"/Type/XObject/Subtype/Image%s%s/Filter%s" % (size, more, filters)),
        }
    )


def image_flate() -> bytes:
    """30,000 x 30,000 pixels of three bytes: 2.7 GB, in blocks that unpack a thousandfold twice."""
    packer = zlib.compressobj(9)
    first, block = (
        packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    once = first + block * 2_699 + packer.flush()
    colours = b"/ColorSpace/DeviceRGB/BitsPerComponent 8"
    return image(zlib.compress(once, 9), b"[/FlateDecode/FlateDecode]", 30_000, colours)


def image_jpx() -> bytes:
    """A JPEG 2000 code stream that says 60,000 x 60,000 pixels and ends at once."""
    sides = struct.pack(">8I", _SIDE, _SIDE, 0, 0, _SIDE, _SIDE, 0, 0)
    sizes = (
        b"\xff\x51" + struct.pack(">HH", 47, 0) + sides + struct.pack(">H", 3) + b"\x07\x01\x01" * 3
    )
    coding = b"\xff\x52" + struct.pack(">HBBHBBBBBB", 12, 0, 0, 1, 0, 5, 4, 4, 0, 1)
    quantities = b"\xff\x5c" + struct.pack(">HB", 19, 0x40) + b"\x40" * 16
    tile = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 14, 0, 1) + b"\xff\x93"
    return image(b"\xff\x4f" + sizes + coding + quantities + tile + b"\xff\xd9", b"/JPXDecode")


def image_jbig2() -> bytes:
    """A JBIG2 page of 60,000 x 60,000 pixels with one region of that size and a few bytes in it."""
    page = struct.pack(">IIIIBH", _SIDE, _SIDE, 0, 0, 0, 0)
    region = (
        struct.pack(">IIIIB", _SIDE, _SIDE, 0, 0, 0)
        + b"\x00\x03\xff\xfd\xff\x02\xfe\xfe\xfe"
        + bytes(40)
    )
    packed = b"".join(
        struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body
        for number, (kind, body) in enumerate(((48, page), (38, region)))
    )
    return image(packed, b"/JBIG2Decode", more=b"/ColorSpace/DeviceGray/BitsPerComponent 1")


def to_unicode(letters: int = 400_000, each: int = 250) -> bytes:
    """A font that maps a letter to 250 others, and a page of 400,000 such letters."""
    long = b"0041" * each
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> "
        b"endcodespacerange 1 beginbfchar <41> <%s> endbfchar endcmap end" % long
    )
    content = b"BT /F 1 Tf %s ET" % (b"(%s) Tj " % (b"A" * 1000) * (letters // 1000))
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</Font<</F 5 0 R>>>>>>",
            4: stream(zlib.compress(content, 9), b"/Filter/FlateDecode"),
            5: FONT.replace(b">>", b"/ToUnicode 6 0 R>>"),
            6: stream(cmap),
        }
    )


def outline(count: int = 60_000) -> bytes:
    """Bookmarks within bookmarks, the last of which leads back to the first."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        4: stream(b"BT /F 12 Tf 72 700 Td (Under its outline) Tj ET"),
        5: FONT,
        6: b"<</Type/Outlines/First 10 0 R/Last 10 0 R/Count %d>>" % count,
    }
    for number in range(10, 10 + count):
        below = number + 1 if number < 9 + count else 10
        objects[number] = b"<</Title(Part)/Parent 6 0 R/First %d 0 R/Next %d 0 R>>" % (below, below)
    return pdf(objects)


def kids_repeat(count: int = 200_000) -> bytes:
    """A page tree that lists one page 200,000 times."""
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * count, count),
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
        }
    )


def object_streams(count: int = 2_000) -> bytes:
    """An object stream of zeros that says it holds ten million objects, and a table of as many."""
    head = b"%PDF-1.5\n"
    packed = zlib.compress(b"0 " * 50_000_000, 9)
    body = b"4 0 obj\n%s\nendobj\n" % stream(
        packed, b"/Type/ObjStm/N 10000000/First 10/Filter/FlateDecode"
    )
    rows = b"".join(struct.pack(">BIH", 2, 4, at & 0xFFFF) for at in range(count))
    table = b"/Type/XRef/Size 2147483647/W[1 4 2]/Index[1 %d]/Root 1 0 R" % count
    start = len(head) + len(body)
    xref = b"9 0 obj\n%s\nendobj\n" % stream(rows, table)
    return head + body + xref + b"startxref\n%d\n%%%%EOF\n" % start


BOMBS: dict[str, Callable[[], bytes]] = {
    "lzw": lzw,
    "run_length": run_length,
    "image_flate": image_flate,
    "image_jpx": image_jpx,
    "image_jbig2": image_jbig2,
    "to_unicode": to_unicode,
    "outline": outline,
    "kids_repeat": kids_repeat,
    "object_streams": object_streams,
    "pages_100k": lambda: many_pages(100_000),
}
