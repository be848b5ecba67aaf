"""How much more offices differ than chance makes them, told without letting a few unusual offices decide."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats

_HALVINGS = 60
# Numbers drawn at once: offices by draws.
_AT_ONCE = 2_000_000


class Overdispersion(NamedTuple):
    """Two ways to say that offices differ more than chance makes them."""

    factor: float  # by which the variance is larger, phi
    intraclass: float  # variance of the true shares over target (1 - target)
    plain_factor: float  # phi as it is published, without the correction for the ends that were drawn in


def overdispersion(share: Floats, trials: Floats, target: float, *, drawn_in: float = 0.1) -> Overdispersion:
    """Estimate how much more shares of offices vary than chance makes them vary.

    Parameters
    ----------
    share : (N,)
        Share of each office.
    trials : (N,)
        Cases of each office, above 0.
    target : float
        Share of all of them, between 0 and 1.
    drawn_in : float
        Part of the offices at each end whose deviation is replaced by that of the office next to them (winsorised),
        so that offices that are special do not hide themselves by widening the limits. 0 takes all as they are.

    Returns
    -------
    Overdispersion
        ``factor`` may be below 1, ``intraclass`` is not below 0. NaN with fewer than two offices or a target of 0 or 1.

    Notes
    -----
    With z = (share - target) / sqrt(target (1 - target) / n), winsorised at its quantiles ``drawn_in`` and 1 -
    ``drawn_in``, the published factor is the mean of z^2. Drawn in, normal deviations have a mean square of less than 1
    (0.679 for a tenth), so limits that are widened by that factor would be too narrow: ``factor`` is divided by it.
    ``intraclass`` is the r for which the winsorised squares of (share - target) / sqrt(target (1 - target) (1/n + r (1
    - 1/n))) add up to N - 1 times that mean, the method of Paule and Mandel made robust.

    References
    ----------
    Spiegelhalter (2005), Handling over-dispersion of performance indicators, Quality and Safety in Health Care, 14,
    347-351.
    Paule and Mandel (1982), Journal of Research of the National Bureau of Standards, 87, 377-385.

    Examples
    --------
    >>> import numpy as np
    >>> found = overdispersion(np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 100.0), 0.25, drawn_in=0)
    >>> round(found.factor, 2), round(found.intraclass, 4)
    (6.67, 0.0797)
    """
    if len(share) < 2 or not 0 < target < 1:
        return Overdispersion(np.nan, np.nan, np.nan)
    spread = target * (1 - target)

    def squares(intraclass: float) -> float:
        z = (share - target) / np.sqrt(spread * (1 / trials + intraclass * (1 - 1 / trials)))
        low, high = np.quantile(z, [drawn_in, 1 - drawn_in])
        return float((np.clip(z, low, high) ** 2).sum())

    kept = mean_square(drawn_in)
    plain = squares(0.0) / len(share)
    wanted = (len(share) - 1) * kept
    low, high = 0.0, 1.0
    if squares(0.0) <= wanted:
        return Overdispersion(plain / kept, 0.0, plain)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if squares(middle) > wanted else (low, middle)
    return Overdispersion(plain / kept, (low + high) / 2, plain)


def homogeneity(successes: Counts, trials: Counts, *, draws: int, generator: np.random.Generator) -> float:
    """Test whether chance alone makes offices as different as they are.

    Parameters
    ----------
    successes, trials : (I, S)
        Outcomes and cases of each office and kind of case, 0 <= successes <= trials.
    draws : int
        How often outcomes are given to cases at random.
    generator : Generator
        Seeded by the caller.

    Returns
    -------
    float
        P value; NaN with fewer than two offices, or where nobody or everybody had the outcome.

    Notes
    -----
    The statistic is the sum over offices of (observed - expected)^2 / sum_s n_is p_s (1 - p_s), with p_s the share of
    all of them. It is compared with its values when the outcomes of each kind fall on the cases of that kind at random
    (multivariate hypergeometric, so the test is exact given the totals, also of few cases and of rare outcomes): p = (1
    + those at least as large) / (1 + draws).

    References
    ----------
    Agresti (2013), Categorical Data Analysis, section 3.5 (exact conditional tests of homogeneity).
    Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology, 9, 39 (the p value).

    Examples
    --------
    >>> import numpy as np
    >>> done, cases = np.array([[2], [12], [5]]), np.array([[20], [20], [20]])
    >>> homogeneity(done, cases, draws=999, generator=np.random.default_rng(1)) < 0.05
    True
    """
    y, n = np.asarray(successes, np.int64), np.asarray(trials, np.int64)
    there = n.sum(axis=1) > 0
    y, n = y[there], n[there]
    total, done = n.sum(axis=0), y.sum(axis=0)
    moves = (done > 0) & (done < total)
    if len(n) < 2 or not moves.any():
        return float("nan")
    y, n, total, done = y[:, moves], n[:, moves], total[moves], done[moves]
    share = done / total
    expected, variance = n @ share, n @ (share * (1 - share))
    varies = variance > 0

    def statistic(observed: Counts) -> Floats:
        squares = (observed - expected)[..., varies] ** 2 / variance[varies]
        return np.asarray(squares.sum(axis=-1), np.float64)

    # two draws of the same numbers must tie in spite of rounding
    least, larger = float(statistic(y.sum(axis=1))) * (1 - 1e-9), 0
    step = max(1, _AT_ONCE // len(n))
    for begin in range(0, draws, step):
        size = min(step, draws - begin)
        drawn = np.zeros((size, len(n)), np.int64)
        for kind in range(len(done)):
            drawn += generator.multivariate_hypergeometric(n[:, kind], int(done[kind]), size=size, method="marginals")
        larger += int((statistic(drawn) >= least).sum())
    return (1 + larger) / (1 + draws)


def mean_square(drawn_in: float) -> float:
    """Mean square of standard normal values whose ends are drawn in to their quantiles.

    Examples
    --------
    >>> round(mean_square(0.1), 4), mean_square(0)
    (0.6787, 1.0)
    """
    if drawn_in == 0:
        return 1.0
    normal = NormalDist()
    q = normal.inv_cdf(1 - drawn_in)
    return 1 - 2 * drawn_in - 2 * q * normal.pdf(q) + 2 * drawn_in * q**2
