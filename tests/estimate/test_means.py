"""Restricted means by hand, against R, and the laws they obey."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.means import (
    Means,
    difference,
    quotient,
    restricted_mean_covariance,
    restricted_mean_lost,
    restricted_mean_open,
)
from justice_metrics.estimate.risk import at_risk
from tests.estimate.curve_counts import answers, data_sets, equal, table

LAST = 7
DAYS = np.arange(LAST + 1, dtype=np.int32)
unit = st.tuples(st.integers(-1, LAST - 1), st.integers(0, LAST), st.integers(0, 2)).filter(lambda row: row[0] < row[1])
rows_of_units = st.lists(unit, min_size=1, max_size=30)
horizons = st.integers(1, LAST + 3)


def tally(rows):
    cells = np.zeros((1, 4, LAST + 1), dtype=np.int64)
    for entry, leaving, cause in rows:
        cells[0, cause - 1 if cause else 2, leaving] += 1
        if entry >= 0:
            cells[0, 3, entry] += 1
    return cells[:, :2], at_risk(cells[:, :2], cells[:, 2], cells[:, 3])


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_without_censoring_it_is_the_mean_of_the_cases():
    """Six cases, everything seen: the mean of min(time, h), and its variance is the plain one over n."""
    times, causes = np.array([0, 2, 2, 4, 6, 7]), np.array([1, 1, 2, 2, 1, 1])
    events, risk = tally(list(zip([-1] * 6, times.tolist(), causes.tolist(), strict=True)))
    open_days = np.minimum(times, 5)
    mean = restricted_mean_open(DAYS, events.sum(axis=1), risk, horizon_days=5)
    np.testing.assert_allclose(mean.estimate, [open_days.mean()], rtol=1e-14)
    np.testing.assert_allclose(mean.std_error**2, [open_days.var() / 6], rtol=1e-13)

    lost_days = np.array([np.where(causes == k, 5 - open_days, 0) for k in (1, 2)])
    lost = restricted_mean_lost(DAYS, events, risk, horizon_days=5)
    np.testing.assert_allclose(lost.estimate[0], lost_days.mean(axis=1), rtol=1e-14)
    np.testing.assert_allclose(lost.std_error[0] ** 2, lost_days.var(axis=1) / 6, rtol=1e-13)

    covariance = restricted_mean_covariance(DAYS, events, risk, horizon_days=5)[0]
    np.testing.assert_allclose(covariance, np.cov([open_days, *lost_days], bias=True) / 6, rtol=1e-12, atol=1e-15)


def test_censoring_and_a_late_entry_to_exact_fractions():
    """Ends on days 1 and 3, one censored on day 2, one that enters on day 1 and ends on day 3: risk 3, 3, 2."""
    events, risk = tally([(-1, 1, 1), (-1, 2, 0), (-1, 3, 2), (1, 3, 1)])
    assert risk[0].tolist() == [3, 3, 3, 2, 0, 0, 0, 0]
    F = Fraction
    mean = restricted_mean_open(DAYS, events.sum(axis=1), risk, horizon_days=5)
    # 1 up to day 1, 2/3 from then to day 3, then 0
    np.testing.assert_allclose(mean.estimate, [float(1 + F(2, 3) * 2)], rtol=1e-14)
    # area after day 1 is 4/3, after day 3 nothing: (4/3)^2 * 1 / (3 * 2)
    np.testing.assert_allclose(mean.std_error**2, [float(F(16, 9) / 6)], rtol=1e-13)
    counting = restricted_mean_open(DAYS, events.sum(axis=1), risk, horizon_days=5, variance="counting_process")
    # (4/3)^2 (1/9) / (2/3)^2: a single event has tie factor 1
    np.testing.assert_allclose(counting.std_error**2, [float(F(16, 9) * F(1, 9) / F(4, 9))], rtol=1e-13)
    lost = restricted_mean_lost(DAYS, events, risk, horizon_days=5)
    np.testing.assert_allclose(lost.estimate[0], [float(F(4, 3) + F(2, 3)), float(F(2, 3))], rtol=1e-14)


def test_contrasts_by_hand():
    one = Means(np.array([60.0, 0.0]), np.array([3.0, 0.0]), *[np.zeros(2)] * 2)
    two = Means(np.array([50.0, 5.0]), np.array([4.0, 1.0]), *[np.zeros(2)] * 2)
    apart = difference(one, two)
    np.testing.assert_allclose(apart.estimate, [10, -5])
    np.testing.assert_allclose(apart.std_error, [5, 1])
    np.testing.assert_allclose(apart.conf_high[0] - apart.conf_low[0], 2 * 1.959963984540054 * 5)
    np.testing.assert_allclose(apart.p_value[0], 0.04550026389635842, rtol=1e-12)  # z = 2
    times = quotient(one, two)
    spread = (3 / 60) ** 2 + (4 / 50) ** 2
    np.testing.assert_allclose(times.estimate[0], 1.2)
    np.testing.assert_allclose(times.std_error[0] ** 2, spread, rtol=1e-13)
    np.testing.assert_allclose(np.log(times.conf_high[0] / times.conf_low[0]), 2 * 1.959963984540054 * spread**0.5)
    assert np.isnan([field[1] for field in times]).all()  # a mean of 0 has no ratio


def test_a_contrast_without_variance_has_no_limits():
    exact = Means(np.array([5.0]), np.array([0.0]), *[np.zeros(1)] * 2)
    for contrast in (difference(exact, exact), quotient(exact, exact)):
        assert np.isfinite(contrast.estimate).all()
        assert np.isnan([contrast.conf_low, contrast.conf_high, contrast.p_value]).all()


# ---- R -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", data_sets())
def test_equals_survfit(data):
    """Means open with R's rmean and its error; means lost with its multi-state rmean and infinitesimal jackknife."""
    counts = table(data)
    wrong = []
    for row in answers("means", data=data):
        where, horizon, state = counts.groups.index(row["group"]), int(row["horizon"]), int(row["state"])
        if state == 0:
            mean = restricted_mean_open(counts.days, *counts.together, horizon_days=horizon)
            found = mean.estimate[where], mean.std_error[where]
        else:
            mean = restricted_mean_lost(counts.days, *counts.pooled, horizon_days=horizon)
            found = mean.estimate[where, state - 1], mean.std_error[where, state - 1]
        for value, column, digits in zip(found, ("estimate", "std_error"), (8, 6), strict=True):
            if not equal(value, row[column], digits):
                wrong.append((row["group"], row["horizon"], row["state"], column, value, row[column]))
    assert not wrong


