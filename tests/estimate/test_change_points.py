"""Change points: the statistic by hand, the p value against every order there is, and what must not be found."""

from __future__ import annotations

import doctest
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate import change_points
from justice_metrics.estimate.change_points import rate_residuals, serial_correlation, share_residuals, strongest_change


def asked(residuals, *, shortest=2, draws=999, seed=1):
    return strongest_change(residuals, shortest=shortest, draws=draws, rng=np.random.default_rng(seed))


def test_statistic_by_hand():
    # u = 12/4 = 3, chance 3 each; squares (4 + 4 + 1 + 9) / 3 = 6 of 3 degrees: tau^2 = (6 - 3) / (4/3 - 1/3) = 3
    # weights 1/6; after two periods S = -4/6, W = 2/6 of 4/6: (4/6) / sqrt((2/6) (2/6) / (4/6)) = 4 / sqrt(6)
    found = asked(rate_residuals(np.array([1, 1, 4, 6]), np.ones(4)))
    assert found.place == 2
    assert found.statistic == pytest.approx(4 / np.sqrt(6), rel=1e-14)


def test_slope_by_hand():
    # rates 1 to 8 of mean 4.5, weights all w: slope sum w (t - 3.5)^2 / sqrt(w sum (t - 3.5)^2) = sqrt(42 w)
    row = rate_residuals(np.arange(1, 9), np.ones(8))
    found = asked(row, shortest=3)
    assert found.slope == pytest.approx(np.sqrt(42 * row.weight[0]), rel=1e-12)
    # after four of eight: 8 w / sqrt(4 w 4 w / (8 w)) = sqrt(32 w), so the line says more
    assert found.statistic == pytest.approx(np.sqrt(32 * row.weight[0]), rel=1e-12)
    assert found.even
    assert not asked(rate_residuals(np.array([5, 5, 5, 5, 50, 50, 50, 50]), np.full(8, 10.0))).even


def test_shares_without_variation_between_periods_by_hand():
    # p = 20/40 = 1/2, chance 1/40 each; squares 40 (4 + 4) / 100 = 3.2 of 7 degrees: tau^2 = 0, weights 40
    # after four periods S = 40 (-2/10) = -8, W = 160 of 320: 8 / sqrt(80)
    found = asked(share_residuals(np.array([4, 5, 5, 4, 6, 5, 5, 6]), np.full(8, 10)))
    assert (found.place, found.statistic) == (4, pytest.approx(8 / np.sqrt(80), rel=1e-14))


def test_p_value_against_all_orders():
    counts = np.array([1, 2, 1, 7, 4, 6])

    def largest(order):
        # of equal exposures the statistic is the plain one, up to a factor that is the same in all orders
        sums = np.cumsum(np.array(order) - 3.5)
        return max(abs(sums[k - 1]) / np.sqrt(k * (6 - k)) for k in (2, 3, 4))

    exact = np.mean([largest(order) >= largest(counts) - 1e-9 for order in permutations(counts)])
    found = asked(rate_residuals(counts, np.ones(6)), draws=20_000)
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))


def test_a_level_lasts_at_least_so_long():
    counts = np.array([30, 5, 5, 5, 5, 5])
    assert asked(rate_residuals(counts, np.ones(6)), shortest=1).place == 1
    assert asked(rate_residuals(counts, np.ones(6)), shortest=2).place >= 2
    assert asked(rate_residuals(counts, np.ones(6)), shortest=4) is None


def test_nothing_varies():
    assert asked(rate_residuals(np.full(8, 5), np.ones(8))) is None
    assert asked(share_residuals(np.zeros(8, int), np.full(8, 5))) is None
    assert asked(share_residuals(np.full(8, 5), np.full(8, 5))) is None


def test_seasons_are_no_change_and_hide_none():
    season = np.arange(24) % 4
    rates = np.array([10, 40, 20, 30])[season]
    flat = np.random.default_rng(5).poisson(rates)
    assert asked(rate_residuals(flat, np.ones(24), season)).p_value > 0.05
    lifted = np.where(np.arange(24) >= 12, flat + 12, flat)
    found = asked(rate_residuals(lifted, np.ones(24), season))
    assert found.p_value < 0.01
    assert found.place == 12


def test_unequal_exposure_is_no_change():
    # more judges, more cases: the rate stays
    exposure = np.array([1, 1, 1, 1, 5, 5, 5, 5.0])
    found = asked(rate_residuals((exposure * 20).astype(int), exposure))
    assert found is None


def test_the_likely_range_holds_the_place():
    found = asked(share_residuals(np.array([10, 11, 9, 10, 14, 20, 21, 23]), np.full(8, 100)))
    assert found.first <= found.place <= found.last


def test_a_weak_change_may_lie_at_every_allowed_place_and_nowhere_else():
    found = asked(rate_residuals(np.array([5, 6, 5, 6, 5, 7, 5, 6]), np.ones(8)), shortest=2)
    assert (found.first, found.last) == (2, 6)


def test_serial_correlation():
    assert serial_correlation(rate_residuals(np.array([1, 2, 3, 4, 5, 6]), np.ones(6))) == pytest.approx(0.5)
    assert np.isnan(serial_correlation(rate_residuals(np.full(4, 3), np.ones(4))))


rows = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=6, max_size=20)


@settings(max_examples=40)
@given(rows)
def test_reversed_time_gives_the_same_strength(pairs):
    y, n = np.array([min(pair) for pair in pairs]), np.array([max(pair) for pair in pairs])
    one = strongest_change(share_residuals(y, n), shortest=2, draws=19, rng=np.random.default_rng(1))
    other = strongest_change(share_residuals(y[::-1], n[::-1]), shortest=2, draws=19, rng=np.random.default_rng(1))
    assert (one is None) == (other is None)
    if one is not None:
        assert one.statistic == pytest.approx(other.statistic, rel=1e-9)
        assert 1 / 20 <= one.p_value <= 1


@settings(max_examples=20)
@given(st.integers(0, 2**31))
def test_one_seed_one_answer(seed):
    residuals = rate_residuals(np.array([3, 5, 4, 9, 8, 12]), np.ones(6))
    assert asked(residuals, draws=49, seed=seed) == asked(residuals, draws=49, seed=seed)


def test_examples():
    outcome = doctest.testmod(change_points)
    assert outcome.attempted > 0
    assert outcome.failed == 0
