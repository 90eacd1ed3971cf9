"""Moving a library to another embedding: whatever happens meanwhile, nothing is lost or mixed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag_core.adapter import Adapter
from rag_core.embeddings import BundledEmbedding, load_embedding
from rag_core.errors import ModelUnreachable, WrongSetting
from rag_core.reembedding import Move
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Document, Upload
from rag_core.wiring import Seodam, open_seodam
from tests.servers.openai_server import FAULTS, OpenAIServer, Reply

REPOSITORY = Path(__file__).parents[2]
BUNDLED, REMOTE = "bundled", "openai:any"
TEXTS = {
    "등대.txt": "서담의 첫 등대는 1908년에 포항에 세워졌어요.",
    "tea.txt": "Tea is grown in Boseong, on terraces above the sea.",
    "rice.txt": "Rice is grown in Icheon, which is known for its pottery as well.",
}
QUESTIONS = {
    "등대.txt": "등대는 언제 세워졌나요?",
    "tea.txt": "Where is tea grown?",
    "rice.txt": "Where is rice grown?",
    "late.txt": "Where are apples grown?",
}
LATE = Upload("late.txt", b"Apples are grown in Yesan.")
BOOK = Upload(
    "book.txt",
    "\n\n".join(f"Town {n}. " + f"The harbour has {n} boats. " * 30 for n in range(400)).encode(),
)


@pytest.fixture(scope="module")
def local_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny sentence-transformers model of random vectors, made here."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for text in TEXTS.values() for word in text.split()})
    vocabulary = {word: number for number, word in enumerate(["?", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, "?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder = tmp_path_factory.mktemp("models") / "tiny"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=24)]).save(str(folder))
    return f"sentence-transformers:{folder}"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """A slow one, so that a move can be met on its way."""
    with OpenAIServer(default=Reply(wait=0.05)) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, server: OpenAIServer) -> Settings:
    """A library of three documents, settled on the bundled embedding, and closed again."""
    settings = Settings(data=tmp_path / "data", openai_base_url=server.url)
    with opened(settings) as seodam:
        for name, text in TEXTS.items():
            seodam.library(LOCAL_OWNER).add(Upload(name, text.encode()))
        seodam.in_use.settle()
    return settings


@pytest.fixture
def remote(settings: Settings) -> Settings:
    """The same, with another embedding named from outside."""
    return replace(settings, embedding=REMOTE, embedding_fixed=True)


@contextmanager
def opened(settings: Settings) -> Iterator[Seodam]:
    seodam = open_seodam(settings)
    try:
        yield seodam
    finally:
        seodam.close()


def assert_whole(seodam: Seodam, name: str) -> None:
    """Every passage is in both indexes, with a vector of that embedding, and none besides."""
    assert seodam.in_use.name == name
    library = seodam.library(LOCAL_OWNER)
    documents = library.documents()
    retriever = library.retriever()
    for document in documents:
        if question := QUESTIONS.get(document.name):
            assert retriever.lexical.search(question, 1)[0][0] == f"{document.id}-0"
            assert library.search(question, 1)
    passages = {f"{one.id}-{n}" for one in documents for n in range(one.passages)}
    vector = retriever.embedding.embed_array(["등대"], query=True)[0]
    assert set(retriever.dense.scores(vector, sorted(passages))) == passages
    assert retriever.dense.count() == len(passages) == retriever.lexical.count()


def move_to(seodam: Seodam, name: str) -> Move | None:
    seodam.in_use.choose(name)
    seodam.in_use.wait()
    return seodam.in_use.move


def wait_for(seodam: Seodam, passages: int) -> None:
    """Until so many passages have been moved."""
    while seodam.in_use.move is None or seodam.in_use.move.done < passages:
        time.sleep(0.001)


def embedded(server: OpenAIServer) -> list[str]:
    """Every passage that the server was asked to embed."""
    bodies = [one["body"] for one in server.requests if one["path"].endswith("/embeddings")]
    asked = [text for body in bodies for text in body["input"]]
    return [text for text in asked if any(passage in text for passage in TEXTS.values())]


def test_there_and_back_again(settings: Settings, local_model: str) -> None:
    with opened(settings) as seodam:
        for name in (local_model, REMOTE, BUNDLED, local_model):
            assert move_to(seodam, name) == Move(name, "done", len(TEXTS), len(TEXTS))
            assert_whole(seodam, name)
    with opened(settings) as seodam:
        seodam.resume()
        seodam.in_use.wait()
        assert seodam.in_use.move is None, "the choice outlives the process, nothing is to be done"
        assert_whole(seodam, local_model)


def test_vectors_that_are_recorded_are_not_made_again(
    settings: Settings, server: OpenAIServer
) -> None:
    with opened(settings) as seodam:
        move_to(seodam, REMOTE)
        asked = len(embedded(server))
        assert asked == len(TEXTS)
        move_to(seodam, BUNDLED)
        move_to(seodam, REMOTE)
        assert len(embedded(server)) == asked


def test_what_is_named_from_outside_wins_over_the_choice(
    settings: Settings, local_model: str
) -> None:
    with opened(settings) as seodam:
        move_to(seodam, local_model)
    fixed = replace(settings, embedding=BUNDLED, embedding_fixed=True)
    with opened(fixed) as seodam:
        assert_whole(seodam, local_model)
        seodam.in_use.settle()
        assert_whole(seodam, BUNDLED)
    with opened(settings) as seodam:
        seodam.in_use.settle()
        assert_whole(seodam, local_model)


def test_questions_uploads_and_removals_go_on_meanwhile(remote: Settings) -> None:
    with opened(remote) as seodam:
        library = seodam.library(LOCAL_OWNER)
        first, second, third = library.documents()
        seen: list[Document] = []

        def meanwhile(move: Move) -> None:
            if move.done == 1 and not seen:
                seen.extend(library.documents())
                assert_whole(seodam, BUNDLED)
                library.remove(first.id)  # whose vectors have been placed
                library.purge_removed(older_than=-1)
                library.remove(third.id)
                library.add(LATE)

        seodam.in_use.settle(meanwhile)
        assert len(seen) == len(TEXTS)
        library.undo_remove(third.id)
        assert {one.name for one in library.documents()} == {second.name, third.name, "late.txt"}
        assert_whole(seodam, REMOTE)


def test_a_document_that_changes_its_collection_meanwhile_is_found_there(
    remote: Settings,
) -> None:
    with opened(remote) as seodam:
        library = seodam.library(LOCAL_OWNER)
        first = library.documents()[0]

        def meanwhile(move: Move) -> None:
            if move.done == 1 and library.document(first.id).collection == first.collection:
                library.shelving.move([first.id], "elsewhere")

        seodam.in_use.settle(meanwhile)
        assert_whole(seodam, REMOTE)
        hits = library.search(library.passages(first.id)[0].text, 5, "elsewhere")
        assert [hit.document for hit in hits] == [first.name]
        assert hits[0].dense_rank is not None


def test_what_was_kept_before_the_swap_is_published_after_it(remote: Settings) -> None:
    with opened(remote) as seodam:
        library = seodam.library(LOCAL_OWNER)
        kept = library.prepare(library.receive(LATE).id)
        seodam.in_use.settle()
        library.publish([kept])
        assert_whole(seodam, REMOTE)


def test_a_move_can_be_cancelled(settings: Settings, server: OpenAIServer) -> None:
    with opened(settings) as seodam:
        seodam.library(LOCAL_OWNER).add(BOOK)
        seodam.in_use.choose(REMOTE)
        wait_for(seodam, passages=10)
        seodam.in_use.cancel()
        move = seodam.in_use.move
        assert move.stage == "cancelled"
        assert move.done < move.total
        assert_whole(seodam, BUNDLED)
        asked = len(server.requests)
    with opened(settings) as seodam:
        seodam.resume()
        seodam.in_use.wait()
        assert_whole(seodam, BUNDLED)
        assert len(server.requests) == asked, "what was cancelled does not begin again by itself"


def test_another_choice_ends_the_one_before(settings: Settings, local_model: str) -> None:
    with opened(settings) as seodam:
        seodam.library(LOCAL_OWNER).add(BOOK)
        seodam.in_use.choose(REMOTE)
        move_to(seodam, local_model)
        assert_whole(seodam, local_model)


def test_a_server_that_fails_midway_leaves_the_old_embedding(
    settings: Settings, server: OpenAIServer
) -> None:
    with opened(settings) as seodam:
        seodam.library(LOCAL_OWNER).add(BOOK)
        seodam.in_use.choose(REMOTE)
        wait_for(seodam, passages=10)
        server.script(*[FAULTS["broken"]] * 3)  # the client tries three times
        seodam.in_use.wait()
        move = seodam.in_use.move
        assert (move.stage, move.error.code) == ("failed", "model_overloaded")
        assert 0 < move.done < move.total
        assert_whole(seodam, BUNDLED)
        assert move_to(seodam, REMOTE).stage == "done"
        assert_whole(seodam, REMOTE)


def test_a_wrong_name_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    with opened(settings) as seodam:
        with pytest.raises(WrongSetting):
            seodam.in_use.choose("word2vec")
        move = move_to(seodam, f"sentence-transformers:{tmp_path / 'nothing'}")
        assert (move.stage, move.error.code) == ("failed", "wrong_setting")
        assert_whole(seodam, BUNDLED)
    with opened(settings) as seodam:
        assert seodam.in_use.wanted == BUNDLED


KILLED = """
import os, signal, sys
from pathlib import Path
from rag_core.settings import Settings
from rag_core.wiring import open_seodam

