"""Detentions against their legal limits in months: passed, kept, not run out yet, not to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.levels import MISSING_LEVELS
from ...base.table import Column, Table
from ...base.types import Counts, Flags
from ...cases.casedata import CaseData
from ...cases.durations import LEFT_OUT, Durations
from ...cases.sentence_ranges import DetentionLimit
from ...estimate.curves import kaplan_meier
from ...estimate.months import months_later
from ...estimate.proportion import wilson
from ...estimate.risk import last_observed_days
from ...estimate.steps import Quantiles, quantiles
from ...reduce.grouped import NO_DAY, Grouped, grouped_counts, summed
from ...reduce.strata import flag_counts, reached_or_passed
from ..declared import interval_columns, shown_limits, strata_columns

# What can be said of a detention and a limit; the order is that of the columns.
_STANDS: Final = ("over", "kept", "ended_early", "running", "untold", "not_applicable")


class _Judged(NamedTuple):
    stand: Counts  # (N,), place in _STANDS
    excess: Counts  # (N,), days past the limit, where it was passed
    still: Flags  # (N,), passed and still running at the cut-off


def limits_table(
    spells: Durations,
    cases: CaseData,
    law: Sequence[DetentionLimit],
    *,
    by: Sequence[str],
    offence: str | None,
    confidence_level: float,
) -> Table:
    """Return one row per stratum and limit.

    Parameters
    ----------
    spells : Durations
        Times of detention.
    cases : CaseData
    law : sequence of DetentionLimit
    offence : str, optional
        Attribute that names the offence; detentions of exempt ones are under no limit.
    by, confidence_level
    """
    levels = () if offence is None else tuple(flag_counts(cases, {}, by=(offence,)).strata.column(offence))
    found = [_counted(spells, cases, one, by, _exemption(cases, one, offence, levels)) for one in law]
    strata = found[0][0].strata if found else grouped_counts(spells, by=by, keys={"all": nw.lit(0)}).strata
    g, m = len(strata), len(law)
    counts = np.zeros((g, m, len(_STANDS)), found[0][0].n.dtype if found else np.int64)
    excess = np.full((3, g, m), np.nan)
    for at, (grouped, judged) in enumerate(found):
        cell = grouped.stratum * len(_STANDS) + judged.stand
        counts[:, at] = summed(cell, grouped.n, g * len(_STANDS)).reshape(g, -1)
        for group in range(g):
            read = _excess(grouped, judged, group, confidence_level)
            excess[:, group, at] = [float(one[0]) for one in read]
    over, told = counts[:, :, 0], counts[:, :, 0] + counts[:, :, 1]
    share = wilson(over.ravel(), told.ravel(), confidence_level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=cases.sampling.weighted)

    def stand(*how: str) -> CellOf:
        # the same limit with other months is another question
        return CellOf(fixed={"unit": ("detention",), "against {limit} of {months} months": how})

    columns = (
        *strata_columns(strata.names),
        Column("limit", tr("legal limit"), "text", "key", "key"),
        Column("months", tr("months"), "number", "key", "setting", 0),
        Column("numerator", tr("passed it"), "units", "count", "count", cell=stand("over")),
        Column(
            "denominator", tr("limit run out by the cut-off"), "units", "count", "count", cell=stand("over", "kept")
        ),
        *interval_columns(
            of=("numerator", "denominator"),
            level=confidence_level,
            interval="" if cases.sampling.weighted else "wilson",
        ),
        Column("ended_early", tr("limit not run out: ended"), "units", "count", "count", cell=stand("ended_early")),
        Column("running", tr("limit not run out: running"), "units", "count", "count", cell=stand("running")),
        Column("untold", tr("cannot be told"), "units", "count", "count", cell=stand("untold")),
        Column("not_applicable", tr("not under this limit"), "units", "count", "count", cell=stand("not_applicable")),
        Column("days_over", tr("days past it, median"), "days", "estimate", "quantile", of=Of(inputs=("numerator",))),
    )
    values: dict[str, Any] = {
        **strata.columns(m),
        "limit": [one.until for one in law] * g,
        "months": [one.months for one in law] * g,
        "numerator": over.ravel(),
        "denominator": told.ravel(),
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
        **{name: counts[:, :, place].ravel() for place, name in enumerate(_STANDS) if place > 1},
        "days_over": excess[0].ravel(),
    }
    words: dict[str, Readable] = {one.until: one.label for one in law}
    undefined = ["not_defined" if one <= 0 else "" for one in told.ravel()]
    title = tr("Detentions against the legal limit")
    return Table(columns, values, labels={"limit": words}, title=title, statuses={"estimate": undefined})


def _exemption(cases: CaseData, limit: DetentionLimit, offence: str | None, levels: Sequence[str]) -> nw.Expr:
    """Return 1 where the offence is exempt from a limit, 2 where nobody can tell, 0 elsewhere."""
    code: nw.Expr = nw.lit(0, dtype=nw.Int64)
    if offence is None or not limit.exempt:
        return code
    for one in levels:
        exempt = None if one in MISSING_LEVELS else limit.exempts(one)
        if exempt is not False:
            place = 2 if exempt is None else 1
            code = nw.when(cases.level(offence) == one).then(nw.lit(place, dtype=nw.Int64)).otherwise(code)
    return code


def _counted(
    spells: Durations, cases: CaseData, limit: DetentionLimit, by: Sequence[str], exemption: nw.Expr
) -> tuple[Grouped, _Judged]:
    """Return detentions by their days, and how each kind stands to the limit."""
    states = cases.resolve(limit.until)
    came = cases.first_day(states)
    grouped = grouped_counts(
        spells,
        by=by,
        keys={
            "left_out": nw.col("time__left_out"),
            "begin": nw.col("time__begin").fill_null(NO_DAY),
            "ended": nw.when(nw.col("time__code") > 0).then(nw.lit(1)).otherwise(nw.lit(0)),
            "end": nw.col("time__end").fill_null(NO_DAY),
            "came": came.fill_null(NO_DAY),
            "exemption": exemption,
            "reached": nw.when(reached_or_passed(cases, limit.until)).then(nw.lit(1)).otherwise(nw.lit(0)),
        },
    )
    return grouped, _judged(grouped, limit, cases.cutoff_day)


def _judged(grouped: Grouped, limit: DetentionLimit, cutoff: int) -> _Judged:
    keys = grouped.keys
    begin, end, came = keys["begin"], keys["end"], keys["came"]
    # what time cannot be told of, but for detentions that came under observation late: their days are known
    usable = (keys["left_out"] == 0) | (keys["left_out"] == LEFT_OUT.index("entry_after_end") + 1)
    last = months_later(np.where(begin == NO_DAY, 0, begin), limit.months)
    far = np.int64(2**40)
    stop_end = np.where((keys["ended"] == 1) & (end != NO_DAY), end, far)
    stop_came = np.where((came != NO_DAY) & (came <= cutoff), came, far)
    stop = np.minimum(stop_end, stop_came)
    run_out = cutoff > last
    over = np.minimum(stop, cutoff) > last
    # the stage was reached, and no date says when: only an end before the limit tells that it was kept
    unknown = (keys["reached"] == 1) & (came == NO_DAY) & (stop_end > last)
    stand = np.select(
        [
            ~usable,
            (begin < limit.first_day) | (begin > limit.last_day) | (stop_came < begin) | (keys["exemption"] == 1),
            keys["exemption"] == 2,
            unknown & run_out,
            over,
            run_out,
            (stop <= last),
        ],
        [_STANDS.index(one) for one in ("untold", "not_applicable", "untold", "untold", "over", "kept", "ended_early")],
        default=_STANDS.index("running"),
    ).astype(np.int64)
    return _Judged(stand, np.minimum(stop, cutoff) - last, stop > cutoff)


def _excess(grouped: Grouped, judged: _Judged, group: int, level: float) -> Quantiles:
    """Return the median of the days past the limit, those counted that are still over it; each (1,)."""
    mine = (grouped.stratum == group) & (judged.stand == 0)
    if not mine.any():
        return Quantiles(*(np.full(1, np.nan) for _ in range(3)))
    days, place = np.unique(judged.excess[mine], return_inverse=True)
    n, still = grouped.n[mine], judged.still[mine]
    events = np.bincount(place, weights=np.where(still, 0.0, n), minlength=len(days))
    censored = np.bincount(place, weights=np.where(still, n, 0.0), minlength=len(days))
    # everybody was there from the day of the limit on, which lies before the first of these days
    risk = n.sum() - np.concatenate([[0.0], np.cumsum(events + censored)[:-1]])[None, :]
    curve = kaplan_meier(events[None, :], risk, confidence_level=level)
    last = last_observed_days(days.astype(np.int32), risk)
    found = quantiles(days.astype(np.int32), curve.survival, curve.conf_low, curve.conf_high, [0.5], last_days=last)
    return Quantiles(*(one[0] for one in found))
