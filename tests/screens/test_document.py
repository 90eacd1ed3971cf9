"""The report of a document: how each page was read, its passages, OCR again, and what is odd."""

import io
import time
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE, Words
from pages.ui.report import remarks
from rag_core.parsing import can_read_scans, install_command
from rag_core.types import LOCAL_OWNER, Document, ReadBy, Upload
from tests.faults import pdfs
from tests.screens.conftest import all_text

Open = Callable[..., AppTest]
LETTER = ["The lighthouse of Homigot is 26 metres tall.", "", "The HARBOUR is deep. <b>$x$</b>"]


def add(name: str, data: bytes) -> Document:
    return session.seodam().library(LOCAL_OWNER).add(Upload(name, data)).document


def scan(text: str) -> bytes:
    """A PDF of one page that is a picture of a text."""
    page = Image.new("L", (1240, 600), 255)
    ImageDraw.Draw(page).text((100, 200), text, 0, ImageFont.load_default(48))
    file = io.BytesIO()
    page.save(file, "PDF", resolution=150)
    return file.getvalue()


def report(open_page: Open, document_id: str, language: str = "en", page: str = "") -> AppTest:
    opened = open_page("pages/document.py", language)
    opened.query_params["document"] = document_id
    if page:
        opened.query_params["page"] = page
    return opened.run()


def headlines(page: AppTest) -> list[str]:
    return [box.label.replace("\\", "") for box in page.expander]


def passages(page: AppTest) -> list[str]:
    return [one.value for one in page.get("html") if not one.value.startswith("<style")]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_says_how_each_page_was_read(open_page: Open, language: str) -> None:
    document = add("letter.pdf", pdfs.pages(LETTER))
    page, words = report(open_page, document.id, language), Words(language)
    assert not page.exception
    assert page.title[0].value == "letter\\.pdf"
    kinds = [words("read.all") + " 3", words("read.text") + " 2", words("read.unread") + " 1"]
    assert list(page.radio(key="report_kind").options)[:3] == kinds
    assert words("library.passages", n=2) in all_text(page)
    first, second, third = headlines(page)
    assert words("source.page", page=1) in first
    assert "lighthouse of Homigot" in first
    assert words("read.unread") in second
    assert "<b>$x$</b>" in third
    assert passages(page) == []  # nothing is fetched before it is asked for


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_open_page_shows_its_picture_and_its_passages(open_page: Open, language: str) -> None:
    library = session.seodam().library(LOCAL_OWNER)
    text = "Opening hours\n" + "The lighthouse is open from nine to five. " * 60
    document = library.add(Upload("hours.md", f"# {text}".encode())).document
    page = report(open_page, document.id, language, page="1")
    cut = library.passages(document.id)
    assert len(cut) > 2
    shown = passages(page)
    assert len(shown) == len(cut)
    for passage, html in zip(cut, shown, strict=True):
        assert passage.text in html
    assert Words(language)("report.passage", n=2) in all_text(page)
    letter = add("letter.pdf", pdfs.pages(LETTER))
    page = report(open_page, letter.id, language, page="3")
    assert len(page.get("image")) == 1
    assert "&lt;b&gt;$x$&lt;/b&gt;" in passages(page)[0]


def test_a_term_shows_only_the_pages_that_hold_it_and_where(open_page: Open) -> None:
    document = add("letter.pdf", pdfs.pages([*LETTER, *(f"Line {n}" for n in range(20))]))
    page = report(open_page, document.id, page="3")
    page.text_input(key="report_term").set_value("harbour").run()
    (only,) = headlines(page)
    assert "HARBOUR is deep" in only
    assert "<mark>HARBOUR</mark>" in passages(page)[0]
    page.text_input(key="report_term").set_value("nowhere").run()
    assert headlines(page) == []
    assert page.info[0].value == CATALOGUE["en"]["report.none"]


def test_one_kind_of_pages_can_be_looked_at(open_page: Open) -> None:
    document = add("letter.pdf", pdfs.pages(LETTER))
    page = report(open_page, document.id)
    page.radio(key="report_kind").set_value("unread").run()
    (only,) = headlines(page)
    assert "2" in only


def test_thousands_of_pages_are_listed_ten_at_a_time(open_page: Open) -> None:
    document = add("long.pdf", pdfs.pages([f"This is page {n} of many." for n in range(1, 2001)]))
    page = report(open_page, document.id)
    assert len(headlines(page)) == 10
    page = report(open_page, document.id, page="1234")
    assert "page 1234 of many" in headlines(page)[3]
    assert "page 1234 of many" in passages(page)[0]


def test_a_page_is_read_again_by_ocr(open_page: Open) -> None:
    assert can_read_scans(), "these tests need Tesseract: apt-get install tesseract-ocr-kor"
    library = session.seodam().library(LOCAL_OWNER)
    document = add("letter.pdf", scan("The harbour was opened in 1962"))
    assert library.pages(document.id)[0].read_by in {ReadBy.OCR, ReadBy.UNREAD}
    page = report(open_page, document.id, page="1")
    page.button(key="again-0").click().run()
    (job,) = session.seodam().queue.jobs(LOCAL_OWNER)
    assert job.document_id == document.id
    while any(one.moving for one in session.seodam().queue.jobs(LOCAL_OWNER)):
        time.sleep(0.05)
    page.run()
    (read,) = library.pages(document.id)
    assert read.read_by is ReadBy.OCR
    assert "opened in 1962" in passages(page)[0]
    assert f"OCR, {read.confidence:.0%} sure" in headlines(page)[0]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_without_tesseract_it_says_what_to_install(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    document = add("letter.pdf", pdfs.pages(LETTER))
    monkeypatch.setenv("PATH", "/nowhere")
    page = report(open_page, document.id, language, page="2")
    assert page.button(key="again-1").disabled
    assert install_command() in page.error[0].value.replace("\\", "")


def test_what_was_odd_is_said_in_words(open_page: Open) -> None:
    for language in ("ko", "en"):
        words = Words(language)
        said = remarks(words, ["unread_pages:1", "unread_pages:3", "hobgoblin:4", "unreadable"])
        assert said[1].replace("\\", "") == words("warning.unread_pages", n=3)
        assert said[2].replace("\\", "") == words("warning.other", code="hobgoblin:4")
        assert said[3].replace("\\", "") == words("warning.unreadable")
    document = add("letter.pdf", pdfs.pages(LETTER))
    library = session.seodam().library(LOCAL_OWNER)
    assert any(warning.startswith("unread_pages") for warning in document.warnings)
    page = report(open_page, library.document(document.id).id)
    assert Words("en")("warning.unread_pages", n=1) in all_text(page).replace("\\", "")


def test_the_library_says_how_pages_were_read(open_page: Open) -> None:
    add("letter.pdf", pdfs.pages(LETTER))
    page = open_page("pages/library.py", "en")
    (facts,) = [one.value for one in page.caption if "passage" in one.value]
    assert facts.startswith("3 pages · Unread 1 · 2 passages")


def test_what_is_not_there_and_what_belongs_to_others(open_page: Open) -> None:
    theirs = session.seodam().library("somebody else")
    other = theirs.add(Upload("theirs.txt", b"Tea is grown in Boseong.")).document
    for wanted in ("", "nonsense", other.id):
        page = report(open_page, wanted, "ko") if wanted else open_page("pages/document.py", "ko")
        assert not page.exception
        assert page.title[0].value == CATALOGUE["ko"]["nav.document"]
        assert "theirs" not in str(page)