data, url, passages = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
settings = Settings(data=data, embedding="openai:any", embedding_fixed=True, openai_base_url=url)

def die(move):
    if move.done == passages:
        os.kill(os.getpid(), signal.SIGKILL)

open_seodam(settings).in_use.settle(die)
print("survived", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("passages", range(len(TEXTS) + 1))
def test_a_kill_leaves_the_old_embedding_and_loses_no_work(
    remote: Settings, server: OpenAIServer, passages: int
) -> None:
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(remote.data), server.url, str(passages)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    with opened(remote) as seodam:
        assert_whole(seodam, BUNDLED)
        seodam.in_use.settle()
        assert_whole(seodam, REMOTE)
    recorded = max(passages - 1, 0)  # the last batch was not yet written
    assert len(embedded(server)) == passages + len(TEXTS) - recorded


def test_a_library_whose_model_is_gone_opens_and_keeps_its_vectors(remote: Settings) -> None:
    with opened(remote) as seodam:
        seodam.in_use.settle()
    (remote.data / "unclean").touch()
    shutil.rmtree(remote.data / "chroma")
    gone = replace(remote, openai_base_url="http://127.0.0.1:9/v1")
    with opened(gone) as seodam:
        assert seodam.recovery.found_at_start.caches == "rebuilt"
        with pytest.raises(ModelUnreachable):
            seodam.library(LOCAL_OWNER).search("등대", 1)
        with pytest.raises(ModelUnreachable):
            seodam.in_use.settle()
    with opened(remote) as seodam:
        assert_whole(seodam, REMOTE)


def test_the_command_line_moves_before_it_searches(
    settings: Settings, server: OpenAIServer
) -> None:
    def search(**environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag_core", "--data", str(settings.data)]
        return subprocess.run(
            [*command, "search", "Where is tea grown?", "--json"],
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    remote = {"SEODAM_EMBEDDING": REMOTE, "OPENAI_BASE_URL": server.url}
    refused = search(**remote | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "model_unreachable"
    moved = search(**remote)
    assert f"{REMOTE}: 3 of 3 passages embedded" in moved.stderr
    assert {hit["document"] for hit in json.loads(moved.stdout)["hits"]} >= {"tea.txt"}
    assert "embedded" not in search(**remote).stderr
    with opened(replace(settings, embedding=REMOTE, embedding_fixed=True)) as seodam:
        assert_whole(seodam, REMOTE)


def test_prompts_batch_and_device_can_be_named(local_model: str) -> None:
    plain = load_embedding(local_model)
    prompted = load_embedding(f"{local_model}?query=Tea &passage=Rice &batch=1&device=cpu")
    texts = ["grown in Boseong", "sea"]
    asked = prompted.embed_array(texts, query=True)
    np.testing.assert_allclose(asked, plain.embed_array([f"Tea {text}" for text in texts]))
    kept = prompted.embed_array(texts)
    np.testing.assert_allclose(kept, plain.embed_array([f"Rice {text}" for text in texts]))
    assert prompted.fingerprint != plain.fingerprint
    assert load_embedding(f"{local_model}?batch=7").fingerprint == plain.fingerprint


@pytest.mark.parametrize("model", ["any?batch=0", "any?batch=many", "any?speed=high", "?batch=1"])
def test_options_that_cannot_be_understood_are_refused(model: str) -> None:
    with pytest.raises(WrongSetting):
        load_embedding(f"sentence-transformers:{model}")


def test_questions_on_their_way_when_the_swap_comes_are_answered(
    settings: Settings, local_model: str
) -> None:
    with opened(settings) as seodam, ThreadPoolExecutor(4) as crowd:
        library, asking = seodam.library(LOCAL_OWNER), threading.Event()
        asking.set()

        def ask() -> int:
            asked = 0
            while asking.is_set():
                assert library.search("Where is tea grown?", 5)
                asked += 1
            return asked

        askers = [crowd.submit(ask) for _ in range(4)]
        try:
            for name in (local_model, BUNDLED, local_model):
                assert move_to(seodam, name).stage == "done"
        finally:
            asking.clear()
        assert all(asker.result() > 0 for asker in askers)
        assert_whole(seodam, local_model)


def test_an_adapter_that_changes_nothing_searches_like_what_it_stands_on(
    settings: Settings,
) -> None:
    base, folder = BundledEmbedding(), settings.data / "tuned"
    with opened(settings) as seodam:
        folder.mkdir()
        Adapter.none(base.size, base.dimension).save(folder / "0123456789ab.npz")
        library = seodam.library(LOCAL_OWNER)
        before = [library.search(one) for one in QUESTIONS.values()]
        seodam.in_use.choose("tuned:0123456789ab")
        seodam.in_use.wait()
        assert seodam.in_use.name == "tuned:0123456789ab"
        after = [library.search(one) for one in QUESTIONS.values()]
    for hits, again in zip(before, after, strict=True):
        assert [hit.document for hit in hits] == [hit.document for hit in again]
        scores = [hit.score for hit in hits]
        assert scores == pytest.approx([hit.score for hit in again], abs=1e-4)
