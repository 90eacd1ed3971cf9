"""The lab's steps that need a language model on this computer, with tiny ones made here."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Upload
from tests import tiny_models
from tests.screens.conftest import ENGLISH, KOREAN, all_text

Open = Callable[..., AppTest]
QUESTIONS = [("ko", "포항의 등대는 언제 세워졌나요?"), ("en", "How tall is the lighthouse?")]


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_gpt2(tmp_path_factory.mktemp("lab"), window=2048, seed=3)


@pytest.fixture(scope="module")
def bart(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_bart(tmp_path_factory.mktemp("encoder"), seed=3)


def _opened(open_page: Open, language: str, question: str, step: str) -> AppTest:
    library = session.seodam().library(LOCAL_OWNER)
    library.add(Upload("등대.txt", KOREAN.encode()))
    library.add(Upload("harbour.txt", ENGLISH.encode()))
    page = open_page("pages/lab.py", language)
    page.text_input(key="lab-question").set_value(question).run()
    page.session_state["lab-step"] = CATALOGUE[language][f"lab.{step}"]
    return _whole(page.run())


def _whole(page: AppTest) -> AppTest:
    assert not page.exception
    assert not page.error, page.error[0].value
    return page


def _load(page: AppTest, folder: str) -> AppTest:
    page.text_input(key="lab-local-name").set_value(folder).run()
    return _whole(page.button(key="lab-local-load").click().run())


def _charts(page: AppTest) -> int:
    return len(page.get("vega_lite_chart")) + len(page.get("arrow_vega_lite_chart"))


def test_the_probabilities_of_a_model_here_are_shown(open_page: Open, gpt2: str) -> None:
    session.seodam().conversations(LOCAL_OWNER).prefer("model", f"huggingface:{gpt2}")
    page = _opened(open_page, *QUESTIONS[1], "answer")
    page = _whole(page.button(key="lab-ask").click().run(timeout=120))
    words = CATALOGUE["en"]
    assert words["lab.next"] in all_text(page)
    assert words["lab.no_probabilities"] not in [one.value for one in page.info]
    assert _charts(page) == 2  # when, and what might have come instead


@pytest.mark.parametrize(("language", "question"), QUESTIONS)
def test_attention_waits_until_a_model_is_loaded(
    open_page: Open, gpt2: str, language: str, question: str
) -> None:
    words = CATALOGUE[language]
    page = _opened(open_page, language, question, "look")
    assert words["lab.local_how"] in all_text(page)
    assert _charts(page) == 0
    page = _load(page, gpt2)
    assert _charts(page) == 1
    assert words["lab.attention_before"] in all_text(page)
    page.selectbox(key="lab-layer").set_value(1)
    _whole(page.selectbox(key="lab-head").set_value(2).run())
    assert _charts(page) == 1


@pytest.mark.parametrize(("language", "question"), QUESTIONS)
@pytest.mark.parametrize("mode", ["token", "sequence"])
def test_the_paper_is_answered_over_the_passages_found(
    open_page: Open, bart: str, language: str, question: str, mode: str
) -> None:
    words = CATALOGUE[language]
    page = _load(_opened(open_page, language, question, "paper"), bart)
    uses = [words[f"lab.use_{use}"] for use in ("answers", "questions", "facts", "results")]
    assert [one.proto.label for one in page.get("page_link")] == uses
    page.session_state["lab-mode"] = mode
    page.slider(key="lab-most").set_value(8).run()
    page = _whole(page.button(key="lab-paper-run").click().run(timeout=120))
    said = all_text(page)
    assert words["lab.paper_passages"] in said
    assert words[f"lab.marginal_{mode}"] in said
    assert words["lab.without"] in said
    table = page.dataframe[0].value
    assert table["p(z|x)"].sum() == pytest.approx(1)
    assert table["p(z|x,y)"].sum() == pytest.approx(1)
    assert _charts(page) == 4  # with and without, passages, shares, next tokens
    _whole(page.run())
    assert _charts(page) == 4  # it stays
    page.session_state["lab-mode"] = "sequence" if mode == "token" else "token"
    assert _charts(_whole(page.run())) == 0  # not what was asked for any more


def test_a_claim_is_checked_as_in_the_paper(open_page: Open, bart: str) -> None:
    page = _load(_opened(open_page, *QUESTIONS[0], "paper"), bart)
    page.session_state["lab-task"] = "verify"
    page.run()
    page.text_input(key="lab-text-verify").set_value("등대는 1908년에 세워졌어요.")
    page = _whole(page.button(key="lab-paper-run").click().run(timeout=120))
    assert CATALOGUE["ko"]["lab.verdict"] in all_text(page)
    assert _charts(page) == 2


def test_what_is_no_model_is_said(open_page: Open, tmp_path: Path) -> None:
    page = _opened(open_page, *QUESTIONS[1], "look")
    page.text_input(key="lab-local-name").set_value(str(tmp_path / "nothing")).run()
    page.button(key="lab-local-load").click().run()
    assert not page.exception
    assert len(page.error) == 1


def test_strangers_cannot_load_models(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEODAM_SINGLE_USER", "0")
    monkeypatch.setattr("pages.ui.shell.owner", lambda: LOCAL_OWNER)  # a visitor with documents
    session.seodam().library(LOCAL_OWNER).add(Upload("harbour.txt", ENGLISH.encode()))
    page = open_page("pages/lab.py", "en")
    page.text_input(key="lab-question").set_value(QUESTIONS[1][1]).run()
    page.session_state["lab-step"] = CATALOGUE["en"]["lab.look"]
    page.run()
    assert not page.exception
    assert CATALOGUE["en"]["lab.local_shared"] in [one.value for one in page.info]
    assert "lab-local-name" not in [one.key for one in page.text_input]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_one_meaning_costs_in_two_languages(open_page: Open, gpt2: str, language: str) -> None:
    words, seodam = CATALOGUE[language], session.seodam()
    page = _opened(open_page, language, QUESTIONS[0][1], "tokens")
    assert words["lab.cost"] not in page.dataframe[1].value.columns  # nobody is asked or paid
    own = seodam.settings.data / "prices.toml"
    own.write_text('["huggingface:*"]\ninput = 2.5\noutput = 10\n', encoding="utf-8")
    seodam.conversations(LOCAL_OWNER).prefer("model", f"huggingface:{gpt2}")
    page = _opened(open_page, language, QUESTIONS[0][1], "tokens")
    table = page.dataframe[1].value
    by = table[words["lab.tokenizer"]]
    theirs, ours = table[by == f"hf:{gpt2}"], table[by == words["lab.ours"]]
    for one in (theirs, ours):
        assert list(one[words["lab.language"]]) == [words["lab.korean"], words["lab.english"]]
    assert theirs[words["lab.tokens_of"]].min() > 5
    paid = theirs[words["lab.tokens_of"]] * 1000 * 2.5 / 1e6
    assert list(theirs[words["lab.cost"]]) == pytest.approx(list(paid))
    assert ours[words["lab.cost"]].isna().all()  # only the chosen model has a price
    assert "2.5" in "".join(one.value for one in page.caption)


def test_a_model_without_a_known_price_costs_nobody_knows_what(open_page: Open) -> None:
    session.seodam().conversations(LOCAL_OWNER).prefer("model", "openai:echo")
    page = _opened(open_page, *QUESTIONS[1], "tokens")
    said = CATALOGUE["en"]["lab.cost_unknown"].format(model="echo")
    assert said in [one.value for one in page.caption]
