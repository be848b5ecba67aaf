"""Control charts by hand, against their formulas in R, and against published worked examples."""

from __future__ import annotations

import csv
import doctest
from collections import defaultdict
from math import comb, factorial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from justice_metrics.estimate import control_charts
from justice_metrics.estimate.control_charts import (
    MEDIAN_RANGE,
    beyond_limits,
    chance_beyond,
    in_runs,
    moving_range_spread,
    p_chart,
    u_chart,
)

REFERENCE = Path(__file__).parents[1] / "reference" / "trends_charts.csv"


def reference():
    rows = defaultdict(list)
    with REFERENCE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["chart"]].append(row)
    return {
        name: {key: np.array([float(row[key]) for row in part]) for key in part[0] if key not in {"chart", "kind"}}
        | {"kind": part[0]["kind"]}
        for name, part in rows.items()
    }


SERIES = reference()


def made(name):
    one = SERIES[name]
    draw = p_chart if one["kind"] == "p" else u_chart
    return one, draw(
        one["numerator"],
        one["denominator"],
        base=one["base"] == 1,
        season=one["season"].astype(int),
        overdispersed=bool(one["laney"][0]),
    )


@pytest.mark.parametrize("name", SERIES)
def test_equals_the_formulas_in_r(name):
    one, ours = made(name)
    for field in ("centre", "lower", "upper", "z"):
        np.testing.assert_allclose(getattr(ours, field), one[field], rtol=1e-12, atol=1e-12)
    assert ours.spread == pytest.approx(one["spread"][0], rel=1e-12)


class TestPublished:
    """Montgomery, *Introduction to Statistical Quality Control*, chapter 7: the limits printed there."""

    def test_orange_juice(self):
        _, ours = made("juice")
        assert [round(float(one[0]), 4) for one in (ours.centre, ours.lower, ours.upper)] == [0.2313, 0.0524, 0.4102]
        assert np.flatnonzero(beyond_limits(ours)).tolist() == [14, 22]

    def test_orange_juice_without_the_two_that_were_explained(self):
        _, ours = made("juice_without_15_23")
        assert [round(float(one[0]), 4) for one in (ours.centre, ours.lower, ours.upper)] == [0.2150, 0.0407, 0.3893]

    def test_purchase_orders_of_unequal_numbers(self):
        _, ours = made("orders")
        assert round(float(ours.centre[0]), 3) == 0.096
        assert np.flatnonzero(beyond_limits(ours)).tolist() == [10]

    def test_circuit_boards(self):
        _, ours = made("boards")
        assert [round(float(one[0]), 2) for one in (ours.centre, ours.lower, ours.upper)] == [19.85, 6.48, 33.21]
        assert np.flatnonzero(beyond_limits(ours)).tolist() == [5, 19]


def test_shares_by_hand():
    # p = 30/200 = 3/20; sigma = sqrt(3/20 * 17/20 / 100) = sqrt(51)/200
    ours = p_chart(np.array([10, 20]), np.array([100, 100]))
    sigma = np.sqrt(51) / 200
    np.testing.assert_allclose(ours.upper, 3 / 20 + 3 * sigma, rtol=1e-14)
    np.testing.assert_allclose(ours.z, [-1 / 20 / sigma, 1 / 20 / sigma], rtol=1e-12)


def test_limits_stay_within_what_is_possible():
    ours = p_chart(np.array([1, 0, 3, 4]), np.array([4, 4, 4, 4]))
    assert ours.lower.min() == 0
    assert ours.upper.max() == 1
    assert u_chart(np.array([1, 0, 2]), np.ones(3)).lower.min() == 0


def test_a_period_without_units_is_a_gap_and_changes_nothing_else():
    whole = p_chart(np.array([3, 5, 4]), np.array([20, 20, 20]), overdispersed=True)
    gap = p_chart(np.array([3, 0, 5, 4]), np.array([20, 0, 20, 20]), overdispersed=True)
    assert np.isnan(gap.estimate[1])
    assert np.isnan(gap.upper[1])
    np.testing.assert_array_equal(gap.upper[[0, 2, 3]], whole.upper)
    assert not beyond_limits(gap)[1]
    assert not in_runs(gap, 1)[1]


def test_nothing_and_one_period():
    assert p_chart(np.array([], int), np.array([], int)).estimate.shape == (0,)
    one = u_chart(np.array([4]), np.array([2.0]), overdispersed=True)
    assert one.spread == 1
    assert one.centre[0] == 2
    assert np.isnan(moving_range_spread(np.array([1.0, np.nan])))


def test_shares_that_are_all_zero_have_no_range_and_no_signal():
    ours = p_chart(np.zeros(4, int), np.full(4, 9))
    assert ours.z.tolist() == [0] * 4
    assert not beyond_limits(ours).any()


