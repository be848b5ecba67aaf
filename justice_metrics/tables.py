"""The sufficient statistics: small, additive tables that every estimator works on.

Each is checked when it is born, its arrays cannot be written to, and two tables of the same question add up:
``reduce(a ∪ b) = reduce(a) + reduce(b)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from .base.levels import naturally
from .base.quantities import Quantity, sums
from .base.types import Counts, Days, Flags, Floats, Tallies

# A breakdown into more strata than this is usually a mistake (an id or a date among the strata).
MOST_STRATA: Final = 1_000


def in_order(levels: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return strata as a reader expects them: numbers by their size (6-11 before 12-17), missing levels last.

    Examples
    --------
    >>> in_order([("not_recorded",), ("12-17",), ("6-11",)])
    (('6-11',), ('12-17',), ('not_recorded',))
    """
    return tuple(sorted(levels, key=lambda one: [naturally(level) for level in one]))


@dataclass(frozen=True, eq=False)
class Strata:
    """The observed combinations of levels, in sorted order.

    Parameters
    ----------
    names : tuple of str
        Columns that split the units.
    levels : tuple of tuple of str
        One tuple per stratum, as long as ``names``; a single empty tuple when nothing splits them.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if len(set(self.levels)) != len(self.levels):
            raise ValueError("strata are not distinct")
        if any(len(one) != len(self.names) for one in self.levels):
            raise ValueError("a stratum has as many levels as there are names")

    def __len__(self) -> int:
        return len(self.levels)

    def column(self, name: str) -> list[str]:
        """Return the level of one column for each stratum."""
        place = self.names.index(name)
        return [one[place] for one in self.levels]

    def columns(self, repeat: int = 1) -> dict[str, list[str]]:
        """Return all columns, each stratum repeated ``repeat`` times in a row."""
        return {name: [level for level in self.column(name) for _ in range(repeat)] for name in self.names}

    def union(self, other: Strata) -> Strata:
        """Return the strata of both."""
        if self.names != other.names:
            raise ValueError(f"strata by {self.names} and by {other.names} do not add up")
        return Strata(self.names, in_order({*self.levels, *other.levels}))

    def places_in(self, larger: Strata) -> list[int]:
        """Return the position of each stratum in ``larger``."""
        where = {level: place for place, level in enumerate(larger.levels)}
        return [where[level] for level in self.levels]


@dataclass(frozen=True, eq=False, kw_only=True)
class RiskTable:
    """Units that left observation on each day, by stratum and ending.

    Parameters
    ----------
    strata : Strata, G of them
    outcomes : tuple of str, K of them
        Names of the competing endings.
    days : array of int, shape (T,)
        Distinct days since the start on which anybody entered, ended or was censored, rising.
    events : array, shape (G, K, T)
        Units that ended by each ending on each day.
    censored : array, shape (G, T)
        Units still open when their observation ended on that day.
    entered : array, shape (G, T)
        Units whose observation began after that day; without delayed entry that is day -1.
    left_out : mapping of str to array, shape (G,)
        Units that time cannot be told of, by reason.
    weighted : bool
        Whether the numbers are sums of sampling weights.
    """

    strata: Strata
    outcomes: tuple[str, ...]
    days: Days
    events: Tallies
    censored: Tallies
    entered: Tallies
    left_out: Mapping[str, Counts]
    weighted: bool = False

    def __post_init__(self) -> None:
        g, k, t = len(self.strata), len(self.outcomes), len(self.days)
        _check_shape("events", self.events, (g, k, t))
        _check_shape("censored", self.censored, (g, t))
        _check_shape("entered", self.entered, (g, t))
        for reason, counts in self.left_out.items():
            _check_shape(reason, counts, (g,))
        if t > 1 and not bool((np.diff(self.days) > 0).all()):
            raise ValueError("days do not rise")
        exits = self.events.sum(axis=(1, 2)) + self.censored.sum(axis=1)
        if not np.allclose(exits, self.entered.sum(axis=1)):
            raise ValueError("not everybody who entered left, or the reverse")
        _freeze(self, "days", "events", "censored", "entered")
        object.__setattr__(self, "left_out", MappingProxyType(dict(self.left_out)))

    @property
    def units(self) -> Tallies:
        """Units under observation, shape (G,)."""
        total: Tallies = self.entered.sum(axis=1)
        return total

    def trimmed(self) -> RiskTable:
        """Return the table without the endings that no unit had; tables add up before they are trimmed."""
        seen = [place for place in range(len(self.outcomes)) if self.events[:, place].any()]
        return replace(self, outcomes=tuple(self.outcomes[place] for place in seen), events=self.events[:, seen])

    def merged(self, outcomes: tuple[str, ...], codes: Sequence[int]) -> RiskTable:
        """Return the table with fewer outcomes told apart; ``codes[old]`` is the new code, 0 is still open."""
        events = np.zeros((len(self.strata), len(outcomes), len(self.days)), self.events.dtype)
        for old, new in enumerate(codes[1:]):
            events[:, new - 1] += self.events[:, old]
        return replace(self, outcomes=outcomes, events=events)

    def __add__(self, other: RiskTable) -> RiskTable:
        if self.outcomes != other.outcomes or self.weighted != other.weighted:
            raise ValueError("risk tables of different endings or weights do not add up")
        strata = self.strata.union(other.strata)
        days = np.union1d(self.days, other.days).astype(np.int32)
        sums: dict[str, Any] = {}
        for name in ("events", "censored", "entered"):
            one, two = getattr(self, name), getattr(other, name)
            shape = (len(strata), *one.shape[1:-1], len(days))
            total = np.zeros(shape, dtype=np.result_type(one, two))
            for table, array in ((self, one), (other, two)):
                rows = np.array(table.strata.places_in(strata), dtype=np.intp)
                columns = np.searchsorted(days, table.days)
                total[np.ix_(rows, *map(np.arange, array.shape[1:-1]), columns)] += array
            sums[name] = total
        return RiskTable(
            strata=strata,
            outcomes=self.outcomes,
            days=days,
            left_out=_add_counts(self.left_out, other.left_out, self.strata, other.strata, strata),
            weighted=self.weighted,
            **sums,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class StageCounts:
    """How far units came, and how they stand there.

    Parameters
    ----------
    strata : Strata, G of them
    steps : tuple of str, S of them
        Steps of the procedure's funnel, in order.
    endings : tuple of str, K of them
        Outcome classes, and ``pending`` last.
    furthest : array of int, shape (G, S, K)
        Units by the furthest step reached and the way they ended there.
    recorded : array of int, shape (G, S)
        Units whose own record shows the step; the others are known by a later one.
    left_out : mapping of str to array, shape (G,)
    """

    strata: Strata
    steps: tuple[str, ...]
    endings: tuple[str, ...]
    furthest: Tallies
    recorded: Tallies
    left_out: Mapping[str, Counts]

    def __post_init__(self) -> None:
        g, s, k = len(self.strata), len(self.steps), len(self.endings)
        _check_shape("furthest", self.furthest, (g, s, k))
        _check_shape("recorded", self.recorded, (g, s))
        _freeze(self, "furthest", "recorded")
        object.__setattr__(self, "left_out", MappingProxyType(dict(self.left_out)))

    @property
    def reached(self) -> Tallies:
        """Units that reached each step or a later one, shape (G, S)."""
        at_step = self.furthest.sum(axis=2)
        total: Tallies = at_step[:, ::-1].cumsum(axis=1)[:, ::-1]
        return total

    def trimmed(self) -> StageCounts:
        """Return the table without the endings that no unit had, ``pending`` kept."""
        last = len(self.endings) - 1
        seen = [place for place in range(last + 1) if place == last or self.furthest[:, :, place].any()]
        return replace(self, endings=tuple(self.endings[place] for place in seen), furthest=self.furthest[:, :, seen])

    def __add__(self, other: StageCounts) -> StageCounts:
        if self.steps != other.steps or self.endings != other.endings:
            raise ValueError("stage counts of different steps or endings do not add up")
        strata = self.strata.union(other.strata)
        return StageCounts(
            strata=strata,
            steps=self.steps,
            endings=self.endings,
            furthest=_add_rows(self.furthest, other.furthest, self.strata, other.strata, strata),
            recorded=_add_rows(self.recorded, other.recorded, self.strata, other.strata, strata),
            left_out=_add_counts(self.left_out, other.left_out, self.strata, other.strata, strata),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class StratumTable:
    """Counts of units by stratum and named cell.

    Parameters
    ----------
    strata : Strata, G of them
    cells : tuple of str, C of them
        What is counted in each column.
    counts : array, shape (G, C)
    left_out : mapping of str to array, shape (G,)
    """

    strata: Strata
    cells: tuple[str, ...]
    counts: Tallies
    left_out: Mapping[str, Counts]

    def __post_init__(self) -> None:
        _check_shape("counts", self.counts, (len(self.strata), len(self.cells)))
        _freeze(self, "counts")
        object.__setattr__(self, "left_out", MappingProxyType(dict(self.left_out)))

    def count(self, cell: str) -> Tallies:
        """Return one column, shape (G,)."""
        column: Tallies = self.counts[:, self.cells.index(cell)]
        return column

    def __add__(self, other: StratumTable) -> StratumTable:
        if self.cells != other.cells:
            raise ValueError("tables of different cells do not add up")
        strata = self.strata.union(other.strata)
        return StratumTable(
            strata=strata,
            cells=self.cells,
            counts=_add_rows(self.counts, other.counts, self.strata, other.strata, strata),
            left_out=_add_counts(self.left_out, other.left_out, self.strata, other.strata, strata),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class SpellTable:
    """Visits of units to the states of a procedure, alike ones counted together: one cell is one kind of visit.

    Parameters
    ----------
    strata : Strata, G of them
    states : tuple of str, J of them
        In the order of the procedure.
    stratum, from_state : array of int, shape (C,)
        Stratum and state of the visit, by position.
    to_state : array of int, shape (C,)
        The state that followed; -1 where the unit was still there when its observation ended.
    evening : array of int, shape (C,)
        The state in which the unit stood at the end of the exit day. It differs from ``to_state`` where several states
        were passed on one day.
    since : array of int, shape (C,)
        Day since the start on which the state was come to.
    entry, exit : array of int, shape (C,)
        The visit was under observation on the days entry < day <= exit; -1 is from the start. A visit that began and
        ended on one day has no such day: it is a move, but nobody was at risk in it.
    late : array of bool, shape (C,)
        Whether observation began only after the unit had come to the state (delayed entry).
    n : array of int, shape (C,)
        Visits in the cell.
    weight : array of float, shape (C,), or None
        Sampling weight of each of them.
    unit, cluster : array of int, shape (C,), or None
        What links the visits of one unit, or of the units of one cluster; such tables do not add up.
    left_out : mapping of str to array, shape (G,)
        Units that time cannot be told of, by reason.
    """

    strata: Strata
    states: tuple[str, ...]
    stratum: Counts
    from_state: Counts
    to_state: Counts
    evening: Counts
    since: Counts
    entry: Counts
    exit: Counts
    late: Flags
    n: Counts
    weight: Floats | None = None
    unit: Counts | None = None
    cluster: Counts | None = None
    left_out: Mapping[str, Counts]

    def __post_init__(self) -> None:
        for name in (*_SPELL_KEYS, "n"):
            if getattr(self, name).shape != self.n.shape:
                raise ValueError(f"{name} has the shape {getattr(self, name).shape}, not {self.n.shape}")
        last = len(self.states) - 1
        if self.n.size:
            for name in ("from_state", "to_state", "evening"):
                places = getattr(self, name)
                if int(places.max()) > last or int(places.min()) < (0 if name == "from_state" else -1):
                    raise ValueError(f"{name} names a state that is not there")
            if bool((self.entry > self.exit).any()) or int(self.since.min()) < 0 or int(self.n.min()) < 0:
                raise ValueError("a visit ends before it begins, begins before the start, or is counted less than once")
        for reason, counts in self.left_out.items():
            _check_shape(reason, counts, (len(self.strata),))
        linked = [name for name in ("weight", "unit", "cluster") if getattr(self, name) is not None]
        _freeze(self, *_SPELL_KEYS, "n", *linked)
        object.__setattr__(self, "left_out", MappingProxyType(dict(self.left_out)))

    @property
    def tally(self) -> Tallies:
        """Visits of each cell, or the sum of their weights, shape (C,)."""
        total: Tallies = self.n if self.weight is None else self.n * self.weight
        return total

    @property
    def units(self) -> Tallies:
        """Units whose first visit is in the table, shape (G,); those that were observed late are known by it too."""
        # With delayed entry the first visit that is seen is not always the first that was made.
        first = (self.entry == -1) | self.late
        return np.bincount(self.stratum[first], weights=self.tally[first], minlength=len(self.strata))

    def trimmed(self) -> SpellTable:
        """Return the table without the states that no unit was in; tables add up before they are trimmed."""
        seen = np.union1d(self.from_state, np.maximum(self.to_state, self.from_state))
        seen = np.union1d(seen, np.maximum(self.evening, self.from_state))
        place = np.full(len(self.states) + 1, -1)
        place[seen] = np.arange(len(seen))
        moved = {name: place[getattr(self, name)] for name in ("from_state", "to_state", "evening")}
        return replace(self, states=tuple(self.states[one] for one in seen), **moved)

    def __add__(self, other: SpellTable) -> SpellTable:
        if self.states != other.states or (self.weight is None) != (other.weight is None):
            raise ValueError("spell tables of different states or weights do not add up")
        if any(one is not None for one in (self.unit, self.cluster, other.unit, other.cluster)):
            raise ValueError("spell tables that link the visits of a unit or cluster do not add up")
        strata = self.strata.union(other.strata)
        places = [np.asarray(one.strata.places_in(strata), np.int64)[one.stratum] for one in (self, other)]
        columns = [
            np.concatenate([places[0], places[1]]),
            *[np.concatenate([getattr(self, name), getattr(other, name)]) for name in _SPELL_KEYS[1:]],
        ]
        if self.weight is not None and other.weight is not None:
            columns.append(np.concatenate([self.weight, other.weight]))
        order = np.lexsort(columns[::-1])
        columns = [one[order] for one in columns]
        new = np.ones(len(order), bool)
        new[1:] = np.any([one[1:] != one[:-1] for one in columns], axis=0)
        n = np.zeros(int(new.sum()), np.int64)
        np.add.at(n, np.cumsum(new) - 1, np.concatenate([self.n, other.n])[order])
        kept = [one[new] for one in columns]
        return SpellTable(
            strata=strata,
            states=self.states,
            **dict(zip(_SPELL_KEYS, kept, strict=False)),
            n=n,
            weight=kept[-1] if self.weight is not None else None,
            left_out=_add_counts(self.left_out, other.left_out, self.strata, other.strata, strata),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CountTable:
    """Counts that an office or a ministry sent, by stratum and period, each with what is known about it.

    Parameters
    ----------
    strata : Strata, G of them
    first_day, last_day : array of int, shape (P,)
        The periods, one after the other; both days belong to the period.
    labels : tuple of str, P of them
    seen_first, seen_last : array of int, shape (P,)
        First and last day that any row of the period is about: less than the period where it is not over.
    quantities : mapping of str to Quantity, shape (G, P)
    rows : array of int, shape (G, P)
        Rows that were put together.
    unknown : mapping of str to array of int, shape (G, P)
        Cells without a number among them, those left out that do not apply.
    """

    strata: Strata
    first_day: Days
    last_day: Days
    labels: tuple[str, ...]
    seen_first: Days
    seen_last: Days
    quantities: Mapping[str, Quantity]
    rows: Counts
    unknown: Mapping[str, Counts]

    def __post_init__(self) -> None:
        g, p = len(self.strata), len(self.labels)
        _check_shape("rows", self.rows, (g, p))
        for name in ("first_day", "last_day", "seen_first", "seen_last"):
            if getattr(self, name).shape != (p,):
                raise ValueError(f"{name} has the shape {getattr(self, name).shape}, not {(p,)}")
        if p > 1 and not bool((self.first_day[1:] > self.last_day[:-1]).all()):
            raise ValueError("periods overlap or do not rise")
        _freeze(self, "first_day", "last_day", "seen_first", "seen_last", "rows")
        frozen = {}
        for name, one in self.quantities.items():
            if one.values.shape != (g, p) or one.status.shape != (g, p):
                raise ValueError(f"{name} has the shape {one.values.shape}, not {(g, p)}")
            frozen[name] = Quantity(np.array(one.values), np.array(one.status))
            for array in frozen[name]:
                array.setflags(write=False)
            _check_shape(f"unknown {name}", self.unknown[name], (g, p))
        object.__setattr__(self, "quantities", MappingProxyType(frozen))
        object.__setattr__(self, "unknown", MappingProxyType(dict(self.unknown)))

    @property
    def days(self) -> Counts:
        """Days of each period, shape (P,)."""
        return (self.last_day - self.first_day + 1).astype(np.int64)

    @property
    def seen_days(self) -> Counts:
        """Days of each period that the rows are about, shape (P,)."""
        return (self.seen_last - self.seen_first + 1).astype(np.int64)

    def quantity(self, name: str) -> Quantity:
        """Return one quantity, shape (G, P)."""
        return self.quantities[name]

    def __add__(self, other: CountTable) -> CountTable:
        """Add the table of other rows, those of other offices: stocks of one office at two times do not add up."""
        if self.labels != other.labels or tuple(self.quantities) != tuple(other.quantities):
            raise ValueError("tables of counts of different periods or quantities do not add up")
        strata = self.strata.union(other.strata)
        n, p = len(strata), len(self.labels)
        cells = [
            np.asarray(one.strata.places_in(strata), np.int64)[:, None] * p + np.arange(p) for one in (self, other)
        ]
        made = {}
        for name in self.quantities:
            values, status, places = [], [], []
            for one, cell in zip((self, other), cells, strict=True):
                # a cell without rows says nothing, and takes nothing from the other one
                counted = one.rows > 0
                values.append(one.quantities[name].values[counted])
                status.append(one.quantities[name].status[counted])
                places.append(cell[counted])
            parts = Quantity(np.concatenate(values), np.concatenate(status))
            total = sums(parts, np.concatenate(places), n * p)
            made[name] = Quantity(total.values.reshape(n, p), total.status.reshape(n, p))
        return CountTable(
            strata=strata,
            first_day=self.first_day,
            last_day=self.last_day,
            labels=self.labels,
            seen_first=np.minimum(self.seen_first, other.seen_first),
            seen_last=np.maximum(self.seen_last, other.seen_last),
            quantities=made,
            rows=_add_rows(self.rows, other.rows, self.strata, other.strata, strata),
            unknown={
                name: _add_rows(self.unknown[name], other.unknown[name], self.strata, other.strata, strata)
                for name in made
            },
        )


_SPELL_KEYS: Final = ("stratum", "from_state", "to_state", "evening", "since", "entry", "exit", "late")


def _check_shape(name: str, array: Tallies, shape: Sequence[int]) -> None:
    if array.shape != tuple(shape):
        raise ValueError(f"{name} has the shape {array.shape}, not {tuple(shape)}")
    if array.size and bool((array < 0).any()):
        raise ValueError(f"{name} holds negative numbers")


def _freeze(table: object, *fields: str) -> None:
    for name in fields:
        array = np.array(getattr(table, name))
        array.setflags(write=False)
        object.__setattr__(table, name, array)


def _add_rows(one: Tallies, two: Tallies, of_one: Strata, of_two: Strata, strata: Strata) -> Tallies:
    total = np.zeros((len(strata), *one.shape[1:]), dtype=np.result_type(one, two))
    total[of_one.places_in(strata)] += one
    total[of_two.places_in(strata)] += two
    return total


def _add_counts(
    one: Mapping[str, Counts], two: Mapping[str, Counts], of_one: Strata, of_two: Strata, strata: Strata
) -> dict[str, Counts]:
    none_one, none_two = np.zeros(len(of_one), np.int64), np.zeros(len(of_two), np.int64)
    return {
        reason: _add_rows(one.get(reason, none_one), two.get(reason, none_two), of_one, of_two, strata)
        for reason in dict.fromkeys((*one, *two))
    }
