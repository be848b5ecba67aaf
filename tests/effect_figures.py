"""Figures of a simulated study: the naive ones, and regressions in which support is what holds today."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from justice_metrics.base.types import Counts, Floats
from justice_metrics.estimate.cox import CoxFit, cox
from justice_metrics.estimate.followed import NEVER
from justice_metrics.estimate.resampling import incidence_at
from justice_metrics.estimate.rows import Rows
from justice_metrics.simulate.effect_studies import DISMISSAL, Recorded
from justice_metrics.simulate.effect_worlds import MONTH

HORIZON = 24 * MONTH


def naive_figures(study: Recorded) -> dict[str, float]:
    """What comes out when cases that were ever supported are set against all others."""
    closed, verdict = study.code > 0, study.verdict == 1
    ever = (study.actors > 0).astype(np.float64)
    baseline = np.column_stack([study.severity, study.tier, study.age])
    early = ever == 1, ever == 0
    kaplan = [incidence(study.exit[arm], (study.verdict == 1)[arm].astype(np.int64))[0] for arm in early]
    curves = [incidence(study.exit[arm], study.verdict[arm]) for arm in early]
    months = [(study.exit[arm & verdict] / MONTH).mean() for arm in early]
    return {
        "log odds ratio, closed": logistic(ever[closed, None], verdict[closed])[1],
        "log odds ratio, closed, adjusted": logistic(np.column_stack([ever, baseline])[closed], verdict[closed])[1],
        "log odds ratio, all": logistic(ever[:, None], verdict)[1],
        "risk difference, closed": verdict[closed & early[0]].mean() - verdict[closed & early[1]].mean(),
        "months to verdict": months[0] - months[1],
        "log hazard ratio, ever": ever_cox(study),
        "Kaplan-Meier": kaplan[0] - kaplan[1],
        "incidence of verdicts": curves[0][0] - curves[1][0],
        "incidence of dismissals": curves[0][1] - curves[1][1],
        "log odds ratio per actor": logistic(study.actors[closed, None].astype(np.float64), verdict[closed])[1],
    }


def logistic(covariates: Floats, ended: np.ndarray) -> Floats:
    """Coefficients of a logistic regression with an intercept, by Newton's method."""
    x = np.column_stack([np.ones(len(covariates)), covariates])
    b = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-x @ b))
        b = b + np.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (ended - p))
    return b


def incidence(exit_day: Counts, code: Counts) -> Floats:
    """Cumulative incidence of each ending (2,) at two years."""
    days = HORIZON + 1
    endings = np.stack([np.bincount(exit_day[code == k], minlength=days)[:days] for k in (1, 2)])
    left = np.bincount(exit_day, minlength=days)
    return incidence_at(endings, np.cumsum(left[::-1])[::-1][:days])


def ever_cox(study: Recorded) -> float:
    """Log hazard ratio of a verdict by whether support ever came, as if that were known at the complaint; adjusted."""
    one = np.ones(len(study.exit), dtype=np.int64)
    ever = study.actors > 0
    rows = Rows(-one, study.exit, study.verdict, one, None, 0 * one, 4 * ever + study.pattern, None)
    patterns = np.arange(8)
    design = np.column_stack([patterns >= 4, patterns % 4 >= 2, patterns % 2]).astype(np.float64)
    return float(cox(rows, design, outcome=1).coefficients[0])


class Split(NamedTuple):
    """Rows cut where something changes, and what held in each."""

    case: Counts  # (C,)
    entry: Counts
    exit: Counts
    code: Counts
    held: Counts  # (C, J)


def split(study: Recorded, days: Counts) -> Split:
    """Cut every case at the days (n, J); each holds from the day after."""
    n, j = days.shape
    cuts = np.sort(np.minimum(days, study.exit[:, None]), axis=1)
    edges = np.column_stack([np.full(n, -1), cuts, study.exit])
    case = np.repeat(np.arange(n), j + 1)
    entry, leaving = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    kept = entry < leaving
    case, entry, leaving = case[kept], entry[kept], leaving[kept]
    code = np.where(leaving == study.exit[case], study.verdict[case], 0)
    return Split(case, entry, leaving, code, (days[case] <= entry[:, None]).astype(np.int64))


def dated_cox(
    study: Recorded, *, adjusted: bool = True, milestone: bool = False, by_court: bool = False, outcome: int = 1
) -> CoxFit:
    """Cox regression in which support counts from the day after it started; its coefficient is the first."""
    days = [study.start, study.milestone] if milestone else [study.start]
    rows = split(study, np.column_stack(days))
    columns = [*rows.held.T]
    if adjusted:
        columns += [study.severity[rows.case], study.tier[rows.case]]
    design, pattern = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    court = study.court[rows.case]
    one = np.ones(len(court), dtype=np.int64)
    stratum = court if by_court else 0 * court
    cells = Rows(rows.entry, rows.exit, rows.code, one, None, stratum, pattern.ravel().astype(np.int64), court)
    return cox(cells, design.astype(np.float64), outcome=outcome)


def dose_cox(study: Recorded) -> float:
    """Log hazard ratio of a verdict per actor who has come, with the milestone in the model."""
    rows = split(study, np.column_stack([study.milestone, study.actor_days]))
    present = rows.held[:, 1:].sum(axis=1)
    columns = np.column_stack([present, rows.held[:, 0], study.severity[rows.case], study.tier[rows.case]])
    design, pattern = np.unique(columns, axis=0, return_inverse=True)
    one = np.ones(len(rows.case), dtype=np.int64)
    court = study.court[rows.case]
    cells = Rows(rows.entry, rows.exit, rows.code, one, None, court, pattern.ravel().astype(np.int64), court)
    return float(cox(cells, design.astype(np.float64), outcome=1).coefficients[0])


def silent_supported(study: Recorded, rng: np.random.Generator, share: float) -> Recorded:
    """Give an actor, on any day of its life, to a share of the files dismissed within three months that name none."""
    silent = (study.code == DISMISSAL) & (study.exit <= 3 * MONTH) & (study.start == NEVER)
    chosen = silent & (rng.random(len(silent)) < share)
    days = study.actor_days.copy()
    days[chosen, 0] = np.floor(rng.random(chosen.sum()) * study.exit[chosen]).astype(np.int64)
    return study._replace(actor_days=days)
