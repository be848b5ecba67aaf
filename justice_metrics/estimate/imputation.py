"""Multiple imputation of the day on which support started, for cases of which it is known that it started.

The day is drawn from how the days are spread in cases with a date, of the same kind, whose support began by the same
last day. What came of a case (how it ended, and about when) is part of its kind: an imputation that does not know the
outcome draws days that have nothing to do with it, and so hides part of what support did.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..base.types import Counts, Floats
from .resampling import cluster_draws

# Intervals after day 0, and starts that each of them should hold.
MOST_INTERVALS: Final = 10
STARTS_PER_INTERVAL: Final = 20.0
# Standard deviation of the normal prior on every parameter: weak, but none runs away where dates are few.
_PRIOR: Final = 5.0
_STEPS: Final = 60
_ENOUGH: Final = 1e-10
_YEAR: Final = 365.0


class Starts(NamedTuple):
    """Cells of identical cases of which the start of support is known, or known not to have been; C of them.

    Attributes
    ----------
    latest : (C,)
        Last day on which support could have started: that before the ending, of the cut-off, or of the record.
    start : (C,)
        Day on which it did, ``NEVER`` where it did not; a start after ``latest`` is none. Only cases that started tell
        anything.
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


class StartDays(NamedTuple):
    """How the days of starting are spread, up to a factor per kind of case.

    Attributes
    ----------
    cuts : (J,)
        First day of each interval on which a kind's days are alike; the first is 0.
    log_density : (M, J)
        Per day.
    """

    cuts: Counts
    log_density: Floats


def start_days(cells: Starts, columns: Floats) -> StartDays:
    """Fit how the days of starting are spread, given the last possible day of each case.

    Parameters
    ----------
    cells : Starts
    columns : (M, q)
        What sets the kinds of case apart.

    Returns
    -------
    StartDays

    Notes
    -----
    Density of day s in interval j of a case of kind z with last day T: ``exp(a_j + m_j z b) / sum``, the sum over the
    days 0 to T, m_j the middle of the interval in years: a profile that all share, tilted by kind. Newton steps to the
    maximum of the likelihood of the dated starts with weak normal priors (standard deviation 5). Only cases that
    started by T enter, so it does not matter how many of a kind lack a date, or never had support.

    Examples
    --------
    Ten start on day 0 and nine on the nine days after it: each of these holds a tenth as much.

    >>> cells = Starts(np.full(2, 9), np.array([0, 5]), np.zeros(2, int), np.array([10.0, 9.0]), None)
    >>> np.exp(np.diff(start_days(cells, np.zeros((1, 0))).log_density[0])).round(2)
    array([0.1])
    """
    cuts = _cuts(cells)
    return StartDays(cuts, _log_density(cells, columns, cuts, cells.mass))


def drawn_days(spread: StartDays, kind: Counts, latest: Counts, chance: Floats) -> Counts:
    """Draw the day of the start, given that it was one of the days 0 to ``latest``.

    Parameters
    ----------
    spread : StartDays
    kind : (N,)
    latest : (N,)
        0 or more.
    chance : (N,)
        Uniform between 0 and 1.

    Returns
    -------
    (N,)
        Smallest day s up to which the density holds a share of ``chance`` of what it holds up to ``latest``.

    Examples
    --------
    >>> flat = StartDays(np.array([0]), np.zeros((1, 1)))
    >>> drawn_days(flat, np.zeros(3, int), np.full(3, 9), np.array([0.05, 0.5, 0.99]))
    array([0, 4, 9])
    """
    log_density = spread.log_density - spread.log_density.max(axis=1, keepdims=True)
    a_day = np.maximum(np.exp(log_density), 1e-12)[kind]
    held = np.cumsum(_days_in(spread.cuts, latest) * a_day, axis=1)
    goal = chance * held[:, -1]
    place = np.minimum((held < goal[:, None]).sum(axis=1), len(spread.cuts) - 1)
    row = np.arange(len(place))
    before = np.where(place > 0, held[row, np.maximum(place - 1, 0)], 0.0)
    # a little less, because the sums are not quite whole numbers of a day's density
    inside = np.ceil((goal - before) / a_day[row, place] - 1e-9).astype(np.int64) - 1
    found = spread.cuts[place] + np.maximum(inside, 0)
    return np.asarray(np.clip(found, 0, latest), dtype=np.int64)


