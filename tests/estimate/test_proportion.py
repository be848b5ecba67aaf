"""Wilson intervals and detectable differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from justice_metrics.estimate.proportion import detectable_difference, wilson

Z = 1.959963984540054
share_of_trials = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_by_hand():
    share = wilson(np.array([0, 10, 2]), np.array([10, 10, 4]))
    np.testing.assert_allclose(share.estimate, [0, 1, 0.5])
    np.testing.assert_allclose(share.conf_high[0], Z**2 / (10 + Z**2), rtol=1e-14)
    np.testing.assert_allclose(share.conf_low[1], 10 / (10 + Z**2), rtol=1e-14)
    # half of n: the interval is 1/2 -+ z / (2 sqrt(n + z^2))
    np.testing.assert_allclose(share.conf_high[2] - 0.5, Z / (2 * math.sqrt(4 + Z**2)), rtol=1e-14)


def test_ends_are_exact():
    trials = np.arange(1, 5000)
    assert (wilson(np.zeros_like(trials), trials).conf_low == 0).all()
    assert (wilson(trials, trials).conf_high == 1).all()


def test_a_group_without_trials_is_nan():
    share = wilson(np.array([0, 1]), np.array([0, 2]))
    assert np.isnan([values[0] for values in share]).all()
    assert not np.isnan([values[1] for values in share]).any()


@settings(deadline=None)
@given(share_of_trials, st.sampled_from([0.8, 0.95, 0.99]))
def test_limits_solve_the_score_equation(case, level):
    successes, trials = case
    share = wilson(np.array([successes]), np.array([trials]), level)
    z = wilson(np.array([0]), np.array([1]), level).conf_high[0]  # z^2 / (1 + z^2)
    z_squared = z / (1 - z)
    for limit in (share.conf_low[0], share.conf_high[0]):
        distance = (successes / trials - limit) ** 2
        assert distance == pytest.approx(z_squared * limit * (1 - limit) / trials, rel=1e-6, abs=1e-15)


def test_equals_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    trials = np.repeat([1, 2, 7, 40, 321, 10**6], 5)
    successes = np.floor(trials * np.tile([0, 0.03, 0.4, 0.5, 1], 6)).astype(np.int64)
    share = wilson(successes, trials, 0.9)
    low, high = proportion_confint(successes, trials, alpha=0.1, method="wilson")
    np.testing.assert_allclose([share.conf_low, share.conf_high], [low, high], rtol=1e-9, atol=1e-15)


@settings(deadline=None)
@given(share_of_trials)
def test_swapping_success_and_failure_mirrors_the_interval(case):
    successes, trials = case
    one, other = (
        wilson(np.array([successes]), np.array([trials])),
        wilson(np.array([trials - successes]), np.array([trials])),
    )
    np.testing.assert_allclose(one.conf_low, 1 - other.conf_high, rtol=0, atol=1e-12)


def test_average_coverage_over_p_is_the_level():
    """Exact, over all outcomes: the mean over p of the coverage lies within half a point of 95 %."""
    p = np.linspace(0.0005, 0.9995, 1000)
    for n in (10, 50, 300):
        successes = np.arange(n + 1)
        share = wilson(successes, np.full_like(successes, n))
        inside = (share.conf_low[:, None] <= p) & (p <= share.conf_high[:, None])
        coverage = (binom.pmf(successes[:, None], n, p) * inside).sum(axis=0)
        assert abs(coverage.mean() - 0.95) < 0.005


# ---- detectable difference -----------------------------------------------------------------------------------------


def test_textbook_size():
    # 0.10 against 0.20 at 5 % and power 0.8 needs 198.97 units a group: 199
    assert detectable_difference(198.97, 198.97, 0.10) == pytest.approx(0.10, abs=2e-5)
    assert detectable_difference(199, 199, 0.10) < 0.10 < detectable_difference(198, 198, 0.10)


def test_the_other_direction_is_the_mirror():
    assert detectable_difference(80, 200, 0.9) == pytest.approx(float(detectable_difference(80, 200, 0.1)), rel=1e-12)


def test_keeps_the_harder_direction():
    # downwards from 0.4 a smaller difference would do: the variance shrinks
    found = float(detectable_difference(100, 100, 0.4))
    upward = _power(100, 100, 0.4 + found, 0.4)
    downward = _power(100, 100, 0.4 - found, 0.4)
    assert upward == pytest.approx(0.8, abs=1e-9)
    assert downward > 0.8


def test_a_share_of_nothing_can_only_rise():
    assert 0 < detectable_difference(50, 50, 0.0) < 0.2
    assert detectable_difference(50, 50, 1.0) == pytest.approx(float(detectable_difference(50, 50, 0.0)), rel=1e-12)


def test_too_few_to_show_anything():
    assert np.isnan(detectable_difference(1, 1, 0.5))
    assert np.isnan(detectable_difference(0, 50, 0.5))
    assert np.isnan(detectable_difference(50, 50, np.nan))


def test_clusters_cost_units():
    assert detectable_difference(100, 300, 0.2, design_effect=2) == pytest.approx(
        float(detectable_difference(50, 150, 0.2)), rel=1e-12
    )


@settings(deadline=None)
@given(st.integers(20, 5000), st.integers(20, 5000), st.floats(0.05, 0.95))
def test_more_units_show_less(n_one, n_two, share):
    few, many = (detectable_difference(n_one * k, n_two * k, share) for k in (1, 2))
    assert np.isnan(few) or many < few


def test_exact_power_is_near_the_promise():
    """All outcomes of two binomial groups, tested with the pooled score test."""
    n_one, n_two, base = 120, 240, 0.2
    other = base + float(detectable_difference(n_one, n_two, base))
    one, two = np.arange(n_one + 1)[:, None], np.arange(n_two + 1)[None]
    pooled = (one + two) / (n_one + n_two)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n_one + 1 / n_two))
    with np.errstate(invalid="ignore"):
        shown = np.abs(one / n_one - two / n_two) / spread > Z
    power = (binom.pmf(one, n_one, other) * binom.pmf(two, n_two, base) * shown).sum()
    assert power == pytest.approx(0.8, abs=0.02)


def _power(n_one, n_two, p_one, p_two):
    mean = (n_one * p_one + n_two * p_two) / (n_one + n_two)
    null = Z * math.sqrt(mean * (1 - mean) * (1 / n_one + 1 / n_two))
    true = math.sqrt(p_one * (1 - p_one) / n_one + p_two * (1 - p_two) / n_two)
    return 0.5 * math.erfc(-(abs(p_one - p_two) - null) / true / math.sqrt(2))
