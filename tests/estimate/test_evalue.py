"""E-values: published figures to their digits, the formulas solved the other way round, and what has no answer."""

from __future__ import annotations

import doctest
import importlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.evalue import (
    RiskPair,
    bias_factor,
    evalue,
    evalue_of_difference,
    evalues,
    other_strength,
    risk_ratio_of_common_hazards,
    risk_ratio_of_common_odds,
)

RATIOS = st.floats(0.02, 50)


def test_examples() -> None:
    assert doctest.testmod(importlib.import_module("justice_metrics.estimate.evalue")).failed == 0


class TestPublished:
    def test_smoking_and_lung_cancer(self) -> None:
        # the example of the R package EValue: risk ratio 10.73 (8.02 to 14.36)
        found = evalues(np.array([10.73]), np.array([8.02]), np.array([14.36]))
        assert found.estimate == pytest.approx([20.94777], abs=5e-6)
        assert found.limit == pytest.approx([15.52336], abs=5e-6)

    @pytest.mark.parametrize(
        ("ratio", "low", "high", "estimate", "limit"),
        [
            (0.88, 0.74, 1.05, 1.53, 1.0),  # Ross, Sebire and Strang (2022): convictions with an adviser present
            (1.96, 1.19, 3.23, 3.33, 1.67),  # the same: repeat incidents
            (0.80, 0.71, 0.91, 1.81, 1.43),  # VanderWeele and Ding (2017): breastfeeding and childhood leukaemia
        ],
    )
    def test_others(self, ratio: float, low: float, high: float, estimate: float, limit: float) -> None:
        found = evalues(np.array([ratio]), np.array([low]), np.array([high]))
        assert found.estimate.round(2) == pytest.approx([estimate])
        assert found.limit.round(2) == pytest.approx([limit])


class TestByHand:
    def test_a_ratio_of_two(self) -> None:
        assert evalue(np.array([2.0])) == pytest.approx([2 + math.sqrt(2)])

    def test_another_target_than_none(self) -> None:
        # from 1.2 to 0.8: the ratio of 1.5 must be explained; the limit 1.0 is still 1.25 away
        found = evalues(np.array([1.2]), np.array([1.0]), np.array([1.44]), target=0.8)
        assert found.estimate == pytest.approx(evalue(np.array([1.5])))
        assert found.limit == pytest.approx(evalue(np.array([1.25])))

    def test_a_target_beyond_the_estimate(self) -> None:
        found = evalues(np.array([1.2]), np.array([1.0]), np.array([1.44]), target=1.8)
        assert found.estimate == pytest.approx(evalue(np.array([1.5])))
        assert found.limit == pytest.approx(evalue(np.array([1.25])))

    def test_hazards_and_odds_of_a_common_outcome(self) -> None:
        # HR 4: (1 - 1/4) / (1 - sqrt(1/2)); OR 9/4: 3/2
        assert risk_ratio_of_common_hazards(np.array([4.0])) == pytest.approx([0.75 / (1 - math.sqrt(0.5))])
        assert risk_ratio_of_common_odds(np.array([2.25])) == pytest.approx([1.5])

    def test_the_limit_of_a_difference_is_that_of_a_ratio_by_fieller(self) -> None:
        p1, p0, v = 0.4, 0.2, 0.0004
        z2 = 1.959963984540054**2
        a, b, c = p0**2 - z2 * v, -2 * p1 * p0, p1**2 - z2 * v
        factor = (-b - math.sqrt(b * b - 4 * a * c)) / (2 * a)
        found = evalue_of_difference(RiskPair(p1, p0, (v, v, 0.0)))
        assert found.estimate == pytest.approx(evalue(np.array(2.0)))
        assert found.limit == pytest.approx(evalue(np.array(factor)), rel=1e-9)

    def test_a_difference_against_another_target_solves_its_equation(self) -> None:
        p1, p0, f, target = 0.42, 0.3, 0.25, 0.05
        strength = float(evalue_of_difference(RiskPair(p1, p0, (1e-4, 1e-4, 0.0), f), target=target).estimate)
        factor = float(bias_factor(np.array(strength), np.array(strength)))
        assert (p1 - p0 * factor) * (f + (1 - f) / factor) == pytest.approx(target)

    def test_a_share_that_is_estimated_widens_the_limit(self) -> None:
        fixed, drawn = (
            evalue_of_difference(RiskPair(0.42, 0.3, (1e-4, 1e-4, 0.0), 0.25, one), target=0.02) for one in (0.0, 0.2)
        )
        assert drawn.estimate == fixed.estimate
        assert drawn.limit < fixed.limit

    def test_risks_that_vary_together_leave_more(self) -> None:
        apart, together = (evalue_of_difference(RiskPair(0.4, 0.3, (4e-4, 4e-4, c))) for c in (0.0, 3e-4))
        assert together.limit > apart.limit


