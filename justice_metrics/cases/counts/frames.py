"""From frames and texts to the rows of a table of counts: typed by the mapping, put together, checked."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from ...base.errors import CaseDataError, MappingError, suggestion
from ...base.language import Message, Readable, tr, trn
from ...base.levels import NOT_AVAILABLE
from ...base.provenance import Provenance
from ...base.quantities import STATUSES, Quantity
from ...base.types import Flags, FrameLibrary
from ...base.version import __version__
from ..calendar import date_of
from ..conversions.conversion import normalise
from ..made_columns import make_columns
from ..readers.frames import Embedded, Source
from ..readers.text_table import TextTable
from .checks import checked, ensure_offices, ensure_totals
from .columns import CountColumns
from .gathering import Block, Gathered, filled, gathered
from .mapping import OFFICE, CountMapping, as_count_mapping
from .periods import NO_DAY, period_days
from .rows import CountRows, Key


def from_frames(frame: Any, mapping: Any) -> CountRows:
    """Take tables of counts from frames; see :meth:`CountData.from_frame`."""
    described = as_count_mapping(mapping)
    frames = list(frame) if isinstance(frame, list | tuple) else [frame]
    if not frames:
        raise CaseDataError(tr("There is no row in the data."), tr("Check that the right table was handed over."))
    embedded = Embedded()
    names = ["the table"] if len(frames) == 1 else [f"table {place}" for place in range(1, len(frames) + 1)]
    tables: list[tuple[str, Any]] = []
    library: FrameLibrary = "pandas"
    for name, one in zip(names, frames, strict=True):
        source = Source(one, embedded, name=name)
        library = source.library if not tables else library
        tables.append((name, source))
    return rows_of(tables, described, "frame", library)


def rows_of(tables: Sequence[tuple[str, Any]], mapping: CountMapping, source: str, library: FrameLibrary) -> CountRows:
    """Return the rows of named tables: texts of a file, or frames."""
    blocks = [_block(name, table, mapping) for name, table in tables]
    _ensure_columns(blocks, mapping)
    put = gathered(blocks, mapping)
    ensure_offices([(one.name, one.keys) for one in blocks], mapping)
    notes: list[Readable] = [*(note for one in blocks for note in one.notes), *put.notes]
    if not put.first_day.size:
        raise CaseDataError(tr("There is no row in the data."), tr("Check that the right table was handed over."))
    ensure_totals(put.keys)
    part = mapping.counts
    cutoff = part.cutoff or date_of(int(put.last_day.max()))
    made = CountRows(
        rows=len(put.first_day),
        keys=MappingProxyType(put.keys),
        first_day=put.first_day,
        last_day=put.last_day,
        quantities=MappingProxyType(put.quantities),
        given=MappingProxyType(put.given),
        words=MappingProxyType({name: words for name, words in mapping.words().items() if name in put.quantities}),
        unit=part.unit,
        units=MappingProxyType({name: one.unit for name, one in part.quantities.items() if one.unit is not None}),
        over_time=MappingProxyType(mapping.over_time()),
        per=MappingProxyType({name: one.per for name, one in part.quantities.items() if one.per is not None}),
        offices=OFFICE if part.office is not None else None,
        cutoff=cutoff,
        provenance=_provenance(put, mapping, source, cutoff),
        frame_library=library,
        notes=tuple(notes),
    )
    return filled(checked(made, put.where, faults=mapping.data.faults), part)


def _block(name: str, table: Any, mapping: CountMapping) -> Block:
    arrow, row_number, notes = _arrow(name, table, mapping)
    hand = _by_hand(table, mapping, arrow.column_names)
    columns = CountColumns(arrow, name=name, row_number=row_number, mapping=mapping, written=hand)
    part = mapping.counts
    kept = np.ones(columns.rows, np.bool_)
    found = {
        key: columns.levels(spec, where=f"counts.{key}" if key == OFFICE else f"counts.keys.{key}")
        for key, spec in part.key_columns().items()
    }
    for one in found.values():
        kept &= one.kept
    spellings = sum(one.spellings for one in found.values())
    if spellings:
        notes = (
            *notes,
            trn(
                "{n} name was written in another way elsewhere (capitals, accents, spaces) and taken as the same.",
                "{n} names were written in another way elsewhere (capitals, accents, spaces) and taken as the same.",
                spellings,
            ),
        )
    if not kept.all():
        n = int((~kept).sum())
        notes = (
            *notes,
            trn("{n} row was left out as the mapping says.", "{n} rows were left out as the mapping says.", n),
        )
        places = np.flatnonzero(kept)
        columns = CountColumns(
            arrow.take(places),
            name=name,
            row_number=lambda row: row_number(int(places[row])),
            mapping=mapping,
            written=hand,
        )
    keys = {key: Key(one.codes[kept].astype(np.int32), tuple(one.levels)) for key, one in found.items()}
    # a row of totals often has no period, and is to be called what it is
    ensure_totals({key: _present(one) for key, one in keys.items()})
    unnamed = 0 if part.office is None else int((found[OFFICE].blank & found[OFFICE].kept).sum())
    if unnamed:
        notes = (
            *notes,
            trn(
                "{n} row names no office. Of merged cells only the first holds the name: write it on each row.",
                "{n} rows name no office. Of merged cells only the first holds the name: write it on each row.",
                unnamed,
            ),
        )
    written = {key: Key(one.written[kept].astype(np.int32), tuple(one.texts)) for key, one in found.items()}
    first, last = period_days(columns, part.period)
    quantities, given, names = _long(columns, mapping) if part.long is not None else _wide(columns, mapping)
    dated = (first != NO_DAY) & (last != NO_DAY)
    more: list[Message] = []
    if columns.n_blank:
        more.append(
            trn(
                "{n} blank cell is taken as not available; a zero is written as 0.",
                "{n} blank cells are taken as not available; a zero is written as 0.",
                columns.n_blank,
            )
        )
    if columns.n_unreadable:
        more.append(
            trn(
                "{n} cell could not be read as a number and is taken as not available.",
                "{n} cells could not be read as numbers and are taken as not available.",
                columns.n_unreadable,
            )
        )
    if not dated.all():
        n = int((~dated).sum())
        more.append(
            trn(
                "{n} row without a period that can be read was left out.",
                "{n} rows without a period that can be read were left out.",
                n,
            )
        )
    numbers = np.flatnonzero(dated)
    return Block(
        name=name,
        names=names,
        keys={key: Key(one.codes[dated], one.levels) for key, one in keys.items()},
        written={key: Key(one.codes[dated], one.levels) for key, one in written.items()},
        first_day=first[dated],
        last_day=last[dated],
        quantities={key: Quantity(one.values[dated], one.status[dated]) for key, one in quantities.items()},
        given={key: one[dated] for key, one in given.items()},
        row_number=lambda row: columns.row_number(int(numbers[row])),
        notes=(*notes, *more),
    )


def _present(key: Key) -> Key:
    """Leave out the levels that no row has any more."""
    seen, codes = np.unique(key.codes, return_inverse=True)
    return Key(codes.astype(np.int32), tuple(key.levels[one] for one in seen.tolist()))


_Typed: TypeAlias = tuple[dict[str, Quantity], dict[str, Flags], tuple[str, ...]]


def _wide(columns: CountColumns, mapping: CountMapping) -> _Typed:
    found = {
        name: columns.need(one.column, where=f"counts.quantities.{name}")
        for name, one in mapping.counts.quantities.items()
        if one.column in columns.columns
    }
    every = np.ones(columns.rows, np.bool_)
    return columns.quantities(found), dict.fromkeys(found, every), columns.columns


def _long(columns: CountColumns, mapping: CountMapping) -> _Typed:
    part = mapping.counts
    if part.long is None:
        raise TypeError("the table is not long")
    said = columns.need(part.long.quantity, where="counts.long.quantity")
    number = columns.quantities({"": columns.need(part.long.number, where="counts.long.number")})[""]
    meant = {normalise(one.column): name for name, one in part.quantities.items()}
    ignored = {normalise(one) for one in part.long.ignore}
    of = [meant.get(normalise(text)) for text in said.texts]
    unknown = [text for text, one in zip(said.texts, of, strict=True) if one is None and normalise(text) not in ignored]
    if unknown and mapping.data.faults == "refuse":
        rows = np.isin(said.codes, [said.texts.index(one) for one in unknown])
        row = columns.first_row(rows)
        raise MappingError(
            trn(
                "{n} quantity in the column '{column}' is not in the mapping: '{word}'{where}.",
                "{n} quantities in the column '{column}' are not in the mapping, '{word}' among them{where}.",
                len(unknown),
                column=said.name,
                word=unknown[0],
                where=tr(" (the first in row {row})", row=row) if row is not None else "",
            ),
            tr(
                "{known} Name it in [counts.quantities], or in 'ignore' of [counts.long].",
                known=suggestion(unknown[0], tuple(one.column for one in part.quantities.values())),
            ),
        )
    places = {name: [place for place, one in enumerate(of) if one == name] for name in part.quantities}
    given = {name: np.isin(said.codes, where) for name, where in places.items() if where}
    none = np.uint8(STATUSES.index(NOT_AVAILABLE))
    typed = {
        name: Quantity(np.where(rows, number.values, np.nan), np.where(rows, number.status, none).astype(np.uint8))
        for name, rows in given.items()
    }
    return typed, given, tuple(said.texts)


def _ensure_columns(blocks: Sequence[Block], mapping: CountMapping) -> None:
    """Refuse a quantity that is in none of the tables, and a table that has none of them."""
    there = {name for one in blocks for name in one.quantities}
    for name, one in mapping.counts.quantities.items():
        if name not in there:
            known = tuple(dict.fromkeys(word for block in blocks for word in block.names))
            if mapping.counts.long is not None:
                raise MappingError(
                    tr("No row is about '{word}' (counts.quantities.{name}).", word=one.column, name=name),
                    suggestion(one.column, known),
                )
            raise MappingError.unknown_column(one.column, known, where=f"counts.quantities.{name}")
    for block in blocks:
        if not block.quantities:
            raise MappingError(
                tr("'{name}' has none of the quantities of the mapping.", name=block.name),
                tr("Leave the file out, or name its columns in [counts.quantities]."),
            )


def _arrow(
    name: str, table: Any, mapping: CountMapping
) -> tuple[Any, Callable[[int], int | None], tuple[Message, ...]]:
    """Return a table as Arrow, how its rows are numbered, and what was met while it was read."""
    if isinstance(table, TextTable) and not mapping.made:
        return table.table, table.row_number, table.notes
    source = table if isinstance(table, Source) else Source(table, Embedded(), name=name)
    make_columns(source, mapping)
    wanted = _wanted(mapping)
    # Where a column is missing, a message tells of all there are.
    kept = [one for one in source.columns if one in wanted or not wanted <= set(source.columns)]
    frame = source.lazy(*kept)
    arrow = frame.collect(backend="pyarrow").to_native()
    if isinstance(table, TextTable):
        return arrow, table.row_number, table.notes
    ordered = source.in_memory
    return arrow, lambda row: row + 1 if ordered else None, ()


def _by_hand(table: Any, mapping: CountMapping, columns: Sequence[str]) -> dict[str, Mapping[str, bool]]:
    """Return, of columns whose numbers the file types, the numbers that stand in them as text."""
    if isinstance(table, Source):
        found = {column: table.written_numbers(column) for column in columns}
    else:
        found = dict(table.written_numbers) if isinstance(table, TextTable) else {}
    return {column: held for column, held in found.items() if held is not None and column not in mapping.made}


def _wanted(mapping: CountMapping) -> set[str]:
    part = mapping.counts
    columns = {one.column for one in part.key_columns().values()} | set(part.period.columns())
    if part.long is not None:
        return columns | {part.long.quantity, part.long.number}
    return columns | {one.column for one in part.quantities.values()}


def _provenance(put: Gathered, mapping: CountMapping, source: str, cutoff: dt.date) -> Provenance:
    shape = repr((tuple(put.quantities), tuple(put.keys), len(put.first_day)))
    return Provenance(
        source=source,
        fingerprint=hashlib.sha256(shape.encode()).hexdigest()[:16],
        unit=mapping.counts.unit,
        units_in=_units_in(put, mapping),
        cutoff=cutoff,
        sampling="counts",
        simulated=mapping.data.simulated,
        version=__version__,
    )


def _units_in(put: Gathered, mapping: CountMapping) -> int:
    """Return how many units came in by the table; where it does not say, the largest of its flows, else of its stocks.

    A stock is that of the last period.
    """
    how = mapping.over_time()
    flows = [name for name in put.quantities if how.get(name) == "add"]
    names = [one for one in ("incoming", "new", "complaint") if one in flows][:1] or flows or list(put.quantities)
    last = put.last_day == put.last_day.max()
    counted = max(float(np.nansum(put.quantities[one].values[slice(None) if flows else last])) for one in names)
    return round(counted)
