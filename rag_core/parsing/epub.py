"""Books (.epub): a zip of XHTML in an order of its own. (EbookLib is AGPL, and so not for us.)"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from rag_core.parsing.frames import Frame, Refused
from rag_core.parsing.markup import decoded, read_markup
from rag_core.parsing.outline import Outline
from rag_core.parsing.safe_xml import named, parse_xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_HEADED = re.compile(r"<h[1-6]\b", re.IGNORECASE)
_TEXT = {"application/xhtml+xml", "text/html", "application/xml"}


def read_epub(archive: zipfile.ZipFile, request: Frame) -> Iterator[Frame]:
    """The chapters and sections in the order in which they are read."""
    names = set(archive.namelist())
    package = _package(archive, names)
    root = parse_xml(archive.read(package))
    chapters = [one for one in _spine(root, posixpath.dirname(package)) if one in names]
    if not chapters:
        raise Refused("broken")
    if _ENCRYPTION in names and set(_locked(archive)) & set(chapters):
        raise Refused("protected")
    titles = _contents(archive, root, posixpath.dirname(package), names)
    outline = Outline(request["characters"])
    for number, chapter in enumerate(chapters, 1):
        source = decoded(archive.read(chapter))
        if chapter in titles and not _HEADED.search(source):
            outline.heading(titles[chapter], 1)
        read_markup(source, outline)
        yield {"page": number, "of": len(chapters)}
    title = next((one.text or "" for one in named(root, "title")), "")
    yield from outline.frames(title, request["pages"])


def _package(archive: zipfile.ZipFile, names: set[str]) -> str:
    """The path of the file that lists all others."""
    if _CONTAINER not in names:
        raise Refused("broken")
    root = parse_xml(archive.read(_CONTAINER))
    path = next((one.get("full-path", "") for one in named(root, "rootfile")), "")
    if path not in names:
        raise Refused("broken")
    return path


def _spine(root: Element, folder: str) -> Iterator[str]:
    """Paths of the texts, in order."""
    files = {
        one.get("id", ""): posixpath.normpath(posixpath.join(folder, unquote(one.get("href", ""))))
        for one in named(root, "item")
        if one.get("media-type") in _TEXT
    }
    for one in named(root, "itemref"):
        if one.get("idref", "") in files:
            yield files[one.get("idref", "")]


def _contents(
    archive: zipfile.ZipFile, root: Element, folder: str, names: set[str]
) -> dict[str, str]:
    """What the table of contents calls each text: chapters whose heading is a picture need it."""
    titles: dict[str, str] = {}
    for item in named(root, "item"):
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        ncx = item.get("media-type") == "application/x-dtbncx+xml"
        if path not in names or not (ncx or "nav" in item.get("properties", "").split()):
            continue
        for point in named(parse_xml(archive.read(path)), "navPoint" if ncx else "a"):
            target = next((one.get("src", "") for one in named(point, "content")), "")
            words = next(named(point, "text"), point) if ncx else point
            where = unquote((target or point.get("href", "")).partition("#")[0])
            inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), where))
            titles.setdefault(inside, " ".join("".join(words.itertext()).split()))
    return titles


def _locked(archive: zipfile.ZipFile) -> Iterator[str]:
    """Paths of what copy protection has encrypted."""
    root = parse_xml(archive.read(_ENCRYPTION))
    for one in named(root, "CipherReference"):
        yield posixpath.normpath(unquote(one.get("URI", "")))
