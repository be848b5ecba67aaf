"""Counts rounded up or down by a key, so that the same cell is the same number in every table of every release."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Final

import numpy as np

from ..base.cells import Box
from ..base.types import Flags, Floats
from .attack import Knowledge, Needs, Program, Ranges, examine, explore, neighbours
from .cells import System

_SIZE: Final = float(1 << 64)


def rounded(value: float, units: Box, *, unit: str, base: int, key: bytes) -> float:
    """Return a multiple of ``base`` next to a count: up with the probability that keeps the mean, drawn by a key.

    The draw is HMAC-SHA256 of which units are counted, what a unit is, and how many there are: whoever asks again gets
    the same answer, and nobody without the key can tell which way it went.

    Parameters
    ----------
    value : float
    units : Box
    unit : str
        What is counted: case, victim …
    base : int
    key : bytes

    Examples
    --------
    >>> rounded(20, frozenset(), unit="case", base=5, key=b"k")
    20.0
    """
    below = np.floor(value / base) * base
    told = json.dumps([unit, [[name, sorted(levels)] for name, levels in sorted(units)], float(value)])
    drawn = int.from_bytes(hmac.new(key, told.encode(), hashlib.sha256).digest()[:8], "big") / _SIZE
    return float(below + base if drawn < (value - below) / base else below)


def understood(shown: float, *, base: int, minimum: int) -> tuple[float, float]:
    """Return what an outsider reads from a rounded number: no count below the minimum is shown.

    Examples
    --------
    >>> understood(10.0, base=5, minimum=10)
    (10.0, 14.0)
    """
    return max(float(minimum), shown - base + 1), shown + base - 1


def audit_rounding(
    system: System, shown: Floats, hidden: Flags, exact: Flags, *, base: int, minimum: int
) -> tuple[Flags, Flags]:
    """Hide rounded cells until each number has as many possible values as the base.

    Parameters
    ----------
    system : System
    shown : array of float, shape (M,)
        Rounded counts; what is in no table is not looked at.
    hidden, exact : array of bool, shape (M,)
        Not shown; shown as they are, because they are published elsewhere or cannot be anything else.
    base, minimum : int

    Returns
    -------
    (array of bool, array of bool), shape (M,)
        What is hidden in the end, and what is known more narrowly because of what is published elsewhere.
    """
    hidden = hidden.copy()
    values = system.values
    real = system.real
    worth = np.log2(2.0 + values) * 6.0 ** np.minimum(system.height, 3)
    seen = Ranges(values.copy(), values.copy())
    limited = np.zeros(len(values), bool)
    turn = 0
    while True:
        low, high = _limits(shown, hidden | ~real, exact, base=base, minimum=minimum, values=values)
        program = Program(Knowledge(equations=system.equations, low=low, high=high), values)
        asked = real & ~exact & ~limited
        needs = Needs(asked=asked, low=values, high=values, width=np.full(len(values), float(base - 1)))
        explore(program, needs, seen, seed=turn)
        lacking = needs.lacking(seen)
        failing = examine(program, needs, seen, np.flatnonzero(lacking[0] | lacking[1]))
        if not failing:
            return hidden, limited
        order = {one: place for place, one in enumerate(sorted(failing, key=lambda one: (worth[one], one)))}
        for one in failing:
            near = neighbours(system.equations, one)
            if any(order.get(other, len(order)) < order[one] for other in near.tolist()):
                # where a part can go, it may be enough, and the total stays
                continue
            if not hidden[one]:
                hidden[one] = True
                continue
            near = near[real[near] & ~hidden[near] & ~exact[near]]
            if len(near):
                hidden[near[np.argmin(worth[near])]] = True
            else:
                limited[one] = True
        turn += 1


def _limits(
    shown: Floats, hidden: Flags, exact: Flags, *, base: int, minimum: int, values: Floats
) -> tuple[Floats, Floats]:
    low = np.maximum(float(minimum), shown - base + 1)
    high = shown + base - 1
    low, high = np.where(exact, values, low), np.where(exact, values, high)
    # a number that is not whole (a sum of weights) may lie beyond what whole numbers allow
    low, high = np.minimum(low, values), np.maximum(high, values)
    return np.where(hidden, 0.0, low), np.where(hidden, np.inf, high)
