"""Reading step curves: values on days and days of values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.curves import kaplan_meier
from justice_metrics.estimate.steps import at_days, incidence_quantiles, quantiles

DAYS = np.array([10, 20, 30, 50], dtype=np.int32)


def median(survival, low=None, high=None, days=DAYS, **more):
    nothing = np.full_like(survival, np.nan, dtype=float)
    found = quantiles(days, survival, nothing if low is None else low, nothing if high is None else high, [0.5], **more)
    return tuple(values[..., 0] for values in found)


def test_a_step_holds_from_its_day_to_the_next():
    values = np.array([[0.9, 0.8, 0.7, 0.1], [1.0, 1.0, 0.5, 0.5]])
    read = at_days(DAYS, values, [50, 9, 10, 29, 1000], before=1.0)
    assert read.tolist() == [[0.1, 1.0, 0.9, 0.8, 0.1], [0.5, 1.0, 1.0, 1.0, 0.5]]


def test_counts_stay_counts():
    assert at_days(DAYS, np.array([4, 3, 2, 1]), [0, 20], before=9).tolist() == [9, 3]


def test_no_days_at_all_gives_the_value_before():
    assert at_days(DAYS[:0], np.empty((2, 0)), [3], before=1.0).tolist() == [[1.0], [1.0]]


def test_first_day_below():
    assert median(np.array([0.9, 0.6, 0.4, 0.3]))[0] == 30


def test_the_middle_of_a_flat_stretch():
    assert median(np.array([0.9, 0.5, 0.5, 0.3]))[0] == 35
    assert median(np.array([0.9, 0.5, 0.4, 0.3]))[0] == 25


def test_flatness_survives_rounding():
    assert median(np.array([0.9, 0.5 + 1e-15, 0.5 + 1e-15, 0.3]))[0] == 35
    assert median(np.array([0.9, 0.5 - 1e-15, 0.5 - 1e-15, 0.3]))[0] == 35


def test_flat_to_the_end_of_observation():
    survival = np.array([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]])
    assert median(survival)[0].tolist() == [30, 30]
    assert median(survival, last_days=np.array([50.0, 20.0]))[0].tolist() == [30, 15]


def test_never_reached_is_nan():
    assert np.isnan(median(np.array([0.9, 0.8, 0.7, 0.6]))[0])


def test_limits_come_from_the_limits():
    low, high = np.array([0.7, 0.45, 0.3, np.nan]), np.array([0.97, 0.9, 0.8, np.nan])
    estimate, conf_low, conf_high = median(np.array([0.9, 0.7, 0.4, 0.0]), low, high)
    assert (estimate, conf_low) == (30, 20)
    assert np.isnan(conf_high)


def test_limits_that_rise_again_enclose_every_day_they_allow():
    # delayed entry: the band widens while few are at risk, then narrows again
    low, high = np.array([0.4, 0.55, 0.45, 0.2]), np.array([0.9, 0.45, 0.6, 0.4])
    _, conf_low, conf_high = median(np.array([0.8, 0.5, 0.5, 0.3]), low, high)
    assert conf_low == 10
    assert conf_high == 50


def test_several_probabilities_and_groups():
    survival = np.array([[0.8, 0.6, 0.2, 0.1], [1.0, 1.0, 0.7, 0.7]])
    found = quantiles(DAYS, survival, survival, survival, [0.25, 0.75]).estimate
    np.testing.assert_array_equal(found, [[20, 30], [30, np.nan]])


def test_incidence_is_reached_or_never():
    incidence = np.array([[0.1, 0.25, 0.25, 0.4]])
    found = incidence_quantiles(DAYS, incidence, incidence - 0.1, incidence + 0.1, [0.25, 0.35, 0.5])
    np.testing.assert_array_equal(found.estimate, [[20, 50, np.nan]])
    np.testing.assert_array_equal(found.conf_low, [[20, 20, 50]])
    np.testing.assert_array_equal(found.conf_high, [[50, np.nan, np.nan]])


def test_incidence_reached_up_to_rounding():
    found = incidence_quantiles(DAYS, *[np.array([0.1, 0.5 - 1e-15, 0.6, 0.6])] * 3, [0.5])
    assert found.estimate.tolist() == [20]


def test_incidence_whose_lower_limit_falls_back():
    low = np.array([0.3, 0.2, 0.3, 0.3])
    found = incidence_quantiles(DAYS, np.full(4, 0.4), low, np.full(4, 0.6), [0.3])
    assert found.conf_high.tolist() == [30]


@pytest.mark.parametrize("read", [quantiles, incidence_quantiles])
def test_without_days_nothing_is_reached(read):
    nothing = np.empty((3, 0))
    found = read(DAYS[:0], nothing, nothing, nothing, [0.5, 0.9])
    assert np.isnan(found.estimate).all()
    assert found.estimate.shape == (3, 2)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=4, max_size=4), st.floats(0.01, 0.99))
def test_a_quantile_lies_where_the_curve_passes(counts_by_day, share):
    events, censored = np.array(counts_by_day).T
    risk = np.cumsum((events + censored)[::-1])[::-1]
    curve = kaplan_meier(events[None], risk[None], limits="log")
    found = quantiles(DAYS, curve.survival, curve.conf_low, curve.conf_high, [share])
    day = found.estimate[0, 0]
    if np.isnan(day):
        assert curve.survival[0, -1] > 1 - share
    else:
        assert at_days(DAYS, curve.survival, [int(day)], before=1.0)[0, 0] <= 1 - share + 1e-9
        assert at_days(DAYS, curve.survival, [int(np.ceil(day)) - 1], before=1.0)[0, 0] >= 1 - share - 1e-9
        assert not found.conf_low[0, 0] > day
        assert not found.conf_high[0, 0] < day