def test_mgus2_published():
    counts = table("mgus2")
    mean = restricted_mean_open(counts.days, *counts.together, horizon_days=120)
    assert counts.groups == ["F", "M"]
    np.testing.assert_allclose(mean.estimate, [82.98348463, 74.80834563], rtol=1e-9)
    np.testing.assert_allclose(mean.std_error, [1.727178266, 1.633488651], rtol=1e-9)


def test_rossi_published():
    counts = table("rossi")
    mean = restricted_mean_open(counts.days, *counts.together, horizon_days=52)
    found = dict(zip(counts.groups, zip(mean.estimate, mean.std_error, strict=True), strict=True))
    np.testing.assert_allclose(found["no"], [44.83333333, 0.9176715], rtol=1e-7)
    np.testing.assert_allclose(found["yes"], [46.875, 0.7933249], rtol=1e-7)


# ---- corners -------------------------------------------------------------------------------------------------------


def test_corners():
    # nobody in the group; all still open; all ended on day 0; one case; one that enters and leaves next day
    events = np.zeros((5, 2, 3), dtype=np.int64)
    risk = np.array([[0, 0, 0], [4, 4, 4], [3, 0, 0], [1, 1, 0], [0, 1, 0]])
    events[2, 0, 0], events[3, 1, 1], events[4, 0, 1] = 3, 1, 1
    days = np.array([0, 10, 20], np.int32)
    mean = restricted_mean_open(days, events.sum(axis=1), risk, horizon_days=15)
    lost = restricted_mean_lost(days, events, risk, horizon_days=15)
    np.testing.assert_array_equal(mean.estimate, [np.nan, 15, 0, 10, 10])
    np.testing.assert_array_equal(lost.estimate, [[np.nan] * 2, [0, 0], [15, 0], [0, 5], [5, 0]])
    np.testing.assert_array_equal(mean.std_error, [np.nan, 0, 0, 0, 0])
    nothing = restricted_mean_lost(days[:0], events[..., :0], risk[:, :0], horizon_days=15)
    assert nothing.estimate.shape == (5, 2)
    assert np.isnan(nothing.estimate).all()


def test_a_horizon_between_days_and_beyond_them():
    days, events, risk = np.array([2, 6], np.int32), np.array([[1, 1]]), np.array([[4, 2]])
    found = [restricted_mean_open(days, events, risk, horizon_days=h).estimate[0] for h in (1, 2, 5, 10)]
    np.testing.assert_allclose(found, [1, 2, 2 + 0.75 * 3, 2 + 0.75 * 4 + 0.375 * 4], rtol=1e-14)


def test_limits_stay_within_the_horizon():
    events, risk = tally([(-1, day, 1) for day in (1, 7, 7)])
    for limits in ("plain", "log", "log-log", "arcsine"):
        mean = restricted_mean_open(DAYS, events.sum(axis=1), risk, horizon_days=6, limits=limits)
        assert 0 <= mean.conf_low[0] < mean.estimate[0] < mean.conf_high[0] <= 6


