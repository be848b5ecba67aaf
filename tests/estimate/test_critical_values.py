"""Critical values of bands against published tables, exact eigenvalues and simulated paths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import kstwobign, norm

from justice_metrics.estimate import critical_values
from justice_metrics.estimate.critical_values import equal_precision_critical, hall_wellner_critical


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_the_whole_bridge_is_kolmogorovs_distribution(level):
    assert hall_wellner_critical(0, 1, level) == pytest.approx(kstwobign.ppf(level), abs=1e-9)


def test_published_value_of_hall_and_wellner():
    # Klein and Moeschberger (2003), example 4.2, from their table C.4
    assert hall_wellner_critical(0.1, 0.6, 0.95) == pytest.approx(1.3211, abs=5e-5)


def test_published_value_of_equal_precision_is_the_approximation():
    """Their table C.3 solves 4 f(e) / e + f(e) (e - 1/e) log odds ratio = 1 - level, which is close for large e."""

    def approximate(low, high, level):
        span = np.log(high * (1 - low) / (low * (1 - high)))
        return brentq(
            lambda e: 4 * norm.pdf(e) / e + norm.pdf(e) * (e - 1 / e) * span - (1 - level), 1.5, 8, xtol=1e-12
        )

    assert approximate(0.1, 0.6, 0.95) == pytest.approx(2.8826, abs=5e-5)
    for low, high in ((0.1, 0.6), (0.1, 0.9), (0.05, 0.95), (0.01, 0.99)):
        apart = [
            abs(equal_precision_critical(low, high, p) - approximate(low, high, p)) for p in (0.95, 0.999, 0.99999)
        ]
        assert apart[0] < 1e-2
        assert apart[2] < apart[1] < apart[0]  # what the approximation leaves out falls with e


def test_exact_eigenvalues():
    """Hermite polynomials of even degree n solve f'' - x f' = -n f: 2 at their zero 1, 4 at sqrt(3 - sqrt 6)."""
    for end, rate in ((1.0, 2.0), (np.sqrt(3 - np.sqrt(6)), 4.0)):
        long, longer = (critical_values._stationary_within(end, length) for length in (3.0, 4.0))
        assert np.log(long / longer) == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.6), (0.3, 0.31), (0.02, 0.98)])
def test_against_simulated_bridges(low, high):
    """20,000 bridges on 1,500 points; a path on points is a little tamer than one in between, by what is allowed."""
    rng = np.random.default_rng(1950)
    odds = np.geomspace(low / (1 - low), high / (1 - high), 1500)  # equally far from each other for the process
    points = odds / (1 + odds)
    walk = rng.standard_normal(20_000) * np.sqrt(odds[0])
    plain = np.abs(walk) * (1 - points[0])
    scaled = np.abs(walk) / np.sqrt(odds[0])
    for before, now, point in zip(odds[:-1], odds[1:], points[1:], strict=True):
        walk = walk + rng.standard_normal(len(walk)) * np.sqrt(now - before)
        np.maximum(plain, np.abs(walk) * (1 - point), out=plain)
        np.maximum(scaled, np.abs(walk) / np.sqrt(now), out=scaled)
    for critical, largest in ((hall_wellner_critical, plain), (equal_precision_critical, scaled)):
        held = float(np.mean(largest <= critical(low, high, 0.9)))
        assert 0.9 - 0.0055 <= held <= 0.9 + 0.0155  # 2.6 Monte Carlo errors, and 1 point for the grid


def test_a_range_of_one_day_needs_the_normal_quantile():
    assert equal_precision_critical(0.3, 0.3, 0.95) == pytest.approx(1.959963984540054, rel=1e-12)
    assert hall_wellner_critical(0.3, 0.3, 0.95) == pytest.approx(1.959963984540054 * np.sqrt(0.21), rel=1e-12)
    for critical in (equal_precision_critical, hall_wellner_critical):
        values = [critical(0.3, 0.3 + width, 0.95) for width in (0, 1e-8, 1e-6, 1e-4, 1e-2, 0.1, 0.5)]
        assert (np.diff(values) >= 0).all()
        assert values[2] == pytest.approx(values[0], rel=3e-3)


def test_equal_precision_depends_on_the_ratio_of_odds_only():
    one, two = equal_precision_critical(0.1, 0.4, 0.95), equal_precision_critical(0.6, 0.9, 0.95)
    assert one == pytest.approx(two, abs=1e-9)


def test_no_range_no_value():
    assert np.isnan(hall_wellner_critical(np.nan, np.nan, 0.95))
    assert np.isnan(equal_precision_critical(np.nan, np.nan, 0.95))
