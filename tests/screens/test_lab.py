"""The lab page, in both languages: every step of a question is shown."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Upload
from tests.screens.conftest import REPOSITORY, all_text
from tests.servers.openai_server import OpenAIServer, Reply

Open = Callable[..., AppTest]


@pytest.fixture
def page(open_page: Open) -> Callable[[str], AppTest]:
    def opened(language: str) -> AppTest:
        library = session.seodam().library(LOCAL_OWNER)
        for path in sorted((Path(REPOSITORY) / "samples").glob("*.pdf")):
            library.add(Upload(path.name, path.read_bytes()))
        return open_page("pages/lab.py", language)

    return opened


def _asked(page: AppTest, question: str) -> AppTest:
    page.text_input(key="lab-question").set_value(question).run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("language", "question"), [("ko", "토큰화란 무엇인가요?"), ("en", "What is tokenization?")]
)
def test_every_step_shows_its_numbers(
    page: Callable[[str], AppTest], language: str, question: str
) -> None:
    words = CATALOGUE[language]
    shown = _asked(page(language), question)
    assert [tab.label for tab in shown.tabs] == [
        words[f"lab.{step}"] for step in ("tokens", "embedding", "retrieval", "prompt", "answer")
    ]
    said = all_text(shown)
    assert "-background[" in said
    assert words["lab.moved"] in said
    assert len(shown.dataframe[0].value) == 10
    assert any(question in code.value and "<passage-" in code.value for code in shown.code)
    shown.button(key="lab-ask").click().run()
    assert not shown.exception
    assert words["lab.closed_needs_model"] in [one.value for one in shown.info]


def test_with_and_without_retrieval_stand_side_by_side(page: Callable[[str], AppTest]) -> None:
    shown = page("en")
    with OpenAIServer(default=Reply(text="Tokenization splits a sentence. [1]")) as server:
        conversations = session.seodam().conversations(LOCAL_OWNER)
        conversations.prefer("base_url", server.url)
        conversations.prefer("model", "openai:echo")
        _asked(shown, "What is tokenization?").button(key="lab-ask").click().run()
        assert not shown.exception
        asked = [str(one["body"]) for one in server.requests if one["path"].endswith("completions")]
    assert ["<passage-" in one for one in asked] == [True, False]
    headings = [one.value for one in shown.subheader]
    assert CATALOGUE["en"]["lab.with"] in headings
    assert CATALOGUE["en"]["lab.without"] in headings


def test_the_sliders_change_the_ranking_at_once(page: Callable[[str], AppTest]) -> None:
    shown = _asked(page("en"), "배운 지식을 다시 쓰는 방법")
    before = shown.dataframe[0].value.to_dict("list")
    for name, value in (("words", 2.0), ("meaning", 0.0), ("closely", 0.0)):
        shown.slider(key=f"emphasis-{name}").set_value(value)
    shown.run()
    assert shown.dataframe[0].value.to_dict("list") != before


def test_hostile_questions_are_shown_as_text(page: Callable[[str], AppTest]) -> None:
    shown = _asked(page("en"), "![x](http://evil.example/x.png) <img src=x> :red[x] $x$ RAG")
    said = all_text(shown)
    assert not re.search(r"(?<!\\)!\[x\]|(?<!\\)<img|(?<!\\):red\[x|(?<!\\)\$x", said)


def test_an_empty_library_says_what_to_do(open_page: Open) -> None:
    page = open_page("pages/lab.py", "ko")
    assert page.info[0].value == CATALOGUE["ko"]["study.empty"]
