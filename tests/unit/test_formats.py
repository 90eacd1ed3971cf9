"""Files of every format through the face: the text is right, and so is the place it is under.

The office and Hangul files were made by real programs, see files/make.py and make_hangul.py.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pptx
import pytest

from rag_core.errors import (
    BrokenFile,
    EmptyDocument,
    LimitExceeded,
    OldFormat,
    PackedFile,
    ProtectedFile,
    UnsupportedFormat,
)
from rag_core.parsing import Limits, parse, unpack
from rag_core.parsing.compound import read_compound
from rag_core.parsing.frames import Refused
from rag_core.parsing.packed import read_packed
from rag_core.text import sentences
from rag_core.types import Page, Parsed, Unit, Upload
from tests.faults import office

FILES = Path(__file__).parents[1] / "files"


def read(name: str, called: str = "") -> Parsed:
    return parse(Upload(called or name, (FILES / name).read_bytes()))


def places(parsed: Parsed) -> list[tuple[int | None, str]]:
    return [(page.number, page.label) for page in parsed.pages]


def holding(parsed: Parsed, words: str) -> Page:
    """The one page on which these words stand."""
    (page,) = [page for page in parsed.pages if words in page.text]
    return page


REPORT = [(None, "1. 사업 개요"), (None, "2. Opening hours in winter")]


@pytest.mark.parametrize("name", ["report.docx", "report.epub", "minutes.hwp", "minutes.hwpx"])
def test_a_document_is_divided_at_its_headings(name: str) -> None:
    parsed = read(name)
    assert parsed.unit is Unit.SECTION
    assert places(parsed) == REPORT
    first, second = parsed.pages
    assert first.text.startswith("1. 사업 개요\n\n도서관 마당은 매주 토요일 아침 아홉 시에 연다.")
    assert "공휴일에는 쉰다." in first.text  # a footnote
    assert "자원봉사자" in first.text
    assert "reading room closes at five in the afternoon." in second.text
    assert first.headings[0][0] == second.headings[0][0] == 0


@pytest.mark.parametrize("name", ["report.docx", "minutes.hwp", "minutes.hwpx"])
def test_rows_of_a_documents_table_carry_its_heading(name: str) -> None:
    lines = read(name).pages[0].text.split("\n")
    assert "구분\t2023년\t2024년" in lines
    assert "구분: 자원봉사자\t2023년: 118명\t2024년: 142명" in lines
    assert "구분: 참여 학교\t2023년: 9곳\t2024년: 11곳" in lines


@pytest.mark.parametrize("name", ["report.docx", "minutes.hwp", "minutes.hwpx"])
def test_headings_of_a_lower_level_stand_within_a_page(name: str) -> None:
    page = read(name).pages[0]
    (_, top), (at, inner) = page.headings
    assert page.text[at:].startswith("1.1 참여 현황\n")
    assert inner == top + 1


def test_text_in_a_frame_of_a_word_document_is_read() -> None:
    page = holding(read("report.docx"), "상자 안의 글: 담당자는 박서연이다.")
    assert page.label == "2. Opening hours in winter"


def test_titles_come_from_the_documents_themselves() -> None:
    assert read("report.docx").title == "마당 도서관 보고서"
    assert read("report.epub").title == "마당 도서관 보고서"
    assert read("minutes.hwpx").title == "마당 도서관 운영 회의"


def test_slides_are_pages_with_their_notes_read_from_the_top() -> None:
    parsed = read("plan.pptx")
    assert parsed.unit is Unit.SLIDE
    assert places(parsed) == [(1, "1"), (2, "2")]
    assert parsed.pages[0].text == (
        "마당 도서관 사업 계획\n\n예산은 3천만 원이다.\n\n발표자는 예산을 먼저 말한다."
    )
    assert parsed.pages[0].headings == ((0, 1),)
    second = parsed.pages[1].text
    words = ["Who does what", "Left column", "Right column", "Team: Garden\tLead: Minjun"]
    assert [second.index(word) for word in words] == sorted(second.index(word) for word in words)


def test_each_paragraph_of_a_slide_stands_for_itself() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "일정"
    lines = (
        "중간고사는 10월 21일 화요일 오전 10시, 제2공학관 301호에서 봄",
        "과제 마감: 10월 14일",
    )
    slide.placeholders[1].text_frame.text = "\n".join(lines)
    saved = io.BytesIO()
    deck.save(saved)
    text = parse(Upload("deck.pptx", saved.getvalue())).pages[0].text
    assert [text[start:end] for start, end in sentences(text)] == ["일정", *lines]


def test_sheets_are_pages_whose_rows_carry_their_headings() -> None:
    parsed = read("loans.xlsx")
    assert parsed.unit is Unit.SHEET
    assert places(parsed) == [(None, "대출 현황"), (None, "Shares")]
    assert parsed.pages[0].text.split("\n") == [
        "2024년 지점별 대출",
        "지역: 북구\t상반기 책: 12,345\t상반기 잡지: 210\t하반기 책: 13,001\t하반기 잡지: 198",
        "지역: 북구\t상반기 책: 9,876\t상반기 잡지: 150\t하반기 책: 9,912\t하반기 잡지: 161",
        "지역: 남구\t상반기 책: 7,000\t상반기 잡지: 99\t하반기 책: 7,150\t하반기 잡지: 88",
    ]
    assert parsed.pages[1].text == "Item: Picture books\tShare: 12.5%\tChecked on: 2024-03-09"


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("report.docx", "report.zip"),
        ("plan.pptx", "download"),
        ("loans.xlsx", "loans.docx"),
        ("minutes.hwp", "minutes.hwpx"),
        ("minutes.hwpx", "minutes.hwp"),
        ("report.epub", "book.txt"),
    ],
)
def test_what_a_file_is_counts_more_than_its_name(name: str, called: str) -> None:
    assert read(name, called).pages == read(name).pages
    upload = Upload(called, (FILES / name).read_bytes())
    assert unpack(upload) == (upload,)


def test_old_formats_are_refused_with_the_way_out() -> None:
    with pytest.raises(OldFormat) as caught:
        read("report.doc")
    assert ".docx" in caught.value.hint
    for name, data, better in (
        ("a.rtf", b"{\\rtf1 text}", ".docx"),
        ("a.xls", b"\x09\x08\x10\x00", ".xlsx"),
        ("a.hwp", b"HWP Document File V3.00 \x1a", ".hwpx"),
    ):
        with pytest.raises(OldFormat) as caught:
            parse(Upload(name, data))
        assert better in caught.value.hint


def test_html_under_the_name_of_an_old_workbook_is_read() -> None:
    data = "<table><tr><th>이름</th><th>수</th></tr><tr><td>가</td><td>3</td></tr></table>".encode()
    assert "이름: 가\t수: 3" in parse(Upload("list.xls", data)).pages[0].text


def test_protected_files_say_so() -> None:
    with pytest.raises(ProtectedFile):
        parse(Upload("a.hwp", office.hwp([], flags=office.COMPRESSED | office.PASSWORD)))
    with pytest.raises(ProtectedFile):
        parse(Upload("a.docx", office.ole({"EncryptedPackage": b"x" * 5000})))
    sealed = {**office.EPUB, "META-INF/encryption.xml": office.SEALED}
    with pytest.raises(ProtectedFile):
        parse(Upload("a.epub", office.zipped(sealed)))


def test_large_letters_are_headings_where_no_style_says_so() -> None:
    def line(text: str, half_points: int = 0) -> str:
        size = f'<w:rPr><w:sz w:val="{half_points}"/></w:rPr>' if half_points else ""
        return f"<w:p><w:r>{size}<w:t>{text}</w:t></w:r></w:p>"

    body = line("Ⅰ. 추진 배경", 32) + line("등대는 1908년에 섰다. " * 20)
    body += line("Ⅱ. 추진 계획", 32) + line("등대를 다시 칠한다. " * 20)
    parsed = parse(Upload("a.docx", office.docx(body)))
    assert places(parsed) == [(None, "Ⅰ. 추진 배경"), (None, "Ⅱ. 추진 계획")]
    plain = parse(Upload("a.docx", office.docx(line("하나. " * 20) + line("둘. " * 20))))
    assert (plain.unit, places(plain)) == (Unit.WHOLE, [(None, "")])


def test_numbers_that_word_writes_itself_are_read() -> None:
    def line(text: str, number: int, level: int) -> str:
        listed = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
        return f"<w:p><w:pPr><w:numPr>{listed}</w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    levels = (("decimal", "제%1조"), ("decimalEnclosedCircle", "%2"), ("ganada", "%3."))
    data = office.docx(
        line("(목적)", 7, 0) + line("하나", 7, 1) + line("둘", 7, 1) + line("(정의)", 7, 0)
        + line("셋", 7, 1) + line("넷", 7, 2) + line("다섯", 7, 2) + line("점", 8, 0),
        numbering=[*levels, ("bullet", "o")],
    )  # fmt: skip
    assert parse(Upload("계약.docx", data)).pages[0].text.split("\n\n") == [
        *("제1조 (목적)", "① 하나", "② 둘", "제2조 (정의)", "① 셋", "가. 넷", "나. 다섯", "점")
    ]


def test_text_under_review_is_read_as_it_would_be_accepted() -> None:
    body = (
        "<w:p><w:r><w:t>등대는 </w:t></w:r><w:ins><w:r><w:t>1908년에 </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>1907년에 </w:delText></w:r></w:del>"
        "<w:r><w:t>섰다.</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>내용 컨트롤</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    page = parse(Upload("a.docx", office.docx(body))).pages[0]
    assert page.text == "등대는 1908년에 섰다.\n\n내용 컨트롤"


# --- Hangul --------------------------------------------------------------------------------------


def test_a_hangul_document_for_distribution_is_read() -> None:
    paragraphs = [office.paragraph("배포용 문서의 글이다.")]
    parsed = parse(Upload("배포.hwp", office.hwp(paragraphs, distributed=True)))
    assert parsed.pages[0].text == "배포용 문서의 글이다."


def test_controls_within_hangul_text_are_no_letters() -> None:
    tab = "\x09" + "\x00" * 6 + "\x09"
    text = f"앞{tab}뒤\x0a다음 줄\x1e끝\x18표"
    parsed = parse(Upload("a.hwp", office.hwp([office.paragraph(text)])))
    assert parsed.pages[0].text == "앞 뒤\n다음 줄 끝-표"


def test_merged_cells_and_a_frame_of_hwpx() -> None:
    page = parse(Upload("a.hwpx", office.zipped(office.HWPX))).pages[0]
    assert page.text.split("\n") == [
        "액자 안의 제목",
        "",
        "표 앞의 글",
        "",
        "구분\t상반기\t하반기",
        "구분: 북구\t상반기: 10\t하반기: 12",
        "구분: 북구\t상반기: 11\t하반기: 13",
    ]


# --- HTML, EPUB, Markdown, CSV -------------------------------------------------------------------


def test_html_reads_as_a_browser_shows_it() -> None:
    source = """<html><head><meta charset="euc-kr"><title>안내</title><style>p{}</style></head>
      <body>      <h1>도서관   안내</h1><p>여는 시각은<br>아홉 시다.</p><script>bad()</script>
      <table><tr><td colspan=2>요금</td></tr><tr><td>어른</td><td>1,000원</td></tr></table>
      <h2>찾아오는 길</h2><ul><li>버스</li><li>걸어서</li></ul><p hidden>숨은 글</p></body>"""
    parsed = parse(Upload("a.html", source.encode("euc-kr")))
    assert parsed.title == "안내"
    assert [(page.label, page.text) for page in parsed.pages] == [
        ("도서관 안내", "도서관 안내\n\n여는 시각은\n아홉 시다.\n\n요금\n어른\t1,000원"),
        ("찾아오는 길", "찾아오는 길\n\n버스\n걸어서"),
    ]


def test_a_chapter_without_a_heading_is_called_as_its_table_of_contents_does() -> None:
    parsed = parse(Upload("책.epub", office.zipped(office.EPUB)))
    assert parsed.title == "등대의 역사"
    assert places(parsed) == [(None, "첫 장"), (None, "Second chapter")]
    assert parsed.pages[0].text == "첫 장\n\n등대는 1908년에 섰다."


def test_markdown_tables_and_front_matter() -> None:
    source = (
        "---\ntitle: 운영 안내\n---\n머리말\n\n# 요금\n\n| 누구 | 값 |\n|---|---|\n| 어른 | 3 |\n"
    )
    parsed = parse(Upload("a.md", (source + "\nHours\n-----\nNine to five\n").encode()))
    assert parsed.title == "운영 안내"
    assert [(page.label, page.text) for page in parsed.pages] == [
        ("", "머리말"),
        ("요금", "요금\n\n누구\t값\n누구: 어른\t값: 3"),
        ("Hours", "Hours\n\nNine to five"),
    ]


def test_labels_of_a_document_are_never_alike() -> None:
    source = "# 가\n\n## 개요\n\n하나\n\n## 개요\n\n둘\n\n# 나\n\n## 개요\n\n셋\n"
    parsed = parse(Upload("a.md", source.encode()))
    labels = [page.label for page in parsed.pages]
    assert len(set(labels)) == len(labels) >= 2
    long = "".join(f"# 장 {n}\n\n## 개요\n\n{'글이 길다. ' * 700}\n\n" for n in (1, 2))
    labels = [page.label for page in parse(Upload("a.md", long.encode())).pages]
    assert labels == ["개요", "장 2 › 개요"]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_with_any_separator_in_cp949(separator: str) -> None:
    rows = [["지역", "수"], ["서울, 중구", "9"], ["부산", "3"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    page = parse(Upload("a.csv", text.encode("cp949"))).pages[0]
    assert page.text == "지역: 서울, 중구\t수: 9\n지역: 부산\t수: 3"


def test_csv_without_a_heading_keeps_its_rows() -> None:
    page = parse(Upload("a.csv", b"1,2\n3,4\n")).pages[0]
    assert page.text == "1\t2\n3\t4"


# --- encodings -----------------------------------------------------------------------------------

KOREAN = "여는 시각은 아홉 시다.\n닫는 시각은 여섯 시다. Nine to six.\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
@pytest.mark.parametrize(
    "text", [KOREAN, "plain English text, no more than that\n", "똠방각하 펲시\n"]
)
def test_text_in_any_encoding_is_itself(encoding: str, text: str) -> None:
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip("EUC-KR lacks these syllables")
    assert parse(Upload("a.txt", data)).pages[0].text == text.strip()


def test_other_languages_are_no_korean() -> None:
    french = "Le château fut bâti près de la forêt où l'été paraît déjà très tôt. " * 3
    assert parse(Upload("a.txt", french.encode("cp1252"))).pages[0].text == french.strip()


def test_what_is_no_text_is_refused_and_not_read_as_gibberish() -> None:
    noise = bytes(range(128, 256)) * 40 + b"\x81\x20\xff\xfe"
    for data in (noise, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20):
        with pytest.raises(BrokenFile):
            parse(Upload("a.txt", data))


# --- hostile -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", office.HOSTILE)
def test_hostile_files_end_their_own_reading_only(kind: str) -> None:
    name, data = office.HOSTILE[kind]()
    try:
        parsed = parse(Upload(name, data), Limits(seconds=20, characters=100_000))
    except (BrokenFile, EmptyDocument, LimitExceeded, UnsupportedFormat):
        return
    text = "".join(page.text for page in parsed.pages)
    assert "root:" not in text
    assert text.count("ha ha") < 100


def test_bombs_in_a_document_name_their_limit() -> None:
    for kind in ("declared", "huge_sheet"):
        name, data = office.HOSTILE[kind]()
        with pytest.raises(LimitExceeded) as caught:
            parse(Upload(name, data), Limits(unpacked=20 * 2**20, characters=10_000))
        assert caught.value.details["limit"] in ("unpacked", "characters")


def test_too_many_characters_or_slides_are_refused() -> None:
    for name in ("report.docx", "plan.pptx", "loans.xlsx", "minutes.hwp", "minutes.hwpx"):
        with pytest.raises(LimitExceeded) as caught:
            parse(Upload(name, (FILES / name).read_bytes()), Limits(characters=50))
        assert caught.value.details["limit"] == "characters"
    for name in ("plan.pptx", "loans.xlsx"):
        with pytest.raises(LimitExceeded) as caught:
            parse(Upload(name, (FILES / name).read_bytes()), Limits(pages=1))
        assert caught.value.details["limit"] == "pages"


@pytest.mark.parametrize("name", ["report.docx", "loans.xlsx", "minutes.hwp", "minutes.hwpx"])
def test_a_file_cut_off_anywhere_is_refused_or_read(name: str) -> None:
    data = (FILES / name).read_bytes()
    for share in (0.1, 0.5, 0.95):
        with contextlib.suppress(BrokenFile):
            cut = parse(Upload(name, data[: int(len(data) * share)]))
            assert cut.pages[0].text.startswith("1. 사업 개요")


@pytest.mark.parametrize(
    "name",
    ["report.docx", "plan.pptx", "loans.xlsx", "minutes.hwp", "minutes.hwpx", "report.epub"],
)
def test_damage_of_any_kind_is_refused_or_read_and_is_no_mistake_of_ours(name: str) -> None:
    """In this process, so that many fit into a test: whatever a library raises ends as Refused."""
    data = (FILES / name).read_bytes()
    task = read_compound if name.endswith(".hwp") else read_packed
    request = {"characters": 10**6, "pages": 3000, "unpacked": 10**8, "suffix": ".hwp"}
    ends = {"read": 0, "refused": 0}
    for number in range(60):
        try:
            list(task(bytearray(office.mutated(data, f"{name}{number}")), request))
            ends["read"] += 1
        except Refused:
            ends["refused"] += 1
    assert min(ends.values()) > 3  # the damage is neither harmless nor always the same


# --- zip -----------------------------------------------------------------------------------------


def test_the_files_of_a_zip_are_uploads_of_their_own() -> None:
    members = {
        "보고/메모.txt": "안녕".encode(),
        "a.md": b"# A",
        "__MACOSX/._a.md": b"x",
        ".x": b"x",
    }
    found = unpack(Upload("모음.zip", office.zipped(members)))
    assert [(one.name, one.data) for one in found] == [
        ("보고/메모.txt", "안녕".encode()),
        ("a.md", b"# A"),
    ]


def test_korean_names_of_windows_and_macos_come_out_right() -> None:
    data = office.zipped({"XXXXXXX.txt": b"one", "YYYYYYYYY.txt": b"two"})
    data = data.replace(b"XXXXXXX.txt", "보고서1".encode("cp949") + b".txt")
    data = data.replace(b"YYYYYYYYY.txt", "보고서".encode() + b".txt")
    assert [one.name for one in unpack(Upload("a.zip", data))] == ["보고서1.txt", "보고서.txt"]


def test_a_zip_in_a_zip_is_refused_and_the_others_go_on() -> None:
    inner = office.zipped({"a.txt": b"text"})
    inside, text = unpack(Upload("a.zip", office.zipped({"in.zip": inner, "b.txt": b"good"})))
    with pytest.raises(PackedFile):
        parse(inside)
    assert parse(text).pages[0].text == "good"
    for name in ("a.7z", "a.alz", "a.tar.gz"):
        with pytest.raises(PackedFile):
            parse(Upload(name, b"7z\xbc\xaf\x27\x1c"))


def test_limits_of_a_zip_are_named() -> None:
    many = office.zipped({f"{n}.txt": b"x" for n in range(6)})
    large = office.zipped({"a.txt": bytes(300_000)})
    for data, limits, limit in (
        (many, Limits(files=5), "files"),
        (large, Limits(unpacked=200_000), "unpacked"),
        (large, Limits(bytes=200_000), "bytes"),
    ):
        with pytest.raises(LimitExceeded) as caught:
            unpack(Upload("a.zip", data), limits)
        assert caught.value.details["limit"] == limit


def test_a_zip_that_lies_about_its_sizes_is_broken() -> None:
    data = bytearray(office.zipped({"a.txt": bytes(1_000_000)}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    with pytest.raises(BrokenFile):
        unpack(Upload("a.zip", bytes(data)))


def test_a_locked_zip_and_an_empty_one() -> None:
    data = bytearray(office.zipped({"a.txt": b"text"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ProtectedFile):
        unpack(Upload("a.zip", bytes(data)))
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    with pytest.raises(EmptyDocument):
        unpack(Upload("a.zip", buffer.getvalue()))
    with pytest.raises(BrokenFile):
        unpack(Upload("a.zip", b"PK\x03\x04 no zip at all"))
