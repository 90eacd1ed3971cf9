"""An answer while it is written: what a model tells of its tokens, and models that tell nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag_core.closed_book import closed_book
from rag_core.errors import ModelOverloaded, PromptTooLong
from rag_core.generators import load_generator
from rag_core.local_models import LocalModel, load_local_model
from rag_core.prompting import FROM_MEMORY, Task
from rag_core.settings import Settings
from rag_core.watching import TOP, watch
from tests import tiny_models
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

SETTINGS = Settings(data=Path())
QUESTION = "Who lit the lighthouse of Pohang?"
TEXT = "Who lit the lighthouse? 포항의 등대는"


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_gpt2(tmp_path_factory.mktemp("watched"), chat=True)


@pytest.fixture(scope="module")
def bart(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_bart(tmp_path_factory.mktemp("encoder"))


def test_a_model_here_tells_how_likely_each_token_was(gpt2: str) -> None:
    model = load_generator(f"huggingface:{gpt2}", SETTINGS, answer_tokens=12)
    pieces = list(watch(model, QUESTION))
    assert "".join(piece.text for piece in pieces) == model.invoke(QUESTION).text
    seconds = [piece.seconds for piece in pieces]
    assert seconds == sorted(seconds)
    chosen = [one for piece in pieces for one in piece.chosen]
    local = load_local_model(gpt2)
    prompt = local.tokens.chat([{"role": "user", "content": QUESTION}])
    written: list[int] = []
    local.write(prompt, 12, written.append, lambda: False)
    likely = local.log_probabilities([prompt], tuple(written))[0]
    assert [one.probability for one in chosen] == pytest.approx(np.exp(likely).tolist(), rel=1e-4)
    for one in chosen:
        top = [p for _, p in one.top]
        assert len(top) == TOP
        assert top == sorted(top, reverse=True)
        assert one.top[0] == (one.token, one.probability)  # it always takes the likeliest


def test_what_is_told_is_before_any_temperature(gpt2: str) -> None:
    local = load_local_model(gpt2)
    prompt = local.tokens.chat([{"role": "user", "content": QUESTION}])
    rows: list[np.ndarray] = []
    written: list[int] = []
    local.write(prompt, 4, written.append, lambda: False, 0.2, rows.append)
    told = [row[token] for row, token in zip(rows, written, strict=True)]
    likely = local.log_probabilities([prompt], tuple(written))[0]
    assert told == pytest.approx(likely.tolist(), abs=1e-4)


def test_a_server_that_tells_is_believed() -> None:
    with OpenAIServer(default=Reply(text="one two", tells=True)) as server:
        model = load_generator("openai:any", SETTINGS, base_url=server.url)
        pieces = [piece for piece in watch(model, QUESTION) if piece.chosen]
    assert [piece.text for piece in pieces] == ["one", " two"]
    assert pieces[0].chosen[0].probability == pytest.approx(0.5)
    assert dict(pieces[1].chosen[0].top) == pytest.approx({" two": 0.5, " a": 0.25, " the": 0.125})


def test_a_server_that_refuses_to_tell_is_asked_again_without() -> None:
    with OpenAIServer(default=Reply(text="one two", tells=True)) as server:
        server.script(Reply(status=400, error={"message": "logprobs are not supported"}))
        model = load_generator("openai:any", SETTINGS, base_url=server.url)
        pieces = list(watch(model, QUESTION))
        asked = [one["body"].get("logprobs") for one in server.requests]
    assert "".join(piece.text for piece in pieces) == "one two"
    assert not any(piece.chosen for piece in pieces)
    assert asked[0] is True
    assert not asked[-1]


def test_another_failure_is_not_taken_for_a_refusal() -> None:
    with OpenAIServer(default=FAULTS["busy_for_long"]) as server:
        model = load_generator("openai:any", SETTINGS, base_url=server.url)
        with pytest.raises(ModelOverloaded):
            list(watch(model, QUESTION))
        assert all(one["body"].get("logprobs") for one in server.requests)


def test_attention_is_that_of_the_model_and_changes_nothing(gpt2: str) -> None:
    from transformers import AutoModelForCausalLM

    local = load_local_model(gpt2)
    target = local.tokens.target("26")
    before = local.log_probabilities([local.tokens.prompt(TEXT)], target)
    seen = local.attention(TEXT, 12)
    assert seen.weights.shape == (2, 2, 12, 12)
    assert len(seen.tokens) == 12
    assert "".join(seen.tokens) == TEXT[: len("".join(seen.tokens))]
    assert seen.weights.sum(axis=-1) == pytest.approx(np.ones((2, 2, 12)), abs=1e-5)
    assert not seen.weights[..., *np.triu_indices(12, 1)].any()  # only what came before
    plain = AutoModelForCausalLM.from_pretrained(gpt2, attn_implementation="eager")
    ids = local.tokens.tokenizer(TEXT, return_tensors="pt").input_ids[:, :12]
    theirs = plain(ids, output_attentions=True).attentions
    assert seen.weights[1] == pytest.approx(theirs[1][0].detach().numpy(), abs=1e-5)
    assert np.array_equal(before, local.log_probabilities([local.tokens.prompt(TEXT)], target))


def test_an_encoder_looks_both_ways(bart: str) -> None:
    seen = load_local_model(bart).attention(TEXT, 10)
    assert seen.weights.shape == (1, 2, 10, 10)
    assert (seen.weights > 0).all()
    assert load_local_model(bart).attention("", 10).weights.shape[0] in {0, 1}


@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_closed_book_is_what_the_generator_says_alone(
    kind: str, request: pytest.FixtureRequest
) -> None:
    import torch

    local: LocalModel = load_local_model(request.getfixturevalue(kind))
    given = local.tokens.target("1908")
    closed = closed_book(local, QUESTION, given, Task.ANSWER, 8)
    prompt = local.tokens.prompt(
        f"Answer the question in a few words.\nQuestion: {QUESTION}\nAnswer:"
    )
    if local.reads_first:
        inputs = {"input_ids": torch.tensor([prompt]), "labels": torch.tensor([given])}
    else:
        whole = torch.tensor([[*prompt, *given]])
        labels = whole.clone()
        labels[:, : len(prompt)] = -100
        inputs = {"input_ids": whole, "labels": labels}
    with torch.inference_mode():
        loss = float(local._model(**inputs).loss)
    assert closed.log_probability == pytest.approx(-loss * len(given), rel=1e-4)
    assert closed.answer == closed_book(local, QUESTION, given, Task.ANSWER, 8).answer


def test_a_claim_needs_passages_and_a_long_question_does_not_fit(gpt2: str) -> None:
    local = load_local_model(gpt2)
    assert Task.VERIFY not in FROM_MEMORY
    with pytest.raises(PromptTooLong):
        closed_book(local, "등대 " * 2000, (), Task.ANSWER, 8)
