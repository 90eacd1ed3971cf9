"""A language model's server misbehaves: what arrived is kept, the error is ours, nobody waits."""

from __future__ import annotations

import logging
import socket
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag_core import errors
from rag_core.chain import build_chain
from rag_core.embeddings import OpenAIEmbedding
from rag_core.generators import list_models, load_generator, test_connection
from rag_core.settings import Settings
from rag_core.types import Hit, Passage
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

KEY = "sk-CANARY0123456789"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def given(server: OpenAIServer, seconds: int = 30) -> Settings:
    return Settings(
        data=Path("unused"),
        openai_api_key=KEY,
        openai_base_url=server.url,
        answer_seconds=seconds,
    )


def ask(server: OpenAIServer, model: str, seconds: int = 30) -> tuple[str, Exception | None, float]:
    """What arrived, how it ended, and after how long."""
    chat = load_generator(f"openai:{model}", given(server, seconds))
    said = ""
    started = time.monotonic()
    try:
        for piece in chat.stream("Hello"):
            said += piece.text
    except Exception as error:
        return said, error, time.monotonic() - started
    return said, None, time.monotonic() - started


@pytest.mark.parametrize(
    ("fault", "kind", "said", "requests"),
    [
        ("refused_key", errors.ModelRefusedKey, "", 1),
        ("forbidden", errors.ModelRefusedKey, "", 1),
        ("no_model", errors.ModelFailed, "", 1),
        ("bad_request", errors.TooMuchSent, "", 1),
        ("redirect", errors.ModelFailed, "", 1),
        ("busy", errors.ModelOverloaded, "", 3),
        ("busy_for_long", errors.ModelOverloaded, "", 1),
        ("no_quota", errors.ModelOverloaded, "", 1),
        ("broken", errors.ModelOverloaded, "", 3),
        ("cut", errors.ModelAnswerBroken, "one two three", 1),
        ("cut_at_once", errors.ModelUnreachable, "", 3),
        ("ends_early", errors.ModelAnswerBroken, "one two three", 1),
        ("empty", errors.ModelAnswerBroken, "", 3),
        ("garbage", errors.ModelAnswerBroken, "", 3),
        ("html", errors.ModelAnswerBroken, "", 3),
        ("wrong_charset", errors.ModelAnswerBroken, "", 3),
        ("error_event", errors.ModelAnswerBroken, "", 3),
        ("huge", errors.ModelAnswerBroken, "", 1),
    ],
)
def test_each_fault_has_its_error(
    server: OpenAIServer, fault: str, kind: type[Exception], said: str, requests: int
) -> None:
    arrived, error, seconds = ask(server, fault)
    assert type(error) is kind
    assert arrived == said
    assert len(server.requests) == requests
    assert seconds < 10


@pytest.mark.parametrize(
    ("fault", "said"),
    [("silence", ""), ("silence_within", "one"), ("drip", "one"), ("keep_alives", "")],
)
def test_nobody_waits_for_ever(server: OpenAIServer, fault: str, said: str) -> None:
    arrived, error, seconds = ask(server, fault, seconds=1)
    assert type(error) is errors.ModelTimedOut
    assert arrived.startswith(said)
    assert seconds < 3
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "This model's maximum context length is 4096 tokens. You sent 5000", "TooMuchSent"),
        (400, "the request exceeds the available context size", "TooMuchSent"),
        (413, "prompt is too long: 210000 tokens > 200000 maximum", "TooMuchSent"),
        (400, "temperature is not supported with this model", "ModelFailed"),
    ],
)
def test_a_request_that_is_too_long_is_told_from_others(
    server: OpenAIServer, status: int, message: str, kind: str
) -> None:
    server.script(Reply(status=status, error={"message": message}))
    _, error, _ = ask(server, "echo")
    assert type(error).__name__ == kind
    assert message not in str(error)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    chat = load_generator("openai:x", Settings(data=Path("unused")), base_url=address)
    with pytest.raises(errors.ModelUnreachable):
        chat.invoke("Hello")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("refused_key", errors.ModelRefusedKey),
        ("forbidden", errors.ModelRefusedKey),
        ("no_model", errors.ModelFailed),
        ("busy", errors.ModelOverloaded),
        ("broken", errors.ModelOverloaded),
        ("silence", errors.ModelTimedOut),
    ],
)
def test_a_server_of_vectors_fails_as_one_of_words_does(
    server: OpenAIServer, fault: str, kind: type[Exception]
) -> None:
    seconds = 0.5 if fault == "silence" else 60
    embedding = OpenAIEmbedding(fault, api_key=KEY, base_url=server.url, seconds=seconds)
    with pytest.raises(errors.ModelFailed) as caught:
        embedding.embed_array(["Seoul"])
    assert type(caught.value) is kind
    assert {one["headers"]["authorization"] for one in server.requests} <= {f"Bearer {KEY}"}
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_no_server_of_vectors_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(errors.ModelUnreachable):
        OpenAIEmbedding("x", base_url=address).embed_array(["Seoul"])


