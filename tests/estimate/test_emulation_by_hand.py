"""The kernel against its definition, written again row by row and day by day."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.emulation import NEVER, Followed, Strategy, emulate
from tests.estimate import emulation_by_hand as by_hand

G, LAST = 12, 40
DESIGN = np.array([[0.0, 0.0], [1.0, 0.3], [1.0, -0.4], [0.0, 1.1]])


def world(seed, n=120, milestones=2, weights=False):
    """A few cases in which severity and milestones bring support, and both hasten the end."""
    rng = np.random.default_rng(seed)
    pattern = rng.integers(0, len(DESIGN), n)
    exit_day, code = np.full(n, LAST + 5), np.zeros(n, dtype=np.int64)
    start = np.full(n, NEVER)
    reached = np.full((n, milestones), NEVER)
    for i in range(n):
        for day in range(LAST + 5):
            held = (reached[i] < day).sum()
            if rng.random() < 0.02 * (1 + held + DESIGN[pattern[i], 0]):
                exit_day[i], code[i] = day, rng.integers(1, 3)
                break
            if rng.random() < 0.02:
                exit_day[i] = day
                break
            if start[i] == NEVER and rng.random() < 0.06 * (1 + held) * np.exp(DESIGN[pattern[i]].sum() / 2):
                start[i] = day
            for j in range(milestones):
                if reached[i, j] == NEVER and rng.random() < 0.06:
                    reached[i, j] = day
    if milestones:
        reached[0, 0] = -3  # held since before the complaint
    mass = rng.integers(1, 4, n) * (rng.uniform(0.5, 2, n) if weights else 1.0)
    return Followed(exit_day, code, start, reached, pattern, None, mass)


def check(cases, strategy):
    found = emulate(cases, DESIGN, strategy, outcomes=2, horizons=[LAST])
    firsts = found.model.firsts
    hazard = by_hand.start_hazard(cases, DESIGN, strategy.within_days, firsts)
    chosen = by_hand.strategy_hazard(cases, strategy, firsts)
    weights = by_hand.clones(cases, strategy, hazard, chosen, LAST, found.weights.caps)
    incidence, at_risk = by_hand.curves(cases, weights, 2)
    np.testing.assert_allclose(found.weighted_at_risk, at_risk, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.incidence, incidence, rtol=0, atol=1e-10)
    plain, there = by_hand.curves(cases, (weights > 0).astype(float), 2)
    np.testing.assert_allclose(found.at_risk, there, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.unweighted, plain, rtol=0, atol=1e-12)
    return found


@pytest.mark.parametrize("timing", ["usual", "even", "late"])
@pytest.mark.parametrize("milestones", [0, 1, 2, 3])
def test_as_defined(timing, milestones):
    check(world(7, milestones=milestones), Strategy(G, timing, 5))


@pytest.mark.parametrize(("timing", "percentile"), [("usual", 80.0), ("even", 80.0), ("late", 97.0)])
def test_as_defined_with_sampling_weights_and_cut_weights(timing, percentile):
    found = check(world(8, weights=True), Strategy(G, timing, 5, percentile))
    assert (found.weights.largest == found.weights.caps).all()
    assert (found.weights.caps > 1).all()


@pytest.mark.parametrize("timing", ["usual", "even", "late"])
def test_a_state_in_which_hardly_anybody_waits(timing):
    """Weights grow a hundredfold every two days there, and cases enter it all the time: sums of differences fail."""
    rng = np.random.default_rng(3)
    n, last = 150, 70
    reached = rng.integers(0, 60, n)
    start = np.minimum(reached + rng.geometric(0.93, n), 3 * rng.geometric(0.01, n) + 1)
    cases = Followed(
        np.full(n, last), np.ones(n, np.int64), start, reached[:, None], np.zeros(n, np.int64), None, rng.random(n)
    )
    strategy = Strategy(60, timing, 40)
    found = emulate(cases, np.zeros((1, 0)), strategy, outcomes=1, horizons=[last])
    hazard = by_hand.start_hazard(cases, np.zeros((1, 0)), 60, found.model.firsts)
    assert -np.log1p(-hazard[cases.milestones[:, 0] < 20, 30:].max()) * 40 > 60
    chosen = by_hand.strategy_hazard(cases, strategy, found.model.firsts)
    _, at_risk = by_hand.curves(cases, by_hand.clones(cases, strategy, hazard, chosen, last), 1)
    np.testing.assert_allclose(found.weighted_at_risk, at_risk, rtol=1e-8, atol=1e-9)


def test_no_days_of_grace():
    cases = world(9)
    check(cases._replace(start=np.where(np.arange(120) % 3, cases.start, 0)), Strategy(0))
