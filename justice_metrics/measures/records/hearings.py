"""Hearings: how many are suspended and why, how often one is set until it is held, and how many days that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.language import Label, Language, Readable, tr, trn
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...reduce.hearings import hearing_counts, hearing_rows, reason_counts, settings, waits_until_held
from ..declared import FEW_UNITS, Share, ensure_level, sampling_notes
from ..shown import (
    among_shown,
    any_hidden,
    draw_shares,
    group_of,
    hidden,
    known,
    limits_words,
    lowest_and_highest,
    numbers,
    of_words,
    strata_of,
    whole,
)
from .child_shares import child_left_out, row_sampling_notes
from .child_times import HORIZONS, Waits, draw_waits, ensure_horizons, waits_of
from .hearings_tables import (
    FIRST_DATE,
    Average,
    certainty_table,
    dates_table,
    kind_words,
    named_kinds,
    no_reason,
    reasons_table,
    suspension_table,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_KINDS_TOLD: Final = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class Hearings(Result):
    """What became of the hearings that were set.

    Tables
    ------
    main
        One row per stratum and kind: ``numerator`` suspended, ``denominator`` held or suspended, their share; hearings
        still ahead, those whose outcome is not recorded, and hearings set per case.
    certainty
        One row per stratum and kind, over the cases in which it was held: how many on the first date, dates set
        per case, days from the first date to the hearing.
    dates
        The same cases by number of dates set.
    reasons
        One row per stratum and reason of a suspension.
    held
        Days from the first date set to the hearing, cases in which it is still to come counted (censored).
    within
        Share held by chosen days after the first date.
    """

    question: ClassVar[str] = "hearings"

    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {
            "": (tr("hearings suspended"), tr("hearings held or suspended")),
            "certainty": (
                tr("cases in which a hearing of the kind was held on the first date"),
                tr("cases in which a hearing of the kind was held"),
            ),
            "reasons": (tr("suspended hearings, by the reason on record"), tr("suspended hearings")),
            "held": (
                tr("hearings held, by the days since the first date that was set"),
                tr("first dates that were set; those still to come are counted as open"),
            ),
        }
    )

    waits: Waits
    confidence_level: float

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """What the data allow: certainty of dates, reasons of suspensions, time until a hearing was held."""
        shown: dict[str, Readable] = {}
        if self.tables["certainty"]["denominator"].astype(float).sum() > 0:
            shown["certainty"] = tr("Held on the first date that was set")
        if "reasons" in self.tables:
            shown["reasons"] = tr("Why hearings were suspended")
        if self.waits.times is not None:
            shown["held"] = tr("From the first date to the hearing")
        return shown

    def findings(self) -> tuple[Readable, ...]:
        """Return how many are suspended, why most often, and what it takes until one is held."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say how many are suspended, why, and what it takes until one is held, as far as it is shown."""
        main = shown.main
        if strata_of(main):
            return _by_groups(main)
        return (*_suspended(main), *_certainty(shown.tables["certainty"]), *_reason(shown.tables.get("reasons")))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of hearings suspended, by kind."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of hearings suspended, by kind; a hidden one says so."""
        return _drawn(shown.main, "hearing", tr("suspended, share of the hearings that were due"), language, ax)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the certainty of dates, the reasons, or the time until a hearing is held."""
        drawn = self.draw_of(self, view, ax, language=language)
        if drawn is not None:
            return drawn
        return draw_waits(
            self.waits,
            start_words=FIRST_DATE,
            y_label=tr("share of the hearings held"),
            confidence_level=self.confidence_level,
            language=language,
            ax=ax,
        )

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the certainty of dates or the reasons; a curve by single days is not published."""
        if view == "certainty":
            label = tr("held on the first date, share of the cases in which it was held")
            return _drawn(shown.tables["certainty"], "hearing", label, language, ax)
        if view == "reasons":
            return _drawn(shown.tables["reasons"], "reason", tr("share of the suspended hearings"), language, ax)
        return None


def _suspended(main: Table) -> tuple[Readable, ...]:
    if not len(main):
        return ()
    n, every, share, low, high, average = (
        numbers(main, one)[0] for one in ("numerator", "denominator", "estimate", "conf_low", "conf_high", "per_case")
    )
    if known(n, every) and every > 0:
        return (
            tr(
                "Of {all} hearings that were due, {n} were suspended: {share}{limits}.",
                all=whole(every),
                n=whole(n),
                share=Share(share),
                limits=limits_words(low, high),
            ),
        )
    if every == 0 and not hidden(main, "per_case")[0]:
        return (tr("{n} hearings are set per case on average.", n=Average(average)),)
    return ()


