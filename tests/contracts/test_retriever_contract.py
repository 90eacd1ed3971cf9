"""What every leg and the retriever promise, and LangChain's own suite over the retriever."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag_core.embeddings import load_embedding
from rag_core.passages import cut, searchable_text
from rag_core.retriever import SeodamRetriever
from rag_core.stores import exact
from rag_core.stores.dense import DenseIndex, probe
from rag_core.stores.lexical import LexicalIndex
from rag_core.types import Page

BOOKS = {
    "coin": (
        "Bitcoin",
        ["A purely peer-to-peer version of electronic cash.", "작업 증명은 해시를 찾는 일이다."],
    ),
    "wiki": (
        "Wiki",
        [
            "A wiki is a website that its readers may edit.",
            "위키는 누구나 고칠 수 있는 누리집이다.",
        ],
    ),
    "tree": ("Trees", ["Oaks grow slowly and live for centuries.", "참나무는 천천히 자란다."]),
}


def passages_of(name):
    title, pages = BOOKS[name]
    return cut(name, title, [Page(i, str(i), text) for i, text in enumerate(pages, 1)])


@pytest.fixture
def lexical(tmp_path):
    index = LexicalIndex.open(tmp_path / "lexical")
    index.replace_all((name, passages_of(name)) for name in BOOKS)
    yield index
    index.close()


@pytest.fixture
def chroma(tmp_path):
    index = DenseIndex.open(tmp_path / "chroma")
    yield index
    index.close()


@pytest.fixture
def dense(chroma):
    rows, embedding = chroma.collection("a-shelf"), load_embedding("bundled")
    for name in BOOKS:
        passages = passages_of(name)
        vectors = embedding.embed_array([searchable_text(p) for p in passages])
        rows.add([p.id for p in passages], vectors, name)
    return rows


@pytest.fixture
def retriever(lexical, dense):
    return make(lexical, dense)


def make(lexical, dense, known=frozenset(BOOKS), k=3):
    def passages(ids):
        held = {p.id: (p, f"{name}.pdf") for name in known for p in passages_of(name)}
        return {one: held[one] for one in ids if one in held}

    return SeodamRetriever(
        embedding=load_embedding("bundled"), lexical=lexical, dense=dense, passages=passages, k=k
    )


class TestLexical:
    def test_finds_by_stem_and_particle(self, lexical):
        assert lexical.search("slow growing oak?", 1)[0][0] == "tree-0"
        assert lexical.search("해시란?", 1)[0][0] == "coin-1"

    def test_title_is_searched(self, lexical):
        assert {one for one, _ in lexical.search("Trees", 5)} == {"tree-0", "tree-1"}

    def test_restricted_to_documents(self, lexical):
        assert all(one.startswith("wiki") for one, _ in lexical.search("a 누구나", 9, {"wiki"}))
        assert lexical.search("wiki", 9, set()) == []
        assert lexical.search("wiki", 9, {"gone"}) == []

    def test_replacing_leaves_one_copy_and_removing_none(self, lexical):
        before = lexical.count()
        lexical.replace("coin", passages_of("coin"))
        assert lexical.count() == before
        lexical.remove("coin")
        lexical.remove("never there")
        assert lexical.count() == before - 2
        assert lexical.search("peer-to-peer", 3) == []

    def test_what_was_replaced_is_there_after_opening_again(self, lexical, tmp_path):
        lexical.close()
        again = LexicalIndex.open(tmp_path / "lexical")
        assert again.count() == 6
        assert again.search("centuries", 1)[0][0] == "tree-0"
        again.close()

    def test_an_index_of_other_rules_starts_empty(self, lexical, tmp_path):
        lexical.close()
        (tmp_path / "lexical" / "FINGERPRINT").write_text("older")
        again = LexicalIndex.open(tmp_path / "lexical")
        assert again.count() == 0
        again.close()

    def test_scores_of_given_passages_are_those_of_the_search(self, lexical):
        found = dict(lexical.search("누구나 고칠 수 있는 wiki", 9))
        assert lexical.scores("누구나 고칠 수 있는 wiki", list(found)) == pytest.approx(found)

    @pytest.mark.parametrize("question", ["", "  ", "?!", '"(AND', "a:b^2", "\x00", "ㅋㅋ"])
    def test_any_question_may_be_asked(self, lexical, question):
        assert isinstance(lexical.search(question, 3), list)

    def test_rare_words_weigh_more(self, lexical):
        rarity = lexical.rarity(["centuri", "위키", "nowhere"])
        assert rarity["centuri"] > 0
        assert "nowhere" not in rarity
        assert lexical.rarity(["a"])["a"] < rarity["centuri"]


def _near(found):
    return [(one, pytest.approx(score, abs=1e-5)) for one, score in found]


@pytest.mark.parametrize("most_bytes", [exact.MOST_BYTES, 0], ids=["in-memory", "by-chroma"])
class TestDense:
    """The same of a small collection and of one that has outgrown memory."""

    @pytest.fixture(autouse=True)
    def _limit(self, monkeypatch, most_bytes):
        monkeypatch.setattr(exact, "MOST_BYTES", most_bytes)

    def test_nearest_first_and_cosine(self, dense):
        vector = load_embedding("bundled").embed_array(["Trees\n" + BOOKS["tree"][1][0]])[0]
        (first, cosine), *_rest = dense.search(vector, 3)
        assert first == "tree-0"
        assert cosine == pytest.approx(1.0, abs=1e-3)
        assert dense.scores(vector, ["tree-0", "gone"]) == {"tree-0": pytest.approx(1.0, abs=1e-3)}

    def test_a_filter_is_complete(self, chroma):
        rows, draw = chroma.collection("many"), np.random.default_rng(0)
        vectors = draw.normal(size=(1500, 16)).astype(np.float32)
        rows.add_all([f"p{i}" for i in range(1500)], vectors, [f"d{i % 300}" for i in range(1500)])
        asked = vectors[7]
        found = rows.search(asked, 10, {"d3", "d299"})
        cosines = vectors @ asked / np.linalg.norm(vectors, axis=1)
        wanted = sorted((i for i in range(1500) if i % 300 in (3, 299)), key=lambda i: -cosines[i])
        assert [one for one, _ in found] == [f"p{i}" for i in wanted]

    def test_removing(self, dense):
        dense.remove("coin")
        dense.remove("never there")
        assert dense.count() == 4

    def test_what_changes_between_two_searches(self, chroma, dense):
        asked = np.eye(320, dtype=np.float32)[0]
        before = [one for one, _ in dense.search(asked, 99)]
        dense.add_all(["new-0", "new-1"], np.eye(320, dtype=np.float32)[:2], ["new", "newer"])
        (first, cosine), *others = dense.search(asked, 99)
        assert (first, cosine) == ("new-0", pytest.approx(1.0, abs=1e-3))
        assert {one for one, _ in others} == {*before, "new-1"}
        chroma.collection("a-shelf").remove("new")
        assert {one for one, _ in dense.search(asked, 99)} == {*before, "new-1"}
        assert set(dense.scores(asked, ["new-0", "new-1"])) == {"new-1"}

    def test_opened_again(self, chroma, dense, tmp_path):
        asked = load_embedding("bundled").embed_array(["Who may edit a wiki?"], query=True)[0]
        before, some = dense.search(asked, 4), dense.search(asked, 9, {"tree"})
        chroma.close()
        again = DenseIndex.open(tmp_path / "chroma")
        rows = again.collection("a-shelf")
        assert _near(rows.search(asked, 4)) == _near(before)
        assert _near(rows.search(asked, 9, {"tree"})) == _near(some)
        again.close()

    def test_an_empty_collection_finds_nothing(self, chroma):
        assert chroma.collection("empty").search(np.ones(8, np.float32), 5) == []

    def test_dropping_leaves_the_others(self, chroma, dense):
        chroma.collection("another")
        chroma.drop("another")
        assert chroma.names() == ("a-shelf",)
        assert dense.count() == 6

    def test_nothing_of_a_dropped_collection_stays_on_the_disk(self, chroma, dense, tmp_path):
        def folders():
            return {one.name for one in (tmp_path / "chroma").iterdir() if one.is_dir()}

        before = folders()
        for name in ("another", "a-third"):
            vectors = np.random.default_rng(0).normal(size=(1200, 16)).astype(np.float32)
            chroma.collection(name).add([f"p{i}" for i in range(1200)], vectors, "book")
        chroma.drop("another")
        assert len(folders() - before) == 1
        assert chroma.collection("a-third").count() == 1200
        (left_behind := tmp_path / "chroma" / "0b0e7a4e-by-an-earlier-version").mkdir()
        chroma.close()
        again = DenseIndex.open(tmp_path / "chroma")
        assert not left_behind.exists()
        assert again.collection("a-third").count() == 1200
        assert again.collection("a-shelf").count() == 6
        again.close()

    def test_a_collection_that_outgrows_memory(self, chroma, monkeypatch):
        monkeypatch.setattr(exact, "MOST_BYTES", min(exact.MOST_BYTES, 100 * 16 * 4))
        rows, vectors = chroma.collection("growing"), np.eye(150, 16, dtype=np.float32)
        vectors += np.random.default_rng(0).normal(size=vectors.shape, scale=0.1)
        for start in range(0, 150, 30):
            part = range(start, start + 30)
            rows.add([f"p{i}" for i in part], vectors[start : start + 30], "book")
            for at in (0, start + 29):
                assert rows.search(vectors[at], 1)[0] == (f"p{at}", pytest.approx(1.0, abs=1e-3))
        assert rows.count() == 150

    def test_the_canary_counts_what_can_be_reached(self, chroma, dense, tmp_path):
        chroma.close()
        command = [sys.executable, "-m", "rag_core.stores.dense", str(tmp_path / "chroma")]
        child = subprocess.run(command, capture_output=True, check=True, timeout=120)
        assert json.loads(child.stdout) == {"a-shelf": {"count": 6, "reachable": 6}}
        assert probe(tmp_path / "new") == {}


class TestRetriever:
    def test_hits_are_ranked_scored_and_placed(self, retriever):
        hits = retriever.search("Who may edit a wiki?", k=4)
        assert hits[0].passage.id == "wiki-0"
        assert hits[0].document == "wiki.pdf"
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)

    def test_k(self, retriever):
        assert len(retriever.search("wiki", k=1)) == 1
        assert len(retriever.search("wiki")) == 3

    def test_only_these_documents(self, retriever):
        hits = retriever.search("wiki", k=9, documents=frozenset({"tree"}))
        assert {hit.passage.document_id for hit in hits} <= {"tree"}
        assert retriever.search("wiki", documents=frozenset()) == []

    def test_what_the_record_does_not_know_is_not_found(self, lexical, dense):
        hits = make(lexical, dense, known={"coin", "tree"}).search("Who may edit a wiki?", k=9)
        assert hits
        assert "wiki" not in {hit.passage.document_id for hit in hits}

    def test_what_is_there_scores_higher_than_what_is_not(self, retriever):
        there = retriever.search("Who may edit a wiki?")[0].score
        absent = retriever.search("Which airline launched the 737 MAX 10?")
        assert all(hit.score < there for hit in absent)

    @pytest.mark.parametrize("question", ["", "?", "ㅋ", "\ud800", "x" * 20000])
    def test_any_question_may_be_asked(self, retriever, question):
        assert isinstance(retriever.search(question), list)

    def test_documents_carry_their_place(self, retriever):
        document = retriever.invoke("참나무는 어떻게 자라나?")[0]
        assert document.page_content == "참나무는 천천히 자란다."
        assert document.metadata["document"] == "tree.pdf"
        assert document.metadata["page"] == 2


class TestStandardRetriever(RetrieversIntegrationTests):
    """LangChain's suite; it calls the constructor, so the indexes stand ready beside it."""

    @pytest.fixture(autouse=True)
    def _legs(self, lexical, dense):
        type(self)._held = (lexical, dense)

    @property
    def retriever_constructor(self):
        def construct(**options):
            return make(*self._held, **options)

        return construct

    @property
    def retriever_constructor_params(self):
        return {}

    @property
    def retriever_query_example(self):
        return "wiki"
