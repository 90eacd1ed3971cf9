"""The sums of the RAG paper against their definitions, in plain products of plain numbers."""

from __future__ import annotations

from math import exp, log, prod

import numpy as np
import pytest

from rag_core.marginalisation import (
    Mode,
    log_likelihood,
    log_marginals,
    log_prior,
    log_weights,
    posterior,
    responsibilities,
)

PASSAGES, TOKENS = 4, 6


@pytest.fixture(params=range(5))
def drawn(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """p(z|x) and p(y_i | x, z, y_<i)."""
    chance = np.random.default_rng(request.param)
    prior = chance.dirichlet(np.ones(PASSAGES))
    return prior, chance.uniform(0.01, 0.99, (PASSAGES, TOKENS))


def test_the_prior_is_who_holds_the_answer_given_that_one_does() -> None:
    scores = [0.9, 0.4, 0.05]
    alone = [
        s * prod(1 - other for j, other in enumerate(scores) if j != i)
        for i, s in enumerate(scores)
    ]
    assert np.exp(log_prior(scores)) == pytest.approx([one / sum(alone) for one in alone])


def test_temperature_makes_passages_more_or_less_alike() -> None:
    cold, warm, hot = (np.exp(log_prior([0.9, 0.4, 0.05], t)) for t in (0.05, 1.0, 1e6))
    assert cold[0] > 0.999
    assert cold[0] > warm[0] > hot[0]
    assert hot == pytest.approx([1 / 3] * 3, abs=1e-4)


def test_scores_of_exactly_nought_and_one_leave_a_prior() -> None:
    assert np.exp(log_prior([1.0, 0.0, 1.0])) == pytest.approx([0.5, 0.0, 0.5], abs=1e-6)


@pytest.mark.parametrize(("scores", "temperature"), [([], 1.0), ([0.5], 0.0), ([0.5], -1.0)])
def test_no_passages_or_no_temperature_are_refused(scores: list[float], temperature: float) -> None:
    with pytest.raises(ValueError, match="prior"):
        log_prior(scores, temperature)


def test_both_likelihoods_are_the_definitions(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    prior, given = drawn
    sequence = sum(prior[z] * prod(given[z]) for z in range(PASSAGES))
    token = prod(sum(prior[z] * given[z, i] for z in range(PASSAGES)) for i in range(TOKENS))
    for mode, expected in ((Mode.SEQUENCE, sequence), (Mode.TOKEN, token)):
        found = log_likelihood(mode, np.log(prior), np.log(given))
        assert exp(found) == pytest.approx(expected, rel=1e-9)
        assert log_marginals(mode, np.log(prior), np.log(given)).sum() == pytest.approx(found)


def test_what_passages_contribute_is_bayes_rule(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    prior, given = drawn
    logs = np.log(prior), np.log(given)
    for mode in Mode:
        assert responsibilities(mode, *logs).sum(axis=0) == pytest.approx(np.ones(TOKENS))
        assert posterior(mode, *logs).sum() == pytest.approx(1)
    joint = [prior[z] * prod(given[z]) for z in range(PASSAGES)]
    assert posterior(Mode.SEQUENCE, *logs) == pytest.approx(np.array(joint) / sum(joint))
    shares = prior[:, None] * given / (prior[:, None] * given).sum(axis=0)
    assert posterior(Mode.TOKEN, *logs) == pytest.approx(shares.mean(axis=1))


def test_rag_sequence_learns_from_what_was_said_and_rag_token_does_not() -> None:
    prior, given = np.log([0.5, 0.5]), np.log([[0.9, 0.9], [0.1, 0.1]])
    assert np.exp(log_weights(Mode.SEQUENCE, prior, given)[0]) == pytest.approx([0.5, 0.9])
    assert np.exp(log_weights(Mode.TOKEN, prior, given)[0]) == pytest.approx([0.5, 0.5])


def test_a_thousand_unlikely_tokens_are_no_underflow() -> None:
    prior, given = np.log([0.5, 0.5]), np.full((2, 1000), log(1e-9))
    for mode in Mode:
        assert log_likelihood(mode, prior, given) == pytest.approx(1000 * log(1e-9))


def test_an_answer_without_tokens_is_certain_and_leaves_the_prior() -> None:
    prior, given = np.log([0.7, 0.3]), np.zeros((2, 0))
    for mode in Mode:
        assert log_likelihood(mode, prior, given) == pytest.approx(0)
        assert posterior(mode, prior, given) == pytest.approx([0.7, 0.3])
