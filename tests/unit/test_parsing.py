"""Reading and drawing through the face, with real child processes and small generated PDFs."""

from __future__ import annotations

import base64
import io
import threading
import time
import zlib
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from rag_core.errors import (
    BrokenFile,
    Cancelled,
    EmptyDocument,
    LimitExceeded,
    NotFound,
    PasswordNeeded,
    UnsupportedFormat,
)
from rag_core.parsing import FORMATS, Limits, parse, render, starting, supervisor
from rag_core.parsing.supervisor import run_child
from rag_core.types import ReadBy, Upload
from tests.faults import pdfs


def test_pages_come_with_text_label_and_progress() -> None:
    labels = b"/PageLabels<</Nums[0<</S/r>>2<</S/D/St 1>>]>>"
    told: list[tuple[int, int]] = []
    data = pdfs.pages(["Preface", "More of it", "Chapter one", "Its end"], labels)
    parsed = parse(Upload("book.pdf", data), on_page=lambda page, of: told.append((page, of)))
    assert [page.text for page in parsed.pages] == [
        "Preface",
        "More of it",
        "Chapter one",
        "Its end",
    ]
    assert [page.label for page in parsed.pages] == ["i", "ii", "1", "2"]
    assert [page.number for page in parsed.pages] == [1, 2, 3, 4]
    assert {page.read_by for page in parsed.pages} == {ReadBy.TEXT}
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_files_attached_to_a_pdf_are_counted() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdfs.text_page())))
    writer.add_attachment("a.txt", b"first")
    writer.add_attachment("b.bin", b"second")
    out = io.BytesIO()
    writer.write(out)
    assert parse(Upload("x.pdf", out.getvalue())).warnings == ("attachments:2",)
    assert parse(Upload("x.pdf", pdfs.text_page())).warnings == ()


def test_upright_letters_that_run_down_the_page_are_columns_from_right_to_left() -> None:
    columns = {500: "Korea once wrote", 470: "downwards too"}
    shown = b" ".join(
        b"1 0 0 1 %d %d Tm (%s) Tj" % (left, 700 - 13 * row, letter.encode())
        for left, text in columns.items()
        for row, letter in enumerate(text)
        if letter != " "
    )
    page = pdfs.one_page(pdfs.stream(b"BT /F 12 Tf %s ET" % shown))
    parsed = parse(Upload("down.pdf", page))
    assert parsed.pages[0].text.split() == "Korea once wrote downwards too".split()
    assert render(page, 1, quotes=["once"]).marked


def test_the_name_is_never_a_path(tmp_path: object) -> None:
    for name in ("../../etc/passwd.pdf", "C:\\x.pdf", "a\0b.pdf", "x" * 5000 + ".pdf", "-rf.pdf"):
        assert parse(Upload(name, pdfs.text_page())).pages[0].text == "Hello reader"


def test_a_pdf_is_recognised_by_its_bytes_and_others_by_name() -> None:
    assert parse(Upload("download", pdfs.text_page())).pages[0].text == "Hello reader"
    with pytest.raises(UnsupportedFormat) as caught:
        parse(Upload("film.mp4", b"....ftyp"))
    assert ".pdf" in caught.value.hint
    assert ".pdf" in FORMATS


def test_a_page_without_text_is_unread_and_a_text_file_without_any_is_empty() -> None:
    parsed = parse(Upload("mixed.pdf", pdfs.pages(["Text", ""])))
    assert [page.read_by for page in parsed.pages] == [ReadBy.TEXT, ReadBy.UNREAD]
    scan = parse(Upload("scan.pdf", pdfs.without_text()))
    assert [page.read_by for page in scan.pages] == [ReadBy.UNREAD]
    with pytest.raises(EmptyDocument) as caught:
        parse(Upload("blank.txt", b" \n "))
    assert caught.value.details["pages"] == 1


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
@pytest.mark.parametrize("password", ["open sesame", "비밀번호"])
def test_a_password_is_asked_for_and_fits(algorithm: str, password: str) -> None:
    if algorithm != "AES-256" and not password.isascii():
        pytest.skip("only AES-256 knows passwords beyond Latin-1")
    data = pdfs.encrypted(password, algorithm)
    with pytest.raises(PasswordNeeded) as caught:
        parse(Upload("secret.pdf", data))
    assert caught.value.details["tried"] is False
    with pytest.raises(PasswordNeeded) as caught:
        parse(Upload("secret.pdf", data, "wrong"))
    assert caught.value.details["tried"] is True
    assert "wrong" not in str(caught.value) + repr(caught.value.details)
    assert parse(Upload("secret.pdf", data, password)).pages[0].text == "Secret minutes"
    with pytest.raises(PasswordNeeded):
        render(data, 1)
    assert render(data, 1, password=password).width > 0


