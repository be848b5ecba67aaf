"""Partial pooling and ranks: against R, as properties, at the edges."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.special import expit, logit

from justice_metrics.estimate import ranks as ranks_module
from justice_metrics.estimate import shrinkage as module
from justice_metrics.estimate.ranks import rank_intervals
from justice_metrics.estimate.shrinkage import Pooled, beta_binomial, drawn_shifts, pooled
from justice_metrics.estimate.standardise import pooled_shares, shifted_shares
from tests.estimate.offices_reference import counts, said


@pytest.fixture(scope="module")
def surgical() -> Pooled:
    return pooled(*counts("surgical"))


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(ranks_module).failed == 0


def test_the_most_likely_model_is_glmers(surgical: Pooled) -> None:
    successes, trials = counts("surgical")
    middle, spread = said("surgical", "glmer")
    assert surgical.best_middle + logit(successes.sum() / trials.sum()) == pytest.approx(middle, abs=5e-4)
    assert surgical.best_spread == pytest.approx(spread, abs=5e-4)


def test_the_same_with_three_kinds_of_case() -> None:
    found = pooled(*counts("mixed"))
    middle, spread = said("mixed", "glmer")
    assert found.best_middle == pytest.approx(middle, abs=5e-4)
    assert found.best_spread == pytest.approx(spread, abs=5e-4)


def test_beliefs_are_those_of_a_random_walk(surgical: Pooled) -> None:
    """R walks at random through the same beliefs; its own error is about 0.0005 for shares and 0.01 for the spread."""
    shares = expit(surgical.shifts + logit(pooled_shares(*counts("surgical"))))
    mean = surgical.belief @ shares
    np.testing.assert_allclose(mean, said("surgical", "bayes_share"), atol=0.0012)
    sd = np.sqrt(surgical.belief @ shares**2 - mean**2)
    np.testing.assert_allclose(sd, said("surgical", "bayes_share_sd"), rtol=0.05)
    assert (surgical.weight * surgical.spreads).sum() == pytest.approx(said("surgical", "bayes_spread")[0], abs=0.02)


def test_ranks_are_those_of_a_random_walk(surgical: Pooled) -> None:
    draws = drawn_shifts(surgical, np.arange(12), 4000, np.random.default_rng(5))
    found = rank_intervals(draws)
    for name, mine in (("rank_median", 0), ("rank_low", 1), ("rank_high", 2)):
        assert np.abs(found[mine] - said("surgical", name)).max() <= 1, name
    mean = shifted_shares(pooled_shares(*counts("surgical")), draws).mean(axis=0)
    np.testing.assert_allclose(mean, said("surgical", "bayes_share"), atol=0.003)


def test_the_beta_distribution_is_vglms() -> None:
    successes, trials = (one[:, 0] for one in counts("surgical"))
    np.testing.assert_allclose(beta_binomial(successes, trials), said("surgical", "vglm"), rtol=1e-5)


def test_offices_are_drawn_towards_all_of_them_the_small_ones_most() -> None:
    """30 % everywhere but for two offices with 60 %, one of 10 cases and one of 1,000."""
    n = np.array([[200], [200], [200], [200], [200], [10], [1000]])
    y = np.array([[60], [55], [65], [58], [62], [6], [600]])
    found = pooled(y, n)
    shares = found.belief @ shifted_shares(pooled_shares(y, n), found.shifts)
    assert 0.3 < shares[5] < 0.55
    assert shares[6] == pytest.approx(0.6, abs=0.01)


def test_an_office_without_cases_is_like_the_others() -> None:
    y, n = np.array([[30], [20], [25], [0]]), np.array([[100], [100], [100], [0]])
    found = pooled(y, n)
    share = found.belief @ shifted_shares(pooled_shares(y, n), found.shifts)
    assert share[3] == pytest.approx(0.25, abs=0.03)
    np.testing.assert_allclose(found.belief.sum(axis=1), 1)


def test_kinds_that_all_or_none_come_to_tell_nothing() -> None:
    y, n = counts("mixed")
    more = pooled(np.hstack([y, n[:, :1], 0 * n[:, :1]]), np.hstack([n, n[:, :1], n[:, :1]]))
    np.testing.assert_allclose(more.belief, pooled(y, n).belief, rtol=1e-9)


def test_ranks_of_offices_that_cannot_be_told_apart() -> None:
    found = pooled(np.full((8, 1), 3), np.full((8, 1), 10))
    ranks = rank_intervals(drawn_shifts(found, np.arange(8), 1000, np.random.default_rng(1)))
    assert ranks.conf_low.max() <= 2
    assert ranks.conf_high.min() >= 7


def test_the_same_seed_gives_the_same_ranks(surgical: Pooled) -> None:
    one, other = (drawn_shifts(surgical, np.arange(12), 50, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_beta_binomial_edges() -> None:
    np.testing.assert_allclose(beta_binomial(np.array([3, 3, 3]), np.array([10, 10, 10])), [0.3, 0])
    assert beta_binomial(np.array([0, 0]), np.array([10, 10])) == (0.0, 0.0)