class TestProperties:
    @given(RATIOS)
    def test_two_associations_of_that_strength_explain_the_ratio(self, ratio: float) -> None:
        strength = evalue(np.array([ratio]))
        assert bias_factor(strength, strength) == pytest.approx([max(ratio, 1 / ratio)])

    @given(RATIOS)
    def test_the_inverse_is_as_strong(self, ratio: float) -> None:
        assert evalue(np.array([ratio])) == pytest.approx(evalue(np.array([1 / ratio])))
        for turn in (risk_ratio_of_common_hazards, risk_ratio_of_common_odds):
            assert turn(np.array([ratio])) == pytest.approx(1 / turn(np.array([1 / ratio])))

    @given(RATIOS, st.floats(1.05, 4))
    def test_a_ratio_of_a_common_outcome_is_drawn_to_one(self, ratio: float, further: float) -> None:
        for turn in (risk_ratio_of_common_hazards, risk_ratio_of_common_odds):
            turned = float(turn(np.array([ratio]))[0])
            assert abs(math.log(turned)) <= abs(math.log(ratio)) + 1e-12

    @given(st.floats(1.01, 10), st.floats(1.01, 30))
    def test_one_strength_gives_the_other(self, ratio: float, more: float) -> None:
        given_one = ratio * more
        other = float(other_strength(ratio, np.array([given_one]))[0])
        assert bias_factor(np.array([given_one]), np.array([other])) == pytest.approx([ratio])

    @given(st.floats(0.02, 0.9), st.floats(0.02, 0.9), st.floats(-0.1, 0.1))
    def test_groups_may_change_places(self, p1: float, p0: float, target: float) -> None:
        one = evalue_of_difference(RiskPair(p1, p0, (3e-4, 2e-4, 1e-4), 0.3), target=target)
        other = evalue_of_difference(RiskPair(p0, p1, (2e-4, 3e-4, 1e-4), 0.7), target=-target)
        assert one.estimate == pytest.approx(other.estimate)
        assert one.limit == pytest.approx(other.limit)
        assert 1 <= float(one.limit) <= float(one.estimate) * (1 + 1e-9)


class TestEdges:
    def test_no_association_needs_no_cause(self) -> None:
        assert evalues(np.array([1.0]), np.array([0.8]), np.array([1.25])) == (pytest.approx([1]), pytest.approx([1]))
        assert evalue_of_difference(RiskPair(0.3, 0.3, (1e-4, 1e-4, 0))) == (pytest.approx(1), pytest.approx(1))

    def test_a_risk_of_zero_cannot_be_explained(self) -> None:
        found = evalue_of_difference(RiskPair(0.2, 0.0, (1e-4, 1e-4, 0)))
        assert np.isinf(found.estimate)
        assert 1 < found.limit < np.inf

    def test_what_is_missing_stays_missing(self) -> None:
        assert np.isnan(evalue(np.array([np.nan]))).all()
        assert np.isnan(evalue_of_difference(RiskPair(np.nan, 0.2, (0, 0, 0))).estimate)
        assert np.isnan(evalue_of_difference(RiskPair(0.3, 0.2, (np.nan, np.nan, 0))).limit)

    def test_no_cause_is_strong_enough_alone(self) -> None:
        assert np.isinf(other_strength(2.0, np.array([1.0, 2.0]))).all()
        assert other_strength(1.0, np.array([3.0])) == pytest.approx([1])
