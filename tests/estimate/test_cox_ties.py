"""Sums over tied endings: every way of computing them against the sum written out."""

from __future__ import annotations

from fractions import Fraction
from math import fsum, log

import numpy as np
import pytest

from justice_metrics.estimate.cox_ties import tie_plan, tie_sums

SHARES = (1e-9, 1e-4, 0.01, 0.1, 0.2499, 0.2501, 0.5, 0.9, 0.999999, 1.0)


def ours(events, at_risk, ended, ties="efron"):
    plan = tie_plan(np.array([events]), ties)
    return tie_sums(plan, np.array([at_risk]), np.array([ended]), cubes=True)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("events", [1, 2, 31, 32, 33, 60])
def test_sums_equal_exact_fractions(events, share):
    at_risk, ended = 3.7, 3.7 * share
    fractions = [Fraction(number, events) for number in range(events)]
    weights = [Fraction(at_risk) - fraction * Fraction(ended) for fraction in fractions]
    sums = ours(events, at_risk, ended)
    for power, values in ((1, sums.inverse), (2, sums.squared), (3, sums.cubed)):
        for k in range(power + 1):
            exact = float(sum(f**k / w**power for f, w in zip(fractions, weights, strict=True)))
            assert values[k, 0] == pytest.approx(exact, rel=1e-12)
    assert sums.log[0] == pytest.approx(fsum(log(w) for w in weights), rel=1e-13, abs=1e-13 * events)


@pytest.mark.parametrize("share", SHARES)
def test_sums_hold_their_digits_with_ten_thousand_tied_endings(share):
    events, at_risk = 10_000, 5.0e4
    ended = at_risk * share
    fractions = [number / events for number in range(events)]
    # written so that nothing cancels: what is left of the risk set, and of the tied ones
    weights = [(at_risk - ended) + (events - number) / events * ended for number in range(events)]
    sums = ours(events, at_risk, ended)
    for power, values in ((1, sums.inverse), (2, sums.squared), (3, sums.cubed)):
        for k in range(power + 1):
            exact = fsum(f**k / w**power for f, w in zip(fractions, weights, strict=True))
            assert values[k, 0] == pytest.approx(exact, rel=1e-12)
    assert sums.log[0] == pytest.approx(fsum(map(log, weights)), rel=1e-13)


def test_breslow_keeps_the_whole_risk_set():
    sums = ours(3, 6.0, 2.0, "breslow")
    np.testing.assert_allclose(sums.inverse[:, 0], [0.5, 0])
    np.testing.assert_allclose(sums.squared[:, 0], [3 / 36, 0, 0])
    assert sums.log[0] == pytest.approx(3 * log(6))


def test_days_do_not_touch_each_other():
    events = np.array([1, 40, 5, 500, 33])
    at_risk, ended = np.array([9.0, 50, 7, 9000, 34]), np.array([1.0, 40, 5, 450, 33.5])
    together = tie_sums(tie_plan(events, "efron"), at_risk, ended, cubes=True)
    for day in range(5):
        alone = ours(int(events[day]), at_risk[day], ended[day])
        for name in ("inverse", "squared", "cubed"):
            np.testing.assert_allclose(getattr(together, name)[:, day], getattr(alone, name)[:, 0], rtol=1e-13)
        assert together.log[day] == pytest.approx(alone.log[0], rel=1e-14)
