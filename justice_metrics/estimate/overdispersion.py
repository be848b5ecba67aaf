"""How much more offices differ than chance makes them, told without letting a few unusual offices decide."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from ..base.types import Floats

_HALVINGS = 60


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
