"""Legal time limits: kept, missed, still running or not to be told, with the country's calendar of working days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import Language, Readable, format_number, format_share, tr, trn
from ..base.result import Definition, Result
from ..base.types import Names, names
from ..cases.calendar import date_of, day_number
from ..cases.calendar_file import LegalCalendar, read_calendar
from ..cases.casedata import CaseData
from ..cases.conversion_text import normalise
from ..cases.procedure import Limit
from ..cases.working_days import NO_COUNTRY, OfficeDays, holidays_in, office_days
from ..estimate.clocks import NO_DAY, Pause
from ..figures.dots import dots
from ..figures.standing_bars import standing_bars
from ..reduce.limits import Clocks, clocks
from .declared import FEW_UNITS, Share, days_words, ensure_level, few_units_note, levels_words, sampling_notes
from .limits_judged import Judged, days_needed, judged_clocks
from .limits_tables import STANDING_WORDS, law_table, length_words, over_table, standing_table, untold_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAUSES: Final[Mapping[str, Pause]] = MappingProxyType({"pause": "pause", "restart": "restart", "run": "run"})
_STANDING_UNITS: Final = ("months", "calendar_days")


@dataclass(frozen=True, eq=False, kw_only=True)
class TimeLimits(Result):
    """How the legal limits of a procedure were kept.

    Tables
    ------
    main
        One row per stratum and limit: ``clocks`` that began; of them ``kept``, ``missed``, ``running``,
        ``ended_otherwise`` (in time) and ``cannot_be_told``; ``estimate`` with limits, the probability that the act
        came within the limit with pending clocks as censored, beside ``ended_share`` and ``missed_share``; the three
        add up to 1. ``at_most`` is larger than the estimate where a limit is in hours and dates give days.
    over
        Of the missed ones: ``late``, ``not_done``, ``ended_after`` (of them ``extinct``), and quartiles of the days
        over.
    untold
        Why clocks could not be judged.
    law
        Every limit of the procedure: article, what it counts from, what the law attaches to missing it, and whether
        it was measured.
    """

    question: ClassVar[str] = "time_limits"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"standing": tr("How the clocks of each limit stand")})

    limit_words: Mapping[str, Readable]
    length_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return how each limit stands; by groups, the lowest and the highest share in time."""
        strata = [one.name for one in self.main.columns if one.role == "stratum"]
        said = [self._by_group(limit, strata) if strata else self._whole(limit) for limit in self.limit_words]
        return tuple(one for some in said for one in some)

    def _whole(self, limit: str) -> tuple[Readable, ...]:
        main = self.main
        row = int(np.flatnonzero(main["limit"] == limit)[0])
        counts = {name: round(float(main[name][row])) for name in ("clocks", *STANDING_WORDS)}
        stands = tr(
            "{limit} ({length}): of {clocks} clocks {kept} were kept and {missed} missed, {running} were running at "
            "the cut-off, {ended_otherwise} had ended otherwise in time, and of {cannot_be_told} it cannot be told.",
            limit=self.limit_words[limit],
            length=self.length_words[limit],
            **counts,
        )
        return (stands, *self._share(row), *self._over(limit))

    def _share(self, row: int) -> tuple[Readable, ...]:
        main = self.main
        estimate, most = float(main["estimate"][row]), float(main["at_most"][row])
        if not np.isfinite(estimate):
            return ()
        if most > estimate:
            return (
                tr(
                    "Done in time: at least {low}, at most {high}, since days cannot tell hours.",
                    low=Share(estimate),
                    high=Share(most),
                ),
            )
        if not np.isfinite(main["conf_low"][row]):
            return (tr("With pending cases as censored, {share} were done in time.", share=Share(estimate)),)
        return (
            tr(
                "With pending cases as censored, {share} were done in time (interval {low} to {high}).",
                share=Share(estimate),
                low=Share(main["conf_low"][row]),
                high=Share(main["conf_high"][row]),
            ),
        )

    def _over(self, limit: str) -> tuple[Readable, ...]:
        over = self.tables["over"]
        rows = np.flatnonzero(over["limit"] == limit)
        if not len(rows) or not np.isfinite(over["estimate"][rows[0]]):
            return ()
        return (
            tr(
                "Of those missed, half were over by at most {days}.",
                days=days_words(float(over["estimate"][rows[0]])),
            ),
        )

    def _by_group(self, limit: str, strata: Sequence[str]) -> tuple[Readable, ...]:
        main = self.main
        enough = (main["limit"] == limit) & (main["clocks"].astype(float) >= FEW_UNITS)
        rows = np.flatnonzero(enough & np.isfinite(main["estimate"].astype(float)))
        if len(rows) < 2:
            return ()
        order = rows[np.argsort(main["estimate"][rows].astype(float), kind="stable")]
        low, high = int(order[0]), int(order[-1])
        return (
            tr(
                "{limit}: done in time from {low} ({group_low}) to {high} ({group_high}), among groups of {few} clocks "
                "or more.",
                limit=self.limit_words[limit],
                low=Share(main["estimate"][low]),
                group_low=levels_words([str(main[one][low]) for one in strata]),
                high=Share(main["estimate"][high]),
                group_high=levels_words([str(main[one][high]) for one in strata]),
                few=FEW_UNITS,
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of each limit done in time, with kept and missed beside it."""
        main = self.main
        return dots(
            labels=self._row_names(language),
            groups=self._groups(language),
            estimate=main["estimate"].astype(float),
            conf_low=main["conf_low"].astype(float),
            conf_high=main["conf_high"].astype(float),
            annotations=[self._beside(row, language) for row in range(len(main))],
            annotation_label=tr("kept / missed").text(language),
            undefined_label=tr("not observed up to the limit").text(language),
            x_label=tr("done within the limit, pending as censored").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw how the clocks of each limit stand, as bars of parts."""
        main = self.main
        groups = self._groups(language)
        rows = self._row_names(language)
        return standing_bars(
            labels=rows if groups is None else [f"{one} · {row}" for one, row in zip(groups, rows, strict=True)],
            parts=[words.text(language) for words in STANDING_WORDS.values()],
            counts=np.stack([main[name].astype(float) for name in STANDING_WORDS], axis=1),
            open_parts=(2,),
            x_label=tr("share of the clocks that began").text(language),
            number=lambda n: format_number(round(n), language),
            percent=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def _beside(self, row: int, language: Language) -> str:
        main = self.main
        kept, missed = (format_number(float(main[name][row]), language) for name in ("kept", "missed"))
        if float(main["at_most"][row]) > float(main["estimate"][row]):
            most = Share(main["at_most"][row], 0)
            return f"{kept} / {missed} {tr('(share at most {most})', most=most).text(language)}"
        return f"{kept} / {missed}"

    def _row_names(self, language: Language) -> list[str]:
        return [
            f"{self.limit_words[str(one)].text(language)} ({self.length_words[str(one)].text(language)})"
            for one in self.main["limit"]
        ]

    def _groups(self, language: Language) -> list[str] | None:
        strata = [one.name for one in self.main.columns if one.role == "stratum"]
        if not strata:
            return None
        _, rows = self.main.display(language)
        return [" · ".join(row[: len(strata)]) for row in rows]


def time_limits(
    cases: CaseData,
    *,
    limits: Names = (),
    by: Names = (),
    calendar: str | Path | None = None,
    office: str | None = None,
    country: str | None = None,
    suspended: Literal["pause", "restart", "run"] | Mapping[str, Literal["pause", "restart", "run"]] = "pause",
    vacation_stops: Names = ("months",),
    last_day: Literal["next_working_day", "as_counted"] = "next_working_day",
    without_notice: Literal["cannot_be_told", "act"] = "cannot_be_told",
    confidence_level: float = 0.95,
) -> TimeLimits:
    """How the legal time limits of the procedure were kept, case by case on its calendar.

    Days count from the day after the act (or its notification, where the limit counts from it) to the end of the last
    day. Working days leave out weekends, public holidays, judicial vacations and suspended terms. A limit in months
    ends on the same day of the month, or on its last day where there is no such day. A limit in hours is judged from
    dates as far as they go. The clock of the first time is measured; one that began again later is counted in a note.

    Parameters
    ----------
    cases : CaseData
    limits : str or tuple of str
        Ids of limits; by default all that have states at both ends, apply to all cases, and do not begin with an
        ending of the case (those are rights of a party to challenge it: name them to ask for them).
    by : str or tuple of str
        Attributes that split the cases.
    calendar : path, optional
        A file of judicial vacations, suspended terms, holidays and working days; see
        :func:`justice_metrics.cases.calendar_file.read_calendar`.
    office : str, optional
        Attribute whose levels are the offices of the calendar, such as ``court``.
    country : str, optional
        Whose public holidays count: a code such as ``BO``, or ``BO-L`` for a part; ``none`` for weekends only. By
        default that of the procedure.
    suspended : {"pause", "restart", "run"} or mapping of limit to one of them
        What a suspended state (default of the accused) does to a clock: it stands still, it begins anew at the return,
        or nothing. Limits that a mapping does not name pause. Limits in hours run on.
    vacation_stops : str or tuple of str
        Units of limits, besides working days, that stand still in a judicial vacation: ``months``, ``calendar_days``.
    last_day : {"next_working_day", "as_counted"}
        Whether the last day of a limit in months or calendar days moves on when it is no working day.
    without_notice : {"cannot_be_told", "act"}
        What becomes of a clock that counts from a notification without a date: it is not judged, or counts from the
        act itself, which is earlier.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    TimeLimits

    Raises
    ------
    QuestionError
        When a limit or an attribute is unknown, a limit cannot be measured from states, the country has no list of
        holidays, or the calendar names offices and ``office`` is not given.
    ReadError, MappingError, CaseDataError
        When the calendar cannot be read.

    Notes
    -----
    The share done in time is the cumulative incidence of the act at the end of the limit (Aalen and Johansen 1978),
    on the clock's own time: other endings compete, pending cases are censored at the cut-off. Its variance is
    Greenwood's. Clocks that cannot be judged for want of a date are left out of it.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.limits import time_limits
    >>> answer = time_limits(jm.sample_cases(), limits="preparatory_stage")
    >>> [str(one) for one in answer.main["limit"]]
    ['preparatory_stage']
    """
    by = names(by)
    ensure_level(confidence_level)
    asked = _asked(cases, names(limits))
    pauses = _pauses(suspended, asked)
    _ensure_word("last_day", last_day, ("next_working_day", "as_counted"))
    _ensure_word("without_notice", without_notice, ("cannot_be_told", "act"))
    stops = _stops(names(vacation_stops))
    own = read_calendar(calendar) if calendar is not None else None
    office = _office(cases, own, office)
    counted = {
        one.id: clocks(
            cases,
            one,
            by=by,
            office=office,
            pausing=pauses[one.id] != "run" and one.unit != "hours",
            from_act_without_notice=without_notice == "act",
        )
        for one in asked
    }
    days = _days(cases, asked, counted, own, office, country)
    found = [
        judged_clocks(
            counted[one.id],
            one,
            days,
            cutoff_day=cases.cutoff_day,
            pause=pauses[one.id],
            vacation_stops=stops,
            moves=last_day == "next_working_day",
        )
        for one in asked
    ]
    if not any(len(one.n) for one in found):
        raise QuestionError(
            tr("No clock of these limits began in the data: {limits}.", limits=[one.id for one in asked]),
            tr("Map the dates of the stages from which they count."),
        )
    found = [one for one in found if len(one.n)]
    weighted = cases.sampling.weighted
    main = standing_table(found, confidence_level, weighted=weighted)
    return TimeLimits(
        heading=tr("Legal time limits: kept, missed, still running"),
        tables={
            "main": main,
            "over": over_table(found, confidence_level, weighted=weighted),
            "untold": untold_table(found),
            "law": law_table(cases.procedure.limits, [one.limit for one in found]),
        },
        definition=Definition(
            answers=tr("Were the acts that the law sets a time for done in time?"),
            numerator=tr("clocks whose act came on the last day of the limit or before"),
            denominator=tr("clocks that began, one per case and limit; those that lack a date are left out of shares"),
            basis="cohort",
            pending=tr(
                "censored at the cut-off in shares; a clock whose last day has passed without the act is missed"
            ),
            method=tr(
                "Cumulative incidence of the act at the end of the limit, other endings competing (Aalen and Johansen "
                "1978), Greenwood's variance, log-log limits; days over by Kaplan and Meier."
            ),
        ),
        provenance=cases.provenance.add(
            "time_limits",
            limits=tuple(one.limit.id for one in found),
            by=by,
            calendar="" if own is None else own.source,
            office=office or "",
            country=_country(cases, country),
            suspended=suspended if isinstance(suspended, str) else dict(suspended),
            vacation_stops=stops,
            last_day=last_day,
            without_notice=without_notice,
            confidence_level=confidence_level,
        ),
        notes=(
            *sampling_notes(cases),
            *(few_units_note(found[0].strata, main["clocks"]) if by else ()),
            *(_no_holidays(found) if _country(cases, country) == NO_COUNTRY else ()),
            *_notes(cases, found, own, pauses),
        ),
        frame_library=cases.frame_library,
        limit_words={one.limit.id: one.limit.label for one in found},
        length_words={one.limit.id: length_words(one.limit) for one in found},
    )


def _asked(cases: CaseData, wanted: Sequence[str]) -> tuple[Limit, ...]:
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
        if one.measurable and one.condition is None and not set(one.from_states) & outcomes
    ]
    chosen = set(wanted or usual)
    if not chosen:
        raise QuestionError(
            tr("The procedure '{id}' has no limit that the dates of a case could tell.", id=cases.procedure.id),
            tr("Write its limits into the procedure file, with the states at which they begin and end."),
        )
    return tuple(one for one in known.values() if one.id in chosen)


def _ensure_word(name: str, given: str, known: tuple[str, ...]) -> None:
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


def _pauses(suspended: str | Mapping[str, str], asked: Sequence[Limit]) -> dict[str, Pause]:
    given = {one.id: suspended for one in asked} if isinstance(suspended, str) else dict(suspended)
    found: dict[str, Pause] = {one.id: "pause" for one in asked}
    for limit, said in given.items():
        if limit not in found:
            raise QuestionError(
                tr("'suspended' names the limit '{limit}', which is not asked for.", limit=limit),
                suggestion(limit, tuple(found)),
            )
        _ensure_word("suspended", str(said), tuple(_PAUSES))
        found[limit] = _PAUSES[str(said)]
    return found


def _stops(units: tuple[str, ...]) -> tuple[str, ...]:
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


def _office(cases: CaseData, own: LegalCalendar | None, office: str | None) -> str | None:
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


def _country(cases: CaseData, country: str | None) -> str:
    return (cases.procedure.country or NO_COUNTRY) if country is None else country


def _days(
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
    holidays = holidays_in(_country(cases, country), first, last)
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


def _notes(
    cases: CaseData, found: Sequence[Judged], own: LegalCalendar | None, pauses: Mapping[str, Pause]
) -> tuple[Readable, ...]:
    """Return what a lawyer would ask of the numbers."""
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
    unsaid, other_law = sum(one.notice_missing for one in found), sum(one.not_in_force for one in found)
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


def _no_holidays(found: Sequence[Judged]) -> tuple[Readable, ...]:
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
