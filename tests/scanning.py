"""Scans made in the test, and a stand-in for the program that reads them."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from rag_core.parsing import can_read_scans
from rag_core.parsing.render import Scan, scan
from tests.faults.pdfs import pdf, stream

SAMPLE = Path(__file__).parents[1] / "samples" / "seodam-sample-ko.pdf"

needs_tesseract = pytest.mark.skipif(
    not can_read_scans(), reason="Tesseract with its Korean data is not installed"
)


def scanned(pictures: Sequence[Scan]) -> bytes:
    """A PDF of pages that are nothing but these pictures, at 300 dpi."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    kids = []
    for at, picture in enumerate(pictures):
        number = 10 + 3 * at
        kids.append(b"%d 0 R" % number)
        width, height = picture.width * 72 / 300, picture.height * 72 / 300
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R"
            b"/Resources<</XObject<</I %d 0 R>>>>>>" % (width, height, number + 1, number + 2)
        )
        objects[number + 1] = stream(b"%.2f 0 0 %.2f 0 0 cm /I Do" % (width, height))
        extra = (
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
            b"/BitsPerComponent 8/Filter/FlateDecode" % (picture.width, picture.height)
        )
        objects[number + 2] = stream(zlib.compress(picture.pixels, 1), extra)
    objects[2] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(pictures))
    return pdf(objects)


@cache
def printed(page: int, turn: int = 0) -> Scan:
    """A page of the Korean sample as a scanner sees it that lies so many quarters turned."""
    return scan(SAMPLE.read_bytes(), page, turn=turn)


def blank(shade: int = 255, side: int = 200) -> Scan:
    """A small picture of one shade: two of different shades are different documents."""
    return Scan(bytes([shade]) * (side * side), side, side)


def stand_in(folder: Path, seconds: float, words: str) -> None:
    """Put a program called tesseract into `folder` that takes its time and then says `words`,
    one line of them, whatever picture it is shown."""
    folder.mkdir(parents=True, exist_ok=True)
    row = r"5\t1\t1\t1\t1\t%d\t%d\t10\t30\t20\t96.5\t%s\n"
    rows = "".join(row % (at, 10 + 40 * at, word) for at, word in enumerate(words.split(), 1))
    program = folder / "tesseract"
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in *--list-langs*) echo kor; echo eng; exit 0;; esac\n'
        f"/bin/sleep {seconds}\n"
        f"printf '{rows}'\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
