"""What earlier releases told of the cells of this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..base.cells import Box
from ..base.types import Flags, Floats
from .published import ProtectedCells, PublishedCell
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
        It was hidden, for the same data or for other data of the same study in which nearly the same units are in it.
    near : array of bool, shape (N,)
        Of other data of the same study a number was published that differs by few units or none.
    changed : array of bool, shape (N,)
        The same, and it differs.
    """

    low: Floats
    high: Floats
    hidden: Flags
    near: Flags
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
    hidden, near, changed = (np.zeros(len(cells), bool) for _ in range(3))
    places: dict[Box, list[int]] = defaultdict(list)
    for place, (units, _) in enumerate(cells):
        places[units].append(place)
    for release, told in _told(previous, population, events):
        still = _Still(cells, told, release, minimum)
        for one in told:
            same = one.population == population
            for place in places.get(one.units, ()):
                value = cells[place][1]
                if one.value is None:
                    hidden[place] |= same or still.holds(one.units)
                elif release.mode == "round":
                    first, last = understood(one.value, base=release.base, minimum=release.minimum)
                    if same and first - _NEAR <= value <= last + _NEAR:
                        low[place], high[place] = max(low[place], first), min(high[place], last)
                elif same and abs(one.value - value) < _NEAR:
                    low[place] = high[place] = value
                else:
                    near[place] |= abs(one.value - value) < minimum
                    changed[place] |= _NEAR < abs(one.value - value) < minimum
    return Earlier(low=low, high=high, hidden=hidden, near=near, changed=changed)


def also_known(
    cells: Sequence[tuple[Box, float]],
    previous: Sequence[ProtectedCells],
    *,
    population: str,
    events: bool,
    minimum: int,
) -> list[tuple[Box, float]]:
    """Return what was published exactly of nearly the same units, and is in no table of this release."""
    here = {units for units, _ in cells}
    found: dict[Box, float] = {}
    for release, told in _told(previous, population, events):
        if release.mode == "round":
            continue
        still = _Still(cells, told, release, minimum)
        for one in told:
            if one.value is None or one.units in here:
                continue
            if one.population == population or still.holds(one.units):
                found[one.units] = one.value
    return list(found.items())


def _told(
    previous: Sequence[ProtectedCells], population: str, events: bool
) -> Iterator[tuple[ProtectedCells, list[PublishedCell]]]:
    """Yield each earlier release with what it says of the same kind of units."""
    for release in previous:
        mine = [one for one in release.cells if one.events == events and _unit(one.population) == _unit(population)]
        if mine:
            yield release, mine


class _Still:
    """The groups of which an earlier release and these data count nearly the same units."""

    def __init__(
        self,
        cells: Sequence[tuple[Box, float]],
        told: Sequence[PublishedCell],
        release: ProtectedCells,
        minimum: int,
    ) -> None:
        now = dict(cells)
        # of rounded numbers nobody knows which way they were rounded
        near = minimum + (release.base - 1 if release.mode == "round" else 0)
        groups = [
            one.units
            for one in told
            if one.value is not None and one.units in now and abs(one.value - now[one.units]) < near
        ]
        self.exact = frozenset(groups)
        self.by_names: dict[frozenset[str], list[dict[str, frozenset[str]]]] = defaultdict(list)
        for one in groups:
            if any(len(levels) > 1 for _, levels in one):
                self.by_names[frozenset(name for name, _ in one)].append(dict(one))

    def holds(self, units: Box) -> bool:
        """Return whether units lie in one of these groups, so that nearly the same ones were counted then."""
        if not self.exact:
            return False
        some = sorted(units, key=lambda one: one[0])
        if any(frozenset(part) in self.exact for n in range(len(some) + 1) for part in combinations(some, n)):
            return True
        mine = dict(units)
        return any(
            all(mine[name] <= levels for name, levels in group.items())
            for names, groups in self.by_names.items()
            if names <= mine.keys()
            for group in groups
        )


def _unit(population: str) -> str:
    return population.partition(" of ")[0]
