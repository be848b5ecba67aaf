"""Exact limits of counts by hand and against R's poisson.test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.count_intervals import garwood

# R 4.2: poisson.test(y)$conf.int, and with conf.level = 0.9
POISSON_TEST = [
    (0, 0.95, 0.0, 3.688879454113936),
    (1, 0.95, 0.0253178079842899, 5.57164339093894),
    (10, 0.95, 4.79538869613243, 18.39035604201778),
    (250, 0.95, 219.967995630937, 282.987705042316),
    (7, 0.9, 3.28531569189467, 13.14811380243212),
]


@pytest.mark.parametrize(("count", "level", "low", "high"), POISSON_TEST)
def test_equals_poisson_test(count, level, low, high):
    ours = garwood(np.array([count]), level)
    np.testing.assert_allclose([ours.conf_low[0], ours.conf_high[0]], [low, high], rtol=1e-6)


def test_none_seen_by_hand():
    # exp(-m) = 0.025
    assert garwood(np.array([0])).conf_high[0] == pytest.approx(-np.log(0.025), rel=1e-12)


def test_missing_stays_missing():
    ours = garwood(np.array([np.nan, 2.0]))
    assert np.isnan(ours.conf_low[0])
    assert np.isnan(ours.conf_high[0])
    assert np.isfinite(ours.conf_high[1])


@given(st.integers(0, 500), st.floats(0.5, 0.999))
def test_limits_hold_the_count(count, level):
    ours = garwood(np.array([count]), level)
    assert ours.conf_low[0] <= count <= ours.conf_high[0]
