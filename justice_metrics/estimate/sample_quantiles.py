"""Quantiles of a plain sample, such as lengths of sentences, with limits that need no shape of the distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies

# Sums of whole numbers as doubles are exact; a share of them is not to the last bit.
_DUST = 1e-9


class SampleQuantiles(NamedTuple):
    """Quantiles with their limits, each (P,); NaN where the sample is too small to have one."""

    estimate: Floats
    conf_low: Floats
    conf_high: Floats


def sample_quantiles(
    values: Floats, n: Tallies, probabilities: Sequence[float], confidence_level: float = 0.95
) -> SampleQuantiles:
    """Quantiles of a sample that is given by its distinct values and how often each occurs.

    Parameters
    ----------
    values : (V,)
        In any order; a value may occur more than once.
    n : (V,)
        How often each occurs: whole numbers, or sums of weights. Values that occur 0 times do not count.
    probabilities : (P,)
        Strictly between 0 and 1; 0.5 is the median.
    confidence_level : float
        Between 0 and 1; the limits hold it at least, and mostly with something to spare.

    Returns
    -------
    SampleQuantiles
        A limit that no value of so small a sample can be is NaN: a median needs six for 95 %. Without values all NaN.
        The limits are for whole ``n`` from independent units; with others the caller shows none.

    Notes
    -----
    The p quantile is the smallest value below or at which a share p of the sample lies; where the share is met exactly,
    the middle between it and the next value (definition 2 of Hyndman and Fan 1996). The limits are the order statistics
    l and u with P(B < l) <= a/2 and P(B >= u) <= a/2, B binomial with N = sum of n and p: exact whatever the
    distribution, and on the safe side where values are tied.

    References
    ----------
    Hyndman and Fan (1996), American Statistician, 50, 361-365.
    Conover (1999), *Practical Nonparametric Statistics*, section 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> found = sample_quantiles(np.arange(1.0, 11.0), np.ones(10), [0.5])
    >>> found.estimate, found.conf_low, found.conf_high
    (array([5.5]), array([2.]), array([9.]))
    """
    from scipy.special import bdtr

    order = np.argsort(values, kind="stable")
    order = order[np.asarray(n)[order] > 0]
    ranked, up_to = np.asarray(values, np.float64)[order], np.cumsum(np.asarray(n, np.float64)[order])
    found = SampleQuantiles(*(np.full(len(probabilities), np.nan) for _ in range(3)))
    if not len(ranked):
        return found
    size, tail = float(up_to[-1]), (1 - confidence_level) / 2
    for place, share in enumerate(probabilities):
        wanted = share * size
        at = int(np.searchsorted(up_to, wanted - _DUST * size))
        met = abs(up_to[at] - wanted) <= _DUST * size and at + 1 < len(ranked)
        found.estimate[place] = (ranked[at] + ranked[at + 1]) / 2 if met else ranked[at]
        whole = round(size)
        below = bdtr(np.arange(whole, dtype=np.float64), whole, share)
        low, high = int((below <= tail).sum()), int((below < 1 - tail).sum()) + 1
        if low >= 1:
            found.conf_low[place] = ranked[np.searchsorted(up_to, low)]
        if high <= whole:
            found.conf_high[place] = ranked[np.searchsorted(up_to, high)]
    return found
