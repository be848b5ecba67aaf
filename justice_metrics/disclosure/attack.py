"""How narrowly an outsider can tell hidden numbers: linear programs over all that is known of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from ..base.errors import DisclosureError
from ..base.language import tr
from ..base.types import Counts, Flags, Floats

NEAR: Final = 1e-6
_INFEASIBLE: Final = 2
_EXACT: Final = 1e-9
# Of numbers that fit, so many are kept to be used again.
_KEPT: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What an outsider has: M numbers, of which each is known within limits, and the sums that hold.

    Attributes
    ----------
    equations : sparse array, shape (E, M)
    low, high : array of float, shape (M,)
        What is published of each number; equal where it is exact, 0 and infinity where nothing is.
    """

    equations: sparse.csr_array
    low: Floats
    high: Floats


class Program:
    """The linear program over the numbers that are not known exactly."""

    def __init__(self, knowledge: Knowledge, truth: Floats) -> None:
        self.low, self.high, self.truth = knowledge.low, knowledge.high, truth
        self.free = np.flatnonzero(knowledge.high - knowledge.low > NEAR)
        self.place = np.full(len(truth), -1)
        self.place[self.free] = np.arange(len(self.free))
        held = knowledge.equations[:, self.free].tocsr()
        used = np.diff(held.indptr) > 0
        self.matrix = sparse.csr_array(held[used])
        self.right = np.asarray(self.matrix @ truth[self.free]).ravel()
        graph = self.matrix.T.astype(bool).astype(np.int32) @ self.matrix.astype(bool).astype(np.int32)
        self.part = (
            sparse.csgraph.connected_components(graph, directed=False)[1] if len(self.free) else np.zeros(0, np.int64)
        )

    def extreme(self, cost: Floats, low: Floats, high: Floats) -> Floats | None:
        """Return the numbers that make ``cost`` smallest, shape (M,), or None where no numbers fit."""
        found = solve(cost[self.free], self.matrix, self.right, low[self.free], high[self.free])
        if found is None:
            return None
        whole = self.truth.copy()
        whole[self.free] = found
        return whole

    def reach(self, one: int, *, up: bool, to: float) -> Floats:
        """Return numbers that fit, in which one is as high (or low) as can be, but not beyond ``to``."""
        place = self.place[one]
        mine = np.flatnonzero(self.part == self.part[place])
        rows = np.flatnonzero(np.diff(self.matrix[:, mine].tocsr().indptr) > 0)
        low, high = self.low[self.free][mine], self.high[self.free][mine]
        here = int(np.searchsorted(mine, place))
        cost = np.zeros(len(mine))
        cost[here] = -1.0 if up else 1.0
        low[here], high[here] = (low[here], min(high[here], to)) if up else (max(low[here], to), high[here])
        found = solve(cost, self.matrix[rows][:, mine], self.right[rows], low, high)
        whole = self.truth.copy()
        if found is not None:
            whole[self.free[mine]] = found
        return whole


def solve(cost: Floats, matrix: sparse.csr_array, right: Floats, low: Floats, high: Floats) -> Floats | None:
    """Return what makes ``cost`` smallest under ``matrix @ x == right`` and limits; None where nothing fits.

    Raises
    ------
    DisclosureError
        When the program cannot be solved, so that nothing is known of the protection.
    """
    found = solve_with_prices(cost, matrix, right, low, high)
    return None if found is None else found[0]


def solve_with_prices(
    cost: Floats, matrix: sparse.csr_array, right: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats] | None:
    """Return what `solve` does, and by how much the cost changes with each right side; None where nothing fits."""
    rows = matrix.shape[0]
    if not len(cost):
        return np.zeros(0), np.zeros(rows)
    # the stubs do not know that sparse arrays are taken
    program: Any = linprog
    done = program(
        cost,
        A_eq=matrix if rows else None,
        b_eq=right if rows else None,
        bounds=np.stack([low, high], axis=1),
        method="highs",
    )
    if done.status == _INFEASIBLE:
        return None
    if done.status != 0:
        raise DisclosureError(
            tr("The protection could not be computed: the linear program ended with code {code}.", code=done.status),
            tr("Release fewer tables at once, or ask with fewer groups."),
        )
    return np.asarray(done.x, np.float64), np.asarray(done.eqlin.marginals, np.float64) if rows else np.zeros(0)


