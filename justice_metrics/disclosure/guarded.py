"""What all guards of tables share: what is asked, what comes of it, and how a table is put together again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from ..base.cells import Count
from ..base.language import Message, Readable, tells_of_cases, tr
from ..base.levels import ALL, naturally
from ..base.quantities import SUPPRESSED
from ..base.table import Column, Table
from ..base.types import Counts, Flags, Floats, Values

_DIGITS: Final = re.compile(r"\d+")
# Kinds that say nothing of cases: they leave as they are.
SILENT: Final = frozenset({"stratum", "key", "text", "setting"})


class Decided(Protocol):
    """What may be shown of one count."""

    @property
    def value(self) -> float:
        """The number that is shown; NaN where it is hidden."""
        ...

    @property
    def rule(self) -> str:
        """By which rule; empty where it is shown as it is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a guard asks of the policy and of the decisions on counts.

    Attributes
    ----------
    decide : callable
        A count to what may be shown of it.
    large_enough : callable
        Whether a count that is not shown is large enough to stand behind a number.
    minimum : int
    rounding : bool
        Whether counts are rounded; else those that are shown are exact.
    wider : float
        By how much limits of the answer are wider than those of independent cases; NaN: none can be told.
    base : int
        Rounded counts are multiples of it.
    protection : int
        How far on both sides of the truth an outsider's guess of a hidden count must reach.
    """

    decide: Callable[[Count], Decided]
    large_enough: Callable[[Count], bool]
    minimum: int
    rounding: bool
    wider: float = float("nan")
    base: int = 1
    protection: int = 5


class Guarded(NamedTuple):
    """A table as it may leave, or the reason why not.

    Attributes
    ----------
    table : Table or None
    rules : mapping of str to int
        How many numbers were held back, by rule; not to be published as it is.
    reason : Message or None
        Why there is no table.
    """

    table: Table | None
    rules: Mapping[str, int]
    reason: Message | None = None


@dataclass(slots=True)
class Shown:
    """The columns of a table while it is protected."""

    table: Table
    values: dict[str, Values] = field(default_factory=dict)
    hidden: dict[str, Flags] = field(default_factory=dict)
    marks: dict[str, list[int]] = field(default_factory=dict)

    def put(self, name: str, values: Values, hidden: Flags, rule: str = "") -> None:
        """Keep what is shown of a column, and count what is not."""
        self.values[name], self.hidden[name] = np.where(hidden, np.nan, values) if hidden.any() else values, hidden
        if rule and hidden.any():
            self.marks.setdefault(rule, []).extend(np.flatnonzero(hidden).tolist())

    def put_silent(self) -> None:
        """Keep the columns that say nothing of cases."""
        nothing = np.zeros(len(self.table), np.bool_)
        for column in self.table.columns:
            if column.kind in SILENT:
                self.values[column.name], self.hidden[column.name] = self.table[column.name], nothing

    def put_dependent(self, *, rounding: bool) -> None:
        """Empty words that depend on counts, such as "rests on few units", where a count is hidden or rounded."""
        for column in self.table.columns:
            if column.kind not in {"key", "text"} or column.of is None:
                continue
            hidden = np.full(len(self.table), rounding)
            for one in column.of.inputs:
                hidden |= anywhere(self.hidden[one], groups_of(self.table, column))
            empty = np.array([""] * len(self.table), dtype=object)
            self.values[column.name] = np.where(hidden, empty, self.values[column.name].astype(object))

    def put_counts(self, asked: Asked) -> None:
        """Keep what may be shown of the counts, and, of those that stay inside, the ones that are large enough."""
        cells = {one.name: one.cell for one in self.table.columns if one.cell is not None}
        for name in [one for one, cell in cells.items() if cell.internal]:
            inside = numbers(self.table, name)
            few = np.asarray(~(inside >= asked.minimum), np.bool_)
            self.values[name], self.hidden[name] = np.where(few, np.nan, inside), few
        raw = {name: numbers(self.table, name) for name, cell in cells.items() if not cell.internal}
        made = {name: values.copy() for name, values in raw.items()}
        for count in self.table.counts(""):
            _, name, row = count.place
            if name in made:
                decision = asked.decide(count)
                made[name][row] = decision.value
                if np.isnan(decision.value):
                    self.marks.setdefault(decision.rule, []).append(row)
        for name, values in made.items():
            self.put(name, values, np.asarray(np.isnan(values) & ~np.isnan(raw[name]), np.bool_))

    def rules_of(self, kept: Counts) -> dict[str, int]:
        """Return how many numbers are hidden by each rule in the rows that are listed."""
        listed = set(kept.tolist())
        found = {rule: sum(row in listed for row in rows) for rule, rows in self.marks.items()}
        return {rule: n for rule, n in found.items() if n}

    def rebuilt(self, kept: Counts) -> Table:
        """Return the table of what is shown.

        Parameters
        ----------
        kept : array of int
            Its rows, in the order in which they are listed.
        """
        table = self.table
        columns = _leaving(table)
        values = {one.name: _typed(self.values[one.name][kept], table[one.name]) for one in columns}
        statuses = {
            one.name: _statuses(table.statuses.get(one.name), self.hidden[one.name], kept)
            for one in columns
            if one.name in table.statuses or self.hidden[one.name].any()
        }
        title = None if tells_of_cases(table.title) else table.title
        return Table(
            columns,
            values,
            labels={name: _used(words, values[name]) for name, words in table.labels.items() if name in values},
            title=title,
            statuses=statuses,
            guard=table.guard,
            sparse=table.sparse,
        )


def internal_columns(table: Table) -> frozenset[str]:
    """Return the columns of counts that never leave."""
    return frozenset(one.name for one in table.columns if one.cell is not None and one.cell.internal)


def _leaving(table: Table) -> list[Column]:
    """Return the columns of what is published: without counts that stay inside, and the errors computed from them."""
    inside = internal_columns(table)
    if not inside:
        return list(table.columns)
    found = []
    for one in table.columns:
        rests = one.of is not None and bool(inside & set(one.of.inputs))
        if one.name in inside or (rests and one.role == "interval" and one.unit == "points"):
            continue
        if rests and one.of is not None:
            known = tuple(name for name in one.of.inputs if name not in inside)
            one = replace(one, of=replace(one.of, inputs=known) if known else None)
            if one.unit == "share":
                one = replace(one, decimals=0)
        found.append(one)
    return found


def numbers(table: Table, name: str) -> Floats:
    """Return a column as floats; NaN where there is no number."""
    return np.array([np.nan if one is None else one for one in table[name].tolist()], np.float64)


def groups_of(table: Table, column: Column) -> Counts:
    """Return which rows belong together for what is computed from several of them."""
    rows = "own" if column.of is None else column.of.rows
    if rows == "own":
        return np.arange(len(table), dtype=np.int64)
    strata = [table[one.name].tolist() for one in table.columns if one.role == "stratum"]
    if rows == "table" or not strata:
        return np.zeros(len(table), np.int64)
    keys = list(zip(*strata, strict=True))
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    return np.array([places[key] for key in keys], np.int64)


def anywhere(flags: Flags, groups: Counts) -> Flags:
    """Return to each row whether a flag is set in any row of its group."""
    if not len(flags):
        return flags
    return np.asarray(np.bincount(groups, weights=flags)[groups] > 0, np.bool_)


def told_in_words(table: Table) -> Message | None:
    """Return why a table's own words cannot leave: a heading or a label that holds a number of cases."""
    said = [one.name for one in table.columns if tells_of_cases(one.meaning)]
    said += [
        name for name, words in table.labels.items() if any(label_tells(which, one) for which, one in words.items())
    ]
    if not said:
        return None
    return tr("the words of its columns {columns} hold numbers", columns=tuple(dict.fromkeys(said)))


