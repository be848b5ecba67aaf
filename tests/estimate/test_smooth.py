"""A smooth line through points: straight lines stay straight, weights count, the band is that of least squares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.smooth import natural_spline, smooth_line

X = np.array([1.0, 2, 4, 7, 11, 16, 22])
N = np.array([3, 1, 4, 1, 5, 2, 6])


def line(y: np.ndarray, n: np.ndarray = N, at: np.ndarray = X, **more: float) -> tuple[np.ndarray, ...]:
    return smooth_line(X, y, n, at, **{"variance": 1.0, "confidence_level": 0.95, **more})  # type: ignore[arg-type]


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_a_straight_line_is_found_again(a: float, b: float) -> None:
    assert line(a + b * X)[0] == pytest.approx(a + b * X, abs=1e-7)


def test_it_is_straight_beyond_its_knots() -> None:
    knots = np.array([0.0, 1, 2, 3])
    beyond = natural_spline(np.array([3.0, 4, 5, 6]), knots)
    assert np.diff(beyond, n=2, axis=0) == pytest.approx(np.zeros((2, 4)), abs=1e-9)


def test_a_point_of_weight_two_is_two_points() -> None:
    y = np.sin(X)
    twice = smooth_line(np.repeat(X, N), np.repeat(y, N), np.ones(N.sum(), int), X, variance=1.0, confidence_level=0.95)
    for one, other in zip(line(y), twice, strict=True):
        assert one == pytest.approx(other)


def test_the_band_of_a_mean_is_that_of_a_mean() -> None:
    same_day = np.full(5, 3.0)
    made = smooth_line(same_day, np.arange(5.0), np.ones(5, int), np.array([3.0]), variance=4.0, confidence_level=0.95)
    half = 1.959964 * np.sqrt(4 / 5)
    assert (made.estimate[0], made.conf_low[0], made.conf_high[0]) == pytest.approx((2, 2 - half, 2 + half), rel=1e-5)


def test_rescaling_time_changes_nothing() -> None:
    y = np.cos(X)
    weeks = smooth_line(X / 7, y, N, X / 7, variance=1.0, confidence_level=0.95)
    assert weeks.estimate == pytest.approx(line(y)[0])


def test_two_days_make_a_straight_line() -> None:
    made = smooth_line(np.array([1.0, 5]), np.array([0.0, 8]), np.array([2, 2]), np.array([3.0]), variance=1.0,
                       confidence_level=0.95)  # fmt: skip
    assert made.estimate[0] == pytest.approx(4)
