"""Confidence limits of a probability."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.limits import normal_quantile, pointwise

SCALES = ("log-log", "log", "plain", "arcsine")
scale = st.sampled_from(SCALES)
inner = st.floats(0.001, 0.999)
error = st.floats(0.0001, 0.3)


def test_normal_quantile():
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054, rel=1e-15)
    assert normal_quantile(0.99) == pytest.approx(2.5758293035489004, rel=1e-15)


def test_each_scale_by_hand():
    z = 1.959963984540054
    expected = {
        "plain": (0.5 - 0.1 * z, 0.5 + 0.1 * z),
        "log": (0.5 * math.exp(-0.2 * z), 0.5 * math.exp(0.2 * z)),
        "log-log": (
            math.exp(-math.exp(math.log(math.log(2)) + z * 0.2 / math.log(2))),
            math.exp(-math.exp(math.log(math.log(2)) - z * 0.2 / math.log(2))),
        ),
        # arcsin sqrt(1/2) = pi / 4, and 2 sqrt(1/2 * 1/2) = 1
        "arcsine": (math.sin(math.pi / 4 - 0.1 * z) ** 2, math.sin(math.pi / 4 + 0.1 * z) ** 2),
    }
    for name, (low, high) in expected.items():
        band = pointwise(np.array([0.5]), np.array([0.1]), confidence_level=0.95, limits=name)
        assert band.conf_low[0] == pytest.approx(low, rel=1e-14)
        assert band.conf_high[0] == pytest.approx(high, rel=1e-14)


@pytest.mark.parametrize(
    ("limits", "at_zero", "at_one"),
    [
        ("log-log", (np.nan, np.nan), (np.nan, np.nan)),
        ("arcsine", (np.nan, np.nan), (np.nan, np.nan)),
        ("log", (np.nan, np.nan), (1, 1)),
        ("plain", (0, 0), (1, 1)),
    ],
)
def test_certain_and_impossible(limits, at_zero, at_one):
    band = pointwise(np.array([0.0, 1.0]), np.array([0.0, 0.0]), confidence_level=0.95, limits=limits)
    np.testing.assert_array_equal(np.transpose(band), [at_zero, at_one])


@pytest.mark.parametrize("limits", SCALES)
def test_no_standard_error_no_limits(limits):
    assert np.isnan(pointwise(np.array([0.4]), np.array([np.nan]), confidence_level=0.95, limits=limits)).all()


@settings(deadline=None)
@given(inner, error, scale)
def test_limits_enclose_the_estimate_and_stay_within_bounds(p, s, limits):
    band = pointwise(np.array([p]), np.array([s]), confidence_level=0.95, limits=limits)
    assert 0 <= band.conf_low[0] < p < band.conf_high[0] <= 1


@settings(deadline=None)
@given(inner, error, scale)
def test_more_confidence_is_wider(p, s, limits):
    narrow, wide = (
        pointwise(np.array([p]), np.array([s]), confidence_level=level, limits=limits) for level in (0.8, 0.95)
    )
    assert wide.conf_low[0] <= narrow.conf_low[0]
    assert wide.conf_high[0] >= narrow.conf_high[0]


def test_huge_errors_do_not_overflow():
    band = pointwise(np.array([1e-300]), np.array([1.0]), confidence_level=0.95, limits="log")
    assert band.conf_low[0] == 0
    assert band.conf_high[0] == 1
