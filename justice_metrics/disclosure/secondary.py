"""Which further cells are hidden so that nobody can compute those that must not be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from ..base.types import Counts, Flags, Floats
from .attack import NEAR, Knowledge, Needs, Program, Ranges, examine, explore, neighbours, solve
from .cells import System

# A total is worth many of its parts.
_STEP: Final = 6.0
# So is what fewer attributes restrict: a number of the whole country is what everybody looks for.
_WIDE: Final = 4.0
_BROAD: Final = 3
_ALONE: Final = 2
_BATCH: Final = 12
_TRIED: Final = 8
# Where more than these would have to be attacked one by one, a total stays hidden.
_OPEN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be protected: M numbers.

    Attributes
    ----------
    system : System
    primary : array of bool, shape (M,)
        May not be known because of what they are.
    whole : array of bool, shape (M,)
        Of these, those that are all of their whole: they can only be thought smaller.
    start : array of bool, shape (M,)
        Hidden already, so that they must be protected as what is hidden for the sake of others.
    known : array of bool, shape (M,)
        Published elsewhere anyway, or a zero that cannot be anything else: they cannot be hidden.
    low, high : array of float, shape (M,)
        What is known of them from earlier releases.
    weight : array of float, shape (M,)
        How many times as much as others of the same kind each one is worth.
    protection : int
        How far from the truth an outsider's range must reach on both sides.
    """

    system: System
    primary: Flags
    whole: Flags
    start: Flags
    known: Flags
    low: Floats
    high: Floats
    weight: Floats
    protection: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What came of it.

    Attributes
    ----------
    hidden : array of bool, shape (M,)
        Cells that are not shown; what is in no table counts as hidden.
    limited : array of bool, shape (M,)
        Cells whose range is narrower than asked for, because what is published elsewhere tells as much.
    """

    hidden: Flags
    limited: Flags


def suppress(task: Task) -> Hidden:
    """Hide cells until no number that may not be known can be told within the protection.

    The attack comes first: what an outsider cannot tell needs nothing more. For each number that she can, the cheapest
    change of the shown cells is looked for that moves it far enough with all sums kept; the cells in it are hidden.
    """
    return _Search(task).run()


class _Search:
    """One set of hidden cells that grows until the attack fails."""

    def __init__(self, task: Task) -> None:
        system = task.system
        pattern = system.equations.astype(bool).astype(np.int32)
        self.part = sparse.csgraph.connected_components(pattern.T @ pattern, directed=False)[1]
        self.around: dict[int, tuple[Counts, Counts]] = {}
        size = len(system.values)
        self.task = task
        self.values = system.values
        self.real = system.real
        self.hidden = ~self.real | ((task.primary | task.start) & self.real)
        self.hidden &= ~(task.known & self.real)
        broad = np.array([0 if one is None else max(_BROAD - len(one), 0) for one in system.boxes], np.float64)
        self.worth = np.log2(2.0 + system.values) * _STEP ** np.minimum(system.height, 3) * _WIDE**broad
        self.worth = self.worth * task.weight
        self.limited = np.zeros(size, bool)
        self.seen = Ranges(system.values.copy(), system.values.copy())

    def run(self) -> Hidden:
        """Return the cells to hide."""
        turn = 0
        while True:
            self._pair_alone()
            explore(self._program(), self._needs(), self.seen, seed=turn)
            before = self.hidden.copy()
            self._repair_all()
            if not (self.hidden != before).any():
                self._show_again()
                return Hidden(hidden=self.hidden, limited=self.limited)
            turn += 1

    def _show_again(self) -> None:
        """Show totals that were hidden on the way, where all that must be protected is protected without them."""
        if self.limited.any():
            # of these nothing more may be told, and the attack does not look at them any more
            return
        given_up = np.flatnonzero(
            self.hidden & self.real & ~self.task.primary & ~self.task.start & (self.task.system.height > 0)
        )
        for one in given_up[np.argsort(-self.worth[given_up], kind="stable")][:_TRIED]:
            hidden, seen = self.hidden.copy(), self.seen
            self.hidden[one] = False
            self._pair_alone()
            if self.hidden.sum() >= hidden.sum() or not self._is_safe_with(int(one)):
                self.hidden, self.seen = hidden, seen

    def _is_safe_with(self, one: int) -> bool:
        """Return whether all that must be protected is protected where one more number is shown."""
        self.seen = self.seen.shown(one, self.values)
        program, needs = self._program(), self._needs()
        # what stands in a sum with it is told first
        near = np.zeros(len(self.values), bool)
        near[neighbours(self.task.system.equations, one)] = True
        for some in (near, ~near):
            low, high = needs.lacking(self.seen)
            open_ones = np.flatnonzero((low | high) & some).tolist()
            if len(open_ones) > _OPEN or any(examine(program, needs, self.seen, [each]) for each in open_ones):
                return False
            explore(program, needs, self.seen, seed=one)
        return True

    def _repair_all(self) -> None:
        """Take one number after the other that may be known too narrowly, the largest first, and protect it."""
        low, high = self._needs().lacking(self.seen)
        suspects = np.flatnonzero(low | high)
        program = self._program()
        safe, repaired = 0, 0
        for one in suspects[np.argsort(-self.values[suspects], kind="stable")]:
            needs = self._needs()
            low, high = needs.lacking(self.seen)
            if not (low[one] or high[one]):
                continue
            # the attack costs less than the repair, which is an attack as well: it is asked while it tells something
            if repaired <= safe + _BATCH and not examine(program, needs, self.seen, [int(one)]):
                safe += 1
                continue
            before = self.hidden.copy()
            self._repair(int(one))
            repaired += 1
            if (self.hidden != before).any():
                program = self._program()
            if repaired % _BATCH == 0:
                # what protects one protects many of those that come after
                explore(program, needs, self.seen, rounds=3, seed=repaired)

    def _program(self) -> Program:
        fixed = ~self.hidden
        low = np.where(fixed, self.values, self.task.low)
        high = np.where(fixed, self.values, self.task.high)
        return Program(Knowledge(equations=self.task.system.equations, low=low, high=high), self.values)

    def _needs(self) -> Needs:
        task, p = self.task, float(self.task.protection)
        asked = (self.hidden & self.real) | task.primary
        low = np.where(task.primary, np.maximum(self.values - np.where(task.whole, 2 * p, p), 0.0), self.values)
        high = np.where(task.primary & ~task.whole, self.values + p, self.values)
        width = np.where(task.whole, np.minimum(2 * p, self.values), 2 * p)
        return Needs(asked=asked & ~self.limited, low=low, high=high, width=width)

    def _repair(self, one: int) -> None:
        """Hide the cheapest cells with which one number can be as high and as low as it must."""
        needs = self._needs()
        if needs.high[one] > self.seen.highest[one] + NEAR:
            self._move(one, needs.high[one])
        if needs.low[one] < self.seen.lowest[one] - NEAR:
            self._move(one, needs.low[one])
        low, high = needs.lacking(self.seen)
        if low[one] or high[one]:
            self._move(
                one,
                self.seen.lowest[one] + needs.width[one],
                max(0.0, self.seen.highest[one] - needs.width[one]),
            )
        low, high = needs.lacking(self.seen)
        if high[one]:
            self._move(one, self.seen.lowest[one] + needs.width[one])
        low, high = needs.lacking(self.seen)
        # what is known elsewhere tells as much: all that helps is hidden, and the release says that it is not more
        self.limited[one] = low[one] or high[one]

    def _move(self, one: int, *targets: float) -> None:
        """Hide the cheapest cells that let one number be one of ``targets``, or as near to it as possible."""
        ways = [way for way in (self._way(one, target) for target in targets) if way is not None]
        if not ways:
            furthest = self._furthest(one, up=targets[0] > self.values[one])
            near = None if abs(furthest - self.values[one]) < NEAR else self._way(one, furthest)
            ways = [] if near is None else [near]
        if not ways:
            return
        way = min(ways, key=self._loss)
        moved = way - self.values
        changed = np.abs(moved) > NEAR
        self.hidden |= changed & self.real & ~self.task.known
        self.seen.take(way)
        # the same cells moved the other way, as far as none leaves what is known of it
        room = np.where(moved > 0, self.values - self.task.low, self.task.high - self.values)
        share = float(np.min(room[changed] / np.abs(moved[changed]), initial=1.0))
        self.seen.take(self.values - share * moved)

    def _loss(self, way: Floats) -> float:
        """Return the worth of the cells that would be hidden."""
        return float(self.worth[(np.abs(way - self.values) > NEAR) & ~self.hidden].sum())

    def _way(self, one: int, target: float) -> Floats | None:
        """Return numbers that keep all sums, with one at ``target`` and the least worth of shown cells changed."""
        places, rows = self._around(one)
        here = int(np.searchsorted(places, one))
        step = target - self.values[places[here]]
        locked = self.task.known[places]
        low = np.where(locked, 0.0, self.task.low[places] - self.values[places])
        high = np.where(locked, 0.0, self.task.high[places] - self.values[places])
        low[here] = high[here] = step
        # what is shown costs by how far it moves, up or down; what is hidden moves freely
        paid = np.flatnonzero(~self.hidden[places] & ~locked & (places != one))
        split = low[paid]
        low[paid] = 0.0
        cost = np.zeros(len(places) + len(paid))
        cost[paid] = cost[len(places) :] = self.worth[places[paid]]
        matrix = self.task.system.equations[rows][:, places]
        both = sparse.csr_array(sparse.hstack([matrix, -matrix[:, paid]]))
        found = solve(
            cost,
            both,
            np.zeros(both.shape[0]),
            np.concatenate([low, np.zeros(len(paid))]),
            np.concatenate([high, -split]),
        )
        if found is None:
            return None
        moved = found[: len(places)]
        moved[paid] -= found[len(places) :]
        way = self.values.copy()
        way[places] += moved
        return way

    def _furthest(self, one: int, *, up: bool) -> float:
        """Return how far one number can move when all is hidden that can be."""
        system = self.task.system
        low = np.where(self.task.known, self.values, self.task.low)
        high = np.where(self.task.known, self.values, self.task.high)
        program = Program(Knowledge(equations=system.equations, low=low, high=high), self.values)
        p = 2 * float(self.task.protection)
        to = self.values[one] + p if up else max(self.values[one] - p, 0.0)
        return float(program.reach(one, up=up, to=to)[one]) if program.place[one] >= 0 else float(self.values[one])

    def _around(self, one: int) -> tuple[Counts, Counts]:
        """Return the numbers and the sums that hang together with one number."""
        part = int(self.part[one])
        if part not in self.around:
            places = np.flatnonzero(self.part == part)
            rows = np.flatnonzero(np.diff(self.task.system.equations[:, places].tocsr().indptr) > 0)
            self.around[part] = (places, rows)
        return self.around[part]

    def _pair_alone(self) -> None:
        """Hide a third cell where two are hidden of a sum and one of them is a single person, who knows herself."""
        equations = self.task.system.equations
        while True:
            changed = False
            for row in range(equations.shape[0]):
                members = equations.indices[equations.indptr[row] : equations.indptr[row + 1]]
                open_ones = members[self.hidden[members]]
                if len(open_ones) != _ALONE or not (np.abs(self.values[open_ones] - 1.0) < NEAR).any():
                    continue
                rest = members[~self.hidden[members] & ~self.task.known[members]]
                if len(rest):
                    self.hidden[rest[np.argmin(self.worth[rest])]] = True
                    changed = True
            if not changed:
                return
