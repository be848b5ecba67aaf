"""Precision and recall of a linkage from a sample of pairs that a person has looked at."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats

_DRAWS: Final = 20_000
_SEED: Final = 20_001


class Judged(NamedTuple):
    """A share with its interval; each a number."""

    estimate: float
    conf_low: float
    conf_high: float


def reviewed_precision(
    pairs: Counts, looked_at: Counts, same: Counts, accepted: Flags, confidence_level: float = 0.95
) -> Judged:
    """Of the pairs that were accepted, the share that are one person.

    Parameters
    ----------
    pairs : array of int, shape (B,)
        Pairs in each band of probability.
    looked_at, same : array of int, shape (B,)
        Pairs that a person decided on, and those that are one person.
    accepted : array of bool, shape (B,)
        Whether the pairs of the band count as one person.
    confidence_level : float

    Returns
    -------
    Judged
        NaN when no accepted pair was looked at.

    Notes
    -----
    sum_B N_b p_b / sum_B N_b over the accepted bands (a stratified sample; Cochran 1977, ch. 5), each p_b the share
    among the pairs looked at. A band in which nobody looked counts with 1/2, and its interval says how little that is.
    The interval holds the middle of draws of every p_b from its beta distribution with Jeffreys' prior.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., Wiley.

    Examples
    --------
    >>> import numpy as np
    >>> pairs, looked_at, same = np.array([100, 900]), np.array([50, 50]), np.array([10, 50])
    >>> found = reviewed_precision(pairs, looked_at, same, np.array([False, True]))
    >>> round(found.estimate, 3)
    1.0
    """
    if not looked_at[accepted].any():
        return Judged(np.nan, np.nan, np.nan)
    share, drawn = _shares(looked_at, same)
    weight = np.where(accepted, pairs, 0) / pairs[accepted].sum()
    return _judged(float(share @ weight), drawn @ weight, confidence_level)


def reviewed_recall(
    pairs: Counts, looked_at: Counts, same: Counts, accepted: Flags, confidence_level: float = 0.95
) -> Judged:
    """Of the pairs that are one person, the share that was accepted; among pairs that were compared and kept.

    Parameters
    ----------
    pairs, looked_at, same : array of int, shape (B,)
    accepted : array of bool, shape (B,)
    confidence_level : float

    Returns
    -------
    Judged
        sum over accepted bands of N_b p_b, over the sum of all; NaN when no pair was looked at.

    Examples
    --------
    >>> import numpy as np
    >>> found = reviewed_recall(np.array([100, 900]), np.array([50, 50]), np.array([10, 50]), np.array([False, True]))
    >>> round(found.estimate, 3)
    0.978
    """
    if not looked_at.any():
        return Judged(np.nan, np.nan, np.nan)
    share, drawn = _shares(looked_at, same)
    inside = np.where(accepted, pairs, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _judged(float(share @ inside / (share @ pairs)), (drawn @ inside) / (drawn @ pairs), confidence_level)


def _shares(looked_at: Counts, same: Counts) -> tuple[Floats, Floats]:
    """Return the share of each band, shape (B,), and draws of it, shape (draws, B)."""
    rng = np.random.default_rng(_SEED)
    share = np.divide(same, looked_at, out=np.full(len(same), 0.5), where=looked_at > 0)
    return share, rng.beta(same + 0.5, looked_at - same + 0.5, size=(_DRAWS, len(same)))


def _judged(estimate: float, drawn: Floats, confidence_level: float) -> Judged:
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    # With every pair of a band the same, the draws stay short of it: the estimate itself is always inside.
    return Judged(estimate, min(float(low), estimate), max(float(high), estimate))
