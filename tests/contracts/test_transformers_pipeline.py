"""A pipeline of Hugging Face Transformers answers from our retriever: script and notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.transformers.answer import answer
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam
from tests import tiny_models
from tests.notebooks import ROOT, run_notebook

TEXT = "The harbour of Pohang was opened in 1962. Its lighthouse is 26 metres tall."
QUESTION = "When was the harbour of Pohang opened?"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_models.save_gpt2(tmp_path_factory.mktemp("model"), chat=True, window=2048)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    seodam = open_seodam(Settings(data=folder))
    seodam.library(LOCAL_OWNER).add(Upload("harbour.txt", TEXT.encode()))
    seodam.close()
    return folder


@pytest.mark.parametrize("chat", [False, True])
def test_the_pipeline_reads_our_passages(data: Path, tmp_path: Path, chat: bool) -> None:
    """What it was given, seen through its own tokenizer."""
    from transformers import pipeline

    made = tiny_models.save_gpt2(tmp_path, chat=chat, window=2048)
    generate = pipeline("text-generation", model=made)
    read: list[str] = []
    ask = generate.model.generate

    def noticing(*args: object, **given: object) -> object:
        read.append(generate.tokenizer.decode(given["input_ids"][0]))  # type: ignore[index]
        return ask(*args, **given)

    generate.model.generate = noticing
    seodam = open_seodam(Settings(data=data))
    try:
        retriever = seodam.library(LOCAL_OWNER).retriever(k=2)
        answered = answer(QUESTION, retriever, generate, tokens=8)
        assert answer(QUESTION, retriever, generate, tokens=8) == answered
    finally:
        seodam.close()
    assert [one.page_content for one in answered.passages] == [TEXT]
    assert answered.text
    assert f"[1] {TEXT}" in read[0]
    assert QUESTION in read[0]


def test_the_script_answers_and_names_its_source(model: str, data: Path, tmp_path: Path) -> None:
    module = "integrations.transformers.answer"
    done = subprocess.run(
        [sys.executable, "-m", module, QUESTION, "--model", model, "--data", str(data)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[1] harbour.txt" in done.stdout


def test_the_example_notebook_runs(model: str, tmp_path: Path) -> None:
    notebook = ROOT / "integrations" / "transformers" / "example.ipynb"
    said = run_notebook(notebook, tmp_path, SEODAM_EXAMPLE_MODEL=model)
    assert said.count("added") == 2
    assert "[2] " in said
    assert "p(z|x,y)" in said
