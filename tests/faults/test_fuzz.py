"""Mutations of good files: each ends in pages or in an error of ours, in time, and costs nothing.

CI draws a seeded few; `make fuzz` draws as many as SEODAM_FUZZ says, and tells how they ended.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from rag_core.errors import BadUpload, SeodamError
from rag_core.parsing import Limits, parse, render
from rag_core.types import Upload
from tests.faults.mutations import MUTATIONS, Mutation, seeds

MOST = int(os.environ.get("SEODAM_FUZZ", "60"))
LIMITS = Limits(seconds=20)
GRACE_SECONDS = 10  # to start a process and to end one on a busy machine; twice, with pypdf
GROWTH_MB = 50
DRAWN_EVERY = 5  # of those that open, one in so many is drawn too


@pytest.mark.timeout(0 if MOST > 60 else 300)
def test_mutations_end_in_pages_or_in_an_error_of_ours() -> None:
    psutil = pytest.importorskip("psutil")
    seeds()
    ends: Counter[str] = Counter()
    slowest = 0.0

    @settings(
        max_examples=MOST, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(MUTATIONS)
    def read(mutation: Mutation) -> None:
        nonlocal slowest
        started = time.monotonic()
        ends[_end(mutation.bytes(), drawn=ends.total() % DRAWN_EVERY == 0)] += 1
        slowest = max(slowest, time.monotonic() - started)

    read_once = parse(Upload("warm.pdf", seeds()[0]))
    before = psutil.Process().memory_info().rss
    read()
    growth = (psutil.Process().memory_info().rss - before) / 2**20
    told = f"{ends.total()} mutations: {dict(ends)}; slowest {slowest:.1f} s, {growth:+.0f} MB"
    logging.getLogger(__name__).warning(told)
    assert read_once.pages
    assert ends["pages"] >= MOST // 10  # not everything is so broken that nothing is tried
    assert slowest < 2 * LIMITS.seconds + GRACE_SECONDS
    assert growth < GROWTH_MB


def _end(data: bytes, drawn: bool) -> str:
    """How reading it ended; what is no error of ours goes on and fails the test."""
    try:
        parse(Upload("mutated.pdf", data), LIMITS)
    except BadUpload as error:
        return _told(error)
    if drawn:
        try:
            assert render(data, 1, quotes=["the"]).width > 0
        except SeodamError as error:
            return f"pages, drawing: {_told(error)}"
    return "pages"


def _told(error: SeodamError) -> str:
    return ": ".join(
        [error.code, *([str(error.details["limit"])] if "limit" in error.details else [])]
    )
