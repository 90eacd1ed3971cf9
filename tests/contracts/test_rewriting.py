"""A model puts follow-ups into words that stand alone; when it fails, and without one, rules do."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from rag_core.extractive import ExtractiveChatModel
from rag_core.generators import load_generator
from rag_core.rewriting import standalone
from rag_core.settings import Settings
from rag_core.types import Answer, Turn
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

HISTORY = [Turn(1, "서담의 첫 등대는 언제 세워졌나요?", Answer("1908년입니다. [1]"))]
ASKED, RULED = "그건 누가 지었어?", "서담의 첫 등대는 누가 지었어?"


def model(server: OpenAIServer) -> BaseChatModel:
    return load_generator("openai:echo", Settings(Path()), api_key="k", base_url=server.url)


def nothing(question: str) -> list[str]:
    return []


def test_what_the_model_writes_is_asked() -> None:
    written = "1908년에 세워진 서담의 첫 등대는 누가 지었나요?"
    with OpenAIServer(default=Reply(text=f"“{written}”\n")) as server:
        assert standalone(ASKED, HISTORY, nothing, model(server)).question == written
        sent = json.dumps(server.requests[0]["body"]["messages"], ensure_ascii=False)
    assert ASKED in sent
    assert "1908년입니다." in sent
    assert "[1]" not in sent


@pytest.mark.parametrize(
    "reply",
    [
        FAULTS["broken"],
        FAULTS["refused_key"],
        FAULTS["empty"],
        FAULTS["cut"],
        FAULTS["html"],
        Reply(text="NOTHING"),
        Reply(text="The passages do not answer this. [0]"),
        Reply(text="Sure, glad to help with that!"),
        Reply(text="Here it is:\n\nWho built it?"),
        Reply(text="word " * 200),
    ],
)
def test_when_the_model_fails_or_says_no_question_the_rules_serve(reply: Reply) -> None:
    with OpenAIServer(default=reply) as server:
        assert standalone(ASKED, HISTORY, nothing, model(server)).question == RULED


def test_a_silent_model_is_not_waited_for() -> None:
    with OpenAIServer(default=FAULTS["silence"]) as server:
        begun = time.monotonic()
        late = standalone(ASKED, HISTORY, nothing, model(server), seconds=0.3)
        assert late.question == RULED
        assert late.spent.read > 0
        assert not late.spent.reported
        assert time.monotonic() - begun < 10


def test_the_model_is_not_asked_about_a_question_that_names_its_own_subject() -> None:
    whole = "서울시 버스 중앙차로제는 2004년에 누가 어떤 이유로 도입했나요?"
    with OpenAIServer(default=Reply(text="something else?")) as server:
        assert standalone(whole, HISTORY, nothing, model(server)).question == whole
        assert standalone(ASKED, [], nothing, model(server)).question == ASKED
        assert server.requests == []


def test_a_question_that_the_model_leaves_alone_stays_to_the_letter() -> None:
    asked = "세종대왕은  언제 태어났나요?"
    with OpenAIServer(default=Reply(text="세종대왕은 언제 태어났나요?")) as server:
        assert standalone(asked, HISTORY, nothing, model(server)).question == asked


def test_without_a_model_the_rules_serve() -> None:
    assert standalone(ASKED, HISTORY, nothing, ExtractiveChatModel()).question == RULED
