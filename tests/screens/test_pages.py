"""Each page by itself, in both languages: what it says, what its widgets do."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER
from tests.screens.conftest import all_text

REPOSITORY = Path(__file__).parents[2]
Open = Callable[..., AppTest]
PAGES = ["app.py", "pages/chat.py", "pages/library.py", "pages/document.py", "pages/settings.py"]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_each_page_stands_alone(open_page: Open, path: str, language: str) -> None:
    page = open_page(path, language)
    assert not page.exception
    assert not page.error
    titles = {"app.py": "welcome.title", "pages/chat.py": "welcome.title"}
    key = titles.get(path, f"nav.{path.split('/')[-1].removesuffix('.py')}")
    assert page.title[0].value == CATALOGUE[language][key]


def test_the_first_screen_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = "pandas", "pyarrow", "torch", "transformers", "chromadb"
    program = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        f"page = AppTest.from_file({str(REPOSITORY / 'app.py')!r}, default_timeout=120).run();"
        f"print(page.title[0].value, [one for one in {heavy!r} if one in sys.modules])"
    )
    environment = {**os.environ, "SEODAM_DATA": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == CATALOGUE["en"]["welcome.title"] + " []"


def test_the_language_can_be_switched_and_is_remembered(open_page: Open) -> None:
    page = open_page("pages/chat.py", "en")
    page.segmented_control(key="language_switch").set_value("ko").run()
    assert page.title[0].value == CATALOGUE["ko"]["welcome.title"]
    assert session.seodam().conversations(LOCAL_OWNER).preference("language") == "ko"


@pytest.mark.usefixtures("documents")
def test_korean_is_broken_between_words_only(open_page: Open) -> None:
    def styles(language: str) -> str:
        return " ".join(one.proto.body for one in open_page(language=language).get("html"))

    assert "word-break: keep-all" in styles("ko")
    assert "word-break: keep-all" not in styles("en")


@pytest.mark.usefixtures("documents")
def test_a_question_is_answered_with_a_source(open_page: Open) -> None:
    page = open_page()
    page.chat_input[0].set_value("서담의 등대는 몇 년에 세워졌나요?").run()
    page.run()
    assert not page.exception
    said = all_text(page)
    assert "1908년에 포항에 세워졌어요" in said
    assert "등대\\.txt" in said
    labels = " ".join(box.label for box in page.expander)
    assert re.search(r"인용 (\d)개 가운데 \1개 확인됨", labels)


@pytest.mark.usefixtures("documents")
def test_what_no_document_says_is_not_guessed(open_page: Open) -> None:
    page = open_page("pages/chat.py", "en")
    page.chat_input[0].set_value("Who won the chess championship in Reykjavik?").run()
    page.run()
    assert CATALOGUE["en"]["answer.not_found"] in all_text(page)


@pytest.mark.usefixtures("documents")
def test_a_document_ticked_out_is_not_asked(open_page: Open) -> None:
    page = open_page("pages/chat.py", "en")
    harbour = next(box for box in page.checkbox if "harbour" in box.label)
    harbour.uncheck().run()
    page.chat_input[0].set_value("When was the harbour of Pohang opened?").run()
    page.run()
    turns = session.seodam().conversations(LOCAL_OWNER)
    kept = turns.turns(turns.all()[0].id)[0]
    assert {hit.document for hit in kept.answer.hits} <= {"등대.txt"}


def test_a_file_is_added_and_the_same_bytes_again_are_not(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    for _ in range(2):
        page.file_uploader[0].upload("note.txt", b"Tea is grown in Boseong.", "text/plain").run()
        while any(job.moving for job in session.seodam().queue.jobs(LOCAL_OWNER)):
            pass
    page.run()
    said = all_text(page)
    assert CATALOGUE["en"]["job.unchanged"] in said
    assert len(session.seodam().library(LOCAL_OWNER).documents()) == 1


def test_a_bad_file_says_why_and_the_others_go_on(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    page.file_uploader[0].upload("broken.pdf", b"%PDF-1.4 nothing", "application/pdf").run()
    page.file_uploader[0].upload("good.txt", b"Rice is grown in Icheon.", "text/plain").run()
    while any(job.moving for job in session.seodam().queue.jobs(LOCAL_OWNER)):
        pass
    page.run()
    said = all_text(page)
    assert "is damaged" in said
    assert CATALOGUE["en"]["job.ready"] in said


@pytest.mark.usefixtures("documents")
def test_removing_can_be_undone(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    document = session.seodam().library(LOCAL_OWNER).documents()[0]
    page.button(key=f"remove-{document.id}").click().run()
    assert len(session.seodam().library(LOCAL_OWNER).documents()) == 1
    page.button(key=f"undo-document-{document.id}").click().run()
    assert len(session.seodam().library(LOCAL_OWNER).documents()) == 2


@pytest.mark.usefixtures("documents")
def test_a_document_can_be_renamed(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    document = session.seodam().library(LOCAL_OWNER).documents()[0]
    page.text_input(key=f"name-{document.id}").set_value("../새 이름.txt").run()
    assert session.seodam().library(LOCAL_OWNER).document(document.id).name == "새 이름.txt"


@pytest.mark.usefixtures("documents")
def test_a_conversation_can_be_renamed_and_deleted(open_page: Open) -> None:
    kept = session.seodam().conversations(LOCAL_OWNER)
    one = kept.start("first title")
    page = open_page("pages/chat.py", "en")
    page.text_input(key=f"title-{one.id}").set_value("another").run()
    assert kept.get(one.id).title == "another"
    page.button(key=f"delete-{one.id}").click().run()
    assert kept.all() == ()


def test_a_folder_in_use_is_one_clear_sentence(open_page: Open, tmp_path) -> None:
    from filelock import FileLock

    with FileLock(tmp_path / "lock"):
        page = open_page("pages/chat.py", "ko")
        assert "다른 서담이 데이터 폴더" in page.error[0].value
        assert not page.exception
