"""How much a model reads at once: asked of every kind of server in its own protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag_core.generators import load_generator
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Options, Upload, Usage, Window, WindowBy
from rag_core.windows import known_window, window_of
from rag_core.wiring import Seodam, open_seodam
from tests.servers.openai_server import FAULTS, OpenAIServer
from tests.servers.provider_servers import ProviderServer

CLAUDE = {
    "id": "small",
    "type": "model",
    "display_name": "Small",
    "created_at": "2026-01-01T00:00:00Z",
    "lifecycle": "active",
}
LLAMA = {"general.architecture": "llama", "llama.context_length": 16_384}
RUNNING = {"models": [{"model": "small:latest", "context_length": 12_288}]}
BY_SERVER, BY_TABLE = WindowBy.SERVER, WindowBy.TABLE


def asked(server: OpenAIServer | ProviderServer, wanted: int | None = None) -> Window:
    """What the server says through its provider's own client."""
    kind, name = (
        (server.kind, "small") if isinstance(server, ProviderServer) else ("openai", "echo")
    )
    model = load_generator(
        f"{kind}:{name}", Settings(data=Path("unused")), api_key="k", base_url=server.url
    )
    return window_of(model, wanted)


@pytest.mark.parametrize(
    ("kind", "about", "window"),
    [
        ("anthropic", {"/v1/models/small": {**CLAUDE, "max_input_tokens": 90_000}}, 90_000),
        ("google", {"/v1/models/small": {"inputTokenLimit": 70_000}}, 70_000),
        ("ollama", {"/api/show": {"model_info": LLAMA}, "/api/ps": RUNNING}, 12_288),
        ("ollama", {"/api/show": {"model_info": LLAMA, "parameters": "num_ctx  8192"}}, 8192),
    ],
)
def test_a_provider_that_tells_is_believed(kind: str, about: dict[str, Any], window: int) -> None:
    with ProviderServer(kind) as server:
        server.about = about
        assert asked(server) == Window(window, BY_SERVER)
        assert known_window(f"{kind}:small", server.url) == Window(window, BY_SERVER)


@pytest.mark.parametrize(
    ("about", "pages", "window"),
    [
        ({"max_model_len": 32_768}, {}, 32_768),  # vLLM
        ({"meta": {"n_ctx": 8192, "n_ctx_train": 131_072}}, {}, 8192),  # llama.cpp
        (
            {"owned_by": "llamacpp", "meta": {"n_ctx_train": 131_072}},
            {"/props": {"default_generation_settings": {"n_ctx": 6144}}},
            6144,
        ),
        (
            {"owned_by": "organization_owner"},  # LM Studio
            {
                "/api/v0/models": {
                    "data": [
                        {"id": "other", "loaded_context_length": 1},
                        {
                            "id": "echo",
                            "max_context_length": 131_072,
                            "loaded_context_length": 4096,
                        },
                    ]
                }
            },
            4096,
        ),
        ({"context_length": 65_536}, {}, 65_536),  # OpenRouter
        ({"context_window": 16_000}, {}, 16_000),  # Groq
    ],
)
def test_servers_that_speak_as_openai_does_each_have_a_word_for_it(
    about: dict[str, Any], pages: dict[str, Any], window: int
) -> None:
    with OpenAIServer() as server:
        server.about, server.pages = about, pages
        assert asked(server) == Window(window, BY_SERVER)


def test_a_server_that_tells_nothing_or_fails_leaves_it_to_the_table() -> None:
    with ProviderServer("ollama") as server:
        server.about = {"/api/show": {"model_info": LLAMA}, "/api/ps": {"models": []}}
        assert asked(server) == Window(4096, BY_TABLE)
    with OpenAIServer() as server:
        server.listing.append(FAULTS["broken"])
        assert asked(server) == Window(None, WindowBy.NOBODY)


def test_a_reader_may_want_less_but_not_more_than_the_server_has() -> None:
    with ProviderServer("ollama") as server:
        server.about = {"/api/show": {"model_info": LLAMA}, "/api/ps": {"models": []}}
        assert asked(server, 8192) == Window(8192, WindowBy.READER)
        assert asked(server, 131_072) == Window(16_384, WindowBy.READER)


def test_a_server_is_asked_once_for_several_questions() -> None:
    with OpenAIServer() as server:
        server.about = {"max_model_len": 32_768}
        assert known_window("openai:echo", server.url).by is WindowBy.NOBODY
        for _ in range(3):
            asked(server)
        assert len(server.requests) == 1


@pytest.fixture
def seodam(tmp_path: Path) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path, answer_seconds=20))
    for number in range(6):
        text = f"Field {number} of tea in Boseong was planted in 19{number}9. " * 12
        opened.library(LOCAL_OWNER).add(Upload(f"field{number}.txt", text.encode()))
    yield opened
    opened.close()


def used(seodam: Seodam, server: OpenAIServer, options: Options) -> Usage:
    model = seodam.generator("openai:echo", base_url=server.url, options=options)
    assistant, talks = seodam.assistant(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    talk = assistant.start("tea?")
    talks.ask_with(talk.id, options)
    list(assistant.ask("When was tea planted in Boseong?", talks.get(talk.id), model))
    usage = talks.turns(talk.id)[-1].answer.usage
    assert usage is not None
    return usage


def test_what_is_sent_fits_the_window_that_the_server_told(seodam: Seodam) -> None:
    with OpenAIServer() as server:
        server.about = {"max_model_len": 2000}
        told = used(seodam, server, Options())
    assert told.window == Window(2000, BY_SERVER)
    assert told.passages_left_out > 0
    with OpenAIServer() as server:
        all_of_it = used(seodam, server, Options())
    assert all_of_it.window.by is WindowBy.NOBODY
    assert all_of_it.passages_left_out == 0
