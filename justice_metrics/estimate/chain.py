"""Chains of rates: a share of a share of a share, with the doubt of each step carried on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats
from .limits import normal_quantile


class Chain(NamedTuple):
    """What is left after each step of a chain."""

    estimate: Floats  # (K,) product of the shares up to and with each step
    std_error: Floats  # (K,)
    conf_low: Floats  # (K,)
    conf_high: Floats  # (K,)


def chained(shares: Floats, std_errors: Floats, confidence_level: float = 0.95) -> Chain:
    """Multiply shares of a chain and carry their errors on.

    Parameters
    ----------
    shares : (K,)
        Share that passes each step, of those that passed the step before.
    std_errors : (K,)
        Its standard error; 0 where it is known exactly, NaN where nothing is known of its error.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Chain
        Limits from the first step on up to the last before an unknown error, NaN after it, and at 0 and 1.

    Notes
    -----
    P = p1 p2 ... pk with independent steps, s(P) = P sqrt(sum (s_k / p_k)^2), limits logit(P) -+ z s(P) / (P (1 - P)),
    turned back: those of what is lost, 1 - P, are one less them. Where each step is a share of those counted by the
    step before, s(P) is exactly the binomial error of the whole.

    References
    ----------
    Goodman (1960), Journal of the American Statistical Association, 55, 708-713.

    Examples
    --------
    >>> import numpy as np
    >>> chain = chained(np.array([0.104, 0.68]), np.array([0.002, 0.01]))
    >>> (1 - chain.estimate).round(4), (1 - chain.conf_high).round(4), (1 - chain.conf_low).round(4)
    (array([0.896 , 0.9293]), array([0.892 , 0.9258]), array([0.8999, 0.9326]))
    """
    product: Floats = np.cumprod(shares).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.sqrt(np.cumsum((std_errors / shares) ** 2))
        error = product * relative
        reach = normal_quantile(confidence_level) * error / (product * (1 - product))
        middle = np.log(product / (1 - product))
        told = (product > 0) & (product < 1) & np.isfinite(error)
        low, high = (np.where(told, 1 / (1 + np.exp(-(middle + side * reach))), np.nan) for side in (-1, 1))
    return Chain(product, error, low, high)


def error_of_limits(share: Floats, low: Floats, high: Floats, confidence_level: float = 0.95) -> Floats:
    """Standard error of a share that is published with limits.

    Parameters
    ----------
    share, low, high : any shape
        The share and its limits.
    confidence_level : float
        Level of the limits as published.

    Returns
    -------
    same shape
        Half the width on the logit scale over the normal quantile, brought back to the scale of shares.

    Examples
    --------
    >>> import numpy as np
    >>> error_of_limits(np.array([0.5]), np.array([0.402]), np.array([0.598])).round(3)
    array([0.051])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.log(high / (1 - high)) - np.log(low / (1 - low))
        error: Floats = width / (2 * normal_quantile(confidence_level)) * share * (1 - share)
    return error
