"""Claude, Gemini and Ollama by their real clients, against servers that speak as theirs do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from rag_core import settings
from rag_core.errors import (
    MissingExtra,
    ModelAnswerBroken,
    ModelFailed,
    ModelOverloaded,
    ModelRefusedKey,
    ModelTimedOut,
    ModelUnreachable,
    WrongSetting,
)
from rag_core.generators import RemoteChatModel, list_models, load_generator, test_connection
from rag_core.prompting import messages
from rag_core.providers import PROVIDERS
from rag_core.settings import Settings
from rag_core.types import Hit, Passage
from tests.servers.provider_servers import MODELS, Fault, ProviderServer

KEY = "sk-not-to-be-seen-anywhere"
TEXT = "The lighthouse is 26 metres tall. It stands in Pohang."
HITS = [Hit(1, Passage("p", "d", 0, 1, "1", TEXT), "a.pdf", 0.9)]


@pytest.fixture(params=["anthropic", "google", "ollama"])
def server(request: pytest.FixtureRequest) -> Iterator[ProviderServer]:
    with ProviderServer(request.param) as running:
        yield running


def _model(server: ProviderServer, **more: object) -> RemoteChatModel:
    model = load_generator(
        f"{server.kind}:small",
        Settings(data=Path("unused"), answer_seconds=2),
        api_key=KEY,
        base_url=server.url,
        **more,  # type: ignore[arg-type]
    )
    assert isinstance(model, RemoteChatModel)
    return model


def _ask(model: BaseChatModel) -> str:
    return "".join(piece.text for piece in model.stream(messages("How tall is it?", HITS)))


def test_the_answer_streams_and_tells_what_it_cost(server: ProviderServer) -> None:
    pieces = list(_model(server).stream(messages("How tall is it?", HITS)))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole + piece
    assert whole.text == "The lighthouse is 26 metres tall. [1]"
    assert sum(bool(piece.text) for piece in pieces) > 3
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["input_tokens"] == 100
    assert whole.usage_metadata["output_tokens"] >= 7


def test_it_is_asked_as_was_chosen_and_with_its_key_only_in_the_header(
    server: ProviderServer,
) -> None:
    _ask(_model(server, temperature=0.25, answer_tokens=300, context_tokens=7777))
    asked = server.requests[-1]
    body = str(asked["body"])
    assert ("7777" in body) == (server.kind == "ollama")
    assert "0.25" in body
    assert "300" in body
    assert "hits" not in body
    assert KEY not in body
    assert KEY in str(asked["headers"])


def test_the_models_of_the_server_are_listed(server: ProviderServer) -> None:
    assert list_models(server.kind, server.url, KEY) == sorted(MODELS)
    assert test_connection(f"{server.kind}:small", server.url, KEY) < 30


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Fault(status=401), ModelRefusedKey),
        (Fault(status=403), ModelRefusedKey),
        (Fault(status=404), ModelFailed),
        (Fault(pieces=3), ModelAnswerBroken),
        (Fault(wait=30), ModelTimedOut),
    ],
)
def test_what_goes_wrong_is_said_without_the_key(
    server: ProviderServer, fault: Fault, failure: type[ModelFailed]
) -> None:
    server.script(fault)
    with pytest.raises(failure) as failed:
        _ask(_model(server))
    chain = [failed.value, failed.value.__cause__, failed.value.__context__]
    assert not any(KEY in repr(one) for one in chain)


def test_a_busy_server_is_asked_again_and_then_given_up(server: ProviderServer) -> None:
    server.script(Fault(status=503))
    assert _ask(_model(server)).startswith("The lighthouse")
    server.script(*[Fault(status=503)] * 3)
    with pytest.raises(ModelOverloaded):
        _ask(_model(server))


@pytest.mark.parametrize("kind", ["anthropic", "google", "ollama"])
def test_a_server_that_is_not_there_is_unreachable(kind: str) -> None:
    nobody = Settings(data=Path("unused"), answer_seconds=2)
    with pytest.raises(ModelUnreachable):
        _ask(load_generator(f"{kind}:small", nobody, base_url="http://127.0.0.1:9"))


@pytest.mark.parametrize("name", ["anthropic:", "mistral:large", "openai", "ollama"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(WrongSetting):
        load_generator(name, Settings(data=Path("unused")))


def test_a_missing_package_is_named_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(MissingExtra) as missing:
        load_generator("anthropic:any", Settings(data=Path("unused")))
    assert "pip install langchain-anthropic" in missing.value.hint


def test_a_key_of_the_settings_goes_to_its_own_provider_only(server: ProviderServer) -> None:
    keys = {f"{name}_api_key": f"key-of-{name}" for name in ("openai", "anthropic", "google")}
    home = Settings(data=Path("unused"), answer_seconds=2, **keys)  # type: ignore[arg-type]
    _ask(load_generator(f"{server.kind}:small", home, base_url=server.url))
    assert not any(key in str(server.requests) for key in keys.values())


def test_every_provider_can_be_named_in_the_settings() -> None:
    assert tuple(PROVIDERS) == settings.PROVIDERS
    for name in PROVIDERS:
        named = Settings.load({"SEODAM_MODEL": f"{name}:x", "SEODAM_DATA": "/x"})
        assert named.model == f"{name}:x"


def test_models_that_speak_as_openai_does_share_their_connections() -> None:
    one, other = (
        load_generator(f"openai:{name}", Settings(data=Path("unused"))) for name in ("a", "b")
    )
    assert isinstance(one, RemoteChatModel)
    assert isinstance(other, RemoteChatModel)
    for pool in ("http_client", "http_async_client"):  # each would cost a TLS context of its own
        assert getattr(one.inner, pool) is getattr(other.inner, pool) is not None
