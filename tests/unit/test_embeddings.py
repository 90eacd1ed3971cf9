"""The embedding that comes with Seodam: its size, its two readers, what it knows; choosing one."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from rag_core.embeddings import (
    BUNDLED,
    BundledEmbedding,
    OpenAIEmbedding,
    SentenceTransformerEmbedding,
    load_embedding,
    normalised,
)
from rag_core.errors import WrongSetting

PAIRS = [
    ("고양이가 소파에서 자고 있다", "The cat is sleeping on the sofa"),
    ("환불은 어떻게 받나요?", "How do I get a refund?"),
    ("대통령이 새 정부를 발표했다", "The president announced a new government"),
    ("비밀번호를 잊어버렸습니다", "I forgot my password"),
    ("오늘 날씨가 매우 춥다", "The weather is very cold today"),
    ("병원에서 의사를 만났다", "I met a doctor at the hospital"),
    ("기차역까지 버스로 갔다", "I went to the train station by bus"),
    ("아이들이 학교에서 영어를 배운다", "Children learn English at school"),
]
READERS = [
    *[text for pair in PAIRS for text in pair],
    "ＦＵＬＬ　ＷＩＤＴＨ 12,345.67㎏ café naïve ½ ﬁ",
    "한" + "국어" * 4000,
    "GPT를 사용한 RAG의 정확도는 92.5%입니다. 漢字 и кириллица 😀",
]


@pytest.fixture(scope="module")
def bundled() -> BundledEmbedding:
    return BundledEmbedding()


def test_sentence_transformers_reads_the_same_vectors(bundled: BundledEmbedding) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(BUNDLED), device="cpu").encode(READERS)
    np.testing.assert_allclose(bundled.embed_array(READERS), theirs, atol=1e-5)


def test_the_model_fits_into_sixteen_megabytes() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) <= 16_000_000


@pytest.mark.parametrize("size", [None, 128])
def test_translations_find_each_other_in_all_and_in_the_first_numbers(
    bundled: BundledEmbedding, size: int | None
) -> None:
    korean, english = (
        normalised(bundled.embed_array(side)[:, :size]) for side in zip(*PAIRS, strict=True)
    )
    assert ((korean @ english.T).argmax(axis=1) == np.arange(len(PAIRS))).all()


def test_a_question_is_nearer_to_its_passage_than_to_another(bundled: BundledEmbedding) -> None:
    passages = [
        "Applicants must hand in the form by 31 March; late forms are not considered.",
        "The river rises in the mountains and flows four hundred kilometres to the sea.",
    ]
    questions = ["When is the deadline for applications?", "How long is the river?"]
    scores = bundled.embed_array(questions, query=True) @ bundled.embed_array(passages).T
    assert scores.argmax(axis=1).tolist() == [0, 1]


def test_what_carries_no_meaning_changes_nothing(bundled: BundledEmbedding) -> None:
    written = ["SEOUL, Café!", "한국의 수도"]
    same = ["seoul cafe", unicodedata.normalize("NFD", "한국의  수도")]
    np.testing.assert_allclose(bundled.embed_array(written), bundled.embed_array(same), atol=1e-6)


def test_the_subwords_of_a_text_do_not_depend_on_what_was_read_before() -> None:
    fresh, used = BundledEmbedding(), BundledEmbedding()
    used.subwords(READERS)
    assert used.subwords(READERS[::-1]) == [fresh.subwords([text])[0] for text in READERS[::-1]]


def test_directions_and_lengths_make_up_the_vectors(bundled: BundledEmbedding) -> None:
    ids = np.array(bundled.subwords([PAIRS[0][1]])[0])
    directions, lengths = bundled.directions(ids)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-5)
    whole = normalised((directions * lengths[:, None]).sum(axis=0, keepdims=True))
    np.testing.assert_allclose(whole, bundled.embed_array([PAIRS[0][1]]), atol=1e-5)


def test_reading_needs_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from rag_core.embeddings import BundledEmbedding as B; b = B(); "
        "assert b.embed_array(['한국', 'x' * 9999]).shape == (2, b.dimension); b.fingerprint; "
        "print(*{'torch', 'transformers', 'sentence_transformers'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bundled", BundledEmbedding),
        ("sentence-transformers:intfloat/multilingual-e5-small", SentenceTransformerEmbedding),
    ],
)
def test_a_name_chooses_the_embedding_and_loads_nothing(name: str, kind: type) -> None:
    assert isinstance(load_embedding(name), kind)


def test_the_bundled_table_is_in_memory_once() -> None:
    assert load_embedding("bundled") is load_embedding("bundled")


@pytest.mark.parametrize("name", ["", "bundle", "openai:", "sentence-transformers:", "hub:x"])
def test_an_unknown_name_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(WrongSetting) as error:
        load_embedding(name)
    assert "bundled" in error.value.hint


def test_a_server_needs_a_key_or_an_address() -> None:
    with pytest.raises(WrongSetting):
        load_embedding("openai:text-embedding-3-small")
    assert OpenAIEmbedding("m", base_url="http://127.0.0.1:9/v1")


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting):
        SentenceTransformerEmbedding(str(tmp_path)).embed_array(["x"])
