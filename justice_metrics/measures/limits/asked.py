"""What is asked of legal limits: which of them, what stops their clocks, on whose calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ...base.errors import QuestionError, suggestion
from ...base.language import tr, trn
from ...cases.calendar_file import LegalCalendar
from ...cases.casedata import CaseData
from ...cases.conversions.text import normalise
from ...cases.procedure import Limit
from ...cases.working_days import NO_COUNTRY, OfficeDays, holidays_in, office_days
from ...estimate.clocks import NO_DAY, Pause
from ...reduce.limits import Clocks
from .judged import days_needed

_PAUSES: Final[Mapping[str, Pause]] = MappingProxyType({"pause": "pause", "restart": "restart", "run": "run"})
_STANDING_UNITS: Final = ("months", "calendar_days")


def asked_limits(cases: CaseData, wanted: Sequence[str]) -> tuple[Limit, ...]:
    """Return the limits that were asked for, in the order of the procedure."""
    known = {one.id: one for one in cases.procedure.limits}
    for one in wanted:
        if one not in known:
            raise QuestionError(
                tr("'{limit}' is not a limit of the procedure '{id}'.", limit=one, id=cases.procedure.id),
                suggestion(one, tuple(known)),
            )
        if not known[one].measurable:
            raise QuestionError(
                tr("The limit '{limit}' begins or ends with an act that is no state of the procedure.", limit=one),
                tr(
                    "These can be measured: {limits}.", limits=[name for name, each in known.items() if each.measurable]
                ),
            )
    outcomes = set(cases.procedure.outcomes)
    usual = [
        one.id
        for one in known.values()
        if one.measurable and one.condition is None and one.stands_for is None and not set(one.from_states) & outcomes
    ]
    chosen = set(wanted or usual)
    if not chosen:
        raise QuestionError(
            tr("The procedure '{id}' has no limit that the dates of a case could tell.", id=cases.procedure.id),
            tr("Write its limits into the procedure file, with the states at which they begin and end."),
        )
    return tuple(one for one in known.values() if one.id in chosen)


def ensure_word(name: str, given: str, known: tuple[str, ...]) -> None:
    """Refuse a setting that is none of its words.

    Raises
    ------
    QuestionError
        With those that there are.
    """
    if given not in known:
        raise QuestionError(
            tr("'{given}' is not a value of '{name}'.", given=str(given), name=name), suggestion(str(given), known)
        )


def pauses_of(suspended: str | Mapping[str, str], asked: Sequence[Limit]) -> dict[str, Pause]:
    """Return what a suspension of the case does to the clock of each limit."""
    given = {one.id: suspended for one in asked} if isinstance(suspended, str) else dict(suspended)
    found: dict[str, Pause] = {one.id: "pause" for one in asked}
    for limit, said in given.items():
        if limit not in found:
            raise QuestionError(
                tr("'suspended' names the limit '{limit}', which is not asked for.", limit=limit),
                suggestion(limit, tuple(found)),
            )
        ensure_word("suspended", str(said), tuple(_PAUSES))
        found[limit] = _PAUSES[str(said)]
    return found


def standing_units(units: tuple[str, ...]) -> tuple[str, ...]:
    """Check the units of limits that stand still in a judicial vacation and return them."""
    for one in units:
        if one not in _STANDING_UNITS:
            raise QuestionError(
                tr("'vacation_stops' names '{unit}'.", unit=one),
                tr(
                    "It can name: {units}. Working days never fall into a judicial vacation, and hours run on.",
                    units=list(_STANDING_UNITS),
                ),
            )
    return units


def office_attribute(cases: CaseData, own: LegalCalendar | None, office: str | None) -> str | None:
    """Return the attribute of the offices, when the calendar has days of single offices."""
    if office is not None:
        cases.stratum_column(office)
    if own is None or not own.offices:
        return None
    if office is None:
        raise QuestionError(
            trn(
                "The calendar '{name}' has days of {n} office, and nothing says which attribute names the offices.",
                "The calendar '{name}' has days of {n} offices, and nothing says which attribute names the offices.",
                len(own.offices),
                name=own.source,
            ),
            tr("Name the attribute with 'office', such as court or department."),
        )
    return office


def country_of(cases: CaseData, country: str | None) -> str:
    """Return the country whose public holidays count: the one given, that of the procedure, or none."""
    return (cases.procedure.country or NO_COUNTRY) if country is None else country


def unmet_offices(counted: Mapping[str, Clocks], own: LegalCalendar | None, office: str | None) -> tuple[str, ...]:
    """Return the offices of the calendar that stand in no case."""
    if own is None or office is None:
        return ()
    levels = {normalise(one) for cells in counted.values() for one in set(cells.office)}
    return tuple(one for one in own.offices if normalise(one) not in levels)


def days_of(
    cases: CaseData,
    asked: Sequence[Limit],
    counted: Mapping[str, Clocks],
    own: LegalCalendar | None,
    office: str | None,
    country: str | None,
) -> OfficeDays:
    """Return what each day is that a clock can meet."""
    starts = [int(one.start[one.start != NO_DAY].min()) for one in counted.values() if (one.start != NO_DAY).any()]
    first, last = days_needed(asked, starts, cases.cutoff_day)
    holidays = holidays_in(country_of(cases, country), first, last)
    offices = () if own is None or office is None else own.offices
    levels = {normalise(one) for cells in counted.values() for one in set(cells.office)}
    if offices and not levels & {normalise(one) for one in offices}:
        raise QuestionError(
            trn(
                "The {n} office of the calendar is none of those in '{office}'.",
                "None of the {n} offices of the calendar is one of those in '{office}'.",
                len(offices),
                office=str(office),
            ),
            tr("Write the offices as the case files do, or name another attribute with 'office'."),
        )
    return office_days(first, last, holidays, () if own is None else own.rows, offices)
