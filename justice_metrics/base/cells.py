"""What the disclosure gate must know of a number: which units it counts, and what it is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from .levels import ALL
from .types import Days, Floats, Tallies

# Which units a count counts: for each dimension that is restricted, the levels that are in. Each unit has exactly one
# level of a dimension, so boxes that differ in one dimension by disjoint levels add up.
Box: TypeAlias = frozenset[tuple[str, frozenset[str]]]

# How a table is guarded: recomputed from protected counts; on a coarse grid of days; rounded, where the cells behind
# it are large enough; it says nothing of cases; it never leaves the room.
Guard: TypeAlias = Literal["counts", "curve", "model", "words", "internal"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def box(restrictions: Mapping[str, str | tuple[str, ...]]) -> Box:
    """Return the box of some restrictions; a dimension of all units restricts nothing.

    Examples
    --------
    >>> box({"department": "Oruro", "sex": "all"}) == box({"department": ("Oruro",)})
    True
    """
    return frozenset(
        (name, frozenset((levels,) if isinstance(levels, str) else levels))
        for name, levels in restrictions.items()
        if levels not in (ALL, (ALL,))
    )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(level for level in one if level in other)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOf:
    """Which units each entry of a count column counts; a row's strata restrict it in any case.

    Attributes
    ----------
    fixed : mapping of str to tuple of str
        Restrictions that hold for the whole column: dimension to the levels that are in.
    keys : mapping of str to str
        Key column to the dimension of which its value is a level.
    sets : mapping of str to (str, mapping)
        Key column to a dimension and, for each value of the column, the levels that are in: ``reached`` counts all
        whose furthest step is this one or a later one.
    flags : mapping of str to str
        Key column to a prefix, where one unit can have several of the values: each value is a dimension of its own,
        ``<prefix>:<value>``, of which the units have the level "yes".
    each : mapping of str to mapping
        Key column to, for each value of the column, restrictions like those of ``fixed``: where values differ in more
        than one dimension. The dimension ``unit`` means that another unit is counted there. Several columns together
        are named "level, days", and so are their values.
    events : bool
        It counts things that a unit can have several of (hearings, decisions), so it is no part of a count of units.
    internal : bool
        The number itself never leaves, and its column is left out of what is published: in these data it may be the
        same number as another count, though no box says so. What is computed from it leaves where it is large enough,
        shares on a grid of at least the minimum of units.

    Notes
    -----
    The name of a dimension may hold a key column in braces, ``furthest_by_{months}m``, for what is another question in
    each row.

    Examples
    --------
    >>> cell = CellOf(sets={"stage": ("furthest_by_{months}m", {"trial": ("trial", "verdict")})})
    >>> cell.box({"stage": "trial", "months": 12}, {}) == box({"furthest_by_12m": ("trial", "verdict")})
    True
    """

    fixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    sets: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    each: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = field(default_factory=dict)
    events: bool = False
    internal: bool = False

    def box(self, row: Mapping[str, object], strata: Mapping[str, object]) -> Box:
        """Return the box of one row."""
        given: list[tuple[str, tuple[str, ...]]] = list(self.fixed.items())
        given += [(dimension, (str(row[column]),)) for column, dimension in self.keys.items()]
        given += [(dimension, levels[str(row[column])]) for column, (dimension, levels) in self.sets.items()]
        for column, by_value in self.each.items():
            given += by_value[", ".join(str(row[one]) for one in column.split(", "))].items()
        given = [(name.format(**row) if "{" in name else name, levels) for name, levels in given]
        given += [(f"{prefix}:{row[column]}", ("yes",)) for column, prefix in self.flags.items() if row[column] != ALL]
        given += [(name, (str(level),)) for name, level in strata.items()]
        named: dict[str, tuple[str, ...]] = {}
        for name, levels in given:
            # restricted twice, by the row's group and by what it counts: both hold
            held = named.get(name, (ALL,))
            named[name] = levels if held == (ALL,) else held if levels == (ALL,) else _both(held, levels)
        return box(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """What a column is computed from, so that the gate can compute it again from protected counts.

    Attributes
    ----------
    inputs : tuple of str
        Count columns. Where one of them is hidden, so is this one.
    formula : str
        Name of the formula in ``disclosure.formulas``, which takes the inputs in their order; empty where the gate
        cannot compute it: then it is shown only where its inputs are published exactly.
    level : float, optional
        Confidence level of a limit.
    rows : {"own", "stratum", "table"}
        Whose inputs it rests on: those of its row, of all rows of its stratum, of the whole table.
    """

    inputs: tuple[str, ...]
    formula: str = ""
    level: float | None = None
    rows: Literal["own", "stratum", "table"] = "own"


@dataclass(frozen=True, slots=True)
class Count:
    """One count: which units, how many, and where it stands.

    Attributes
    ----------
    box : Box
    value : float
    place : tuple of (str, str, int)
        Table, column and row; ("", "", n) for one that is not shown but must be large enough, such as the cells behind
        a regression.
    events : bool
        It counts things, not units.
    """

    box: Box
    value: float
    place: tuple[str, str, int]
    events: bool = False


class Signed(NamedTuple):
    """One member of a `Tie`: a count and the sign that it has in the sum."""

    box: Box
    events: bool
    sign: int


# Counts whose signed sum is 0, where no box tells it: the stock at the end is that at the start and what came in, less
# what went out; two boxes that hold the same units in these data.
Tie: TypeAlias = tuple[Signed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveCounts:
    """What happened on which day: G strata, K endings, D days; the statistics of a curve.

    Attributes
    ----------
    strata : tuple of Box
        (G,)
    endings : tuple of str
        (K,)
    ending_boxes : tuple of Box
        (K,) what each ending restricts.
    days : array of int, shape (D,)
        Ascending.
    entered : array of int, shape (G, D)
        Came under observation before the day; all on the first one without delayed entry.
    events : array of int, shape (G, K, D)
    censored : array of int, shape (G, D)
    totals : array, shape (G, K), optional
        Of what is published: how many ended so in all, which can be more than its steps tell; NaN where it is hidden.
    """

    strata: tuple[Box, ...]
    endings: tuple[str, ...]
    ending_boxes: tuple[Box, ...]
    days: Days
    entered: Tallies
    events: Tallies
    censored: Tallies
    totals: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseCounts:
    """Every count that an answer rests on, for the gate.

    Attributes
    ----------
    population : str
        Which units: results of the same data, counted in the same unit, have the same population.
    counts : tuple of Count
        What is shown, and what must be large enough.
    curves : mapping of str to CurveCounts
        By name of the table.
    weighted : bool
        The counts are sums of sampling weights, so they do not tell how many units stand behind them.
    ties : tuple of Tie
        Sums of counts that an outsider knows, besides those that follow from the boxes.
    """

    population: str
    counts: tuple[Count, ...]
    curves: Mapping[str, CurveCounts] = field(default_factory=dict)
    weighted: bool = False
    ties: tuple[Tie, ...] = ()
