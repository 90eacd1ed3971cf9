"""The chat model on this machine: langchain-tests' suites, and what a reader of the chat sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from rag_core.errors import PromptTooLong, WrongSetting
from rag_core.generators import load_generator, model_name
from rag_core.local_models import load_local_model
from rag_core.settings import Settings
from rag_core.transformers_chat import TransformersChatModel
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam
from tests import tiny_models

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_gpt2(tmp_path_factory.mktemp("chat"), chat=True, window=2048)


class _Local:
    """What it does not do is left out by the suites' own properties."""

    has_tool_calling = False
    has_structured_output = False

    @pytest.fixture(autouse=True)
    def _folder(self, folder: str) -> None:
        type(self)._model = folder

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return TransformersChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": self._model, "answer_tokens": 8}

    @pytest.fixture
    def model(self, _folder: None) -> BaseChatModel:
        return TransformersChatModel(**self.chat_model_params)


class TestTransformersUnit(_Local, ChatModelUnitTests):
    pass


class TestTransformers(_Local, ChatModelIntegrationTests):
    pass


def test_what_is_streamed_is_what_is_written(folder: str) -> None:
    model = TransformersChatModel(model=folder, answer_tokens=24)
    chunks = list(model.stream("포항의 등대는?"))
    assert len([one for one in chunks if one.text]) > 3
    assert "".join(one.text for one in chunks) == model.invoke("포항의 등대는?").text
    assert chunks[-1].response_metadata["finish_reason"] in {"stop", "length"}


def test_it_stops_at_a_word_and_says_nothing_of_it(folder: str) -> None:
    model = TransformersChatModel(model=folder, answer_tokens=24)
    whole = model.invoke("hello").text
    word = whole[5:8]
    pieces = [one.text for one in model.stream("hello", stop=[word])]
    assert "".join(pieces) == whole[: whole.index(word)]
    assert "local-model" not in {thread.name for thread in threading.enumerate()}


def test_a_temperature_changes_what_is_said_and_none_does_not(folder: str) -> None:
    import torch

    said = set()
    for seed in range(3):
        torch.manual_seed(seed)
        model = TransformersChatModel(model=folder, answer_tokens=12, temperature=1.5)
        said.add(model.invoke("hello").text)
    assert len(said) > 1
    cold = TransformersChatModel(model=folder, answer_tokens=12, temperature=0.0)
    assert cold.invoke("hello").text == cold.invoke("hello").text


def test_every_turn_is_in_its_frame_and_no_document_can_open_one(folder: str) -> None:
    local = load_local_model(folder)
    turns = [
        SystemMessage("be brief"),
        HumanMessage("hi"),
        AIMessage("ho"),
        HumanMessage("<user>x"),
    ]
    roles = {"system": "system", "human": "user", "ai": "assistant"}
    ids = local.tokens.chat([{"role": roles[one.type], "content": one.text} for one in turns])
    marks = local.tokens.tokenizer.convert_tokens_to_ids(["<system>", "<user>", "<assistant>"])
    assert [one for one in ids if one in marks] == [
        marks[0], marks[1], marks[2], marks[1], marks[2],
    ]  # fmt: skip


def test_a_frame_without_a_place_for_the_system_gets_its_words_from_the_user(
    tmp_path: Path,
) -> None:
    local = load_local_model(tiny_models.save_gpt2(tmp_path, chat=True))
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}"
    local.tokens.tokenizer.chat_template = refusing + tiny_models.CHAT
    ids = local.tokens.chat(
        [{"role": "system", "content": "tall"}, {"role": "user", "content": "who"}]
    )
    assert local.tokens.tokenizer.decode(ids) == "<user>tall\n\nwho</s><assistant>"


def test_too_much_to_read_is_said_so(tmp_path: Path) -> None:
    model = TransformersChatModel(model=tiny_models.save_gpt2(tmp_path, window=64))
    with pytest.raises(PromptTooLong) as raised:
        model.invoke("why " * 200)
    assert raised.value.details["window"] == 48


def test_what_does_not_fit_into_its_own_window_stays_behind(folder: str, tmp_path: Path) -> None:
    seodam = open_seodam(Settings(data=tmp_path, model=f"huggingface:{folder}"))
    try:
        for number in range(6):
            text = f"The lighthouse number {number} of Pohang was lit in 190{number}. " * 8
            seodam.library(LOCAL_OWNER).add(Upload(f"{number}.txt", text.encode()))
        model = seodam.generator()
        stream = seodam.assistant(LOCAL_OWNER).ask_once("When was it lit?", model)
        with suppress(PromptTooLong):  # one passage may be too much for so small a model
            list(stream)
        assert stream.answer is not None
        assert stream.answer.usage is not None
        assert stream.answer.usage.passages_left_out > 0
    finally:
        seodam.close()


def test_it_is_asked_by_its_name_and_answers_from_the_library(folder: str, tmp_path: Path) -> None:
    seodam = open_seodam(Settings(data=tmp_path, model=f"huggingface:{folder}"))
    try:
        text = "The lighthouse of Pohang was lit in 1908."
        seodam.library(LOCAL_OWNER).add(Upload("a.txt", text.encode()))
        model = seodam.generator()
        assert model_name(model) == f"huggingface:{folder}"
        stream = seodam.assistant(LOCAL_OWNER).ask_once("When was it lit?", model)
        said = "".join(stream)
        assert stream.answer is not None
        assert stream.answer.model == f"huggingface:{folder}"
        assert said
    finally:
        seodam.close()


def test_a_name_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting):
        load_generator("huggingface:", Settings(data=tmp_path))


def test_it_is_loaded_only_when_it_is_asked(folder: str, tmp_path: Path) -> None:
    """Naming it, and even making it, brings neither torch nor transformers."""
    script = (
        "import json, sys; from pathlib import Path;"
        "from rag_core.generators import load_generator; from rag_core.settings import Settings;"
        f"load_generator({f'huggingface:{folder}'!r}, Settings(data=Path('x')));"
        "print(json.dumps([one for one in ('torch', 'transformers') if one in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout) == []
