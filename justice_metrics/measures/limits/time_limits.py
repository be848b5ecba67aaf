"""Legal time limits: kept, missed, still running or not to be told, with the country's calendar of working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.calendar_file import read_calendar
from ...cases.casedata import CaseData
from ...cases.working_days import NO_COUNTRY
from ...reduce.limits import clocks
from ..declared import ensure_level, few_units_note, sampling_notes
from .asked import (
    asked_limits,
    country_of,
    days_of,
    ensure_word,
    office_attribute,
    pauses_of,
    standing_units,
    unmet_offices,
)
from .judged import judged_clocks
from .notes import no_holidays, notes_of, unmet_notes
from .said import draw_kept, draw_standing, limit_findings
from .tables import law_table, length_words, over_table, standing_table, untold_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {"standing": (tr("clocks that began, by how they stand"), tr("clocks that began, one per case and limit"))}
    )

    limit_words: Mapping[str, Readable]
    length_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return how each limit stands; by groups, the lowest and the highest share in time."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown."""
        return limit_findings(shown)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of each limit done in time, with kept and missed beside it."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the same from what is shown."""
        return draw_kept(shown.main, ax, language)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how the clocks of each limit stand, as bars of parts."""
        return self.draw_of(self, view, ax, language=language)

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG003
        """Draw the same from what is shown."""
        return draw_standing(shown.main, ax, language)


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
        Ids of limits; by default all that have states at both ends, apply to all cases, do not begin with an
        ending of the case (those are rights of a party to challenge it), and end with the very act that the law sets:
        name others to ask for them.
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
    >>> from justice_metrics.measures.limits.time_limits import time_limits
    >>> answer = time_limits(jm.sample_cases(), limits="preparatory_stage")
    >>> [str(one) for one in answer.main["limit"]]
    ['preparatory_stage']
    """
    by = names(by)
    ensure_level(confidence_level)
    asked = asked_limits(cases, names(limits))
    pauses = pauses_of(suspended, asked)
    ensure_word("last_day", last_day, ("next_working_day", "as_counted"))
    ensure_word("without_notice", without_notice, ("cannot_be_told", "act"))
    stops = standing_units(names(vacation_stops))
    own = read_calendar(calendar) if calendar is not None else None
    office = office_attribute(cases, own, office)
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
    days = days_of(cases, asked, counted, own, office, country)
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
            tr(
                "Map the dates of the stages from which they count; a limit is asked of clocks that began while it was "
                "law."
            ),
        )
    other_law = sum(one.not_in_force for one in found)
    found = [one for one in found if len(one.n)]
    weighted = cases.sampling.weighted
    judged_by = ", ".join(
        str(one)
        for one in (
            country_of(cases, country),
            "" if own is None else own.source,
            *(pauses[one.id] for one in asked),
            *stops,
            last_day,
            without_notice,
        )
    )
    main = standing_table(found, confidence_level, judged_by, weighted=weighted)
    return TimeLimits(
        heading=tr("Legal time limits: kept, missed, still running"),
        tables={
            "main": main,
            "over": over_table(found, confidence_level, judged_by, weighted=weighted),
            "untold": untold_table(found, judged_by),
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
            country=country_of(cases, country),
            suspended=suspended if isinstance(suspended, str) else dict(suspended),
            vacation_stops=stops,
            last_day=last_day,
            without_notice=without_notice,
            confidence_level=confidence_level,
        ),
        notes=(
            *sampling_notes(cases),
            *(few_units_note(found[0].strata, main["clocks"]) if by else ()),
            *(no_holidays(found) if country_of(cases, country) == NO_COUNTRY else ()),
            *unmet_notes(unmet_offices(counted, own, office)),
            *notes_of(cases, found, own, pauses, other_law=other_law),
        ),
        frame_library=cases.frame_library,
        limit_words={one.limit.id: one.limit.label for one in found},
        length_words={one.limit.id: length_words(one.limit) for one in found},
        weighted=weighted,
    )
