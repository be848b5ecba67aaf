"""Bootstrap from counts."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate import resampling
from justice_metrics.estimate.curves import aalen_johansen
from justice_metrics.estimate.resampling import (
    bootstrap_incidence,
    bootstrap_incidence_of_cases,
    cluster_draws,
    incidence_at,
    percentile_interval,
)
from justice_metrics.estimate.risk import at_risk
from justice_metrics.estimate.steps import at_days

DAYS = np.arange(0, 60, 5, dtype=np.int32)


@pytest.fixture
def courts():
    """Eight courts, two groups, three outcomes, with delayed entry."""
    rng = np.random.default_rng(11)
    events = rng.integers(0, 3, (8, 2, 3, len(DAYS)))
    censored = rng.integers(0, 3, (8, 2, len(DAYS)))
    entered = np.zeros_like(censored)
    entered[..., 1] = np.minimum(2, (events.sum(axis=2) + censored)[..., 2:].sum(axis=-1))
    return events, censored, entered


def test_draws_replace_every_cluster():
    draws = cluster_draws(30, 500, seed=4)
    assert draws.shape == (500, 30)
    assert (draws.sum(axis=1) == 30).all()
    assert draws.mean() == 1
    # each cluster is binomial(30, 1/30): variance 1 - 1/30, standard error of the mean of 15,000 about 0.012
    assert draws.var() == pytest.approx(1 - 1 / 30, abs=0.05)


def test_one_seed_one_answer():
    assert (cluster_draws(9, 20, seed=4) == cluster_draws(9, 20, seed=4)).all()
    assert (cluster_draws(9, 20, seed=4) != cluster_draws(9, 20, seed=5)).any()


def test_no_clusters():
    assert cluster_draws(0, 3, seed=1).shape == (3, 0)


def test_every_cluster_once_is_the_estimate(courts):
    events, censored, entered = courts
    total = aalen_johansen(events.sum(axis=0), at_risk(*(part.sum(axis=0) for part in courts)))
    for horizon in (0, 12, 25, 1000):
        once = bootstrap_incidence(events, censored, entered, DAYS, horizon, np.ones((1, 8), dtype=np.int64))
        expected = at_days(DAYS, total.incidence, [horizon], before=0)[..., 0]
        np.testing.assert_allclose(once[0], expected, rtol=0, atol=1e-14)


def test_product_equals_stacking_the_drawn_clusters(courts):
    draws = cluster_draws(8, 25, seed=2)
    product = bootstrap_incidence(*courts, DAYS, 30, draws)
    for resample, drawn in enumerate(draws):
        stacked = [np.repeat(part, drawn, axis=0).sum(axis=0) for part in courts]
        curves = aalen_johansen(stacked[0], at_risk(*stacked))
        np.testing.assert_allclose(
            product[resample], at_days(DAYS, curves.incidence, [30], before=0)[..., 0], rtol=0, atol=1e-14
        )


def test_pieces_do_not_show(courts, monkeypatch):
    draws = cluster_draws(8, 40, seed=2)
    whole = bootstrap_incidence(*courts, DAYS, 30, draws)
    monkeypatch.setattr(resampling, "CELLS", 200)
    np.testing.assert_array_equal(bootstrap_incidence(*courts, DAYS, 30, draws), whole)


def test_before_the_first_day_nothing_has_ended(courts):
    assert (bootstrap_incidence(*courts, DAYS, -1, cluster_draws(8, 2, seed=1)) == 0).all()
    events, censored, _ = (part.sum(axis=0) for part in courts)
    assert (bootstrap_incidence_of_cases(events, censored, DAYS, -1, resamples=2, seed=1) == 0).all()


def test_a_group_that_a_resample_loses_is_nan():
    events = np.zeros((2, 2, 1, 1), dtype=np.int64)
    events[0, 0] = events[1, 1] = 3  # each group lives in one cluster only
    nothing = np.zeros((2, 2, 1), dtype=np.int64)
    found = bootstrap_incidence(events, nothing, nothing, DAYS[:1], 100, np.array([[2, 0], [1, 1]]))
    np.testing.assert_array_equal(found[..., 0], [[1, np.nan], [1, 1]])


def test_incidence_at_the_end_of_a_table(courts):
    events, risk = courts[0].sum(axis=0), at_risk(*(part.sum(axis=0) for part in courts))
    np.testing.assert_allclose(
        incidence_at(events, risk), aalen_johansen(events, risk).incidence[..., -1], rtol=0, atol=1e-14
    )


def test_cases_keep_the_size_of_their_group(courts):
    # without censoring, incidences at the end of all days add up to 1 in every resample
    events = courts[0].sum(axis=0)
    found = bootstrap_incidence_of_cases(events, np.zeros_like(events[:, 0]), DAYS, 1000, resamples=50, seed=3)
    assert found.shape == (50, 2, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=0, atol=1e-13)


def test_cases_one_seed_one_answer(courts):
    events, censored, _ = (part.sum(axis=0) for part in courts)
    one, same, other = (
        bootstrap_incidence_of_cases(events, censored, DAYS, 30, resamples=20, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_group_without_cases_is_nan(courts):
    events, censored, _ = (part.sum(axis=0) for part in courts)
    events[1] = censored[1] = 0
    found = bootstrap_incidence_of_cases(events, censored, DAYS, 30, resamples=5, seed=1)
    assert np.isnan(found[:, 1]).all()
    assert not np.isnan(found[:, 0]).any()


def test_cases_spread_like_greenwood(counts):
    """Resampling cases estimates the multinomial variance: mgus2 at 120 months, 2,000 resamples."""
    table = counts("mgus2")
    found = bootstrap_incidence_of_cases(table.events, table.censored, table.days, 120, resamples=2000, seed=8)
    curves = aalen_johansen(table.events, table.at_risk)
    std_error = at_days(table.days, curves.std_error, [120], before=0)[..., 0]
    # a standard deviation from 2,000 values is known to about 1.6 %; four of them, so 3 of its errors
    np.testing.assert_allclose(found.std(axis=0), std_error, rtol=0.05)
    incidence = at_days(table.days, curves.incidence, [120], before=0)[..., 0]
    np.testing.assert_allclose(found.mean(axis=0), incidence, rtol=0, atol=0.002)


def test_percentiles_are_order_statistics():
    rng = np.random.default_rng(5)
    values = rng.permuted(np.arange(1.0, 1000.0))
    assert percentile_interval(values, 0.95) == (25, 975)
    assert percentile_interval(values, 0.90) == (50, 950)


def test_percentiles_by_column_and_without_the_undefined():
    values = np.array([[3.0, np.nan, 1.0], [1.0, np.nan, np.nan], [2.0, np.nan, np.nan]])
    found = percentile_interval(values, 0.5)  # order statistics number 1 and 3 of three
    np.testing.assert_array_equal(found.conf_low, [1, np.nan, np.nan])
    np.testing.assert_array_equal(found.conf_high, [3, np.nan, np.nan])


def test_percentiles_interpolate_between_order_statistics():
    found = percentile_interval(np.array([0.0, 10.0, 20.0, 30.0]), 0.5)  # positions 1.25 and 3.75
    assert found.conf_low == pytest.approx(2.5)
    assert found.conf_high == pytest.approx(27.5)


def test_percentiles_stop_at_the_extremes():
    assert percentile_interval(np.array([1.0, 2.0, 3.0]), 0.99) == (1, 3)


def test_percentiles_of_no_resamples():
    assert np.isnan(percentile_interval(np.empty((0, 2)))).all()


def test_few_units_widen_the_interval():
    values = np.arange(1.0, 10000.0)
    # ten clusters: t(9) leaves 2.5 % at 2.262157; sqrt(10/9) times that is 2.384522, and Phi(-2.384522) = 0.0085514
    assert percentile_interval(values, 0.95, units=10).conf_low == pytest.approx(85.514, abs=0.01)
    assert percentile_interval(values, 0.95, units=10).conf_high == pytest.approx(10000 - 85.514, abs=0.01)
    assert percentile_interval(values, 0.95, units=10**6).conf_low == pytest.approx(250, abs=0.01)


def test_one_cluster_has_no_interval():
    assert np.isnan(percentile_interval(np.arange(1.0, 1000.0), 0.95, units=1)).all()
