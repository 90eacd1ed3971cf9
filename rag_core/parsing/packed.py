"""Zip files: which kind of document one is by what is in it, and the documents packed in one."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Iterator

from rag_core.parsing.damage import damage
from rag_core.parsing.frames import Frame, Refused

_LISTED = "[Content_Types].xml"
_OFFICE = {
    b"wordprocessingml.document.main+xml": ".docx",
    b"presentationml.presentation.main+xml": ".pptx",
    b"presentationml.slideshow.main+xml": ".pptx",
    b"spreadsheetml.sheet.main+xml": ".xlsx",
    b"ms-excel.sheet.macroEnabled.main+xml": ".xlsx",
}
_MIMETYPES = {b"application/epub+zip": ".epub", b"application/hwp+zip": ".hwpx"}
_ENCRYPTED = 1  # a bit of a member's flags
_UTF8_NAME = 1 << 11
_PASSED_OVER = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_MOST_MEMBERS = 50_000  # of a document; its pictures are members


def read_packed(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "packed": the pages of an office document or a book, whatever its name says."""
    with damage(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        kind = kind_of(archive)
        _check(archive, request)
        yield from _reader(kind)(data, archive, request)


def unpack_zip(data: bytearray, request: Frame) -> Iterator[Frame]:
    """The task "unpack": {"document": True} where the zip is a document itself, else a frame with
    name and bytes (base64) for each file in it."""
    with damage(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        if kind_of(archive) != ".zip":
            yield {"document": True}
            return
        members = [
            (name, one)
            for one in archive.infolist()
            if not one.is_dir() and not _PASSED_OVER.search(name := shown_name(one))
        ]
        if len(members) > request["files"]:
            raise Refused("limit", limit="files", found=len(members))
        _check(archive, request)
        for name, member in members:
            if member.file_size > request["largest"]:
                raise Refused("limit", limit="bytes", found=member.file_size)
            plain = base64.b64encode(archive.read(member)).decode()
            yield {"name": name, "data": plain}


def kind_of(archive: zipfile.ZipFile) -> str:
    """The suffix that fits what is in it; ".zip" for a zip of anything, "" for other documents."""
    names = set(archive.namelist())
    if "mimetype" in names:
        told = _start(archive, "mimetype").strip()
        return next((kind for start, kind in _MIMETYPES.items() if told.startswith(start)), "")
    if _LISTED in names:
        listed = _start(archive, _LISTED)
        return next((kind for part, kind in _OFFICE.items() if part in listed), "")
    if "Contents/section0.xml" in names:
        return ".hwpx"
    return ".epub" if "META-INF/container.xml" in names else ".zip"


def shown_name(member: zipfile.ZipInfo) -> str:
    """The name as whoever packed it saw it: Korean Windows writes CP949, macOS UTF-8, unmarked."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _check(archive: zipfile.ZipFile, request: Frame) -> None:
    """What its members say of their sizes, which Python's zipfile does not read beyond."""
    members = archive.infolist()
    if any(one.flag_bits & _ENCRYPTED for one in members):
        raise Refused("protected")
    size = sum(one.file_size for one in members)
    if size > request["unpacked"]:
        raise Refused("limit", limit="unpacked", found=size)
    if len(members) > _MOST_MEMBERS:
        raise Refused("broken")


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a member, enough to know a document by."""
    with archive.open(name) as file:
        return file.read(1 << 20)


def _reader(kind: str) -> Callable[[bytearray, zipfile.ZipFile, Frame], Iterator[Frame]]:
    """What reads this kind, the only one that is imported."""
    if kind == ".docx":
        from rag_core.parsing.docx_file import read_docx

        return lambda data, _, request: read_docx(data, request)
    if kind == ".pptx":
        from rag_core.parsing.pptx_file import read_pptx

        return lambda data, _, request: read_pptx(data, request)
    if kind == ".xlsx":
        from rag_core.parsing.xlsx_file import read_xlsx

        return lambda data, _, request: read_xlsx(data, request)
    if kind == ".hwpx":
        from rag_core.parsing.hwpx import read_hwpx

        return lambda _, archive, request: read_hwpx(archive, request)
    if kind == ".epub":
        from rag_core.parsing.epub import read_epub

        return lambda _, archive, request: read_epub(archive, request)
    raise Refused("archive" if kind == ".zip" else "unsupported")
