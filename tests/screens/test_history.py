"""The conversations in the sidebar: found, pinned, named, kept as files, deleted and undone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.stores.conversations import Conversations
from rag_core.types import LOCAL_OWNER, Answer, Citation, Conversation
from tests.faults.clock import AN_HOUR, pass_time
from tests.screens.conftest import REPOSITORY, all_text

Open = Callable[..., AppTest]
KOREAN, ENGLISH = CATALOGUE["ko"], CATALOGUE["en"]


@pytest.fixture
def kept(open_page: Open) -> Conversations:
    return session.seodam().conversations(LOCAL_OWNER)


def _talk(kept: Conversations, title: str, said: str = "26 metres.") -> Conversation:
    talk = kept.start(title)
    citation = Citation(1, "d", "harbour.txt", None, "", "26 metres tall", verified=True)
    kept.append(talk.id, title, Answer(f"{said} [1]", (citation,), model="extractive"))
    return talk


def _titles(page: AppTest) -> list[str]:
    return [one.label for one in page.button if (one.key or "").startswith("open-")]


def test_a_word_finds_the_conversation_and_shows_where(
    open_page: Open, kept: Conversations
) -> None:
    _talk(kept, "등대 높이", "등대의 높이는 26미터예요.")
    _talk(kept, "harbour")
    page = open_page()
    assert len(_titles(page)) == 2
    page.text_input(key="history-search").set_value("26미터").run()
    assert _titles(page) == ["등대 높이"]
    assert "등대의 높이는 26미터예요" in all_text(page).replace("\\", "")
    page.text_input(key="history-search").set_value("없는 말").run()
    assert _titles(page) == []
    assert KOREAN["history.none"] in all_text(page)


def test_a_pinned_conversation_stands_first(open_page: Open, kept: Conversations) -> None:
    first = _talk(kept, "first")
    _talk(kept, "second")
    page = open_page(language="en")
    assert _titles(page) == ["second", "first"]
    page.button(key=f"pin-{first.id}").click().run()
    assert _titles(page) == ["first", "second"]
    assert page.button(key=f"pin-{first.id}").label == ENGLISH["history.unpin"]


def test_a_deleted_conversation_can_be_brought_back(open_page: Open, kept: Conversations) -> None:
    talk = _talk(kept, "harbour")
    page = open_page(language="en")
    page.button(key=f"open-{talk.id}").click().run()
    page.button(key=f"delete-{talk.id}").click().run()
    assert _titles(page) == []
    assert "26 metres" not in all_text(page)
    page.button(key=f"undo-conversation-{talk.id}").click().run()
    assert _titles(page) == ["harbour"]
    assert not page.exception


def test_a_conversation_deleted_before_a_reload_can_be_brought_back(
    open_page: Open, kept: Conversations, tmp_path: Path
) -> None:
    talk = _talk(kept, "harbour")
    kept.delete(talk.id)
    pass_time(tmp_path, -AN_HOUR)
    page = open_page(language="en")
    assert "Deleted **harbour**." in all_text(page)
    page.button(key=f"undo-conversation-{talk.id}").click().run()
    assert _titles(page) == ["harbour"]
    kept.delete(talk.id)
    pass_time(tmp_path, -AN_HOUR)
    page = open_page(language="ko")
    kept.purge_deleted(older_than=-2 * AN_HOUR)
    page.button(key=f"undo-conversation-{talk.id}").click().run()
    assert page.warning[0].value == KOREAN["undo.too_late"]


def test_its_address_opens_a_conversation(open_page: Open, kept: Conversations) -> None:
    talk = _talk(kept, "harbour")
    page = open_page(language="en")
    assert any(one.value.endswith(f"?c={talk.id}") for one in page.code)
    page = AppTest.from_file(str(REPOSITORY / "pages/chat.py"), default_timeout=60)
    page.query_params["c"] = talk.id
    assert "26 metres" in all_text(page.run())


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(("language", "words"), [("ko", KOREAN), ("en", ENGLISH)])
def test_an_address_that_opens_no_conversation_of_ones_own_is_said(
    open_page: Open, language: str, words: dict[str, str]
) -> None:
    page = open_page(language=language, c="somebody-elses")
    assert not page.exception
    assert words["history.gone"] in [one.value for one in page.info]


@pytest.mark.parametrize("ending", ["md", "html", "json"])
def test_a_conversation_is_offered_as_a_file(
    open_page: Open, kept: Conversations, ending: str
) -> None:
    _talk(kept, 'a/b: "c"?')
    page = open_page(language="en")
    labels = [one.proto.label for one in page.get("download_button")]
    assert ENGLISH[f"export.{ending}"] in labels


def test_a_long_conversation_shows_its_end_and_more_on_request(
    open_page: Open, kept: Conversations
) -> None:
    talk = kept.start("long")
    for number in range(45):
        kept.append(talk.id, f"question {number}!", Answer("said"))
    page = open_page(language="en")
    page.button(key=f"open-{talk.id}").click().run()
    assert "question 25" in all_text(page)
    assert "question 24" not in all_text(page)
    earlier = [one for one in page.button if one.label == "Show 20 earlier questions"]
    earlier[0].click().run()
    assert "question 5" in all_text(page)
    assert [one for one in page.button if one.label == "Show 5 earlier questions"]
