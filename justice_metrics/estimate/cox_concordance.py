"""Concordance: of two cases, how often the one that ended first had the higher predicted hazard.

Counting pairs is counting points to the lower left of a point: each row against those at risk on its last day, and
against the endings of the days on which it was at risk itself. Both are done for all cells at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .cox import CoxFit
from .cox_robust import cluster_labels
from .risk_sums import RiskSets

# A table of ranks x days is faster than sorting as long as it holds at most so many places for each point.
PLACES_PER_POINT = 40
PLACES = 2_000_000
# Linear predictors closer than this part of their spread are the same one, rounded differently.
SAME = 1e-12


class Concordance(NamedTuple):
    """Harrell's C with the pairs behind it (products of weights).

    Attributes
    ----------
    concordance, std_error : float
        (concordant + tied_risk / 2) / comparable pairs; 1/2 is chance. NaN without a comparable pair. The standard
        error is the infinitesimal jackknife, by cluster when there are clusters.
    concordant, discordant, tied_risk : float
        Comparable pairs in which the earlier ending had the higher, the lower, the same predicted hazard.
    tied_day, tied_both : float
        Pairs that ended on the same day, with different and with the same predicted hazard: not comparable.
    """

    concordance: float
    std_error: float
    concordant: float
    discordant: float
    tied_risk: float
    tied_day: float
    tied_both: float


def concordance(fit: CoxFit, cluster: Counts | None = None) -> Concordance:
    """Harrell's C of a Cox model, with delayed entry, strata, and both kinds of weight.

    Parameters
    ----------
    fit : CoxFit
        Its linear predictor ranks the rows.
    cluster : (C,), optional
        For the standard error, instead of the clusters of the rows.

    Returns
    -------
    Concordance

    Notes
    -----
    A pair is comparable when both rows are of one stratum and one ended while the other was at risk and did not end on
    that day; who is censored on the day of an ending outlasted it. Equal to R ``concordance(fit)`` (survival 3.x), and
    with ``cluster`` to ``concordance(fit, cluster =)``. C depends on how long cases were followed: it compares models
    on one data set, not data sets. Cost: cells x log(cells).

    References
    ----------
    Harrell, Califf, Pryor, Lee and Rosati (1982), Journal of the American Medical Association, 247, 2543-2546.
    Therneau and Atkinson (2023), vignette "Concordance" of the R package survival.

    Examples
    --------
    Endings in the order of support, none, support, none; 6 pairs, and the model gives support the higher hazard.

    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> found = concordance(cox(rows, np.array([[0.0], [1.0]])))
    >>> found.concordant, found.discordant, found.tied_risk, round(found.concordance, 4)
    (3.0, 1.0, 2.0, 0.6667)
    """
    sets = fit.model.sets
    rank = _ranks(fit)[sets.pattern]
    lower, same, higher = _pairs(sets, rank)
    amount = sets.n * sets.weight
    ended = sets.ended
    concordant, discordant, tied = (float(amount[ended] @ part[ended]) for part in (lower[0], higher[0], same[0]))
    comparable = concordant + discordant + tied
    tied_day, tied_both = _tied(sets, rank)
    if comparable <= 0:
        return Concordance(float("nan"), float("nan"), concordant, discordant, tied, tied_day, tied_both)
    somers = (concordant - discordant) / comparable

    # as the one that ends first a row is concordant with lower hazards, as the one that lasts with higher ones
    agreeing, opposing = lower[0] + higher[1], higher[0] + lower[1]
    touched = agreeing + opposing + same[0] + same[1]
    influence = sets.weight * ((agreeing - opposing) - somers * touched) / comparable
    label = cluster_labels(fit.model, fit.model.rows.cluster if cluster is None else cluster)[0]
    squares = sets.n @ influence**2 if label is None else np.sum(np.bincount(label, sets.n * influence) ** 2)
    std_error = float(np.sqrt(squares)) / 2
    return Concordance((1 + somers) / 2, std_error, concordant, discordant, tied, tied_day, tied_both)


def _ranks(fit: CoxFit) -> Counts:
    """(P,): place of each pattern in the order of the linear predictor."""
    model = fit.model
    predictor = model.offset + model.z[:, 1:] @ fit.point.coefficients
    order = np.argsort(predictor, kind="stable")
    ordered = predictor[order]
    spread = max(float(np.ptp(ordered)) if len(ordered) else 0.0, np.finfo(float).tiny)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(np.diff(ordered, prepend=ordered[:1]) > SAME * spread)
    return rank


def _pairs(sets: RiskSets, rank: Counts) -> tuple[tuple[Floats, Floats], ...]:
    """Weight of the rows with lower, same and higher rank that a row of each cell is compared with.

    Each is (as the one that ended, as the one that lasted), (C,). The others of an ending are the rows at risk on its
    day that did not end on it; the others of a row that lasts are the endings on the days it outlasted.
    """
    amount = sets.n * sets.weight
    days, ranks = len(sets.day), int(rank.max(initial=-1)) + 1
    outlasted = sets.last - sets.ended
    # counted from the last day backwards: those who outlast a day, less those who join (or whose stratum begins) later
    stays, joins = np.flatnonzero(outlasted >= 0), np.flatnonzero(sets.first > 0)
    backwards = days - 1 - np.concatenate([outlasted[stays], sets.first[joins] - 1])
    who = np.concatenate([stays, joins])
    present = np.concatenate([amount[stays], -amount[joins]])
    ended = np.flatnonzero(sets.ended)
    asked = days - 1 - sets.last[ended]
    earlier = _below(backwards, rank[who], present, asked, rank[ended], (days, ranks))
    totals = np.bincount(backwards, present, days).cumsum()[asked]

    endings = (sets.last[ended], rank[ended], amount[ended])
    queries = (np.concatenate([outlasted, sets.first[joins] - 1]), np.concatenate([rank, rank[joins]]))
    later = _below(*endings, *queries, (days, ranks))
    size = len(rank)
    gone = np.concatenate([[0], np.bincount(endings[0], endings[2], days).cumsum()])
    over = gone[outlasted + 1] - gone[sets.first]

    as_ended = np.zeros((3, size))
    as_ended[:, ended] = earlier[0], earlier[1], totals - earlier[0] - earlier[1]
    for part in later:
        part[joins] -= part[size:]
    less, equal = (part[:size] for part in later)
    lasted = (less, equal, over - less - equal)
    return tuple(zip(as_ended, lasted, strict=True))


def _tied(sets: RiskSets, rank: Counts) -> tuple[float, float]:
    """Weight of the pairs that ended on one day, with different and with the same rank."""
    weight, last = sets.weight[sets.ended], sets.last[sets.ended]
    amount = sets.n[sets.ended] * weight
    _, place = np.unique(last * (int(rank.max(initial=0)) + 1) + rank[sets.ended], return_inverse=True)
    # a row has no pair with itself; taken off first, so that nothing is left of a row that is alone
    both = float(amount @ (np.bincount(place, amount)[place] - weight)) / 2
    return float(amount @ (sets.mass[last] - weight)) / 2 - both, both


def _below(
    position: Counts, rank: Counts, amount: Floats, at: Counts, than: Counts, shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Of each query (at, than): amounts of the points at positions up to ``at``, of lower and of the same rank."""
    positions, ranks = shape
    asking = np.flatnonzero(at >= 0)
    less, equal = np.zeros((2, len(at)))
    if not len(position) or not len(asking):
        return less, equal
    count = _below_by_bits
    if positions * ranks <= PLACES_PER_POINT * (len(position) + len(asking)) + PLACES:
        count = _below_by_table
    less[asking], equal[asking] = count(position, rank, amount, at[asking], than[asking], shape)
    return less, equal


