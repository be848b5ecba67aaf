"""Multiple imputation of the day on which support started, for cases of which it is known that it started.

The day is drawn from the hazard of starting among cases with a date, of the same kind, given that support began while
the case was open. What came of a case (how it ended, and about when) is part of its kind: an imputation that does not
know the outcome draws days that have nothing to do with it, and so hides part of what support did.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .resampling import cluster_draws
from .start_model import StartFit, fit_start, interval_starts


class Starts(NamedTuple):
    """Cells of identical cases of which the start of support is known, or known not to have been; C of them.

    Attributes
    ----------
    latest : (C,)
        Last day on which support could have started: that of the exit, or of the record.
    start : (C,)
        Day on which it did, ``NEVER`` where it did not; a start after ``latest`` is none.
    kind : (C,)
        Which of M kinds of case.
    mass : (C,)
        Cases in the cell.
    cluster : (C,) or None
        Court; whole courts are drawn again then.
    """

    latest: Counts
    start: Counts
    kind: Counts
    mass: Floats
    cluster: Counts | None


class StartHazard(NamedTuple):
    """Hazard per day of starting.

    Attributes
    ----------
    cuts : (J,)
        First day of each interval on which it is constant; the first is 0.
    hazard : (M, J)
        By kind of case.
    """

    cuts: Counts
    hazard: Floats


def start_hazard(cells: Starts, columns: Floats) -> StartHazard:
    """Fit the hazard of starting by pooled logistic regression on folded days.

    Parameters
    ----------
    cells : Starts
    columns : (M, q)
        What sets the kinds of case apart.

    Returns
    -------
    StartHazard
        On the intervals of :func:`justice_metrics.estimate.start_model.interval_starts`.

    Notes
    -----
    A case without support until day d is at risk of starting on the days 0 to d, with d its start or its latest day.
    The fit is :func:`justice_metrics.estimate.start_model.fit_start`.

    Examples
    --------
    >>> cells = Starts(np.full(3, 9), np.array([0, 5, 99]), np.zeros(3, int), np.array([1.0, 2, 1]), None)
    >>> start_hazard(cells, np.zeros((1, 0))).hazard.round(4)
    array([[0.25  , 0.1053]])
    """
    cuts = _cuts(cells)
    fitted = _fitted(cells, columns, cuts, cells.mass, None)
    return StartHazard(cuts, fitted.hazard)


def drawn_days(hazard: StartHazard, kind: Counts, latest: Counts, chance: Floats) -> Counts:
    """Draw the day of the start, given that it was one of the days 0 to ``latest``.

    Parameters
    ----------
    hazard : StartHazard
    kind : (N,)
    latest : (N,)
        0 or more.
    chance : (N,)
        Uniform between 0 and 1.

    Returns
    -------
    (N,)
        Smallest day s with F(s) >= chance F(latest), F(s) = 1 - prod (1 - h(u)) over u <= s. Where nobody ever starts,
        all days are alike.

    Examples
    --------
    >>> flat = StartHazard(np.array([0]), np.array([[0.0001]]))
    >>> drawn_days(flat, np.zeros(3, int), np.full(3, 9), np.array([0.05, 0.5, 0.99]))
    array([0, 4, 9])
    """
    rate = np.maximum(-np.log1p(-np.minimum(hazard.hazard, 1 - 1e-15)), 1e-12)[kind]
    cumulated = np.cumsum(_days_in(hazard.cuts, latest) * rate, axis=1)
    goal = -np.log1p(chance * np.expm1(-cumulated[:, -1]))
    place = np.minimum((cumulated < goal[:, None]).sum(axis=1), len(hazard.cuts) - 1)
    row = np.arange(len(place))
    before = np.where(place > 0, cumulated[row, np.maximum(place - 1, 0)], 0.0)
    # a little less, because the sums are not quite whole numbers of a day's rate
    inside = np.ceil((goal - before) / rate[row, place] - 1e-9).astype(np.int64) - 1
    found = hazard.cuts[place] + np.maximum(inside, 0)
    return np.asarray(np.clip(found, 0, latest), dtype=np.int64)


def imputed_days(
    known: Starts, columns: Floats, kind: Counts, latest: Counts, *, imputations: int, seed: int
) -> Counts:
    """Draw the missing days several times, each time from a hazard that was drawn too.

    Parameters
    ----------
    known : Starts
        Cases with a date, and those that never had support.
    columns : (M, q)
        What sets the kinds of case apart.
    kind : (N,)
        Of the cases whose day is missing.
    latest : (N,)
        Their last possible day.
    imputations : int
        How many times, I.
    seed : int
        The same seed gives the same days.

    Returns
    -------
    (I, N)

    Notes
    -----
    Proper in Rubin's sense: before each imputation the cases with known starts are drawn again (whole courts where
    clusters are given, else cases), and the hazard is fitted to them. Whether a date is missing may depend on the kind
    of case, its ending and time of ending among it; not on the day itself. Cases without a date are not among those
    that the hazard is fitted to, so it is too low by one factor per kind, which drops out when it is known that support
    started.

    References
    ----------
    Rubin (1987), *Multiple Imputation for Nonresponse in Surveys*, section 4.4; White and Royston (2009), Statistics in
    Medicine, 28, 1982-1998, for the outcome among the covariates.
    """
    generator = np.random.default_rng(seed)
    cuts = _cuts(known)
    first = _fitted(known, columns, cuts, known.mass, None)
    made = np.empty((imputations, len(latest)), dtype=np.int64)
    for i, mass in enumerate(_resampled(known, imputations, generator)):
        hazard = StartHazard(cuts, _fitted(known, columns, cuts, mass, first).hazard)
        made[i] = drawn_days(hazard, kind, latest, generator.random(len(latest)))
    return made


def spread_days(known: Starts, columns: Floats, kind: Counts, latest: Counts, *, parts: int = 5) -> Counts:
    """Middle days of equally likely parts of the distribution of the start, without chance.

    Parameters
    ----------
    known, columns, kind, latest
        As for :func:`imputed_days`.
    parts : int

    Returns
    -------
    (parts, N)

    Examples
    --------
    >>> cells = Starts(np.full(50, 99), np.arange(50), np.zeros(50, int), np.full(50, 9.0), None)
    >>> spread_days(cells, np.zeros((1, 0)), np.zeros(1, int), np.array([9]), parts=2).ravel()
    array([2, 7])
    """
    hazard = start_hazard(known, columns)
    chances = (np.arange(parts) + 0.5) / parts
    return np.stack([drawn_days(hazard, kind, latest, np.full(len(latest), one)) for one in chances])


def _cuts(cells: Starts) -> Counts:
    began = (cells.start >= 0) & (cells.start <= cells.latest)
    return interval_starts(cells.start[began], cells.mass[began], max(int(cells.latest.max(initial=0)), 1))


def _fitted(cells: Starts, columns: Floats, cuts: Counts, mass: Floats, first: StartFit | None) -> StartFit:
    """Fit the hazard when each cell has ``mass``."""
    shape = len(columns), len(cuts)
    began = np.flatnonzero((cells.start >= 0) & (cells.start <= cells.latest))
    last = cells.latest.copy()
    last[began] = cells.start[began]
    days = _days_in(cuts, last) * mass[:, None]
    waited, starts = np.zeros(shape), np.zeros(shape)
    for j in range(shape[1]):
        waited[:, j] = np.bincount(cells.kind, days[:, j], minlength=shape[0])
    place = np.searchsorted(cuts, cells.start[began], side="right") - 1
    np.add.at(starts, (cells.kind[began], place), mass[began])
    return fit_start(starts, waited, columns, first=first)


def _days_in(cuts: Counts, last: Counts) -> Floats:
    """Return how many of the days 0 to ``last`` lie in each interval, (N, J)."""
    width = np.append(np.diff(cuts), np.int64(2**40))
    return np.asarray(np.clip(last[:, None] + 1 - cuts[None, :], 0, width[None, :]), dtype=np.float64)


def _resampled(known: Starts, times: int, generator: np.random.Generator) -> Iterator[Floats]:
    """Give the mass of the cells in each resample of courts or cases, (C,)."""
    if known.cluster is not None and len(known.cluster):
        for one in cluster_draws(int(known.cluster.max()) + 1, times, int(generator.integers(2**31))):
            yield one[known.cluster] * known.mass
        return
    whole = known.mass.sum()
    for _ in range(times):
        yield generator.multinomial(round(whole), known.mass / whole).astype(np.float64)
