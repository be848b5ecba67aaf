"""Robust variances of a subdistribution hazards model, with or without the uncertainty of its weights.

Each row's influence on the score has up to three parts: what it did while at risk, what it does while it stays after
another ending, and what it did to the estimated chances of being under observation, on which everybody's weights rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from ..base.types import Floats
from .cox import inverse, spread_matrix
from .cox_influence import day_increments, score_parts, summed
from .day_index import up_to
from .finegray import FineGrayFit, chance_before
from .finegray_weights import CONTINUES
from .risk_sums import remaining

FineGrayVariance: TypeAlias = Literal["model", "robust", "fine_gray", "infinitesimal_jackknife"]


class DayWeights(NamedTuple):
    """A sum over event days of a x S0 + b x S1 (sums over risk sets), seen as a function of the risk sets."""

    constant: Floats  # (T, r), a
    slope: Floats  # (T,), b; multiplies z, one column of the sum for each column of z. Zeros where only S0 matters


def fine_gray_covariance(fit: FineGrayFit, variance: FineGrayVariance = "fine_gray") -> Floats:
    """Covariance of the coefficients.

    Parameters
    ----------
    fit : FineGrayFit
        From :func:`.finegray.fine_gray`.
    variance : {"model", "robust", "fine_gray", "infinitesimal_jackknife"}
        - ``"model"``: inverse information, as if the weighted likelihood were a likelihood; too large or too small.
        - ``"robust"``: sandwich with the weights taken as known (R ``coxph`` on ``finegray`` rows, clustered by unit).
        - ``"fine_gray"``: the same with the uncertainty of the estimated chances of being under observation, by the
          formula of Fine and Gray's paper (``cmprsk::crr``); with delayed entry also that of the entry distribution.
        - ``"infinitesimal_jackknife"``: the derivative of the whole estimate, weights included, by the frequency of
          each row. Differs from the paper's formula in how ties of one day are counted, by 1 / Y or so.

    Returns
    -------
    (p, p)
        In the units of the design; NaN for columns that are not estimable. Rows of one ``cluster`` are summed first;
        without clusters each row stands by itself.

    Notes
    -----
    A^-1 B A^-1, A being the information and B the sum over clusters of u u', with u the sum over their rows of
    w (eta + psi). eta is the score residual, the days after another ending included. A row's drop-out, of martingale M,
    moves the score by q(u) dM(u) / Y(u), where q(u) is the part of the score from u on that rests on those who ended
    otherwise before u (s < u <= t in the paper). The derivative of a product-limit estimate has s <= u < t and
    Y - c instead of Y, c being the censorings of the day. Sampling weights multiply eta, and psi only if they entered
    the estimate of drop-out.

    References
    ----------
    Fine and Gray (1999), Journal of the American Statistical Association, 94, 496-509.
    Lin and Wei (1989), Journal of the American Statistical Association, 84, 1074-1078.
    Zhou, Fine, Latouche and Labopin (2012), Biostatistics, 13, 371-383.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.finegray import fine_gray
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> fit = fine_gray(rows, np.array([[0.0], [1.0]]), outcome=1)
    >>> np.sqrt(fine_gray_covariance(fit, "robust")).round(4), np.sqrt(fine_gray_covariance(fit, "model")).round(4)
    (array([[0.9725]]), array([[1.2403]]))
    """
    if variance == "model":
        return fit.cox.covariance
    bread = inverse(fit.cox.point.information)
    meat = np.zeros(bread.shape)
    for sums, copies in summed(fit.rows, score_influence(fit, variance), bread.shape[0]):
        meat += (sums * copies[:, None]).T @ sums
    return spread_matrix(fit.cox.model, bread @ meat @ bread, len(fit.cox.coefficients))


def score_influence(fit: FineGrayFit, variance: FineGrayVariance) -> Callable[[slice], Floats]:
    """Weighted influence of one row of each cell on the score, (c, q) for a slice of cells, scaled columns."""
    model, point = fit.cox.model, fit.cox.point
    added = day_increments(fit.cox)
    at_risk, staying = score_parts(fit.cox), stayed(fit, added)
    drop_out = None
    if variance != "robust":
        days = DayWeights(-added[:, 1:], added[:, 0])
        drop_out = observation_influence(fit, days, exact=variance == "infinitesimal_jackknife")
    weight = fit.rows.weight

    def influence(cells: slice) -> Floats:
        pattern = fit.rows.pattern[cells]
        z, hazard = model.z[pattern, 1:], point.hazard[pattern, None]
        gathered = staying(cells)
        scores = at_risk(cells) + hazard * (gathered[:, 1:] - z * gathered[:, :1])
        if weight is not None:
            scores *= weight[cells, None]
        if drop_out is not None:
            scores += drop_out(cells)
        return np.asarray(scores)

    return influence


def stayed(fit: FineGrayFit, amounts: Floats) -> Callable[[slice], Floats]:
    """What each cell gathers after another ending: amounts (T, r) times its weight, summed over the days it stays."""
    sets, stayers = fit.cox.model.sets, fit.stayers
    width = amounts.shape[1]
    gathered = np.zeros((len(stayers.cell), width))
    for j in np.unique(stayers.group):
        own = stayers.group == j
        chance = np.exp(chance_before(fit.observed, int(j), sets.day)[0])
        rest = np.concatenate([remaining(sets.runs, amounts * chance[:, None]), np.zeros((1, width))])
        end = stayers.leaves[own]
        opens = np.append(np.diff(sets.stratum, prepend=-1) != 0, True)[end]
        gathered[own] = rest[stayers.joins[own]] - np.where(opens[:, None], 0, rest[end])
    gathered *= stayers.share[:, None]

    def of(cells: slice) -> Floats:
        first, last, _ = cells.indices(len(fit.rows.exit))
        found = np.zeros((max(last - first, 0), width))
        here = slice(*np.searchsorted(stayers.cell, [first, last]))
        found[stayers.cell[here] - first] = gathered[here]
        return found

    return of


def observation_influence(fit: FineGrayFit, days: DayWeights, *, exact: bool) -> Callable[[slice], Floats]:
    """Influence of one row of each cell, through the weights, on minus a sum over risk sets; (c, r) for a slice.

    With q(u) = sum over event days t > u of the part of a S0 + b S1 that belongs to those who stay since u or before, a
    row's share is the sum of q(u) / Y(u) times its drop-out martingale, less q(u) / B(u) times that of its entry;
    ``exact`` as in the derivative of the product-limit estimates, otherwise as in Fine and Gray's paper.
    """
    rows, seen, group = fit.rows, fit.observed, fit.censoring_group
    part = _resting_on(fit, days, exact=exact)
    left, had = seen.could_be_censored - exact * seen.censored, seen.had_entered - exact * seen.entered
    out, into = _over(part, left * (seen.censored > 0)), _over(part, had * (seen.entered > 0))
    gone = _summed(_over(out * seen.censored[..., None], seen.could_be_censored))
    come = _summed(_over(into * seen.entered[..., None], seen.had_entered))
    events_first = fit.censoring_ties == "events_first"
    width = len(seen.days)
    scale = rows.weight if fit.weighted_censoring else None

    def influence(cells: slice) -> Floats:
        g, code = group[cells], rows.code[cells]
        exit_at = up_to(seen.days, rows.exit[cells]) - 1
        after = up_to(seen.days, rows.entry[cells])
        last = np.where((code > 0) & events_first, exit_at, exit_at + 1)
        found = gone[g, after] - gone[g, last]
        found += np.where((code == 0)[:, None], out[g, exit_at], 0)
        # observed right after the days entry <= day < exit
        begun = np.maximum(after - 1, 0)
        late = (rows.entry[cells] >= 0)[:, None]
        found += come[g, exit_at] - np.where(late, come[g, begun], come[g, 0])
        found -= np.where(late, into[g, np.minimum(begun, width - 1)], 0)
        found += np.where((code == CONTINUES)[:, None], into[g, exit_at], 0)
        return found if scale is None else found * scale[cells, None]

    return influence


def _resting_on(fit: FineGrayFit, days: DayWeights, *, exact: bool) -> Floats:
    """q(u), (J, U, r): what of the sum later than day u rests on those who stay since u (exact) or since before."""
    rows, seen, sets, stayers = fit.rows, fit.observed, fit.cox.model.sets, fit.stayers
    z, hazard = fit.cox.model.z, fit.cox.point.hazard
    groups, width = seen.censored.shape
    r = days.constant.shape[1]
    found = np.zeros((groups, width, r))
    slopes = bool(days.slope.any())
    columns = z if slopes else z[:, :1]
    weight = stayers.share * rows.n[stayers.cell]
    if rows.weight is not None:
        weight = weight * rows.weight[stayers.cell]
    stratum, pattern = rows.stratum[stayers.cell], rows.pattern[stayers.cell]
    since = up_to(seen.days, rows.exit[stayers.cell]) - 1
    amounts = np.concatenate([days.slope[:, None], days.constant], axis=1)
    for j in np.unique(stayers.group):
        log_chance, reached = chance_before(seen, int(j), sets.day)
        weighted = amounts * np.exp(log_chance)[:, None]
        before = seen.segment[j, :-1]  # of each day u, of the value just before it
        for k in np.unique(stratum[stayers.group == j]):
            for segment in np.unique(before[since[(stayers.group == j) & (stratum == k)]]):
                own = (stayers.group == j) & (stratum == k) & (before[since] == segment)
                place = since[own]
                gather = sparse.csr_array(
                    (weight[own] * hazard[pattern[own]], (place, np.arange(len(place)))), shape=(width, len(place))
                )
                staying = np.cumsum(gather @ columns[pattern[own]], axis=0)
                if not exact:
                    staying = np.concatenate([np.zeros((1, staying.shape[1])), staying[:-1]])
                counted = np.flatnonzero((sets.stratum == k) & (reached == segment))
                rest = np.zeros((len(counted) + 1, amounts.shape[1]))
                rest[:-1] = np.cumsum(weighted[counted][::-1], axis=0)[::-1]
                later = rest[np.searchsorted(sets.day[counted], seen.days, side="right" if exact else "left")]
                here = (before == segment)[:, None]
                part = staying[:, :1] * later[:, 1:]
                if slopes:
                    part = part + staying[:, 1:] * later[:, :1]
                found[j] += np.where(here, part, 0)
    return found


def _over(values: Floats, by: Floats) -> Floats:
    """Divide (J, U, r) by (J, U); 0 where the divisor is 0 or less."""
    positive = (by > 0)[..., None]
    return np.where(positive, values / np.where(positive, by[..., None], 1), 0)


def _summed(values: Floats) -> Floats:
    """Cumulative sums over days, (J, U + 1, r), with 0 in front."""
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0), (0, 0)))
