"""What is counted, by which periods and combinations of attributes: the question, checked, and its counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Readable, tr, trn
from ...base.types import Counts, Names, names
from ...cases.calendar import date_of
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import months_in, period_number
from ...reduce.period_counts import Counted, counted_cases, counted_rows, known_by_year_only
from ..declared import sampling_notes
from ..rates.known_words import ensure_known
from ..recorded import ensure_mapped, silence_notes

CountedPeriod: TypeAlias = Literal["month", "quarter", "year", "to_date"]
TO_DATE: Final = "to_date"
YEAR: Final = "year"


class Asked(NamedTuple):
    """A question about counts, with what was counted.

    Attributes
    ----------
    counted : Counted
    combinations : mapping of tuple of str to tuple of str
        What splits the counts, the whole first, and by which periods: of those that the data tell, years first.
    thing : str
        What is counted, the same name for the same things in every question; empty for the units themselves.
    words : Readable
    unit : str
    notes : tuple of Readable
    """

    counted: Counted
    combinations: Mapping[tuple[str, ...], tuple[CountedPeriod, ...]]
    thing: str
    words: Readable
    unit: str
    notes: tuple[Readable, ...]


class ToDate(NamedTuple):
    """The months of a year that are over, in each year.

    Attributes
    ----------
    months : int
        How many they are, from January on.
    years : array of int, shape (Y,)
    """

    months: int
    years: Counts


def asked_counts(
    data: CaseData | CountData,
    *,
    of: str | None,
    by: Names,
    combine: Sequence[Sequence[str]],
    period: Sequence[CountedPeriod],
    combine_period: Sequence[CountedPeriod] | None,
) -> Asked:
    """Check what is asked, and count it.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or the data tell none of the periods.
    """
    wanted = _known_periods(names(period))
    together = _known_periods(names(combine_period)) if combine_period is not None else _long(wanted)
    alone = _distinct(((), *((name,) for name in names(by))))
    combinations = {
        **dict.fromkeys(alone, wanted),
        **dict.fromkeys(_distinct(map(names, combine), known=alone), together),
    }
    found = (
        _of_cases(data, of, tuple(combinations))
        if isinstance(data, CaseData)
        else _of_counts(data, of, tuple(combinations))
    )
    told = {one for one in get_args(CountedPeriod) if _is_told(one, found.counted)}
    if not told.intersection(wanted):
        raise QuestionError(
            tr("The data tell none of these periods: {periods}.", periods=list(wanted)),
            tr("Rows of a table of counts are about a period, and what happened within it is not known."),
        )
    untold = [one for one in dict.fromkeys((*wanted, *together)) if one not in told]
    notes = (tr("Not told by the data, and left out: {periods}.", periods=untold),) if untold else ()
    return found._replace(
        combinations={by: tuple(one for one in periods if one in told) for by, periods in combinations.items()},
        notes=(*found.notes, *notes),
    )


def to_date(counted: Counted) -> ToDate | None:
    """Return the months of the last year that are over, and the years that have all of them; None where there are none.

    Where January is not over, they are all the months of the year before.
    """
    finest = next(iter(counted.finest.values()))
    each = months_in(finest.period)
    last = int(period_number(counted.until + 1, finest.period)) - 1
    if last < finest.first:
        return None
    of_year = 12 // each
    first_year = finest.first // of_year + counted.begins_late
    years = np.arange(first_year, last // of_year + 1, dtype=np.int64)
    return ToDate((last % of_year + 1) * each, years) if len(years) else None


def partial_years(counted: Counted) -> tuple[int, ...]:
    """Return the first and the last year of which the data hold a part only."""
    finest = next(iter(counted.finest.values()))
    first = finest.first // (12 // months_in(finest.period))
    last = int(period_number(counted.until, "year"))
    cut = int(period_number(counted.until + 1, "year")) == last
    return tuple(dict.fromkeys((*((first,) if counted.begins_late else ()), *((last,) if cut else ()))))


def _known_periods(wanted: tuple[str, ...]) -> tuple[CountedPeriod, ...]:
    """Return periods as they are counted, years first.

    Raises
    ------
    QuestionError
        When there is none, or one of them is not known.
    """
    if not wanted:
        raise QuestionError(
            tr("No period is asked for."), tr("There are: {known}.", known=list(get_args(CountedPeriod)))
        )
    for one in wanted:
        ensure_known(one, CountedPeriod)
    return tuple(sorted(wanted, key=lambda one: one != YEAR))  # type: ignore[arg-type]


def _long(periods: tuple[CountedPeriod, ...]) -> tuple[CountedPeriod, ...]:
    """Return years and years to date, where they are among the periods: months of small groups are small numbers."""
    return tuple(one for one in periods if one in {YEAR, TO_DATE}) or periods


def _distinct(
    combinations: Iterable[tuple[str, ...]], known: Sequence[tuple[str, ...]] = ()
) -> tuple[tuple[str, ...], ...]:
    """Return combinations of attributes without those that are known, none twice, whatever their order.

    Raises
    ------
    QuestionError
        When the year is among them: it is a period already.
    """
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for one in combinations:
        if YEAR in one:
            raise QuestionError(
                tr("The year is a period, not an attribute that splits the counts."),
                tr('Leave it out of by and combine; period = "year" counts by year.'),
            )
        if frozenset(one) not in map(frozenset, known):
            found.setdefault(frozenset(one), one)
    return tuple(found.values())


def _is_told(period: str, counted: Counted) -> bool:
    if period == TO_DATE:
        return to_date(counted) is not None
    finest = next(iter(counted.finest.values()))
    return months_in(period) % months_in(finest.period) == 0  # type: ignore[arg-type]


def _of_cases(cases: CaseData, of: str | None, combinations: tuple[tuple[str, ...], ...]) -> Asked:
    start = (cases.procedure.start,)
    states = start if of is None else cases.resolve(of)
    if of is not None:
        ensure_mapped(cases, (of,))
    counted = counted_cases(cases, states=states, combinations=combinations)
    notes = [*sampling_notes(cases, design_used=True), *(silence_notes(cases, (of,)) if of is not None else ())]
    register = counted.register
    if register is not None and register.until(cases.cutoff_day) < cases.cutoff_day:
        notes.append(
            tr(
                "Nothing was registered after {day}: cases of later days are perhaps not in the files, so do not read "
                "them as a fall in complaints.",
                day=date_of(register.last),
            )
        )
    if known_by_year_only(cases, states):
        notes.append(
            tr(
                "Some dates give the year only. They stand in its middle month, so read months and months to date with "
                "care."
            )
        )
    return Asked(
        counted,
        {},
        "" if states == start else f"came to {'+'.join(sorted(states))}, by day",
        cases.procedure.label(start[0] if of is None else of),
        cases.unit,
        tuple(notes),
    )


def _of_counts(data: CountData, of: str | None, combinations: tuple[tuple[str, ...], ...]) -> Asked:
    quantity = _quantity(data, of)
    if data.over_time[quantity] == "mean" or quantity in data.per:
        raise QuestionError(
            tr("'{name}' is no count that adds up over groups, such as complaints or cases.", name=quantity),
            tr("A rate or a ratio takes judges and people into account: population_rates, period_ratios."),
        )
    counted = counted_rows(data, quantity=quantity, combinations=combinations)
    lost = int((~data.quantities[quantity].known & data.given_in(quantity)).sum())
    gaps = trn(
        "{n} cell holds no number: sums that it belongs to are missing.",
        "{n} cells hold no number: sums that they belong to are missing.",
        lost,
    )
    return Asked(
        counted,
        {},
        f"counted as {quantity}",
        data.label(quantity),
        data.unit_of(quantity),
        (*data.notes, *((gaps,) if lost else ())),
    )


def _quantity(data: CountData, of: str | None) -> str:
    if of is not None:
        return data.need(of)
    flows = [one for one in data.quantities if data.over_time[one] == "add" and one not in data.per]
    if len(flows) == 1:
        return flows[0]
    raise QuestionError(
        tr("This table of counts has several quantities, or none that adds up over months."),
        tr("Say which one is counted: of = one of {known}.", known=flows or list(data.quantities)),
    )
