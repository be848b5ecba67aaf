"""Protection measures: how many cases have one, how soon it is ordered, and how often it is breached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import narwhals.stable.v2 as nw

from ...base.cells import CellOf
from ...base.language import Language, Readable, tr
from ...base.levels import LEVEL_WORDS
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...reduce.child_spells import (
    ChildEnding,
    ChildTable,
    child,
    child_spells,
    child_table,
    waits_for,
    with_flags,
)
from ...reduce.grouped import grouped_counts, summed
from ...reduce.hearings import placed_levels
from ..boxes import Restrictions
from ..declared import Share, days_words, ensure_level
from ..shown import draw_shares, group_of, hidden, known, limits_words, numbers, of_words, strata_of, whole
from .child_shares import child_left_out, child_notes, row_sampling_notes, share_table, unit_shares
from .child_times import Waits, draw_waits, ensure_horizons, waits_of, within_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The same day, a week and a month decide whether a measure protects.
_HORIZONS: Final = (0, 7, 30, 90)
_BREACH_HORIZONS: Final = (30, 180, 365)
_FLAGS: Final[Mapping[str, nw.Expr]] = {
    "measure__requested": nw.lit(value=True),
    "measure__ordered": ~nw.col("ordered_day").is_null() | ~nw.col("breached_day").is_null(),
    "measure__breached": ~nw.col("breached_day").is_null(),
}
_SHARE_WORDS: Final[Mapping[str, Readable]] = {
    "requested": tr("asked for, of all cases"),
    "ordered": tr("ordered, of all cases (coverage)"),
    "ordered_of_requested": tr("ordered, of the cases in which one was asked for"),
    "breached": tr("breached so far, of the cases in which one was ordered"),
}


_REQUESTED: Final[Restrictions] = {"measure:requested": ("yes",)}
_ORDERED: Final[Restrictions] = {**_REQUESTED, "measure:ordered": ("yes",)}
_BREACHED: Final[Restrictions] = {**_ORDERED, "measure:breached": ("yes",)}
_CELLS: Final[Mapping[str, tuple[Restrictions, Restrictions]]] = {
    "requested": (_REQUESTED, {}),
    "ordered": (_ORDERED, {}),
    "ordered_of_requested": (_ORDERED, _REQUESTED),
    "breached": (_BREACHED, _ORDERED),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class ProtectionMeasures(Result):
    """Protection measures: coverage, time to the order, breach.

    Tables
    ------
    main
        One row per stratum and share: asked for, ordered (coverage), ordered of those asked for, breached of those
        ordered.
    kinds
        One row per stratum and kind: measures on record, ordered, and their share.
    ordered, within
        Days from the request to the order, measures not yet ordered counted (censored), the end of the case competing;
        and the share ordered by chosen days.
    breached, breached_within
        The same from the order to the first breach, a measure that was lifted competing.
    """

    question = "protection_measures"

    ordered: Waits
    breaches: Waits
    confidence_level: float

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """What the data allow: time from request to order, and from order to breach."""
        shown: dict[str, Readable] = {}
        if self.ordered.times is not None:
            shown["ordered"] = tr("From request to order")
        if self.breaches.times is not None and self.breaches.table.events.sum() > 0:
            shown["breached"] = tr("From order to breach")
        return shown

    def findings(self) -> tuple[Readable, ...]:
        """Return coverage, time to the order and breach."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say coverage, time to the order and breach, as far as they are shown."""
        main = shown.main
        strata = strata_of(main)
        wanted = ("ordered",) if strata else tuple(_SHARE_WORDS)
        columns = ("numerator", "denominator", "estimate", "conf_low", "conf_high")
        said: list[Readable] = []
        for row, numbers_ in enumerate(zip(*(numbers(main, one) for one in columns), strict=True)):
            n, every, share, low, high = numbers_
            which = str(main["per"][row])
            if which not in wanted or not known(n, every) or not every:
                continue
            said.append(
                tr(
                    "{groups}{per}: {n} of {all} ({share}{limits}).",
                    groups=tr("{groups}: ", groups=group_of(main, row)) if strata else tr("Protection measures "),
                    per=_SHARE_WORDS[which],
                    n=whole(n),
                    all=whole(every),
                    share=Share(share),
                    limits=limits_words(low, high, inside=True),
                )
            )
        return (*said, *_times(shown)) if not strata else tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares with their intervals, numerator and denominator beside each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares that are shown; a hidden one says so."""
        x_label = tr("share of the cases that the row names")
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "per", x_label, beside, ax=ax, language=language)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share ordered, or breached, by each day."""
        of_orders = view == "ordered"
        return draw_waits(
            self.ordered if of_orders else self.breaches,
            start_words=tr("request of the measure") if of_orders else tr("order of the measure"),
            y_label=tr("share of measures ordered") if of_orders else tr("share of measures breached"),
            confidence_level=self.confidence_level,
            language=language,
            ax=ax,
        )


