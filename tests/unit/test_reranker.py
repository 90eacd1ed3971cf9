"""The reranker: what it promises of its numbers, and its quick reading beside a plain one."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from rag_core import reranker
from rag_core.embeddings import BundledEmbedding
from rag_core.matching import QuestionWords
from rag_core.reranker import AT_LEAST, LOOKED_AT_CLOSELY, WEIGHTS, judge, load_weights
from rag_core.signals import CIRCUMSTANCES, CLOSE, PLAIN, Candidate, circumstances, plain
from rag_core.subwords import Nearness, nearness
from rag_core.types import Passage

ENGLISH = (
    "The lighthouse of Homigot was first lit in December 1908.",
    "It is 26.4 metres high and built of brick without steel.",
    "Squid is dried in the harbour of Guryongpo every winter.",
)
KOREAN = (
    "호미곶 등대는 1908년 12월에 처음으로 불을 밝혔습니다.",
    "높이는 26.4미터이고 철근 없이 벽돌로 지었습니다.",
    "구룡포 항구에서는 겨울마다 과메기를 말립니다.",
)


@pytest.fixture(scope="module")
def embedding():
    return BundledEmbedding()


def candidates(embedding, question, texts):
    """Those of the dense leg alone: words of the question that stand nowhere say nothing."""
    vectors = embedding.embed_array([question, *texts])
    cosines = vectors[1:] @ vectors[0]
    ranks = np.argsort(np.argsort(-cosines)) + 1
    rows = zip(texts, cosines.tolist(), ranks.tolist(), strict=True)
    return [
        Candidate(Passage(str(at), "d", at, 1, "1", text), 0.0, cosine, None, rank)
        for at, (text, cosine, rank) in enumerate(rows)
    ]


def probabilities(embedding, question, texts):
    words = QuestionWords(question, {}, 100)
    return judge(question, candidates(embedding, question, texts), words, embedding).probabilities


def test_weights_name_known_signals_and_circumstances():
    weights = load_weights()
    assert weights.first.weights.shape == (len(PLAIN), len(CIRCUMSTANCES))
    assert weights.second.weights.shape == (len(PLAIN + CLOSE), len(CIRCUMSTANCES))
    assert weights.first.slope > 0
    written = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    for stage in ("first", "second"):
        assert set(written[stage]["weights"]) <= set(PLAIN + CLOSE)
        for row in written[stage]["weights"].values():
            assert set(row) <= set(CIRCUMSTANCES)


@pytest.mark.parametrize("texts", [ENGLISH, KOREAN])
def test_the_passage_that_answers_comes_first_even_across_languages(embedding, texts):
    found = probabilities(embedding, "등대는 언제 처음 불을 밝혔나요?", texts)
    assert all(0 < one < 1 for one in found)
    assert found[0] == max(found)


def test_an_answer_is_likelier_than_the_best_where_there_is_none(embedding):
    question = "호미곶 등대는 언제 처음 불을 밝혔나요?"
    answered = max(probabilities(embedding, question, KOREAN))
    assert answered > 2 * max(probabilities(embedding, question, KOREAN[1:]))


def test_nothing_to_judge_and_nothing_to_read(embedding):
    assert probabilities(embedding, "왜?", []) == ()
    found = probabilities(embedding, "When was it lit?", ["", "… — !", ENGLISH[0]])
    assert found[2] == max(found)
    assert all(np.isfinite(found))
    assert len(probabilities(embedding, "", ENGLISH)) == len(ENGLISH)


def test_every_circumstance_says_what_it_is_named_for(embedding):
    question = "등대는 언제 불을 밝혔나요?"
    found = candidates(embedding, question, [ENGLISH[0], KOREAN[0]])
    words = QuestionWords(question, {"등대": 3.0}, 100)
    about = circumstances(question, words, plain(question, words, found))
    first, second = (dict(zip(CIRCUMSTANCES, row, strict=True)) for row in about)
    assert (first["foreign"], second["foreign"]) == (1.0, 0.0)
    assert first["always"] == first["korean"] == 1.0
    assert 0 < first["unknown"] < 1  # it knows 등대 and no other word
    assert first["best_covered"] == pytest.approx(max(plain(question, words, found)[:, 7]))
    assert first["few_words"] == 1 / (1 + len(words.words))
    assert first["short"] == 1.0


class Counting(BundledEmbedding):
    """Counts the passages whose subwords are read, and the calls."""

    def __init__(self):
        super().__init__()
        self.read = []

    def subwords(self, texts):
        self.read.append(len(texts) - 1)
        return super().subwords(texts)


def test_only_what_is_not_far_behind_is_read_and_all_in_one_go():
    counting = Counting()
    probabilities(counting, "등대는 언제 불을 밝혔나요?", KOREAN * 17)
    assert len(counting.read) == 1
    assert AT_LEAST <= counting.read[0] <= LOOKED_AT_CLOSELY


def test_what_is_far_behind_keeps_behind():
    slope, rough = 1.0, np.array([0.0, 9.0, *[1.0] * 20, 8.0])
    best = reranker._promising(rough, slope)
    assert best[:2].tolist() == [1, 22]
    assert len(best) == AT_LEAST
    assert len(reranker._promising(np.zeros(50), slope)) == LOOKED_AT_CLOSELY


def slow_nearness(question, passage, embedding):
    """The definition, a passage at a time and cosine by cosine."""
    asked, said = embedding.subwords([question, passage])
    if not asked or not said:
        return Nearness()
    (u, weights), (v, lengths) = (embedding.directions(np.array(ids)) for ids in (asked, said))
    cosines, weights = u @ v.T, weights / weights.sum()
    blocks = [cosines[:, at : at + 16].max(axis=1) for at in range(0, len(said), 16)]
    statements = [np.maximum(a, b) for a, b in pairwise(blocks)] or blocks
    phrases = [
        (max(cosines[i, j] + cosines[i + 1, j + 1] for j in range(len(said) - 1)) / 2, pair)
        for i, pair in enumerate(weights[:-1] + weights[1:])
        if len(said) > 1
    ]
    nearest = cosines.max(axis=1)
    return Nearness(
        mean=nearest.mean(),
        weighted=nearest @ weights,
        nearby=max(one @ weights for one in statements),
        phrases=sum(n * w for n, w in phrases) / sum(w for _, w in phrases) if phrases else 0.0,
        worst=nearest[weights >= np.sort(weights)[2 * len(weights) // 3]].min(),
        back=cosines.max(axis=0) @ lengths / lengths.sum(),
    )


@pytest.mark.parametrize("question", ["등대는 언제 켜졌나요?", "When was it lit?", "등대", "!"])
def test_all_passages_together_read_as_each_by_itself(embedding, question):
    long = " ".join(ENGLISH + KOREAN)
    ids = embedding.subwords([long])[0]
    assert len(ids) > 33  # several blocks
    words = [f"{word} " * 15 for word in ("brick", "등대")]
    passages = ["", *ENGLISH, "…", *KOREAN, long, "등대", *words, *(w + "lit 불" for w in words)]
    for quick, passage in zip(nearness(question, passages, embedding), passages, strict=True):
        slow = slow_nearness(question, passage, embedding)
        for name in Nearness.__slots__:
            assert getattr(quick, name) == pytest.approx(getattr(slow, name), abs=1e-5), name


@pytest.mark.parametrize(
    ("question", "text", "covered"),
    [
        ("대한민국", "대한 민국의 역사", 1.0),
        ("대한민국", "대한  민국의 역사", 0.5),  # two spaces part words: the longest piece counts
        ("가가", "가 가가", 1.0),
        ("1908", "in 1,908 or so", 1.0),
        ("1908", "in 21908, 19081 and 0.1908", 0.0),
        ("cities", "a City", 1.0),
        ("cities", "publicity", 0.0),
        ("city", "citadel", 0.0),
    ],
)
def test_a_word_is_found_as_it_is_written(question, text, covered):
    match, _ = QuestionWords(question, {}, 100).match(text)
    assert match.covered == pytest.approx(covered)


def test_two_words_never_share_a_letter():
    words = QuestionWords("대한 대한민국", {}, 100)
    assert [word.token for word in words.words] == ["대한", "대한민국"]
    match, _ = words.match("대한민국")
    assert match.covered == pytest.approx((1 + 3 / 4) / 2)  # 대한 is taken, 대한민 a piece


@pytest.mark.parametrize(
    "question",
    [
        "What does DPR stand for?",
        "DPR는 무엇의 약자인가요?",
        "What is DPR short for?",
        "What is DPR?",
    ],
)
def test_the_passage_that_writes_letters_out_comes_first(embedding, question):
    texts = (
        "DPR stands at the head of DPR research; what does DPR do? DPR is used for DPR.",
        "Questions are met by dense passage retrieval (DPR) of 2020, which learned from pairs.",
        "Squid is dried in the harbour of Guryongpo every winter.",
    )
    found = judge(
        question,
        candidates(embedding, question, texts),
        QuestionWords(question, {}, 100),
        embedding,
    )
    assert found.brought_forward == (False, True, False)
    assert max(found.probabilities) == found.probabilities[1] <= 1
    plain_question = "Where is DPR used?"
    words = QuestionWords(plain_question, {}, 100)
    other = judge(plain_question, candidates(embedding, plain_question, texts), words, embedding)
    assert not any(other.brought_forward)
