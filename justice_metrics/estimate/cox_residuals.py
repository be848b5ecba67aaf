"""Residuals of a Cox model, one for each cell of identical rows: what was seen less what the model expected.

All of them are differences of running sums over event days, so they cost cells x covariates, with delayed entry, strata
and both kinds of weight alike. A residual belongs to one row; the cell stands for ``n`` such rows of weight ``w``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats
from .cox import CoxFit, CoxModel, CoxPoint
from .risk_sums import running, since_entry, spells


class Increments(NamedTuple):
    """What one event day adds to the residuals of those at risk; columns 0: hazard, 1..q: hazard x mean of z."""

    gathered: Floats  # (T, 1 + q) running sums over the days of the stratum
    tied: Floats  # (T, 1 + q) what a row that ended on the day did not gather, being one of the tied ones
    mean: Floats  # (T, q) mean of z that endings of the day are set against
    reached: Floats  # (2 T, 1 + q) gathered up to the day, by rows that did not, and by rows that did end on it
    drawn: Floats  # (2 T, q) 0, and mean: what the score of such rows is lessened by


def increments(model: CoxModel, point: CoxPoint) -> Increments:
    """Hazard and mean covariates of every event day, under the tie rule of the fit."""
    share, ties = model.share[:, None], point.ties
    s, d = point.at_risk[:, 1:], point.ending[:, 1:]
    hazard, less = ties.inverse[0][:, None], ties.inverse[1][:, None]
    added = np.concatenate([hazard, ties.squared[0][:, None] * s - ties.squared[1][:, None] * d], axis=1) * share
    tied = np.concatenate([less, ties.squared[1][:, None] * s - ties.squared[2][:, None] * d], axis=1) * share
    mean = (hazard * s - less * d) / model.sets.events[:, None]
    gathered = running(model.sets.runs, added)
    reached = np.concatenate([gathered, gathered - tied])
    return Increments(gathered, tied, mean, reached, np.concatenate([np.zeros_like(mean), mean]))


def cell_scores(model: CoxModel, point: CoxPoint, made: Increments, cells: slice) -> Floats:
    """(cells, q): score residuals of some cells, for the scaled columns; without n and w."""
    sets = model.sets
    pattern, ended = sets.pattern[cells], sets.ended[cells]
    place = sets.last[cells] + len(sets.day) * ended
    hazard = point.hazard[pattern]
    # take() copies rows several times faster than an index does
    gathered = since_entry(sets, made.reached.take(place, axis=0), made.gathered, cells)
    scores = model.z.take(pattern, axis=0)
    scores *= (ended - hazard * gathered[:, 0])[:, None]
    gathered *= hazard[:, None]
    scores += gathered
    scores = scores[:, 1:]
    scores -= made.drawn.take(place, axis=0)
    return scores


def martingale_residuals(fit: CoxFit) -> Floats:
    """Endings seen less endings expected, of one row of each cell.

    Returns
    -------
    (C,)
        In the order of the rows of the fit; 0 where a row is never at risk on an event day.

    Notes
    -----
    M = [ended] - exp(z'b) (H(exit) - H(entry)), H the baseline cumulative hazard of the stratum under the tie rule. Of
    several rows of one unit the residuals add up. Equal to R ``residuals(fit, "martingale")``.

    References
    ----------
    Therneau, Grambsch and Fleming (1990), Biometrika, 77, 147-160.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> one = np.ones(2, dtype=np.int64)
    >>> rows = Rows(-one, np.array([3, 5]), np.array([1, 0]), one, None, 0 * one, 0 * one, None)
    >>> martingale_residuals(cox(rows, np.zeros((1, 0))))
    array([ 0.5, -0.5])
    """
    sets, made = fit.model.sets, increments(fit.model, fit.point)
    gathered = spells(sets, made.gathered[:, 0]) - sets.ended * made.tied[sets.last, 0]
    residuals = np.zeros(len(fit.model.rows.exit))
    residuals[sets.kept] = sets.ended - fit.point.hazard[sets.pattern] * gathered
    return residuals


def deviance_residuals(fit: CoxFit) -> Floats:
    """Martingale residuals (C,) made more symmetric: sign(M) sqrt(-2 (M + d log(d - M))), d = 1 where it ended.

    Equal to R ``residuals(fit, "deviance")``; for plots of units with one row each.
    """
    residuals = martingale_residuals(fit)
    ended = np.zeros(len(residuals), dtype=bool)
    ended[fit.model.sets.kept] = fit.model.sets.ended
    expected = np.where(ended, 1 - residuals, 1)
    return np.asarray(np.sign(residuals) * np.sqrt(-2 * (residuals + np.log(expected))), dtype=np.float64)


def score_residuals(fit: CoxFit) -> Floats:
    """Share of each row in the score, one row of each cell.

    Returns
    -------
    (C, p)
        In the units of the design and the order of the rows; 0 where a row is never at risk, NaN for columns that are
        not estimable. ``score_residuals(fit) @ covariance`` is how far the coefficients move when the row is left out
        (dfbeta). Equal to R ``residuals(fit, "score")``.

    References
    ----------
    Therneau and Grambsch (2000), *Extending the Cox Model*, section 4.6 and chapter 7.
    """
    model = fit.model
    residuals = np.zeros((len(model.rows.exit), len(fit.coefficients)))
    residuals[:, ~fit.estimable] = np.nan
    scores = cell_scores(model, fit.point, increments(model, fit.point), slice(None))
    residuals[np.ix_(model.sets.kept, model.columns)] = scores * model.scale
    return residuals
