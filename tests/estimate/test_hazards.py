"""Hazards of one day and their variances, by hand."""

from __future__ import annotations

import doctest
import importlib
from fractions import Fraction

import numpy as np
import pytest

from justice_metrics.estimate.hazards import day_steps, hazard_variances, hypergeometric, later, ratio, tie_factor


def test_steps_by_hand():
    steps = day_steps(np.array([1, 0, 2]), np.array([4, 0, 2]))
    np.testing.assert_allclose(steps.hazard, [1 / 4, 0, 1])
    np.testing.assert_allclose(steps.staying, [3 / 4, 1, 0])
    np.testing.assert_allclose(steps.survival, [3 / 4, 3 / 4, 0])
    np.testing.assert_allclose(steps.before, [1, 3 / 4, 3 / 4])


def test_variances_by_hand():
    """Two endings of one kind and one of another among 5."""
    events, risk = np.array([[2], [1]]), np.array([5])
    F = Fraction
    found = hazard_variances(events, risk, "greenwood")
    np.testing.assert_allclose(found.own[:, 0], [float(F(2, 5) * F(3, 5) / 5), float(F(1, 5) * F(4, 5) / 5)])
    np.testing.assert_allclose(found.shared[:, 0], [float(F(2, 5) * F(2, 5) / 5), float(F(1, 5) * F(2, 5) / 5)])
    np.testing.assert_allclose(found.whole[:, 0], [float(F(3, 5) * F(2, 5) / 5)])
    found = hazard_variances(events, risk, "counting_process")
    two, one = F(2 * 3, 25 * 4), F(1 * 4, 25 * 4)
    np.testing.assert_allclose(found.own[:, 0], [float(two), float(one)])
    np.testing.assert_allclose(found.shared, found.own)
    np.testing.assert_allclose(found.whole[:, 0], [float(two + one)] * 2)


def test_corners_of_the_tie_factor():
    np.testing.assert_allclose(tie_factor(np.array([1, 1, 0, 5]), np.array([1, 9, 0, 5])), [1, 1, 1, 0])
    np.testing.assert_allclose(hypergeometric(np.array([1, 0]), np.array([1, 0])), [1, 0])
    # sums of weights below 1 have no factor
    np.testing.assert_allclose(tie_factor(np.array([0.2]), np.array([0.7])), [1])


def test_arithmetic():
    np.testing.assert_array_equal(ratio(np.array([1, 2]), np.array([0, -1]), empty=7), [7, 7])
    np.testing.assert_array_equal(later(np.array([[1.0, 2.0, 4.0]])), [[6, 4, 0]])
    assert later(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize(
    "name", ["bands", "comparison", "conditional", "critical_values", "gray", "hazards", "means", "multiplicity"]
)
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
