"""Small office files made by hand: Hangul documents, books, and hostile ones. No LibreOffice."""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

COMPRESSED, PASSWORD, DISTRIBUTED = 1, 2, 4


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip of these files, packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# --- OLE and .hwp --------------------------------------------------------------------------------

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_ROOT, _STORAGE, _STREAM = 5, 1, 2


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file ([MS-CFB], version 3) of these streams; "folder/name" makes a storage.

    Streams are padded to 4,096 bytes, from which on they stand in ordinary sectors.
    """
    folders = sorted({name.partition("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, int, int, list[int]]] = []  # name, kind, start, size, children
    chain: list[int] = []
    body = b""
    entries.append(("Root Entry", _ROOT, _END, 0, []))
    place = {folder: index for index, folder in enumerate(folders, 1)}
    entries += [(folder, _STORAGE, 0, 0, []) for folder in folders]
    entries[0][4].extend(place.values())
    for path, data in streams.items():
        folder, _, name = path.rpartition("/")
        padded = data.ljust(4096, b"\0")
        padded += bytes(-len(padded) % _SECTOR)
        start, count = len(chain), len(padded) // _SECTOR
        chain += [*range(start + 1, start + count), _END]
        body += padded
        size = max(len(data), 4096)
        entries[place[folder] if folder else 0][4].append(len(entries))
        entries.append((name or path, _STREAM, start, size, []))
    directory = _directory(entries)
    first = len(chain)
    count = len(directory) // _SECTOR
    chain += [*range(first + 1, first + count), _END]
    tables = -(-(len(chain) + 1) // 127)
    table_at = len(chain)
    chain += [_TABLE] * tables
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * _SECTOR, b"\xff")
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, tables, first,
        0, 4096, _END, 0, _END, 0,
    )  # fmt: skip
    places = [*range(table_at, table_at + tables), *[_FREE] * (109 - tables)]
    return head + struct.pack("<109I", *places) + body + directory + table


def _directory(entries: Sequence[tuple[str, int, int, int, list[int]]]) -> bytes:
    right: dict[int, int] = {}
    first: dict[int, int] = {}
    for index, (_, _, _, _, children) in enumerate(entries):
        # A chain to the right, in the order that the format wants: short names first.
        ordered = sorted(children, key=lambda one: (len(entries[one][0]), entries[one][0].upper()))
        first[index] = ordered[0] if ordered else _FREE
        right.update(zip(ordered, [*ordered[1:], _FREE], strict=False))
    data = b""
    for index, (name, kind, start, size, _) in enumerate(entries):
        written = name.encode("utf-16-le")
        data += struct.pack(
            "<64sHBBIII16sIQQIQ",
            written, len(written) + 2, kind, 1, _FREE, right.get(index, _FREE), first[index],
            b"", 0, 0, 0, start, size,
        )  # fmt: skip
    return data + bytes(-len(data) % _SECTOR)


def record(tag: int, level: int, data: bytes) -> bytes:
    """A record of .hwp."""
    if len(data) < 0xFFF:
        return struct.pack("<I", tag | level << 10 | len(data) << 20) + data
    return struct.pack("<II", tag | level << 10 | 0xFFF << 20, len(data)) + data


def paragraph(text: str, level: int = 0) -> bytes:
    """The records of a paragraph; control characters are the caller's business."""
    data = (text + "\r").encode("utf-16-le")
    head = struct.pack("<IIHBBHHHI", len(data) // 2, 0, 0, 0, 0, 1, 0, 1, 0)
    return record(66, level, head) + record(67, level + 1, data)


def hwp(paragraphs: Sequence[bytes], flags: int = COMPRESSED, distributed: bool = False) -> bytes:
    """A .hwp of one section."""
    flags |= DISTRIBUTED if distributed else 0
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    section = _deflated(b"".join(paragraphs))
    streams = {"FileHeader": header.ljust(256, b"\0"), "DocInfo": _deflated(record(16, 0, b""))}
    if distributed:
        return ole({**streams, "ViewText/Section0": _for_distribution(section)})
    return ole({**streams, "BodyText/Section0": section})


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


def _for_distribution(section: bytes, seed: int = 0x1234ABCD) -> bytes:
    """As Hancom describes it: a key (of a password's SHA-1) hidden in 256 bytes that are combined
    with the numbers of Visual C's rand()."""
    key = hashlib.sha1(b"secret").hexdigest().upper().encode("utf-16-le")[:80]
    plain = bytearray(256)
    plain[0:4] = seed.to_bytes(4, "little")
    at = 4 + (seed & 15)
    plain[at : at + len(key)] = key
    state, left, value = seed, 0, 0
    for index in range(256):
        if left == 0:
            state = (state * 214013 + 2531011) % 2**32
            value = (state >> 16) & 0x7FFF & 0xFF
            state = (state * 214013 + 2531011) % 2**32
            left = ((state >> 16) & 0x7FFF & 0x0F) + 1
        if index >= 4:
            plain[index] ^= value
        left -= 1
    encryptor = Cipher(algorithms.AES(key[:16]), modes.ECB()).encryptor()
    section += bytes(-len(section) % 16)
    return record(28, 0, bytes(plain)) + encryptor.update(section)


# --- .hwpx and .epub -----------------------------------------------------------------------------

_P = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph"'


def _hp(text: str, inner: str = "") -> str:
    return f"<hp:p><hp:run><hp:t>{text}</hp:t>{inner}</hp:run></hp:p>"


def _tc(text: str, row: int, column: int, down: int = 1) -> str:
    return (
        f"<hp:tc><hp:subList>{_hp(text)}</hp:subList><hp:cellAddr colAddr='{column}' "
        f"rowAddr='{row}'/><hp:cellSpan colSpan='1' rowSpan='{down}'/></hp:tc>"
    )


_TABLE_OF_HWPX = (
    "<hp:tbl>"
    f"<hp:tr>{_tc('구분', 0, 0)}{_tc('상반기', 0, 1)}{_tc('하반기', 0, 2)}</hp:tr>"
    f"<hp:tr>{_tc('북구', 1, 0, 2)}{_tc('10', 1, 1)}{_tc('12', 1, 2)}</hp:tr>"
    f"<hp:tr>{_tc('11', 2, 1)}{_tc('13', 2, 2)}</hp:tr></hp:tbl>"
)
HWPX = {
    "mimetype": "application/hwp+zip",
    "Contents/section0.xml": (
        f"<hs:sec xmlns:hs='http://www.hancom.co.kr/hwpml/2011/section' {_P}>"
        + _hp("", f"<hp:tbl><hp:tr>{_tc('액자 안의 제목', 0, 0)}</hp:tr></hp:tbl>")
        + _hp("표 앞의 글", _TABLE_OF_HWPX)
        + "</hs:sec>"
    ),
}
EPUB = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    ),
    "OEBPS/book.opf": (
        '<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>등대의 역사</dc:title>'
        '</metadata><manifest><item id="b" href="text/2.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="a" href="text/%EC%9E%A51.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
        '<spine toc="n"><itemref idref="a"/><itemref idref="b"/></spine></package>'
    ),
    "OEBPS/toc.ncx": (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel>'
        '<text>첫 장</text></navLabel><content src="text/%EC%9E%A51.xhtml#top"/></navPoint>'
        "</navMap></ncx>"
    ),
    "OEBPS/text/장1.xhtml": "<html><body><img src='h'/><p>등대는 1908년에 섰다.</p></body></html>",
    "OEBPS/text/2.xhtml": "<html><body><h1>Second chapter</h1><p>The lamp.</p></body></html>",
}
SEALED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData>'
    '<CipherReference URI="OEBPS/text/2.xhtml"/></CipherData></EncryptedData></encryption>'
)

