"""The path of training, end to end, on made pairs: two languages, forty things, a made teacher."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from rag_core.embeddings import BundledEmbedding, normalised
from training.bags import Bags
from training.data import Source
from training.finetune import Drawn, Plan, finetune
from training.groups import starts
from training.holdout import held_out
from training.pretrain import lessons, reduction
from training.run import Materials, run
from training.tokenizer import train_tokenizer

SYLLABLES = ("가나다라마바사아자차카타파하", "거너더러머버서어저처커터퍼허")
KOREAN = [a + b for a, b in itertools.product(SYLLABLES[0][:8], SYLLABLES[1][:5])]
ENDS = "lt mp nd rk st".split()
ENGLISH = [a + b for a, b in itertools.product("bo cu di fe gu ho ji ka".split(), ENDS)]
THINGS = dict(zip(KOREAN + ENGLISH, [*range(40), *range(40)], strict=True))
PLAN = Plan(steps=60, batch=64, learning_rate=0.02, dimensions=(32, 16), keep_every=20)


def teacher(texts: list[str]) -> np.ndarray:
    """A vector for each thing, the same in both languages; a text is the sum of its things."""
    things = np.random.default_rng(0).normal(size=(40, 48))
    rows = [[THINGS[word] for word in re.findall(r"\w+", text) if word in THINGS] for text in texts]
    return normalised(np.array([things[row].sum(axis=0) + 1e-3 for row in rows], np.float32))


@pytest.fixture(scope="module")
def materials() -> Materials:
    drawn = random.Random(0)
    pairs = []
    for _ in range(600):
        things = drawn.sample(range(40), 4)
        pairs.append(tuple(" ".join(words[t] for t in things) for words in (KOREAN, ENGLISH)))
    words = {"ko": [(w, 0.01) for w in KOREAN], "en": [(w, 0.01) for w in ENGLISH]}
    return Materials([Source("par-made", ("ko", "en"), tuple(pairs))], words, teacher)


@pytest.fixture(scope="module")
def trained(materials: Materials, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    work, out = (tmp_path_factory.mktemp(name) for name in ("work", "model"))
    facts = run(materials, PLAN, work, out, size=300)
    assert facts["pairs"] == 600
    assert not facts["resumed"]
    return work, out


def test_a_trained_model_finds_the_translation_of_unseen_texts(trained: tuple[Path, Path]) -> None:
    drawn = random.Random(1)
    things = [drawn.sample(range(40), 3) for _ in range(50)]
    sides = [[" ".join(w[t] for t in row) for row in things] for w in (KOREAN, ENGLISH)]
    korean, english = map(BundledEmbedding(trained[1]).embed_array, sides)
    found = (korean @ english.T).argmax(axis=1)
    assert (found == np.arange(50)).mean() > 0.9
    short = [normalised(side[:, :16]) for side in (korean, english)]
    assert ((short[0] @ short[1].T).argmax(axis=1) == np.arange(50)).mean() > 0.7


def test_the_same_seed_gives_the_same_model(
    materials: Materials, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    run(materials, PLAN, tmp_path / "work", tmp_path / "model", size=300)
    models = [BundledEmbedding(folder) for folder in (tmp_path / "model", trained[1])]
    once, twice = (model.embed_array(KOREAN + ENGLISH) for model in models)
    np.testing.assert_allclose(once, twice, atol=1e-3)  # the tokenizer is trained in threads


def test_a_finished_run_does_nothing_again(
    materials: Materials, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    def silent(texts: list[str]) -> np.ndarray:
        raise AssertionError("asked the teacher again")

    again = Materials(materials.sources, materials.words, silent)
    facts = run(again, PLAN, trained[0], tmp_path / "model", size=300)
    assert facts["resumed"]
    same = [(f / "model.safetensors").read_bytes() for f in (trained[1], tmp_path / "model")]
    assert same[0] == same[1]


class Stops(list):
    """A list that a run reads from once a step; the run is interrupted at the 47th."""

    reads = 0

    def __getitem__(self, index):  # type: ignore[override]
        self.reads += 1
        if self.reads == 47:
            raise KeyboardInterrupt
        return super().__getitem__(index)


def test_a_resumed_run_ends_like_one_without_a_stop(materials: Materials, tmp_path: Path) -> None:
    tokenizer = train_tokenizer(materials.sources, materials.words, 300)
    lesson = lessons(materials.sources, materials.words, teacher, tmp_path / "teacher")
    targets, bags = reduction(lesson.vectors, 32)(lesson.vectors), Bags.of(tokenizer, lesson.texts)
    table = np.random.default_rng(0).normal(0, 0.1, (tokenizer.get_vocab_size(), 32))
    drawn = [Drawn.of(source, tokenizer) for source in materials.sources]
    rest = (lesson, bags, targets, PLAN)
    table = table.astype(np.float32)
    whole = finetune(table, drawn, *rest, tmp_path / "whole.pt")
    with pytest.raises(KeyboardInterrupt):
        finetune(table, Stops(drawn), *rest, tmp_path / "stopped.pt")
    resumed = finetune(table, drawn, *rest, tmp_path / "stopped.pt")
    assert np.abs(whole - table).max() > 0.01
    np.testing.assert_array_equal(whole, resumed)


def test_one_query_in_ten_is_kept_back_whatever_stands_around_it() -> None:
    queries = [f"question {number}" for number in range(5000)]
    kept = [held_out(query) for query in queries]
    assert 0.08 < np.mean(kept) < 0.12
    assert kept == [held_out(f"  {query}\n") for query in queries]


def said(draw: random.Random, *things: str) -> str:
    """A question about things, in one of many wordings."""
    words = [*things, *draw.sample("알려줘 어디 뭐야 혹시 지금 좀 언제 말해".split(), 3)]
    return " ".join(draw.sample(words, len(words)))


def test_groups_of_paraphrases_are_found_by_what_their_rows_share() -> None:
    draw = random.Random(2)
    truth = [first for first in range(0, 100, 5) for _ in range(5)]
    texts = [said(draw, *KOREAN[first // 5 : first // 5 + 3]) for first in truth]
    assert np.mean(np.array(starts(texts)) == truth) > 0.9
    assert starts([]) == []


def test_of_a_group_two_different_texts_are_a_pair_and_other_groups_are_not(
    materials: Materials,
) -> None:
    tokenizer = train_tokenizer(materials.sources, materials.words, 300)
    pairs = tuple((f"{word} {KOREAN[0]}", f"{KOREAN[1]} {word}") for word in KOREAN[2:26])
    groups = tuple(number // 3 for number in range(24))
    drawn = Drawn.of(Source("para-kqc", ("ko", "ko"), pairs, groups), tokenizer)
    met = set()
    for step in range(40):
        asked, right = drawn.pairs(np.random.default_rng(step), 512)
        assert len(asked) == 8
        assert (asked != right).all()
        assert (drawn.same[asked] == drawn.same[right]).all()
        assert sorted(drawn.same[right]) == list(range(8))
        assert not drawn.twins(right).any()
        met |= set(zip(asked.tolist(), right.tolist(), strict=True))
    assert len(met) > 100
    assert len(drawn.pairs(np.random.default_rng(0), 5)[0]) == 5


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_is_used_and_brings_the_translations_together(
    materials: Materials, tmp_path: Path
) -> None:
    torch.cuda.reset_peak_memory_stats()
    run(materials, PLAN, tmp_path / "work", tmp_path / "model", size=300)
    assert torch.cuda.max_memory_allocated() > 0
    embed = BundledEmbedding(tmp_path / "model").embed_array
    found = (embed(KOREAN) @ embed(ENGLISH).T).argmax(axis=1)
    assert (found == np.arange(40)).mean() > 0.9