def test_ten_thousand_ties_a_day():
    events, risk = np.full((1, 2, 3), 5000), np.array([[40_000, 28_000, 12_000]])
    small = restricted_mean_lost(np.arange(3), events // 1000, risk // 1000, horizon_days=5)
    large = restricted_mean_lost(np.arange(3), events, risk, horizon_days=5)
    np.testing.assert_allclose(large.estimate, small.estimate, rtol=1e-13)
    np.testing.assert_allclose(large.std_error * np.sqrt(1000), small.std_error, rtol=1e-12)


# ---- laws ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(rows_of_units, horizons)
def test_open_and_lost_add_up_to_the_horizon(rows, horizon):
    events, risk = tally(rows)
    mean = restricted_mean_open(DAYS, events.sum(axis=1), risk, horizon_days=horizon)
    lost = restricted_mean_lost(DAYS, events, risk, horizon_days=horizon)
    np.testing.assert_allclose(mean.estimate + lost.estimate.sum(axis=1), horizon, rtol=0, atol=1e-12)
    covariance = restricted_mean_covariance(DAYS, events, risk, horizon_days=horizon)[0]
    np.testing.assert_allclose(covariance.sum(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(covariance, covariance.T, atol=1e-12)
    errors = np.append(mean.std_error, lost.std_error)
    np.testing.assert_allclose(np.diag(covariance), errors**2, rtol=1e-9, atol=1e-10)


@settings(deadline=None)
@given(rows_of_units, horizons, st.sampled_from(["greenwood", "counting_process"]))
def test_variance_is_the_delta_method(rows, horizon, variance):
    """Numerically: move each day's hazards a little, and see how far the mean goes."""
    events, risk = tally(rows)
    hazards = events[0] / np.maximum(risk, 1)
    lost = restricted_mean_lost(DAYS, events, risk, horizon_days=horizon, variance=variance)

    def mean_of(h):
        before = np.concatenate([[1], np.cumprod(1 - h.sum(axis=0))[:-1]])
        return (np.maximum(horizon - DAYS, 0) * before * h).sum(axis=1)

    spread = np.zeros(2)
    for day in np.flatnonzero(risk[0] > 0):
        slopes = np.empty((2, 2))
        for j in (0, 1):
            up, down = hazards.copy(), hazards.copy()
            up[j, day], down[j, day] = hazards[j, day] + 0.5, hazards[j, day] - 0.5
            slopes[:, j] = mean_of(up) - mean_of(down)  # the mean is linear in the hazard of one day: exact
        ended, n = events[0, :, day], float(risk[0, day])
        for k in (0, 1):
            if variance == "greenwood":
                h = ended / n
                noise = (np.diag(h) - np.outer(h, h)) / n
            else:
                noise = np.diag(ended * (1.0 if n == 1 else (n - ended) / (n - 1)) / n**2)
            spread[k] += slopes[k] @ noise @ slopes[k]
    # once everybody has ended on one day the kernel stops there, while a moved hazard would go on
    if (risk[0] - events[0].sum(axis=0))[risk[0] > 0].min(initial=1) > 0:
        np.testing.assert_allclose(lost.std_error[0] ** 2, spread, rtol=1e-9, atol=1e-10)


@settings(deadline=None)
@given(rows_of_units, horizons, st.integers(2, 9))
def test_frequencies_are_repeated_rows(rows, horizon, times):
    once, many = (restricted_mean_lost(DAYS, *tally(some), horizon_days=horizon) for some in (rows, rows * times))
    np.testing.assert_allclose(many.estimate, once.estimate, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(many.std_error * np.sqrt(times), once.std_error, rtol=1e-7, atol=1e-7)


@settings(deadline=None)
@given(rows_of_units, horizons, st.floats(0.01, 50))
def test_sampling_weights_matter_in_proportion_only(rows, horizon, weight):
    events, risk = tally(rows)
    plain, weighted = (
        restricted_mean_lost(DAYS, w * events, w * risk, horizon_days=horizon).estimate for w in (1.0, weight)
    )
    np.testing.assert_allclose(weighted, plain, rtol=1e-12, atol=1e-12)


@settings(deadline=None)
@given(rows_of_units, horizons, st.integers(2, 30))
def test_rescaled_time_rescales_the_means(rows, horizon, times):
    events, risk = tally(rows)
    days = restricted_mean_lost(DAYS, events, risk, horizon_days=horizon)
    scaled = restricted_mean_lost(DAYS * times, events, risk, horizon_days=horizon * times)
    np.testing.assert_allclose(scaled.estimate, days.estimate * times, rtol=1e-12)
    np.testing.assert_allclose(scaled.std_error, days.std_error * times, rtol=1e-9, atol=1e-9)


@settings(deadline=None)
@given(rows_of_units, horizons)
def test_one_ending_alone_is_the_horizon_minus_the_mean_open(rows, horizon):
    events, risk = tally(rows)
    together = events.sum(axis=1)
    mean = restricted_mean_open(DAYS, together, risk, horizon_days=horizon)
    lost = restricted_mean_lost(DAYS, together[:, None], risk, horizon_days=horizon)
    np.testing.assert_allclose(lost.estimate[:, 0], horizon - mean.estimate, atol=1e-12)
    np.testing.assert_allclose(lost.std_error[:, 0], mean.std_error, rtol=1e-7, atol=1e-7)
