"""Haystack's own pipelines over our library: the same passages as our search, answers from them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag_core.errors import LibraryBusy
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Hit, Upload
from rag_core.wiring import open_seodam
from tests.notebooks import ROOT, run_notebook
from tests.servers.openai_server import OpenAIServer

pytest.importorskip("haystack", reason="haystack-ai is in requirements-dev.txt")

from haystack import Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.errors import FilterError
from haystack.utils import Secret

from integrations.haystack import SeodamReader, SeodamRetriever

QUESTIONS = ("When was the harbour of Pohang opened?", "등대의 높이는?", "lighthouse 26 metres")
TEMPLATE = (
    '{% for document in documents %}<passage-x number="{{ loop.index }}">\n'
    "{{ document.content }}\n</passage-x>{% endfor %}\nQuestion: {{ question }}"
)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, list[Hit]]]:
    """A data folder with twelve documents in it, and what our search finds there."""
    data = tmp_path_factory.mktemp("library")
    seodam = open_seodam(Settings(data=data))
    library = seodam.library(LOCAL_OWNER)
    texts = {
        "harbour.txt": "The harbour of Pohang was opened in 1962. Its lighthouse is tall.",
        "등대.txt": "포항의 첫 등대는 1908년에 불을 밝혔어요. 등대의 높이는 26미터예요.",
    }
    for number in range(10):
        texts[f"ship-{number}.txt"] = (
            f"Ship {number} came to a harbour with {number} lamps. 배 {number}척."
        )
    for name, text in texts.items():
        library.add(Upload(name, text.encode()))
    found = {question: library.search(question, 10) for question in QUESTIONS}
    seodam.close()
    return str(data), found


@pytest.fixture
def retriever(searched: tuple[str, dict[str, list[Hit]]]) -> Iterator[SeodamRetriever]:
    one = SeodamRetriever(data=searched[0])
    yield one
    one.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_ten_as_our_search(
    searched: tuple[str, dict[str, list[Hit]]], retriever: SeodamRetriever, question: str
) -> None:
    documents = retriever.run(query=question, top_k=10)["documents"]
    hits = searched[1][question]
    assert len(hits) == 10
    assert [one.id for one in documents] == [hit.passage.id for hit in hits]
    assert [one.content for one in documents] == [hit.passage.text for hit in hits]
    assert [one.score for one in documents] == pytest.approx([hit.score for hit in hits])
    assert [one.meta["document"] for one in documents] == [hit.document for hit in hits]


def test_a_pipeline_answers_from_our_documents(retriever: SeodamRetriever) -> None:
    question = QUESTIONS[0]
    with OpenAIServer() as server:
        pipeline = Pipeline()
        pipeline.add_component("retriever", retriever)
        pipeline.add_component("prompt", PromptBuilder(TEMPLATE, required_variables="*"))
        pipeline.add_component(
            "generator",
            OpenAIChatGenerator(
                api_key=Secret.from_token("none"), model="echo", api_base_url=server.url
            ),
        )
        pipeline.connect("retriever.documents", "prompt.documents")
        pipeline.connect("prompt.prompt", "generator.messages")
        result = pipeline.run(
            {"retriever": {"query": question, "top_k": 3}, "prompt": {"question": question}}
        )
        sent = str(server.requests[-1]["body"]["messages"])
    assert result["generator"]["replies"][0].text == "The harbour of Pohang was opened in 1962. [1]"
    assert sent.count("<passage-x") == 3


def test_it_is_kept_in_yaml_and_comes_back(searched: tuple[str, dict[str, list[Hit]]]) -> None:
    pipeline = Pipeline()
    filters = {"field": "meta.document", "operator": "==", "value": "등대.txt"}
    pipeline.add_component("retriever", SeodamRetriever(searched[0], top_k=4, filters=filters))
    pipeline.add_component("reader", SeodamReader())
    pipeline.connect("retriever.documents", "reader.documents")
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["integrations.haystack.*"])
    assert again.to_dict() == pipeline.to_dict()
    again.warm_up()
    question = QUESTIONS[1]
    answer = again.run({"retriever": {"query": question}, "reader": {"query": question}})
    (said,) = answer["reader"]["answers"]
    assert said.meta == {"answerable": True}
    assert "26미터" in said.data
    assert {one.meta["document"] for one in said.documents} == {"등대.txt"}
    again.close()


def test_filters_choose_documents_and_nothing_else(retriever: SeodamRetriever) -> None:
    ships = {
        "operator": "AND",
        "conditions": [
            {"field": "meta.document", "operator": "in", "value": ["ship-3.txt", "ship-4.txt"]},
            {"field": "meta.document", "operator": "!=", "value": "ship-4.txt"},
        ],
    }
    documents = retriever.run(query="ship", filters=ships)["documents"]
    assert {one.meta["document"] for one in documents} == {"ship-3.txt"}
    with pytest.raises(FilterError, match=r"meta\.page"):
        retriever.run(query="ship", filters={"field": "meta.page", "operator": "==", "value": 1})


def test_how_many_is_minded(retriever: SeodamRetriever) -> None:
    assert len(retriever.run(query="ship", top_k=2)["documents"]) == 2
    assert retriever.run(query="ship", top_k=0)["documents"] == []
    with pytest.raises(ValueError, match="top_k"):
        SeodamRetriever(top_k=0)


def test_one_process_owns_the_folder(
    searched: tuple[str, dict[str, list[Hit]]], retriever: SeodamRetriever
) -> None:
    retriever.warm_up()
    with pytest.raises(LibraryBusy):
        SeodamRetriever(searched[0]).warm_up()


NO_TELEMETRY = """
import sys
reached = []
def watch(event, found):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(found[1], tuple)):
        reached.append(found)
sys.addaudithook(watch)
import haystack
from integrations.haystack import SeodamReader
pipeline = haystack.Pipeline()
pipeline.add_component("reader", SeodamReader())
pipeline.run({"reader": {"query": "x", "documents": []}})
import posthog, time
posthog.flush() if hasattr(posthog, "flush") else None
time.sleep(0.5)
print(reached)
"""


def test_nobody_is_told_that_a_pipeline_ran(tmp_path: Path) -> None:
    """Even where Haystack was imported before us: no name is looked up, nothing is connected to."""
    done = subprocess.run(
        [sys.executable, "-c", NO_TELEMETRY],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_example_notebook_runs(tmp_path: Path) -> None:
    notebook = ROOT / "integrations" / "haystack" / "example.ipynb"
    with OpenAIServer() as server:
        said = run_notebook(
            notebook,
            tmp_path,
            OPENAI_API_KEY="none",
            OPENAI_BASE_URL=server.url,
            OPENAI_MODEL="echo",
        )
        assert len(server.requests) == 1
    assert said.count("added") == 2
    assert ".pdf, page " in said
    assert said.rstrip().endswith("[1]")
