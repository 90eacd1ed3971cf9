"""The page that checks claims, in both languages, over real documents."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Upload
from tests.screens.conftest import all_text
from tests.servers.openai_server import FAULTS, OpenAIServer

Open = Callable[..., AppTest]
CLAIMS = {
    "ko": "서담의 첫 등대는 1908년에 포항에 세워졌다. 서담의 첫 등대는 1918년에 포항에 세워졌다.",
    "en": "The lighthouse is 26 metres tall. The harbour of Pohang was opened in 1972. "
    "Elephants never forget a melody.",
}


def _check(page: AppTest, text: str) -> AppTest:
    page.text_area(key="claims").input(text)
    words = CATALOGUE[page.session_state["language"]]
    next(one for one in page.button if one.label == words["facts.check"]).click().run()
    assert not page.exception
    return page


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_claim_gets_its_ruling_and_opens_its_page(open_page: Open, language: str) -> None:
    page = _check(open_page("pages/fact_check.py", language), CLAIMS[language])
    said, words = all_text(page), CATALOGUE[language]
    assert words["facts.by_rules"] in said
    assert f"{words['facts.supported']} 1" in said
    assert f"{words['facts.contradicted']} 1" in said
    assert words["facts.differs_numbers"] in said
    if language == "en":
        assert f"{words['facts.not_found']} 1" in said
    page.button(key="fact-open-2").click().run()
    assert not page.exception
    assert page.session_state["viewer"].quote


@pytest.mark.usefixtures("documents")
def test_a_question_claims_nothing(open_page: Open) -> None:
    page = _check(open_page("pages/fact_check.py", "ko"), "등대는 언제 세워졌나요?")
    assert page.info[0].value == CATALOGUE["ko"]["facts.no_claim"]


@pytest.mark.usefixtures("documents")
def test_only_the_chosen_documents_are_compared(open_page: Open) -> None:
    page = open_page("pages/fact_check.py", "en")
    korean = session.seodam().library(LOCAL_OWNER).documents()[0]
    page.multiselect(key="facts-documents").set_value([korean.id])
    said = all_text(_check(page, "The lighthouse is 26 metres tall."))
    assert CATALOGUE["en"]["facts.supported"] not in said
    assert "harbour.txt" not in [one.label for one in page.button]


@pytest.mark.usefixtures("documents")
def test_a_model_that_fails_is_said_and_the_rules_judge(open_page: Open) -> None:
    with OpenAIServer(default=FAULTS["refused_key"]) as server:
        kept = session.seodam().conversations(LOCAL_OWNER)
        kept.prefer("base_url", server.url)
        kept.prefer("model", "openai:<b>echo")
        page = _check(open_page("pages/fact_check.py", "en"), "The lighthouse is 30 metres tall.")
    assert page.warning
    assert CATALOGUE["en"]["facts.contradicted"] in all_text(page)
    assert "<b>" not in all_text(page)


def test_a_library_without_documents_says_what_to_do(open_page: Open) -> None:
    page = open_page("pages/fact_check.py", "en")
    assert page.info[0].value == CATALOGUE["en"]["facts.empty"]


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_claim_of_the_address_is_filled_in_once_and_checked_in_its_collection(
    open_page: Open, language: str
) -> None:
    library = session.seodam().library(LOCAL_OWNER)
    other = library.shelving.add("rivers")
    library.add(Upload("river.txt", b"The river Hyeongsan is 62 kilometres long."), other.id)
    claim = "The river Hyeongsan is 62 kilometres long."
    page = open_page("pages/fact_check.py", language, **{"claim": claim, "in": other.id})
    words = CATALOGUE[language]
    assert page.text_area(key="claims").value == claim
    next(one for one in page.button if one.label == words["facts.check"]).click().run()
    assert f"{words['facts.supported']} 1" in all_text(page)
    page = _check(page, "The river Hyeongsan is 99 kilometres long.")
    assert f"{words['facts.contradicted']} 1" in all_text(page)
    elsewhere = open_page("pages/fact_check.py", language, **{"claim": claim, "in": "gone"})
    next(one for one in elsewhere.button if one.label == words["facts.check"]).click().run()
    assert f"{words['facts.not_found']} 1" in all_text(elsewhere)
