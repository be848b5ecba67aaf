"""What shares, changes and limits tell of the counts from which they were computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.types import Floats
from ..formulas import FORMULAS, computed
from .bounds import Row
from .reading import Derived, Key
from .relations import Bounds

# Pairs of counts that are tried at once; more of them tell an outsider too little to be worth it.
_MOST_WORLDS: Final = 2_000_000
_SAME: Final = 1e-7

# Of counts whose number was computed as x: the factors of a sum of the inputs that is 0.
_LINEAR: Final[Mapping[str, Callable[[float, int], tuple[float, ...]]]] = MappingProxyType(
    {
        "share": lambda x, n: (1.0, -x),  # noqa: ARG005
        "ratio": lambda x, n: (1.0, -x),  # noqa: ARG005
        "percent": lambda x, n: (1.0, -x / 100),  # noqa: ARG005
        "complement": lambda x, n: (1.0, x - 1.0),  # noqa: ARG005
        "percent_of_rest": lambda x, n: (1.0 + x, -x),  # noqa: ARG005
        "change": lambda x, n: (1.0, -1.0 - x),  # noqa: ARG005
        "per_1000": lambda x, n: (1.0, -x / 1e3),  # noqa: ARG005
        "per_100000": lambda x, n: (1.0, -x / 1e5),  # noqa: ARG005
    }
)
_CONSTANT: Final[Mapping[str, Callable[[int], tuple[float, ...]]]] = MappingProxyType(
    {
        "same": lambda n: (1.0,),  # noqa: ARG005
        "sum": lambda n: (1.0,) * n,
        "difference": lambda n: (1.0, *((-1.0,) * (n - 1))),
    }
)


def half_unit(value: float) -> float:
    """Return half a unit of the last decimal place with which a number is written, the most it can be off.

    Examples
    --------
    >>> half_unit(0.125), half_unit(12.5)
    (0.0005, 0.05)
    """
    decimals = len(repr(value).partition("e")[0].partition(".")[2])
    return 1e-12 if decimals > 8 or "e" in repr(value) else 0.5 * 10.0**-decimals


def linear_rows(numbers: Iterable[Derived]) -> Iterator[Row]:
    """Yield what numbers tell of their inputs as linear relations; those of other formulas tell nothing here."""
    for one in numbers:
        off = half_unit(one.value)
        if one.formula in _CONSTANT:
            factors = _CONSTANT[one.formula](len(one.inputs))
            yield Row(tuple(zip(one.inputs, factors, strict=True)), one.value - off, one.value + off)
        elif one.formula in _LINEAR and len(one.inputs) == 2:
            low, high = sorted(
                (_LINEAR[one.formula](one.value - off, 2), _LINEAR[one.formula](one.value + off, 2)),
                key=lambda each: each[1],
            )
            yield Row(tuple(zip(one.inputs, low, strict=True)), -math.inf, 1e-9)
            yield Row(tuple(zip(one.inputs, high, strict=True)), -1e-9, math.inf)


def misfits(numbers: Iterable[Derived], shown: Mapping[Key, float]) -> list[Derived]:
    """Return the numbers that are not what follows from the published counts, so that they tell of others.

    Parameters
    ----------
    numbers : iterable of Derived
    shown : mapping of Key to float
        Published counts.
    """
    return [
        one
        for one in numbers
        if all(key in shown for key in one.inputs) and not _follows(one, [shown[key] for key in one.inputs])
    ]


def worlds(number: Derived, bounds: Sequence[Bounds]) -> list[Bounds] | None:
    """Return how narrowly a number bounds its inputs, by trying every whole number that each could be.

    Parameters
    ----------
    number : Derived
    bounds : sequence of (float, float)
        What is known of each input already.

    Returns
    -------
    list of (float, float), or None
        None where too many counts would have to be tried, or where none fits.
    """
    ranges = [np.arange(math.ceil(low - _SAME), math.floor(high + _SAME) + 1) for low, high in _narrow(bounds)]
    size = math.prod(len(one) for one in ranges)
    if not 0 < size <= _MOST_WORLDS or number.formula not in FORMULAS:
        return None
    grid = [one.ravel().astype(np.float64) for one in np.meshgrid(*ranges, indexing="ij")]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = computed(number.formula, grid, level=number.level)
    fits = np.abs(found - number.value) <= half_unit(number.value) + _SAME
    if not fits.any():
        return None
    return [(float(one[fits].min()), float(one[fits].max())) for one in grid]


def counts_behind(share: float, decimals: int, totals: Floats) -> list[tuple[int, int]]:
    """Return every (part, whole) whose share, printed with some decimals, is the one that is published.

    Parameters
    ----------
    share : float
        Between 0 and 1, as printed.
    decimals : int
        With which it is printed, of the percentage.
    totals : array of float
        Wholes that come into question.

    Examples
    --------
    >>> counts_behind(0.073, 1, np.array([41.0]))
    [(3, 41)]
    """
    off = 0.5 * 10.0 ** -(decimals + 2) + 1e-12
    found: list[tuple[int, int]] = []
    for whole in np.asarray(totals, np.int64).tolist():
        least, most = max(math.ceil((share - off) * whole), 0), min(math.floor((share + off) * whole), whole)
        found += [(part, whole) for part in range(least, most + 1)]
    return found


def _narrow(bounds: Sequence[Bounds]) -> Sequence[Bounds]:
    return [(low, min(high, low + _MOST_WORLDS)) for low, high in bounds]


def _follows(number: Derived, inputs: Sequence[float]) -> bool:
    if number.formula not in FORMULAS:
        return True
    with np.errstate(invalid="ignore", divide="ignore"):
        found = computed(number.formula, [np.array([one]) for one in inputs], level=number.level)
    return bool(np.abs(found[0] - number.value) <= half_unit(number.value) + _SAME * max(1.0, abs(number.value)))
