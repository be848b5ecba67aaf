"""Combinations of levels that no table lists: rows without a case are left out, and everybody knows that they exist."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple, TypeAlias

from ..base.cells import Box

_Levels: TypeAlias = frozenset[str]
_NEAR: Final = 1e-9
_CROSSED: Final = 2
# So many more than there are cells are taken at most.
_SOME: Final = 200
# A whole of more combinations is not looked at.
_MOST: Final = 5_000


def unlisted(cells: Collection[Box], values: Mapping[Box, float]) -> list[Box]:
    """Return the combinations that no table lists and that stand in two sums that leave nothing over.

    A table of stages and endings lists the pairs that have cases. All 18 that were lost at the accusation may be listed
    as extinct; an outsider who reads elsewhere that every rejection was at the complaint knows that none of the 18
    was rejected. For that the pair (accusation, rejection) must be a number of both sums. One that stands in one sum
    alone is no other than what that sum leaves over, and is not needed.

    Parameters
    ----------
    cells : collection of Box
        What the tables list.
    values : mapping of Box to float
        The cells and the wholes that follow from them.

    Returns
    -------
    list of Box
        Each has no unit: the parts that are listed make up the whole. At most as many as there are cells and 200 more,
        those of the smallest wholes first.

    Examples
    --------
    >>> from justice_metrics.base.cells import box
    >>> listed = {box({"at": "a", "end": "x"}): 9, box({"at": "b", "end": "y"}): 18, box({"at": "b", "end": "x"}): 30}
    >>> wholes = {box({"at": "a"}): 9, box({"at": "b"}): 48, box({"end": "x"}): 39, box({"end": "y"}): 18}
    >>> unlisted(list(listed), listed | wholes) == [box({"at": "a", "end": "y"})]
    True
    """
    by_names: dict[frozenset[str], list[Box]] = defaultdict(list)
    for one in values:
        by_names[frozenset(name for name, _ in one)].append(one)
    crossed: dict[frozenset[str], list[Box]] = defaultdict(list)
    for one in cells:
        if len(one) >= _CROSSED:
            crossed[frozenset(name for name, _ in one)].append(one)
    found: dict[Box, float] = {}
    for names, listed in crossed.items():
        fewer = [one for other, several in by_names.items() if other <= names for one in several]
        found |= _of_crossing(_Crossing.of(names, listed, fewer, values), fewer, values)
    return sorted(found, key=lambda one: (found[one], _in_order(one)))[: len(cells) + _SOME]


class _Crossing(NamedTuple):
    """Cells that are restricted in the same dimensions, and the smallest sets of levels that are told apart there."""

    names: frozenset[str]
    finest: Mapping[str, tuple[_Levels, ...]]
    listed: Mapping[Box, float]

    @classmethod
    def of(
        cls, names: frozenset[str], listed: Collection[Box], fewer: Collection[Box], values: Mapping[Box, float]
    ) -> _Crossing:
        """Return what is crossed by some cells; levels that only ``fewer`` dimensions tell of are crossed as well."""
        sets: dict[str, list[_Levels]] = defaultdict(list)
        for boxes in (listed, fewer):
            here: dict[str, set[_Levels]] = defaultdict(set)
            for one in boxes:
                for name, levels in one:
                    here[name].add(levels)
            for name, several in here.items():
                sets[name] += sorted(several, key=lambda one: (len(one), sorted(one)))
        finest = {name: _apart(several) for name, several in sets.items()}
        inside = {name: frozenset(several) for name, several in finest.items()}
        fine = {one: values[one] for one in listed if all(levels in inside[name] for name, levels in one)}
        return cls(names, finest, fine)

    def free(self, whole: Box) -> frozenset[str]:
        """Return the dimensions in which a whole holds several combinations."""
        restricted = dict(whole)
        return frozenset(name for name in self.names if restricted.get(name) not in self.finest[name])

    def is_full(self) -> bool:
        """Whether every combination is listed."""
        combinations = 1
        for several in self.finest.values():
            combinations *= len(several)
        return len(self.listed) >= combinations


def _apart(sets: Iterable[_Levels]) -> tuple[_Levels, ...]:
    """Return those that share no level with one before."""
    found: list[_Levels] = []
    taken: set[str] = set()
    for one in sets:
        if not one & taken:
            found.append(one)
            taken |= one
    return tuple(found)


def _of_crossing(crossing: _Crossing, fewer: Iterable[Box], values: Mapping[Box, float]) -> dict[Box, float]:
    """Return the combinations with the smallest whole of each."""
    if crossing.is_full():
        return {}
    smallest: dict[Box, float] = {}
    through: dict[Box, set[str]] = defaultdict(set)
    for whole in fewer:
        free = crossing.free(whole)
        if not free or math.prod(len(crossing.finest[name]) for name in free) > _MOST:
            continue
        parts = list(_parts(whole, free, crossing))
        missing = [one for one in parts if one not in values]
        total = sum(values[one] for one in parts if one in values)
        # what is left over may be of a level that nobody lists
        if missing and abs(values[whole] - total) < _NEAR:
            for one in missing:
                through[one] |= free
                smallest[one] = min(smallest.get(one, values[whole]), values[whole])
    return {one: smallest[one] for one, names in through.items() if len(names) >= _CROSSED}


def _parts(whole: Box, free: frozenset[str], crossing: _Crossing) -> Iterator[Box]:
    """Yield the combinations of a crossing that lie in a whole."""
    restricted = dict(whole)
    fixed = [(name, levels) for name, levels in whole if name not in free]
    names = sorted(free)
    inside = [
        [levels for levels in crossing.finest[name] if name not in restricted or levels <= restricted[name]]
        for name in names
    ]
    for chosen in product(*inside):
        yield frozenset((*fixed, *zip(names, chosen, strict=True)))


def _in_order(one: Box) -> list[tuple[str, list[str]]]:
    return sorted((name, sorted(levels)) for name, levels in one)
