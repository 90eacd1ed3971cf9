"""Broken, hostile and odd files: each ends as it should, and only its own reading ends."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag_core.errors import (
    BadUpload,
    BrokenFile,
    EmptyDocument,
    LimitExceeded,
    PasswordNeeded,
)
from rag_core.parsing import Limits, parse, render, starting, supervisor
from rag_core.parsing.watcher import HAS_SYSTEM_LIMITS, held, watch
from rag_core.types import Parsed, Upload
from tests.faults import pdfs
from tests.faults.bombs import BOMBS as MORE_BOMBS

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "pdf"
ODD = SHARED / "odd"
GROWTH_MB = 50
ORDINARY = Limits()

needs_odd = pytest.mark.skipif(not ODD.is_dir(), reason="the shared odd PDFs are not here")


def read(name: str, data: bytes, limits: Limits = ORDINARY, password: str | None = None) -> object:
    """Its pages, or the error that it ended in; anything but ours fails the test."""
    try:
        return parse(Upload(name, data, password), limits)
    except BadUpload as error:
        return error


def resident_mb() -> float:
    psutil = pytest.importorskip("psutil")
    return float(psutil.Process().memory_info().rss) / 2**20


@pytest.mark.parametrize("kind", pdfs.BROKEN)
def test_what_is_no_pdf_is_broken(kind: str) -> None:
    assert isinstance(read("x.pdf", pdfs.BROKEN[kind]()), BrokenFile)


def test_an_archive_named_pdf_is_refused() -> None:
    assert isinstance(read("x.pdf", pdfs.zip_named_pdf()), BadUpload)


@pytest.mark.parametrize("kind", pdfs.BOMBS)
def test_a_bomb_ends_its_own_reading_only(kind: str) -> None:
    data, before = pdfs.BOMBS[kind](), resident_mb()
    started = time.monotonic()
    end = read("bomb.pdf", data, Limits(seconds=20))
    assert time.monotonic() - started < 25
    assert isinstance(end, Parsed | LimitExceeded | EmptyDocument)
    assert resident_mb() - before < GROWTH_MB


@pytest.mark.parametrize("kind", MORE_BOMBS)
def test_what_claims_or_unpacks_far_more_than_it_holds(kind: str) -> None:
    """Read and drawn; each takes its time at the most, and the child's memory only."""
    data, before, started = MORE_BOMBS[kind](), resident_mb(), time.monotonic()
    assert len(data) < 30_000_000
    end = read("bomb.pdf", data, Limits(seconds=5))
    assert isinstance(end, Parsed | LimitExceeded | BrokenFile)
    with contextlib.suppress(BadUpload):
        assert render(data, 1, limits=Limits(seconds=5)).width > 0
    assert time.monotonic() - started < 2 * 5 + 10
    assert resident_mb() - before < GROWTH_MB


def test_a_bomb_of_memory_says_so_quickly() -> None:
    started = time.monotonic()
    end = read("bomb.pdf", pdfs.flate_double())
    assert isinstance(end, LimitExceeded)
    assert end.details["limit"] == "memory"
    assert time.monotonic() - started < 10


