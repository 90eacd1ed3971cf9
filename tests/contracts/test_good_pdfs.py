"""The shared good PDFs: every gold quote is found on its page, and is marked on its picture."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from rag_core.parsing import parse, render
from rag_core.text import find_quote, normalise
from rag_core.types import Parsed, Upload

GOOD = Path(__file__).parents[2].parent / "shared" / "data" / "pdf" / "good"

pytestmark = pytest.mark.skipif(not GOOD.is_dir(), reason="the shared good PDFs are not here")


@cache
def read(name: str) -> Parsed:
    return parse(Upload(name, (GOOD / name).read_bytes()))


def lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (GOOD / name).read_text("utf-8").splitlines()]


@cache
def quotes() -> tuple[tuple[str, int, str], ...]:
    """(file, page, quote as its text layer has it) of the files that have one."""
    readable = {told["doc"] for told in lines("docs.jsonl") if told["text_layer"] != "none"}
    return tuple(
        (evidence["doc"], evidence["page"], evidence.get("text_layer_quote") or evidence["quote"])
        for question in lines("gold.jsonl")
        for evidence in question["evidence"]  # type: ignore[union-attr]
        if evidence["doc"] in readable  # type: ignore[index]
    )


def test_gold_quotes_are_found_on_their_pages() -> None:
    missing = [
        (name, page, quote)
        for name, page, quote in quotes()
        if find_quote(quote, read(name).pages[page - 1].text) is None
    ]
    assert len(missing) <= 0.02 * len(quotes()), missing


def test_words_of_gold_quotes_are_spaced_as_printed() -> None:
    wrong = total = 0
    for name, page, quote in quotes():
        text = read(name).pages[page - 1].text
        if span := find_quote(quote, text):
            wanted = quote.split()
            total += len(wanted)
            wrong += distance(wanted, text[slice(*span)].split())
    assert wrong <= 0.02 * total


def distance(wanted: list[str], got: list[str]) -> int:
    """Words put in, taken out or changed to make one of the other."""
    row = list(range(len(got) + 1))
    for above, word in enumerate(wanted, start=1):
        last, row[0] = row[0], above
        for at, other in enumerate(got, start=1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (word != other))
    return row[-1]


def test_gold_quotes_are_marked_on_the_pictures_of_their_pages() -> None:
    unmarked = [
        (name, page, quote)
        for name, page, quote in quotes()[::4]
        if not render((GOOD / name).read_bytes(), page, quotes=[quote], scale=1).marked
    ]
    assert not unmarked


def test_pages_are_clean_and_their_headings_stand_at_starts_of_lines() -> None:
    for name in sorted({name for name, _, _ in quotes()}):
        for page in read(name).pages:
            assert normalise(page.text) == page.text
            for offset, level in page.headings:
                assert 1 <= level <= 6
                assert offset == 0 or page.text[offset - 1] == "\n"
