"""What a lawyer would ask of the numbers on legal limits, as notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...base.language import Readable, tr, trn
from ...cases.calendar import date_of, day_number
from ...cases.calendar_file import LegalCalendar
from ...cases.casedata import CaseData
from ...estimate.clocks import Pause
from .judged import Judged


def notes_of(
    cases: CaseData, found: Sequence[Judged], own: LegalCalendar | None, pauses: Mapping[str, Pause], *, other_law: int
) -> tuple[Readable, ...]:
    """Return what a lawyer would ask of the numbers; ``other_law`` clocks began when their limit was not law."""
    notes: list[Readable] = [
        tr(
            "A missed limit is an act that came late or not at all; whether it ends the case or changes nothing is "
            "another matter, which the table of the law tells limit by limit."
        )
    ]
    standing = [one for one in found if one.limit.unit != "hours"]
    vacations = None if own is None else own.first_and_last("vacation")
    if standing and vacations is None:
        notes.append(
            tr(
                "No judicial vacation is taken into account: where there was one, limits end later than they do here, "
                "and some of those missed were kept."
            )
        )
    elif standing and vacations is not None:
        notes.append(
            tr(
                "The judicial vacations of the calendar lie between {first} and {last}; none is known outside.",
                first=date_of(vacations[0]),
                last=date_of(vacations[1]),
            )
        )
    moved, again = sum(one.moved for one in found), sum(one.again for one in found)
    unsaid = sum(one.notice_missing for one in found)
    counted = (
        trn(
            "{n} clock was in time only because its last day was no working day and moved to the next.",
            "{n} clocks were in time only because their last day was no working day and moved to the next.",
            moved,
        ),
        trn(
            "{n} clock began again later (the case went back or was reopened); only the first time is measured.",
            "{n} clocks began again later (the case went back or was reopened); only the first time is measured.",
            again,
        ),
        trn(
            "{n} clock counts from the act because its notification has no date; it ends too early.",
            "{n} clocks count from the act because their notification has no date; they end too early.",
            unsaid,
        ),
        trn(
            "{n} clock began when its limit was not law and is left out.",
            "{n} clocks began when their limit was not law and are left out.",
            other_law,
        ),
    )
    notes += [one for one in counted if one.n]
    notes += _legal_notes(cases, found, pauses)
    return tuple(notes)


def unmet_notes(offices: Sequence[str]) -> tuple[Readable, ...]:
    """Say which offices of the calendar stand in no clock, so that their days count for nobody."""
    if not offices:
        return ()
    return (
        tr(
            "Offices of the calendar that no clock here belongs to, so that their days count for nobody: {offices}.",
            offices=list(offices),
        ),
    )


def no_holidays(found: Sequence[Judged]) -> tuple[Readable, ...]:
    """Say that nobody's public holidays were left out, where working days are counted."""
    if not any(one.limit.unit == "working_days" for one in found):
        return ()
    return (tr("No public holidays are left out of working days but those of the calendar file."),)


def _legal_notes(cases: CaseData, found: Sequence[Judged], pauses: Mapping[str, Pause]) -> list[Readable]:
    notes: list[Readable] = []
    before = day_number(cases.procedure.valid_from)
    early = sum(int(one.units[(one.why == 0) & (one.last < before)].sum()) for one in found)
    if early:
        notes.append(
            trn(
                "{n} limit had run out before the procedure of these rules was law ({day}).",
                "{n} limits had run out before the procedure of these rules was law ({day}).",
                early,
                day=cases.procedure.valid_from,
            )
        )
    from_memory = [one.limit.label for one in found if one.limit.certainty == "from_memory"]
    if from_memory:
        notes.append(tr("Awaiting verification against the law in force: {limits}.", limits=from_memory))
    conditions = [one.limit for one in found if one.limit.condition is not None]
    notes += [
        tr(
            "'{limit}' applies to some cases only ({condition}); here every case is taken as one of them.",
            limit=one.id,
            condition=one.condition,
        )
        for one in conditions
    ]
    notes += [
        tr(
            "'{limit}' is measured up to a later act than the one that the law sets ({act}): a clock that is missed "
            "here may have been kept by who had to act.",
            limit=one.limit.id,
            act=one.limit.stands_for,
        )
        for one in found
        if one.limit.stands_for is not None
    ]
    outcomes = set(cases.procedure.outcomes)
    rights = [one.limit.label for one in found if set(one.limit.from_states) & outcomes]
    if rights:
        notes.append(
            tr(
                "A right of a party and no duty of an office, so that missed means that it was not made use of in "
                "time: {limits}.",
                limits=rights,
            )
        )
    if cases.procedure.suspended and any(one != "run" for one in pauses.values()) and cases.intake.one_row_per_unit:
        dated = [one for one in cases.procedure.suspended if one in cases.dated_states]
        if dated:
            notes.append(
                tr(
                    "A suspension ends here with the next dated act, since the file has one date per act; it may have "
                    "been shorter."
                )
            )
    return notes