def _below_by_table(
    position: Counts, rank: Counts, amount: Floats, at: Counts, than: Counts, shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Ranks x positions, a band of ranks at a time."""
    positions, ranks = shape
    band = max(1, PLACES // positions)
    kind = np.uint16 if ranks < 65_536 else np.int64  # short numbers are sorted by their digits
    points, asked = (np.argsort(values.astype(kind), kind="stable") for values in (rank, than))
    starts = np.arange(0, ranks + band, band)
    first_point, first_asked = np.searchsorted(rank[points], starts), np.searchsorted(than[asked], starts)
    less, equal, carried = np.zeros(len(at)), np.zeros(len(at)), np.zeros(positions)
    for number, start in enumerate(starts[:-1]):
        here = points[first_point[number] : first_point[number + 1]]
        query = asked[first_asked[number] : first_asked[number + 1]]
        height = min(band, ranks - start)
        key = (rank[here] - start) * positions + position[here]
        own = np.bincount(key, amount[here], height * positions).reshape(height, positions).cumsum(axis=1)
        up_to = own.cumsum(axis=0)
        place = (than[query] - start, at[query])
        equal[query] = own[place]
        less[query] = up_to[place] - own[place] + carried[at[query]]
        carried += up_to[-1]
    return less, equal


def _below_by_bits(
    position: Counts, rank: Counts, amount: Floats, at: Counts, than: Counts, shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Points and queries in the order of positions, parted by one binary digit of the rank after the other.

    A query whose digit is 1 meets, among those that share the higher digits, all points before it whose digit is 0.
    What shares all digits has the same rank. Each parting keeps the order of positions, so a round is a few sums.
    """
    key = np.concatenate([2 * position, 2 * at + 1])  # a point at the position of the query counts
    order = np.argsort(key, kind="stable")
    digits = np.concatenate([rank, than])[order]
    value = np.concatenate([amount, np.zeros(len(at))])[order]
    owner = np.concatenate([np.full(len(position), -1), np.arange(len(at))])[order]
    less, equal = np.zeros(len(at)), np.zeros(len(at))
    for bit in range(max(1, int(shape[1] - 1).bit_length()) - 1, -1, -1):
        group = digits >> (bit + 1)
        one = (digits >> bit) & 1
        opens = np.flatnonzero(np.diff(group, prepend=-1))
        member = np.repeat(np.arange(len(opens)), np.diff(opens, append=len(group)))
        seen = np.concatenate([[0.0], np.cumsum(value * (1 - one))])
        asking = np.flatnonzero((one == 1) & (owner >= 0))
        less[owner[asking]] += seen[asking] - seen[opens[member[asking]]]
        zeros = np.concatenate([[0], np.cumsum(1 - one)])
        closes = np.append(opens[1:], len(group))
        start = opens[member]
        before = zeros[:-1] - zeros[start]
        ahead = (zeros[closes] - zeros[opens])[member]
        target = start + np.where(one == 0, before, ahead + np.arange(len(group)) - start - before)
        parted = np.empty_like(target)
        parted[target] = np.arange(len(target))
        digits, value, owner = digits[parted], value[parted], owner[parted]
    opens = np.flatnonzero(np.diff(digits, prepend=-1))
    member = np.repeat(np.arange(len(opens)), np.diff(opens, append=len(digits)))
    seen = np.concatenate([[0.0], np.cumsum(value)])
    asking = np.flatnonzero(owner >= 0)
    equal[owner[asking]] = seen[asking] - seen[opens[member[asking]]]
    return less, equal