def _times(shown: Result) -> tuple[Readable, ...]:
    said: list[Readable] = []
    ordered = shown.tables["ordered"]
    if len(ordered) and not hidden(ordered, "estimate")[0]:
        days = days_words(float(numbers(ordered, "estimate")[0]))
        said.append(tr("Half of the measures asked for were ordered after: {days}.", days=days))
    for rows, words in ((shown.tables["within"], tr("Ordered")), (shown.tables["breached_within"], tr("Breached"))):
        parts = within_words(rows)
        said += [tr("{what}: {parts}.", what=words, parts=parts)] if parts else []
    return tuple(said)


def protection_measures(
    cases: CaseData,
    *,
    by: Names = (),
    horizon_days: Sequence[int] = _HORIZONS,
    breach_horizon_days: Sequence[int] = _BREACH_HORIZONS,
    confidence_level: float = 0.95,
) -> ProtectionMeasures:
    """Protection measures: in how many cases one is ordered, how soon after the request, and how often it is breached.

    Parameters
    ----------
    cases : CaseData
        With a table of protection measures (section [measures] of the mapping).
    by : str or tuple of str
        Attributes that split the cases.
    horizon_days : sequence of int
        Days after the request at which the share ordered is told.
    breach_horizon_days : sequence of int
        Days after the order at which the share breached is told.
    confidence_level : float

    Returns
    -------
    ProtectionMeasures

    Raises
    ------
    QuestionError
        When the cases come without protection measures, or a word names nothing.

    Notes
    -----
    A case without a row has no measure on record. A measure without a day of order is not ordered so far: in times it
    counts up to the cut-off, or until the case ended without it, which competes (Aalen-Johansen). An order without a
    request has no time to tell. A breach is the first that is on record; it competes with the measure being lifted, and
    a breach that nobody wrote down is none. Day 0 is the day of the request: the share by day 0 was ordered on the same
    day.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.records.protection import protection_measures
    >>> answer = protection_measures(jm.sample_cases())
    >>> answer.main["per"].tolist()
    ['requested', 'ordered', 'ordered_of_requested', 'breached']
    """
    by = names(by)
    ensure_level(confidence_level)
    days, breach_days = _order_days(horizon_days), ensure_horizons(breach_horizon_days)
    table = child_table(cases, "measures", ("kind", "requested_day", "ordered_day", "end_day", "breached_day"))
    main, share_notes = unit_shares(
        cases,
        with_flags(cases, "measures", _FLAGS),
        _shares(),
        by=by,
        words=_SHARE_WORDS,
        reached=tr("cases with it"),
        title=tr("Protection measures asked for, ordered and breached"),
        confidence_level=confidence_level,
        cells=_CELLS,
    )
    waits = waits_of(
        _order_spells(cases, table),
        cases,
        outcome="ordered",
        by=by,
        horizon_days=days,
        confidence_level=confidence_level,
        title=tr("From request to order"),
        came=tr("ordered"),
        reached=tr("share of measures ordered"),
        otherwise=tr("case ended first"),
        what="measures asked for",
    )
    breaches = waits_of(
        _breach_spells(cases, table),
        cases,
        outcome="breached",
        by=by,
        horizon_days=breach_days,
        confidence_level=confidence_level,
        title=tr("From order to breach"),
        came=tr("breached"),
        reached=tr("share of measures breached"),
        otherwise=tr("measure lifted first"),
        what="measures ordered",
    )
    return ProtectionMeasures(
        heading=tr("Protection measures"),
        tables={
            "main": main,
            "kinds": _kinds_table(cases, table, by, confidence_level),
            "ordered": waits.days,
            "within": waits.within,
            "breached": breaches.days,
            "breached_within": breaches.within,
        },
        definition=Definition(
            answers=tr("In how many cases is a protection measure ordered, how soon, and how often is it breached?"),
            numerator=tr("cases with at least one measure asked for, ordered, breached"),
            denominator=tr("all cases; cases with one asked for; cases with one ordered"),
            basis="cohort",
            pending=tr("measures not ordered so far count up to the cut-off (censored)"),
            method=tr(
                "Shares with Wilson score intervals, or with those of the sampling design; times by the Aalen-Johansen "
                "estimator."
            ),
        ),
        provenance=cases.provenance.add(
            "protection_measures",
            by=by,
            horizon_days=days,
            breach_horizon_days=breach_days,
            confidence_level=confidence_level,
        ).leave_out(*child_left_out(table), *waits.left_out),
        notes=(
            *share_notes,
            *row_sampling_notes(cases, rows=tr("protection measures")),
            *child_notes(table, rows=tr("protection measures")),
            tr("A breach that nobody wrote down counts as none; shares breached are a lower bound."),
            *waits.notes,
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        ordered=waits,
        breaches=breaches,
        confidence_level=confidence_level,
    )


def _order_days(horizon_days: Sequence[int]) -> tuple[int, ...]:
    """Return the horizons of the order, the same day allowed; rising and each once."""
    later = [one for one in horizon_days if one != 0]
    same_day = (0,) if len(later) < len(horizon_days) else ()
    return (*same_day, *(ensure_horizons(later) if later or not same_day else ()))


def _shares() -> dict[str, tuple[nw.Expr, nw.Expr]]:
    """Return numerator and denominator of each share among the cases."""
    every = nw.lit(value=True)
    requested, ordered, breached = (nw.col(one) == 1 for one in _FLAGS)
    return {
        "requested": (requested, every),
        "ordered": (ordered, every),
        "ordered_of_requested": (ordered, requested),
        "breached": (breached, ordered),
    }


def _kinds_table(cases: CaseData, table: ChildTable, by: tuple[str, ...], confidence_level: float) -> Table:
    """Return, for each kind, how many measures are on record and how many of them were ordered."""
    kinds, place = placed_levels(table.frame, "kind", tr("kinds of measure"))
    is_ordered = ~child("ordered_day").is_null() | ~child("breached_day").is_null()
    found = grouped_counts(cases, by=by, keys={"kind": place}, sums={"ordered": is_ordered}, frame=table.frame)
    strata, k = found.strata, len(kinds)
    cell = found.stratum * k + found.keys["kind"]
    words: dict[str, Any] = dict(LEVEL_WORDS)
    return share_table(
        strata,
        kinds,
        summed(cell, found.sums["ordered"], len(strata) * k).reshape(len(strata), k),
        summed(cell, found.n, len(strata) * k).reshape(len(strata), k),
        key=Column("measure", tr("measure"), "text", "key", "key"),
        words=words,
        names=(tr("ordered"), tr("measures on record")),
        title=tr("Measures by kind"),
        confidence_level=confidence_level,
        weighted=cases.sampling.weighted,
        cells=(
            CellOf(fixed={"unit": ("measure",), "measure_ordered": ("yes",)}, keys={"measure": "measure_kind"}),
            CellOf(fixed={"unit": ("measure",)}, keys={"measure": "measure_kind"}),
        ),
    )


def _order_spells(cases: CaseData, table: ChildTable) -> Durations:
    """Return the times from request to order; a case that ended before the order competes."""
    return waits_for(
        cases,
        table,
        begin="requested_day",
        event="ordered_day",
        ending=("ordered", tr("ordered")),
        convictions=True,
        start_words=tr("request of the measure"),
    )


def _breach_spells(cases: CaseData, table: ChildTable) -> Durations:
    """Return the times from order to the first breach; a measure that was lifted first can be breached no more."""
    breached, lifted = child("breached_day"), child("end_day")
    kept = table._replace(frame=table.frame.filter(~child("ordered_day").is_null()))
    until = ~lifted.is_null() & (lifted <= cases.cutoff_day).fill_null(False)
    return child_spells(
        cases,
        kept,
        begin=child("ordered_day"),
        endings=(
            ChildEnding("breached", tr("breached"), ~breached.is_null(), breached),
            ChildEnding("lifted", tr("measure lifted first"), until, lifted),
        ),
        start_words=tr("order of the measure"),
    )
