"""The model of a conversation, what it is told, and what it took, on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.prompting import INSTRUCTIONS
from rag_core.types import LOCAL_OWNER, Answer, Usage
from tests.screens.conftest import all_text
from tests.servers.openai_server import OpenAIServer

Open = Callable[..., AppTest]


@pytest.fixture
def server(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        monkeypatch.setenv("SEODAM_MODEL", "openai:echo")
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        session.close()
        yield running


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_options_chosen_before_the_question_are_sent_and_kept(
    server: OpenAIServer, open_page: Open, language: str
) -> None:
    words = CATALOGUE[language]
    page = open_page("pages/chat.py", language)
    page.selectbox(key="options-temperature-new").select(0.4).run()
    page.selectbox(key="options-answer_tokens-new").select(512).run()
    page.chat_input[0].set_value("How tall is the lighthouse of Pohang?").run()
    body = server.requests[-1]["body"]
    assert body["temperature"] == 0.4
    assert 512 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    conversation = session.seodam().conversations(LOCAL_OWNER).all()[0]
    assert conversation.options.temperature == 0.4
    assert words["usage.tokens"].format(read="7", written="5") in all_text(page)
    assert words["window.nobody"] in all_text(page)
    page.button(key=f"used-{conversation.id}").click().run()
    page.selectbox(key=f"options-temperature-{conversation.id}").select("").run()
    kept = session.seodam().conversations(LOCAL_OWNER).get(conversation.id).options
    assert (kept.temperature, kept.answer_tokens) == (None, 512)


@pytest.mark.usefixtures("documents")
def test_a_conversation_can_have_another_model_than_the_settings(
    server: OpenAIServer, open_page: Open
) -> None:
    page = open_page("pages/chat.py", "en")
    page.selectbox(key="options-model-new").select("extractive").run()
    page.chat_input[0].set_value("How tall is the lighthouse of Pohang?").run()
    assert not [one for one in server.requests if "body" in one and "messages" in one["body"]]
    assert "26 metres tall" in all_text(page)


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_instructions_are_written_seen_as_sent_and_taken_back(
    server: OpenAIServer, open_page: Open, language: str
) -> None:
    words = CATALOGUE[language]
    page = open_page("pages/settings.py", language)
    page.text_area(key="instructions-default").set_value("Answer like a pirate.").run()
    sent = "\n".join(one.value for one in page.code)
    assert "Answer like a pirate.\n\nRules" in sent
    assert "harbour.txt" in sent
    open_page("pages/chat.py", language).chat_input[0].set_value("How tall is it?").run()
    assert server.requests[-1]["body"]["messages"][0]["content"].startswith("Answer like a pirate.")
    page = open_page("pages/settings.py", language)
    next(one for one in page.button if one.label == words["prompt.reset"]).click().run()
    assert session.seodam().assistant(LOCAL_OWNER).instructions() == ""
    assert page.text_area(key="instructions-default").value == INSTRUCTIONS.strip()


@pytest.mark.usefixtures("server", "documents")
def test_models_of_one_name_are_told_apart_by_their_provider(open_page: Open) -> None:
    page = open_page("pages/chat.py", "en")
    listed = {"openai": ["echo", "small"], "ollama": ["small"], "google": ["large"]}
    page.session_state["models"] = listed
    offered = page.run().selectbox(key="options-model-new").options
    assert offered[2:] == ["echo", "small (openai)", "small (ollama)", "large"]


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_window_is_said_with_who_says_so(
    server: OpenAIServer, open_page: Open, language: str
) -> None:
    words = CATALOGUE[language]
    server.about = {"max_model_len": 2048}
    page = open_page("pages/chat.py", language)
    page.chat_input[0].set_value("How tall is the lighthouse of Pohang?").run()
    assert words["window.server"].format(size="2,048") in all_text(page)
    session.seodam().conversations(LOCAL_OWNER).prefer("model", "openai:gpt-4o")
    said = all_text(open_page("pages/chat.py", language))
    assert words["window.table"].format(size="128,000") in said


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    ("passages", "turns", "said"),
    [(5, 0, "window: 5 passages."), (0, 1, "window: 1 earlier turn."), (1, 2, "1 passage, 2 earl")],
)
def test_only_what_did_not_fit_is_said(
    open_page: Open, passages: int, turns: int, said: str
) -> None:
    conversations = session.seodam().conversations(LOCAL_OWNER)
    conversation = conversations.start("a question")
    usage = Usage(7, 5, passages_left_out=passages, turns_left_out=turns)
    conversations.append(conversation.id, "a question", Answer("So.", model="m", usage=usage))
    page = open_page("pages/chat.py", "en")
    page.session_state["conversation"] = conversation.id
    assert said in all_text(page.run())
    assert " 0 " not in all_text(page)


@pytest.mark.usefixtures("documents", "server")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_prices_can_be_seen_and_a_broken_table_is_said_while_answers_go_on(
    open_page: Open, language: str
) -> None:
    words = CATALOGUE[language]
    settings = open_page("pages/settings.py", language)
    assert words["prices.own"].format(name="prices.toml") in all_text(settings)
    table = settings.dataframe[0].value
    assert "openai:gpt-4o" in list(table[words["prices.model"]])
    (session.seodam().settings.data / "prices.toml").write_text('["openai:echo"]\ninput = 1,5\n')
    page = open_page("pages/chat.py", language)
    page.chat_input[0].set_value("How tall is the lighthouse of Pohang?").run()
    for said in (all_text(open_page("pages/settings.py", language)), all_text(page)):
        assert "prices\\.toml" in said
        assert {"ko": "2번째 줄", "en": "line 2"}[language] in said
        assert "input \\= 1\\,5" in said or "input \\= 1,5" in said
    assert words["usage.no_price"] in all_text(page)
    assert "opened in 1962" in all_text(page)
