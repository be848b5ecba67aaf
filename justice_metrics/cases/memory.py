"""Columns of whole numbers that lie in memory already, for counts that need no engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from ..base.levels import NOT_RECORDED
from ..base.types import Counts

# Rows taken at once, so that the keys of a piece stay in the processor's cache.
PIECE: Final = 1 << 17
# Codes of a level or ending are looked up in a table of this many places at the most.
WIDEST: Final = 10_000
# Keys are made in 32 bits.
LARGEST: Final = 2**30


class Coded(NamedTuple):
    """One attribute as codes."""

    codes: NDArray[Any]  # (n,), 0..len(levels) - 1
    levels: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Memory:
    """Times and endings as arrays of shape (n,); not one cell is missing.

    Attributes
    ----------
    days, ending : array of int
    entry, frequency : array of int or None
    first : int
        Smallest value of ``ending``.
    code_of : array of int
        Code of each value of ``ending`` from ``first`` on.
    table : narwhals DataFrame
        The user's frame, for the attributes.
    columns : mapping of str to str, optional
        Column of each attribute; by default every column is one under its own name.
    """

    days: NDArray[Any]
    ending: NDArray[Any]
    entry: NDArray[Any] | None
    frequency: NDArray[Any] | None
    first: int
    code_of: NDArray[Any]
    table: nw.DataFrame[Any]
    columns: Mapping[str, str] | None = None

    @classmethod
    def of(cls, native: Any, days: str, ending: str, entry: str | None, frequency: str | None) -> Memory | None:
        """Return the columns of a frame in memory; None where one of them is missing values or is no whole number."""
        try:
            table = nw.from_native(native, eager_only=True)
        except TypeError:
            return None
        times, ended = _whole(table, days), _whole(table, ending)
        entries = None if entry is None else _whole(table, entry)
        repeats = None if frequency is None else _whole(table, frequency)
        absent = (entry is not None and entries is None) or (frequency is not None and repeats is None)
        if times is None or ended is None or absent or not len(times) or int(times.min()) < 0:
            return None
        first, last = int(ended.min()), int(ended.max())
        latest = -1 if entries is None else int(entries.max())
        if last - first >= WIDEST or max(abs(first), abs(last), int(times.max()), latest) >= LARGEST:
            return None
        if repeats is not None and int(repeats.min()) < 0:
            return None
        nothing: NDArray[Any] = np.zeros(last - first + 1, np.int8)
        return cls(
            days=times, ending=ended, entry=entries, frequency=repeats, first=first, code_of=nothing, table=table
        )

    @property
    def n_units(self) -> int:
        """How many rows there are, times their frequency."""
        return len(self.days) if self.frequency is None else int(self.frequency.sum())

    def endings(self) -> list[int]:
        """Return the distinct values of the ending, rising."""
        return [self.first + int(one) for one in np.flatnonzero(self._count_endings())]

    def coded(self, code_of: Mapping[Any, int]) -> Memory:
        """Return the same columns with these codes of the endings' values."""
        codes = np.zeros(len(self.code_of), np.int8)
        for value, code in code_of.items():
            if 0 <= value - self.first < len(codes):
                codes[value - self.first] = code
        return replace(self, code_of=codes)

    def named(self, columns: Mapping[str, str]) -> Memory:
        """Return the same with these attributes and no others."""
        return replace(self, columns=dict(columns))

    def recoded(self, codes: Sequence[int]) -> Memory:
        """Return the same columns with other codes; ``codes[old]`` is the new one."""
        return replace(self, code_of=np.asarray(codes, np.int8)[self.code_of])

    def attribute(self, name: str) -> Coded | None:
        """Return one attribute as codes; None where an engine must make its levels."""
        column = name if self.columns is None else self.columns.get(name)
        if column is None or column not in self.table.columns:
            return None
        series = self.table.get_column(column)
        if series.dtype.is_integer():
            return _numbered(_whole(self.table, column))
        if isinstance(series.dtype, nw.String | nw.Categorical | nw.Enum):
            return _encoded(series)
        return None

    def _count_endings(self) -> Counts:
        total = np.zeros(len(self.code_of), np.int64)
        for start in range(0, len(self.ending), PIECE):
            piece = self.ending[start : start + PIECE].astype(np.int32, copy=False)
            total += np.bincount(piece - np.int32(self.first), minlength=len(total))
        return total


def _whole(table: nw.DataFrame[Any], name: str) -> NDArray[Any] | None:
    """Return a column of whole numbers without a copy; None where it is not one, or has gaps."""
    series = table.get_column(name)
    if not series.dtype.is_integer() or series.null_count():
        return None
    array = series.to_numpy()
    return array if np.issubdtype(array.dtype, np.integer) else None


def _numbered(values: NDArray[Any] | None) -> Coded | None:
    if values is None or not len(values):
        return None
    first, last = int(values.min()), int(values.max())
    if last - first >= WIDEST:
        return None
    if first:
        values = (values.astype(np.int64) - first).astype(np.int32)
    return Coded(values, tuple(str(one) for one in range(first, last + 1)))


def _encoded(series: nw.Series[Any]) -> Coded | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = series.to_arrow()
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    if len(coded.dictionary) >= WIDEST:
        return None
    levels = tuple(str(one) for one in coded.dictionary.to_pylist())
    indices = coded.indices
    if indices.null_count:
        if NOT_RECORDED in levels:
            return None
        return Coded(pc.fill_null(indices.cast(pa.int32()), len(levels)).to_numpy(), (*levels, NOT_RECORDED))
    return Coded(indices.to_numpy(), levels)
