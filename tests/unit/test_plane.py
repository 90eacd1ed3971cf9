"""The map: passages and a question on a plane, and who is nearest."""

from __future__ import annotations

import numpy as np
import pytest

from rag_core.embeddings import BundledEmbedding
from rag_core.plane import MOST_POINTS, NEIGHBOURS, draw_map
from rag_core.types import Passage

BASE = BundledEmbedding()
TEXTS = ["등대는 밤에 불빛을 비춰요.", "The harbour opened in 1962.", "사과와 배를 팔아요.", "Tea."]


def _passages(texts: list[str]) -> list[Passage]:
    return [Passage(f"p{n}", "d", n, 1, "1", text) for n, text in enumerate(texts)]


def test_every_passage_has_a_place_and_the_nearest_come_first() -> None:
    passages, vectors = _passages(TEXTS), BASE.embed_array(TEXTS)
    drawn = draw_map(BASE, "lighthouse 등대", passages, vectors)
    assert [one.passage for one in drawn.points] == passages
    assert all(np.isfinite((one.x, one.y)).all() for one in drawn.points)
    assert np.isfinite(drawn.asked).all()
    assert drawn.nearest[0].passage.text == TEXTS[0]
    cosines = [one.cosine for one in drawn.nearest]
    assert cosines == sorted(cosines, reverse=True)
    asked = BASE.embed_array(["lighthouse 등대"], query=True)[0]
    assert cosines[0] == pytest.approx(float(vectors[0] @ asked), abs=1e-6)
    assert 0 < drawn.kept <= 1


def test_two_directions_hold_all_of_three_passages() -> None:
    drawn = draw_map(BASE, "q", _passages(TEXTS[:3]), BASE.embed_array(TEXTS[:3]))
    assert drawn.kept == pytest.approx(1)


def test_a_map_of_very_many_passages_is_thinned_but_its_neighbours_are_of_all() -> None:
    rows = np.random.default_rng(0).normal(size=(3 * MOST_POINTS, 8)).astype(np.float32)
    rows[3 * MOST_POINTS - 1] = [1, 0, 0, 0, 0, 0, 0, 0]
    passages = _passages([str(n) for n in range(len(rows))])

    class Fixed(BundledEmbedding):
        def embed_array(self, texts, query=False):
            return np.tile(rows[-1] * 9, (len(texts), 1))

    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    drawn = draw_map(Fixed(), "q", passages, rows)
    assert MOST_POINTS / 2 < len(drawn.points) <= MOST_POINTS
    assert len(drawn.nearest) == NEIGHBOURS
    assert drawn.nearest[0].passage is passages[-1]


def test_passages_that_are_all_alike_make_no_map() -> None:
    for texts in (["Tea."] * 4, ["", "", ""]):
        drawn = draw_map(BASE, "q", _passages(texts), BASE.embed_array(texts))
        assert drawn.points == ()
    mixed = ["Tea."] * 3 + ["Sea."]
    drawn = draw_map(BASE, "q", _passages(mixed), BASE.embed_array(mixed))
    assert drawn.kept == pytest.approx(1)


def test_fewer_than_three_passages_make_no_map() -> None:
    assert draw_map(BASE, "q", _passages(TEXTS[:2]), BASE.embed_array(TEXTS[:2])).points == ()