# --- hostile -------------------------------------------------------------------------------------

_LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a 'ha ha ha ha ha ha ha ha '>"
    + "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="{part}" '
    'ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="{part}" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/{kind}"/></Relationships>'
)


def docx(
    body: str,
    doctype: str = "",
    more: Mapping[str, str | bytes] | None = None,
    numbering: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A .docx; `numbering`: levels (how it counts, what it writes) of list 7, the last of 8."""
    kind = "wordprocessingml.document"
    parts = {
        "[Content_Types].xml": _TYPES.format(part="/word/document.xml", kind=kind),
        "_rels/.rels": _RELATIONS.format(part="word/document.xml", kind="officeDocument"),
        "word/document.xml": f"{doctype}<w:document {_W}><w:body>{body}</w:body></w:document>",
        **(more or {}),
    }
    if numbering:
        levels = [
            f'<w:lvl w:ilvl="{{at}}"><w:start w:val="1"/><w:numFmt w:val="{counts}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for counts, text in numbering
        ]
        first = "".join(level.format(at=at) for at, level in enumerate(levels[:-1]))
        parts["word/_rels/document.xml.rels"] = _RELATIONS.format(
            part="numbering.xml", kind="numbering"
        )
        parts["word/numbering.xml"] = (
            f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0">{first}</w:abstractNum>'
            f'<w:abstractNum w:abstractNumId="1">{levels[-1].format(at=0)}</w:abstractNum>'
            '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="8"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
        )
    return zipped(parts)


def xlsx(rows: str, doctype: str = "") -> bytes:
    """A .xlsx of one sheet."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": _TYPES.format(
                part="/xl/workbook.xml", kind="spreadsheetml.sheet"
            ),
            "_rels/.rels": _RELATIONS.format(part="xl/workbook.xml", kind="officeDocument"),
            "xl/workbook.xml": f'<workbook {space} xmlns:r="{relations}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _RELATIONS.format(
                part="worksheets/s.xml", kind="worksheet"
            ),
            "xl/worksheets/s.xml": f"{doctype}<worksheet {space}><sheetData>{rows}</sheetData>"
            "</worksheet>",
        }
    )


