"""Files as they come out of a bad disk, a cut connection or a fuzzer: mutations of good PDFs."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ContentStream, DecodedStreamObject

from tests.faults import pdfs

_ROOT = Path(__file__).parents[2]
_GOOD = _ROOT.parent / "shared" / "data" / "pdf" / "good"
_LARGEST = 1_000_000
_NUMBER = re.compile(rb"\d+")
_NUMBERS = (b"0", b"1", b"-1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999")


@cache
def seeds() -> tuple[bytes, ...]:
    """Good files: the samples, generated ones and, where they are, the shared ones; of each real
    one also its first pages with their streams open, so that mutations reach what is inside."""
    real = [*sorted((_ROOT / "samples").glob("*.pdf")), *sorted(_GOOD.glob("*.pdf"))]
    whole = [data for path in real if len(data := path.read_bytes()) <= _LARGEST]
    labels = b"/PageLabels<</Nums[0<</S/r>>2<</S/D/St 1>>]>>"
    made = [pdfs.pages(["one two", "three", "four"], labels), pdfs.rotated(90)]
    return tuple([*whole, *made, *(_opened(path) for path in real)])


def _opened(path: Path) -> bytes:
    writer = PdfWriter()
    writer.append(PdfReader(path), pages=(0, min(2, len(PdfReader(path).pages))))
    for page in writer.pages:
        content = page.get_contents()
        if content is not None:
            bare = DecodedStreamObject()
            bare.set_data(content.get_data())
            page.replace_contents(ContentStream(bare, writer))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with one to four things done to it."""
    data = draw(st.sampled_from(seeds()))
    for _ in range(draw(st.integers(1, 4))):
        data = _once(draw, data)
    return data


def _once(draw: st.DrawFn, data: bytes) -> bytes:
    """Flip, truncate, cut out, repeat, splice, or change a number."""
    at, to = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    kind = draw(st.sampled_from(("flip", "truncate", "cut", "repeat", "splice", "number")))
    if kind == "flip":
        flipped = bytearray(data)
        for place in draw(st.lists(st.integers(0, max(0, len(data) - 1)), max_size=30)):
            flipped[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
        return bytes(flipped)
    if kind == "truncate":
        return data[:to]
    if kind == "cut":
        return data[:at] + data[min(to, at + 4000) :]
    if kind == "repeat":
        return data[:at] + data[at : at + 4000] * draw(st.integers(2, 40)) + data[at:]
    if kind == "splice":
        other = draw(st.sampled_from(seeds()))
        start = draw(st.integers(0, len(other)))
        return data[:at] + other[start : start + 20_000] + data[at:]
    number = _NUMBER.search(data, at)
    if not number:
        return data
    return data[: number.start()] + draw(st.sampled_from(_NUMBERS)) + data[number.end() :]
