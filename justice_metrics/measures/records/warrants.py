"""Arrest warrants: how many were executed, how soon, and how many are still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.cells import CellOf
from ...base.language import Language, Readable, tr
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...reduce.child_spells import ChildTable, child_table, waits_for
from ...reduce.grouped import grouped_counts
from ..boxes import Restrictions
from ..caseload import band_words
from ..declared import Share, ensure_level, sampling_notes
from ..shown import draw_shares, group_of, limits_words, numbers, of_words, strata_of, whole
from .child_shares import by_code, child_left_out, child_notes, row_sampling_notes, share_table
from .child_times import HORIZONS, Waits, draw_waits, ensure_horizons, waits_of, within_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STANDS: Final = ("open", "executed", "case_ended")
# Years since the issue; a warrant of exactly one year is in the first band.
_AGES: Final = ("0-1", "1-2", "2-3", "3+")
_YEAR: Final = 365
_UNIT: Final[Restrictions] = {"unit": ("warrant",)}
_OPEN: Final[Restrictions] = {**_UNIT, "warrant stands": ("open",), "dated:warrant": ("yes",)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Warrants(Result):
    """Arrest warrants: executed, open, or overtaken by the end of the case.

    Tables
    ------
    main
        One row per stratum and how the warrants stand at the cut-off: executed, open, or the case ended first.
    executed
        Days from the issue to the execution, open warrants counted; one row per stratum.
    within
        Share of the warrants executed by chosen days, with the end of the case as a competitor.
    age
        One row per stratum and band: open warrants by the years since their issue.
    """

    question: ClassVar[str] = "warrants"

    waits: Waits
    stand_words: Mapping[str, Readable]
    confidence_level: float

    def findings(self) -> tuple[Readable, ...]:
        """Return how many warrants are open and how many were executed by the horizons."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say how many warrants are open and how many were executed by the horizons, as far as they are shown."""
        main = shown.main
        strata = strata_of(main)
        n, every, share, low, high = (
            numbers(main, one) for one in ("numerator", "denominator", "estimate", "conf_low", "conf_high")
        )
        there = (main["status"] == "open") & (every > 0) & np.isfinite(n)
        said = [
            tr(
                "{groups}: {n} of {all} warrants are open at the cut-off ({share}{limits}).",
                groups=tr("{groups}", groups=group_of(main, int(row))) if strata else tr("All together"),
                n=whole(n[row]),
                all=whole(every[row]),
                share=Share(share[row]),
                limits=limits_words(low[row], high[row], inside=True),
            )
            for row in np.flatnonzero(there)
        ]
        parts = [] if strata else within_words(shown.tables["within"], on_the_day=False)
        return (*said, tr("Executed: {parts}.", parts=parts)) if parts else tuple(said)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how the warrants stand: a curve by single days is not published."""
        x_label = tr("share of the warrants, as they stand at the cut-off")
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "status", x_label, beside, ax=ax, language=language)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of warrants executed by each day, with the number still open below."""
        return draw_waits(
            self.waits,
            start_words=tr("issue of the warrant"),
            y_label=tr("share of warrants executed"),
            confidence_level=self.confidence_level,
            language=language,
            ax=ax,
        )