def test_a_file_locked_for_its_owner_only_opens() -> None:
    data = pdfs.encrypted("owner", owner_only=True)
    assert parse(Upload("print.pdf", data)).pages[0].text == "Secret minutes"


def test_each_limit_is_named() -> None:
    data = pdfs.pages(["some words"] * 5)
    cases = {
        "bytes": Limits(bytes=100),
        "pages": Limits(pages=4),
        "characters": Limits(characters=20),
        "seconds": Limits(seconds=0.01),
    }
    for limit, limits in cases.items():
        with pytest.raises(LimitExceeded) as caught:
            parse(Upload("long.pdf", data), limits)
        assert caught.value.details["limit"] == limit


def test_cancelling_ends_it_soon() -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        parse(Upload("slow.pdf", pdfs.pages_shared(300)), cancelled=stop.is_set)
    assert time.monotonic() - started < 10  # a second here; the whole of it would take minutes


def test_the_child_has_no_environment_and_is_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[starting.Child] = []

    def noted() -> starting.Child:
        started.append(starting.start())
        return started[-1]

    monkeypatch.setenv("OPENAI_API_KEY", "sk-CANARY")
    monkeypatch.setattr(supervisor, "start", noted)
    frames = run_child(
        {"task": "pdf", "pages": 500, "characters": 10_000}, pdfs.pages_shared(300),
        seconds=20, memory_mb=512, output_bytes=10**6,
    )  # fmt: skip
    next(frames)
    (child,) = started
    assert child.poll() is None
    environment = Path(f"/proc/{child.pid}/environ")
    if environment.exists():  # only where the system shows it
        assert b"CANARY" not in environment.read_bytes()
    frames.close()
    assert child.returncode is not None


def test_a_mistake_of_ours_in_the_child_is_logged_without_document_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(Exception, match="crash"):
        list(run_child({"task": "pdf"}, pdfs.text_page("SECRET"), seconds=20, memory_mb=512,
                       output_bytes=10**6))  # fmt: skip
    assert "KeyError at pdf.py" in caplog.text
    assert "SECRET" not in caplog.text


# --- pictures ------------------------------------------------------------------------------------


