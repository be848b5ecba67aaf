"""Simultaneous bands: by hand, where they stand, and the laws they obey. Their coverage is in tests/prove."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from justice_metrics.estimate.bands import days_with, equal_precision, equal_precision_incidence, hall_wellner
from justice_metrics.estimate.critical_values import equal_precision_critical, hall_wellner_critical
from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier
from justice_metrics.estimate.limits import pointwise
from tests.estimate.curve_counts import table

SCALES = ("log-log", "log", "plain", "arcsine")


@pytest.fixture(scope="module")
def mgus2():
    return table("mgus2")


def units(counts):
    return counts.together[1].max(axis=-1)


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_plain_bands_by_hand():
    """Ten units, one ends on each of days 1 to 4: S = .9, .8, .7, .6, and v = n sum d / (Y (Y - d)) = 1/9 .. 2/3."""
    days, events, risk = np.arange(1, 5), np.array([[1, 1, 1, 1]]), np.array([[10, 9, 8, 7]])
    survival, v = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1 / 9, 1 / 4, 3 / 7, 2 / 3])
    common = {"first_day": 1, "last_day": 3, "limits": "plain"}

    band = hall_wellner(days, events, risk, units=np.array([10]), **common)
    k = hall_wellner_critical(0.1, 0.3, 0.95)  # v / (1 + v) = 1 - S here, without censoring
    np.testing.assert_allclose(band.critical, [k], rtol=1e-9)
    half = (k * (1 + v) / np.sqrt(10) * survival)[:3]
    np.testing.assert_allclose(band.conf_low[0, :3], survival[:3] - half, rtol=1e-9)
    np.testing.assert_allclose(band.conf_high[0, :3], np.minimum(survival[:3] + half, 1), rtol=1e-9)
    assert np.isnan([band.conf_low[0, 3], band.conf_high[0, 3]]).all()

    band = equal_precision(days, events, risk, **common)
    e = equal_precision_critical(0.1, 0.3, 0.95)
    np.testing.assert_allclose(band.critical, [e], rtol=1e-9)
    np.testing.assert_allclose(band.conf_low[0, :3], survival[:3] - (e * np.sqrt(v / 10) * survival)[:3], rtol=1e-9)


def test_without_censoring_hall_wellner_is_kolmogorovs_band():
    """(1 + v) S = 1 where nobody is censored: the same width on all days."""
    days, events = np.arange(1, 6), np.array([[3, 1, 4, 2, 5]])
    risk = np.array([[30, 27, 26, 22, 20]])
    band = hall_wellner(days, events, risk, units=np.array([30]), first_day=1, last_day=5, limits="plain")
    below = kaplan_meier(events, risk).survival - band.conf_low
    np.testing.assert_allclose(below, np.full((1, 5), band.critical[0] / np.sqrt(30)), rtol=1e-12)


# ---- where they stand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", SCALES)
def test_wider_than_pointwise_and_around_the_curve(mgus2, limits):
    events, risk = mgus2.together
    curve = kaplan_meier(events, risk, limits=limits)
    for band in (
        hall_wellner(mgus2.days, events, risk, units=units(mgus2), first_day=12, last_day=240, limits=limits),
        equal_precision(mgus2.days, events, risk, first_day=12, last_day=240, limits=limits),
    ):
        there = (mgus2.days >= 12) & (mgus2.days <= 240)
        assert np.isfinite(band.conf_low[:, there]).all()
        assert np.isnan(band.conf_low[:, ~there]).all()
        assert (band.conf_low[:, there] < curve.survival[:, there]).all()
        assert (band.conf_high[:, there] > curve.survival[:, there]).all()
    # equal precision: wider than pointwise limits on every day, by one factor
    assert (band.conf_low[:, there] < curve.conf_low[:, there]).all()
    level = erf(band.critical / np.sqrt(2))
    for group, wider in enumerate(level):
        same = pointwise(curve.survival, curve.std_error, confidence_level=float(wider), limits=limits)
        np.testing.assert_allclose(band.conf_low[group, there], same.conf_low[group, there], rtol=1e-9)


def test_each_group_may_have_its_own_range(mgus2):
    events, risk = mgus2.together
    reach = days_with(mgus2.days, events, risk)
    both = equal_precision(mgus2.days, events, risk, first_day=reach[:, 0], last_day=reach[:, 1])
    for group in (0, 1):
        alone = equal_precision(
            mgus2.days, events[[group]], risk[[group]], first_day=reach[group, 0], last_day=reach[group, 1]
        )
        np.testing.assert_array_equal(alone.conf_low[0], both.conf_low[group])
        seen = mgus2.days[np.isfinite(both.conf_low[group])]
        assert (seen[0], seen[-1]) == tuple(reach[group])


def test_range_by_hand():
    days, events, risk = np.array([2, 5, 9, 11]), np.array([[1, 1, 1, 0]]), np.array([[9, 7, 5, 1]])
    assert days_with(days, events, risk, ended=2, still_open=4).tolist() == [[5, 9]]
    assert days_with(days, events, risk, ended=3, still_open=1).tolist() == [[9, 11]]
    assert np.isnan(days_with(days, events, risk, ended=4, still_open=1)).all()
    assert np.isnan(days_with(days, events, risk, ended=3, still_open=6)).all()
    assert days_with(days[:0], events[:, :0], risk[:, :0]).shape == (1, 2)


def test_bands_of_incidences(mgus2):
    events, risk = mgus2.pooled
    curves = aalen_johansen(events, risk)
    band = equal_precision_incidence(mgus2.days, events, risk, first_day=12, last_day=240)
    assert band.conf_low.shape == events.shape
    there = (mgus2.days >= 12) & (mgus2.days <= 240)
    assert (band.critical > 2.5).all()
    assert (band.critical < 3.5).all()
    wider = pointwise(curves.incidence, curves.std_error, confidence_level=0.95, limits="log-log")
    assert (band.conf_low[..., there] < wider.conf_low[..., there]).all()
    assert (band.conf_high[..., there] > wider.conf_high[..., there]).all()
    again = equal_precision_incidence(mgus2.days, events, risk, first_day=12, last_day=240)
    np.testing.assert_array_equal(again.critical, band.critical)
    counting = equal_precision_incidence(
        mgus2.days, events, risk, first_day=12, last_day=240, variance="counting_process"
    )
    np.testing.assert_allclose(counting.critical, band.critical, rtol=0.02)


def test_simulated_paths_of_one_ending_are_brownian(mgus2):
    """Of one ending alone, 1 - F is the Kaplan-Meier curve, whose deviations are a walk over Greenwood's sums."""
    events, risk = mgus2.together
    exact = equal_precision(mgus2.days, events, risk, first_day=12, last_day=240)
    drawn = equal_precision_incidence(
        mgus2.days, events[:, None], risk, first_day=12, last_day=240, draws=20_000, limits="plain"
    )
    curve = kaplan_meier(events, risk)
    there = (mgus2.days >= 12) & (mgus2.days <= 240)
    rng = np.random.default_rng(1905)
    for group in (0, 1):
        clock = (curve.std_error[group, there] / curve.survival[group, there]) ** 2
        steps = np.sqrt(np.diff(clock, prepend=0))
        walk = np.cumsum(rng.standard_normal((20_000, len(steps))) * steps, axis=-1)
        known = np.quantile(np.abs(walk / np.sqrt(clock)).max(axis=-1), 0.95)
        # Monte Carlo error of either quantile: 0.0015 / density there, about 0.012
        assert drawn.critical[group, 0] == pytest.approx(known, abs=0.045)
    # on a grid of months the largest deviation is a little smaller than on a continuous path
    assert (drawn.critical[:, 0] < exact.critical).all()
    assert (drawn.critical[:, 0] > exact.critical - 0.15).all()