def test_after_a_base_without_any_a_few_are_no_signal_and_many_are():
    """Events given, each falls on any unit alike: y of y into the last 9 of 36 units, C(9, y) / C(36, y)."""
    base = np.array([True, True, True, False])
    chances = [comb(9, y) / comb(36, y) for y in range(10)]
    most = max(y for y in range(10) if chances[y] >= 0.00135)
    assert most == 4  # 126 / 58905 = 0.0021; five of five 126 / 376992 = 0.0003
    for events, signal in ((2, False), (4, False), (5, True)):
        ours = p_chart(np.array([0, 0, 0, events]), np.full(4, 9), base=base)
        assert beyond_limits(ours).tolist() == [False, False, False, signal]
        assert np.isnan(ours.z[3])
        others = p_chart(9 - np.array([0, 0, 0, events]), np.full(4, 9), base=base)
        assert beyond_limits(others).tolist() == [False, False, False, signal]
    # of a rate, a fourth of the exposure: (1 / 4)^4 = 0.0039, (1 / 4)^5 = 0.0010
    counted = [u_chart(np.array([0, 0, 0, one]), np.ones(4), base=base) for one in (4, 5)]
    assert [bool(beyond_limits(one)[3]) for one in counted] == [False, True]


def test_one_unusual_period_does_not_hide_itself_by_widening_the_limits():
    y = np.array([60, 62, 57, 61, 58, 63, 112, 60, 59, 64, 57, 61])
    n = np.full(12, 200)
    assert p_chart(y, n, overdispersed=True).spread > 1.5
    ours = p_chart(y, n, overdispersed=True, robust=True)
    assert ours.spread == 1
    assert np.flatnonzero(beyond_limits(ours)).tolist() == [6]


def test_robust_spread_by_hand():
    # ranges 1, 2, 10, 9: median 11/2
    z = np.array([0.0, 1.0, 3.0, 13.0, 4.0])
    assert moving_range_spread(z, robust=True) == pytest.approx(5.5 / MEDIAN_RANGE)
    assert pytest.approx(np.sqrt(2) * norm.ppf(0.75)) == MEDIAN_RANGE
    # equal periods in two seasons of two: a base period is half of its own centre, so z is divided by sqrt(1/2)
    y, n, season = np.array([100, 100, 200, 200]), np.full(4, 1000), np.array([0, 1, 0, 1])
    p, q = np.array([150, 150, 150, 150]) / 1000, 850 / 1000
    z = (y / n - p) / np.sqrt(p * q / n) / np.sqrt(1 / 2)
    expected = np.median(np.abs(np.diff(z))) / MEDIAN_RANGE
    assert p_chart(y, n, season=season, overdispersed=True, robust=True).spread == pytest.approx(max(expected, 1))


def test_chance_of_a_signal_is_that_of_the_binomial():
    n = np.full(8, 50)
    # centre 1 %, upper limit 1 % + 3 sqrt(.01 .99 / 50) = 5.2 %
    ours = p_chart(np.array([1, 0, 0, 1, 0, 1, 0, 1]), n)
    # three of 50 and more lie beyond it
    expected = 1 - sum(comb(50, k) * 0.01**k * 0.99 ** (50 - k) for k in range(3))
    np.testing.assert_allclose(chance_beyond(ours, n, share=True), expected, rtol=1e-9)
    rates = u_chart(np.full(4, 9), np.ones(4))  # 0 to 18
    outside = 1 - sum(np.exp(-9) * 9**k / factorial(k) for k in range(19))
    np.testing.assert_allclose(chance_beyond(rates, np.ones(4), share=False), outside, rtol=1e-6)


def test_a_season_without_a_base_period_has_no_limits():
    ours = p_chart(np.array([1, 2, 3]), np.full(3, 10), season=np.array([0, 1, 0]), base=np.array([True, False, True]))
    assert np.isnan(ours.centre[1])
    assert ours.centre[0] == 4 / 20


def test_laney_never_narrows():
    calm = p_chart(np.array([10, 10, 10, 10]), np.full(4, 100), overdispersed=True)
    assert calm.spread == 1


def test_runs():
    ours = u_chart(np.array([9, 9, 9, 1, 5, 5, 1, 1]), np.ones(8))  # centre 5
    assert in_runs(ours, 3).tolist() == [True] * 3 + [False] * 5
    assert in_runs(ours, 2).tolist() == [True] * 3 + [False] * 3 + [True] * 2


counts = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=30)


@given(counts)
def test_the_other_outcome_gives_the_mirrored_chart(rows):
    y = np.array([min(pair) for pair in rows])
    n = np.array([max(pair) for pair in rows])
    one, other = p_chart(y, n), p_chart(n - y, n)
    np.testing.assert_allclose(one.lower, 1 - other.upper, atol=1e-12)
    np.testing.assert_allclose(one.estimate, 1 - other.estimate, atol=1e-12)


@given(counts, st.integers(2, 9))
def test_more_units_narrow_the_limits(rows, times):
    y = np.array([min(pair) for pair in rows])
    n = np.array([max(pair) for pair in rows])
    few, many = p_chart(y, n), p_chart(y * times, n * times)
    known = np.isfinite(few.centre) & np.isfinite(few.sigma)
    np.testing.assert_allclose(few.centre[known], many.centre[known], atol=1e-12)
    assert (many.upper - many.lower <= few.upper - few.lower + 1e-12)[known].all()


def test_examples():
    outcome = doctest.testmod(control_charts)
    assert outcome.attempted > 0
    assert outcome.failed == 0
