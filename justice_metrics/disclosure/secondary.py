"""Which further cells are hidden so that nobody can compute those that must not be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from ..base.types import Counts, Flags, Floats
from .attack import NEAR, Knowledge, Needs, Program, Ranges, examine, explore, neighbours, solve_with_prices
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
# A sum of more is long: it ties many groups together, as that of all courts does.
_LONG: Final = 12
# A way is looked for among some numbers first where these are no more than this part of all.
_FEW: Final = 0.4
# Below so many numbers the whole program is solved at once.
_MANY: Final = 2_000


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


class _Move(NamedTuple):
    """By how much each number moves, and which other one would have to move as well for less; None where none would."""

    moved: Floats
    cheaper: int | None


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
        self.around: dict[int, Counts] = {}
        self.saved = 0
        self.all_of = pattern
        short = np.repeat(np.diff(system.equations.indptr) <= _LONG, np.diff(system.equations.indptr))
        entries = (short | (system.equations.data > 0)).astype(np.int32)
        parts = (entries, system.equations.indices, system.equations.indptr)
        self.near_of = sparse.csr_array(parts, shape=system.equations.shape)
        self.task = task
        self.values = system.values
        self.real = system.real
        self.hidden = ~self.real | ((task.primary | task.start) & self.real)
        self.hidden &= ~(task.known & self.real)
        broad = np.array([0 if one is None else max(_BROAD - len(one), 0) for one in system.boxes], np.float64)
        self.worth = np.log2(2.0 + system.values) * _STEP ** np.minimum(system.height, 3) * _WIDE**broad
        self.worth = self.worth * task.weight
        self.stuck = self._none_for_sure()
        self.limited = self.stuck.copy()
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

    def _none_for_sure(self) -> Flags:
        """Return where there can be none, were everything hidden that can be: in a part of what is known to be none."""
        task, values = self.task, self.values
        low, high = np.where(task.known, values, task.low), np.where(task.known, values, task.high)
        program = Program(Knowledge(equations=task.system.equations, low=low, high=high), values)
        waiting = task.primary & (values < NEAR)
        while waiting.any():
            found = program.extreme(-waiting.astype(np.float64), low, np.where(waiting, np.minimum(high, 1.0), high))
            if found is None:
                return np.zeros(len(values), bool)
            if not (waiting & (found > NEAR)).any():
                break
            waiting &= found <= NEAR
        return waiting

    def _show_again(self) -> None:
        """Show totals that were hidden on the way, where all that must be protected is protected without them."""
        if (self.limited & ~self.stuck).any():
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
        step = target - float(self.values[one])
        everything = self._around(one)
        some = self._near(one) if len(everything) >= _MANY else np.ones(len(self.values), bool)
        # small programs are solved as long as they save more than they cost, by the numbers in them
        while some.sum() < _FEW * len(everything) and self.saved > -_TRIED * len(everything):
            found = self._moved(one, step, np.flatnonzero(some))
            self.saved -= int(some.sum())
            if found is None:
                break
            if found.cheaper is None:
                self.saved += len(everything)
                return self.values + found.moved
            some |= self._near(found.cheaper)
        found = self._moved(one, step, everything)
        return None if found is None else self.values + found.moved

    def _moved(self, one: int, step: float, places: Counts) -> _Move | None:
        """Return the cheapest move of some numbers that moves one by ``step``; None where there is none."""
        known, values = self.task.known, self.values
        down, up = np.where(known, 0.0, self.task.low - values), np.where(known, 0.0, self.task.high - values)
        worth = np.where(self.hidden, 0.0, self.worth)
        low, high = down[places], up[places]
        low[places == one] = high[places == one] = step
        # what is shown costs by how far it moves, up or down; what is hidden moves freely
        paid = np.flatnonzero(~self.hidden[places] & ~known[places] & (places != one))
        back = -low[paid]
        low[paid] = 0.0
        cost = np.zeros(len(places) + len(paid))
        cost[paid] = cost[len(places) :] = worth[places[paid]]
        held = self.task.system.equations[:, places].tocsr()
        rows = np.flatnonzero(np.diff(held.indptr) > 0)
        both = sparse.csr_array(sparse.hstack([held[rows], -held[rows][:, paid]]))
        low, high = np.concatenate([low, np.zeros(len(paid))]), np.concatenate([high, back])
        found = solve_with_prices(cost, both, np.zeros(len(rows)), low, high)
        if found is None:
            return None
        moved = np.zeros(len(values))
        moved[places] = found[0][: len(places)]
        moved[places[paid]] -= found[0][len(places) :]
        # what each of the others would save, were it to move by one
        prices = np.zeros(self.task.system.equations.shape[0])
        prices[rows] = found[1]
        saved = np.asarray(self.task.system.equations.T @ prices).ravel()
        saved[places] = 0.0
        saved = np.maximum(np.where(up > NEAR, saved, 0.0), np.where(down < -NEAR, -saved, 0.0)) - worth
        most = int(np.argmax(saved))
        return _Move(moved, most if saved[most] > NEAR else None)

    def _near(self, one: int) -> Flags:
        """Return the numbers that hang together with one through short sums, or as wholes of long ones."""
        found = np.zeros(len(self.values), bool)
        found[one] = True
        before = 0
        while found.sum() > before:
            before = int(found.sum())
            touched = np.asarray(self.all_of @ found.astype(np.int32)).ravel() > 0
            found |= np.asarray(self.near_of.T @ touched.astype(np.int32)).ravel() > 0
        return found

    def _furthest(self, one: int, *, up: bool) -> float:
        """Return how far one number can move when all is hidden that can be."""
        system = self.task.system
        low = np.where(self.task.known, self.values, self.task.low)
        high = np.where(self.task.known, self.values, self.task.high)
        program = Program(Knowledge(equations=system.equations, low=low, high=high), self.values)
        p = 2 * float(self.task.protection)
        to = self.values[one] + p if up else max(self.values[one] - p, 0.0)
        return float(program.reach(one, up=up, to=to)[one]) if program.place[one] >= 0 else float(self.values[one])

    def _around(self, one: int) -> Counts:
        """Return the numbers that hang together with one number."""
        part = int(self.part[one])
        if part not in self.around:
            self.around[part] = np.flatnonzero(self.part == part)
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