def _by_groups(main: Table) -> tuple[Readable, ...]:
    share, due = numbers(main, "estimate"), numbers(main, "denominator")
    there = np.array([one == main["hearing"][0] for one in main["hearing"].tolist()])
    some_hidden = bool((hidden(main, "estimate") & there).any())
    found = lowest_and_highest(share, there & (due >= FEW_UNITS))
    if found is None:
        few = tr("Fewer than two groups have {few} hearings or more; no comparison.", few=FEW_UNITS)
        return () if some_hidden else (few,)
    low, high = found
    compared = tr(
        "Suspended: from {low} ({group_low}) to {high} ({group_high}), among groups with {few} hearings or more.",
        low=Share(share[low]),
        group_low=group_of(main, low),
        high=Share(share[high]),
        group_high=group_of(main, high),
        few=FEW_UNITS,
    )
    return (among_shown(compared, some_hidden=some_hidden),)


def _certainty(table: Table) -> tuple[Readable, ...]:
    n, share, dates, days = (
        numbers(table, one) for one in ("denominator", "estimate", "average_dates", "average_days")
    )
    order = np.argsort(-np.nan_to_num(n), kind="stable")[:_MOST_KINDS_TOLD]
    words = kind_words()
    return tuple(
        trn(
            "{kind}: held on the first date in {share} of {n} case; {dates} dates were set per case, and {days} "
            "days passed on average from the first date to the hearing.",
            "{kind}: held on the first date in {share} of {n} cases; {dates} dates were set per case, and {days} "
            "days passed on average from the first date to the hearing.",
            whole(n[row]),
            kind=words.get(str(table["hearing"][row]), Label(str(table["hearing"][row]))),
            share=Share(share[row]),
            dates=Average(dates[row]),
            days=Average(days[row], 0),
        )
        for row in order
        if n[row] > 0 and known(share[row], dates[row], days[row])
    )


def _reason(table: Table | None) -> tuple[Readable, ...]:
    if table is None:
        return ()
    nothing = no_reason([str(one) for one in table["reason"]])
    n, share = numbers(table, "numerator"), numbers(table, "estimate")
    rows = [row for row in range(len(table)) if str(table["reason"][row]) not in nothing and known(share[row])]
    if not rows:
        return ()
    first = max(rows, key=lambda row: (n[row], -row))
    most = tr(
        "Most frequent reason: {reason} ({share} of the suspended hearings).",
        reason=Label(str(table["reason"][first])),
        share=Share(share[first]),
    )
    return (among_shown(most, some_hidden=any_hidden(table, "estimate")),)


