"""Files as they come out of a bad disk, a cut connection or a fuzzer: mutations of good PDFs."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Mutation:
    """What is done to which good file. Small: Hypothesis keeps what it draws."""

    seed: int
    steps: tuple[tuple[str, float, float, int, bytes], ...]

    def bytes(self) -> bytes:
        data = seeds()[self.seed % len(seeds())]
        for step in self.steps:
            data = _once(data, *step)
        return data


_SHARES = st.floats(0, 1)
MUTATIONS = st.builds(
    Mutation,
    st.integers(0, 1000),
    st.lists(
        st.tuples(
            st.sampled_from(("flip", "truncate", "cut", "repeat", "splice", "number")),
            _SHARES,
            _SHARES,
            st.integers(2, 40),
            st.binary(min_size=1, max_size=30),
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
)


def _once(data: bytes, kind: str, first: float, second: float, times: int, new: bytes) -> bytes:
    """Flip bytes, truncate, cut out, repeat, splice, or change a number."""
    at, to = sorted((int(first * len(data)), int(second * len(data))))
    if kind == "flip":
        flipped = bytearray(data or b"\0")
        for place, byte in enumerate(new):
            flipped[(at + place * times * 97) % max(1, len(data))] = byte
        return bytes(flipped[: len(data)])
    if kind == "truncate":
        return data[:to]
    if kind == "cut":
        return data[:at] + data[min(to, at + 4000) :]
    if kind == "repeat":
        return data[:at] + data[at : at + 4000] * times + data[at:]
    if kind == "splice":
        other = seeds()[times % len(seeds())]
        start = int(second * len(other))
        return data[:at] + other[start : start + 20_000] + data[at:]
    number = _NUMBER.search(data, at)
    if not number:
        return data
    return data[: number.start()] + _NUMBERS[times % len(_NUMBERS)] + data[number.end() :]
