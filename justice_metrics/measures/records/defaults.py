"""Default (rebeldía): how many cases stand still because the accused is absent, for how long, and how they go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...reduce.spells import spell_table
from ...reduce.strata import reached_or_passed
from ...tables import SpellTable
from ..boxes import Restrictions, reached_restrictions, together
from ..declared import Share, days_words, ensure_level, sampling_notes
from ..rates.shown_shares import method_words
from ..shown import draw_shares, hidden, known, limits_words, numbers, of_words, strata_of, whole, words_of
from ..stay_tables import main_table, moves_table
from ..stays import Stay, stay_in
from ..visits import state_words, visits_notes, visits_provenance
from .child_shares import row_sampling_notes, unit_shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TWO_YEARS: Final = 730


@dataclass(frozen=True, eq=False, kw_only=True)
class Defaults(Result):
    """Cases in default: share, length, return.

    Tables
    ------
    main
        One row per stratum and denominator: cases that were ever in default, of those that reached the stage.
    length
        One row per stratum and state of default: spells, those that ended, those that last; days, spells that last
        counted.
    ways_out
        One row per stratum and way out: to which stage or ending the case went on.
    """

    question: ClassVar[str] = "defaults"

    table: SpellTable
    stays: tuple[Stay, ...]
    per_words: Mapping[str, Readable]
    words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of cases ever in default, and how long it lasts."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the share of cases ever in default and how long it lasts, as far as it is shown."""
        main, length = shown.main, shown.tables["length"]
        if strata_of(main):
            return ()
        said = [
            *(_share(main, row) for row in range(len(main))),
            *(_length(length, row) for row in range(len(length))),
        ]
        return tuple(one for one in said if one is not None)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of cases that were ever in default, on each denominator."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares that are shown; a hidden one says so."""
        x_label = tr("ever in default, share of the cases that reached the stage")
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "per", x_label, beside, ax=ax, language=language)


def _share(main: Table, row: int) -> Readable | None:
    n, every = (numbers(main, one)[row] for one in ("numerator", "denominator"))
    if not known(n, every) or every <= 0:
        return None
    return tr(
        "Default was declared at some time in {numerator} of {denominator} cases that reached {per}: {share}{limits}.",
        denominator=whole(every),
        per=words_of(main, "per", main["per"][row]),
        numerator=whole(n),
        share=Share(main["estimate"][row]),
        limits=limits_words(main["conf_low"][row], main["conf_high"][row]),
    )


def _length(length: Table, row: int) -> Readable | None:
    every, ended, median = (numbers(length, one)[row] for one in ("denominator", "numerator", "estimate"))
    if not known(every, ended) or hidden(length, "estimate")[row]:
        return None
    told = {"state": words_of(length, "state", length["state"][row]), "still": whole(every - ended), "n": whole(every)}
    if not known(median):
        return tr("{state}: {still} of {n} spells last at the cut-off, so no median can be given.", **told)
    return tr(
        "{state}: half of the spells have ended after {days}; {still} of {n} last at the cut-off.",
        days=days_words(float(median)),
        **told,
    )


