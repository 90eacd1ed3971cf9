"""The lab page, in both languages: every step of a question is shown."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.reranker import LEARNED, Emphasis
from rag_core.types import LOCAL_OWNER, Upload
from tests.screens.conftest import ENGLISH, KOREAN, REPOSITORY, all_text
from tests.servers.openai_server import OpenAIServer, Reply

Open = Callable[..., AppTest]
STEPS = ("tokens", "embedding", "retrieval", "prompt", "answer", "look", "paper")
QUESTIONS = [("ko", "토큰화란 무엇인가요?"), ("en", "What is tokenization?")]


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


def _step(page: AppTest, language: str, step: str) -> AppTest:
    """Open a step."""
    page.session_state["lab-step"] = CATALOGUE[language][f"lab.{step}"]
    page.run()
    assert not page.exception
    return page


def _charts(page: AppTest) -> int:
    return len(page.get("vega_lite_chart")) + len(page.get("arrow_vega_lite_chart"))


@pytest.mark.parametrize(("language", "question"), QUESTIONS)
def test_every_step_shows_its_numbers(
    page: Callable[[str], AppTest], language: str, question: str
) -> None:
    words = CATALOGUE[language]
    shown = _asked(page(language), question)
    assert [tab.label for tab in shown.tabs] == [words[f"lab.{step}"] for step in STEPS]
    assert "-background[" in all_text(shown)
    assert _charts(shown) == 2  # weights, and two languages
    shown = _step(shown, language, "embedding")
    assert words["lab.moved"] in all_text(shown)
    assert _charts(shown) == 4  # map, nearest, moved, likeness
    shown = _step(shown, language, "retrieval")
    table = shown.dataframe[0].value
    assert len(table) == 10
    assert table[words["lab.column_goes"]].sum() == 8
    assert _charts(shown) == 1
    shown = _step(shown, language, "prompt")
    assert any(question in code.value and "<passage-" in code.value for code in shown.code)
    shown = _step(shown, language, "answer")
    shown.button(key="lab-ask").click().run()
    assert not shown.exception
    said = [one.value for one in shown.info]
    assert words["lab.closed_needs_model"] in said
    assert words["lab.no_choice"] in said
    assert _charts(shown) == 1  # when


def test_with_and_without_retrieval_stand_side_by_side(page: Callable[[str], AppTest]) -> None:
    shown = page("en")
    with OpenAIServer(default=Reply(text="Tokenization splits a sentence. [1]")) as server:
        conversations = session.seodam().conversations(LOCAL_OWNER)
        conversations.prefer("base_url", server.url)
        conversations.prefer("model", "openai:echo")
        shown = _step(_asked(shown, "What is tokenization?"), "en", "answer")
        shown.button(key="lab-ask").click().run()
        assert not shown.exception
        asked = [str(one["body"]) for one in server.requests if one["path"].endswith("completions")]
        shown.run()  # what was written stays, and is not asked for again
        assert len(server.requests) == len(asked)
    assert ["<passage-" in one for one in asked] == [True, False]
    headings = [one.value for one in shown.header]
    assert CATALOGUE["en"]["lab.with"] in headings
    assert CATALOGUE["en"]["lab.without"] in headings
    assert CATALOGUE["en"]["lab.no_probabilities"] in [one.value for one in shown.info]


def _slide(page: AppTest, **values: float) -> AppTest:
    for name, value in values.items():
        page.slider(key=f"emphasis-{name}").set_value(value)
    page.run()
    assert not page.exception
    return page


def test_the_sliders_change_the_ranking_at_once(page: Callable[[str], AppTest]) -> None:
    shown = _step(_asked(page("en"), "배운 지식을 다시 쓰는 방법"), "en", "retrieval")
    before = shown.dataframe[0].value.to_dict("list")
    _slide(shown, words=2.0, meaning=0.0, closely=0.0)
    assert shown.dataframe[0].value.to_dict("list") != before
    assert session.seodam().assistant(LOCAL_OWNER).emphasis == LEARNED


def test_what_is_applied_changes_the_chat_until_it_is_taken_back(
    page: Callable[[str], AppTest], open_page: Open
) -> None:
    question = "배운 지식을 다시 쓰는 방법"

    def in_chat() -> list[str]:
        """The passages that a new conversation finds, in order."""
        chat = open_page("pages/chat.py", "en")
        chat.chat_input(key="question").set_value(question).run()
        assert not chat.exception
        conversations = session.seodam().conversations(LOCAL_OWNER)
        newest = conversations.all(limit=1)[0]
        return [hit.passage.id for hit in conversations.turns(newest.id)[-1].answer.hits]

    lab = _asked(page("en"), question)
    learned = in_chat()
    _slide(lab, words=2.0, meaning=0.0, closely=0.0)
    lab.button(key="emphasis-apply").click().run()
    assert session.seodam().assistant(LOCAL_OWNER).emphasis == Emphasis(2.0, 0.0, 0.0)
    applied = in_chat()
    assert applied != learned
    chat = open_page("pages/chat.py", "en")
    assert CATALOGUE["en"]["lab.applied"] in all_text(chat)
    chat.button(key="emphasis-in-chat").click().run()
    assert not chat.exception
    assert CATALOGUE["en"]["lab.applied"] not in all_text(chat)
    assert session.seodam().assistant(LOCAL_OWNER).emphasis == LEARNED
    assert in_chat() == learned


def test_back_to_learned_moves_the_sliders_too(page: Callable[[str], AppTest]) -> None:
    shown = _slide(_asked(page("ko"), "토큰화란 무엇인가요?"), words=0.5)
    shown.button(key="emphasis-apply").click().run()
    assert [one.key for one in shown.button if one.key == "emphasis-apply" and one.disabled]
    shown.button(key="emphasis-back").click().run()
    assert not shown.exception
    assert shown.slider(key="emphasis-words").value == 1.0
    assert session.seodam().assistant(LOCAL_OWNER).emphasis == LEARNED


@pytest.mark.parametrize("step", STEPS)
def test_hostile_questions_are_shown_as_text(page: Callable[[str], AppTest], step: str) -> None:
    shown = _asked(page("en"), "![x](http://evil.example/x.png) <img src=x> :red[x] $x$ RAG")
    said = all_text(_step(shown, "en", step))
    assert not re.search(r"(?<!\\)!\[x\]|(?<!\\)<img|(?<!\\):red\[x|(?<!\\)\$x", said)


def test_an_empty_library_says_what_to_do(open_page: Open) -> None:
    page = open_page("pages/lab.py", "ko")
    assert page.info[0].value == CATALOGUE["ko"]["study.empty"]


def test_the_lab_looks_into_the_collection_in_use(open_page: Open) -> None:
    library = session.seodam().library(LOCAL_OWNER)
    library.add(Upload("harbour.txt", ENGLISH.encode()))
    other = library.shelving.add("Lighthouses")
    library.add(Upload("등대.txt", KOREAN.encode()), other.id)
    page = open_page("pages/lab.py", "en")
    found = []
    for chosen in ("", other.id):
        page.session_state["collection"] = chosen
        shown = _step(_asked(page, "How tall is the lighthouse of Pohang?"), "en", "retrieval")
        found.append(set(shown.dataframe[0].value[CATALOGUE["en"]["lab.column_document"]]))
    assert all(one.startswith("harbour.txt") for one in found[0])
    assert all(one.startswith("등대.txt") for one in found[1])


def test_another_embedding_is_looked_into_as_well(open_page: Open, tmp_path: Path) -> None:
    pytest.importorskip("gensim")
    words = sorted(set(ENGLISH.lower().replace(".", "").split()))
    rows = np.random.default_rng(0).normal(size=(len(words), 8)).round(3)
    lines = [" ".join([word, *map(str, row)]) for word, row in zip(words, rows, strict=True)]
    (tmp_path / "glove.txt").write_text("\n".join(lines))
    library = session.seodam().library(LOCAL_OWNER)
    for number, sentence in enumerate([*ENGLISH.split(". "), ENGLISH]):
        library.add(Upload(f"{number}.txt", sentence.encode()))
    in_use = session.seodam().in_use
    in_use.choose(f"word-vectors:{tmp_path / 'glove.txt'}")
    in_use.wait()
    assert in_use.name.startswith("word-vectors:")
    shown = _asked(open_page("pages/lab.py", "en"), "How tall is the lighthouse?")
    shown = _step(shown, "en", "embedding")
    assert not shown.error
    said = all_text(shown)
    assert CATALOGUE["en"]["lab.embedding_other"] in said
    assert CATALOGUE["en"]["lab.moved_without"].split("{")[0] in said
    assert _charts(shown) == 4  # map, nearest, moved, likeness
