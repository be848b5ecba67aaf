"""Preventive detention: how many cases have it, how long it lasts, and how often it passes the legal limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw

from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr, trn
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...cases.sentence_ranges import DetentionLimit, detention_limits
from ...reduce.child_spells import (
    ChildEnding,
    ChildTable,
    case_ended,
    child,
    child_spells,
    child_table,
    joined_rows,
    with_flags,
)
from ...reduce.strata import reached_or_passed
from ..boxes import Restrictions, reached_restrictions, together
from ..declared import Share, days_words, ensure_level
from ..rates.shown_shares import method_words
from ..shown import draw_shares, group_of, hidden, known, limits_words, numbers, of_words, strata_of, whole, words_of
from .child_shares import child_left_out, child_notes, row_sampling_notes, unit_shares
from .child_times import HORIZONS, Waits, draw_waits, ensure_horizons, waits_of
from .detention_limits import limits_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FOREVER: Final = 2**30
_MOST_SAID: Final = 6
_HELD: Final[Restrictions] = {"detention:any": ("yes",)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Detention(Result):
    """Preventive detention: share of the cases, length, and detentions over the legal limit.

    Tables
    ------
    main
        One row per stratum and denominator: cases with a detention on record, of those that reached the stage.
    length
        Days of detention, those counted that are still running; one row per stratum.
    within
        Share of the detentions that had ended by chosen days.
    limits
        One row per stratum and limit: detentions that passed it, of those whose limit had run out by the cut-off.
    """

    question: ClassVar[str] = "detention"

    waits: Waits
    per_words: Mapping[str, Readable]
    confidence_level: float

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of cases with a detention, its median length, and the share over each limit."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the share of cases with a detention, its length, and the share over each limit, as far as shown."""
        main, length, limits = (shown.tables[one] for one in ("main", "length", "limits"))
        # of many groups the table tells
        passed = range(len(limits)) if len(length) <= _MOST_SAID else range(0)
        said = [
            *(_share(main, row) for row in range(len(main)) if not strata_of(main)),
            *(_length(length, group) for group in range(len(length))),
            *(_passed(limits, row) for row in passed),
        ]
        return tuple(one for one in said if one is not None)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of cases with a detention: a curve by single days is not published."""
        x_label = tr("with a detention on record, share of the cases that reached the stage")
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "per", x_label, beside, ax=ax, language=language)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of detentions that has ended by each day, with the number still running below."""
        return draw_waits(
            self.waits,
            start_words=tr("beginning of the detention"),
            y_label=tr("share of detentions that have ended"),
            confidence_level=self.confidence_level,
            language=language,
            ax=ax,
        )


def _share(main: Table, row: int) -> Readable | None:
    n, every = (numbers(main, one)[row] for one in ("numerator", "denominator"))
    if not known(n, every) or every <= 0:
        return None
    return tr(
        "A preventive detention is on record in {numerator} of {denominator} cases that reached {per}: {share}"
        "{limits}.",
        denominator=whole(every),
        per=words_of(main, "per", main["per"][row]),
        numerator=whole(n),
        share=Share(main["estimate"][row]),
        limits=limits_words(main["conf_low"][row], main["conf_high"][row]),
    )


def _length(length: Table, group: int) -> Readable | None:
    running, every, median = (numbers(length, one)[group] for one in ("censored", "denominator", "estimate"))
    if not known(running, every) or hidden(length, "estimate")[group]:
        return None
    told = {
        "groups": tr("{groups}", groups=group_of(length, group)) if strata_of(length) else tr("All together"),
        "n": whole(running),
        "all": whole(every),
    }
    if not known(median):
        return tr("{groups}: {n} of {all} detentions are still running, so no median can be given.", **told)
    return tr(
        "{groups}: half of the detentions have ended after {days}; {n} of {all} are still running.",
        days=days_words(float(median)),
        **told,
    )


def _passed(limits: Table, row: int) -> Readable | None:
    n, every = (numbers(limits, one)[row] for one in ("numerator", "denominator"))
    rest = sum(numbers(limits, one)[row] for one in ("ended_early", "running", "untold"))
    if not known(n, every, rest) or every <= 0:
        return None
    said = tr(
        "{limit} ({months} months): {n} of {all} detentions passed it ({share}); of {rest} it had not run out, or "
        "cannot be told.",
        limit=words_of(limits, "limit", limits["limit"][row]),
        months=int(limits["months"][row]),
        n=whole(n),
        all=whole(every),
        share=Share(limits["estimate"][row]),
        rest=whole(rest),
    )
    group = group_of(limits, row)
    return tr("{groups}: {said}", groups=tr("{groups}", groups=group), said=said) if group else said