@dataclass(slots=True)
class Ranges:
    """What each number is known to be able to be: seen in numbers that fit all that is known.

    Attributes
    ----------
    lowest, highest : array of float, shape (M,)
    kept : deque of array of float, shape (M,)
        The last numbers that fitted.
    """

    lowest: Floats
    highest: Floats
    kept: deque[Floats] = field(default_factory=lambda: deque(maxlen=_KEPT), repr=False)

    def take(self, seen: Floats | None) -> None:
        """Add numbers that fit."""
        if seen is not None:
            np.minimum(self.lowest, seen, out=self.lowest)
            np.maximum(self.highest, seen, out=self.highest)
            self.kept.append(seen)

    def shown(self, one: int, truth: Floats) -> Ranges:
        """Return what is left of the ranges where one more number is known.

        Numbers that fit and have it too low, and others that have it too high, are mixed so that it is right: what lies
        between numbers that fit fits as well.
        """
        found = Ranges(truth.copy(), truth.copy())
        if not self.kept:
            return found
        seen = np.stack(tuple(self.kept))
        moved = seen[:, one] - truth[one]
        up, down = int(np.argmax(moved)), int(np.argmin(moved))
        for place in range(len(seen)):
            step = float(moved[place])
            other = down if step > 0 else up
            if abs(step) < _EXACT:
                found.take(seen[place])
            elif step * float(moved[other]) < 0 and abs(float(moved[other])) > NEAR:
                share = step / (step - float(moved[other]))
                mixed = (1.0 - share) * seen[place] + share * seen[other]
                mixed[one] = truth[one]
                found.take(mixed)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must be possible for each number, M of them.

    Attributes
    ----------
    asked : array of bool, shape (M,)
        Whether anything is.
    low, high : array of float, shape (M,)
        It must be possible that it is this low, and this high.
    width : array of float, shape (M,)
        The two ends must be this far apart.
    """

    asked: Flags
    low: Floats
    high: Floats
    width: Floats

    def lacking(self, seen: Ranges) -> tuple[Flags, Flags]:
        """Return where the lower end, and where the upper end, is not yet far enough."""
        narrow = seen.highest - seen.lowest < self.width - NEAR
        low = self.asked & ((seen.lowest > self.low + NEAR) | (narrow & (seen.lowest > NEAR)))
        high = self.asked & ((seen.highest < self.high - NEAR) | narrow)
        return low, high


def explore(program: Program, needs: Needs, seen: Ranges, *, rounds: int = 12, seed: int = 0) -> None:
    """Look for numbers that fit and move many cells at once as far as they must be able to move."""
    draw = np.random.default_rng(seed)
    far = needs.width * 2 + 1
    poor = 0
    for _ in range(rounds):
        low, high = needs.lacking(seen)
        open_before = int(low.sum() + high.sum())
        targets = low | high
        if not targets[program.free].any():
            return
        sign = np.where(low & high, draw.choice((-1.0, 1.0), len(low)), np.where(low, 1.0, -1.0))
        cost = np.where(targets, sign * draw.uniform(0.5, 1.5, len(low)), 0.0)
        lower = np.where(targets, np.maximum(program.low, program.truth - far), program.low)
        upper = np.where(targets, np.minimum(program.high, program.truth + far), program.high)
        seen.take(program.extreme(cost, lower, upper))
        low, high = needs.lacking(seen)
        poor = poor + 1 if low.sum() + high.sum() > 0.9 * open_before else 0
        if poor > 1:
            return


def examine(program: Program, needs: Needs, seen: Ranges, cells: Sequence[int] | Counts) -> list[int]:
    """Ask for each cell how low and how high it can be, and return those that are known too narrowly."""
    failing = []
    for one in cells:
        low, high = needs.lacking(seen)
        if not (low[one] or high[one]):
            continue
        if program.place[one] < 0:
            failing.append(int(one))
            continue
        if high[one]:
            to = max(needs.high[one], seen.lowest[one] + needs.width[one])
            seen.take(program.reach(one, up=True, to=to))
        low, high = needs.lacking(seen)
        if low[one] or high[one]:
            to = min(needs.low[one], seen.highest[one] - needs.width[one])
            seen.take(program.reach(one, up=False, to=max(to, 0.0)))
        low, high = needs.lacking(seen)
        if high[one]:
            seen.take(program.reach(one, up=True, to=seen.lowest[one] + needs.width[one]))
            low, high = needs.lacking(seen)
        if low[one] or high[one]:
            failing.append(int(one))
    return failing


def neighbours(equations: sparse.csr_array, one: int) -> Counts:
    """Return the numbers that stand in a sum with one number, itself among them."""
    rows = np.flatnonzero(np.abs(equations[:, [one]].toarray().ravel()) > NEAR)
    return np.unique(equations[rows].indices)
