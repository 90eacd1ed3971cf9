"""Word2Vec and GloVe files as embeddings, by gensim itself."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from rag_core.errors import WrongSetting
from rag_core.named_embeddings import named_embedding
from rag_core.settings import Settings
from rag_core.types import LOCAL_OWNER, Upload
from rag_core.wiring import open_seodam
from rag_core.word_vectors import WordVectorEmbedding

WORDS = {
    "등대": (1, 0, 0, 0),
    "lighthouse": (0.9, 0.1, 0, 0),
    "tall": (0, 1, 0, 0),
    "높이": (0, 0.9, 0.1, 0),
    "soup": (0, 0, 0, 1),
}


def _lines() -> list[str]:
    return [f"{word} {' '.join(map(str, vector))}" for word, vector in WORDS.items()]


@pytest.fixture(params=["glove", "word2vec", "gz", "binary"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same vectors in each of the usual formats."""
    heading = f"{len(WORDS)} 4"
    match request.param:
        case "glove":
            made = tmp_path / "glove.6B.4d.txt"
            made.write_text("\n".join(_lines()) + "\n", encoding="utf-8")
        case "word2vec":
            made = tmp_path / "vectors.vec"
            made.write_text("\n".join([heading, *_lines()]) + "\n", encoding="utf-8")
        case "gz":
            made = tmp_path / "vectors.vec.gz"
            with gzip.open(made, "wt", encoding="utf-8") as file:
                file.write("\n".join([heading, *_lines()]) + "\n")
        case _:
            from gensim.models import KeyedVectors

            made = tmp_path / "vectors.bin"
            vectors = KeyedVectors(4)
            vectors.add_vectors(list(WORDS), np.array(list(WORDS.values()), np.float32))
            vectors.save_word2vec_format(str(made), binary=True)
    return made


def test_a_text_is_the_mean_of_its_words(path: Path) -> None:
    embedding = WordVectorEmbedding(path)
    assert embedding.dimension == 4
    both, first, second = embedding.embed_array(["등대 높이", "등대", "높이"])
    wanted = np.array(WORDS["등대"]) + np.array(WORDS["높이"])
    assert np.allclose(both, wanted / np.linalg.norm(wanted), atol=1e-6)
    assert first @ second == pytest.approx(0, abs=1e-6)


def test_particles_and_capitals_do_not_hide_a_word(path: Path) -> None:
    embedding = WordVectorEmbedding(path)
    with_particle, plain, capital, none = embedding.embed_array(
        ["등대에서는", "등대", "Lighthouse!", "nothing known"]
    )
    assert np.allclose(with_particle, plain)
    assert capital @ plain > 0.9
    assert not none.any()


def test_a_library_can_use_it(path: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", embedding=f"word-vectors:{path}")
    seodam = open_seodam(settings)
    library = seodam.library(LOCAL_OWNER)
    library.add(Upload("a.txt", b"The lighthouse is tall."))
    library.add(Upload("b.txt", b"Soup of the day."))
    assert library.search("등대의 높이", 1)[0].document == "a.txt"
    seodam.close()


@pytest.mark.parametrize("content", ["", "only words here\nand here\n", "\x00\x01\x02"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WrongSetting):
        WordVectorEmbedding(path).embed_array(["등대"])
    with pytest.raises(WrongSetting):
        named_embedding(f"word-vectors:{tmp_path / 'none.txt'}", Settings(data=tmp_path)).dimension  # noqa: B018