def pixels(png: bytes, width: int, height: int) -> list[bytes]:
    """Rows of red, green, blue of an unfiltered PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = png.index(b"IDAT")
    size = int.from_bytes(png[at - 4 : at], "big")
    raw = zlib.decompress(png[at + 4 : at + 4 + size])
    row = width * 3 + 1
    return [raw[y * row + 1 : (y + 1) * row] for y in range(height)]


def test_a_quote_is_painted_where_it_stands() -> None:
    data = pdfs.pages(["The first line of text\nthe second line goes on\nand a third one"])
    picture = render(data, 1, quotes=["second line"])
    assert picture.marked
    ((left, top, right, bottom),) = picture.boxes
    assert 0.10 < left < right < 0.35
    assert 0.07 < top < bottom < 0.10
    rows = pixels(picture.png, picture.width, picture.height)
    y = int((top + bottom) / 2 * picture.height)
    x = int((left + right) / 2 * picture.width)
    marked, beside = rows[y][x * 3 : x * 3 + 3], rows[y][-3:]
    assert marked[2] < 120
    assert beside == b"\xff\xff\xff"


def test_a_quote_over_two_lines_has_a_box_for_each() -> None:
    data = pdfs.pages(["The first line of text\nthe second line goes on\nand a third one"])
    picture = render(data, 1, quotes=["goes on and a third"])
    assert len(picture.boxes) == 2


def test_a_term_is_painted_wherever_it_stands_and_a_quote_once() -> None:
    data = pdfs.pages(["The first line of text\nthe second line goes on\nand a third line"])
    assert len(render(data, 1, quotes=["line"]).boxes) == 1
    found = render(data, 1, terms=["line"])
    assert found.marked
    assert len(found.boxes) == 3
    assert not render(data, 1, quotes=["line"], terms=["nowhere"]).marked
    (third,) = render(data, 1, quotes=["line"], nth=[2]).boxes
    assert third == found.boxes[2]
    assert not render(data, 1, quotes=["line"], nth=[3]).marked


def test_nothing_on_the_path_hides_the_standard_library_from_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "http.py").write_text("raise SystemExit(3)")
    (tmp_path / "json.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(str(tmp_path))
    page = parse(Upload("tea.html", b"<h1>Tea</h1><p>It is grown in Boseong.")).pages[0]
    assert "grown in Boseong" in page.text


def test_rather_no_mark_than_a_wrong_one() -> None:
    picture = render(pdfs.text_page(), 1, quotes=["Hello writer"])
    assert not picture.marked
    assert picture.boxes == ()


@pytest.mark.parametrize(("turn", "portrait"), [(0, True), (90, False), (180, True), (270, False)])
def test_rotated_pages_are_drawn_and_marked_upright(turn: int, portrait: bool) -> None:
    data = pdfs.rotated(turn)
    assert parse(Upload("r.pdf", data)).pages[0].text == "Turned around"
    picture = render(data, 1, quotes=["around"])
    assert (picture.width < picture.height) is portrait
    ((left, top, right, bottom),) = picture.boxes
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    rows = pixels(picture.png, picture.width, picture.height)
    box = [
        row[int(left * picture.width) * 3 : int(right * picture.width) * 3]
        for row in rows[int(top * picture.height) : int(bottom * picture.height)]
    ]
    assert any(min(row) < 60 for row in box)  # there is ink in it


def test_an_enormous_page_makes_a_bounded_picture() -> None:
    data = pdfs.huge_mediabox()
    assert parse(Upload("plan.pdf", data)).pages[0].text == "Small text on a huge page"
    picture = render(data, 1, scale=4)
    assert picture.width * picture.height <= 8_100_000


def test_a_page_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        render(pdfs.text_page(), 2)
    with pytest.raises(BrokenFile):
        render(b"no pdf at all", 1)


# --- formats without pages -----------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_plain_text_in_the_encodings_of_korean_files(encoding: str) -> None:
    parsed = parse(Upload("메모.txt", "첫째 줄\n\n둘째 문단".encode(encoding)))
    assert parsed.pages[0].text == "첫째 줄\n\n둘째 문단"
    assert parsed.pages[0].number is None


def test_markdown_and_html_are_divided_at_their_headings() -> None:
    source = b"# Title\n\nBody\n\n## Part\n```\n# no heading\n```"
    pages = parse(Upload("a.md", source)).pages
    assert [(page.label, page.text, page.headings) for page in pages] == [
        ("Title", "Title\n\nBody", ((0, 1),)),
        ("Part", "Part\n\n```\n# no heading\n```", ((0, 2),)),
    ]
    source = b"<title>T</title><h1>Top</h1><script>evil()</script><p>One <b>bold</b> word</p>"
    parsed = parse(Upload("a.html", source))
    assert parsed.title == "T"
    assert parsed.pages[0].text == "Top\n\nOne bold word"
    assert parsed.pages[0].headings == ((0, 1),)


def test_rows_of_csv_carry_their_header() -> None:
    page = parse(Upload("a.csv", "이름,값\n서울,9\n부산,3\n".encode())).pages[0]
    assert page.text == "이름: 서울\t값: 9\n이름: 부산\t값: 3"


def test_binary_under_the_name_of_text_is_broken() -> None:
    for name in ("a.txt", "a.csv", "a.html"):
        with pytest.raises(BrokenFile):
            parse(Upload(name, base64.b64decode("AAAAAAAA/////w==")))
