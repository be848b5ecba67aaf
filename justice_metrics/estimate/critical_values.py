"""How far a whole curve may stray by chance: critical values of simultaneous bands, computed, not looked up.

A band holds on all days of a range at once when it is wider than pointwise limits by as much as the largest of many
dependent deviations asks for. For the Kaplan-Meier curve that is the largest value of a Brownian bridge B between two
points of its unit time, c = v / (1 + v), v the variance that :mod:`.bands` explains.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri, wofz

from ..base.types import Floats

BASIS = 16  # functions of the spectral method: 10 digits, 6 where the range is minute
NODES = 64  # points of its quadrature
MINUTE = 1e-7  # a shorter range is one point
PRECISION = 1e-10
TINY = 1e-15


def hall_wellner_critical(low: float, high: float, confidence_level: float) -> float:
    """Value that the largest abs(B(x)), low <= x <= high, of a Brownian bridge stays below with a given probability.

    Parameters
    ----------
    low, high : float
        Within 0 and 1, low <= high; NaN gives NaN.
    confidence_level : float

    Returns
    -------
    float

    Notes
    -----
    Between the ends of the range the bridge is Brownian motion, killed at -k and k. With its eigenfunctions
    cos(w x), w = n pi / (2 k), n odd, P(max <= k) = sqrt(2 pi) / k sum exp(-w^2 (high - low) / 2) I(low) I(1 - high),
    where I(v) is the integral of the normal density of variance v times cos(w x) over -k..k. From 0 to 1 this is
    Kolmogorov's distribution.

    References
    ----------
    Hall and Wellner (1980), Biometrika, 67, 133-143.
    Koziol and Byar (1975), Technometrics, 17, 507-510.

    Examples
    --------
    >>> round(hall_wellner_critical(0, 1, 0.95), 4)
    1.3581
    """
    if np.isnan(low + high):
        return float("nan")
    # the widest point alone asks for as much
    widest = min(max(low, 0.5), high)
    one_point = float(np.sqrt(widest * (1 - widest)) * -ndtri((1 - confidence_level) / 2))
    if high - low < MINUTE:
        return one_point
    return _tail_value(lambda k: _bridge_within(k, low, high), confidence_level, one_point)


def equal_precision_critical(low: float, high: float, confidence_level: float) -> float:
    """Value that the largest abs(B(x)) / sqrt(x (1 - x)), low <= x <= high, stays below with a given probability.

    Parameters
    ----------
    low, high : float
        Strictly within 0 and 1, low <= high; NaN gives NaN.
    confidence_level : float

    Returns
    -------
    float

    Notes
    -----
    On the scale s = log(x / (1 - x)) / 2 this is a stationary process with correlation exp(-abs(s - t)), so the value
    depends on the length of the range on that scale only. P(max <= e) = sum exp(-l_n s) (integral of the n-th
    eigenfunction)^2 over the solutions of f'' - x f' = -l f that vanish at -e and e, found in a basis of Legendre
    polynomials. The usual closed formula (Miller and Siegmund 1982) is an approximation to this for large e.

    References
    ----------
    Nair (1984), Technometrics, 26, 265-275.
    Miller and Siegmund (1982), Biometrics, 38, 1011-1016.

    Examples
    --------
    >>> round(equal_precision_critical(0.1, 0.9, 0.95), 3)
    3.052
    """
    if np.isnan(low + high):
        return float("nan")
    length = (np.log(high / (1 - high)) - np.log(low / (1 - low))) / 2
    pointwise = float(-ndtri((1 - confidence_level) / 2))
    if length < MINUTE:
        return pointwise
    return _tail_value(lambda e: _stationary_within(e, length), confidence_level, pointwise)


def _tail_value(within: Callable[[float], float], confidence_level: float, least: float) -> float:
    """Value, not below the least, that is passed with the probability that the level leaves."""
    tail = np.log(1 - confidence_level)

    def excess(value: float) -> float:
        # on the scale of logarithms the tail is nearly a parabola, so few steps find it
        return float(np.log(max(1 - within(value), TINY)) - tail)

    return float(brentq(excess, least * (1 - 1e-6), least + 3, xtol=PRECISION))


def _bridge_within(k: float, low: float, high: float) -> float:
    """P(abs(B) <= k on low..high)."""
    # terms fall as exp(-w^2 (high - low) / 2): 40 is beyond double precision
    terms = int(2 * k / np.pi * np.sqrt(80 / (high - low))) // 2 + 2
    w: Floats = (2 * np.arange(terms, dtype=np.float64) + 1) * np.pi / (2 * k)
    at_ends = _cosine_mass(k, w, low) * _cosine_mass(k, w, 1 - high)
    return float(np.sqrt(2 * np.pi) / k * (np.exp(-(w**2) * (high - low) / 2) * at_ends).sum())


def _cosine_mass(k: float, w: Floats, variance: float) -> Floats:
    """Integral of the normal density times cos(w x) from -k to k."""
    if variance <= 0:
        return np.ones_like(w)
    deviation = np.sqrt(variance)
    beyond = np.exp(-((k / deviation) ** 2) / 2 - 1j * w * k)
    beyond = beyond * wofz((-w * deviation + 1j * k / deviation) / np.sqrt(2))
    mass: Floats = np.exp(-(w**2) * variance / 2) - beyond.real
    return mass


def _stationary_within(e: float, length: float) -> float:
    """P(abs(U) <= e over a length of time) for the stationary process of correlation exp(-abs(s - t))."""
    nodes, weights, values, bending, square = _basis()
    # with f = g / sqrt(density) the equation is g'' = (x^2 / 4 - 1 / 2 - l) g, which is as well-behaved for a large e
    rates, modes = np.linalg.eigh(bending / e**2 + square * (e**2 / 4))
    overlap = (values @ (weights * np.exp(-((e * nodes) ** 2) / 4))) @ modes
    mass: Floats = np.exp((0.5 - rates) * length) * overlap**2
    return float(mass.sum() * e / np.sqrt(2 * np.pi))


@lru_cache(maxsize=1)
def _basis() -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Quadrature on -1..1, orthonormal even functions that vanish at both ends, and the integrals of the equation.

    The functions are combinations of P_(j + 2) - P_j, j even; the integrals are those of the products of their slopes,
    and of the functions times the square of the variable.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    legendre = np.polynomial.legendre.legvander(nodes, 2 * BASIS).T
    even = 2 * np.arange(BASIS)
    values = legendre[even + 2] - legendre[even]
    slopes = (2 * even + 3)[:, None] * legendre[even + 1]
    whiten = np.linalg.inv(np.linalg.cholesky((values * weights) @ values.T))
    values, slopes = whiten @ values, whiten @ slopes
    return nodes, weights, values, (slopes * weights) @ slopes.T, (values * weights * nodes**2) @ values.T
