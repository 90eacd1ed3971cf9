"""The outside of reading: an upload to its pages, through one child process or two."""

from __future__ import annotations

import base64
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rag_core.errors import (
    BadUpload,
    BrokenFile,
    Cancelled,
    EmptyDocument,
    LimitExceeded,
    OldFormat,
    PackedFile,
    PasswordNeeded,
    ProtectedFile,
)
from rag_core.parsing.formats import is_zip, recognise, suffix_of, unsupported
from rag_core.parsing.limits import DEFAULT_LIMITS, Limits
from rag_core.parsing.supervisor import ChildFailed, Frame, run_child
from rag_core.types import Page, Parsed, ReadBy, Unit, Upload

OnPage = Callable[[int, int], None]

_BYTES_PER_CHARACTER = 12  # in a frame: \\uXXXX, twice for a pair, and the frame around it
_FRAME_BYTES = 2_000  # of a page beside its text
_KINDS = {"archive": PackedFile, "protected": ProtectedFile}
_UNREADABLE = "unreadable"  # warning of a page that no reader could open


def parse(
    upload: Upload,
    limits: Limits = DEFAULT_LIMITS,
    on_page: OnPage | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Parsed:
    """Read an upload into pages; `on_page(i, n)` is told as each is read.

    Raises the kinds of BadUpload, or Cancelled within a second of `cancelled()` turning true.
    A page that has no text, or that no reader could open, is a Page with read_by=UNREAD; a PDF may
    have no other pages, for OCR can read them still.
    """
    task = recognise(upload)
    check_size(upload.name, len(upload.data), limits)
    reading = _Reading(upload, limits, on_page, cancelled, time.monotonic() + limits.seconds)
    parsed = reading.pdf() if task == "pdf" else reading.other(task)
    if task == "pdf" and not parsed.pages:
        raise BrokenFile(name=upload.name)
    if task != "pdf" and all(page.read_by is ReadBy.UNREAD for page in parsed.pages):
        raise EmptyDocument(name=upload.name, pages=len(parsed.pages))
    return parsed


def unpack(
    upload: Upload,
    limits: Limits = DEFAULT_LIMITS,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Upload, ...]:
    """The files that an upload stands for: those in a zip, each to be read for itself; else
    (also of a zip that is a document, like .docx) the upload alone.

    Raises the kinds of BadUpload, or Cancelled. What is in a zip within it is not unpacked: such
    a member is refused when it is read.
    """
    if not is_zip(upload):
        return (upload,)
    check_size(upload.name, len(upload.data), limits)
    reading = _Reading(upload, limits, None, cancelled, time.monotonic() + limits.seconds)
    return reading.members()


def check_size(name: str, size: int, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise LimitExceeded when so many bytes are too many for one file."""
    if size > limits.bytes:
        raise LimitExceeded(name=name, limit="bytes", allowed=limits.bytes, found=size)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One upload on its way. All children share one deadline."""

    upload: Upload
    limits: Limits
    on_page: OnPage | None
    cancelled: Callable[[], bool] | None
    deadline: float

    def pdf(self) -> Parsed:
        """By PDFium; what that cannot open, by pypdf."""
        try:
            parsed = self._collect("pdf", ReadBy.TEXT)
        except (BrokenFile, LimitExceeded) as first:
            if not _worth_a_second_try(first):
                raise
            return self._second(first)
        failed = [
            page.number - 1 for page in parsed.pages if page.number and _UNREADABLE in page.warnings
        ]
        if not failed:
            return parsed
        pages = self._mended(parsed.pages, failed)
        return replace(parsed, pages=pages, warnings=(*parsed.warnings, "pages_unreadable"))

    def other(self, task: str) -> Parsed:
        """Any other format; its child says what it is divided into."""
        with tempfile.TemporaryDirectory() as folder:  # gone even when the child was ended
            writes = len(self.upload.data) if task == "text" else 0
            return self._collect(
                task,
                ReadBy.TEXT,
                suffix=suffix_of(self.upload.name),
                folder=folder,
                writes=writes,
                unpacked=self.limits.unpacked,
            )

    def members(self) -> tuple[Upload, ...]:
        """The files in a zip; itself where it is a document."""
        limits = self.limits
        found: list[Upload] = []
        more = {"files": limits.files, "unpacked": limits.unpacked, "largest": limits.bytes}
        for frame in self._frames("unpack", more, output=2 * limits.unpacked):
            if "document" in frame:
                return (self.upload,)
            data = base64.b64decode(frame["data"])
            found.append(Upload(str(frame["name"]), data, self.upload.password))
        if not found:
            raise EmptyDocument(name=self.upload.name, pages=0)
        return tuple(found)

    def _second(self, first: BadUpload) -> Parsed:
        try:
            parsed = self._collect("second_reader", ReadBy.SECOND_READER)
        except BadUpload as second:
            raise (second if isinstance(second, PasswordNeeded) else first) from None
        if not any(page.text for page in parsed.pages):
            raise first
        return replace(parsed, warnings=("second_reader",))

    def _mended(self, pages: tuple[Page, ...], failed: list[int]) -> tuple[Page, ...]:
        """The pages, those that failed as the second reader has them, where it has."""
        again: tuple[Page, ...] = ()
        with contextlib.suppress(BadUpload):
            again = self._collect("second_reader", ReadBy.SECOND_READER, only=failed).pages
        if len(failed) == len(pages) and not any(page.text for page in again):
            raise BrokenFile(name=self.upload.name)
        better = {page.number: page for page in again if page.text}
        return tuple(better.get(page.number, page) for page in pages)

    def _collect(self, task: str, read_by: ReadBy, **more: object) -> Parsed:
        title, unit = "", Unit.PAGE
        pages: list[Page] = []
        warnings: tuple[str, ...] = ()
        for frame in self._frames(task, more):
            if "title" in frame:
                title, unit = str(frame["title"])[:500], Unit(frame.get("unit", Unit.PAGE))
                warnings = tuple(map(str, frame.get("warnings", ())))
            elif "number" in frame:
                pages.append(_page(frame, read_by))
            elif self.on_page is not None:
                self.on_page(int(frame["page"]), int(frame["of"]))
        return Parsed(tuple(pages), title, warnings, unit)

    def _frames(self, task: str, more: Frame, output: int = 0) -> Iterator[Frame]:
        """The frames of one child; its failures as errors of this upload."""
        limits = self.limits
        request = {
            "task": task,
            "password": self.upload.password,
            "pages": limits.pages,
            "characters": limits.characters,
            **more,
        }
        output = (
            output or limits.characters * _BYTES_PER_CHARACTER + limits.pages * 2 * _FRAME_BYTES
        )
        try:
            for frame in run_child(
                request,
                self.upload.data,
                seconds=max(0.0, self.deadline - time.monotonic()),
                memory_mb=limits.memory_mb,
                output_bytes=output,
                cancelled=self.cancelled,
            ):
                if "error" in frame:
                    raise self._error(frame["error"])
                yield frame
        except ChildFailed as failed:
            raise self._failure(failed.reason) from None

    def _error(self, told: Frame) -> BadUpload:
        """What the child says about the document."""
        name, kind = self.upload.name, told.get("kind")
        if kind == "password":
            return PasswordNeeded(name=name, tried=self.upload.password is not None)
        if kind == "limit":
            limit = str(told.get("limit"))
            return LimitExceeded(
                name=name, limit=limit, allowed=getattr(self.limits, limit), found=told["found"]
            )
        if kind == "old":
            return OldFormat(name=name, better=told["better"])
        if kind == "unsupported":
            return unsupported(name)
        return _KINDS.get(str(kind), BrokenFile)(name=name)

    def _failure(self, reason: str) -> BadUpload | Cancelled:
        """What became of a child that did not finish."""
        name, limits = self.upload.name, self.limits
        if reason == "cancelled":
            return Cancelled()
        if reason == "seconds":
            return LimitExceeded(name=name, limit="seconds", allowed=limits.seconds, found="more")
        if reason == "memory":
            return LimitExceeded(
                name=name, limit="memory", allowed=f"{limits.memory_mb} MB", found="more"
            )
        if reason == "output":
            return LimitExceeded(
                name=name, limit="characters", allowed=limits.characters, found="more"
            )
        return BrokenFile(name=name)


def _worth_a_second_try(error: BadUpload) -> bool:
    """pypdf repairs other damage and reads some of what costs PDFium too much memory; what is
    simply too long stays so."""
    return isinstance(error, BrokenFile) or error.details.get("limit") == "memory"


def _page(frame: Frame, read_by: ReadBy) -> Page:
    """A page from its frame; a page without text is unread, whoever tried."""
    text = str(frame.get("text", ""))
    number = frame["number"]
    return Page(
        number=None if number is None else int(number),
        label=str(frame.get("label", ""))[:100],
        text=text,
        read_by=read_by if text else ReadBy.UNREAD,
        headings=tuple((int(offset), int(level)) for offset, level in frame.get("headings", ())),
        warnings=(_UNREADABLE,) if frame.get("failed") else (),
    )