# ---- corners -------------------------------------------------------------------------------------------------------


def test_groups_without_a_band():
    """Nobody; nobody ended; all at once; a range before anything; a curve that ends."""
    days = np.array([1, 2, 3], np.int32)
    events = np.array([[0, 0, 0], [0, 0, 0], [4, 0, 0], [0, 0, 2], [1, 1, 1]])
    risk = np.array([[0, 0, 0], [4, 4, 4], [4, 0, 0], [5, 5, 5], [3, 2, 1]])
    plain = hall_wellner(days, events, risk, units=np.array([0, 4, 4, 5, 3]), first_day=1, last_day=2)
    equal = equal_precision(days, events, risk, first_day=1, last_day=3)
    assert np.isnan(equal.critical[:3]).all()
    assert equal.critical[3] == pytest.approx(1.959963984540054)  # one day only
    assert np.isfinite(equal.conf_low[4, :2]).all()
    assert np.isnan(equal.conf_low[4, 2])  # the curve is 0 there
    for group in (0, 2):
        assert np.isnan(plain.conf_low[group]).all()
    simulated = equal_precision_incidence(days, events[:, None], risk, first_day=1, last_day=3, draws=200)
    assert np.isnan(simulated.critical[:2]).all()
    assert np.isfinite(simulated.critical[4]).all()
    nothing = equal_precision_incidence(days[:0], events[:, None, :0], risk[:, :0], first_day=1, last_day=3, draws=200)
    assert np.isnan(nothing.critical).all()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_rescaled_time_and_frequencies(seed, times):
    rng = np.random.default_rng(seed)
    days = np.arange(20, dtype=np.int32)
    events = rng.integers(0, 3, (1, 20))
    risk = 30 + np.flip(np.cumsum(np.flip(events, axis=-1), axis=-1), axis=-1)
    one = equal_precision(days, events, risk, first_day=2, last_day=17)
    scaled = equal_precision(days * times, events, risk, first_day=2 * times, last_day=17 * times)
    np.testing.assert_array_equal(scaled.conf_low, one.conf_low)
    many = equal_precision(days, events * times, risk * times, first_day=2, last_day=17)
    np.testing.assert_allclose(many.critical, one.critical, rtol=1e-7)  # it does not depend on the number
    walls = [
        hall_wellner(days, events * n, risk * n, units=risk[:, 0] * n, first_day=2, last_day=17) for n in (1, times)
    ]
    np.testing.assert_allclose(walls[1].critical, walls[0].critical, rtol=1e-7)
