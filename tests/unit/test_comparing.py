"""Two runs side by side: what differs, and when it is called more than chance."""

from __future__ import annotations

import numpy as np
import pytest

from rag_core.comparing import FEWEST, differences, outcome, paired
from rag_core.evaluation import bootstrap
from rag_core.examinations import Asked


def _asked(question: str, found: float, right: bool = True) -> Asked:
    return Asked(question, 1 if found else None, True, right, 1.0, 0.01, 0.01, {"ndcg@10": found})


def _run(values: list[float]) -> list[Asked]:
    return [_asked(f"q{n}", value) for n, value in enumerate(values)]


def test_the_gain_is_the_mean_over_pairs_with_a_bootstrap_interval() -> None:
    drawn = np.random.default_rng(3)
    first, second = drawn.random(200).tolist(), drawn.random(200).tolist()
    found = differences(_run(first), _run(second))["ndcg@10"]
    gains = [b - a for a, b in zip(first, second, strict=True)]
    assert found.gain == pytest.approx(np.mean(gains))
    assert (found.low, found.high) == pytest.approx(bootstrap(gains), abs=0.015)
    assert (found.questions, found.more + found.less) == (200, 200)
    assert found == differences(_run(first), _run(second))["ndcg@10"]  # seeded


def test_a_difference_between_runs_that_are_alike_is_seldom_called_more_than_chance() -> None:
    """95 % intervals leave 0 out in about one of twenty pairs of runs that differ by chance."""
    drawn, called = np.random.default_rng(0), 0
    for _ in range(100):
        first, second = drawn.integers(0, 2, (2, 60)).astype(float).tolist()
        called += differences(_run(first), _run(second))["ndcg@10"].sure
    assert called <= 12


def test_a_plain_gain_is_called_more_than_chance_in_either_direction() -> None:
    worse, better = _run([0.0] * 30 + [1.0] * 30), _run([1.0] * 60)
    gained, lost = differences(worse, better)["ndcg@10"], differences(better, worse)["ndcg@10"]
    assert gained.sure
    assert (gained.gain, gained.more, gained.less) == (0.5, 30, 0)
    assert lost.sure
    assert lost.low < -0.5 < lost.high < 0


def test_few_questions_that_differ_prove_nothing() -> None:
    for differing, sure in ((FEWEST - 1, False), (FEWEST, True)):
        same = [1.0] * 5
        found = differences(_run([0.0] * differing + same), _run([1.0] * differing + same))
        assert found["ndcg@10"].low > 0
        assert found["ndcg@10"].sure is sure


def test_only_questions_that_both_runs_asked_are_compared() -> None:
    first = [_asked("a", 0), _asked("b", 1), _asked("a", 1), _asked("gone", 1)]
    second = [_asked("b", 1), _asked("a", 1), _asked("a", 0), _asked("new", 0)]
    pairs = list(paired(first, second))
    assert [one.question for one, _ in pairs] == ["a", "b", "a"]
    assert [outcome(one, other) for one, other in pairs] == [1, 0, -1]
    found = differences(first, second)["ndcg@10"]
    assert (found.questions, found.more, found.less, found.gain) == (3, 1, 1, 0)
    assert differences(first, [_asked("other", 1)]) == {}


def test_where_the_same_is_found_the_right_answer_decides() -> None:
    assert outcome(_asked("q", 1, right=False), _asked("q", 1)) == 1
    assert outcome(_asked("q", 1), _asked("q", 0.5)) == -1
    declined = Asked("u", None, False, True, 1.0, 0.01, scores={"abstention_recall": 1.0})
    answered = Asked("u", None, True, False, 1.0, 0.01, scores={"abstention_recall": 0.0})
    assert outcome(answered, declined) == 1
