"""Tipping points: which unmeasured cause would bring a difference of risks, or its limit, to zero.

The cause is one that a case has or has not. It is described by how much more common it is where support started, and
by how much it adds to the risk of the outcome; both beyond what was adjusted for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Flags, Floats


class Corrected(NamedTuple):
    """A difference as it would be without the unmeasured cause.

    Attributes
    ----------
    estimate, conf_low, conf_high : (D, E)
        By difference in prevalence and effect of the cause.
    explained : (D, E) flags
        The estimate is gone: zero, or of the other sign.
    doubtful : (D, E) flags
        The interval no longer keeps zero out.
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    explained: Flags
    doubtful: Flags


def bias_of_difference(prevalence_difference: Floats, effect: Floats) -> Floats:
    """Bias that a cause brings into a difference of risks.

    Parameters
    ----------
    prevalence_difference : (...)
        Share with the cause where support started, less the share where it did not.
    effect : (...)
        Risk of the outcome with the cause, less the risk without it.

    Returns
    -------
    (...)
        Their product. Exact when the cause adds as much to the risk with support as without, whatever its prevalence.

    References
    ----------
    VanderWeele and Arah (2011), Epidemiology, 22, 42-52, corollary 1.

    Examples
    --------
    >>> bias_of_difference(np.array([0.2]), np.array([0.3])).round(4)
    array([0.06])
    """
    return np.asarray(np.asarray(prevalence_difference) * np.asarray(effect), dtype=np.float64)


def tipping_effect(difference: float, prevalence_difference: Floats) -> Floats:
    """Effect of a cause that would explain a difference of risks away.

    Parameters
    ----------
    difference : float
        Difference of risks, or the limit of its interval.
    prevalence_difference : (...)
        As in :func:`bias_of_difference`.

    Returns
    -------
    (...)
        ``difference / prevalence_difference``; NaN where it would have to be beyond -1 or 1, which no risk allows.

    Examples
    --------
    >>> tipping_effect(0.09, np.array([0.05, 0.1, 0.3])).round(4)
    array([nan, 0.9, 0.3])
    """
    given = np.asarray(prevalence_difference, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = difference / given
    if difference == 0:
        needed = np.zeros_like(given)
    return np.where(np.abs(needed) <= 1, needed, np.nan)


def corrected_difference(
    estimate: float, conf_low: float, conf_high: float, prevalence_difference: Floats, effect: Floats
) -> Corrected:
    """Difference of risks and its interval, less the bias of causes of every size.

    Parameters
    ----------
    estimate, conf_low, conf_high : float
        Difference of risks with its limits.
    prevalence_difference : (D,)
        Sizes of the cause: how much more common it is where support started.
    effect : (E,)
        How much it adds to the risk.

    Returns
    -------
    Corrected
        The interval moves with the estimate: what is supposed of the cause is taken as known.

    Notes
    -----
    Both sizes are taken in the direction that draws the difference to zero: with a difference below zero, a cause that
    is more common where support started and lowers the risk.

    References
    ----------
    VanderWeele and Arah (2011), Epidemiology, 22, 42-52.

    Examples
    --------
    >>> one = corrected_difference(0.09, 0.02, 0.16, np.array([0.1, 0.4]), np.array([0.3]))
    >>> one.estimate.round(3).ravel().tolist(), one.explained.ravel().tolist(), one.doubtful.ravel().tolist()
    ([0.06, -0.03], [False, True], [True, True])
    """
    toward = 1.0 if estimate >= 0 else -1.0
    bias = toward * bias_of_difference(np.asarray(prevalence_difference)[:, None], np.asarray(effect)[None, :])
    left, low, high = estimate - bias, conf_low - bias, conf_high - bias
    return Corrected(left, low, high, toward * left <= 0, (low <= 0) & (high >= 0) | (toward * left <= 0))


def tipping_ratio(ratio: float, prevalence_started: Floats, prevalence_not_started: Floats) -> Floats:
    """Risk ratio that a cause must have with the outcome to explain a risk ratio away, given its two prevalences.

    Parameters
    ----------
    ratio : float
        Risk ratio of support, or the limit of its interval.
    prevalence_started, prevalence_not_started : (...)
        Shares with the cause.

    Returns
    -------
    (...)
        The C in ``ratio = (1 + p1 (C - 1)) / (1 + p0 (C - 1))``, that is ``1 + (ratio - 1) / (p1 - ratio p0)``;
        infinite where no such cause exists.

    References
    ----------
    Bross (1966), Journal of Chronic Diseases, 19, 637-647; Schlesselman (1978), American Journal of Epidemiology,
    108, 3-8.

    Examples
    --------
    >>> tipping_ratio(1.5, np.array([0.8, 0.4]), np.array([0.2, 0.4]))
    array([ 2., inf])
    """
    p1, p0 = np.asarray(prevalence_started, dtype=np.float64), np.asarray(prevalence_not_started, dtype=np.float64)
    if ratio == 1:
        return np.ones(np.broadcast(p1, p0).shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 + (ratio - 1) / (p1 - ratio * p0)
    return np.where(np.isfinite(found) & (found >= 0), found, np.inf)