def label_tells(which: str, words: Readable) -> bool:
    """Whether the words of an id hold a number that the id does not: the words of a period repeat its year.

    Examples
    --------
    >>> label_tells("2019-Q1", tr("{year}, quarter {n}", year=2019, n=1)), label_tells("f", tr("women ({n})", n=7))
    (False, True)
    """
    if not tells_of_cases(words):
        return False
    known = {int(one) for one in _DIGITS.findall(which)}
    return any(int(one) not in known for one in _DIGITS.findall(words.text("en").replace(",", "")))


def in_order(table: Table) -> Counts:
    """Return the rows in an order that no hidden number decided: by the declared order of labels, else by levels."""
    keys: list[list[Any]] = []
    for column in table.columns:
        if column.role not in {"stratum", "key"} or column.of is not None:
            continue
        values = table[column.name].tolist()
        words = table.labels.get(column.name, {})
        listed = {one: place for place, one in enumerate(words)}
        first = bool(values) and values[0] == ALL
        keys.append([_place(one, listed, all_first=first) for one in values])
    order = sorted(range(len(table)), key=lambda row: [one[row] for one in keys])
    return np.array(order, np.int64)


def _place(value: Any, listed: Mapping[str, int], *, all_first: bool) -> tuple[Any, ...]:
    """Return a sorting key: all together at its side, then the declared order, then levels as a reader expects them."""
    if value == ALL:
        return (-1 if all_first else 3,)
    if value in listed:
        return 0, listed[value]
    if isinstance(value, str):
        return 2, naturally(value)
    return (1, np.inf) if value is None else (1, value)


def _typed(shown: Values, raw: Values) -> Values:
    """Return whole numbers as such, where the raw column holds whole numbers and nothing is missing."""
    if raw.dtype.kind in "iu" and shown.dtype.kind == "f" and bool(np.isfinite(shown).all()):
        return np.asarray(np.round(shown).astype(raw.dtype))
    return shown


def _statuses(raw: Sequence[str] | None, hidden: Flags, kept: Counts) -> list[str]:
    return [SUPPRESSED if hidden[row] else raw[row] if raw else "" for row in kept.tolist()]


def _used(words: Mapping[str, Readable], values: Values) -> dict[str, Readable]:
    """Return the words of ids that are shown: a label of a row that is not there would tell that there was one."""
    there = {one for one in values.tolist() if isinstance(one, str)}
    return {name: one for name, one in words.items() if name in there}
