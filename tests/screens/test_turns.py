"""What can be done with an answer: versions, editing, judging, copying."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.stores.conversations import Conversations
from rag_core.types import LOCAL_OWNER, Feedback
from tests.screens.conftest import all_text

Open = Callable[..., AppTest]
ENGLISH = CATALOGUE["en"]
pytestmark = pytest.mark.usefixtures("documents")


@pytest.fixture
def page(open_page: Open) -> AppTest:
    """A conversation of two turns."""
    page = open_page(language="en")
    for question in ("How tall is the lighthouse?", "When was the harbour of Pohang opened?"):
        page.chat_input[0].set_value(question).run()
        assert not page.exception
    return page


def _kept() -> Conversations:
    return session.seodam().conversations(LOCAL_OWNER)


def _turns() -> list[str]:
    kept = _kept()
    return [turn.question for turn in kept.turns(kept.all()[0].id)]


def _first(page: AppTest) -> int:
    kept = _kept()
    return kept.all_turns(kept.all()[0].id)[0].id


def test_an_edited_question_becomes_a_version_and_the_first_one_can_be_read_again(
    page: AppTest,
) -> None:
    first = _first(page)
    page.text_area(key=f"edited-{first}").set_value("How tall is the lighthouse of Pohang?")
    submit = next(one for one in page.button if f"edit-form-{first}" in (one.key or one.form_id))
    submit.click().run()
    page.run()
    assert not page.exception
    assert _turns() == ["How tall is the lighthouse of Pohang?"]
    assert "2/2" in all_text(page)
    assert "When was the harbour" not in all_text(page)
    second = _kept().turns(_kept().all()[0].id)[0]
    page.button(key=f"version-{second.id}-0").click().run()
    assert _turns()[0] == "How tall is the lighthouse?"
    assert len(_turns()) == 2
    assert "1/2" in all_text(page)


def test_answering_again_keeps_what_was_said(page: AppTest) -> None:
    first = _first(page)
    page.button(key=f"again-{first}").click().run()
    page.run()
    assert not page.exception
    kept = _kept()
    assert len(kept.all_turns(kept.all()[0].id)) == 3
    assert _turns() == ["How tall is the lighthouse?"]


def test_an_answer_is_judged_with_a_reason(page: AppTest) -> None:
    first = _first(page)
    page.feedback(key=f"thumbs-{first}").set_value(0).run()
    page.text_input(key=f"why-{first}").set_value("too short").run()
    kept = _kept()
    assert kept.turns(kept.all()[0].id)[0].feedback == Feedback(False, "too short")
    page.feedback(key=f"thumbs-{first}").set_value(1).run()
    judged = kept.turns(kept.all()[0].id)[0].feedback
    assert judged is not None
    assert judged.helpful


def test_an_answer_is_copied_with_its_sources(page: AppTest) -> None:
    texts = [one.value for one in page.code]
    assert any("26 metres tall" in text and "harbour.txt" in text for text in texts)
