"""Settings against a real server on the loopback: models, connection, and where keys go."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.types import LOCAL_OWNER, Answer, Feedback
from tests.screens.conftest import all_text
from tests.servers.openai_server import FAULTS, OpenAIServer
from tests.tiny_models import save_gpt2

Open = Callable[..., AppTest]
KOREAN, ENGLISH = CATALOGUE["ko"], CATALOGUE["en"]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def connect(page: AppTest, url: str, key: str = "") -> AppTest:
    page.text_input(key="base_url_typed-openai").set_value(url)
    page.text_input(key="api_key_typed-openai").set_value(key)
    button = next(one for one in page.button if one.label in _labels("settings.connect"))
    return button.click().run()


def _labels(key: str) -> set[str]:
    return {KOREAN[key], ENGLISH[key]}


def sent_keys(server: OpenAIServer) -> list[str]:
    return [one["headers"].get("authorization", "") for one in server.requests]


def test_a_server_that_names_no_model_asks_for_the_name(
    open_page: Open, server: OpenAIServer
) -> None:
    server.pages["/v1/models"] = {"object": "list", "data": []}
    page = connect(open_page("pages/settings.py", "ko"), server.url)
    assert not page.exception
    assert KOREAN["settings.none_listed"] in [one.value for one in page.info]


def test_the_models_are_listed_and_the_chosen_one_is_tested(
    open_page: Open, server: OpenAIServer
) -> None:
    page = connect(open_page("pages/settings.py", "ko"), server.url, "sk-typed")
    assert "모델 25개" in page.success[0].value
    page.selectbox(key="model_chosen").select("openai:echo").run()
    next(one for one in page.button if one.label == KOREAN["settings.test"]).click().run()
    assert "잘 답해요" in page.success[0].value
    assert set(sent_keys(server)) == {"Bearer sk-typed"}


def test_a_refused_key_is_said_in_korean_and_not_repeated(
    open_page: Open, server: OpenAIServer
) -> None:
    server.listing.append(FAULTS["refused_key"])
    page = connect(open_page("pages/settings.py", "ko"), server.url, "sk-wrong")
    assert "API 키를 받아들이지 않았어요" in page.error[0].value
    assert "sk-wrong" not in all_text(page)


@pytest.mark.parametrize("address", ["ftp://files.example", "http://me:secret@127.0.0.1:9/v1"])
def test_an_address_that_cannot_be_is_explained(open_page: Open, address: str) -> None:
    page = connect(open_page("pages/settings.py", "en"), address)
    assert "server address" in page.error[0].value
    assert "secret" not in all_text(page)


def test_a_server_that_is_away_is_said(open_page: Open) -> None:
    page = connect(open_page("pages/settings.py", "en"), "http://127.0.0.1:9/v1")
    assert "cannot be reached" in page.error[0].value


def test_the_key_of_the_deployment_goes_to_no_other_server(
    open_page: Open, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-deployment")
    page = connect(open_page("pages/settings.py", "en"), server.url)
    page.selectbox(key="model_chosen").select("openai:echo").run()
    next(one for one in page.button if one.label == ENGLISH["settings.test"]).click().run()
    assert len(server.requests) == 2
    assert "sk-of-the-deployment" not in "".join(sent_keys(server))


def test_a_key_that_was_typed_for_one_server_is_not_sent_to_another(
    open_page: Open, server: OpenAIServer
) -> None:
    page = connect(open_page("pages/settings.py", "en"), server.url, "sk-first")
    with OpenAIServer() as other:
        connect(page, other.url)
        assert sent_keys(server) == ["Bearer sk-first"]
        assert "sk-first" not in "".join(sent_keys(other))


def test_model_and_server_outlive_the_session_and_the_key_does_not(
    open_page: Open, server: OpenAIServer
) -> None:
    page = connect(open_page("pages/settings.py", "en"), server.url, "sk-typed")
    page.selectbox(key="model_chosen").select("openai:echo").run()
    later = open_page("pages/settings.py", "en")
    assert later.selectbox(key="model_chosen").value == "openai:echo"
    assert later.text_input(key="base_url_typed-openai").value == server.url
    next(one for one in later.button if one.label == ENGLISH["settings.test"]).click().run()
    assert sent_keys(server)[-1] != "Bearer sk-typed"


@pytest.fixture
def shared(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Seodam that several people use."""
    monkeypatch.setenv("SEODAM_SINGLE_USER", "0")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_a_visitor_cannot_make_the_server_knock_at_its_own_network(
    open_page: Open, server: OpenAIServer, host: str
) -> None:
    port = server.url.split(":")[2]
    page = connect(open_page("pages/settings.py", "ko"), f"http://{host}:{port}")
    assert "인터넷에 공개된 주소" in page.error[0].value
    assert server.requests == []


@pytest.mark.usefixtures("shared")
def test_the_server_that_the_operator_named_is_asked_wherever_it_is(
    open_page: Open, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    page = connect(open_page("pages/settings.py", "ko"), server.url)
    assert "모델 25개" in page.success[0].value


def test_a_model_of_this_computer_is_chosen_by_typing_its_name(
    open_page: Open, tmp_path: Path
) -> None:
    name = f"huggingface:{save_gpt2(tmp_path / 'model', chat=True)}"
    page = open_page("pages/settings.py", "ko")
    box = page.selectbox(key="model_chosen")
    box.options.append(name)  # AppTest can only choose; a browser sends what is typed the same way
    box.set_value(name).run()
    next(one for one in page.button if one.label == KOREAN["settings.test"]).click().run()
    assert "잘 답해요" in page.success[0].value


def test_what_was_thought_of_answers_can_be_taken_along(open_page: Open) -> None:
    page = open_page("pages/settings.py", "en")
    assert not page.get("download_button")
    kept = session.seodam().conversations(LOCAL_OWNER)
    talk = kept.start("talk")
    turn = kept.append(talk.id, "why?", Answer("because"))
    kept.judge(talk.id, turn.id, Feedback(False, "wrong"))
    page.run()
    assert [one.proto.label for one in page.get("download_button")] == ["Download 1 opinion (CSV)"]
