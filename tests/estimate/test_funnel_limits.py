"""Limits of a funnel: by hand, against R, as tests of their own, at the edges."""

from __future__ import annotations

import doctest
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from justice_metrics.estimate import funnel_limits as module
from justice_metrics.estimate.funnel_limits import FunnelLimits, binomial_limits, widened
from tests.estimate.offices_reference import said

SIZES = np.array([1, 2, 7, 10, 33, 100, 411, 1000, 2000, 5000])


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_by_hand() -> None:
    """Two cases, a target of 1/2, a tail of 1/3: P(R <= 0) = 1/4, P(R <= 1) = 3/4, so r = 1."""
    part = (Fraction(3, 4) - Fraction(1, 3)) / Fraction(1, 2)
    low = (1 - part) / 2
    found = binomial_limits(0.5, np.array([2]), 1 / 3)
    assert found.low[0] == pytest.approx(float(low), rel=1e-12)
    assert found.high[0] == pytest.approx(1 - float(low), rel=1e-12)


@pytest.mark.parametrize("target", [0.07, 0.5, 0.9])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_like_r(target: float, level: float) -> None:
    name = f"{target} {level}"
    found = binomial_limits(target, SIZES, level)
    np.testing.assert_allclose(found.low, said(name, "low"), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.high, said(name, "high"), rtol=1e-9)
    spread = binomial_limits(target, SIZES[:-1], level, intraclass=0.01)
    np.testing.assert_allclose(spread.low, said(name, "low_spread"), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(spread.high, said(name, "high_spread"), rtol=1e-7)


@settings(max_examples=40)
@given(
    n=st.integers(1, 300),
    target=st.floats(0.01, 0.99),
    level=st.sampled_from([0.8, 0.95, 0.998]),
    intraclass=st.sampled_from([0.0, 0.003, 0.2]),
)
def test_a_share_lies_outside_where_the_exact_test_says_so(
    n: int, target: float, level: float, intraclass: float
) -> None:
    limits = binomial_limits(target, np.array([n]), level, intraclass=intraclass)
    r = np.arange(n + 1)
    together = (1 - intraclass) / intraclass if intraclass else 0.0
    chance = betabinom(n, target * together, (1 - target) * together) if intraclass else binom(n, target)
    tail = (1 - level) / 2
    below, above = chance.cdf(r), chance.sf(r - 1)
    sure = (np.abs(below - tail) > 1e-9) & (np.abs(above - tail) > 1e-9)
    np.testing.assert_array_equal((r / n < limits.low[0] - 1e-12)[sure], (below < tail)[sure])
    np.testing.assert_array_equal((r / n > limits.high[0] + 1e-12)[sure], (above < tail)[sure])


def test_the_funnel_of_the_contrary_is_the_mirror() -> None:
    one, other = (binomial_limits(at, SIZES, 0.95, intraclass=0.02) for at in (0.3, 0.7))
    np.testing.assert_allclose(one.low, 1 - other.high, rtol=1e-12)


def test_beyond_the_sum_the_limits_go_on_smoothly() -> None:
    limits = binomial_limits(0.2, np.array([1999, 2000, 2001, 2002]), 0.95, intraclass=0.004)
    for one in limits:
        steps = np.abs(np.diff(one))
        assert steps[1] < 2e-4
        assert abs(one[0] - 0.2) > 0.03


def test_nothing_spread_is_binomial() -> None:
    np.testing.assert_array_equal(
        binomial_limits(0.2, SIZES, 0.95, intraclass=1e-12).low, binomial_limits(0.2, SIZES, 0.95).low
    )


def test_edges() -> None:
    nobody = binomial_limits(0.0, np.array([10]), 0.95)
    assert (nobody.low[0], nobody.high[0]) == (0.0, 0.0)
    everybody = binomial_limits(1.0, np.array([10]), 0.95)
    assert (everybody.low[0], everybody.high[0]) == (1.0, 1.0)
    assert binomial_limits(0.2, np.array([], np.int64), 0.95).low.shape == (0,)
    with pytest.raises(ValueError, match="without cases"):
        binomial_limits(0.2, np.array([3, 0]), 0.95)


def test_widened() -> None:
    limits = FunnelLimits(np.array([0.1, 0.18]), np.array([0.4, 0.22]))
    twice = widened(limits, 0.2, 4.0)
    np.testing.assert_allclose(twice.low, [0.0, 0.16])
    np.testing.assert_allclose(twice.high, [0.6, 0.24])
    np.testing.assert_array_equal(widened(limits, 0.2, 0.5).high, limits.high)
