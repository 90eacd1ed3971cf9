"""Text layers that lie are suspected, and none that tells the truth."""

from __future__ import annotations

import inspect
import json
import random
import re
from pathlib import Path

import pytest

import rag_core.parsing.pdf
from rag_core.parsing import parse, plausibility, suspicion
from rag_core.rereading import KEPT, REPLACED, SUSPECT, examined, settled, waiting
from rag_core.types import Page, ReadBy, Upload

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = Path(__file__).parents[2].parent / "shared" / "data" / "pdf" / "good"


def layers(name: str) -> list[str]:
    path = SAMPLES / f"seodam-sample-{name}.pdf"
    return [page.text for page in parse(Upload(path.name, path.read_bytes())).pages]


KOREAN, ENGLISH = layers("ko"), layers("en")
LONG_KOREAN = [text for text in KOREAN if len(re.findall("[가-힣]", text)) > 200]


def garbled(text: str) -> str:
    """As old makers of Korean PDFs mapped their letters."""
    return text.translate(str.maketrans("인한안순것일", "읶핚앆숚겂읷"))


def exchanged(text: str) -> str:
    """As a font without a map of its letters comes out: one for another, all through."""
    letters = sorted({letter for letter in text if letter.isalpha()})
    others = letters.copy()
    random.Random(0).shuffle(others)
    return text.translate(str.maketrans(dict(zip(letters, others, strict=True))))


@pytest.mark.parametrize("text", [*KOREAN, *ENGLISH, "", "표 1", "3.14 × 10⁻²", "12\t34\n56\t78"])
def test_what_reads_well_is_not_suspected(text: str) -> None:
    assert suspicion(text) == ""


def test_code_is_not_suspected() -> None:
    source = inspect.getsource(rag_core.parsing.pdf)
    assert not any(suspicion(source[at : at + 2000]) for at in range(0, len(source), 2000))


@pytest.mark.parametrize("text", LONG_KOREAN)
def test_layers_that_lie_are_suspected_and_worse_than_the_truth(text: str) -> None:
    wrong = {
        garbled(text): "syllables",
        re.sub("[가-힣]", "\ue000", text): "letters",
        text.encode("cp949", "replace").decode("latin-1"): "letters",
        exchanged(text): "words",
        text.replace(" ", ""): "spaces",
        " ".join(text): "spaces",
    }
    assert {layer: suspicion(layer) for layer in wrong} == wrong
    assert all(plausibility(layer) < plausibility(text) for layer in wrong)


def test_an_english_layer_with_exchanged_letters_is_suspected() -> None:
    assert suspicion(exchanged(max(ENGLISH, key=len))) == "words"


def page(text: str, *warnings: str, by: ReadBy = ReadBy.TEXT) -> Page:
    return Page(1, "i", text, by, warnings=warnings)


def test_the_better_text_is_kept() -> None:
    true, lying = LONG_KOREAN[0], garbled(LONG_KOREAN[0])
    replaced = settled(page(lying, SUSPECT), page(true, by=ReadBy.OCR))
    assert (replaced.text, replaced.read_by, replaced.label) == (true, ReadBy.OCR, "i")
    assert replaced.warnings == (REPLACED,)
    for worse in (garbled(lying), true[: len(true) // 3], ""):
        kept = settled(page(lying, SUSPECT), page(worse, by=ReadBy.OCR))
        assert (kept.text, kept.read_by, kept.warnings) == (lying, ReadBy.TEXT, (KEPT,))
        assert not waiting([kept])


@pytest.mark.skipif(not GOOD.is_dir(), reason="the shared good PDFs are not here")
def test_the_garbled_one_of_the_good_pdfs_is_suspected_and_no_page_of_the_others() -> None:
    told = [json.loads(line) for line in (GOOD / "docs.jsonl").read_text("utf-8").splitlines()]
    for document in told:
        upload = Upload(document["doc"], (GOOD / document["doc"]).read_bytes())
        found = waiting(examined(parse(upload), upload).pages)
        expected = 0 if document["text_layer"] == "ok" else document["pages"]
        assert len(found) == expected, document["doc"]