def defaults(
    cases: CaseData,
    *,
    state: Names = (),
    by: Names = (),
    per: Names = ("complaint", "charge"),
    horizon_days: int = _TWO_YEARS,
    confidence_level: float = 0.95,
) -> Defaults:
    """Default (rebeldía): how many cases stand still because the accused is absent, how long, and how they go on.

    Parameters
    ----------
    cases : CaseData
    state : str or tuple of str
        The states of default; by default all in which the procedure stands still.
    by : str or tuple of str
        Attributes that split the cases.
    per : str or tuple of str
        Denominators of the share: stage ids or roles.
    horizon_days : int
        Days up to which the mean length is taken (a restricted mean).
    confidence_level : float

    Returns
    -------
    Defaults

    Raises
    ------
    QuestionError, ProcedureError
        When the procedure has no such state, the data say nothing of it, or a word names nothing.

    Notes
    -----
    A spell that lasts at the cut-off has lasted at least so long (censored): Kaplan-Meier on the clock of the spell.
    The ways out are Aalen-Johansen incidences. A case that falls into default again has another spell.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
       American Statistical Association, 53, 457-481.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> log = pd.DataFrame([("a", "complaint", "2016-01-05"), ("a", "charged", "2016-03-05"),
    ...                     ("a", "default", "2016-05-05"), ("b", "complaint", "2016-02-01")],
    ...                    columns=["id", "state", "day"])
    >>> cases = jm.CaseData.from_frame(log, {
    ...     "data": {"kind": "events"},
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "events": {"state": "state", "date": "day"},
    ... })
    >>> jm.defaults(cases).main["numerator"].tolist()
    [1, 1]
    """
    by, denominators = names(by), names(per)
    ensure_level(confidence_level)
    if horizon_days <= 0:
        raise QuestionError(
            tr("Days are counted from the start; there is none below 0, and a horizon lies after it."),
            tr("Write two years as 730."),
        )
    states = _states(cases, names(state))
    ever = cases.reached(states)
    ever_in: Restrictions = {f"ever in {'+'.join(states)}": ("yes",)}
    per_words = {one: cases.procedure.label(one) for one in denominators}
    main, notes = unit_shares(
        cases,
        cases.milestones,
        {one: (reached_or_passed(cases, one) & ever, reached_or_passed(cases, one)) for one in denominators},
        by=by,
        words=per_words,
        reached=tr("ever in default"),
        title=tr("Cases that were ever in default"),
        confidence_level=confidence_level,
        cells={
            one: (together(reached_restrictions(cases, one), ever_in), reached_restrictions(cases, one))
            for one in denominators
        },
    )
    table = spell_table(cases, by=by).trimmed()
    stays = tuple(
        stay_in(table, table.states.index(one), horizon_days, confidence_level)
        for one in states
        if one in table.states and bool((table.from_state == table.states.index(one)).any())
    )
    words = state_words(cases, table.states)
    return Defaults(
        heading=tr("Cases in default (accused absent)"),
        tables={
            "main": main,
            "length": main_table(table, stays, words, "default", horizon_days, confidence_level),
            "ways_out": moves_table(table, stays, words, "default"),
        },
        definition=Definition(
            answers=tr("How many cases stand still because the accused is absent, and for how long?"),
            numerator=tr("cases that were ever in default; spells that had ended by the day"),
            denominator=tr("cases that reached the stage; all spells of default"),
            basis="cohort",
            pending=tr("a default that lasts at the cut-off has lasted at least so long (censored)"),
            method=tr(
                "{shares} Length by the Kaplan-Meier estimator per spell, ways out by the Aalen-Johansen estimator.",
                shares=method_words(cases, "wilson"),
            ),
        ),
        provenance=visits_provenance(
            cases,
            table,
            "defaults",
            state=states,
            by=by,
            per=denominators,
            horizon_days=horizon_days,
            confidence_level=confidence_level,
        ),
        notes=(
            *notes,
            *row_sampling_notes(cases, rows=tr("spells of default")),
            *_strange_moves(cases, table),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        table=table,
        stays=stays,
        per_words=per_words,
        words=words,
    )


def _states(cases: CaseData, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the states of default of which the data know something.

    Raises
    ------
    QuestionError
        When there are none.
    """
    for one in wanted:
        cases.procedure.state(one)
    states = wanted or cases.procedure.suspended
    if not states:
        raise QuestionError(
            tr("The procedure '{id}' has no state in which it stands still.", id=cases.procedure.id),
            tr('Name the state of default, such as state = "default".'),
        )
    known = tuple(one for one in states if one in cases.dated_states or one in cases.seen_states)
    if not known:
        raise QuestionError(
            tr("The data say nothing of: {states}.", states=[cases.procedure.label(one) for one in states]),
            tr("Map the date on which the accused was declared in default to this state."),
        )
    return known


def _strange_moves(cases: CaseData, table: SpellTable) -> tuple[Readable, ...]:
    """Return what is said of moves that the procedure does not have, without what is said of the sampling already."""
    of_sampling = len(sampling_notes(cases, design_used=True)) + cases.sampling.weighted
    return visits_notes(cases, table, robust=True, clustered=True)[of_sampling:]
