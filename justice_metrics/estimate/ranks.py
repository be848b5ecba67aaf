"""Ranks with how little is known of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats


class Ranks(NamedTuple):
    """Rank 1 has the highest value."""

    estimate: Floats  # (R,) median
    conf_low: Floats  # (R,)
    conf_high: Floats  # (R,)


def rank_intervals(draws: Floats, confidence_level: float = 0.95) -> Ranks:
    """Rank of each office in each draw, and the range that holds most of them.

    Parameters
    ----------
    draws : (D, R)
        Values of R offices, drawn together as they are believed to be.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Ranks
        Whole numbers from 1 to R; each limit is a rank that occurred, so at least the level lies between them.

    References
    ----------
    Goldstein and Spiegelhalter (1996), Journal of the Royal Statistical Society A, 159, 385-443.

    Examples
    --------
    >>> import numpy as np
    >>> rank_intervals(np.array([[0.9, 0.1, 0.2], [0.8, 0.3, 0.2], [0.9, 0.1, 0.3]])).conf_high.tolist()
    [1.0, 3.0, 3.0]
    """
    ranks = draws.shape[1] - np.argsort(np.argsort(draws, axis=1, kind="stable"), axis=1, kind="stable")
    tail = (1 - confidence_level) / 2
    low = np.quantile(ranks, tail, axis=0, method="lower")
    middle = np.quantile(ranks, 0.5, axis=0, method="inverted_cdf")
    high = np.quantile(ranks, 1 - tail, axis=0, method="higher")
    return Ranks(middle.astype(np.float64), low.astype(np.float64), high.astype(np.float64))
