"""`python -m rag_core paper`: the RAG paper's models as a script sees them."""

from __future__ import annotations

from math import isclose
from pathlib import Path

import pytest

from tests import tiny_models
from tests.contracts.test_cli import Command, _command, _fill

QUESTION = "When was the harbour of Pohang opened?"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return _fill(_command(tmp_path_factory.mktemp("cli")))


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_gpt2(tmp_path_factory.mktemp("generator"))


@pytest.mark.parametrize("mode", ["sequence", "token"])
def test_an_answer_comes_with_what_each_passage_gave(
    filled: Command, generator: str, mode: str
) -> None:
    done = filled(
        "paper", QUESTION, "--generator", generator, "--mode", mode, "--tokens", "6", "--json"
    )
    assert done.status == 0, done.err
    row = done.row
    found = filled("search", QUESTION, "--k", "5", "--json").row["hits"]
    assert [one["text"] for one in row["passages"]] == [one["text"] for one in found]
    for name in ("prior", "posterior"):
        assert isclose(sum(one[name] for one in row["passages"]), 1, abs_tol=1e-6)
    odds = [one["score"] / (1 - one["score"]) for one in found]
    for passage, one in zip(row["passages"], odds, strict=True):
        assert isclose(passage["prior"], one / sum(odds), abs_tol=1e-3)
    said = "".join(token["text"] for token in row["tokens"]).strip()
    assert row["answer"] == said
    logs = [token["log_probability"] for token in row["tokens"]]
    assert isclose(sum(logs), row["log_probability"], abs_tol=1e-4)
    assert all(len(token["top"]) == 5 for token in row["tokens"])


def test_for_people_the_passages_stand_under_the_answer(filled: Command, generator: str) -> None:
    done = filled("paper", QUESTION, "--generator", generator, "--tokens", "4", "--k", "2")
    assert done.status == 0, done.err
    assert "1. p(z|x) " in done.out
    assert "harbour.txt" in done.out


def test_what_is_no_model_and_what_is_no_collection_is_said(
    filled: Command, tmp_path: Path, generator: str
) -> None:
    nothing = filled("paper", QUESTION, "--generator", tmp_path, "--json")
    assert nothing.status == 1
    assert nothing.row["error"]["code"] == "wrong_setting"
    away = filled("paper", QUESTION, "--generator", "no/model", "--json", HF_HUB_OFFLINE="1")
    assert away.row["error"]["code"] == "model_unreachable"
    empty = filled("paper", "?", "--generator", generator, "--collection", "none", "--json")
    assert empty.row["error"]["code"] == "not_found"


@pytest.mark.parametrize("wrong", [("--k", "21"), ("--tokens", "0"), ("--temperature", "-1")])
def test_limits_are_wrong_usage(filled: Command, wrong: tuple[str, str]) -> None:
    assert filled("paper", "?", "--generator", "x", *wrong).status == 2
