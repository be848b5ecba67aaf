"""How narrowly hidden counts can be told from what is published: the smallest and largest value each can have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ...base.types import Floats
from .reading import Key
from .relations import Bounds, Sum

# No register of cases is larger; a count that could be as large as this is not known from above.
BEYOND: Final = 1e9
_NEAR: Final = 1e-6
_SHOTS: Final = 40
# A shot pays when at least one in twenty of the counts that wait becomes safe by it.
_PAYS: Final = 0.95
_WHOLE_CELLS: Final = 40

Enough: TypeAlias = Callable[[Key, float, float], bool]


class Row(NamedTuple):
    """A linear relation: the numbers times the counts lie between two limits."""

    terms: tuple[tuple[Key, float], ...]
    low: float
    high: float


@dataclass(slots=True)
class System:
    """Counts with what is known of each, and the relations between them.

    Attributes
    ----------
    bounds : dict of Key to (float, float)
    rows : list of Row
    """

    bounds: dict[Key, Bounds]
    rows: list[Row] = field(default_factory=list)

    def add_sums(self, sums: Iterable[Sum]) -> None:
        """Add counts that are sums of others; a part that nobody published can be anything from 0 on."""
        for one in sums:
            for part in one.parts:
                self.bounds.setdefault(part, (0.0, BEYOND))
            self.rows.append(Row(((one.whole, -1.0), *((part, 1.0) for part in one.parts)), 0.0, 0.0))


def attacked(system: System, targets: Sequence[Key], enough: Enough, *, whole: bool = True) -> dict[Key, Bounds] | None:
    """Return how narrowly an outsider can bound each target by linear programming.

    Of a connected part of the release, each solution is a world that fits what is published; a target for which the
    worlds met so far differ widely enough is safe, and is not asked about any more.

    Parameters
    ----------
    system : System
    targets : sequence of Key
    enough : callable
        Of key, smallest and largest value met: whether the target is safe already.
    whole : bool
        Whether parts of at most forty unknown counts are also attacked with whole numbers.

    Returns
    -------
    dict of Key to (float, float), or None
        The bounds of those that are safe may be wider than told. None where no counts fit what is published at all.
    """
    tightened = _propagated(system)
    if tightened is None:
        return None
    found = {key: tightened[key] for key in targets if _fixed(tightened[key])}
    open_targets = {key for key in targets if key not in found}
    if not open_targets:
        return found
    for keys, rows in _parts(system.rows, tightened):
        wanted = [key for key in keys if key in open_targets]
        if not wanted:
            continue
        solved = _Part(keys, rows, tightened).bounded(wanted, enough, whole=whole)
        if solved is None:
            return None
        found |= solved
    # what hangs together with nothing keeps the bounds it had
    return found | {key: tightened[key] for key in open_targets if key not in found}


class _Part:
    """Counts that hang together, as a linear programme."""

    def __init__(self, keys: Sequence[Key], rows: Sequence[Row], bounds: Mapping[Key, Bounds]) -> None:
        from scipy.sparse import csr_array

        self.keys = list(keys)
        place = {key: number for number, key in enumerate(self.keys)}
        entries, lows, highs = [], [], []
        for number, row in enumerate(rows):
            known = 0.0
            for key, factor in row.terms:
                if key in place:
                    entries.append((number, place[key], factor))
                else:
                    known += factor * bounds[key][0]
            lows.append(row.low - known)
            highs.append(row.high - known)
        r, c, v = zip(*entries, strict=True)
        self.matrix = csr_array((v, (r, c)), shape=(len(rows), len(self.keys)))
        self.low, self.high = np.array(lows), np.array(highs)
        self.bounds = np.array([bounds[key] for key in self.keys], np.float64)
        self.place = place
        self.fractional = bool((np.abs(np.array(v)) != 1).any())

    def bounded(self, wanted: Sequence[Key], enough: Enough, *, whole: bool) -> dict[Key, Bounds] | None:
        """Return the bounds of some counts of the part; None where no counts fit."""
        # one solution in whole numbers is looked for first: a solver that finds none is not trusted with the rest
        integral = (
            whole
            and len(self.keys) <= _WHOLE_CELLS
            and self._world(np.zeros(len(self.keys)), integral=True) is not None
        )
        places = np.array([self.place[key] for key in wanted])
        met_low, met_high = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
        chance = np.random.default_rng(20)
        waiting, poor = list(range(len(wanted))), 0
        for shot in range(_SHOTS if len(wanted) > 2 else 0):
            goal = np.zeros(len(self.keys))
            # one solution tells of many counts: as long as it does, all that are not safe yet are moved at once
            goal[places[waiting]] = (1.0, -1.0)[shot] if shot < 2 else chance.choice((-1.0, 1.0), len(waiting))
            world = self._world(goal, integral=integral)
            if world is None:
                return None
            np.minimum(met_low, world[places], out=met_low)
            np.maximum(met_high, world[places], out=met_high)
            left = [one for one in waiting if not enough(wanted[one], met_low[one], met_high[one])]
            poor = poor + 1 if shot > 1 and len(left) > _PAYS * len(waiting) else 0
            waiting = left
            if not waiting or poor > 2:
                break
        for number, key in enumerate(wanted):
            # the worst cases first: one world after another widens what is known of the others
            if np.isfinite(met_low[number]) and enough(key, met_low[number], met_high[number]):
                continue
            for sign in (1.0, -1.0):
                goal = np.zeros(len(self.keys))
                goal[places[number]] = sign
                world = self._world(goal, integral=integral)
                if world is None:
                    return None
                np.minimum(met_low, world[places], out=met_low)
                np.maximum(met_high, world[places], out=met_high)
        return {key: (float(met_low[number]), float(met_high[number])) for number, key in enumerate(wanted)}

    def _world(self, goal: Floats, *, integral: bool) -> Floats | None:
        """Return counts that fit what is published and make the goal as small as can be."""
        from scipy.optimize import Bounds as Box
        from scipy.optimize import LinearConstraint, milp

        solved = milp(
            goal,
            integrality=np.full(len(self.keys), int(integral)),
            bounds=Box(self.bounds[:, 0], self.bounds[:, 1]),
            constraints=LinearConstraint(self.matrix, self.low - _NEAR, self.high + _NEAR),
            # its presolve takes whole numbers behind a percentage for impossible
            options={"presolve": not (integral and self.fractional)},
        )
        return None if solved.x is None else np.asarray(solved.x, np.float64)


def _fixed(bounds: Bounds) -> bool:
    return bounds[1] - bounds[0] < _NEAR


def _propagated(system: System) -> dict[Key, Bounds] | None:
    """Return the bounds after each relation was read once for each of its counts, over and over; None on a clash."""
    bounds = dict(system.bounds)
    touching: dict[Key, list[int]] = defaultdict(list)
    for number, row in enumerate(system.rows):
        for key, _ in row.terms:
            touching[key].append(number)
    waiting = dict.fromkeys(range(len(system.rows)))
    for _ in range(40 * len(system.rows) + 1):
        if not waiting:
            break
        number = next(iter(waiting))
        del waiting[number]
        for key, told in _told(system.rows[number], bounds):
            low, high = bounds[key]
            if told[0] > high + 1e-4 or told[1] < low - 1e-4:
                return None
            tighter = (max(low, told[0]), min(high, told[1]))
            if tighter[0] > low + 0.01 or tighter[1] < high - 0.01:
                bounds[key] = tighter if tighter[0] <= tighter[1] else (tighter[0], tighter[0])
                waiting.update(dict.fromkeys(touching[key]))
    return bounds


def _told(row: Row, bounds: Mapping[Key, Bounds]) -> list[tuple[Key, Bounds]]:
    """Return what a relation tells of each of its counts."""
    lows = [factor * bounds[key][0 if factor > 0 else 1] for key, factor in row.terms]
    highs = [factor * bounds[key][1 if factor > 0 else 0] for key, factor in row.terms]
    low, high = sum(lows), sum(highs)
    told = []
    for place, (key, factor) in enumerate(row.terms):
        least = row.low - (high - highs[place])
        most = row.high - (low - lows[place])
        pair = (least / factor, most / factor) if factor > 0 else (most / factor, least / factor)
        told.append((key, pair))
    return told


def _parts(rows: Sequence[Row], bounds: Mapping[Key, Bounds]) -> list[tuple[list[Key], list[Row]]]:
    """Return the unknown counts that hang together, with their relations."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    unknown = [[key for key, _ in row.terms if not _fixed(bounds[key])] for row in rows]
    for keys in unknown:
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])
        for key in keys[:1]:
            root(key)
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in parent:
        members[root(key)].append(key)
    relations: dict[Key, list[Row]] = defaultdict(list)
    for row, keys in zip(rows, unknown, strict=True):
        if keys:
            relations[root(keys[0])].append(row)
    return [(keys, relations[top]) for top, keys in members.items()]
