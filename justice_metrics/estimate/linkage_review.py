"""Precision and recall of a linkage from a sample of pairs that a person has looked at."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats

_DRAWS: Final = 10_000
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
    among the pairs looked at. A band in which nobody looked counts with 1/2, and its interval with all from 0 to 1.
    The limits are melded: the lower one is a quantile of the sum in which each p_b is drawn from its lower exact
    confidence distribution, Beta(x, n - x + 1), the upper one of that with Beta(x + 1, n - x). So the level is kept
    where nearly all pairs of a band are alike, and usually passed.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., Wiley.
    Fay, Proschan and Brittain (2015), Biometrics, 71, 146-156.

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
    share, low, high = _shares(looked_at, same)
    weight = np.where(accepted, pairs, 0) / pairs[accepted].sum()
    return _judged(float(share @ weight), low @ weight, high @ weight, confidence_level)


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
    share, low, high = _shares(looked_at, same)

    def recall(inside: Floats, outside: Floats, without: float) -> Floats:
        taken, left = inside @ np.where(accepted, pairs, 0), outside @ np.where(accepted, 0, pairs)
        return np.asarray(np.divide(taken, taken + left, out=np.full(np.shape(taken), without), where=taken + left > 0))

    # Recall grows with the shares of the accepted bands and falls with those of the others.
    return _judged(
        float(recall(share, share, np.nan)), recall(low, high, 0.0), recall(high, low, 1.0), confidence_level
    )


def _shares(looked_at: Counts, same: Counts) -> tuple[Floats, Floats, Floats]:
    """Return the share of each band, shape (B,), and draws of its lower and upper limits, shape (draws, B)."""
    rng = np.random.default_rng(_SEED)
    size = (_DRAWS, len(same))
    other = looked_at - same
    share = np.divide(same, looked_at, out=np.full(len(same), 0.5), where=looked_at > 0)
    low = np.where(same > 0, rng.beta(np.maximum(same, 1), other + 1, size=size), 0.0)
    high = np.where(other > 0, rng.beta(same + 1, np.maximum(other, 1), size=size), 1.0)
    return share, low, high


def _judged(estimate: float, low: Floats, high: Floats, confidence_level: float) -> Judged:
    tail = (1 - confidence_level) / 2
    limits = float(np.quantile(low, tail)), float(np.quantile(high, 1 - tail))
    return Judged(estimate, *limits)
