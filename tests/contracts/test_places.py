"""From a file of each format to the place that a citation names: through a whole Seodam."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pptx
import pytest

from rag_core.commands import ask, search
from rag_core.parsing import unpack
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, ReadBy, Unit, Upload
from rag_core.wiring import Seodam, open_seodam
from tests.faults.office import zipped
from tests.servers.file_server import body, serving

FILES = Path(__file__).parents[1] / "files"
WINTER = "When does the reading room close in winter?"
HOURS = "도서관 마당은 무슨 요일 몇 시에 여나요?"

# file, question, where the answer stands, words of the answer, how the command line says it
ASKED = [
    ("report.docx", WINTER, (None, "2. Opening hours in winter"), "five", "section 2. Opening"),
    ("report.epub", WINTER, (None, "2. Opening hours in winter"), "five", "section 2. Opening"),
    ("minutes.hwp", HOURS, (None, "1. 사업 개요"), "토요일 아침 아홉 시", "section 1. 사업 개요"),
    ("minutes.hwpx", HOURS, (None, "1. 사업 개요"), "토요일 아침 아홉 시", "section 1. 사업 개요"),
    ("plan.pptx", "도서관 사업의 예산은 얼마인가요?", (1, "1"), "3천만 원", "slide 1"),
    ("plan.pptx", "Of which wood are the shelves?", (2, "2"), "oak shelves", "slide 2"),
    (
        "loans.xlsx",
        "남구의 상반기 책 대출은 몇 권인가요?",
        (None, "대출 현황"),
        "7,000",
        "sheet 대출",
    ),
    (
        "loans.xlsx",
        "What is the share of picture books?",
        (None, "Shares"),
        "12.5%",
        "sheet Shares",
    ),
]


@pytest.fixture
def seodam(tmp_path: Path) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path))
    yield opened
    opened.close()


@pytest.mark.parametrize(("name", "question", "place", "words", "said"), ASKED)
def test_a_citation_names_the_place(
    seodam: Seodam, name: str, question: str, place: tuple[int | None, str], words: str, said: str
) -> None:
    library = seodam.library(LOCAL_OWNER)
    document = library.add(Upload(name, (FILES / name).read_bytes())).document
    assert document.unit is not Unit.PAGE
    hit = library.search(question, 1)[0]
    assert (hit.passage.page, hit.passage.page_label) == place
    assert words in hit.passage.text
    assert hit.passage.text in library.page_text(hit.passage)
    stream = seodam.assistant(LOCAL_OWNER).ask_once(question, seodam.generator("extractive"))
    for _ in stream:
        pass
    assert stream.answer is not None
    cited = [one for one in stream.answer.citations if words in one.quote]
    assert cited, stream.answer
    assert {(one.page, one.page_label) for one in cited} == {place}
    assert all(one.verified for one in cited)
    (told,) = search(seodam, _Options(question), lambda _: None)
    assert f"{name}, {said}" in told.text
    told = list(ask(seodam, _Options(question), lambda _: None))[-1]
    assert f"{name}, {said}" in told.text


class _Options:
    """What the command line would have been given."""

    history, model, collection, k = None, "", "default", 1

    def __init__(self, question: str) -> None:
        self.question = question


def test_a_slide_without_words_is_listed_and_not_taken_for_a_scan(seodam: Seodam) -> None:
    made = pptx.Presentation()
    for words in ("The lamp was lit in 1908.", ""):
        made.slides.add_slide(made.slide_layouts[5]).shapes.title.text_frame.text = words
    file = io.BytesIO()
    made.save(file)
    library = seodam.library(LOCAL_OWNER)
    document = library.add(Upload("a.pptx", file.getvalue())).document
    assert [page.read_by for page in library.pages(document.id)] == [ReadBy.TEXT, ReadBy.UNREAD]
    assert library.unread(document.id) == library.read_scans(document.id) == ()


def test_the_files_of_a_zip_can_be_asked_each(seodam: Seodam) -> None:
    library = seodam.library(LOCAL_OWNER)
    names = ("minutes.hwp", "loans.xlsx")
    packed = zipped({f"모음/{name}": (FILES / name).read_bytes() for name in names})
    for upload in unpack(Upload("모음.zip", packed), library.limits):
        library.add(upload)
    assert [document.name for document in library.documents()] == list(names)
    assert library.search("남구의 상반기 책 대출", 1)[0].document == "loans.xlsx"
    assert library.search(HOURS, 1)[0].document == "minutes.hwp"


def test_an_address_of_this_machine_is_refused_by_the_command_line(tmp_path: Path) -> None:
    from tests.contracts.test_cli import Command

    (tmp_path / "text.txt").write_text("The lamp of the lighthouse was lit in 1908.")
    packed = zipped({"a.txt": b"The harbour was opened in 1962.", "b.docx": b"PK\x03\x04 broken"})
    (tmp_path / "set.zip").write_bytes(packed)
    with serving() as server:
        server.answers["/"] = body(b"secret", Content_Type="text/plain")
        done = Command(tmp_path)("ingest", server.url("/"), "text.txt", "set.zip", "--json")
        assert server.asked == []
    rows = [(row["path"], row["status"], (row["error"] or {}).get("code")) for row in done.rows]
    assert rows == [
        (server.url("/"), "failed", "address_refused"),
        ("text.txt", "added", None),
        ("set.zip/a.txt", "added", None),
        ("set.zip/b.docx", "failed", "broken_file"),
    ]
    assert done.status == 1
