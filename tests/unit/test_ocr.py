"""OCR: real pages through real Tesseract, and the limits that it is held to."""

from __future__ import annotations

import difflib
import time
from pathlib import Path

import pytest

from rag_core.errors import Cancelled, LimitExceeded, MissingExtra
from rag_core.marks import marks
from rag_core.parsing import Limits, parse, read_scanned
from rag_core.parsing.ocr import _spelled
from rag_core.parsing.tesseract import Token, find_tesseract, recognise
from rag_core.text import squash
from rag_core.types import Page, ReadBy, Upload
from tests.scanning import (
    SAMPLE,
    blank,
    needs_a_shell,
    needs_tesseract,
    printed,
    scanned,
    stand_in,
)


def likeness(text: str, printed_text: str) -> float:
    """The share of the printed letters that were read, in order."""
    wanted, found = squash(printed_text)[0], squash(text)[0]
    blocks = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


@pytest.fixture(scope="module")
def first() -> Page:
    """What the text layer of the sample's first page says."""
    return parse(Upload("sample.pdf", SAMPLE.read_bytes())).pages[0]


@pytest.fixture(scope="module")
def read() -> Page:
    return read_scanned(scanned([printed(1)]), 1)


@needs_tesseract
def test_a_scan_is_read_as_it_was_printed(first: Page, read: Page) -> None:
    assert likeness(read.text, first.text) > 0.85
    assert read.read_by is ReadBy.OCR
    assert read.confidence is not None
    assert 0.8 < read.confidence <= 1


@needs_tesseract
def test_korean_words_are_spaced_as_printed(first: Page, read: Page) -> None:
    wanted, found = first.text.split(), read.text.split()
    matcher = difflib.SequenceMatcher(None, wanted, found, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    assert same > 0.8 * len(wanted)


@needs_tesseract
def test_words_stand_where_they_are_seen(read: Page) -> None:
    assert [read.text[word.start : word.end] for word in read.words] == read.text.split()
    for word in read.words:
        assert 0 <= word.left < word.right <= 1
        assert 0 <= word.top < word.bottom <= 1
    assert read.words[0].bottom < read.words[-1].top


@needs_tesseract
def test_a_page_that_lies_on_its_head_is_read_and_marked_where_it_is_seen(read: Page) -> None:
    turned = read_scanned(scanned([printed(1, turn=2)]), 1)
    assert likeness(turned.text, read.text) > 0.95
    upright, over = read.words[0], turned.words[0]
    assert over.left == pytest.approx(1 - upright.right, abs=0.01)
    assert over.top == pytest.approx(1 - upright.bottom, abs=0.01)


@needs_tesseract
def test_a_page_with_nothing_on_it_has_no_text() -> None:
    page = read_scanned(scanned([blank()]), 1)
    assert (page.text, page.words, page.read_by) == ("", (), ReadBy.OCR)


def token(text: str, left: int, width: int | None = None) -> Token:
    return Token(text, 0.9, left, 0, left + (30 * len(text) if width is None else width), 30)


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ([token("환", 0), token("영", 33), token("의", 66), token("글", 115)], "환영의 글"),
        ([token("7", 0, 15), token("개", 18), token("기", 70), token("업", 103)], "7개 기업"),
        ([token("하", 0), token("라", 33), token(".", 64, 5), token("더", 90)], "하라. 더"),
        ([token("open", 0, 60), token("source", 66, 90)], "open source"),
    ],
)
def test_syllables_that_stand_close_are_one_word(tokens: list[Token], words: str) -> None:
    spelt = _spelled(tokens)
    assert " ".join(one.text for _, one in spelt) == words
    assert [words[at : at + len(one.text)] for at, one in spelt] == [one.text for _, one in spelt]


@needs_tesseract
def test_a_quote_is_marked_by_a_box_for_each_line_or_not_at_all(read: Page) -> None:
    lines = read.text.split("\n\n")
    boxes, found = marks(read, [lines[0]], [], 10)
    assert found
    assert len(boxes) == 1
    whole, found = marks(read, [read.text], [], 10)
    assert found
    assert len(whole) >= len(lines)
    assert marks(read, ["이 쪽에 없는 말입니다"], [], 10) == ([], False)


@needs_a_shell
def test_missing_tesseract_is_told_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra) as caught:
        find_tesseract()
    assert "install" in caught.value.hint
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho eng\n")
    program.chmod(0o755)
    with pytest.raises(MissingExtra) as caught:
        find_tesseract()
    assert "kor" in caught.value.what


@needs_a_shell
def test_tesseract_is_ended_when_it_is_stopped_or_goes_too_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, 60, "never said")
    started = time.monotonic()
    with pytest.raises(Cancelled):
        recognise(blank().pgm, cancelled=lambda: True)
    with pytest.raises(LimitExceeded) as caught:
        recognise(blank().pgm, limits=Limits(seconds=0.1))
    assert caught.value.details["limit"] == "seconds"
    assert time.monotonic() - started < 30
    stand_in(tmp_path, 0, "far too many words " * 20)
    with pytest.raises(LimitExceeded) as caught:
        recognise(blank().pgm, limits=Limits(characters=10))
    assert caught.value.details["limit"] == "characters"
