"""The chat when something goes otherwise than hoped."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Answer, Finish, Sentence
from tests.screens.conftest import all_text
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

Open = Callable[..., AppTest]
KOREAN, ENGLISH = CATALOGUE["ko"], CATALOGUE["en"]
pytestmark = pytest.mark.usefixtures("documents")


def choose(name: str, url: str) -> None:
    """The model of the local visitor."""
    conversations = session.seodam().conversations(LOCAL_OWNER)
    conversations.prefer("base_url", url)
    conversations.prefer("model", name)


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def kept(answer: Answer) -> None:
    """A conversation with one turn."""
    conversations = session.seodam().conversations(LOCAL_OWNER)
    conversations.append(conversations.start("a question").id, "a question", answer)


def newest(page: AppTest) -> AppTest:
    """Open the conversation that was used last."""
    one = session.seodam().conversations(LOCAL_OWNER).all()[0]
    return page.button(key=f"open-{one.id}").click().run()


def test_an_error_in_mid_answer_keeps_and_marks_what_had_arrived(open_page: Open) -> None:
    with OpenAIServer() as server:
        choose("openai:echo", server.url)
        server.script(FAULTS["cut"])
        page = ask(open_page(language="ko"), "등대는 몇 년에 세워졌나요?")
    assert "one two three" in all_text(page)
    assert "중간에 끊겼거나" in page.error[0].value
    turn = session.seodam().conversations(LOCAL_OWNER)
    answer = turn.turns(turn.all()[0].id)[0].answer
    assert (answer.text, answer.finish) == ("one two three", Finish.FAILED)


def test_a_refused_key_is_said_and_the_question_is_kept(open_page: Open) -> None:
    with OpenAIServer() as server:
        choose("openai:refused_key", server.url)
        page = ask(open_page(language="ko"), "등대는 몇 년에 세워졌나요?")
    assert "API 키를 받아들이지 않았어요" in page.error[0].value
    assert "등대는 몇 년에 세워졌나요?" in all_text(page)
    assert KOREAN["answer.not_found"] not in all_text(page)


def test_a_wrong_address_is_explained_before_anything_is_asked(open_page: Open) -> None:
    choose("openai:echo", "ftp://nowhere")
    page = ask(open_page(language="en"), "How tall is the lighthouse?")
    assert "server address" in page.error[0].value
    assert session.seodam().conversations(LOCAL_OWNER).all() == ()


def test_a_model_answers_with_its_name_below(open_page: Open) -> None:
    with OpenAIServer(default=Reply(text="Its lighthouse is 26 metres tall. [1]")) as server:
        choose("openai:echo", server.url)
        page = ask(open_page(language="en"), "How tall is the lighthouse of Pohang?")
    said = all_text(page)
    assert "26 metres tall" in said
    assert "echo" in said
    assert ENGLISH["answer.extractive"] not in said


def test_with_nothing_ticked_nothing_is_asked(open_page: Open) -> None:
    page = open_page(language="en")
    for box in page.checkbox:
        box.uncheck()
    page.run()
    ask(page, "How tall is the lighthouse?")
    assert page.info[0].value == ENGLISH["chat.none_ticked"]
    assert session.seodam().conversations(LOCAL_OWNER).all() == ()


def test_an_answer_stopped_before_its_first_word_does_not_claim_that_there_is_none(
    open_page: Open,
) -> None:
    kept(Answer("", answerable=False, finish=Finish.STOPPED, model="extractive"))
    said = all_text(newest(open_page(language="en")))
    assert ENGLISH["answer.stopped"] in said
    assert ENGLISH["answer.not_found"] not in said


def test_the_sentence_without_a_source_is_flagged_and_no_other(open_page: Open) -> None:
    said_twice = "Tea grows in Boseong."
    sentences = (Sentence(said_twice, (1,), supported=True), Sentence(said_twice))
    kept(Answer(f"{said_twice} [1] {said_twice}", sentences=sentences, model="openai:echo"))
    page = newest(open_page(language="en"))
    said = all_text(page)
    flag = f":orange-badge[{ENGLISH['answer.no_source']}]"
    assert f"{said_twice} [1] {said_twice} {flag}" in said
    assert said.count(flag) == 1
    missing = ENGLISH["answer.unsupported"].partition("|")[0].format(n=1)
    assert missing in [one.label for one in page.expander]
