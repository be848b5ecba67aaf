"""Stock and flow of cases, and the indicators that courts and prosecutors are judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from ...base.cells import Tie
from ...base.errors import QuestionError
from ...base.language import Readable, Setting, tr
from ...base.quantities import Quantity, quantity
from ...base.result import Definition
from ...base.table import Table
from ...base.types import Floats, Names, names, several
from ...cases.calendar import date_of, day_number
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.counts.quantities import WORDS
from ...cases.periods import Period, months_in
from ...reduce.count_sums import PERIOD_WORDS
from ...reduce.flow_counts import Flows
from ...tables import Strata
from ..boxes import ending_levels
from . import tables as table_of
from .answer import AgedCaseFlows, CaseFlows
from .indicators import Balance, balance
from .notes import doubts
from .sources import Source, ensure_period, of_cases, of_counts
from .things import Things

_YEAR_DAYS: Final = 365


def case_flows(
    data: CaseData | CountData,
    *,
    period: Period | Literal["own"] = "year",
    by: Names = (),
    from_year: int | None = None,
    backlog_days: int = 365,
    age_bands: Sequence[int] = (90, 180, 365, 730, 1095),
    within_days: Sequence[int] = (),
    goals: Sequence[float] = (),
    judges: float | Mapping[str, float] | None = None,
    staff: float | Mapping[str, float] | None = None,
    population: float | Mapping[str, float] | None = None,
    transfers_included: bool = False,
    complete_only: bool = False,
    provisional_days: int = 0,
) -> CaseFlows:
    """Stock and flow of cases by period: clearance rate, disposition time, backlog and what goes with them.

    Flows count the cases of a period, not the same cases: a clearance rate is no share of anything, and a disposition
    time is the days that the stock would last, not how long cases took.

    Parameters
    ----------
    data : CaseData or CountData
        Case files of a register, or a table of counts as offices and ministries send it.
    period : {"month", "quarter", "half_year", "year", "own"}
        ``own`` are those of the rows of a table of counts as they are, such as years that begin in July.
    by : str or tuple of str
        Attributes of the cases, or keys of the table of counts.
    from_year : int, optional
        First year to tell of; what is older still counts as stock.
    backlog_days : int
        The rule of the backlog for case files: pending for more active days than this. A table of counts brings its
        own rule with the quantity ``old_pending``.
    age_bands : sequence of int
        Upper ends of the bands of age of pending cases, in active days (case files).
    within_days : sequence of int
        Standards in active days from registration to resolution (case files). A table of counts brings its own with
        ``resolved_on_time``.
    goals : sequence of float
        Share of the resolved cases that should keep each standard, such as 0.9.
    judges, staff, population : float or mapping of str to float, optional
        For case files: one number, or one for each level of the single attribute in ``by``.
    transfers_included : bool
        Whether the incoming and resolved cases of a table of counts already hold those transferred between offices.
    complete_only : bool
        For a table of counts: leave out of a period the offices (and breakdowns) that lack a figure in it. By default
        a sum in which a figure is missing is missing too.
    provisional_days : int
        A period that ended fewer days than this before the cut-off is provisional too.

    Returns
    -------
    CaseFlows

    Raises
    ------
    QuestionError
        When the files are no register, a word names nothing, or settings do not fit each other.

    Notes
    -----
    Incoming cases are new, reopened and reactivated ones; outgoing ones are resolved ones, reopened ones resolved
    again, and those placed on inactive status. Transfers between offices count for each office and are left out where
    offices are added up. Totals are made of summed counts; no ratio is averaged. A figure over zero is not defined.

    References
    ----------
    .. [1] European Commission for the Efficiency of Justice (2008). GOJUST guidelines on judicial statistics.
    .. [2] NCSC (2005). CourTools, measures 2 to 4.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> flows = jm.case_flows(jm.sample_cases(), period="year")
    >>> flows.tables["identity"]["residual"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    by = names(by)
    bands, within, wanted = (
        tuple(several(age_bands)),
        tuple(several(within_days)),
        tuple(np.atleast_1d(np.asarray(goals, np.float64)).tolist()),
    )
    ensure_period(period, of_rows=isinstance(data, CountData))
    calendar: Period | None = None if period == "own" else period
    _ensure_rising(bands)
    _ensure_goals(within, wanted, data)
    if isinstance(data, CaseData):
        source = of_cases(
            data,
            by=by,
            period=calendar or "year",
            from_year=from_year,
            age_bands=bands,
            within_days=within,
            backlog_days=backlog_days,
        )
        source = _with_capacity(source, by, judges=judges, staff=staff, population=population)
        rule: Readable = tr("pending for more than {days} days", days=Setting(backlog_days))
        cutoff = data.cutoff_day
    else:
        if any(one is not None for one in (judges, staff, population)):
            raise QuestionError(
                tr("A table of counts brings judges, staff and population as columns of its own."),
                tr("Name them in the mapping's [counts.quantities] section."),
            )
        source = of_counts(
            data,
            by=by,
            period=calendar,
            from_year=from_year,
            transfers_included=transfers_included,
            complete_only=complete_only,
        )
        rule = source.own_words.get("old_pending", WORDS["old_pending"])
        cutoff = day_number(data.cutoff)
    flows = source.flows
    late = _provisional(flows, cutoff, provisional_days)
    found = balance(flows, inside=not source.per_office, transfers_included=transfers_included)
    ended = ending_levels(data) if isinstance(data, CaseData) else ()
    made, ties = _tables(
        source, found, late, bands, within, wanted, rule, transfers_included, ended, of_year=_of_year(flows, calendar)
    )
    settings = _settings(
        period=period, by=by, from_year=from_year, within_days=within, goals=wanted, judges=judges, staff=staff,
        population=population, transfers_included=transfers_included, complete_only=complete_only,
        provisional_days=provisional_days,
        backlog_days=backlog_days if isinstance(data, CaseData) else None,
        age_bands=bands if isinstance(data, CaseData) else None,
    )  # fmt: skip
    kind = AgedCaseFlows if source.ages is not None else CaseFlows
    return kind(
        heading=tr("Stock and flow of cases"),
        tables=made,
        definition=Definition(
            answers=tr("What came in, what was resolved, what is pending, and does the stock grow or shrink?"),
            numerator=tr(
                "clearance rate: cases that went out; disposition time: pending at the end times the days of the period"
            ),
            denominator=tr("clearance rate: cases that came in, in the same period; disposition time: resolved cases"),
            basis="flow",
            pending=tr("the stock at the start and at the end of each period"),
            method=tr(
                "Counts of a period, not the same cases. The disposition time is theoretical: it is no observed "
                "duration. Sums are made before ratios."
            ),
        ),
        provenance=source.provenance.add("case_flows", **settings),
        notes=(*source.notes, *doubts(source, found, made, late)),
        frame_library=source.frame_library,
        weighted=isinstance(data, CaseData) and data.sampling.weighted,
        ties=ties,
        period_word=PERIOD_WORDS[calendar] if calendar else tr("period"),
        whole_periods=tuple(bool(one) for one in flows.whole),
        last_date=date_of(int(flows.last_day[-1])),
    )


def _tables(
    source: Source,
    found: Balance,
    late: Sequence[bool],
    bands: Sequence[int],
    within: Sequence[int],
    goals: Sequence[float],
    rule: Readable,
    transfers_included: bool,
    ended: tuple[str, ...],
    *,
    of_year: int,
) -> tuple[dict[str, Table], tuple[Tie, ...]]:
    flows = source.flows
    of_cases = bool(ended)
    things = Things(flows, of_cases=of_cases, ended=ended)
    title = tr("Stock and flow")
    made = {"main": table_of.arranged(flows, table_of.rates(flows, found, things), title, provisional=late)}
    ties = things.ties(found)
    if source.whole is not None:
        all_of_it = balance(source.whole, inside=True, transfers_included=transfers_included)
        whole_things = Things(
            source.whole, of_cases=of_cases, ended=ended, whole=_moves_inside(source, found, all_of_it)
        )
        cells = table_of.rates(source.whole, all_of_it, whole_things)
        made["whole"] = table_of.arranged(source.whole, cells, tr("All together"), provisional=late)
        ties += whole_things.ties(all_of_it)
    more = {
        "pace": (table_of.pace(flows, found, things), tr("Turnover and congestion")),
        "identity": (table_of.identity(found, things), tr("Does the stock agree with the flows?")),
        "inactive": (table_of.inactive_identity(flows, things), tr("Stock on inactive status")),
        "parts": (table_of.parts(flows, source.own_words, things), tr("What came in and what went out")),
        "backlog": (
            table_of.backlog(flows, found, rule, things, of_year=of_year),
            tr("Backlog: {rule}", rule=rule),
        ),
        "capacity": (table_of.capacity(flows, found, things), tr("Flows per judge, staff and inhabitants")),
    }
    for name, (cells, title) in more.items():
        if cells:
            made[name] = table_of.arranged(flows, cells, title, provisional=late)
    if source.ages is not None:
        made["ages"] = table_of.ages(flows, source.ages, bands, things, provisional=late)
    kept, standards = _standards(source, within)
    if kept and found.resolved is not None:
        made["on_time"] = table_of.on_time(flows, kept, found.resolved, standards, goals, things, provisional=late)
    if source.to_date is not None:
        so_far = balance(source.to_date, inside=not source.per_office, transfers_included=transfers_included)
        dated = Things(source.to_date, of_cases=of_cases)
        made["to_date"] = table_of.to_date(source.to_date, so_far, source.months, dated)
    return made, ties


def _moves_inside(source: Source, found: Balance, whole: Balance) -> bool:
    """Return whether the numbers of all together are no sums of those of the strata, since cases move between these."""
    pairs = ((found.incoming, whole.incoming), (found.outgoing, whole.outgoing), (found.resolved, whole.resolved))
    return source.per_office and any(
        one is not None
        and other is not None
        and not np.allclose(one.values.sum(axis=0), other.values[0], equal_nan=True)
        for one, other in pairs
    )


def _standards(source: Source, within: Sequence[int]) -> tuple[list[Quantity], Mapping[str, Readable]]:
    if source.within is not None:
        return [quantity(source.within[:, :, place]) for place in range(len(within))], table_of.standard_words(within)
    told = source.flows.quantities.get("resolved_on_time")
    if told is None:
        return [], {}
    return [told], {"resolved_on_time": source.own_words["resolved_on_time"]}


def _of_year(flows: Flows, calendar: Period | None) -> int:
    """Return how many periods make a year; 0 where periods of their own do not."""
    if calendar is not None:
        return 12 // months_in(calendar)
    return int(bool((flows.days >= _YEAR_DAYS).all()))


def _provisional(flows: Flows, cutoff: int, days: int) -> list[bool]:
    young = flows.last_day.astype(np.int64) > cutoff - days
    return [bool(one) for one in ~flows.whole | (young if days else np.zeros(len(young), np.bool_))]


def _with_capacity(source: Source, by: tuple[str, ...], **given: float | Mapping[str, float] | None) -> Source:
    """Return the source with judges, staff and population of the user's own in every stratum and period."""
    there = {name: one for name, one in given.items() if one is not None}
    if not there:
        return source
    p = len(source.flows.labels)
    made = {name: _spread(name, one, source.flows.strata, by, p) for name, one in there.items()}
    return replace(source, flows=replace(source.flows, quantities={**source.flows.quantities, **made}))


def _spread(name: str, given: float | Mapping[str, float], strata: Strata, by: tuple[str, ...], p: int) -> Quantity:
    if isinstance(given, Mapping):
        if len(by) != 1:
            raise QuestionError(
                tr("'{name}' gives a number for each level, so exactly one attribute must split the cases.", name=name),
                tr("Ask with one attribute in 'by'."),
            )
        column: Floats = np.array([given.get(one, np.nan) for one in strata.column(by[0])], np.float64)
    else:
        if by:
            raise QuestionError(
                tr("'{name}' is one number for all, but the answer is split by {by}.", name=name, by=list(by)),
                tr("Give a number for each level of one attribute."),
            )
        column = np.full(len(strata), float(given))
    if bool((column[~np.isnan(column)] < 0).any()):
        raise QuestionError(tr("'{name}' cannot be below 0.", name=name))
    return quantity(np.repeat(column[:, None], p, axis=1))


def _ensure_rising(bands: Sequence[int]) -> None:
    if not bands or any(after <= before for before, after in zip((0, *bands), bands, strict=False)):
        raise QuestionError(tr("The days of the age bands must rise from 1 on."))


def _ensure_goals(within: Sequence[int], goals: Sequence[float], data: CaseData | CountData) -> None:
    if isinstance(data, CountData) and within:
        raise QuestionError(
            tr("A table of counts does not say how long single cases took."),
            tr("Name the column of cases resolved within the standard as 'resolved_on_time' in the mapping."),
        )
    number = 1 if isinstance(data, CountData) else len(within)
    if goals and len(goals) != number:
        raise QuestionError(
            tr("There are {goals} goals for {n} standards.", goals=len(goals), n=number),
            tr("Give one goal for each standard, or none."),
        )
    if any(not 0 < one <= 1 for one in goals):
        raise QuestionError(tr("A goal is a share between 0 and 1."), tr("Write 90 % as 0.9."))
    if any(one < 0 for one in within):
        raise QuestionError(tr("A standard cannot be below 0 days."))


def _settings(**given: object) -> dict[str, object]:
    return {name: one for name, one in given.items() if one is not None and one != ()}