def hearings(
    cases: CaseData,
    *,
    by: Names = (),
    kinds: Names = (),
    reached: str | None = None,
    horizon_days: Sequence[int] = HORIZONS,
    confidence_level: float = 0.95,
) -> Hearings:
    """What became of the hearings that were set, how often one is set until it is held, and what that costs in days.

    Parameters
    ----------
    cases : CaseData
        With a table of hearings (section [hearings] of the mapping).
    by : str or tuple of str
        Attributes that split the cases.
    kinds : str or tuple of str
        Kinds of hearing that count; all by default.
    reached : str, optional
        Only cases that reached this stage or ended so; ``verdict`` for the certainty of trial dates among cases that
        were disposed of by trial.
    horizon_days : sequence of int
        Days after the first date set at which the share held is told.
    confidence_level : float

    Returns
    -------
    Hearings

    Raises
    ------
    QuestionError, ProcedureError
        When the cases come without hearings, or a word names nothing.

    Notes
    -----
    The share suspended is that of the hearings held or suspended; one still ahead, or whose outcome the file does not
    say, is in neither. Trial-date certainty (CourTools, measure 5) is the row of the trial in ``certainty`` and
    ``dates``: the dates set until it was first held, that date included. Days lost are those from the first date set to
    the hearing. Averages are over cases in which it was held; cases still waiting are in ``held`` and ``within``
    (Aalen-Johansen, the end of the case competing).

    References
    ----------
    .. [1] National Center for State Courts (2005). CourTools: trial court performance measures. Measure 5, trial date
       certainty.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.records.hearings import hearings
    >>> answer = hearings(jm.sample_cases(), kinds="Juicio oral")
    >>> answer.tables["certainty"]["denominator"].tolist(), answer.tables["certainty"]["numerator"].tolist()
    ([105], [57])
    """
    by, wanted = names(by), names(kinds)
    ensure_level(confidence_level)
    days = ensure_horizons(horizon_days)
    # other kinds, or hearings of other cases, are counted as something else
    asked = "".join(f" of {one}" for one in (*wanted, *([reached] if reached else [])))
    which = asked.replace("{", "(").replace("}", ")")
    table = hearing_rows(cases, kinds=wanted, reached=reached)
    counted = hearing_counts(cases, table, by=by)
    reasons, n = reason_counts(cases, table, counted.strata, by=by)
    until = settings(cases, table, counted.strata, counted.kinds, by=by)
    waits = waits_of(
        waits_until_held(cases, table, start_words=FIRST_DATE, held_words=tr("held")),
        cases,
        outcome="held",
        by=(*by, "hearing"),
        horizon_days=days,
        confidence_level=confidence_level,
        title=tr("From the first date to the hearing"),
        came=tr("held"),
        reached=tr("share of the hearings held"),
        otherwise=tr("case ended first"),
        what=f"waits for a hearing{which}",
    )
    weighted = cases.sampling.weighted
    tables = {
        "main": suspension_table(counted, confidence_level, weighted=weighted, which=which),
        "certainty": certainty_table(
            counted.strata, counted.kinds, until, confidence_level, weighted=weighted, which=which
        ),
        "dates": dates_table(counted.strata, counted.kinds, until, confidence_level, weighted=weighted, which=which),
    }
    if reasons:
        tables["reasons"] = reasons_table(counted.strata, reasons, n, confidence_level, weighted=weighted, which=which)
    tables |= {"held": named_kinds(waits.days), "within": named_kinds(waits.within)}
    return Hearings(
        heading=tr("Hearings held and suspended"),
        tables=tables,
        definition=Definition(
            answers=tr("How many hearings are suspended, why, and how often is one set until it is held?"),
            numerator=tr("hearings suspended; cases in which it was held on the first date"),
            denominator=tr("hearings held or suspended; cases in which a hearing of the kind was held"),
            basis="cohort",
            pending=tr("hearings still ahead are counted apart; waiting times are censored at the cut-off"),
            method=tr("Shares with Wilson score intervals; times by the Aalen-Johansen estimator."),
        ),
        provenance=cases.provenance.add(
            "hearings", by=by, kinds=wanted, reached=reached, horizon_days=days, confidence_level=confidence_level
        ).leave_out(*child_left_out(table), *waits.left_out),
        notes=(
            *sampling_notes(cases, design_used=True),
            *row_sampling_notes(cases, rows=tr("hearings")),
            *_several_note(weighted=weighted),
            tr("Averages of dates and days are over cases in which the hearing was held; cases still waiting differ."),
            *_undated_note(until.undated),
            *_unknown_note(float(counted.n[:, :, 3].sum()), float(counted.n.sum())),
            *waits.notes,
        ),
        frame_library=cases.frame_library,
        weighted=weighted,
        waits=waits,
        confidence_level=confidence_level,
    )


def _several_note(*, weighted: bool) -> tuple[Readable, ...]:
    """Return what intervals of shares of hearings leave aside, where any are shown."""
    if weighted:
        return ()
    return (tr("Several hearings belong to one case; intervals take them as independent and are somewhat too narrow."),)


def _undated_note(undated: int) -> tuple[Readable, ...]:
    if not undated:
        return ()
    return (
        trn(
            "In {n} case a hearing was held on a day that the file does not tell: it counts as held, and is in no "
            "average of dates and days and in no time.",
            "In {n} cases a hearing was held on a day that the file does not tell: they count as held, and are in no "
            "average of dates and days and in no time.",
            undated,
        ),
    )


def _unknown_note(unknown: float, every: float) -> tuple[Readable, ...]:
    if not unknown:
        return ()
    return (
        tr(
            "Of {n} of {all} hearings the outcome is not recorded; they are in no share.",
            n=round(unknown),
            all=round(every),
        ),
    )


def _drawn(table: Table, key: str, x_label: Readable, language: Language, ax: Axes | None) -> Axes:
    """Draw the shares of a table, one row each, numerator and denominator beside them."""
    return draw_shares(
        table, key, x_label, of_words(table, "numerator", "denominator", language), ax=ax, language=language
    )
