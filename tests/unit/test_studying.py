"""Study material by a model: what it quotes is verified, the rest is dropped and counted."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from rag_core.errors import ModelFailed, ModelRefusedKey
from rag_core.generators import load_generator
from rag_core.passages import cut
from rag_core.quoting import chosen
from rag_core.settings import Settings
from rag_core.studying import Written, write_material
from rag_core.types import Page, Passage
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

TEXT = (
    "호미곶 등대는 1908년에 처음 불을 밝혔습니다. 등대의 높이는 26미터입니다. "
    "등명기란 등대에서 빛을 내는 기구를 말합니다."
)
QUOTE = "등대의 높이는 26미터입니다."
TERM = "등명기란 등대에서 빛을 내는 기구를 말합니다."
OVERVIEW: dict[str, Any] = {
    "summary": [
        {"text": "등대는 26미터 높이예요.", "passage": 1, "quote": QUOTE},
        {"text": "등대는 30미터 높이예요.", "passage": 1, "quote": QUOTE},
        {"text": "등대는 아름다워요.", "passage": 1, "quote": "등대는 아름답습니다."},
    ],
    "terms": [{"term": "등명기", "meaning": "빛을 내는 기구예요.", "passage": 9, "quote": TERM}],
    "questions": [
        {"question": "등대는 얼마나 높나요?", "passage": "1", "quote": QUOTE},
        {"question": "", "passage": 1, "quote": QUOTE},
        "no object",
    ],
}
EXERCISES: dict[str, Any] = {
    "quiz": [
        {
            "question": "등대의 높이는요?",
            "answer": "26미터",
            "wrong": ["30미터", "26 미터", "40미터", ""],
            "passage": 1,
            "quote": QUOTE,
        },
        {"question": "등대의 높이는요?", "answer": "27미터", "passage": 1, "quote": QUOTE},
    ],
    "cards": [{"front": "등명기는?", "back": "빛을 내는 기구예요.", "passage": 1, "quote": TERM}],
}

Model = Callable[[OpenAIServer], BaseChatModel]


@pytest.fixture
def model(tmp_path: Path) -> Model:
    settings = Settings(data=tmp_path)
    return lambda server: load_generator("openai:echo", settings, api_key="k", base_url=server.url)


def _passages() -> list[Passage]:
    return list(cut("d", "등대", (Page(1, "1", TEXT),)))


def _write(model: BaseChatModel, page: str = TEXT) -> Written:
    *_, last = write_material(_passages(), {"d": "등대.pdf"}, lambda _: page, model)
    return last


def _replies(first: str = "", second: str = "") -> tuple[Reply, Reply]:
    overview = first or json.dumps(OVERVIEW, ensure_ascii=False)
    return Reply(text=overview), Reply(text=second or json.dumps(EXERCISES))


def test_what_is_verified_stays_and_what_is_not_is_counted(model: Model) -> None:
    with OpenAIServer() as server:
        server.script(*_replies())
        made = _write(model(server))
        asked = str(server.requests[-1]["body"]["messages"])
    assert made.done
    assert (made.offered, made.dropped, made.model) == (10, 5, "openai:echo")
    study = made.material
    assert [one.text for one in study.summary] == ["등대는 26미터 높이예요."]
    assert study.summary[0].source.text == QUOTE
    assert [(one.term, one.source.text) for one in study.meanings] == [("등명기", TERM)]
    assert [one.question for one in study.suggestions] == ["등대는 얼마나 높나요?"]
    (item,) = study.quiz
    assert sorted(item.choices) == ["26미터", "30미터", "40미터"]
    assert [one.front for one in study.cards] == ["등명기는?"]
    assert "Write in Korean" in asked
    assert TEXT in asked


def test_json_is_read_whatever_stands_around_it(model: Model) -> None:
    plain = json.dumps(OVERVIEW, ensure_ascii=False)
    fenced = f"<think>{{hm</think>물론이에요!\n```json\n{plain}\n```\n더 필요하세요?"
    cut_off = json.dumps(EXERCISES, ensure_ascii=False)[:-60]
    with OpenAIServer() as server:
        server.script(*_replies(fenced, cut_off))
        made = _write(model(server)).material
    assert len(made.summary) == 1
    assert len(made.quiz) == 1


def test_a_quote_that_the_page_has_not_is_dropped_whatever_the_passage_says(model: Model) -> None:
    with OpenAIServer() as server:
        server.script(*_replies())
        made = _write(model(server), page="otherwise")
    assert made.dropped == made.offered == 10
    assert made.material.summary == ()


@pytest.mark.parametrize("fault", ["refused_key", "html", "empty", "cut"])
def test_a_model_that_fails_fails_in_our_errors(model: Model, fault: str) -> None:
    with OpenAIServer(default=FAULTS[fault]) as server, pytest.raises(ModelFailed) as failed:
        _write(model(server))
    assert isinstance(failed.value, ModelRefusedKey) is (fault == "refused_key")


def test_a_model_that_is_silent_can_be_stopped(model: Model) -> None:
    with OpenAIServer(default=FAULTS["silence"]) as server:
        growing = write_material(_passages(), {}, lambda _: TEXT, model(server))
        with closing(growing):
            first = next(growing)
        assert not first.done
        assert first.offered == 0


def test_passages_are_chosen_from_the_whole() -> None:
    pages = tuple(Page(n, str(n), f"{n}쪽의 글이에요. " * 40) for n in range(1, 41))
    passages = cut("d", "긴 글", pages)
    some = chosen(passages, 3000)
    assert sum(len(one.text) for one in some) <= 3000
    assert some[0].page == 1
    assert (some[-1].page or 0) > 30
    assert chosen(passages[:2], 30_000) == list(passages[:2])
