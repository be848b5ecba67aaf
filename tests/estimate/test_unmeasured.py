"""Tipping points: a hidden cause whose size is known is named by the size that explains its bias away."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.unmeasured import (
    bias_of_difference,
    corrected_difference,
    tipping_effect,
    tipping_ratio,
)

SHARES = st.floats(0.05, 0.95)


def test_examples() -> None:
    assert doctest.testmod(importlib.import_module("justice_metrics.estimate.unmeasured")).failed == 0


@given(SHARES, SHARES, st.floats(-0.4, 0.4), st.floats(0.05, 0.5))
def test_the_bias_of_a_hidden_cause_is_its_size(p1: float, p0: float, effect: float, base: float) -> None:
    # risks with support and without, in groups where the cause is p1 and p0 common, and support does nothing
    started, not_started = (base + effect * share for share in (p1, p0))
    difference = started - not_started
    assert bias_of_difference(np.array(p1 - p0), np.array(effect)) == pytest.approx(difference, abs=1e-12)
    if abs(p1 - p0) > 1e-6:
        assert tipping_effect(difference, np.array([p1 - p0])) == pytest.approx([effect], abs=1e-6)


@given(SHARES, SHARES, st.floats(0.2, 5))
def test_the_ratio_of_a_hidden_cause_is_found_again(p1: float, p0: float, strength: float) -> None:
    ratio = (1 + p1 * (strength - 1)) / (1 + p0 * (strength - 1))
    if abs(p1 - p0) > 0.01 and abs(strength - 1) > 0.01:
        assert tipping_ratio(ratio, np.array([p1]), np.array([p0])) == pytest.approx([strength], rel=1e-6)


class TestCorrected:
    def test_by_hand(self) -> None:
        # 9 points (2 to 16): 30 points more common and 20 points of risk take away 6
        found = corrected_difference(0.09, 0.02, 0.16, np.array([0.1, 0.3, 0.5]), np.array([0.2]))
        assert found.estimate.ravel() == pytest.approx([0.07, 0.03, -0.01])
        assert found.conf_low.ravel() == pytest.approx([0.0, -0.04, -0.08])
        assert found.conf_high.ravel() == pytest.approx([0.14, 0.1, 0.06])
        assert found.explained.ravel().tolist() == [False, False, True]
        assert found.doubtful.ravel().tolist()[1:] == [True, True]

    def test_a_difference_below_zero_is_drawn_up(self) -> None:
        up, down = (
            corrected_difference(
                sign * 0.09, *sorted((sign * 0.02, sign * 0.16)), np.array([0.3]), np.array([0.2, 0.5])
            )
            for sign in (1, -1)
        )
        assert down.estimate == pytest.approx(-up.estimate)
        assert down.conf_low == pytest.approx(-up.conf_high)
        assert down.explained.tolist() == up.explained.tolist()
        assert down.doubtful.tolist() == up.doubtful.tolist()

    @given(st.floats(-0.5, 0.5), st.floats(0.01, 0.3))
    def test_a_stronger_cause_takes_more(self, estimate: float, reach: float) -> None:
        sizes = np.linspace(0, 0.5, 6)
        found = corrected_difference(estimate, estimate - reach, estimate + reach, sizes, sizes)
        left = found.estimate if estimate >= 0 else -found.estimate
        assert (np.diff(left, axis=0) <= 1e-12).all()
        assert (np.diff(left, axis=1) <= 1e-12).all()
        assert (found.doubtful | ~found.explained).all()
        assert found.estimate[0] == pytest.approx(np.full(6, estimate))


class TestEdges:
    def test_no_risk_reaches_so_far(self) -> None:
        assert np.isnan(tipping_effect(0.09, np.array([0.0, 0.05]))).all()

    def test_nothing_to_explain(self) -> None:
        assert tipping_effect(0.0, np.array([0.0, 0.5])).tolist() == [0, 0]
        assert tipping_ratio(1.0, np.array([0.5]), np.array([0.2])).tolist() == [1]

    def test_a_cause_too_evenly_spread_explains_nothing(self) -> None:
        assert np.isinf(tipping_ratio(2.0, np.array([0.3]), np.array([0.2]))).all()
