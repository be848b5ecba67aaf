"""Random sets of linked tables, and an outsider who knows every sum that can hold between them.

She takes the number of units in each combination of all levels for unknown, so that nothing that links two tables can
escape her: independent of how the gate finds sums of cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from justice_metrics.base.cells import Box, Count, box
from justice_metrics.base.types import Flags, Floats
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import Decisions, protect

POPULATION = "case of made"
NEAR = 1e-6


@dataclass(frozen=True)
class Tables:
    """Units by all dimensions, and the cells of the tables: which of these each one counts."""

    units: Floats
    cells: dict[Box, Flags]

    def counts(self) -> list[Count]:
        """Return the cells as a result gives them."""
        return [
            Count(one, float(self.units[inside].sum()), ("main", "n", place))
            for place, (one, inside) in enumerate(self.cells.items())
        ]


def linked_tables(draw: np.random.Generator, *, sparse_rows: bool = False) -> Tables:
    """Return one to three tables of the same units: by levels, sets of levels and nested sets, some with margins.

    With ``sparse_rows`` many combinations have no unit, and tables of several dimensions do not list these.
    """
    shape = tuple(draw.integers(2, 5, size=draw.integers(2, 4)))
    mean = draw.choice([3, 8, 20, 60])
    units = draw.negative_binomial(0.7, 0.7 / (0.7 + mean), shape).astype(float)
    levels = {f"d{place}": [f"l{one}" for one in range(size)] for place, size in enumerate(shape)}
    if sparse_rows:
        units = (units * draw.choice([1, 10])) * (draw.random(shape) < draw.choice([0.25, 0.4, 0.6]))
    if draw.random() < 0.4:
        some = draw.binomial(units.astype(int), draw.random()).astype(float)
        units = np.stack([some, units - some], axis=-1)
        levels["flag"] = ["yes", "no"]
    wanted: list[dict[str, tuple[str, ...]]] = [{}] if draw.random() < 0.8 else []
    for _ in range(draw.integers(1, 4)):
        sets = {name: _sets(known, draw) for name, known in levels.items() if draw.random() < 0.6}
        margins = draw.random() < 0.6
        for kept in product((False, True), repeat=len(sets)):
            if margins or all(kept):
                names = [name for name, one in zip(sets, kept, strict=True) if one]
                wanted += [dict(zip(names, one, strict=True)) for one in product(*(sets[name] for name in names))]
    draw.shuffle(wanted)
    cells = {}
    for one in wanted:
        inside = np.zeros(units.shape, bool)
        places = [[known.index(level) for level in one.get(name, known)] for name, known in levels.items()]
        inside[np.ix_(*places)] = True
        if not sparse_rows or len(one) < 2 or units[inside].any():
            cells[box(one)] = inside
    return Tables(units, cells)


def _sets(levels: list[str], draw: np.random.Generator) -> list[tuple[str, ...]]:
    if levels == ["yes", "no"]:
        return [("yes",)]
    single: list[tuple[str, ...]] = [(one,) for one in levels]
    some = draw.integers(1, len(levels) + 1)
    nested = [tuple(levels[place:]) for place in range(len(levels))]
    kinds: list[list[tuple[str, ...]]] = [single[:some], nested, [tuple(levels[:2]), *single[2:]], single, single]
    return kinds[draw.integers(0, len(kinds))]


def random_policy(draw: np.random.Generator, mode: Any) -> DisclosurePolicy:
    """Return a policy of a mode, with zeros and wholes protected or not."""
    return DisclosurePolicy(
        mode=mode,
        zeros=draw.choice(["protect", "structural"]),
        hundred_percent=draw.choice(["protect", "show"]),
        small_group=int(draw.choice([20, 100, 100_000])),
        sensitive=(),
        secret="env:MADE_SECRET",
    )


def too_narrow(tables: Tables, policy: DisclosurePolicy) -> list[str]:
    """Return the rules of the cells of which an outsider knows more than the policy promises."""
    decided = protect({POPULATION: tables.counts()}, policy)
    limits = {one.box: _read(decided, one, policy) for one in tables.counts()}
    program = _program(tables, limits)
    found = []
    for one in tables.counts():
        decision = decided.of(POPULATION, one)
        if (POPULATION, one.box) in decided.limited or (policy.mode == "suppress" and not np.isnan(decision.value)):
            continue
        inside = tables.cells[one.box].ravel().astype(float)
        low, high = _extreme(inside, program), -_extreme(-inside, program)
        if not _is_kept(one.value, decision.rule, low, high, policy):
            found.append(decision.rule)
    return found


def _read(decided: Decisions, one: Count, policy: DisclosurePolicy) -> tuple[float, float]:
    shown = decided.of(POPULATION, one).value
    if np.isnan(shown):
        return 0.0, np.inf
    if policy.mode == "suppress" or shown == 0:
        return shown, shown
    return max(policy.minimum, shown - policy.base + 1), shown + policy.base - 1


def _is_kept(value: float, rule: str, low: float, high: float, policy: DisclosurePolicy) -> bool:
    if policy.mode == "round":
        whole = np.floor(high + NEAR) - np.ceil(low - NEAR) + 1
        return bool(whole >= policy.base or (value == 0 and rule == "rounded"))
    p = policy.protection
    if rule == "whole":
        return high - low >= min(2 * p, value) - NEAR
    small = rule not in {"minimum", "zero"} or (low <= max(value - p, 0) + NEAR and high >= value + p - NEAR)
    return small and high - low >= 2 * p - NEAR


def _program(tables: Tables, limits: dict[Box, tuple[float, float]]) -> dict[str, Any]:
    matrix = sparse.csr_array(np.array([one.ravel() for one in tables.cells.values()], float))
    low, high = np.array([limits[one] for one in tables.cells]).T
    fixed = high - low < NEAR
    upper, lower = np.isfinite(high) & ~fixed, (low > 0) & ~fixed
    program: dict[str, Any] = {"method": "highs"}
    if fixed.any():
        program |= {"A_eq": matrix[fixed], "b_eq": low[fixed]}
    if (upper | lower).any():
        program |= {
            "A_ub": sparse.vstack([matrix[upper], -matrix[lower]]),
            "b_ub": np.concatenate([high[upper], -low[lower]]),
        }
    return program


def _extreme(cost: Floats, program: dict[str, Any]) -> float:
    done = linprog(cost, **program)
    # 3: nothing bounds it
    return -np.inf if done.status == 3 else float(done.fun)
