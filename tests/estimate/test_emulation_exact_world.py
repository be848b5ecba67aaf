"""A world without chance: every history with its probability, so that the emulation must find the truth itself."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from justice_metrics.estimate.emulation import NEVER, Followed, Strategy, emulate
from justice_metrics.estimate.emulation_balance import balance, weights_on

LAST, G = 6, 3
PATTERNS = {0: 0.55, 1: 0.3, 2: 0.15}  # share of cases
DESIGN = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
MANY = 1e7  # so that every day of the grace period has an interval of its own


def start(x, held, day):
    """Natural chance of starting on a day: additive on the logit scale, as the model has it."""
    eta = [-1.6, -2.2, -1.9, -2.5][day] + [0.0, 0.9, -0.5][x] + 1.1 * held
    return 1 / (1 + np.exp(-eta))


def late_start(x, held):
    return 0.1 + 0.05 * x + 0.1 * held


def endings(x, held, supported, day):
    """Verdict and dismissal; both depend on everything."""
    verdict = 0.03 + 0.04 * (x == 1) + 0.06 * held + 0.05 * supported + 0.01 * day
    dismissal = 0.12 - 0.02 * x - 0.04 * held - 0.03 * supported
    return verdict, dismissal


def milestone(x, supported):
    """Support brings the milestone about, which brings support about."""
    return 0.10 + 0.05 * x + 0.20 * supported


def histories(chance, *, lost=0.0):
    """Probability of each (pattern, exit, code, start, milestone) when support starts with ``chance(x, held, day)``."""
    now = {(x, NEVER, NEVER): share for x, share in PATTERNS.items()}
    found = defaultdict(float)
    for day in range(LAST + 1):
        later = defaultdict(float)
        for (x, began, reached), p in now.items():
            held, supported = reached < day, began < day
            ends = endings(x, held, supported, day)
            for code, part in enumerate(ends, start=1):
                found[x, day, code, began, reached] += p * part
            p *= 1 - sum(ends)
            found[x, day, 0, began, reached] += p * (lost if day < LAST else 1)
            p *= 1 - lost
            starts = [(began, 1.0)]
            if began == NEVER:
                h = chance(x, held, day)
                starts = [(day, h), (NEVER, 1 - h)]
            comes = milestone(x, supported) if reached == NEVER else 0.0
            for when, first in starts:
                for mark, second in ((day, comes), (reached, 1 - comes)):
                    if first * second:
                        later[x, when, mark] += p * first * second
        now = later
    return found


def natural(x, held, day):
    return start(x, held, day) if day <= G else late_start(x, held)


def cases(**how):
    found = {history: p for history, p in histories(natural, **how).items() if p}
    rows = np.array(list(found), dtype=np.int64)
    mass = MANY * np.array(list(found.values()))
    return Followed(rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4:], rows[:, 0], None, mass)


def incidence(chance):
    """(K, T): truth when support starts so."""
    table = np.zeros((2, LAST + 1))
    for (_, day, code, _, _), p in histories(chance).items():
        if code:
            table[code - 1, day] += p
    return table.cumsum(axis=1)


def truth(strategy):
    observed = np.zeros(G + 1)
    for (_, last, _, began, _), p in histories(natural).items():
        if began <= G and began < last:
            observed[began] += p
    free = G - strategy.window_days + 1 if strategy.timing == "late" else 0

    def asked(x, held, day):
        if day > G:
            return late_start(x, held)
        if day < free:
            return start(x, held, day)
        return observed[day] / observed[day:].sum() if strategy.timing == "usual" else 1 / (G - day + 1)

    def held_back(x, held, day):
        return 0.0 if day <= G else late_start(x, held)

    return np.stack([incidence(asked), incidence(held_back)])


STRATEGIES = [Strategy(G, "usual"), Strategy(G, "even"), Strategy(G, "late", 2), Strategy(G, "late", 1)]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_truth_itself(strategy):
    found = emulate(cases(), DESIGN, strategy, outcomes=2, horizons=[2, LAST])
    assert found.model.firsts.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.incidence, truth(strategy), rtol=0, atol=1e-10)
    # and without weights it is another number
    assert np.abs(found.unweighted[:, :, -1] - truth(strategy)[:, :, -1]).max() > 0.003


def test_cases_lost_from_view_at_random_change_nothing():
    strategy = Strategy(G, "even")
    found = emulate(cases(lost=0.1), DESIGN, strategy, outcomes=2, horizons=[LAST])
    np.testing.assert_allclose(found.incidence, truth(strategy), rtol=0, atol=1e-10)


def test_the_start_model_is_found():
    model = emulate(cases(), DESIGN, STRATEGIES[0], outcomes=2, horizons=[LAST]).model
    np.testing.assert_allclose(model.intervals, [-1.6, -2.2, -1.9, -2.5], atol=1e-8)
    np.testing.assert_allclose(model.coefficients, [0.9, -0.5, 1.1], atol=1e-8)


def test_a_milestone_left_out_leaves_a_bias():
    without = cases()._replace(milestones=np.empty((len(cases().exit), 0), np.int64))
    strategy = STRATEGIES[0]
    found = emulate(without, DESIGN, strategy, outcomes=2, horizons=[LAST])
    assert np.abs(found.incidence - truth(strategy)).max() > 0.002


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_weighted_clones_stand_for_all_cases(strategy):
    followed = cases()
    days = [0, 1, 2, G]
    weights = weights_on(followed, DESIGN, strategy, days)
    # clones that ended among them, each arm weighs as much as all cases, on every day, and has their covariates
    np.testing.assert_allclose(weights @ followed.mass, followed.mass.sum(), rtol=1e-10)
    found = balance(followed, DESIGN, weights, days)
    np.testing.assert_allclose(found.weighted_difference, 0, atol=1e-9)
    np.testing.assert_allclose(found.weighted_means[-1], [[0.3, 0.15]] * 2, atol=1e-9)
    assert np.abs(found.difference[-1]).max() > 0.1
    final = emulate(followed, DESIGN, strategy, outcomes=2, horizons=[LAST]).final_weights
    np.testing.assert_allclose(weights[-1], final, rtol=1e-12)


def test_late_starts_only_lose_nothing_before_the_window():
    """Until the window opens the arm that is to start is everybody as they are."""
    found = emulate(cases(), DESIGN, Strategy(G, "late", 1), outcomes=2, horizons=[LAST])
    observed = incidence(natural)
    np.testing.assert_allclose(found.incidence[0, :, : G + 1], observed[:, : G + 1], rtol=0, atol=1e-12)
