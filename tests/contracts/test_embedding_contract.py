"""What every Embedding keeps to, whichever is chosen; and LangChain's own tests of the port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from tokenizers import Tokenizer, models, pre_tokenizers

from rag_core.embeddings import (
    BundledEmbedding,
    Embedding,
    OpenAIEmbedding,
    SentenceTransformerEmbedding,
)
from tests.servers.openai_server import OpenAIServer

TEXTS = ["서울은 한국의 수도이다.", "Paris is the capital of France.", "고양이와 cats 🐈 ３개"]
ODD = ["", "   ", "\n\t", "\ud800", "a\udfffb 가", "\x00", "👩‍👩‍👧", "가" * 200_000, "a " * 100_000]


def tiny_model(folder: Path, seed: int = 0) -> Path:
    """A sentence-transformers model of a few words, in a folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    words = "[UNK] seoul paris is the capital of france cats 서울은 수도이다 고양이와".split()
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    table = np.random.default_rng(seed).normal(size=(len(words), 16)).astype(np.float32)
    module = StaticEmbedding(tokenizer, embedding_weights=table)
    SentenceTransformer(modules=[module, Normalize()], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with OpenAIServer() as server:
        yield server.url


def arguments(kind: type[Embedding], request: pytest.FixtureRequest) -> dict[str, Any]:
    """What an implementation is made with."""
    if kind is SentenceTransformerEmbedding:
        return {"model": str(request.getfixturevalue("folder")), "device": "cpu"}
    if kind is OpenAIEmbedding:
        return {"model": "echo", "base_url": request.getfixturevalue("url")}
    return {}


KINDS = [BundledEmbedding, SentenceTransformerEmbedding, OpenAIEmbedding]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def embedding(request: pytest.FixtureRequest) -> Embedding:
    return request.param(**arguments(request.param, request))


@pytest.mark.parametrize("query", [False, True])
def test_vectors_are_float32_and_of_length_one(embedding: Embedding, query: bool) -> None:
    vectors = embedding.embed_array(TEXTS, query=query)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedding.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_in_any_company(embedding: Embedding) -> None:
    together = embedding.embed_array(TEXTS * 100)
    for text, vector in zip(TEXTS, together, strict=False):
        np.testing.assert_allclose(embedding.embed_array([text])[0], vector, atol=1e-5)
    np.testing.assert_allclose(together[: len(TEXTS)], together[-len(TEXTS) :], atol=1e-5)
    assert not np.allclose(together[0], together[1])


def test_no_texts_give_no_vectors(embedding: Embedding) -> None:
    assert embedding.embed_array([]).shape == (0, embedding.dimension)
    assert embedding.embed_documents([]) == []


def test_odd_texts_have_finite_vectors_and_spoil_no_neighbour(embedding: Embedding) -> None:
    vectors = embedding.embed_array([*ODD, TEXTS[0]])
    assert vectors.shape == (len(ODD) + 1, embedding.dimension)
    assert np.isfinite(vectors).all()
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-4) | (lengths == 0))
    np.testing.assert_allclose(vectors[-1], embedding.embed_array([TEXTS[0]])[0], atol=1e-5)


def test_langchains_port_gives_the_same_numbers(embedding: Embedding) -> None:
    assert isinstance(embedding, Embeddings)
    np.testing.assert_allclose(embedding.embed_documents(TEXTS), embedding.embed_array(TEXTS))
    query = embedding.embed_array(TEXTS[:1], query=True)[0]
    np.testing.assert_allclose(embedding.embed_query(TEXTS[0]), query)


def test_the_fingerprint_stays_and_names_the_size(
    embedding: Embedding, request: pytest.FixtureRequest
) -> None:
    again = type(embedding)(**arguments(type(embedding), request))
    assert embedding.fingerprint == again.fingerprint
    assert str(embedding.dimension) in embedding.fingerprint


def test_two_models_never_share_a_fingerprint(folder: Path, url: str, tmp_path: Path) -> None:
    other = tiny_model(tmp_path / "tiny", seed=1)  # only its numbers differ, not its name
    prints = [
        BundledEmbedding().fingerprint,
        SentenceTransformerEmbedding(str(folder), device="cpu").fingerprint,
        SentenceTransformerEmbedding(str(other), device="cpu").fingerprint,
        OpenAIEmbedding("echo", base_url=url).fingerprint,
        OpenAIEmbedding("obey", base_url=url).fingerprint,
    ]
    assert len(set(prints)) == len(prints)


class Standard(EmbeddingsIntegrationTests):
    """LangChain's standard tests; subclasses say of which implementation."""

    kind: type[Embedding] = BundledEmbedding

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return self.kind

    @pytest.fixture
    def model(self, request: pytest.FixtureRequest) -> Embeddings:  # type: ignore[override]
        return self.kind(**arguments(self.kind, request))


class TestBundled(Standard):
    """The embedding that comes with Seodam."""


class TestSentenceTransformer(Standard):
    """A model in a folder."""

    kind = SentenceTransformerEmbedding


class TestOpenAI(Standard):
    """A server on the loopback."""

    kind = OpenAIEmbedding
