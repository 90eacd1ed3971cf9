"""The outside of drawing: one page of a PDF as a picture with its quotes marked."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag_core.errors import BrokenFile, LimitExceeded, NotFound, PasswordNeeded
from rag_core.parsing.limits import (
    MAX_PICTURE_PIXELS,
    MAX_PICTURE_SIDE,
    MAX_QUOTES,
    PICTURE_LIMITS,
    Limits,
)
from rag_core.parsing.supervisor import ChildFailed, Frame, run_child

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
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    marked: bool = False


def render(
    data: bytes,
    page: int,
    *,
    quotes: Sequence[str] = (),
    terms: Sequence[str] = (),
    password: str | None = None,
    scale: float = 1.5,
    limits: Limits = PICTURE_LIMITS,
) -> PagePicture:
    """Draw page `page` (1 = first) at `scale` × 72 dpi, less where the page is enormous.

    A quote is marked where it stands first, a term wherever it stands; letter case counts. What
    is not found word for word on the page stays unmarked: rather no mark than a wrong one. Raises
    NotFound for a page that is not there, and the kinds of BadUpload.
    """
    request = {
        "task": "picture",
        "page": page,
        "scale": scale,
        "quotes": list(quotes)[:MAX_QUOTES],
        "terms": list(terms)[:MAX_QUOTES],
        "pixels": MAX_PICTURE_PIXELS,
        "side": MAX_PICTURE_SIDE,
        "password": password,
    }
    try:
        frames = list(
            run_child(
                request,
                data,
                seconds=limits.seconds,
                memory_mb=limits.memory_mb,
                output_bytes=MAX_PICTURE_PIXELS * 6,
            )
        )
    except ChildFailed as failed:
        raise _failure(failed.reason, limits) from None
    return _picture(frames[-1] if frames else {}, page, password)


def _picture(frame: Frame, page: int, password: str | None) -> PagePicture:
    kind = frame.get("error", {}).get("kind")
    if kind == "password":
        raise PasswordNeeded(name=_NAME, tried=password is not None)
    if kind == "no_page":
        raise NotFound(what=f"page {page}")
    if "png" not in frame:
        raise BrokenFile(name=_NAME)
    return PagePicture(
        png=base64.b64decode(frame["png"]),
        width=int(frame["width"]),
        height=int(frame["height"]),
        boxes=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in frame["boxes"]),
        marked=bool(frame["marked"]),
    )


def _failure(reason: str, limits: Limits) -> LimitExceeded | BrokenFile:
    if reason == "seconds":
        return LimitExceeded(name=_NAME, limit="seconds", allowed=limits.seconds, found="more")
    if reason in ("memory", "output"):
        allowed = f"{limits.memory_mb} MB"
        return LimitExceeded(name=_NAME, limit="memory", allowed=allowed, found="more")
    return BrokenFile(name=_NAME)
