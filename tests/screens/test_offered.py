"""Questions on offer: on the first screen, of one's own documents, and under the last answer."""

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.overview import wants_overview
from rag_core.types import LOCAL_OWNER, Upload

Open = Callable[..., AppTest]
TEXT = {
    "ko": "# 등대 안내\n\n## 여는 시간\n\n등대는 아침 아홉 시부터 저녁 여섯 시까지 엽니다.\n\n"
    "## 등대의 역사\n\n등대란 배에 길을 알려 주는 탑을 말합니다. 등대는 1908년에 세워졌습니다.\n",
    "en": "# The lighthouse\n\n## Opening hours\n\nThe lighthouse is open from nine to six.\n\n"
    "## History of the tower\n\nA lighthouse is a tower that shows ships the way. It was built in "
    "1908.\n",
}


def _offered(page: AppTest) -> list[str]:
    """The questions on offer; the page is run again until they are there."""
    for _ in range(100):
        found = [one.label for one in page.button if (one.key or "").startswith("offered-")]
        if found:
            return found
        time.sleep(0.1)
        page.run()
    raise AssertionError("no question was offered")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_click_asks_what_is_offered_and_the_answer_offers_more(
    open_page: Open, language: str
) -> None:
    session.seodam().library(LOCAL_OWNER).add(Upload("![x](y).md", TEXT[language].encode()))
    page = open_page("pages/chat.py", language)
    words = CATALOGUE[language]
    first = _offered(page)
    assert 3 <= len(first) <= 5
    assert wants_overview(words["offered.overview"])
    assert words["welcome.ask"] in [one.value for one in page.caption]
    page.button(key="offered-1").click().run()
    assert not page.exception
    (conversation,) = session.seodam().conversations(LOCAL_OWNER).all()
    (turn,) = session.seodam().conversations(LOCAL_OWNER).turns(conversation.id)
    assert turn.answer.citations
    following = _offered(page)
    assert words["followup.next"] in [one.value for one in page.caption]
    assert turn.question not in following


def test_nothing_is_offered_of_somebody_elses_documents(open_page: Open) -> None:
    session.seodam().library("somebody").add(Upload("a.md", TEXT["en"].encode()))
    page = open_page("pages/chat.py", "en")
    assert not [one for one in page.button if (one.key or "").startswith("offered-")]
    assert not page.exception


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_lab_offers_questions_to_look_into(open_page: Open, language: str) -> None:
    session.seodam().library(LOCAL_OWNER).add(Upload("a.md", TEXT[language].encode()))
    page = open_page("pages/lab.py", language)
    first = _offered(page)[0]
    page.button(key="offered-0").click().run()
    assert not page.exception
    assert page.text_input(key="lab-question").value == first
    assert page.tabs
