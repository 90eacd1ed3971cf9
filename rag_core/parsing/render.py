"""The outside of drawing: one page of a PDF as a picture with its quotes marked, or as a scan."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rag_core.errors import BrokenFile, Cancelled, LimitExceeded, NotFound, PasswordNeeded
from rag_core.parsing.limits import (
    MAX_MARKS,
    MAX_PICTURE_PIXELS,
    MAX_PICTURE_SIDE,
    MAX_QUOTES,
    MAX_SCAN_PIXELS,
    PICTURE_LIMITS,
    SCAN_DPI,
    Limits,
)
from rag_core.parsing.supervisor import ChildFailed, Frame, run_child

Box = tuple[float, float, float, float]  # left, top, right, bottom as fractions 0 … 1

_NAME = "the document"  # the caller knows it by name; the bytes do not


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A PNG and where its marks are.

    `boxes` are (left, top, right, bottom) as fractions 0 … 1 of the picture, one per line of each
    quote and term found; `marked` says that every one was found.
    """

    png: bytes = field(repr=False)
    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    marked: bool = False


def render(
    data: bytes,
    page: int,
    *,
    quotes: Sequence[str] = (),
    nth: Sequence[int] = (),
    terms: Sequence[str] = (),
    boxes: Sequence[Box] | None = None,
    password: str | None = None,
    scale: float = 1.5,
    limits: Limits = PICTURE_LIMITS,
) -> PagePicture:
    """Draw page `page` (1 = first) at `scale` × 72 dpi, less where the page is enormous.

    A quote is marked where it stands first, or at its place number `nth` (0 = first, one for each
    quote); a term wherever it stands; letter case counts. Boxes are in the order of both. What
    is not found word for word on the page stays unmarked: rather no mark than a wrong one. `boxes`
    are marked instead of either where the page was read from its picture. Raises NotFound for a
    page that is not there, and the kinds of BadUpload.
    """
    request: Frame = {
        "task": "picture",
        "page": page,
        "scale": scale,
        "quotes": list(quotes)[:MAX_QUOTES],
        "nth": list(nth)[: len(quotes)][:MAX_QUOTES],
        "terms": list(terms)[:MAX_QUOTES],
        "boxes": boxes if boxes is None else list(boxes)[:MAX_MARKS],
        "pixels": MAX_PICTURE_PIXELS,
        "side": MAX_PICTURE_SIDE,
        "password": password,
    }
    frame = _drawn(request, data, limits, MAX_PICTURE_PIXELS * 6)
    return PagePicture(
        png=base64.b64decode(frame["png"]),
        width=int(frame["width"]),
        height=int(frame["height"]),
        boxes=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in frame["boxes"]),
        marked=bool(frame["marked"]),
    )


@dataclass(frozen=True, slots=True)
class Scan:
    """A page in shades of grey for OCR: a byte a pixel, row by row, 0 = black."""

    pixels: bytes = field(repr=False)
    width: int
    height: int

    @property
    def pgm(self) -> bytes:
        """As a file in PGM, which needs no library."""
        return b"P5 %d %d 255\n" % (self.width, self.height) + self.pixels


def scan(
    data: bytes,
    page: int,
    *,
    turn: int = 0,
    password: str | None = None,
    limits: Limits = PICTURE_LIMITS,
    cancelled: Callable[[], bool] | None = None,
) -> Scan:
    """Draw page `page` (1 = first) for OCR at SCAN_DPI, less where the page is enormous, turned
    clockwise by `turn` quarters. Raises what `render` raises, and Cancelled."""
    request: Frame = {
        "task": "picture",
        "page": page,
        "scale": SCAN_DPI / 72,
        "turn": turn,
        "pixels": MAX_SCAN_PIXELS,
        "side": MAX_SCAN_PIXELS,
        "password": password,
    }
    frame = _drawn(request, data, limits, MAX_SCAN_PIXELS * 2, cancelled)
    return Scan(base64.b64decode(frame["grey"]), int(frame["width"]), int(frame["height"]))


def scans(
    data: bytes, pages: Sequence[int], password: str | None, limits: Limits = PICTURE_LIMITS
) -> frozenset[int]:
    """Which of these pages (1 = first) are pictures with text that somebody's OCR has laid over
    them unseen; none where that cannot be told."""
    request: Frame = {"task": "picture", "pages": list(pages), "password": password}
    child = run_child(
        request,
        data,
        seconds=limits.seconds,
        memory_mb=limits.memory_mb,
        output_bytes=limits.characters,
    )
    try:
        return frozenset(number for frame in child for number in frame.get("scans", ()))
    except ChildFailed:
        return frozenset()


def _drawn(
    request: Frame,
    data: bytes,
    limits: Limits,
    output_bytes: int,
    cancelled: Callable[[], bool] | None = None,
) -> Frame:
    """The one frame of the child that draws; its failures as errors."""
    try:
        frames = list(
            run_child(
                request,
                data,
                seconds=limits.seconds,
                memory_mb=limits.memory_mb,
                output_bytes=output_bytes,
                cancelled=cancelled,
            )
        )
    except ChildFailed as failed:
        raise _failure(failed.reason, limits) from None
    frame = frames[-1] if frames else {}
    kind = frame.get("error", {}).get("kind")
    if kind == "password":
        raise PasswordNeeded(name=_NAME, tried=request["password"] is not None)
    if kind == "no_page":
        raise NotFound(what=f"page {request['page']}")
    if "width" not in frame:
        raise BrokenFile(name=_NAME)
    return frame


def _failure(reason: str, limits: Limits) -> LimitExceeded | BrokenFile | Cancelled:
    if reason == "cancelled":
        return Cancelled()
    if reason == "seconds":
        return LimitExceeded(name=_NAME, limit="seconds", allowed=limits.seconds, found="more")
    if reason in ("memory", "output"):
        allowed = f"{limits.memory_mb} MB"
        return LimitExceeded(name=_NAME, limit="memory", allowed=allowed, found="more")
    return BrokenFile(name=_NAME)
