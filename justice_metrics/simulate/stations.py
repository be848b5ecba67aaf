"""A simulated list of police stations, of the size of a known study: 128 stations with 11,926 reported rapes."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np

from ..base.types import Counts
from .draws import generator, some_of

# *Tracking Justice* (Gauteng, 2003 reports) drew 70 of 128 stations with 11,926 rapes, and 30 dockets in each; how many
# each station had was not published.
STATIONS: Final = 128
REPORTS: Final = 11_926
# Spread of the logarithm of the sizes, chosen so that about 2,080 dockets come together; there 2,068 were found.
_SPREAD: Final = 0.8
_SEED: Final = 2003


def station_sizes() -> Counts:
    """Return how many reports each simulated station has, (128,); they add up to 11,926.

    The sizes follow a lognormal distribution at evenly spaced ranks, in a shuffled order. They are no figures of any
    station.

    Examples
    --------
    >>> sizes = station_sizes()
    >>> len(sizes), int(sizes.sum())
    (128, 11926)
    """
    ranks = (np.arange(STATIONS) + 0.5) / STATIONS
    sizes = np.exp(_SPREAD * np.array([NormalDist().inv_cdf(one) for one in ranks]))
    shares = REPORTS * sizes / sizes.sum()
    whole: Counts = np.floor(shares).astype(np.int64)
    # the largest remainders take what rounding down left
    whole[np.argsort(whole - shares, kind="stable")[: REPORTS - int(whole.sum())]] += 1
    return whole[some_of(generator(_SEED), np.arange(STATIONS), STATIONS)]
