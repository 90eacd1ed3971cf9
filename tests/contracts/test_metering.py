"""What every provider's protocol reports reaches the kept answer, with the call before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Answer, Upload
from rag_core.wiring import Seodam, open_seodam
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply
from tests.servers.provider_servers import ProviderServer

TOWER = "The first lighthouse of Seodam was built in 1908. It was designed by Bae Gyeong."
FIRST, FOLLOWING = "When was the first lighthouse of Seodam built?", "Who designed it?"
PRICES = "".join(
    f'["{name}:*"]\ninput = 10\noutput = 20\n'
    for name in ("openai", "anthropic", "google", "ollama")
)
Server = OpenAIServer | ProviderServer


@pytest.fixture
def seodam(tmp_path: Path) -> Iterator[Seodam]:
    (tmp_path / "prices.toml").write_text(PRICES)
    opened = open_seodam(Settings(data=tmp_path, answer_seconds=20))
    opened.library(LOCAL_OWNER).add(Upload("tower.txt", TOWER.encode()))
    yield opened
    opened.close()


def talked(seodam: Seodam, server: Server) -> list[Answer]:
    """The answers, as kept, to a question and one that leans on it."""
    kind = getattr(server, "kind", "openai")
    model = seodam.generator(f"{kind}:small", api_key="k", base_url=server.url)
    assistant, talks = seodam.assistant(LOCAL_OWNER), seodam.conversations(LOCAL_OWNER)
    talk = assistant.start(FIRST)
    for question in (FIRST, FOLLOWING):
        list(assistant.ask(question, talk, model))
    answers = [turn.answer for turn in talks.turns(talk.id)]
    total, usages = talks.used(talk.id), [one.usage for one in answers if one.usage]
    assert total.input_tokens == sum(one.input_tokens for one in usages)
    assert total.output_tokens == sum(one.output_tokens for one in usages)
    assert total.dollars == pytest.approx(sum(one.dollars or 0 for one in usages))
    return answers


@pytest.mark.parametrize("kind", ["anthropic", "google", "ollama"])
def test_what_a_server_reports_is_kept_with_the_rewriting_of_a_follow_up(
    seodam: Seodam, kind: str
) -> None:
    with ProviderServer(kind) as server:
        first, second = (answer.usage for answer in talked(seodam, server))
        asked = [
            one for one in server.requests if {"messages", "contents"} & {*one.get("body", ())}
        ]
    assert len(asked) == 3  # the second question was put to the model twice: alone, and in full
    assert first is not None
    assert second is not None
    assert (first.reported, second.reported) == (True, True)
    assert (first.input_tokens, second.input_tokens) == (100, 200)
    assert second.output_tokens > first.output_tokens > 5
    for one in (first, second):
        assert one.dollars == pytest.approx((10 * one.input_tokens + 20 * one.output_tokens) / 1e6)


def test_an_openai_server_reports_too(seodam: Seodam) -> None:
    rewritten = Reply(text="Who designed the first lighthouse of Seodam?")
    with OpenAIServer() as server:
        server.script(Reply(), rewritten)
        first, second = talked(seodam, server)
    assert second.standalone_question == rewritten.text
    assert first.usage is not None
    assert second.usage is not None
    assert (first.usage.input_tokens, first.usage.output_tokens) == (7, 5)
    assert (second.usage.input_tokens, second.usage.output_tokens) == (14, 10)


def test_a_rewriting_that_breaks_off_is_estimated_and_one_that_is_refused_is_free(
    seodam: Seodam,
) -> None:
    with OpenAIServer() as server:
        server.script(Reply(), FAULTS["cut"])
        _, cut = talked(seodam, server)
        server.script(Reply(), FAULTS["bad_request"])
        _, refused = talked(seodam, server)
    assert cut.usage is not None
    assert refused.usage is not None
    assert not cut.usage.reported
    assert cut.usage.input_tokens > 7 + 100  # what was asked is counted here: nobody told
    assert (refused.usage.reported, refused.usage.input_tokens) == (True, 7)
