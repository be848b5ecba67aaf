"""Means of points that people chose: they leave where they leave open how many chose each point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ..base.table import Table
from ..base.types import Flags
from .guarded import numbers
from .rounded import significant

# Dimensions of the cells behind a mean: which statement, which point as it is counted, how it is read.
STATEMENT: Final = "statement"
POINT: Final = "point"
READ: Final = "read as"
MEAN_DIGITS: Final = 2
_NEAR: Final = 1e-6


class Chosen(NamedTuple):
    """How many chose a point of a statement, and in which class of opinions the point is."""

    point: int
    people: float
    read_as: str


# What one mean is made of: the points of each of its statements.
Behind: TypeAlias = Sequence[Sequence[Chosen]]


def telling(table: Table, protection: float, hidden: Flags) -> Flags:
    """Return in which rows a mean, as it would be printed, tells too much of the answers that it is made of.

    Parameters
    ----------
    table : Table
        Its cells with the place ("", column, row) say how many people chose each point behind the mean of the column.
    protection : float
        How far on both sides of the truth a guess of a hidden number must reach.
    hidden : array of bool, shape (rows,)
        Where no mean is shown in any case.

    Returns
    -------
    array of bool, shape (rows,)
        Of groups that together are everybody, those too whose mean would give the one that is hidden by subtraction.

    Notes
    -----
    An outsider who knows how many answered, and the mean within half a unit of its last digit, must find that each
    number of answers, on one point or up to one or from one on, could lie anywhere within twice the protection of the
    truth, as far as nobody and everybody allow: what other tables tell of the number, which is wide enough by itself,
    stays wide enough together with the mean then. And the same within each class of opinions, of which she may know
    how many are in it.
    """
    every = _behind(table)
    flags = hidden & bool(every)
    for column, rows in every.items():
        raw = numbers(table, column)
        printed = significant(raw, MEAN_DIGITS, column)
        half = {row: _half(float(printed[row])) for row in rows}
        for row, behind in rows.items():
            off = float(printed[row] - raw[row])
            n = _people(behind)
            flags[row] |= not left_open(behind, (half[row] - off) * n, (half[row] + off) * n, protection)
        for together in _whole_of_groups(table, rows):
            _close(together, rows, half, flags, protection)
    return flags


def _close(
    together: Sequence[int], rows: Mapping[int, Behind], half: Mapping[int, float], flags: Flags, protection: float
) -> None:
    """Hide more groups until the hidden ones cannot be told from the mean of all and those that are shown."""
    every = sum(_people(rows[row]) for row in together)
    while hidden := [row for row in together if flags[row]]:
        shown = sorted((row for row in together if not flags[row]), key=lambda row: _people(rows[row]))
        width = max(half.values()) * (every + sum(_people(rows[row]) for row in shown))
        if not shown or left_open([one for row in hidden for one in rows[row]], width, width, protection):
            return
        flags[shown[0]] = True


def left_open(behind: Behind, below: float, above: float, protection: float) -> bool:
    """Whether a sum of points leaves open how many people chose each of them.

    Parameters
    ----------
    behind : sequence of sequence of Chosen
        Statement by statement; their points are added up.
    below, above : float
        How far under and over the truth the sum could be by what is printed.
    protection : float

    Examples
    --------
    >>> def mean_of(*people):
    ...     read = ("disagree", "disagree", "neither", "agree", "agree")
    ...     return [[Chosen(place + 1, n, read[place]) for place, n in enumerate(people)]]
    >>> left_open(mean_of(0, 0, 0, 0, 15), 0.75, 0.75, 3)
    False
    >>> left_open(mean_of(30, 40, 30, 40, 30), 8.5, 8.5, 3)
    True
    """
    spare = [
        (_total(one) - _people([one]) * one[0].point, _people([one]) * one[-1].point - _total(one)) for one in behind
    ]
    # the other statements of a scale could have been answered otherwise
    least, most = sum(one for one, _ in spare), sum(one for _, one in spare)
    for one, (fewer, more) in zip(behind, spare, strict=True):
        low, high = below + most - more, above + least - fewer
        classes = [
            [each for each in one if each.read_as == name] for name in dict.fromkeys(each.read_as for each in one)
        ]
        if not _open(one, low, high, protection, ends=True):
            return False
        for inner in classes:
            others = [each for each in one if each.read_as != inner[0].read_as]
            down, up = (sum(_room([each for each in others if each.read_as == name], side) for name in
                            {each.read_as for each in others}) for side in (0, 1))  # fmt: skip
            if len(inner) > 1 and not _open(inner, low + up, high + down, protection, ends=False):
                return False
    return True


def _room(one: Sequence[Chosen], side: int) -> float:
    """Return how much less (0) or more (1) the sum of a class could be, whose people stay in it."""
    n, total = _people([one]), _total(one)
    return total - n * one[0].point if side == 0 else n * one[-1].point - total


def _open(one: Sequence[Chosen], below: float, above: float, protection: float, *, ends: bool) -> bool:
    """Whether the number of people at each point, and up to each one, may lie within twice the protection of it."""
    n, total = _people([one]), _total(one)
    places = [[place] for place in range(len(one))]
    places += [list(range(stop)) for stop in range(2, len(one))] if ends else []
    places += [list(range(start, len(one))) for start in range(1, len(one) - 1)] if ends else []
    for inside in places:
        inner = [one[place].point for place in inside]
        outer = [each.point for place, each in enumerate(one) if place not in inside]
        here = sum(one[place].people for place in inside)
        least, most = _range(n, inner, outer, total - below, total + above)
        if least > max(here - 2 * protection, 0) + _NEAR or most < min(here + 2 * protection, n) - _NEAR:
            return False
    return True


def _range(n: float, inner: Sequence[int], outer: Sequence[int], low: float, high: float) -> tuple[float, float]:
    """Return how few and how many of ``n`` people could be at the inner points, the others being at the outer ones."""
    least, most = 0.0, n
    (a, b), (c, d) = (min(inner), max(inner)), (min(outer), max(outer))
    if a > c:
        most = min(most, (high - n * c) / (a - c))
    if a < c:
        least = max(least, (n * c - high) / (c - a))
    if b < d:
        most = min(most, (n * d - low) / (d - b))
    if b > d:
        least = max(least, (low - n * d) / (b - d))
    return float(np.ceil(least - _NEAR)), float(np.floor(most + _NEAR))


def _behind(table: Table) -> dict[str, dict[int, list[list[Chosen]]]]:
    """Return what each mean is made of, by column and row."""
    found: dict[str, dict[int, dict[str, list[Chosen]]]] = {}
    for one in table.cells:
        dimensions = {name: next(iter(levels)) for name, levels in one.box if len(levels) == 1}
        if POINT in dimensions and STATEMENT in dimensions:
            _, column, row = one.place
            chosen = Chosen(int(dimensions[POINT]), one.value, dimensions.get(READ, ""))
            found.setdefault(column, {}).setdefault(row, {}).setdefault(dimensions[STATEMENT], []).append(chosen)
    return {
        column: {row: [sorted(one) for one in several.values()] for row, several in rows.items()}
        for column, rows in found.items()
    }


def _whole_of_groups(table: Table, rows: Mapping[int, Behind]) -> list[list[int]]:
    """Return the rows of each statement or scale by groups: together they are everybody."""
    strata = [one.name for one in table.columns if one.role == "stratum"]
    keys = [one.name for one in table.columns if one.role == "key"]
    if not strata or {"before", "after"} & set(keys):
        return []
    found: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        found.setdefault(tuple(table[one][row] for one in keys), []).append(row)
    return list(found.values())


def _half(printed: float) -> float:
    """Return half a unit of the last digit of a printed mean."""
    return 0.5 * 10.0 ** (np.floor(np.log10(abs(printed))) - MEAN_DIGITS + 1) if printed else 0.0


def _people(behind: Behind) -> float:
    return float(sum(each.people for one in behind for each in one))


def _total(one: Sequence[Chosen]) -> float:
    return float(sum(each.point * each.people for each in one))
