"""Tables of counts as a reader wants them: groups against years, months against years."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from ...base.language import Language, Readable, tr
from ...base.levels import MISSING_LEVELS, naturally
from ...base.quantities import NOT_DEFINED
from ...base.result import context_of
from ...base.table import Column, Table
from ...measures.counted.tables import PROVISIONAL
from .counts import cut_rows, level_words, span_words
from .figures import only_columns, shown_of
from .model import Figure

Turned: TypeAlias = Literal["", "years", "months"]
Period: TypeAlias = Literal["", "month", "quarter", "year", "to_date"]

ORDERED: Final = frozenset({"age", "age_group", "age_at_fact", "sex", "year"})
"""Attributes whose levels have an order of their own; all others stand by their size."""


@dataclass(frozen=True, slots=True)
class MonthName:
    """Name of a month, 1 to 12."""

    month: int

    def text(self, language: Language = "en") -> str:
        """Return the name in ``language``; in English where nobody has recorded its customs."""
        from babel import Locale, UnknownLocaleError

        try:
            names = Locale.parse(language).months["stand-alone"]["wide"]
        except (UnknownLocaleError, ValueError):
            names = Locale.parse("en").months["stand-alone"]["wide"]
        return str(names[self.month])


def shape_of(figure: Figure) -> Turned:
    """Say how a page shows the table of a figure: as it is, its groups against years, or its months against years."""
    if figure.by is not None:
        return "years"
    names = {one.name for one in figure.table.columns}
    months = {"period", "maturity", "count"} == names and all(len(str(one)) == 7 for one in figure.table["period"])
    return "months" if months and len(figure.table) else ""


def period_of(figure: Figure) -> Period:
    """Say by which kind of period the table of a figure counts; nothing where it is not of counts that filters read."""
    if figure.cube is None or not len(figure.table):
        return ""
    if "before" in figure.table.values:
        return "to_date"
    first = str(figure.table["period"][0])
    return "year" if len(first) == len("2025") else "quarter" if "Q" in first else "month"


def turned_table(figure: Figure) -> Table:
    """Return the table of a figure as a page shows it; its files have more columns, and the same numbers."""
    shape = shape_of(figure)
    if shape == "years" and figure.by is not None:
        return _by_years(figure.table, figure.by)
    return _by_months(figure.table) if shape == "months" else spanned(figure, shown_of(figure))


def spanned(figure: Figure, table: Table) -> Table:
    """Return a table of the months to date of each year with the words for these months in place of the years."""
    if figure.answer is None or period_of(figure) != "to_date":
        return table
    months = int(str(context_of(figure.answer).get("months", 12)))
    words = {str(one): span_words(str(one), months) for one in table["period"].tolist()}
    return Table(
        table.columns,
        table.values,
        labels={**table.labels, "period": words},
        title=table.title,
        statuses=table.statuses,
        sparse=table.sparse,
    )


def compared_table(table: Table, figure: Figure) -> Table:
    """Return a table of the months to date as a page shows it: this year, the year before and the change, by group.

    Parameters
    ----------
    table : Table
        Of one year; any other is returned as it is.
    figure : Figure
        To which it belongs.
    """
    years = set() if "before" not in table.values else set(table["period"].tolist())
    if figure.by is None or figure.answer is None or len(years) != 1:
        return table
    (year,) = years
    months = int(str(context_of(figure.answer).get("months", 12)))
    now, before = span_words(str(year), months), span_words(str(int(year) - 1), months)
    if _is_open(table, str(year)):
        now = tr("{period} (provisional)", period=now)
    words = {"count": now, "before": before}
    shown = only_columns(table, (figure.by, "count", "before", "estimate"))
    columns = [replace(one, meaning=words.get(one.name, one.meaning)) for one in shown.columns]
    renamed = Table(
        columns,
        shown.values,
        labels=shown.labels,
        title=shown.title,
        statuses=shown.statuses,
        sparse=shown.sparse,
    )
    levels = [str(one) for one in table[figure.by].tolist()]
    cells = {level: float(n) for level, n in zip(levels, table["count"].tolist(), strict=True)}
    order = _in_order(table, figure.by, cells)
    return cut_rows(renamed, sorted(range(len(levels)), key=lambda row: order.index(levels[row])))


def _in_order(table: Table, by: str, numbers: Mapping[str, float]) -> list[str]:
    """Return levels in the order of a page: their own, or the largest first; those that are not known last."""
    if by in ORDERED:
        return sorted(numbers, key=naturally)

    def size(level: str) -> tuple[bool, float, str]:
        number = numbers[level]
        words = unicodedata.normalize("NFKD", level_words(table, by, level).text()).casefold()
        return level in MISSING_LEVELS, math.inf if math.isnan(number) else -number, words

    return sorted(numbers, key=size)


def _by_years(table: Table, by: str) -> Table:
    years = sorted(set(table["period"].tolist()))
    cells = _cells(table, [(str(level), str(year)) for level, year in zip(table[by], table["period"], strict=True)])
    levels = list(dict.fromkeys(str(one) for one in table[by].tolist()))
    whole = [year for year in years if not _is_open(table, year)] or years

    last = {level: cells.get((level, whole[-1]), (math.nan, ""))[0] for level in levels}
    ordered = _in_order(table, by, last)
    head = next(one for one in table.columns if one.name == by)
    headings = {year: _heading(table, year) for year in years}
    return _grid(head, ordered, {one: level_words(table, by, one) for one in ordered}, headings, cells, table)


def _by_months(table: Table) -> Table:
    periods = [str(one).split("-") for one in table["period"].tolist()]
    years = sorted({year for year, _ in periods})
    cells = _cells(table, [(month, year) for year, month in periods])
    months = sorted({month for _, month in periods})
    head = Column("month", tr("month"), "text", "key", "key")
    open_years = {str(one)[:4] for one in table["period"].tolist() if _is_open(table, str(one))}
    headings: dict[str, Readable] = {
        year: tr("{period} (provisional)", period=year) if year in open_years else tr("{name}", name=year)
        for year in years
    }
    words: dict[str, Readable] = {one: MonthName(int(one)) for one in months}
    return _grid(head, months, words, headings, cells, table)


def _cells(table: Table, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[float, str]]:
    marks = table.statuses.get("count", ("",) * len(table))
    return {key: (float(n), mark) for key, n, mark in zip(keys, table["count"].tolist(), marks, strict=True)}


def _grid(
    head: Column,
    rows: Sequence[str],
    words: Mapping[str, Readable],
    headings: Mapping[str, Readable],
    cells: Mapping[tuple[str, str], tuple[float, str]],
    table: Table,
) -> Table:
    """Put cells into rows and columns; one that is not there is not defined, which is no number and not zero."""
    values: dict[str, Any] = {head.name: list(rows)}
    statuses: dict[str, list[str]] = {}
    columns = [head]
    for year, heading in headings.items():
        found = [cells.get((row, year), (math.nan, NOT_DEFINED)) for row in rows]
        name = f"count_{year}"
        columns.append(Column(name, heading, "units", "count", "count"))
        values[name] = [number for number, _ in found]
        if any(mark for _, mark in found):
            statuses[name] = ["" if mark == NOT_DEFINED else mark for _, mark in found]
    return Table(columns, values, labels={head.name: words}, title=table.title, statuses=statuses, sparse=table.sparse)


def _is_open(table: Table, period: str) -> bool:
    return any(
        state == PROVISIONAL for one, state in zip(table["period"], table["maturity"], strict=True) if one == period
    )


def _heading(table: Table, year: str) -> Readable:
    return tr("{period} (provisional)", period=year) if _is_open(table, year) else tr("{name}", name=year)