def test_a_passing_fault_before_the_first_token_is_not_noticed(server: OpenAIServer) -> None:
    server.script(FAULTS["busy"], FAULTS["cut_at_once"], Reply(text="Here I am."))
    said, error, _ = ask(server, "echo")
    assert (said, error) == ("Here I am.", None)


def test_the_whole_and_the_stream_fail_alike(server: OpenAIServer) -> None:
    with pytest.raises(errors.ModelRefusedKey):
        load_generator("openai:refused_key", given(server)).invoke("Hello")


def test_the_chain_shows_passages_before_the_model_fails(server: OpenAIServer) -> None:
    passage = Passage("p", "d", 0, 1, "1", "Seoul is a city.")

    class One:
        k = 8

        def search(self, question: str, k: int = 10, documents: object = None) -> list[Hit]:
            return [Hit(1, passage, "a.pdf", 0.9)]

    parts: list[dict[str, Any]] = []
    chain = build_chain(One(), load_generator("openai:cut", given(server)))
    with pytest.raises(errors.ModelAnswerBroken):
        parts.extend(chain.stream({"question": "What is Seoul?"}))
    assert parts[0]["hits"][0].passage is passage
    assert "".join(part.get("text", "") for part in parts) == "one two three"


@pytest.mark.parametrize("fault", ["refused_key", "forbidden", "busy", "broken", "cut", "silence"])
def test_the_key_never_comes_out(
    server: OpenAIServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chat = load_generator(f"openai:{fault}", given(server, seconds=1))
    said, error, _ = ask(server, fault, seconds=1)
    assert error is not None
    assert server.requests[0]["headers"]["authorization"] == f"Bearer {KEY}"
    seen = [repr(chat), str(chat), repr(chat.model_dump()), str(error.__dict__), said, caplog.text]
    seen.append("".join(traceback.format_exception(error)))
    assert error.__cause__ is None
    assert error.__context__ is None
    assert not [text for text in seen if KEY in text]


def test_the_key_of_the_settings_goes_to_the_address_of_the_settings_only(
    server: OpenAIServer,
) -> None:
    home = Settings(data=Path("unused"), openai_api_key=KEY, openai_base_url="http://127.0.0.1:9")
    load_generator("openai:echo", home, base_url=server.url).invoke("Hello")
    assert KEY not in str(server.requests)


def test_models_are_listed_and_tried(server: OpenAIServer) -> None:
    assert "echo" in list_models("openai", server.url, KEY)
    assert test_connection("openai:echo", server.url, KEY) < 10
    server.listing.append(FAULTS["refused_key"])
    with pytest.raises(errors.ModelRefusedKey) as caught:
        list_models("openai", server.url, KEY)
    assert KEY not in str(caught.value)
    with pytest.raises(errors.ModelRefusedKey):
        test_connection("openai:refused_key", server.url, KEY)


@pytest.mark.parametrize("address", ["ftp://x/v1", "file:///etc", "http://", "http://u:p@x/v1"])
def test_odd_addresses_are_refused(address: str) -> None:
    with pytest.raises(errors.WrongSetting) as caught:
        load_generator("openai:x", Settings(data=Path("unused")), base_url=address)
    assert "u:p" not in str(caught.value)


def test_hits_beside_the_prompt_stay_here(server: OpenAIServer) -> None:
    passage = Passage("secret-passage-id", "secret-document-id", 0, 1, "1", "Seoul is a city.")

    class One:
        k = 8

        def search(self, question: str, k: int = 10, documents: object = None) -> list[Hit]:
            return [Hit(1, passage, "a.pdf", 0.123456)]

    answer = build_chain(One(), load_generator("openai:echo", given(server))).invoke(
        {"question": "What is Seoul?"}
    )
    assert answer["text"] == "Seoul is a city. [1]"
    sent = server.requests[0]["body"]
    assert {key for message in sent["messages"] for key in message} == {"role", "content"}
    assert "secret-" not in str(sent)
    assert KEY not in str(sent)


@pytest.mark.parametrize("told", [[], {"data": 7}, "Welcome", None])
def test_what_is_no_model_server_is_told_from_a_model_that_fails(
    server: OpenAIServer, told: object
) -> None:
    server.pages["/v1/models"] = told
    with pytest.raises(errors.NoModelServer, match="answers, but not as a model server does"):
        list_models("openai", server.url, KEY)
    with pytest.raises(errors.NoModelServer):
        list_models("openai", server.url.removesuffix("/v1"), KEY)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("localhost:8000/v1", "localhost:8000/v1"),
        ("my server", "my server"),
        ("http://me:secret@host/v1?key=secret", "host/v1"),
    ],
)
def test_an_address_that_is_refused_is_said_as_it_was_typed(address: str, shown: str) -> None:
    with pytest.raises(errors.WrongSetting) as caught:
        list_models("openai", address, KEY)
    assert caught.value.details["value"] == shown
