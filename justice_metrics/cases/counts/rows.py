"""The rows of a table of counts: keys, periods, and numbers with what is known about each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ...base.errors import QuestionError, suggestion
from ...base.language import Language, Readable, tr
from ...base.levels import naturally
from ...base.provenance import Provenance
from ...base.quantities import Quantity
from ...base.types import Days, Flags, FrameLibrary
from ..calendar import date_of
from ..periods import Period, length_of
from .quantities import OverTime


class Key(NamedTuple):
    """One column that splits the counts.

    Attributes
    ----------
    codes : array of int, shape (R,)
        Place of each row's level.
    levels : tuple of str
        In the order in which a reader expects them.
    """

    codes: NDArray[np.int32]
    levels: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class CountRows:
    """Counts by office, period and whatever else splits them; what :class:`CountData` holds.

    Attributes
    ----------
    rows : int
        R below.
    keys : mapping of str to Key
        Columns that split the counts; ``office`` is the office.
    first_day, last_day : array of int, shape (R,)
        The period of each row, both days included, as days since 1 January 1970.
    quantities : mapping of str to Quantity, shape (R,)
        The numbers, each with what is known about it.
    given : mapping of str to array of bool, shape (R,)
        The rows that have a cell for the quantity at all; not there, where every row has one.
    words : mapping of str to Readable
        What a reader calls each quantity.
    unit : str
        What is counted.
    units : mapping of str to str
        The unit of a quantity that counts something else.
    over_time : mapping of str to {"add", "first", "last", "mean"}
        How the whole of a period is made of its parts.
    per : mapping of str to tuple of str
        The keys that a figure belongs to, where it is repeated over the others.
    offices : str or None
        The key that is the office.
    cutoff : datetime.date
        Day to which the table is complete.
    notes : tuple of Readable
        What was met while the table was read.
    """

    rows: int
    keys: Mapping[str, Key]
    first_day: Days
    last_day: Days
    quantities: Mapping[str, Quantity]
    given: Mapping[str, Flags] = field(default_factory=lambda: MappingProxyType({}))
    words: Mapping[str, Readable]
    unit: str = "case"
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    over_time: Mapping[str, OverTime]
    per: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    offices: str | None = None
    cutoff: dt.date
    provenance: Provenance
    frame_library: FrameLibrary = "pandas"
    notes: tuple[Readable, ...] = ()

    @property
    def native_period(self) -> Period | None:
        """Which kind of period the flows and stocks have; None where they have several kinds or none."""
        rows = self.happening(tuple(self.quantities))
        return length_of(self.first_day[rows], self.last_day[rows])

    def happening(self, quantities: Iterable[str]) -> Flags:
        """Return the rows by which a period is seen, shape (R,).

        The population of a year says not that its months are over. Where there is nothing else, every row counts.
        """
        rows = np.zeros(self.rows, np.bool_)
        for name in quantities:
            if self.over_time[name] != "mean":
                rows |= self.given_in(name)
        return rows if rows.any() else ~rows

    def has(self, quantity: str) -> bool:
        """Whether the table has a quantity."""
        return quantity in self.quantities

    def need(self, quantity: str) -> str:
        """Check that a quantity is there and return it.

        Raises
        ------
        QuestionError
            When it is not; names what comes nearest.
        """
        if quantity not in self.quantities:
            raise QuestionError(
                tr("This table of counts has no quantity '{name}'.", name=quantity),
                suggestion(quantity, tuple(self.quantities), tuple(self.words.items())),
            )
        return quantity

    def key(self, name: str) -> Key:
        """Check that ``name`` splits the counts and return its column.

        Raises
        ------
        QuestionError
            When it does not.
        """
        if name not in self.keys:
            remedy = suggestion(name, tuple(self.keys)) if self.keys else tr("Nothing splits this table but time.")
            raise QuestionError(tr("'{name}' does not split this table of counts.", name=name), remedy)
        return self.keys[name]

    def level(self, name: str) -> NDArray[np.object_]:
        """Return the level of one key for each row, shape (R,)."""
        one = self.key(name)
        levels: NDArray[np.object_] = np.array([*one.levels, None], dtype=object)[:-1]
        taken: NDArray[np.object_] = levels[one.codes]
        return taken

    def key_levels(self, name: str) -> tuple[str, ...]:
        """Return the levels of one key, in the order in which a reader expects them."""
        return tuple(sorted(self.key(name).levels, key=naturally))

    def label(self, quantity: str) -> Readable:
        """Return what a reader calls a quantity."""
        return self.words[self.need(quantity)]

    def unit_of(self, quantity: str) -> str:
        """Return what a quantity counts."""
        return self.units.get(self.need(quantity), self.unit)

    def given_in(self, quantity: str) -> Flags:
        """Return the rows that have a cell for a quantity at all, shape (R,)."""
        return self.given.get(quantity, np.ones(self.rows, np.bool_))

    def selected(self, rows: Flags) -> Self:
        """Return the table with some of its rows only.

        Parameters
        ----------
        rows : array of bool, shape (R,)
        """
        return replace(
            self,
            rows=int(rows.sum()),
            keys=MappingProxyType({name: Key(one.codes[rows], one.levels) for name, one in self.keys.items()}),
            first_day=self.first_day[rows],
            last_day=self.last_day[rows],
            quantities=MappingProxyType(
                {name: Quantity(one.values[rows], one.status[rows]) for name, one in self.quantities.items()}
            ),
            given=MappingProxyType({name: one[rows] for name, one in self.given.items()}),
        )

    def describe(self, language: Language = "en") -> str:
        """Return what the table holds in words."""
        lines: list[Readable] = list(self.provenance.lines())
        if self.rows:
            first, last = date_of(int(self.first_day.min())), date_of(int(self.last_day.max()))
            lines.append(tr("Periods from {first} to {last}.", first=first, last=last))
        listed = ", ".join(one.text(language) for one in self.words.values())
        lines.append(tr("Quantities: {listed}.", listed=listed))
        if self.keys:
            lines.append(tr("Split by: {listed}.", listed=", ".join(self.keys)))
        return "\n".join(one.text(language) for one in (*lines, *self.notes))
