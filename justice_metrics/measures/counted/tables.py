"""One table for each kind of period and combination of attributes, each number with the units that it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.levels import NOT_APPLICABLE
from ...base.quantities import STATUSES, Quantity, differences, ratio
from ...base.result import Result, context_of
from ...base.table import Column, Table
from ...base.types import Counts, Flags
from ...cases.attributes import attribute_words
from ...cases.periods import Period, months_in, numbered, period_number, period_words
from ...reduce.period_counts import PeriodCounts, in_groups, in_longer
from ...tables import Strata
from ..boxes import Restrictions
from ..declared import strata_columns
from .asked import TO_DATE, YEAR, Asked, CountedPeriod, ToDate, partial_years, to_date

COMPLETE: Final = "complete"
PROVISIONAL: Final = "provisional"
MATURITY_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {COMPLETE: tr("complete"), PROVISIONAL: tr("provisional")}
)


class CountedTable(NamedTuple):
    """Which counts a table holds.

    Attributes
    ----------
    name : str
        Of the table in ``tables``.
    period : {"month", "quarter", "year", "to_date"}
    by : tuple of str
        What splits them besides the period; none for the whole.
    """

    name: str
    period: CountedPeriod
    by: tuple[str, ...]


class Numbers(NamedTuple):
    """Counts of one kind of period: labels, which of them are not over, and numbers of shape (G, P)."""

    labels: tuple[str, ...]
    provisional: Flags
    number: Quantity


def counted_tables(shown: Result) -> tuple[CountedTable, ...]:
    """Return which counts each table of an answer holds, or of what is published of it.

    Parameters
    ----------
    shown : Result
        A `CaseCounts`, or the `Published` form of one.

    Returns
    -------
    tuple of CountedTable
        In the order of the tables; of what is published only those that are.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> counts = jm.case_counts(jm.sample_cases(), by="department", period=("year", "month"))
    >>> [one.name for one in counted_tables(counts)]
    ['main', 'month', 'year_by_department', 'month_by_department']
    """
    told = context_of(shown).get("tables", {})
    listed: Mapping[str, tuple[CountedPeriod, tuple[str, ...]]] = told if isinstance(told, Mapping) else {}
    return tuple(CountedTable(name, *listed[name]) for name in shown.tables if name in listed)


def table_names(asked: Asked) -> dict[str, tuple[CountedPeriod, tuple[str, ...]]]:
    """Return the name of each table, with its kind of period and what splits it; ``main`` first."""
    found: dict[str, tuple[CountedPeriod, tuple[str, ...]]] = {}
    for by, periods in asked.combinations.items():
        for period in periods:
            name = "_".join((period, *(("by", *by) if by else ())))
            found[name if found else "main"] = (period, by)
    return found


def tables_of(asked: Asked, years: int | None) -> dict[str, Table]:
    """Return all tables of the answer."""
    spread = to_date(asked.counted)
    return {
        name: _table(asked, asked.counted.finest[by], period, spread, years)
        for name, (period, by) in table_names(asked).items()
    }


def _table(
    asked: Asked, counts: PeriodCounts, period: CountedPeriod, spread: ToDate | None, years: int | None
) -> Table:
    if period == TO_DATE and spread is not None:
        return _to_date_table(asked, counts, spread, years)
    found = _of_periods(asked, counts, period, years)  # type: ignore[arg-type]
    cell = CellOf(each={"period": {label: restrictions(asked, period, label) for label in found.labels}})
    columns, values, statuses = _first_columns(counts.strata, found, asked.words, cell)
    return _made(columns, values, statuses, found.labels, _title(period, counts.strata.names))


def _of_periods(asked: Asked, counts: PeriodCounts, period: Period, years: int | None) -> Numbers:
    longer = in_longer(counts, period)
    kept = _last_years(longer.periods // (12 // months_in(period)), years)
    spans = numbered(longer.periods[kept], period)
    number = Quantity(longer.number.values[:, kept], longer.number.status[:, kept])
    return Numbers(spans.labels, np.asarray(spans.last_day > asked.counted.until, np.bool_), number)


def _to_date_table(asked: Asked, counts: PeriodCounts, spread: ToDate, years: int | None) -> Table:
    kept = spread.years[_last_years(spread.years, years)]
    labels = tuple(str(1970 + int(one)) for one in kept)
    of_year = 12 // months_in(counts.period)
    within = counts.periods % of_year < spread.months // months_in(counts.period)
    place = np.where(within & (counts.periods // of_year >= kept[0]), counts.periods // of_year - kept[0], -1)
    number = in_groups(counts, np.where(place < len(kept), place, -1), len(kept))
    partial = [str(1970 + one) for one in partial_years(asked.counted)]
    found = Numbers(labels, np.array([one == labels[-1] and one in partial for one in labels], np.bool_), number)
    boxes = {label: to_date_restrictions(asked, label, spread) for label in labels}
    columns, values, statuses = _first_columns(counts.strata, found, asked.words, CellOf(each={"period": boxes}))
    before = _year_before(number)
    change = ratio(differences(number, before), before)
    earlier = {label: boxes[labels[place - 1]] if place else _none(asked) for place, label in enumerate(labels)}
    of = Of(inputs=("count", "before"), formula="change")
    cell = CellOf(each={"period": earlier})
    columns += (
        Column(
            "before",
            tr("the same months of the year before"),
            "units",
            "count",
            "count",
            cell=cell,
        ),
        Column("estimate", tr("relative change"), "change", "estimate", "difference", of=of),
    )
    values |= {"before": before.values.ravel(), "estimate": change.values.ravel()}
    statuses |= {"before": before.words(), "estimate": change.words()}
    return _made(columns, values, statuses, labels, _title(TO_DATE, counts.strata.names))


def _first_columns(
    strata: Strata, found: Numbers, words: Readable, cell: CellOf
) -> tuple[tuple[Column, ...], dict[str, object], dict[str, list[str]]]:
    """Return groups, period, state and count of each row: their declarations, values and statuses."""
    g, p = len(strata), len(found.labels)
    columns = (
        *strata_columns(strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("maturity", tr("state"), "text", "key", "key"),
        Column("count", words, "units", "count", "count", cell=cell),
    )
    state = np.where(found.provisional, PROVISIONAL, COMPLETE).astype(object)
    values: dict[str, object] = {
        **{name: np.repeat(np.array(strata.column(name), object), p) for name in strata.names},
        "period": np.tile(np.array(found.labels, object), g),
        "maturity": np.tile(state, g),
        "count": found.number.values.ravel(),
    }
    statuses = {"count": found.number.words()} if found.number.status.any() else {}
    return columns, values, statuses


def _made(
    columns: Sequence[Column],
    values: Mapping[str, object],
    statuses: Mapping[str, Sequence[str]],
    labels: Sequence[str],
    title: Readable,
) -> Table:
    words = {"period": {one: period_words(one) for one in labels}, "maturity": MATURITY_WORDS}
    return Table(tuple(columns), values, labels=words, statuses=statuses, title=title)


def restrictions(asked: Asked, span: str, label: str) -> Restrictions:
    """Return which units a period counts: of case files those that began in it, else what happened in it.

    A year that is not over counts its months so far: the same ones in a later release, when more of them are there.
    """
    found = plain_restrictions(asked, span, label)
    if span != YEAR or label != unfinished_year(asked):
        return found
    return _of_months(found, label, int(period_number(asked.counted.until, "month")) % 12 + 1)


def to_date_restrictions(asked: Asked, label: str, spread: ToDate) -> Restrictions:
    """Return which units the months to date of a year count; a stock is that of the first or the last of them."""
    finest = next(iter(asked.counted.finest.values()))
    if finest.over_time == "add":
        return _of_months(plain_restrictions(asked, YEAR, label), label, spread.months)
    each = months_in(finest.period)
    place = spread.months // each - 1 if finest.over_time == "last" else 0
    (one,) = numbered(np.array([(int(label) - 1970) * (12 // each) + place], np.int64), finest.period).labels
    return plain_restrictions(asked, finest.period, one)


def plain_restrictions(asked: Asked, span: str, label: str) -> Restrictions:
    """Return the restrictions of a period as other answers have them."""
    if not asked.thing:
        return {span: (label,)}
    return {"unit": (asked.thing,), f"{span}_of_it": (label,)}


def unfinished_year(asked: Asked) -> str | None:
    """Return the last year where its counts are those of some months; None where it is over, or a stock is asked of."""
    finest = next(iter(asked.counted.finest.values()))
    last = int(period_number(asked.counted.until, "year"))
    over = last not in partial_years(asked.counted) or int(period_number(asked.counted.until, "month")) % 12 == 11
    return None if over or finest.over_time != "add" else str(1970 + last)


def _of_months(found: Restrictions, year: str, months: int) -> Restrictions:
    """Return the units of a year that are in its first months."""
    # a dimension for each year: of one that is not over, nobody takes months that an earlier year has for empty ones
    first = tuple(f"{one:02d}" for one in range(1, months + 1))
    return found if months == 12 else {**found, f"month_of_{year}": first}


def _none(asked: Asked) -> Restrictions:
    return {**({"unit": (asked.thing,)} if asked.thing else {}), YEAR: ("none",)}


def _year_before(number: Quantity) -> Quantity:
    """Return the numbers of the year before; not applicable in the first year."""
    nap = STATUSES.index(NOT_APPLICABLE)
    values = np.concatenate([np.full((len(number.values), 1), np.nan), number.values[:, :-1]], axis=1)
    status = np.concatenate([np.full((len(number.values), 1), nap, np.uint8), number.status[:, :-1]], axis=1)
    return Quantity(values, status)


def _last_years(years: Counts, wanted: int | None) -> Flags:
    return np.asarray(years > years[-1] - (len(years) if wanted is None else wanted), np.bool_)


def _title(period: str, by: tuple[str, ...]) -> Readable:
    words = {
        "month": tr("By month"),
        "quarter": tr("By quarter"),
        YEAR: tr("By calendar year"),
        TO_DATE: tr("The months to date of each year"),
    }[period]
    return tr("{heading}, by {groups}", heading=words, groups=[attribute_words(one) for one in by]) if by else words
