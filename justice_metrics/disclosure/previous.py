"""What earlier releases told of the cells of this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..base.cells import Box
from ..base.types import Flags, Floats
from .published import ProtectedCells
from .rounding import understood

_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What is known of N cells.

    Attributes
    ----------
    low, high : array of float, shape (N,)
        What was published of the same data; 0 and infinity where nothing was.
    hidden : array of bool, shape (N,)
        It was hidden, for the same data.
    changed : array of bool, shape (N,)
        Of other data of the same study a number was published that differs by few units.
    """

    low: Floats
    high: Floats
    hidden: Flags
    changed: Flags

    @property
    def known(self) -> Flags:
        """Which cells were published as they are."""
        return np.asarray(self.high - self.low < _NEAR, np.bool_)


def earlier_of(
    cells: Sequence[tuple[Box, float]],
    previous: Sequence[ProtectedCells],
    *,
    population: str,
    events: bool,
    minimum: int,
) -> Earlier:
    """Return what earlier releases told of cells.

    Parameters
    ----------
    cells : sequence of (Box, float), length N
        With their true counts.
    previous : sequence of ProtectedCells
    population : str
    events : bool
    minimum : int
        A change of fewer units tells of persons, as a small count does.
    """
    low, high = np.zeros(len(cells)), np.full(len(cells), np.inf)
    hidden, changed = np.zeros(len(cells), bool), np.zeros(len(cells), bool)
    places: dict[Box, list[int]] = defaultdict(list)
    for place, (units, _) in enumerate(cells):
        places[units].append(place)
    for release in previous:
        for one in release.cells:
            if one.events != events or _unit(one.population) != _unit(population):
                continue
            for place in places.get(one.units, ()):
                value = cells[place][1]
                if one.value is None:
                    hidden[place] |= one.population == population
                elif release.mode == "round":
                    first, last = understood(one.value, base=release.base, minimum=release.minimum)
                    if one.population == population and first - _NEAR <= value <= last + _NEAR:
                        low[place], high[place] = max(low[place], first), min(high[place], last)
                elif one.population == population and abs(one.value - value) < _NEAR:
                    low[place] = high[place] = value
                else:
                    changed[place] |= _NEAR < abs(one.value - value) < minimum
    return Earlier(low=low, high=high, hidden=hidden, changed=changed)


def also_known(
    cells: Sequence[tuple[Box, float]], previous: Sequence[ProtectedCells], *, population: str, events: bool
) -> list[tuple[Box, float]]:
    """Return what was published exactly of the same data, and is in no table of this release."""
    here = {units for units, _ in cells}
    found = {
        one.units: one.value
        for release in previous
        if release.mode != "round"
        for one in release.cells
        if one.population == population and one.events == events and one.units not in here and one.value is not None
    }
    return list(found.items())


def _unit(population: str) -> str:
    return population.partition(" of ")[0]
