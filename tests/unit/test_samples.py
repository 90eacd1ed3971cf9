"""The two handouts: what they are, that the script makes them, that Seodam answers from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pypdf
import pytest

from pages.ui.messages.en import ENGLISH
from pages.ui.messages.ko import KOREAN
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Answer, Upload
from rag_core.wiring import Seodam, open_seodam
from samples import make

SAMPLES = Path(make.__file__).parent
KO, EN = "seodam-sample-ko.pdf", "seodam-sample-en.pdf"
LARGEST = 300_000  # bytes
TOKENS, TRANSFER, RAG = 2, 4, 7  # physical pages of the chapters, the same in both

# What each suggested question asks for: the page, and what an answer must say on it.
QUESTIONS = {
    "What are the two steps of transfer learning?": (TRANSFER, "pre-training|fine-tuning"),
    "Which two parts does RAG consist of?": (RAG, "retriever|generator"),
    "What is tokenization?": (TOKENS, "splitting a sentence|units called tokens"),
    "토큰화란 무엇인가요?": (TOKENS, "문장이나 문서를|나누는 과정"),
    "전이학습의 두 단계는 무엇인가요?": (TRANSFER, "사전학습|미세 조정"),
    "RAG는 어떤 두 부분으로 이루어지나요?": (RAG, "검색기|생성기"),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seodam]:
    """A library of both handouts, as "try it with a sample" makes it."""
    yield from _library(tmp_path_factory.mktemp("both"), KO, EN)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seodam]]:
    """A library of each of them, by file name."""
    with ExitStack() as opened:
        yield {
            name: opened.enter_context(contextmanager(_library)(tmp_path_factory.mktemp("a"), name))
            for name in (KO, EN)
        }


def _library(folder: Path, *names: str) -> Iterator[Seodam]:
    seodam = open_seodam(Settings(data=folder))
    for name in names:
        seodam.library(LOCAL_OWNER).add(Upload(name, (SAMPLES / name).read_bytes()))
    yield seodam
    seodam.close()


def _ask(seodam: Seodam, question: str) -> Answer:
    stream = seodam.assistant(LOCAL_OWNER).ask_once(question, seodam.generator())
    for _ in stream:
        pass
    assert stream.answer is not None
    return stream.answer


def _is_korean(text: str) -> bool:
    return bool(re.search("[가-힣]", text))


def test_the_welcome_screen_suggests_questions_of_these() -> None:
    suggested = {
        text
        for messages in (ENGLISH, KOREAN)
        for key, text in messages.items()
        if key.startswith("welcome.question_")
    }
    assert suggested
    assert suggested <= set(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_answered_from_its_page_with_verified_citations(
    both: Seodam, question: str
) -> None:
    page, said = QUESTIONS[question]
    answer = _ask(both, question)
    assert answer.answerable, answer.text
    right = [one for one in answer.citations if one.page == page]
    assert right, [(one.document, one.page, one.quote) for one in answer.citations]
    assert all(one.verified for one in answer.citations)
    if _is_korean(question) == (right[0].document == KO):  # else it says so in the other language
        for wanted in said.split("|"):
            assert wanted in answer.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_document_alone_answers_what_is_asked_in_its_language(
    alone: dict[str, Seodam], question: str
) -> None:
    page, said = QUESTIONS[question]
    answer = _ask(alone[KO if _is_korean(question) else EN], question)
    assert answer.answerable
    assert page in {one.page for one in answer.citations if one.verified}
    for wanted in said.split("|"):
        assert wanted in answer.text


@pytest.mark.parametrize("handout", make.HANDOUTS, ids=lambda one: one.language)
def test_they_have_all_that_a_good_pdf_has(handout: make.Handout) -> None:
    path = SAMPLES / handout.file
    assert path.stat().st_size < LARGEST
    reader = pypdf.PdfReader(path)
    assert 6 <= len(reader.pages) <= 10
    assert reader.metadata is not None
    assert reader.metadata.title == handout.title
    assert reader.page_labels == ["i", *map(str, range(1, len(reader.pages)))]
    chapters = [entry for entry in reader.outline if not isinstance(entry, list)]
    assert [entry.title for entry in chapters] == [
        handout.title,
        *(f"{number}. {one.title}" for number, one in enumerate(handout.chapters, 1)),
    ]
    for number, entry in enumerate(chapters):
        assert reader.get_destination_page_number(entry) == number
    assert reader.trailer["/Root"]["/Lang"] == handout.language


@pytest.mark.parametrize("name", [KO, EN])
def test_every_font_is_embedded(name: str) -> None:
    for page in pypdf.PdfReader(SAMPLES / name).pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]


@pytest.mark.parametrize("handout", make.HANDOUTS, ids=lambda one: one.language)
def test_the_script_makes_them_and_always_the_same_bytes(
    handout: make.Handout, tmp_path: Path
) -> None:
    if not (make.FONTS / "NanumGothic.ttf").exists():
        pytest.skip("needs the Nanum fonts (fonts-nanum)")
    make.use_fonts(make.FONTS)
    made, again = tmp_path / "made.pdf", tmp_path / "again.pdf"
    make.write(handout, made)
    make.write(handout, again)
    assert made.read_bytes() == again.read_bytes()
    pages = [pypdf.PdfReader(path).pages for path in (made, SAMPLES / handout.file)]
    texts = [[page.extract_text() for page in one] for one in pages]
    assert texts[0] == texts[1], "the text has changed: run make samples"


def test_what_stands_in_neither_is_declined(both: Seodam) -> None:
    for question in ("Which team won the football World Cup in 1998?", "김치는 어떻게 담그나요?"):
        assert not _ask(both, question).answerable, question
