"""A cross-encoder by name: it orders what was found, and is loaded only where it was named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag_core.cross_encoder import PASSAGES, load_cross_encoder
from rag_core.errors import WrongSetting
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam

QUESTION = "Which town has boats?"
TOWNS = [f"The town number {n} has {n} boats in its harbour." for n in range(PASSAGES + 10)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT that gives one score, made here: its weights are drawn from a fixed seed, for
    some draws give every passage the same score."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    place = tmp_path_factory.mktemp("models")
    words = sorted(
        {word.strip(".?").lower() for text in [QUESTION, *TOWNS] for word in text.split()}
    )
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", *words]
    (place / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
        initializer_range=2.0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(2)
        BertForSequenceClassification(config).save_pretrained(place / "bert")
    BertTokenizerFast(str(place / "vocab.txt")).save_pretrained(place / "bert")
    CrossEncoder(str(place / "bert")).save_pretrained(str(place / "whole"))
    return place / "whole"


@pytest.fixture
def seodam(folder: Path, tmp_path: Path) -> Iterator[Seodam]:
    settings = Settings(data=tmp_path, reranker=f"sentence-transformers:{folder}")
    opened = open_seodam(settings)
    for number, text in enumerate(TOWNS):
        opened.library(LOCAL_OWNER).add(Upload(f"{number}.txt", text.encode()))
    yield opened
    opened.close()


def test_the_first_passages_are_in_the_order_of_the_cross_encoder(
    seodam: Seodam, folder: Path
) -> None:
    from sentence_transformers import CrossEncoder

    hits = seodam.library(LOCAL_OWNER).search(QUESTION, len(TOWNS))
    assert len(hits) == len(TOWNS)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] < scores[0] <= 1
    judged = hits[:PASSAGES]
    pairs = [(QUESTION, f"{hit.passage.context}\n{hit.passage.text}") for hit in judged]
    expected = CrossEncoder(str(folder)).predict(pairs, activation_fn=None)
    assert list(expected) == sorted(expected, reverse=True)
    few = seodam.library(LOCAL_OWNER).search(QUESTION, 3)
    assert [hit.passage.id for hit in few] == [hit.passage.id for hit in hits[:3]]


def test_a_library_without_documents_is_not_judged(folder: Path, tmp_path: Path) -> None:
    opened = open_seodam(Settings(data=tmp_path, reranker=f"sentence-transformers:{folder}"))
    assert opened.library(LOCAL_OWNER).search(QUESTION) == []
    opened.close()


@pytest.mark.parametrize("name", ["cohere", "sentence-transformers:", "openai:any"])
def test_a_name_that_cannot_be_understood_is_refused(name: str) -> None:
    with pytest.raises(WrongSetting):
        load_cross_encoder(name)
    with pytest.raises(WrongSetting):
        Settings.load({"SEODAM_RERANKER": name})


def test_a_model_that_is_not_there_is_an_error_of_ours(seodam: Seodam, tmp_path: Path) -> None:
    missing = load_cross_encoder(f"sentence-transformers:{tmp_path / 'nothing'}")
    with pytest.raises(WrongSetting):
        missing.scores(QUESTION, TOWNS)


def test_nothing_is_loaded_where_none_was_named(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag_core.settings import Settings; "
        "from rag_core.types import Upload; from rag_core.wiring import open_seodam; "
        "s = open_seodam(Settings(data=Path(sys.argv[1]))); l = s.library('local'); "
        "l.add(Upload('a.txt', b'The town has boats.')); assert l.search('boats'); s.close(); "
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)