def warrants(
    cases: CaseData,
    *,
    by: Names = (),
    horizon_days: Sequence[int] = HORIZONS,
    confidence_level: float = 0.95,
) -> Warrants:
    """Arrest warrants: how many were executed, how soon, and how many are open.

    Parameters
    ----------
    cases : CaseData
        With a table of warrants; each of its rows counts.
    by : str or tuple of str
        Attributes that split the cases.
    horizon_days : sequence of int
        Days after the issue at which the share executed is told.
    confidence_level : float

    Returns
    -------
    Warrants

    Raises
    ------
    QuestionError
        When the cases come without warrants, or ``by`` names nothing.

    Notes
    -----
    A warrant is open when the file holds no day of execution. If the case ended after its issue, other than by a
    conviction, there is nothing left to execute: such endings compete. The share executed by a day is the
    Aalen-Johansen incidence; an open warrant counts up to the cut-off.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"id": ["a", "b"], "reported": ["2016-01-05", "2016-02-01"]})
    >>> issued = pd.DataFrame({"id": ["a", "b"], "from": ["2016-01-10", "2016-02-10"], "done": ["2016-02-10", None]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "reported"},
    ...     "warrants": {"id": "id", "issued": "from", "executed": "done"},
    ... }, children={"warrants": issued})
    >>> found = jm.warrants(cases).main
    >>> dict(zip(found["status"].tolist(), found["numerator"].tolist()))
    {'open': 1, 'executed': 1, 'case_ended': 0}
    """
    by = names(by)
    ensure_level(confidence_level)
    days = ensure_horizons(horizon_days)
    table = child_table(cases, "warrants", ("issued_day", "executed_day"))
    spells = _spells(cases, table)
    grouped = grouped_counts(spells, by=by, keys={"code": nw.col("time__code")})
    counts = by_code(grouped, "code", len(_STANDS))
    waits = waits_of(
        spells,
        cases,
        outcome="executed",
        by=by,
        horizon_days=days,
        confidence_level=confidence_level,
        title=tr("From issue to execution"),
        came=tr("executed"),
        reached=tr("share executed"),
        otherwise=tr("case ended first"),
        what="warrants",
    )
    words: dict[str, Readable] = {
        "open": tr("not executed"),
        "executed": tr("executed"),
        "case_ended": tr("case ended first"),
    }
    return Warrants(
        heading=tr("Arrest warrants"),
        tables={
            "main": share_table(
                grouped.strata,
                _STANDS,
                counts,
                np.repeat(counts.sum(axis=1, keepdims=True), len(_STANDS), axis=1),
                key=Column("status", tr("status"), "text", "key", "key"),
                words=words,
                names=(tr("warrants"), tr("all warrants")),
                title=tr("How warrants stand at the cut-off"),
                confidence_level=confidence_level,
                weighted=cases.sampling.weighted,
                cells=(CellOf(fixed=_UNIT, keys={"status": "warrant stands"}), CellOf(fixed=_UNIT)),
            ),
            "executed": waits.days,
            "within": waits.within,
            "age": _age_table(spells, by, confidence_level, weighted=cases.sampling.weighted),
        },
        definition=Definition(
            answers=tr("How many arrest warrants were executed, how soon, and how many are open?"),
            numerator=tr("warrants that stand so at the cut-off; warrants executed by the day"),
            denominator=tr("all warrants on record"),
            basis="cohort",
            pending=tr("an open warrant counts as not executed so far, up to the cut-off (censored)"),
            method=tr("Shares with Wilson score intervals; share executed by a day by the Aalen-Johansen estimator."),
        ),
        provenance=cases.provenance.add(
            "warrants", by=by, horizon_days=days, confidence_level=confidence_level
        ).leave_out(*child_left_out(table), *waits.left_out),
        notes=(
            *sampling_notes(cases, design_used=True),
            *row_sampling_notes(cases, rows=tr("warrants")),
            *child_notes(table, rows=tr("warrants")),
            tr("A warrant that was executed, and whose file does not say so, counts as open."),
            *waits.notes,
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        waits=waits,
        stand_words=words,
        confidence_level=confidence_level,
    )


def _age_table(spells: Durations, by: Sequence[str], confidence_level: float, *, weighted: bool) -> Table:
    """Return the open warrants by age, those whose issue has a day."""
    open_ = (nw.col("time__code") == 0) & (nw.col("time__left_out") == 0)
    age = nw.col("time__days").fill_null(0)
    band: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for years in range(1, len(_AGES)):
        band = nw.when(age > years * _YEAR).then(nw.lit(years)).otherwise(band)
    aged = grouped_counts(
        spells, by=by, keys={"band": nw.when(open_).then(band).otherwise(nw.lit(len(_AGES), dtype=nw.Int64))}
    )
    counts = by_code(aged, "band", len(_AGES) + 1)[:, :-1]
    return share_table(
        aged.strata,
        _AGES,
        counts,
        np.repeat(counts.sum(axis=1, keepdims=True), len(_AGES), axis=1),
        key=Column("age_band", tr("time since the issue"), "text", "key", "key"),
        words={one: band_words(one) for one in _AGES},
        names=(tr("open warrants"), tr("all open warrants with a day of issue")),
        title=tr("Open warrants by age"),
        confidence_level=confidence_level,
        weighted=weighted,
        cells=(CellOf(fixed=_OPEN, keys={"age_band": "warrant_years"}), CellOf(fixed=_OPEN)),
    )


def _spells(cases: CaseData, table: ChildTable) -> Durations:
    """Return the times from issue to execution, with the end of the case as a competitor."""
    return waits_for(
        cases,
        table,
        begin="issued_day",
        event="executed_day",
        ending=("executed", tr("executed")),
        convictions=False,
        start_words=tr("issue of the warrant"),
    )
