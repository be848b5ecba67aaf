"""The excess of several parts together over their sum, and its error."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from justice_metrics.estimate.additive_interaction import excess_of_all


def test_two_parts_by_hand() -> None:
    """Ratios 2 and 3 alone, 2 x 3 x 1/2 = 3 together: 3 - 2 - 3 + 1 = -1; slopes 3 - 2, 3 - 3 and 3."""
    covariance = np.diag([0.04, 0.09, 0.25])
    found = excess_of_all(np.log([2, 3, 0.5]), covariance)
    assert found.estimate == pytest.approx(-1)
    variance = Fraction(4, 100) * 1 + Fraction(25, 100) * 9
    assert found.std_error == pytest.approx(float(variance) ** 0.5)


def test_three_parts_that_add_up_have_no_excess() -> None:
    alone = np.array([2.0, 1.5, 1.25])
    together = 1 + (alone - 1).sum()
    coefficients = np.append(np.log(alone), np.log(together / alone.prod()))
    assert excess_of_all(coefficients, np.eye(4)).estimate == pytest.approx(0, abs=1e-12)


def test_slopes_are_those_of_the_estimate() -> None:
    random = np.random.default_rng(2)
    coefficients, root = random.normal(0, 0.4, 4), random.normal(size=(4, 4))
    covariance = root @ root.T / 50
    step = 1e-6
    slope = [
        (
            excess_of_all(coefficients + step * one, covariance).estimate
            - excess_of_all(coefficients - step * one, covariance).estimate
        )
        / (2 * step)
        for one in np.eye(4)
    ]
    error = float(np.sqrt(np.array(slope) @ covariance @ slope))
    assert excess_of_all(coefficients, covariance).std_error == pytest.approx(error, rel=1e-7)


def test_a_part_without_a_value_leaves_no_excess() -> None:
    found = excess_of_all(np.array([0.1, np.nan, 0.2]), np.eye(3))
    assert np.isnan(found).all()
