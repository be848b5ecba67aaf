"""Hazards beyond the last day that was watched, by a parametric model of each ending."""

from __future__ import annotations

import importlib.util

import numpy as np

from ..base.errors import MissingExtraError, QuestionError
from ..base.language import tr
from ..base.types import Floats
from ..cases.durations import Durations
from ..estimate.forecast import Hazards, with_tail
from ..estimate.parametric import Fit, fit, survival
from ..estimate.time_distributions import Distribution, Times
from ..reduce.patterns import Patterns, patterns_of

_MOVED = 1e-5


def times_for_tail(spells: Durations, by: tuple[str, ...]) -> Patterns:
    """Count the times of each stratum with their entries, for a model of the tail.

    Raises
    ------
    MissingExtraError
        Without lifelines.
    """
    if importlib.util.find_spec("lifelines") is None:
        raise MissingExtraError.named("lifelines", "lifelines")
    return patterns_of(spells, covariates=(), categorical=frozenset(), strata=by)


def with_modelled_tail(
    hazards: Hazards, patterns: Patterns, levels: tuple[str, ...], further_days: int, distribution: Distribution
) -> Hazards:
    """Continue the hazard of each ending by that of a model fitted to all times, the other endings censored.

    Parameters
    ----------
    hazards : Hazards
    patterns : Patterns
        From :func:`times_for_tail`.
    levels : tuple of str
        The stratum.
    further_days : int
    distribution : str

    Returns
    -------
    Hazards
        The doubt about the parameters is part of the estimation variance; that about the distribution is not.

    Raises
    ------
    QuestionError
        When no maximum is found.
    """
    rows = patterns.rows
    mine = rows.stratum == patterns.strata.levels.index(levels)
    days = hazards.last_day + np.arange(further_days + 1, dtype=np.float64)
    k = hazards.hazard.shape[0]
    tail, slope = np.zeros((k, further_days)), np.zeros((k, further_days, 2 * k))
    covariance = np.zeros((2 * k, 2 * k))
    weight = None if rows.weight is None else rows.weight[mine]
    for place in range(k):
        ended = (rows.code[mine] == place + 1).astype(np.int64)
        if not ended.any():
            continue
        nothing = np.zeros((int(mine.sum()), 0))
        entry, leaving = rows.entry[mine].astype(np.float64), rows.exit[mine].astype(np.float64)
        try:
            found = fit(distribution, Times(nothing, entry, leaving, ended, rows.n[mine], weight, None))
        except ArithmeticError:
            found = None
        if found is None or not found.converged:
            raise QuestionError(
                tr("No maximum of the likelihood was found for: {name}.", name=distribution),
                tr("Choose another tail."),
            )
        own = slice(2 * place, 2 * place + 2)
        tail[place] = _daily(found, days)
        covariance[own, own] = found.covariance
        ends = [[_daily(_moved(found, one, sign * _MOVED), days) for sign in (1, -1)] for one in range(2)]
        slope[place, :, own] = np.stack([(up - down) / (2 * _MOVED) for up, down in ends], axis=1)
    return with_tail(hazards, tail, slope, covariance)


def _moved(found: Fit, which: int, by: float) -> Fit:
    if which == 0:
        return found._replace(location=found.location + by)
    return found._replace(shape=found.shape + by)


def _daily(found: Fit, days: Floats) -> Floats:
    """Probability of ending on each day after the first of ``days``, having lasted to the one before."""
    open_after = survival(found, np.array(found.location), days)
    return np.asarray(1 - open_after[1:] / np.maximum(open_after[:-1], 1e-300))