def _in_docx(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _laughing(text: str) -> dict[str, str | bytes]:
    section = f"<hs:sec xmlns:hs='urn:s' {_P}>{_hp(text)}</hs:sec>"
    return {**HWPX, "Contents/section0.xml": _LAUGHS + section}


def _laughing_book() -> bytes:
    package = EPUB["OEBPS/book.opf"].replace("등대의 역사", "&i;&f;")
    return zipped({**EPUB, "OEBPS/book.opf": _LAUGHS + package})


def _own_parent() -> bytes:
    """A storage within itself."""
    data = bytearray(hwp([paragraph("text")]))
    at = data.index("BodyText".encode("utf-16-le"))
    data[at + 76 : at + 80] = struct.pack("<I", 1)
    return bytes(data)


HOSTILE: dict[str, Callable[[], tuple[str, bytes]]] = {
    "laughs_docx": lambda: ("a.docx", docx(_in_docx("&i;&f;"), _LAUGHS)),
    "laughs_xlsx": lambda: (
        "a.xlsx",
        xlsx('<row r="1"><c r="A1" t="inlineStr"><is><t>&i;&f;</t></is></c></row>', _LAUGHS),
    ),
    "laughs_hwpx": lambda: ("a.hwpx", zipped(_laughing("&i;&f;"))),
    "laughs_epub": lambda: ("a.epub", _laughing_book()),
    "laughs_html": lambda: ("a.html", (_LAUGHS + "<p>&i;&f;</p>").encode()),
    "declared": lambda: ("a.docx", docx(_in_docx("x"), more={"word/media/a.bin": bytes(30 << 20)})),
    "huge_part": lambda: ("a.docx", docx(_in_docx("word ") * 2_000_000)),
    "deep_part": lambda: ("a.docx", docx("<w:p>" * 100_000)),
    "deep_html": lambda: ("a.html", b"<div>" * 200_000 + b"text"),
    "deep_hwp": lambda: ("a.hwp", hwp([record(66, n % 1024, bytes(24)) for n in range(20_000)])),
    "huge_sheet": lambda: (
        "a.xlsx",
        xlsx('<row><c t="inlineStr"><is><t>words</t></is></c></row>' * 20_000),
    ),
    "far_cell": lambda: ("a.xlsx", xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "wide_span": lambda: ("a.html", b"<table>" + b"<tr><td colspan=99999 rowspan=99999>x" * 3000),
    "inflating_hwp": lambda: ("a.hwp", hwp([bytes(300 << 20)])),
    "own_parent": lambda: ("a.hwp", _own_parent()),
    "own_style": lambda: (
        "a.hwpx",
        zipped({**HWPX, "Contents/header.xml": "<head><charPr id='1' height='9' /></head>"}),
    ),
    "no_part": lambda: (
        "a.docx",
        zipped({"[Content_Types].xml": _TYPES.format(part="/x", kind="wordprocessingml.document")}),
    ),
}


def mutated(data: bytes, seed: str) -> bytes:
    """A file with some damage: in its bytes, or, of a zip, within one of its members."""
    chance = random.Random(seed)
    if not data.startswith(b"PK") or chance.random() < 0.2:
        return _scattered(data, chance)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    victim = chance.choice(list(members))
    whole = bytes(members[victim])
    kind, at = chance.randrange(4), chance.randrange(max(len(whole), 1))
    if kind == 0:
        members[victim] = whole[:at]
    elif kind == 1:
        members[victim] = _scattered(whole, chance)
    elif kind == 2:
        odd = chance.choice([b'"-1"', b'"99999999999"', b'""', b'"x"', b'"1048577"'])
        values = list(re.finditer(rb'"[^"]*"', whole)) or [re.match(b"", whole)]
        start, end = chance.choice(values).span()
        members[victim] = whole[:start] + odd + whole[end:]
    else:
        del members[victim]
    return zipped(members)


def _scattered(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data or b" ")
    for _ in range(chance.randrange(1, 12)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)
