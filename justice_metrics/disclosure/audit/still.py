"""What an outsider takes for unchanged between two extracts: the cells of a group that is as large as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from .bounds import Row
from .reading import Cell, Key, Publication


def unchanged(publication: Publication, earlier: Sequence[Publication]) -> Iterator[Row]:
    """Yield that a cell is now what it was, where a group that holds it is published with the same number.

    A case can come to another ending while its group stays as large as it was. So a group tells nothing of its cells
    where one of them is published then and now with two different numbers.

    Parameters
    ----------
    publication : Publication
    earlier : sequence of Publication
        Those of other data of the same study, counted in the same unit, tell something here.
    """
    for one in earlier:
        now = {key._replace(population=_unit(key)): key for key in publication.cells}
        pairs = [
            (now[loose], key)
            for key in one.cells
            if (loose := key._replace(population=_unit(key))) in now and now[loose] != key
        ]
        groups = _Groups(_same((first, publication.cells[first], one.cells[second]) for first, second in pairs))
        for first, second in pairs:
            if groups.hold(first):
                yield Row(((first, 1.0), (second, -1.0)), 0.0, 0.0)


def _same(pairs: Iterable[tuple[Key, Cell, Cell]]) -> list[Key]:
    """Return the groups that are as large as they were, as far as can be seen."""
    told = [
        (key, now.shown[0][0] == then.shown[0][0])
        for key, now, then in pairs
        if now.shown and then.shown and not (now.exact or then.exact)
    ]
    same = [key for key, alike in told if alike]
    groups = _Groups(same)
    moved = {group for key, alike in told if not alike for group in groups.holding(key)}
    return [key for key in same if key not in moved]


class _Groups:
    """Boxes, to be asked which of them hold another one."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.exact = {(one.events, one.box): one for one in keys}
        self.wide = [(one, dict(one.box)) for one in keys if any(len(levels) > 1 for _, levels in one.box)]

    def hold(self, key: Key) -> bool:
        """Return whether any of them holds the units of a cell."""
        return next(self.holding(key), None) is not None

    def holding(self, key: Key) -> Iterator[Key]:
        """Yield those that hold the units of a cell."""
        sides = sorted(key.box, key=lambda one: one[0])
        for n in range(len(sides) + 1):
            for some in combinations(sides, n):
                if (found := self.exact.get((key.events, frozenset(some)))) is not None:
                    yield found
        mine = dict(key.box)
        for one, group in self.wide:
            within = group.keys() <= mine.keys() and all(mine[name] <= levels for name, levels in group.items())
            if within and one.events == key.events:
                yield one


def _unit(key: Key) -> str:
    return key.population.partition(" of ")[0]