def detention(
    cases: CaseData,
    *,
    by: Names = (),
    per: Names = ("complaint", "charge"),
    limits: Mapping[str, int] | None = None,
    offence: str | None = None,
    horizon_days: Sequence[int] = HORIZONS,
    confidence_level: float = 0.95,
) -> Detention:
    """Preventive detention: share of the cases, length, and detentions over the legal limit.

    A detention that still runs at the cut-off has lasted at least so long (censored); one without an end in a case that
    has ended for good ended with the case.

    Parameters
    ----------
    cases : CaseData
        With a table of detentions; each of its rows counts, and those that touch count as one.
    by : str or tuple of str
        Attributes that split the cases.
    per : str or tuple of str
        Denominators of the share: stage ids or roles.
    limits : mapping of str to int, optional
        Months of detention that the law allows before a stage or role is reached, such as ``{"verdict": 24}``; by
        default those shipped for the country of the procedure, where there are any.
    offence : str, optional
        Attribute that names the offence, so that offences which a shipped limit exempts are not under it; by default
        ``offence`` where the cases have it.
    horizon_days : sequence of int
        Days of detention at which the share that has ended is told.
    confidence_level : float

    Returns
    -------
    Detention

    Raises
    ------
    QuestionError, ProcedureError
        When the cases come without detentions, or a word names nothing.

    Notes
    -----
    The share over a limit counts only detentions whose limit had run out by the cut-off, whether they had ended by then
    or not: one that began later and is over already says nothing of those that began with it and still run. Months
    are counted to the same day of the month, or its last one; the day of the limit itself is within it.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"id": ["a", "b"], "reported": ["2016-01-05", "2016-02-01"]})
    >>> held = pd.DataFrame({"id": ["a", "b"], "from": ["2016-01-10", "2016-02-10"], "to": ["2016-06-10", None]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "reported"},
    ...     "detention": {"id": "id", "start": "from", "end": "to"},
    ... }, children={"detention": held})
    >>> jm.detention(cases, per="complaint").tables["limits"]["numerator"].tolist()
    [1, 1]
    """
    by, denominators = names(by), names(per)
    ensure_level(confidence_level)
    days = ensure_horizons(horizon_days)
    law = detention_limits(cases.procedure.country) if limits is None else _own_limits(cases, limits)
    law = tuple(one for one in law if _known(cases, one.until))
    if offence is None and "offence" in cases.attributes:
        offence = "offence"
    if offence is not None:
        cases.stratum_column(offence)
    # who is moved from one prison to another is not set free in between
    table = joined_rows(
        cases, child_table(cases, "detention", ("start_day", "end_day")), begin="start_day", end="end_day"
    )
    spells = _spells(cases, table)
    waits = waits_of(
        spells,
        cases,
        outcome=None,
        by=by,
        horizon_days=days,
        confidence_level=confidence_level,
        title=tr("Length of preventive detention"),
        came=tr("ended"),
        reached=tr("share that has ended"),
        otherwise=None,
        what="detentions",
    )
    words = {one: cases.procedure.label(one) for one in denominators}
    held = nw.col("child__any") == 1
    main, notes = unit_shares(
        cases,
        with_flags(cases, "detention", {"child__any": nw.lit(value=True)}),
        {one: (reached_or_passed(cases, one) & held, reached_or_passed(cases, one)) for one in denominators},
        by=by,
        words=words,
        reached=tr("with a detention on record"),
        title=tr("Cases with preventive detention"),
        confidence_level=confidence_level,
        cells={
            one: (together(reached_restrictions(cases, one), _HELD), reached_restrictions(cases, one))
            for one in denominators
        },
    )
    return Detention(
        heading=tr("Preventive detention"),
        tables={
            "main": main,
            "length": waits.days,
            "within": waits.within,
            "limits": limits_table(spells, cases, law, by=by, offence=offence, confidence_level=confidence_level),
        },
        definition=Definition(
            answers=tr("How many cases have preventive detention, how long is it, and does it pass the legal limit?"),
            numerator=tr(
                "cases with a detention on record; detentions that had ended by the day; those over the limit"
            ),
            denominator=tr("cases that reached the stage; all detentions; those whose limit had run out"),
            basis="cohort",
            pending=tr("a detention that runs at the cut-off has lasted at least so long (censored)"),
            method=tr(
                "{shares} Length by the Kaplan-Meier estimator, quantiles with limits from those of the curve; shares "
                "over the legal limit with Wilson score intervals.",
                shares=method_words(cases, "wilson"),
            ),
        ),
        provenance=cases.provenance.add(
            "detention",
            by=by,
            per=denominators,
            limits={one.until: one.months for one in law},
            offence=offence or "",
            horizon_days=days,
            confidence_level=confidence_level,
        ).leave_out(*child_left_out(table), *waits.left_out),
        notes=(
            *notes,
            *row_sampling_notes(cases, rows=tr("detentions")),
            *child_notes(table, rows=tr("detentions")),
            *_ending_notes(cases, table),
            tr("A case without a detention on record may have had one that the file does not show."),
            *_law_notes(law, shipped=limits is None, offence=offence),
            *waits.notes,
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        waits=waits,
        per_words=words,
        confidence_level=confidence_level,
    )


def _spells(cases: CaseData, table: ChildTable) -> Durations:
    """Return the times of detention: to their end, else to that of the case, else to the cut-off."""
    end, (over, over_day) = child("end_day"), case_ended(cases, convictions=True)
    # an end that is planned for after the cut-off has not come yet
    ended = (end <= cases.cutoff_day).fill_null(False)
    with_case = end.is_null() & over & (over_day >= child("start_day")).fill_null(False)
    return child_spells(
        cases,
        table,
        begin=child("start_day"),
        endings=(
            ChildEnding("ended", tr("ended"), ended, end),
            ChildEnding("with_case", tr("ended with the case"), with_case, over_day),
        ),
        start_words=tr("beginning of the detention"),
    )


def _own_limits(cases: CaseData, limits: Mapping[str, int]) -> tuple[DetentionLimit, ...]:
    for until, months in limits.items():
        cases.resolve(until)
        if months <= 0:
            raise QuestionError(tr("A limit of {months} months is none.", months=months), tr("Write two years as 24."))
    return tuple(
        DetentionLimit(
            until=until,
            months=months,
            label=_until_label(cases, until),
            article="",
            first_day=-_FOREVER,
            last_day=_FOREVER,
            certainty="seen",
        )
        for until, months in limits.items()
    )


def _until_label(cases: CaseData, until: str) -> Readable:
    return tr("detained before: {stage}", stage=cases.procedure.label(until))


def _known(cases: CaseData, until: str) -> bool:
    return until in cases.procedure.ids or until in cases.procedure.roles


def _ending_notes(cases: CaseData, table: ChildTable) -> tuple[Readable, ...]:
    end = child("end_day")
    over, over_day = case_ended(cases, convictions=True)
    with_case = end.is_null() & over & (over_day >= child("start_day")).fill_null(False)
    met = table.frame.select(
        later=nw.when((end > cases.cutoff_day).fill_null(False)).then(nw.lit(1)).otherwise(nw.lit(0)).sum(),
        closed=nw.when(with_case).then(nw.lit(1)).otherwise(nw.lit(0)).sum(),
    ).collect()
    later, closed = (int(met.get_column(one)[0] or 0) for one in ("later", "closed"))
    notes: list[Readable] = []
    if closed:
        notes.append(
            trn(
                "{n} detention has no end in a case that has ended for good: it is taken to have ended with the case.",
                "{n} detentions have no end in cases that have ended for good: they are taken to have ended with the "
                "case.",
                closed,
            )
        )
    if later:
        notes.append(
            trn(
                "{n} detention has an end after the cut-off: it counts as still running.",
                "{n} detentions have an end after the cut-off: they count as still running.",
                later,
            )
        )
    return tuple(notes)


def _law_notes(law: Sequence[DetentionLimit], *, shipped: bool, offence: str | None) -> tuple[Readable, ...]:
    if not law:
        return (tr("No legal limit of detention is known for this procedure; name it with limits."),)
    if not shipped:
        return ()
    exceptions = next((one.exceptions for one in law if one.exceptions is not None), None)
    articles = list(dict.fromkeys(one.article for one in law))
    notes: list[Readable] = [tr("Legal limits of detention: {articles}.", articles=", ".join(articles))]
    memory = list(dict.fromkeys(one.label for one in law if one.certainty == "from_memory"))
    if memory:
        notes.append(tr("Awaiting verification against the law in force: {limits}.", limits=memory))
    if exceptions is not None and offence is None:
        notes.append(
            tr(
                "The limit does not apply to: {exceptions}. No attribute names the offence, so such detentions are in "
                "the share all the same.",
                exceptions=exceptions,
            )
        )
    elif exceptions is not None:
        notes.append(
            tr(
                "The limit does not apply to: {exceptions}. Detentions in cases of these offences are not under it; "
                "where the name of the offence leaves it open, it cannot be told.",
                exceptions=exceptions,
            )
        )
    return tuple(notes)
