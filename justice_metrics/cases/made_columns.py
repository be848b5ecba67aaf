"""Columns that the mapping makes of others: a date of its parts, a part of a joined code, several texts as one.

They are texts like those of a file, made in the engine where the table lies, and typed afterwards like any other.
What every part can say is looked at once per distinct text; a part that holds labels is taken by its codes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Final, Protocol

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError
from ..base.language import tr, trn
from .conversions.conversion import normalise
from .conversions.date_texts import month_number
from .intake import Conversion
from .mappings.columns import MadeColumn
from .readers.frames import Source

# How forms say "day not known", besides a blank; no calendar has such a day, month or year.
_NOT_TOLD: Final = frozenset({"0", "00", "0000", "99", "9999"})
_WHOLE: Final = re.compile(r"^(\d+)(?:[.,]0+)?$")
_MIDDLE_DAY: Final = "-15"
_MIDDLE_OF_YEAR: Final = "-07-01"


class Maker(Protocol):
    """What a mapping says of made columns: that of case files and that of a table of counts say it alike."""

    @property
    def made(self) -> Mapping[str, MadeColumn]:
        """The section [columns]."""

    @property
    def missing(self) -> Mapping[str, str]:
        """Codes that stand for missing."""

    @property
    def counts_faults(self) -> bool:
        """Whether what is wrong is counted, not refused."""


def make_columns(source: Source, mapping: Maker) -> list[Conversion]:
    """Give a table the columns of [columns] whose parts it has.

    Parameters
    ----------
    source : Source
        The table; it gets the columns as if they were its own, each once.
    mapping : mapping of case files or of a table of counts

    Returns
    -------
    list of Conversion
        For each code that was cut: how many there were, and how many were too short or too long (counted mode).

    Raises
    ------
    MappingError
        When the table has a column of that name already, or codes have lost zeros and nothing says how many.
    CaseDataError
        When codes are too short or too long and faults are refused.
    """
    counted: list[Conversion] = []
    for name, spec in mapping.made.items():
        if name in source.made:
            continue
        absent = [one for one in spec.parts if one not in source.columns]
        if absent:
            source.not_made(name, absent[0])
            continue
        if name in source.columns and name not in spec.parts:
            raise MappingError(
                tr(
                    "The section [columns] makes '{column}', and {table} has a column of that name.",
                    column=name,
                    table=source.name,
                ),
                tr("Give it another name there."),
            )
        for part in spec.parts:
            source.need(part, where=f"columns.{name}")
        if spec.year is not None:
            _make_date(source, name, spec, mapping)
        elif spec.columns is not None:
            _make_joined(source, name, spec, mapping)
        else:
            counted.append(_make_cut(source, name, spec, mapping))
    return counted


def _make_date(source: Source, name: str, spec: MadeColumn, mapping: Maker) -> None:
    """Write a date as 2019-03-05, 2019-03 or 2019; one whose year is not told as ?-03-05, which no reader can read."""
    parts = {key: getattr(spec, key) for key in ("year", "month", "day")}
    told = {
        key: source.looked_up(f"{key}__{name}", column, _told(source, column, mapping, month=key == "month"))
        for key, column in parts.items()
        if column is not None
    }
    nothing = nw.lit(None, dtype=nw.String)
    year, month, day = told["year"], told.get("month", nothing), told.get("day", nothing)
    dash, unknown = nw.lit("-"), nw.lit("?")
    whole_year = ~year.is_null()
    to_month = whole_year & ~month.is_null()
    to_day = to_month & ~day.is_null()
    orphan = year.is_null() & ~(month.is_null() & day.is_null())
    question = nw.concat_str([unknown, dash, nw.coalesce(month, unknown), dash, nw.coalesce(day, unknown)])
    undated = nw.when(orphan).then(question).otherwise(_coded(source, parts["year"], f"coded__{name}", mapping))
    to_year = nw.when(whole_year).then(year).otherwise(undated)
    known = nw.when(to_month).then(nw.concat_str([year, dash, month])).otherwise(to_year)
    text = nw.when(to_day).then(nw.concat_str([year, dash, month, dash, day])).otherwise(known)
    whole = (
        nw.when(to_day)
        .then(text)
        .otherwise(
            nw.when(to_month)
            .then(nw.concat_str([year, dash, month, nw.lit(_MIDDLE_DAY)]))
            .otherwise(nw.when(whole_year).then(nw.concat_str([year, nw.lit(_MIDDLE_OF_YEAR)])))
        )
    )
    source.put(name, text, whole_day=whole)


def _told(source: Source, column: str, mapping: Maker, *, month: bool) -> dict[str, str | None]:
    """Return what each text of a part of a date says: two digits or four; None where it says that nothing is known."""
    missing = _missing(source, column, mapping)
    codes = {cell: code for code, cell in source.cell_of_code(column).items()}
    found: dict[str, str | None] = {}
    for text in source.distinct(column)[0]:
        bare = codes.get(text, text).strip()
        named = (month_number(text) or month_number(bare)) if month else None
        whole = _WHOLE.match(bare)
        if normalise(text) in missing or bare in _NOT_TOLD or not bare:
            found[text] = None
        elif named is not None:
            found[text] = f"{named:02d}"
        else:
            found[text] = whole[1].zfill(2) if whole is not None else bare
    return found


def _make_cut(source: Source, name: str, spec: MadeColumn, mapping: Maker) -> Conversion:
    """Take a part of a code; codes of digits alone get back the zeros that they lost."""
    column = spec.column or ""
    texts, counts = source.distinct(column)
    missing = _missing(source, column, mapping)
    codes = {cell: code for code, cell in source.cell_of_code(column).items()}
    lookup: dict[str, str | None] = {}
    lengths: Counter[int] = Counter()
    n = wrong = n_missing = 0
    for text, count in zip(texts, counts, strict=True):
        if normalise(text) in missing:
            lookup[text] = text
            n_missing += count
            continue
        code = codes.get(text, text).strip()
        if code.isdigit():
            lengths[len(code)] += count
        lookup[text] = _cut(code, spec)
        n += count
        wrong += count if lookup[text] is None else 0
    if spec.pad is None and len(lengths) > 1:
        raise MappingError(
            tr(
                "The codes in the column '{column}' do not have the same number of digits ({lengths}): zeros at their "
                "front were lost, or they are of two kinds.",
                column=column,
                lengths=", ".join(f"{length}: {count}" for length, count in sorted(lengths.items())),
            ),
            tr(
                "Say how many digits a whole code has: pad = {longest} in columns.{name}.",
                longest=max(lengths),
                name=name,
            ),
        )
    if wrong and not mapping.counts_faults:
        raise CaseDataError(
            trn(
                "{n} code of {total} in the column '{column}' is too short or too long for columns.{name}.",
                "{n} codes of {total} in the column '{column}' are too short or too long for columns.{name}.",
                wrong,
                total=n,
                column=column,
                name=name,
            ),
            tr(
                'Correct the cells, name their code in [missing], or set faults = "count" in [data] to count them as '
                "missing."
            ),
        )
    source.put(name, source.looked_up(f"cut__{name}", column, lookup))
    return Conversion(column=name, target="attribute", n=n + n_missing, unreadable=wrong)


def _cut(code: str, spec: MadeColumn) -> str | None:
    if spec.pad is not None and code.isdigit():
        code = code.zfill(spec.pad)
        if len(code) > spec.pad:
            return None
    start, end = (spec.first or 1) - 1, spec.last if spec.last is not None else len(code)
    return (code[start:end].strip() or None) if len(code) >= end else None


def _make_joined(source: Source, name: str, spec: MadeColumn, mapping: Maker) -> None:
    """Join texts; blank ones and codes for missing are passed over, and stand alone where there is nothing else."""
    said: list[nw.Expr] = []
    coded: list[nw.Expr] = []
    for place, column in enumerate(spec.parts):
        missing = _missing(source, column, mapping)
        codes = [text for text in source.distinct(column)[0] if normalise(text) in missing] if missing else []
        text = source.as_text(column)
        said.append(nw.when(~text.is_in(codes)).then(text) if codes else text)
        if codes:
            coded.append(_coded(source, column, f"coded__{place}__{name}", mapping))
    blank = reduce(and_, [one.is_null() for one in said])
    alone = (coded[0] if len(coded) == 1 else nw.coalesce(*coded)) if coded else nw.lit(None, dtype=nw.String)
    joined = nw.concat_str(said, separator=spec.join, ignore_nulls=True)
    source.put(name, nw.when(~blank).then(joined).otherwise(alone))


def _missing(source: Source, column: str, mapping: Maker) -> frozenset[str]:
    """Return, in the spelling by which texts are compared, what stands for missing in a column."""
    codes = {normalise(one) for one in mapping.missing}
    named = [
        cell
        for code, cell in source.cell_of_code(column).items()
        if codes & {normalise(cell), normalise(source.value_labels(column)[code])}
    ]
    return frozenset(codes | {normalise(one) for one in (*named, *source.user_missing(column))})


def _coded(source: Source, column: str, name: str, mapping: Maker) -> nw.Expr:
    """Return a column's codes for missing and nothing else, so that the kind of missing is not lost."""
    missing = _missing(source, column, mapping)
    found: Mapping[str, str | None] = (
        {one: one for one in source.distinct(column)[0] if normalise(one) in missing} if missing else {}
    )
    return source.looked_up(name, column, found) if found else nw.lit(None, dtype=nw.String)
