"""Random draws that give the same values on every platform: everything is made from uniform numbers.

NumPy keeps the stream of uniform numbers of a bit generator stable, but neither the ziggurat tables of
``normal`` and ``exponential`` nor the algorithms of ``choice`` and ``permutation``. The sample data must come out
byte for byte, so only ``Generator.random`` is ever called.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..base.types import Counts, Flags, Floats


def generator(seed: int) -> np.random.Generator:
    """Return the one kind of generator that the simulations use.

    Examples
    --------
    >>> generator(1).random() == generator(1).random()
    True
    """
    return np.random.Generator(np.random.PCG64(seed))


def waiting_times(rng: np.random.Generator, hazard: Floats) -> Floats:
    """Draw exponential waiting times; shapes (n,). A hazard of zero waits for ever.

    The inverse of the distribution function, ``-log(1 - u) / hazard``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hazard > 0, -np.log1p(-rng.random(hazard.shape[0])) / hazard, np.inf)


def which(rng: np.random.Generator, hazards: Floats) -> Counts:
    """Draw which of several competing events happens; hazards (n, k), result (n,) column numbers."""
    reached = np.cumsum(hazards, axis=1)
    mark = rng.random(hazards.shape[0]) * reached[:, -1]
    return np.asarray((reached > mark[:, None]).argmax(axis=1), dtype=np.int64)


def levels(rng: np.random.Generator, shares: Floats, n: int) -> Counts:
    """Draw ``n`` level numbers with the given shares (k,); they need not add up to 1."""
    edges = np.cumsum(shares)
    return np.searchsorted(edges / edges[-1], rng.random(n), side="right").astype(np.int64)


def levels_by_row(rng: np.random.Generator, shares: Floats) -> Counts:
    """Draw one level number per row; shares (n, k), result (n,)."""
    return which(rng, shares)


def whole_numbers(
    rng: np.random.Generator, low: NDArray[np.int64] | int, high: NDArray[np.int64] | int, n: int
) -> Counts:
    """Draw ``n`` whole numbers, each of ``low .. high`` (both included) with the same chance."""
    return np.asarray(low + np.floor(rng.random(n) * (np.asarray(high) - low + 1)), dtype=np.int64)


def happens(rng: np.random.Generator, chance: Floats | float, n: int) -> Flags:
    """Draw ``n`` yes-or-no answers."""
    return np.asarray(rng.random(n) < chance, dtype=np.bool_)


def normal(rng: np.random.Generator, n: int) -> Floats:
    """Draw ``n`` standard normal values by the transform of Box and Muller (1958)."""
    radius = np.sqrt(-2 * np.log1p(-rng.random(n)))
    return np.asarray(radius * np.cos(2 * np.pi * rng.random(n)))


def some_of(rng: np.random.Generator, candidates: Counts, n: int) -> Counts:
    """Draw ``n`` different values out of ``candidates``, in random order."""
    return candidates[np.argsort(rng.random(candidates.shape[0]), kind="stable")[:n]]
