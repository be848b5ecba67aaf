"""Fine and Gray's regression of the subdistribution hazard, without expanded rows.

Those who ended by another outcome stay in the risk sets, with weights that fall as observation gets less likely
(:mod:`.finegray_weights`). The sum over such a risk set is the usual one plus G(t-) times a running sum of what left in
other ways, each divided by G(s-): one more sparse product, and the rest is a Cox model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats
from .cox import CoxFit, cox
from .cox_ties import Ties
from .day_index import up_to
from .finegray_weights import CensoringTies, Observation, observation
from .risk_sums import Lingering, RiskSets, day_matrix, risk_sets
from .rows import Rows


class Stayers(NamedTuple):
    """Cells that ended by another outcome and stay in later risk sets."""

    cell: Counts  # (L,) their place among the rows
    group: Counts  # (L,) censoring group
    share: Floats  # (L,) 1 / (G H)(s-): the weight on event day t is this times (G H)(t-)
    joins: Counts  # (L,) first event day on which they count
    leaves: Counts  # (L,) first event day on which they no longer do, or the end of the stratum
    ends: Counts  # (L,) the end of the stratum


class FineGrayFit(NamedTuple):
    """A fitted subdistribution hazards model.

    Attributes
    ----------
    cox : CoxFit
        Coefficients (log subdistribution hazard ratios), likelihoods and tests. Its ``covariance`` is the inverse
        information, which takes the weights for known numbers: see :mod:`.finegray_robust`.
    outcome : int
        Code of the ending of interest.
    rows : Rows
        Rows used: those with a frequency, a weight and a time at risk.
    censoring_group : (C,)
        Of these rows.
    observed : Observation
        Estimated chances of being under observation.
    censoring_ties, weighted_censoring :
        As asked for.
    stayers : Stayers
        Those who stay after another ending.
    unlinked : int
        Rows with another ending that count on none, or not on all, of the later event days, because the data do not
        connect them: nobody was under observation through some day between.
    """

    cox: CoxFit
    outcome: int
    rows: Rows
    censoring_group: Counts
    observed: Observation
    censoring_ties: CensoringTies
    weighted_censoring: bool
    stayers: Stayers
    unlinked: int


def fine_gray(
    rows: Rows,
    design: Floats,
    *,
    outcome: int,
    offset: Floats | None = None,
    ties: Ties = "efron",
    censoring_ties: CensoringTies = "events_first",
    censoring_group: Counts | None = None,
    weighted_censoring: bool = False,
    most_steps: int = 60,
) -> FineGrayFit:
    """Fit a subdistribution hazards model by Newton's method.

    Parameters
    ----------
    rows : Rows
        ``code`` tells the endings apart. A unit may have several rows; all but its last then have code -1. Rows of one
        unit need a common ``cluster``.
    design : (P, p)
        Covariates of each pattern, without a column of ones.
    outcome : int
        Code of the ending of interest.
    offset : (P,), optional
        Added to the linear predictor.
    ties : {"efron", "breslow"}
        What endings of one day are set against, see :mod:`.cox_ties`. ``cmprsk::crr`` has Breslow's rule.
    censoring_ties : {"events_first", "all_at_risk"}
        Who might have been censored on a day with endings, see :func:`.finegray_weights.observation`.
    censoring_group : (C,), optional
        Estimate drop-out within these groups, 0..J-1, each on its own.
    weighted_censoring : bool
        Whether sampling weights enter the estimate of drop-out.
    most_steps : int
        Newton steps before giving up.

    Returns
    -------
    FineGrayFit
        Without an ending of interest the coefficients are NaN; nothing is raised.

    Notes
    -----
    Weighted partial likelihood in which a row at risk has weight 1 and one that ended otherwise on day s has
    (G H)(t-) / (G H)(s-) on day t > s. Strata have their own baselines. With everybody observed from the start, equal
    to R ``finegray`` + ``coxph`` (``events_first``; either rule of ties) and to ``cmprsk::crr`` (``all_at_risk``,
    ``breslow``); with delayed entry, to R ``finegray`` + ``coxph``, whose weights are those of Geskus.

    References
    ----------
    Fine and Gray (1999), Journal of the American Statistical Association, 94, 496-509.
    Geskus (2011), Biometrics, 67, 39-49.
    Therneau, Crowson and Atkinson (2024), *Multi-state models and competing risks*, vignette of the survival package.

    Examples
    --------
    Nobody is censored and nobody has another ending: a Cox model.

    >>> import numpy as np
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> np.exp(fine_gray(rows, np.array([[0.0], [1.0]]), outcome=1).cox.coefficients).round(4)
    array([2.5616])
    """
    alive = (rows.entry < rows.exit) & (rows.n > 0)
    if rows.weight is not None:
        alive &= rows.weight > 0
    used = rows
    if not alive.all():
        used = Rows(*(None if field is None else np.asarray(field)[alive] for field in rows))  # type: ignore[arg-type]
    group = np.zeros(len(used.exit), dtype=np.int64) if censoring_group is None else censoring_group[alive]
    observed = observation(used, group, censoring_ties, weighted=weighted_censoring)
    sets = risk_sets(used, len(design), outcome)
    stayers, unlinked = _stayers(used, group, observed, sets, outcome)
    sets = sets._replace(lingering=_lingering(used, observed, sets, stayers))
    fit = cox(used, design, offset=offset, ties=ties, outcome=outcome, most_steps=most_steps, sets=sets)
    return FineGrayFit(fit, outcome, used, group, observed, censoring_ties, weighted_censoring, stayers, unlinked)


def chance_before(observed: Observation, group: Counts | int, day: Days) -> tuple[Floats, Counts]:
    """Logarithm of (G H)(day-), and the segment it belongs to."""
    at = up_to(observed.days, day - 1)
    return observed.log_chance[group, at], observed.segment[group, at]


def places_after(sets: RiskSets, stratum: Counts, day: Days) -> tuple[Counts, Counts]:
    """First event day of the stratum after the day, and the end of the stratum; both T where it has no event day."""
    total = len(sets.day)
    starts = np.flatnonzero(np.diff(sets.stratum, prepend=-1))
    block = np.full(max(int(stratum.max(initial=-1)), int(sets.stratum.max(initial=-1))) + 1, -1, dtype=np.int64)
    block[sets.stratum[starts]] = np.arange(len(starts))
    span = int(max(sets.day.max(initial=0), day.max(initial=0))) + 2
    lengths = np.diff(np.append(starts, total))
    moments = np.repeat(np.arange(len(starts)), lengths) * span + sets.day
    mine = block[stratum]
    none = mine < 0
    after = up_to(moments, np.where(none, -1, mine * span + day))
    ends = np.append(starts + lengths, total)
    return np.where(none, total, after), ends[mine]


def _stayers(rows: Rows, group: Counts, observed: Observation, sets: RiskSets, outcome: int) -> tuple[Stayers, int]:
    """Who stays, from when until when; and how many rows the data do not connect with all later event days."""
    cell = np.flatnonzero((rows.code > 0) & (rows.code != outcome))
    joins, ends = places_after(sets, rows.stratum[cell], rows.exit[cell])
    log_chance, segment = chance_before(observed, group[cell], rows.exit[cell])
    leaves = ends.copy()
    reached = [chance_before(observed, j, sets.day)[1] for j in range(len(observed.log_chance))]
    if any(part.any() for part in reached):
        # segments only grow, so those event days of a stratum that lie in one segment are neighbours
        block = np.cumsum(np.diff(sets.stratum, prepend=sets.stratum[0]) != 0)
        size = int(observed.segment.max()) + 1
        mine = block[np.minimum(joins, len(block) - 1)] * size + segment
        for j, part in enumerate(reached):
            own = group[cell] == j
            leaves[own] = np.clip(np.searchsorted(block * size + part, mine[own], side="right"), joins[own], ends[own])
    unlinked = int(rows.n[cell[leaves < ends]].sum())
    kept = joins < leaves
    cell = cell[kept]
    return Stayers(cell, group[cell], np.exp(-log_chance[kept]), joins[kept], leaves[kept], ends[kept]), unlinked


def _lingering(rows: Rows, observed: Observation, sets: RiskSets, stayers: Stayers) -> tuple[Lingering, ...]:
    """Their part of the risk sets, one for each censoring group."""
    total = len(sets.day)
    parts = []
    groups = len(observed.log_chance)
    for j in range(groups):
        own = np.flatnonzero(stayers.group == j) if groups > 1 else slice(None)
        cell = stayers.cell[own]
        amount = rows.n[cell] * stayers.share[own]
        if rows.weight is not None:
            amount = amount * rows.weight[cell]
        day, pattern = stayers.joins[own], rows.pattern[cell]
        cut = np.flatnonzero(stayers.leaves[own] < stayers.ends[own])
        if len(cut):
            day = np.concatenate([day, stayers.leaves[own][cut]])
            pattern = np.concatenate([pattern, pattern[cut]])
            amount = np.concatenate([amount, -amount[cut]])
        log_chance, _ = chance_before(observed, j, sets.day)
        parts.append(Lingering(np.exp(log_chance), day_matrix(day, pattern, amount, (total, sets.patterns))))
    return tuple(parts)
