"""The lab looks into the steps that answer; what it shows must add up to what they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag_core import lab
from rag_core.embeddings import BundledEmbedding
from rag_core.reranker import HELD_BACK, LEARNED, Emphasis
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import Seodam, open_seodam
from rag_core.word_vectors import WordVectorEmbedding

BASE = BundledEmbedding()
SAMPLES = Path(__file__).parents[2] / "samples"
QUESTIONS = ["전이학습의 두 단계는 무엇인가요?", "Which two parts does RAG consist of?"]


@pytest.fixture(scope="module")
def seodam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seodam]:
    opened = open_seodam(Settings(data=tmp_path_factory.mktemp("data")))
    for path in sorted(SAMPLES.glob("*.pdf")):
        opened.library(LOCAL_OWNER).add(Upload(path.name, path.read_bytes()))
    yield opened
    opened.close()


@pytest.mark.parametrize("text", [*QUESTIONS, "GPT-4o를 2024년 5월에 공개", "a\n\nb", "", "\ud800"])
def test_tokens_are_pieces_of_the_text_in_order(text: str) -> None:
    pieces = lab.tokens(BASE, text)
    joined = "".join(one.text for one in pieces)
    assert [c for c in joined if c.isalnum()] == [c for c in text if c.isalnum()]
    assert not pieces or np.mean([one.weight for one in pieces]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_the_tokens_add_makes_the_cosine(question: str) -> None:
    passage = "RAG는 검색기와 생성기의 두 부분으로 이루어집니다."
    asked, text = BASE.embed_array([question, passage])
    moved = lab.moved_by(BASE, question, passage)
    assert moved.exact
    assert moved.cosine == pytest.approx(float(asked @ text), abs=1e-5)
    assert sum(value for _, value in moved.pieces) == pytest.approx(moved.cosine, abs=1e-5)
    assert lab.moved_by(BASE, "", passage).pieces == ()


def test_what_a_word_moves_in_another_embedding_is_what_is_lost_without_it(tmp_path: Path) -> None:
    (tmp_path / "glove.txt").write_text("light 1 0 0\nhouse 0 1 0\nsea 0 0 1\n")
    words = WordVectorEmbedding(tmp_path / "glove.txt")
    moved = lab.moved_by(words, "light sea", "light house")
    assert not moved.exact
    assert moved.cosine == pytest.approx(0.5)
    lost = dict(moved.pieces)
    assert lost["light"] == pytest.approx(0.5)
    assert lost["sea"] == pytest.approx(0.5 - 0.5**0.5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_looks_are_the_hits_of_the_search(seodam: Seodam, question: str) -> None:
    retriever = seodam.library(LOCAL_OWNER).retriever()
    looked = retriever.look(question)
    found = lab.looks(question, looked)
    hits = retriever.search(question)
    assert [(one.passage.id, one.probability) for one in found] == [
        (hit.passage.id, hit.score) for hit in hits
    ]
    assert found[0].matched
    assert set(lab.circumstances_of(looked)) >= {"always", "korean", "unknown"}


def test_the_shares_add_up_to_the_order(seodam: Seodam) -> None:
    looked = seodam.library(LOCAL_OWNER).retriever().look(QUESTIONS[0])
    judgement = looked.judgement
    scores = judgement.shares().sum(axis=1)
    held = [judgement.held_back[i] for i in judgement.closely]
    sure = [
        judgement.probabilities[i] / (HELD_BACK if judgement.held_back[i] else 1)
        for i in judgement.closely
    ]
    assert any(held)  # the samples have tables of contents
    assert [one.held_back for one in lab.looks(QUESTIONS[0], looked, 99)].count(True) >= sum(held)
    assert np.array_equal(
        np.argsort(-scores, kind="stable"), np.argsort(-np.array(sure), kind="stable")
    )
    best = lab.looks(QUESTIONS[0], looked)[0]
    together = lab.grouped(best.shares)
    assert set(together) >= {"words", "meaning", "closely"}
    assert sum(together.values()) == pytest.approx(sum(value for _, value in best.shares))


def test_emphasis_changes_the_order_and_as_learned_changes_nothing(seodam: Seodam) -> None:
    library = seodam.library(LOCAL_OWNER)
    question = "배운 지식을 다시 쓰는 방법"
    learned = [hit.passage.id for hit in library.search(question)]
    same = library.retriever(emphasis=LEARNED).search(question)
    assert [hit.passage.id for hit in same] == learned
    words_only = library.retriever(emphasis=Emphasis(words=2.0, meaning=0.0, closely=0.0))
    assert [hit.passage.id for hit in words_only.search(question)] != learned


def test_words_that_mean_the_same_are_nearer() -> None:
    cosines = lab.likeness(BASE, ["사과", "apple", "computer"])
    assert np.allclose(np.diag(cosines), 1, atol=1e-5)
    assert cosines[0, 1] > cosines[0, 2]
