"""Columns of whole numbers and of a few words in parquet files, read piece by piece for counts that need no engine.

An engine groups rows by hashing them; where each row's cell is known by arithmetic, adding one to it takes a third of
the time, and a piece at a time is all that memory holds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base.levels import NOT_RECORDED, naturally
from .memory import LARGEST, PIECE, WIDEST

_MOST_THREADS: Final = 8


class Piece(NamedTuple):
    """Some rows, as whole numbers."""

    days: NDArray[Any]  # (n,)
    ending: NDArray[Any]  # (n,) place of the value among all values of the ending
    entry: NDArray[Any] | None
    frequency: NDArray[Any] | None
    attributes: tuple[NDArray[Any], ...]  # codes, one array per attribute asked for


class Span(NamedTuple):
    """What the foot of the files says of a column of whole numbers."""

    low: int
    high: int
    gaps: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Stored:
    """Times and endings as columns of parquet files; no time and no ending is missing.

    Attributes
    ----------
    files : tuple of (path, row groups)
    days, ending, entry, frequency : str or None
        Names of the columns.
    spans : mapping of str to Span
        Of every column of whole numbers.
    texts : frozenset of str
        Columns of texts.
    values : tuple
        Values of ``ending`` in the order of their places.
    code_of : array of int
        Code of each of them.
    columns : mapping of str to str
        Column of each attribute.
    """

    files: tuple[tuple[Path, tuple[int, ...]], ...]
    days: str
    ending: str
    entry: str | None
    frequency: str | None
    spans: dict[str, Span]
    texts: frozenset[str]
    values: tuple[Any, ...]
    code_of: NDArray[Any]
    n_rows: int
    columns: Mapping[str, str]

    @classmethod
    def of(
        cls, files: Sequence[Path], days: str, ending: str, entry: str | None, frequency: str | None
    ) -> Stored | None:
        """Return the columns of files; None where a time or an ending is missing or is no whole number or word."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            heads = [pq.read_metadata(file) for file in files]
            schemas = [head.schema.to_arrow_schema() for head in heads]
        except (pa.ArrowException, OSError):
            return None
        if any(not one.equals(schemas[0]) for one in schemas) or not sum(head.num_rows for head in heads):
            return None
        spans = _spans(heads, schemas[0])
        texts = frozenset(
            field.name for field in schemas[0] if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        )
        whole = [one for one in (days, frequency) if one is not None]
        if any(one not in spans or spans[one].gaps or spans[one].low < 0 for one in whole):
            return None
        if entry is not None and entry not in spans:
            return None
        if spans[days].high >= LARGEST or (entry is not None and spans[entry].high >= LARGEST):
            return None
        known = ending in spans and not spans[ending].gaps and spans[ending].high - spans[ending].low < WIDEST
        if not known and (ending not in texts or _has_gaps(heads, schemas[0].get_field_index(ending))):
            return None
        return cls(
            files=tuple((file, tuple(range(head.num_row_groups))) for file, head in zip(files, heads, strict=True)),
            days=days,
            ending=ending,
            entry=entry,
            frequency=frequency,
            spans=spans,
            texts=texts,
            values=() if ending in texts else tuple(range(spans[ending].low, spans[ending].high + 1)),
            code_of=np.zeros(0, np.int8),
            n_rows=sum(head.num_rows for head in heads),
            columns={},
        )

    @property
    def width(self) -> int:
        """One more than the longest time."""
        return self.spans[self.days].high + 1

    @property
    def n_units(self) -> int:
        """How many rows there are, times their frequency."""
        if self.frequency is None:
            return self.n_rows
        return sum(int(batch[0].to_numpy().sum()) for batch in self._batches([self.frequency]))

    def endings(self) -> list[Any] | None:
        """Return the distinct values of the ending, as people count; None where there are too many."""
        if self.ending in self.texts:
            words = self._words(self.ending)
            return None if words is None else sorted(words, key=naturally)
        low, high, _ = self.spans[self.ending]
        total = np.zeros(high - low + 1, np.int64)
        for (column,) in self._batches([self.ending]):
            total += np.bincount(column.to_numpy().astype(np.int64) - low, minlength=len(total))
        return [low + int(one) for one in np.flatnonzero(total)]

    def coded(self, code_of: Mapping[Any, int]) -> Stored:
        """Return the same columns with these codes of the endings' values."""
        every = self.values or tuple(code_of)
        return replace(self, values=every, code_of=np.array([code_of.get(one, 0) for one in every], np.int8))

    def recoded(self, codes: Sequence[int]) -> Stored:
        """Return the same columns with other codes; ``codes[old]`` is the new one."""
        return replace(self, code_of=np.asarray(codes, np.int8)[self.code_of])

    def named(self, columns: Mapping[str, str]) -> Stored:
        """Return the same with these attributes and no others; ``columns`` says in which column each lies."""
        return replace(self, columns=dict(columns))

    def levels(self, attribute: str) -> tuple[str, ...] | None:
        """Return what the codes of an attribute stand for; None where an engine must make its levels."""
        name = self.columns.get(attribute, "")
        if name in self.texts:
            words = self._words(name)
            return None if words is None else (*words, *([] if NOT_RECORDED in words else [NOT_RECORDED]))
        span = self.spans.get(name)
        if span is None or span.high - span.low >= WIDEST:
            return None
        return (*map(str, range(span.low, span.high + 1)), *([NOT_RECORDED] if span.gaps else []))

    def parts(self) -> list[Stored]:
        """Return the same rows in as many parts as there are processors to count them at the same time."""
        groups = [(file, one) for file, every in self.files for one in every]
        n = max(1, min(len(groups), _processors(), _MOST_THREADS))
        shares = [groups[place::n] for place in range(n)]
        return [replace(self, files=_by_file(share)) for share in shares]

    def blocks(self, rows: int) -> list[Stored]:
        """Return the same rows in blocks of whole row groups, of about ``rows`` rows at the most."""
        groups = [(file, one) for file, every in self.files for one in every]
        size = max(1, len(groups) * rows // max(self.n_rows, 1))
        return [replace(self, files=_by_file(groups[at : at + size])) for at in range(0, len(groups), size)]

    def pieces(self, attributes: Sequence[str], levels: Sequence[tuple[str, ...]]) -> Iterator[Piece]:
        """Read the rows piece by piece, the attributes as places among their ``levels``."""
        names = [self.columns[one] for one in attributes]
        columns = [self.days, self.ending, *(one for one in (self.entry, self.frequency) if one is not None)]
        fixed = len(columns)
        ending = self._coder(self.ending, self.values)
        coders = [self._coder(name, known) for name, known in zip(names, levels, strict=True)]
        for batch in self._batches([*columns, *names]):
            rest = iter(batch[2:fixed])
            entry = None if self.entry is None else next(rest).fill_null(-1).to_numpy()
            yield Piece(
                days=batch[0].to_numpy(),
                ending=ending(batch[1]),
                entry=entry,
                frequency=None if self.frequency is None else next(rest).to_numpy(),
                attributes=tuple(coder(column) for coder, column in zip(coders, batch[fixed:], strict=True)),
            )

    def _coder(self, name: str, values: Sequence[Any]) -> Callable[[Any], NDArray[Any]]:
        """Return how a column becomes places among its values; what is not recorded has the last one."""
        if name in self.texts:
            places = {text: place for place, text in enumerate(values)}
            missing = places.get(NOT_RECORDED, 0)

            def from_words(column: Any) -> NDArray[Any]:
                table = np.array([places[one] for one in column.dictionary.to_pylist()] + [missing], np.int32)
                indices = column.indices.fill_null(len(table) - 1) if column.null_count else column.indices
                found: NDArray[Any] = table[indices.to_numpy()]
                return found

            return from_words
        low, high, _ = self.spans[name]

        def from_numbers(column: Any) -> NDArray[Any]:
            if column.null_count:
                import pyarrow as pa

                column = column.cast(pa.int64()).fill_null(high + 1)
            found: NDArray[Any] = column.to_numpy()
            return found if low == 0 else (found.astype(np.int64) - low).astype(np.int32)

        return from_numbers

    def _words(self, name: str) -> list[str] | None:
        """Return the distinct texts of a column; None where there are too many."""
        found: dict[str, None] = {}
        for (column,) in self._batches([name]):
            found.update(dict.fromkeys(one for one in column.dictionary.to_pylist() if one is not None))
            if len(found) >= WIDEST:
                return None
        return list(found)

    def _batches(self, names: Sequence[str]) -> Iterator[list[Any]]:
        """Read columns of the files, texts as dictionaries."""
        import pyarrow.parquet as pq

        distinct = list(dict.fromkeys(names))
        words = [name for name in distinct if name in self.texts]
        for file, groups in self.files:
            with pq.ParquetFile(file, read_dictionary=words) as opened:
                for batch in opened.iter_batches(PIECE, row_groups=list(groups), columns=distinct, use_threads=False):
                    yield [batch.column(name) for name in names]


def _by_file(groups: Sequence[tuple[Path, int]]) -> tuple[tuple[Path, tuple[int, ...]], ...]:
    """Return row groups file by file: the foot of a file is read once, and it is long where there are many of them."""
    found: dict[Path, list[int]] = {}
    for file, group in groups:
        found.setdefault(file, []).append(group)
    return tuple((file, tuple(every)) for file, every in found.items())


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _spans(heads: Sequence[Any], schema: Any) -> dict[str, Span]:
    """Return the smallest and largest value of each column of whole numbers, where every row group tells them."""
    import pyarrow as pa

    found: dict[str, Span] = {}
    flat = all(head.num_columns == len(schema) for head in heads)
    for place, field in enumerate(schema):
        if not pa.types.is_integer(field.type) or not flat:
            continue
        told = _told(heads, place)
        full = [one for one in told if one is not None and one.has_min_max and one.has_null_count]
        if len(full) == len(told) and full:
            gaps = any(one.null_count for one in full)
            found[field.name] = Span(min(one.min for one in full), max(one.max for one in full), gaps)
    return found


def _has_gaps(heads: Sequence[Any], place: int) -> bool:
    told = _told(heads, place)
    return any(one is None or not one.has_null_count or one.null_count > 0 for one in told)


def _told(heads: Sequence[Any], place: int) -> list[Any]:
    """Return the statistics of a column, one per row group."""
    return [head.row_group(group).column(place).statistics for head in heads for group in range(head.num_row_groups)]
