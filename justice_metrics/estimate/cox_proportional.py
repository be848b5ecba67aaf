"""Do hazard ratios stay the same over time? Score test and scaled Schoenfeld residuals of a Cox model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.stats import chi2

from ..base.types import Counts, Days, Flags, Floats
from .cox import ChiSquared, CoxFit, CoxModel, chi_squared, information_over, spent_over
from .cox_residuals import increments
from .risk_sums import DayMatrix, day_matrix, event_exposures, event_sums, is_outcome, observed
from .rows import Rows

TimeScale: TypeAlias = Literal["km", "identity", "log", "rank"]


class ProportionalHazards(NamedTuple):
    """Tests that a coefficient does not change with time.

    Attributes
    ----------
    statistic, p_value : (terms,)
        Of each term; NaN for a term without an estimable column.
    degrees_of_freedom : (terms,)
        Estimable columns of the term.
    all_terms : ChiSquared
        Of all terms at once.
    """

    statistic: Floats
    degrees_of_freedom: Counts
    p_value: Floats
    all_terms: ChiSquared


class SchoenfeldResiduals(NamedTuple):
    """Coefficients as the endings of single days suggest them, for a figure.

    Attributes
    ----------
    stratum, day, events : (T,)
        Event days and the number of endings that were averaged.
    time : (T,)
        The day on the scale of the test.
    residuals : (T, p)
        Mean scaled residual of the day plus the coefficient: over time they scatter around b(t). NaN for columns that
        are not estimable, or constant in the stratum.
    variance : (p,)
        Of the scaled residual of one ending, about.
    """

    stratum: Counts
    day: Days
    events: Counts
    time: Floats
    residuals: Floats
    variance: Floats


def proportional_hazards_test(
    fit: CoxFit, *, time: TimeScale = "km", terms: Sequence[Sequence[int]] | None = None
) -> ProportionalHazards:
    """Score test of b(t) = b + a g(t) against a = 0.

    Parameters
    ----------
    fit : CoxFit
        A fit without a ridge penalty.
    time : {"km", "identity", "log", "rank"}
        g(t): 1 less the Kaplan-Meier estimate just before t (all strata together, without sampling weights); t in days;
        log t (NaN when something ended on day 0); rank of t among all exits.
    terms : sequence of sequences of int, optional
        Columns of the design that belong to one term and are tested together. None: every column by itself.

    Returns
    -------
    ProportionalHazards

    Notes
    -----
    The score of a at a = 0 is sum_t g(t) (z of the endings - their means over the risk sets), its information the
    2p x 2p matrix of sum_t g(t)^k I_t, k = 0, 1, 2, with I_t the information of day t and g centred on the mean over
    endings. This is the exact test that R ``cox.zph`` makes since survival 3.0, not the older approximation that
    replaces every I_t by their mean. Cost: three times that of the information.

    References
    ----------
    Grambsch and Therneau (1994), Biometrika, 81, 515-526.
    Therneau and Grambsch (2000), *Extending the Cox Model*, chapter 6.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> fit = cox(rows, np.array([[0.0], [1.0]]))
    >>> proportional_hazards_test(fit, time="identity").degrees_of_freedom
    array([1])
    """
    model, point = fit.model, fit.point
    columns = len(model.columns)
    g = _centred(time_scale(model, time), model.sets.events)
    score = (event_exposures(model.sets, g) - spent_over(model, point, g)) @ model.z[:, 1:]
    mixed, squared = information_over(model, point, g), information_over(model, point, g**2)
    whole = np.block([[information_over(model, point, np.ones_like(g)), mixed], [mixed, squared]])

    given = [(column,) for column in range(len(fit.coefficients))] if terms is None else terms
    chosen = [np.flatnonzero(np.isin(model.columns, list(term))) for term in given]
    statistic = np.array([_test(whole, score, columns, place) for place in chosen])
    freedom = np.array([len(place) for place in chosen], dtype=np.int64)
    p_value = np.asarray(chi2.sf(statistic, np.maximum(freedom, 1)), dtype=np.float64)
    together = chi_squared(_test(whole, score, columns, np.arange(columns)), columns)
    return ProportionalHazards(statistic, freedom, p_value, together)


def schoenfeld_residuals(fit: CoxFit, *, time: TimeScale = "km") -> SchoenfeldResiduals:
    """Scaled Schoenfeld residuals, averaged over the endings of each event day.

    Parameters
    ----------
    fit : CoxFit
        A fit without a ridge penalty.
    time : {"km", "identity", "log", "rank"}
        Scale of the time axis, see :func:`proportional_hazards_test`.

    Returns
    -------
    SchoenfeldResiduals
        No residual of a single person: endings of one day are averaged. A day may still have one ending only, so this
        is for the analyst, not for release.

    Notes
    -----
    (mean z of the day's endings - mean over their risk sets) times the inverse of the mean information per ending, plus
    b; a smooth line through them is b(t). Equal to the daily means of R ``cox.zph(terms = FALSE)$y``.

    References
    ----------
    Grambsch and Therneau (1994), Biometrika, 81, 515-526.
    """
    model, sets = fit.model, fit.model.sets
    counts = sets._replace(ending=_unweighted(model)) if model.rows.weight is not None else sets
    seen = event_sums(counts, model.z[:, 1:]) / sets.events[:, None]
    difference = seen - increments(model, fit.point).mean

    strata, place = np.unique(sets.stratum, return_inverse=True)
    used = np.bincount(place, sets.events)[:, None] * _varies(model, strata)
    pairs = np.minimum(used[:, :, None], used[:, None, :]).sum(axis=0)
    mean_information = fit.point.information / np.where(pairs == 0, 1, pairs)
    scaled = np.full_like(difference, np.nan)
    for number in range(len(strata)):
        columns, days = np.flatnonzero(used[number]), np.flatnonzero(place == number)
        part = mean_information[np.ix_(columns, columns)]
        scaled[np.ix_(days, columns)] = np.linalg.solve(part, difference[np.ix_(days, columns)].T).T
    residuals = np.full((len(sets.day), len(fit.coefficients)), np.nan)
    residuals[:, model.columns] = (scaled + fit.point.coefficients) / model.scale
    variance = np.full(len(fit.coefficients), np.nan)
    variance[model.columns] = np.diag(np.linalg.inv(mean_information)) / model.scale**2
    on_scale = time_scale(model, time)
    return SchoenfeldResiduals(sets.stratum, sets.day, sets.events, on_scale, residuals, variance)


def time_scale(model: CoxModel, time: TimeScale) -> Floats:
    """(T,): event days on the scale g of the test, from all rows of all strata together."""
    rows, day = model.rows, model.sets.day
    if time == "identity":
        return day.astype(np.float64)
    if time == "log":
        return np.where(day > 0, np.log(np.maximum(day, 1)), np.nan)
    alive = observed(rows)
    base = int(rows.entry.min(initial=-1))
    span = int(rows.exit.max(initial=0)) - base + 1
    leaving = _per_day(rows, alive, rows.exit - base, span)
    if time == "rank":
        g = np.cumsum(leaving) - (leaving - 1) / 2
    else:
        ended = _per_day(rows, alive & is_outcome(rows, model.outcome), rows.exit - base, span)
        joining = _per_day(rows, alive, rows.entry - base, span)
        at_risk = np.concatenate([[0], np.cumsum(joining - leaving)[:-1]])
        # entry on a day counts from the next day on: those who joined before, less those who left before
        g = 1 - np.concatenate([[1.0], np.cumprod(1 - ended / np.maximum(at_risk, 1))[:-1]])
    return np.asarray(g[day - base], dtype=np.float64)


def _per_day(rows: Rows, chosen: Flags, place: Days, span: int) -> Counts:
    return np.bincount(place[chosen], rows.n[chosen], span).astype(np.int64)


def _unweighted(model: CoxModel) -> DayMatrix:
    """(T, P): rows that ended, each counted once whatever its sampling weight."""
    sets = model.sets
    ended = sets.ended
    return day_matrix(sets.last[ended], sets.pattern[ended], sets.n[ended], (len(sets.day), sets.patterns))


def _varies(model: CoxModel, strata: Counts) -> Flags:
    """(strata, q): whether a column takes more than one value among the rows of the stratum."""
    rows, q = model.rows, len(model.columns)
    if len(strata) < 2:
        return np.ones((len(strata), q), dtype=bool)
    kept = np.flatnonzero(observed(rows) & np.isin(rows.stratum, strata))
    order = kept[np.argsort(rows.stratum[kept], kind="stable")]
    starts = np.searchsorted(rows.stratum[order], strata)
    flags = np.empty((len(strata), q), dtype=bool)
    for column in range(q):
        values = model.z[rows.pattern[order], column + 1]
        flags[:, column] = np.maximum.reduceat(values, starts) > np.minimum.reduceat(values, starts)
    return flags


def _test(information: Floats, score: Floats, columns: int, place: Counts) -> float:
    if not len(place) or not np.isfinite(score).all():
        return float("nan")
    kept = np.concatenate([np.arange(columns), columns + place])
    full = np.concatenate([np.zeros(columns), score[place]])
    size = np.sqrt(np.maximum(np.diag(information)[kept], 0))
    if not size.all():  # all endings at one time: nothing can change
        return float("nan")
    scaled = information[np.ix_(kept, kept)] / np.outer(size, size)
    try:
        return float(full / size @ np.linalg.solve(scaled, full / size))
    except np.linalg.LinAlgError:
        return float("nan")


def _centred(g: Floats, events: Counts) -> Floats:
    """Around the mean over endings; exactly 0 when all of them have the same time."""
    if not len(g) or np.ptp(g) == 0:
        return np.zeros_like(g)
    return np.asarray(g - (events @ g) / int(events.sum()), dtype=np.float64)
