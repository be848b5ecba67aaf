"""Files that were drawn and not coded: the response rate, and what unequal weights cost in precision."""

from __future__ import annotations

import numpy as np

from ..base.types import Counts, Floats, Tallies


def response_rate(coded: Tallies, eligible: Tallies, read: Tallies, drawn: Tallies) -> Floats:
    """Coded files among all that are in scope, as many of the unread ones as of those that were read.

    Parameters
    ----------
    coded, eligible, read, drawn : (...)
        Files, or sums of their weights; each is part of the next one.

    Returns
    -------
    (...)
        c / (s + e (d - r)) with e = s / r; NaN where no file was read, or none is in scope. It lies between c / (d - r
        + s), which takes every unread file as in scope, and c / s, which takes none.

    References
    ----------
    American Association for Public Opinion Research (2023), *Standard Definitions*, 10th edition: RR3; its limits are
    RR1 and RR5.

    Examples
    --------
    >>> response_rate(np.array([60]), np.array([64]), np.array([80]), np.array([100]))
    array([0.75])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        e = eligible / np.where(np.asarray(read) > 0, read, np.nan)
        base = eligible + e * (np.asarray(drawn) - read)
        return np.asarray(coded / np.where(base > 0, base, np.nan), np.float64)


def kish_size(weight: Floats, n: Counts) -> float:
    """Number of files of one weight that tell as much as these; rows (R,), each of ``n`` files of one weight.

    Returns
    -------
    float
        (sum n w)^2 / sum n w^2: never more than there are. It leaves out that files of one court are alike.

    References
    ----------
    Kish (1965), *Survey Sampling*, section 11.7.

    Examples
    --------
    >>> kish_size(np.array([1.0, 3.0]), np.array([10, 10]))
    16.0
    """
    squares = float((n * weight**2).sum())
    return float((n * weight).sum()) ** 2 / squares if squares > 0 else 0.0
