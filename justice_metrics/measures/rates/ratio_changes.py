"""Change of a ratio from one period to another: percentage points, and relative, never in one column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...base.cells import Of
from ...base.language import Language, Readable, format_tick, tr
from ...base.quantities import differences, ratio
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...base.types import Counts, Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...figures.dots import dots
from ..declared import Points, Share, strata_columns
from ..shown import numbers, undefined_words, written
from .period_numbers import (
    Against,
    Change,
    PeriodNumbers,
    all_together,
    alone_notes,
    counted_in,
    earlier_places,
    number_before,
    of_whole_periods,
    period_numbers,
    set_against,
    ties_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class RatioChanges(Result):
    """Changes of ratios from period to period: in percentage points, and relative, each with its own name.

    Tables
    ------
    main
        One row per stratum and period: ``before``, ``after`` (ratios of the period), ``points`` (their difference),
        ``change`` (relative); ``numerator, denominator, numerator_before, denominator_before``.
    """

    question: ClassVar[str] = "ratio_changes"

    rate: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return the last change of all together."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the last change of all together that is shown."""
        main = shown.main
        names = ("before", "after", "points", "change")
        columns = {one: numbers(main, one) for one in names}
        rows = np.flatnonzero(np.isfinite(columns["points"]))
        if not len(rows):
            return ()
        row = int(rows[-1])
        return (
            tr(
                "{period}, {rate}: from {before} to {after}, {points} percentage points (a relative change of "
                "{change}).",
                period=period_words(str(main["period"][row])),
                rate=context_of(shown)["rate"],
                before=Share(columns["before"][row]),
                after=Share(columns["after"][row]),
                points=Points(columns["points"][row]),
                change=Change(float(columns["change"][row])),
            ),
        )

    def context(self) -> Mapping[str, object]:
        """Return the words of the ratio."""
        return {"rate": self.rate}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the changes of all together in percentage points."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the changes of all together in percentage points; a hidden one says so."""
        main = shown.main
        rows = np.flatnonzero(all_together(main)).tolist()
        nothing = np.full(len(rows), np.nan)
        before, after = (written(main, name, language, as_share=True) for name in ("before", "after"))
        undefined = undefined_words(main, "points", language)
        return dots(
            labels=[period_words(str(main["period"][row])).text(language) for row in rows],
            estimate=numbers(main, "points")[rows] * 100,
            conf_low=nothing,
            conf_high=nothing,
            annotations=[f"{before[row]} → {after[row]}" for row in rows],
            undefined_label=[undefined[row] for row in rows],
            x_label=tr("change in percentage points").text(language),
            percent=False,
            number=lambda points: format_tick(points, language),
            reference=0.0,
            ax=ax,
        )


def ratio_changes(
    data: CaseData | CountData,
    *,
    of: str,
    per: str,
    period: Period | None = None,
    by: Names = (),
    against: Against = "previous",
) -> RatioChanges:
    """Change of a ratio of the period, in percentage points and, with another name, relative to what it was.

    Parameters
    ----------
    data : CaseData or CountData
    of, per : str
        Numerator and denominator, as in :func:`period_ratios`.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : str or tuple of str
        What splits the numbers.
    against : {"previous", "year_before"}
        The period that each is compared with.

    Returns
    -------
    RatioChanges

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.ratio_changes(jm.sample_cases(), of="conviction", per="verdict")
    >>> [one.unit for one in found.main.columns if one.name in ("points", "change")]
    ['points', 'change']
    """
    found, alone = set_against(
        data, period_numbers(data, (of, per), period=period, by=names(by)), (of,), (per,), period=period, by=names(by)
    )
    rate = tr("{of} per {per} (same period, not the same cases)", of=found.words[of], per=found.words[per])
    return RatioChanges(
        heading=tr("Changes of a ratio of the period"),
        tables={"main": _ratios_table(found, of, per, earlier_places(found, against))},
        definition=Definition(
            answers=tr("By how much did the ratio of the period change?"),
            numerator=tr("the ratio of the period less that of the period it is compared with"),
            denominator=tr("none for percentage points; for the relative change, the ratio it is compared with"),
            basis="flow",
            pending=tr("not looked at: a period counts what happened in it, whenever the cases began"),
            method=tr("Sums over sums; no interval, because the one is no part of the other."),
        ),
        provenance=data.provenance.add("ratio_changes", of=of, per=per, period=period, by=names(by), against=against),
        notes=(*found.notes, *alone_notes(alone)),
        frame_library=data.frame_library,
        weighted=found.weighted,
        ties=ties_of(found, (of, per)),
        rate=rate,
    )


def _ratios_table(found: PeriodNumbers, of: str, per: str, earlier: Counts) -> Table:
    after = of_whole_periods(found, ratio(found.quantities[of], found.quantities[per]))
    before = number_before(after, earlier)
    points = differences(after, before)
    change = ratio(points, before)
    columns = (
        *strata_columns(found.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column(
            "before",
            tr("ratio before"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator_before", "denominator_before"), formula="ratio"),
        ),
        Column(
            "after",
            tr("ratio of the period"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="ratio"),
        ),
        Column(
            "points",
            tr("difference, percentage points"),
            "points",
            "estimate",
            "difference",
            of=Of(inputs=("after", "before"), formula="difference"),
        ),
        Column(
            "change",
            tr("relative change"),
            "change",
            "estimate",
            "difference",
            of=Of(inputs=("after", "before"), formula="change"),
        ),
        Column("numerator", tr("number"), "units", "count", "count", cell=counted_in(found, (of,))),
        Column("denominator", tr("to so many"), "units", "count", "count", cell=counted_in(found, (per,))),
        Column(
            "numerator_before",
            tr("number before"),
            "units",
            "count",
            "count",
            cell=counted_in(found, (of,), places=earlier),
        ),
        Column(
            "denominator_before",
            tr("to so many before"),
            "units",
            "count",
            "count",
            cell=counted_in(found, (per,), places=earlier),
        ),
    )
    above, below = (of_whole_periods(found, found.quantities[one]) for one in (of, per))
    flat = {
        "before": before,
        "after": after,
        "points": points,
        "change": change,
        "numerator": above,
        "denominator": below,
        "numerator_before": number_before(above, earlier),
        "denominator_before": number_before(below, earlier),
    }
    values = {
        **found.strata.columns(len(found.labels)),
        "period": list(found.labels) * len(found.strata),
        **{name: one.values.ravel() for name, one in flat.items()},
    }
    statuses = {name: one.words() for name, one in flat.items()}
    labels = {"period": {one: period_words(one) for one in found.labels}}
    return Table(columns, values, labels=labels, statuses=statuses, title=tr("Changes of the ratio"))
