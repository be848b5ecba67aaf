"""Leaving out one cluster at a time, and intervals that divide by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.studentised import jackknife_error, studentised


def test_jackknife_of_a_mean_is_its_standard_error():
    values = np.array([1.0, 2.0, 6.0, 11.0])
    without = (values.sum() - values) / 3
    assert jackknife_error(without, np.ones(4)) == pytest.approx(values.std(ddof=1) / 2, rel=1e-14)


def test_a_cluster_drawn_twice_counts_twice():
    values = np.array([1.0, 2.0, 6.0])
    drawn = np.array([1.0, 2.0, 2.0, 6.0])
    without = (drawn.sum() - values) / 3
    assert jackknife_error(without, np.array([1.0, 2.0, 1.0])) == pytest.approx(drawn.std(ddof=1) / 2, rel=1e-14)


def test_no_error_from_one_cluster_or_an_undefined_value():
    assert np.isnan(jackknife_error(np.array([[3.0]]), np.ones(1))).all()
    assert np.isnan(jackknife_error(np.empty((0, 2)), np.empty(0))).all()
    errors = jackknife_error(np.array([[1.0, np.nan], [2.0, 3.0]]), np.ones(2))
    assert np.isnan(errors).tolist() == [False, True]


def test_limits_by_hand():
    """Nineteen deviations -9 .. 9: at a level of 90 % the first and the last of them are read."""
    deviations = np.arange(-9.0, 10.0)
    found = studentised(np.array(4.0), np.array(0.5), 4 + 2 * deviations, np.full(19, 2.0), 0.9)
    assert (found.conf_low, found.conf_high) == (4 - 0.5 * 9, 4 + 0.5 * 9)
    # the estimate is 8 errors from 0: -9, -8, 8 and 9 of nineteen are as far
    assert found.p_value == pytest.approx(5 / 20)


def test_a_skew_of_the_resamples_turns_round():
    rng = np.random.default_rng(1)
    values = rng.exponential(size=999)
    found = studentised(np.array(1.0), np.array(1.0), values, np.ones(999))
    assert 1 - found.conf_low > found.conf_high - 1
    assert found.conf_high < 2.01


def test_resamples_without_an_error_are_left_out():
    deviations = np.arange(-9.0, 10.0)
    whole = studentised(np.array(4.0), np.array(0.5), deviations, np.ones(19), 0.9)
    values = np.append(deviations, [np.nan, 3.0, 3.0])
    errors = np.append(np.ones(19), [1.0, 0.0, np.nan])
    assert studentised(np.array(4.0), np.array(0.5), values, errors, 0.9) == whole
    none = studentised(np.array(4.0), np.array(0.5), values[-3:], errors[-3:])
    assert np.isnan(none).all()
    assert np.isnan(studentised(np.array(4.0), np.array(np.nan), deviations, np.ones(19))).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 50), st.floats(-20, 20))
def test_units_change_nothing(seed, scale, shift):
    rng = np.random.default_rng(seed)
    values, errors = rng.normal(size=99), rng.uniform(0.5, 2, 99)
    one = studentised(np.array(0.3), np.array(0.8), values, errors)
    other = studentised(np.array(0.3 * scale + shift), np.array(0.8 * scale), values * scale + shift, errors * scale)
    np.testing.assert_allclose(other[:2], np.array(one[:2]) * scale + shift, atol=1e-9)


def test_few_clusters_of_a_skewed_quantity():
    """Means of 8 log-normal values: the studentised interval holds the truth more often than the plain t interval."""
    from scipy.special import stdtrit

    rng = np.random.default_rng(7)
    clusters, resamples, truth = 8, 199, np.exp(0.5)
    held = np.zeros(2)
    for _ in range(400):
        values = rng.lognormal(size=clusters)
        draws = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)
        means = draws @ values / clusters
        spread = np.sqrt(np.maximum(draws @ values**2 / clusters - means**2, 0) / (clusters - 1))
        error = values.std(ddof=1) / np.sqrt(clusters)
        limits = studentised(values.mean(), np.array(error), means, spread)
        reach = stdtrit(clusters - 1, 0.975) * error
        held += [limits.conf_low <= truth <= limits.conf_high, abs(values.mean() - truth) <= reach]
    assert held[0] / 400 > held[1] / 400 + 0.03
    assert held[0] / 400 > 0.85