def test_without_limits_of_the_system_a_watcher_ends_a_bomb(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on macOS and Windows. The same child reads an ordinary file."""
    monkeypatch.setattr(supervisor, "HAS_SYSTEM_LIMITS", False)
    assert isinstance(read("fine.pdf", pdfs.text_page()), Parsed)
    end = read("bomb.pdf", pdfs.flate_double(), Limits(memory_mb=256))
    assert isinstance(end, LimitExceeded)
    assert end.details["limit"] == "memory"
    assert render(pdfs.text_page(), 1).width > 0
    with pytest.raises(LimitExceeded, match="256 MB of memory"):
        render(pdfs.flate_double(), 1, limits=Limits(memory_mb=256))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS shows a child's size to itself only")
def test_the_watcher_outside_ends_a_child_that_grows() -> None:
    grows = "held = []\nwhile True: held.append(bytearray(4_000_000))"
    child = subprocess.Popen([sys.executable, "-c", grows])
    try:
        assert held(child) < 200 << 20
        assert watch(child, 200 << 20, threading.Event())
        assert child.wait(10) != 0
    finally:
        child.kill()


def test_a_bomb_of_pages_is_ended_at_the_limit_of_seconds() -> None:
    started = time.monotonic()
    end = read("bomb.pdf", pdfs.pages_shared(), Limits(seconds=3))
    assert isinstance(end, LimitExceeded)
    assert end.details["limit"] == "seconds"
    assert time.monotonic() - started < 15


@pytest.mark.skipif(not HAS_SYSTEM_LIMITS, reason="only where the system limits children")
def test_a_file_that_takes_long_steps_back_behind_others(monkeypatch: pytest.MonkeyPatch) -> None:
    psutil = pytest.importorskip("psutil")
    bench = starting._Bench()
    monkeypatch.setattr(starting, "_BENCH", bench)  # none of the known ones is taken
    bomb = threading.Thread(target=lambda: read("b.pdf", pdfs.pages_shared(), Limits(seconds=4)))
    known, usual, seen = set(psutil.Process().children()), psutil.Process().nice(), set()
    bomb.start()
    while bomb.is_alive():
        for child in set(psutil.Process().children()) - known:
            with contextlib.suppress(psutil.Error):
                seen.add(child.nice())
        time.sleep(0.05)
    bench.close()
    assert max(seen) == max(usual, 10)


def test_drawing_a_bomb_ends_too() -> None:
    for data in (pdfs.flate_double(), pdfs.xobject_laughs()):
        with pytest.raises(BadUpload):
            render(data, 1, limits=Limits(seconds=5))


def test_another_visitor_reads_on_during_a_bomb() -> None:
    ends: list[object] = []
    bomb = threading.Thread(
        target=lambda: ends.append(read("bomb.pdf", pdfs.pages_shared(), Limits(seconds=4)))
    )
    bomb.start()
    for _ in range(5):
        assert parse(Upload("mine.pdf", pdfs.text_page())).pages[0].text == "Hello reader"
    assert bomb.is_alive()
    bomb.join()
    assert isinstance(ends[0], LimitExceeded)


def test_a_lying_page_count_and_a_deep_page_tree() -> None:
    lied = read("x.pdf", pdfs.count_lie())
    assert isinstance(lied, Parsed)
    assert lied.pages[0].text == "Hello reader"
    assert "pages_unreadable" in lied.warnings
    assert isinstance(read("x.pdf", pdfs.pagetree_deep()), BadUpload)


@pytest.mark.parametrize("tenth", range(10))
def test_truncated_anywhere_it_is_read_or_broken(tenth: int) -> None:
    end = read("cut.pdf", pdfs.truncated(tenth / 10))
    assert isinstance(end, Parsed | BrokenFile | EmptyDocument)


def test_junk_before_the_header_is_no_harm() -> None:
    end = read("x.pdf", pdfs.junk_before_header())
    assert isinstance(end, Parsed)
    assert end.pages[0].text == "Found after junk"


def _expectations() -> list[dict[str, object]]:
    if not ODD.is_dir():
        return []
    lines = (ODD / "expectations.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _opens(told: dict[str, object], end: object) -> bool:
    """Every page is there; those without text are left for OCR to read."""
    return (
        isinstance(end, Parsed)
        and len(end.pages) == told.get("pages", len(end.pages))
        and any(page.text for page in end.pages) is told.get("has_text", True)
    )


_AS_EXPECTED: dict[str, Callable[[dict[str, object], object], bool]] = {
    "opens": _opens,
    "opens_no_render": lambda told, end: isinstance(end, Parsed),
    "needs_password": lambda told, end: isinstance(end, PasswordNeeded),
    "broken": lambda told, end: isinstance(end, BrokenFile),
    "either": lambda told, end: isinstance(end, Parsed | BrokenFile | EmptyDocument),
    "hostile": lambda told, end: isinstance(end, Parsed | LimitExceeded),
}


@needs_odd
@pytest.mark.parametrize("told", _expectations(), ids=lambda told: str(told["file"]))
def test_each_shared_odd_file_ends_as_expected(told: dict[str, object]) -> None:
    name = str(told["file"])
    data, before, started = (ODD / name).read_bytes(), resident_mb(), time.monotonic()
    assert _AS_EXPECTED[str(told["expect"])](told, read(name, data))
    if told.get("password"):
        opened = read(name, data, password=str(told["password"]))
        chars = told["with_password"]["chars_first_3_pages"]  # type: ignore[index]
        assert isinstance(opened, Parsed)
        assert any(page.text for page in opened.pages) is bool(chars)
    assert time.monotonic() - started < 30
    assert resident_mb() - before < GROWTH_MB


@needs_odd
def test_each_shared_odd_file_can_be_drawn_or_says_why_not() -> None:
    before = resident_mb()
    for told in _expectations():
        try:
            picture = render((ODD / str(told["file"])).read_bytes(), 1, quotes=["text"])
        except BadUpload:
            assert not str(told["expect"]).startswith("opens"), told["file"]
        else:
            assert picture.width * picture.height <= 8_100_000
    assert resident_mb() - before < GROWTH_MB
