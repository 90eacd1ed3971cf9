"""Hangul's own format (.hwp, version 5): records in compressed streams of an OLE file.

After Hancom's published description of the format ("한글 문서 파일 형식 5.0", revision 1.3, and
"배포용 문서", revision 1.2). olefile opens the container; readers of the rest are AGPL.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import olefile

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.hangul import Cell, Paragraph, Table, level_of_style, tell
from rag_core.parsing.outline import Outline

_COMPRESSED, _PASSWORD, _DISTRIBUTED, _DRM, _CERTIFIED, _CERTIFIED_DRM = (
    1 << bit for bit in (0, 1, 2, 4, 8, 10)
)
_DEEPEST = 60  # records within records; a cell within a cell takes two
# Tags of records.
_CHAR_SHAPE, _PARA_SHAPE, _STYLE, _DISTRIBUTE = 21, 25, 26, 28
_PARA_HEADER, _PARA_TEXT, _PARA_CHAR_SHAPE = 66, 67, 68
_CONTROL, _LIST_HEADER, _TABLE, _EQUATION = 71, 72, 77, 88
_ONE_UNIT = {0, 10, 13, *range(24, 32)}  # control characters; the others take eight units
_SAID = {9: " ", 10: "\n", 24: "-", 30: " ", 31: " "}
_SILENT = {b"secd", b"cold", b"head", b"foot", b"tcmt", b"nwno", b"pghd", b"pgct"}
_UNITS = 100  # of HWPUNIT in a point
_OUTLINE_HEAD = 1  # the kind of a paragraph's head that is a heading's


class Record:
    """A record with those that belong to it."""

    __slots__ = ("below", "data", "tag")

    def __init__(self, tag: int, data: bytes) -> None:
        self.tag, self.data = tag, data
        self.below: list[Record] = []


def read_hwp(container: olefile.OleFileIO, request: Frame) -> Iterator[Frame]:
    """The sections under the headings of a document."""
    header = container.openstream("FileHeader").read(256)
    if len(header) < 40:
        raise Refused("broken")
    (flags,) = struct.unpack_from("<I", header, 36)
    if flags & (_PASSWORD | _DRM | _CERTIFIED | _CERTIFIED_DRM):
        raise Refused("protected")
    streams = _Streams(container, flags, request["unpacked"])
    shapes = _Shapes(records(streams.read("DocInfo", distributed=False)))
    outline = Outline(request["characters"])
    for section in streams.sections():
        found = [one for one in records(streams.read(section)) if one.tag == _PARA_HEADER]
        tell([_paragraph(one, shapes) for one in found], outline)
    yield from outline.frames(_title(container), request["pages"])


class _Streams:
    """The streams of a file, unpacked: at most so many bytes together."""

    def __init__(self, container: olefile.OleFileIO, flags: int, allowed: int) -> None:
        self._container = container
        self._compressed = bool(flags & _COMPRESSED)
        self._distributed = bool(flags & _DISTRIBUTED)
        self._allowed = self._left = allowed

    def sections(self) -> list[str]:
        """Names of the streams with text, in order."""
        storage = "ViewText" if self._distributed else "BodyText"
        found = [
            path[1]
            for path in self._container.listdir()
            if len(path) == 2 and path[0] == storage and path[1][7:].isdecimal()
        ]
        if not found:
            raise Refused("broken")
        return [f"{storage}/{name}" for name in sorted(found, key=lambda one: int(one[7:]))]

    def read(self, name: str, distributed: bool = True) -> bytes:
        if not self._container.exists(name):
            raise Refused("broken")
        data = self._container.openstream(name).read()
        if distributed and self._distributed:
            data = undistributed(data)
        if self._compressed:
            data = self._inflated(data)
        return data

    def _inflated(self, data: bytes) -> bytes:
        inflater = zlib.decompressobj(-15)
        try:
            plain = inflater.decompress(data, self._left + 1)
        except zlib.error:
            raise Refused("broken") from None
        self._left -= len(plain)
        if self._left < 0:
            raise Refused("limit", limit="unpacked", found=self._allowed - self._left)
        return plain


def undistributed(data: bytes) -> bytes:
    """The stream within one of a document "for distribution": readable by all, changed by none.

    Its first record holds, under a mask made of its first number, the key of the rest (AES-128).
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    tag, size = _head(data, 0)
    if tag != _DISTRIBUTE or size < 256 or len(data) < 4 + size:
        raise Refused("broken")
    masked = data[4 : 4 + 256]
    at = 4 + (masked[0] & 15)
    key = bytes(a ^ b for a, b in zip(masked, _mask(masked[:4]), strict=True))[at : at + 16]
    rest = data[4 + size :]
    decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
    return decryptor.update(rest[: len(rest) // 16 * 16])


def _mask(seed: bytes) -> bytes:
    """Runs of one byte, both byte and length from Visual C's rand()."""
    state = int.from_bytes(seed, "little")
    mask = bytearray()
    while len(mask) < 256:
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        byte = state >> 16 & 0xFF
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        mask += bytes([byte]) * ((state >> 16 & 15) + 1)
    return bytes(4) + bytes(mask[4:256])


def _head(data: bytes, at: int) -> tuple[int, int]:
    (word,) = struct.unpack_from("<I", data, at)
    return word & 0x3FF, word >> 20


def records(data: bytes) -> list[Record]:
    """The records of a stream, those of a lower level within those above them."""
    top = Record(0, b"")
    path = [top]
    at = 0
    while at + 4 <= len(data):
        tag, size = _head(data, at)
        level = struct.unpack_from("<I", data, at)[0] >> 10 & 0x3FF
        at += 4
        if size == 0xFFF:
            if at + 4 > len(data):
                break
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
        record = Record(tag, data[at : at + size])
        at += size
        del path[min(level, _DEEPEST) + 1 :]
        path[-1].below.append(record)
        path.append(record)
    return top.below


class _Shapes:
    """What DocInfo says of paragraphs and letters, by their numbers."""

    def __init__(self, told: list[Record]) -> None:
        self._levels: list[int] = []
        self._styles: list[int] = []
        self._sizes: list[float] = []
        for record in _all(told):
            data = record.data
            if record.tag == _PARA_SHAPE:
                word = _number(data, 0, 4)
                outlined = word >> 23 & 3 == _OUTLINE_HEAD
                self._levels.append((word >> 25 & 7) + 1 if outlined else 0)
            elif record.tag == _STYLE:
                local, after = _word_string(data, 0)
                english, _ = _word_string(data, after)
                self._styles.append(level_of_style(local) or level_of_style(english))
            elif record.tag == _CHAR_SHAPE:
                self._sizes.append(_number(data, 42, 4) / _UNITS)

    def level(self, header: bytes) -> int:
        """Of a paragraph, by its header."""
        shape, style = _number(header, 8, 2), _number(header, 10, 1)
        level = self._levels[shape] if shape < len(self._levels) else 0
        return level or (self._styles[style] if style < len(self._styles) else 0)

    def em(self, runs: bytes, length: int) -> float:
        """The size of most of a paragraph's letters."""
        starts = [_number(runs, at, 4) for at in range(0, len(runs) - 7, 8)]
        shapes = [_number(runs, at + 4, 4) for at in range(0, len(runs) - 7, 8)]
        sizes: dict[float, int] = {}
        for start, end, shape in zip(starts, [*starts[1:], length], shapes, strict=False):
            if shape < len(self._sizes):
                em = self._sizes[shape]
                sizes[em] = sizes.get(em, 0) + end - start
        return max(sizes, key=sizes.__getitem__) if sizes else 0.0


def _all(some: list[Record]) -> Iterator[Record]:
    for record in some:
        yield record
        yield from _all(record.below)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _word_string(data: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + 2 * _number(data, at, 2)
    return data[at + 2 : end].decode("utf-16-le", "ignore"), end


def _paragraph(record: Record, shapes: _Shapes) -> Paragraph:
    text, em = "", 0.0
    hung: list[Table | list[Paragraph]] = []
    for one in record.below:
        if one.tag == _PARA_TEXT:
            text = _text(one.data)
        elif one.tag == _PARA_CHAR_SHAPE:
            em = shapes.em(one.data, _number(record.data, 0, 4) & 0x7FFFFFFF)
        elif one.tag == _CONTROL:
            hung += _hung(one, shapes)
    return Paragraph(text, shapes.level(record.data), em, hung)


def _text(data: bytes) -> str:
    """Text of UTF-16 units among which control characters stand, most of them eight units long."""
    said: list[str] = []
    units = memoryview(data[: len(data) // 2 * 2]).cast("H")
    start = at = 0
    while at < len(units):
        unit = units[at]
        if unit >= 32:
            at += 1
            continue
        said += [data[2 * start : 2 * at].decode("utf-16-le", "ignore"), _SAID.get(unit, "")]
        at += 1 if unit in _ONE_UNIT else 8
        start = at
    said.append(data[2 * start : 2 * at].decode("utf-16-le", "ignore"))
    return "".join(said)


def _hung(control: Record, shapes: _Shapes) -> list[Table | list[Paragraph]]:
    """What hangs on a paragraph by this control: a table, a box, a note, an equation."""
    kind = control.data[3::-1]  # written backwards
    if kind in _SILENT:
        return []
    if kind == b"tbl ":
        return _table(control, shapes)
    if kind == b"eqed":
        scripts = [_word_string(one.data, 4)[0] for one in control.below if one.tag == _EQUATION]
        return [[Paragraph(one, 0, 0.0, []) for one in scripts]]
    return [[_paragraph(one, shapes) for one in _nearest(control)]]


def _nearest(record: Record) -> Iterator[Record]:
    """The paragraphs below a record, but for those within paragraphs."""
    for one in record.below:
        if one.tag == _PARA_HEADER:
            yield one
        else:
            yield from _nearest(one)


def _table(control: Record, shapes: _Shapes) -> list[Table | list[Paragraph]]:
    """A table and what stands above it."""
    caption: list[Paragraph] = []
    cells: list[Cell] = []
    seen = False
    for one in control.below:
        if one.tag == _TABLE:
            seen = True
        elif one.tag == _LIST_HEADER and seen:
            column, row, across, down = (_number(one.data, at, 2) for at in (8, 10, 12, 14))
            cells.append(Cell(row, column, down, across, []))
        inner = [one] if one.tag == _PARA_HEADER else list(_nearest(one))
        paragraphs = [_paragraph(paragraph, shapes) for paragraph in inner]
        (cells[-1].paragraphs if cells else caption).extend(paragraphs)
    return [caption, Table(cells)]


def _title(container: olefile.OleFileIO) -> str:
    name = "\x05HwpSummaryInformation"
    if not container.exists(name):
        return ""
    title = container.getproperties(name).get(2, "")
    return title if isinstance(title, str) else ""