def imputed_days(
    known: Starts, columns: Floats, kind: Counts, latest: Counts, *, imputations: int, seed: int
) -> Counts:
    """Draw the missing days several times, each time from a spread of days that was drawn too.

    Parameters
    ----------
    known : Starts
        Cases with a date.
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
    Proper in Rubin's sense: before each imputation the cases with a date are drawn again (whole courts where clusters
    are given, else cases), and the spread of days is fitted to them. Whether a date is missing may depend on the kind
    of case, its ending and the time of its ending; not on the day itself.

    References
    ----------
    Rubin (1987), *Multiple Imputation for Nonresponse in Surveys*, section 4.4; White and Royston (2009), Statistics in
    Medicine, 28, 1982-1998, for the outcome among the covariates.
    """
    generator = np.random.default_rng(seed)
    cuts = _cuts(known)
    made = np.empty((imputations, len(latest)), dtype=np.int64)
    for i, mass in enumerate(_resampled(known, imputations, generator)):
        spread = StartDays(cuts, _log_density(known, columns, cuts, mass))
        made[i] = drawn_days(spread, kind, latest, generator.random(len(latest)))
    return made


def _began(cells: Starts) -> Counts:
    return np.flatnonzero((cells.start >= 0) & (cells.start <= cells.latest))


def _cuts(cells: Starts) -> Counts:
    """Return the first days of the intervals: day 0 by itself, then cuts at quantiles of the days of starting."""
    began = _began(cells)
    later = began[cells.start[began] > 0]
    order = later[np.argsort(cells.start[later], kind="stable")]
    days, upto = cells.start[order], np.cumsum(cells.mass[order])
    total = float(upto[-1]) if len(upto) else 0.0
    wanted = int(np.clip(total // STARTS_PER_INTERVAL, 1, MOST_INTERVALS))
    last_days = days[np.searchsorted(upto, np.arange(1, wanted) * (total / wanted) * (1 - 1e-12))]
    firsts = last_days[last_days < days[-1:]] + 1 if len(days) else last_days
    return np.unique(np.concatenate([[0, 1], firsts])).astype(np.int64)


def _log_density(cells: Starts, columns: Floats, cuts: Counts, mass: Floats) -> Floats:
    """Return the log density per day when each cell has ``mass``, (M, J)."""
    began = _began(cells)
    began = began[mass[began] > 0]
    last = int(cells.latest[began].max(initial=0))
    ends = np.minimum(np.append(cuts[1:] - 1, max(last, cuts[-1])), max(last, int(cuts[-1])))
    middle = (cuts + np.maximum(ends, cuts)) / 2 / _YEAR
    place = np.searchsorted(cuts, cells.start[began], side="right") - 1
    # cases of one kind with one last day differ in nothing but where they started
    key, of = np.unique(np.stack([cells.kind[began], cells.latest[began]]), axis=1, return_inverse=True)
    starts = np.zeros((key.shape[1], len(cuts)))
    np.add.at(starts, (of.ravel(), place), mass[began])
    with np.errstate(divide="ignore"):
        room = np.log(_days_in(cuts, key[1]))
    centre = columns.mean(axis=0) if len(columns) else 0.0
    scale = columns.std(axis=0)
    z = (columns - centre) / np.where(scale > 0, scale, 1.0)
    profile, tilt = _posterior_mode(starts, room, z[key[0]], middle)
    return np.asarray(profile[None, :] + (z @ tilt)[:, None] * middle[None, :])


def _posterior_mode(starts: Floats, room: Floats, z: Floats, middle: Floats) -> tuple[Floats, Floats]:
    """Return the profile (J,) and the tilts (q,) of a softmax over the intervals, with weak normal priors."""
    j, q = starts.shape[1], z.shape[1]
    number = starts.sum(axis=1)
    theta = np.zeros(j + q)
    held = np.full(j + q, 1 / _PRIOR**2)

    def scores(at: Floats) -> Floats:
        return np.asarray(room + at[:j] + (z @ at[j:])[:, None] * middle)

    def value(at: Floats) -> float:
        eta = scores(at)
        reached = np.where(starts > 0, starts * np.where(np.isfinite(eta), eta, 0), 0).sum()
        return float(reached - number @ logsumexp(eta, axis=1) - 0.5 * (held * at**2).sum()) if len(eta) else 0.0

    now = value(theta)
    for _ in range(_STEPS):
        eta = scores(theta)
        share = np.exp(eta - logsumexp(eta, axis=1, keepdims=True)) if len(eta) else eta
        residual, expected = starts - number[:, None] * share, number[:, None] * share
        gradient = np.concatenate([residual.sum(axis=0), z.T @ (residual @ middle)]) - held * theta
        mean = share @ middle
        information = np.diag(held)
        information[:j, :j] += np.diag(expected.sum(axis=0)) - share.T @ expected
        information[:j, j:] = (expected * (middle - mean[:, None])).T @ z
        information[j:, :j] = information[:j, j:].T
        information[j:, j:] += z.T @ ((number * (share @ middle**2 - mean**2))[:, None] * z)
        step = np.linalg.solve(information, gradient)
        size = 1.0
        while (then := value(theta + size * step)) < now and size > 1e-6:
            size /= 2
        theta, gained, now = theta + size * step, then - now, then
        if gained < _ENOUGH * (1 + abs(now)):
            break
    return theta[:j], theta[j:]


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
