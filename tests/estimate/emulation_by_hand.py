"""The same emulation, written again from its definition: one row per clone and day, and a regression of statsmodels."""

from __future__ import annotations

import numpy as np

from justice_metrics.estimate.emulation import NEVER


def person_days(cases, within_days):
    """Rows (case, day, starts): days of the grace period that end with the case open and without support before."""
    rows = []
    for i in range(len(cases.exit)):
        for day in range(within_days + 1):
            if day >= cases.exit[i] or max(cases.start[i], 0) < day:
                break
            rows.append((i, day, int(max(cases.start[i], 0) == day)))
    return np.array(rows).reshape(-1, 3)


def state(cases, i, day):
    return [float(reached < day) for reached in cases.milestones[i]]


def start_hazard(cases, design, within_days, firsts):
    """Chance of starting for each case and day of the grace period, fitted by statsmodels."""
    import statsmodels.api as sm

    rows = person_days(cases, within_days)

    def line(i, day):
        dummies = np.zeros(len(firsts))
        dummies[np.searchsorted(firsts, day, side="right") - 1] = 1
        return np.concatenate([dummies, design[cases.pattern[i]], state(cases, i, day)])

    lines = np.array([line(i, day) for i, day, _ in rows])
    live = np.array([rows[lines[:, j] == 1, 2].sum() > 0 if j < len(firsts) else True for j in range(lines.shape[1])])
    keep = (lines[:, : len(firsts)] @ ~live[: len(firsts)]) == 0
    varied = live & np.append(np.ones(len(firsts), bool), np.ptp(lines[keep][:, len(firsts) :], axis=0) > 0)
    fit = sm.GLM(
        rows[keep, 2], lines[keep][:, varied], family=sm.families.Binomial(), freq_weights=cases.mass[rows[keep, 0]]
    ).fit(tol=1e-14, maxiter=200)
    slopes = np.zeros(len(varied))
    slopes[varied] = fit.params
    slopes[: len(firsts)][~live[: len(firsts)]] = -np.inf
    hazard = np.zeros((len(cases.exit), within_days + 1))
    for i in range(len(cases.exit)):
        for day in range(within_days + 1):
            parts = line(i, day)
            eta = sum(slope * part for slope, part in zip(slopes, parts, strict=True) if part)
            hazard[i, day] = 1 / (1 + np.exp(-eta))
    return hazard


def strategy_hazard(cases, strategy, firsts):
    """What the first strategy sets, day by day; None where nature decides."""
    g = strategy.within_days
    if strategy.timing != "usual":
        free = g - strategy.window_days + 1 if strategy.timing == "late" else 0
        return [None if day < free else 1 / (g - day + 1) for day in range(g + 1)]
    density = np.zeros(g + 1)
    ends = [*firsts[1:], g + 1]
    for low, high in zip(firsts, ends, strict=True):
        for i in range(len(cases.exit)):
            began = max(cases.start[i], 0)
            if began < cases.exit[i] and low <= began < high:
                density[low:high] += cases.mass[i] / (high - low)
    return [density[day] / density[day:].sum() if density[day:].sum() > 1e-9 else 1.0 for day in range(g + 1)]


def clones(cases, strategy, hazard, chosen, last_day, caps=(np.inf, np.inf)):
    """weights (2, C, days + 1): of each clone just before each day; 0 where it is no longer there."""
    g = strategy.within_days
    weights = np.zeros((2, len(cases.exit), last_day + 1))
    for i in range(len(cases.exit)):
        began = max(cases.start[i], 0)
        for arm in range(2):
            weight = 1.0
            for day in range(min(last_day, cases.exit[i]) + 1):
                weights[arm, i, day] = min(weight, caps[arm])
                if day > g or began < day:
                    continue  # nothing is decided any more
                h = hazard[i, day]
                own = 0.0 if arm else (h if chosen[day] is None else chosen[day])
                if began == day:
                    weight *= own / h
                elif own < 1:
                    weight *= (1 - own) / (1 - h)
                else:
                    weight = 0.0
                if weight == 0:
                    break
    return weights


def curves(cases, weights, outcomes):
    """incidence (2, K, days), at risk (2, days)."""
    arms, _, days = weights.shape
    incidence, at_risk = np.zeros((arms, outcomes, days)), np.zeros((arms, days))
    for arm in range(arms):
        still, reached = 1.0, np.zeros(outcomes)
        for day in range(days):
            there = cases.mass @ weights[arm, :, day]
            at_risk[arm, day] = there
            if there > 0:
                ends = [
                    sum(
                        cases.mass[i] * weights[arm, i, day]
                        for i in range(len(cases.exit))
                        if cases.exit[i] == day and cases.code[i] == k + 1
                    )
                    for k in range(outcomes)
                ]
                reached = reached + still * np.array(ends) / there
                still *= 1 - sum(ends) / there
            incidence[arm, :, day] = reached
    return incidence, at_risk


__all__ = ["NEVER", "clones", "curves", "person_days", "start_hazard", "strategy_hazard"]
