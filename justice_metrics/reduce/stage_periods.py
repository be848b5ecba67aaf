"""What happened in each period: cases that came to a stage or ended so, by the day on which they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import ALL, NOT_AVAILABLE
from ..base.quantities import STATUSES, Quantity
from ..base.types import Counts, Days, Flags, Floats
from ..cases.casedata import CaseData
from ..cases.periods import Period, numbered, period_number
from ..tables import Strata, in_order
from .grouped import NO_DAY, Grouped, grouped_counts
from .strata import reached_or_passed


class StagePeriods(NamedTuple):
    """Numbers of each period; the last stratum is all together where anything splits the cases."""

    strata: Strata
    labels: tuple[str, ...]
    last_day: Days  # (P,)
    quantities: dict[str, Quantity]  # (G, P)
    undated: dict[str, float]
    after_cutoff: dict[str, float]
    passed: dict[str, float]


def stage_periods(cases: CaseData, words: Sequence[str], *, period: Period, by: Sequence[str] = ()) -> StagePeriods:
    """Count the cases that came to each stage or ended so, period by period.

    Parameters
    ----------
    cases : CaseData
    words : sequence of str
        Stages, roles, verdicts: by the first day. Other ways of ending: by the day of the ending with which a case
        stands on the cut-off.
    period : {"month", "quarter", "half_year", "year"}
    by : sequence of str
        Attributes that split the cases.

    Returns
    -------
    StagePeriods
        A period without any is a true zero. Undated ones, those that only a later stage tells of, and those dated after
        the cut-off, are counted apart; where none has a date the numbers are not available.
    """
    counted = {word: _by_day(cases, word, by) for word in words}
    levels = in_order({one for grouped in counted.values() for one in grouped.strata.levels} or {()})
    everything = (ALL,) * len(by)
    rows = (*levels, everything) if by and len(levels) > 1 else levels
    known = {word: _known(grouped, cases.cutoff_day) for word, grouped in counted.items()}
    days = np.concatenate([grouped.keys["day"][known[word]] for word, grouped in counted.items()])
    first = int(days.min()) if len(days) else cases.cutoff_day
    start, stop = int(period_number(first, period)), int(period_number(cases.cutoff_day, period))
    periods = numbered(np.arange(start, stop + 1), period)
    p = len(periods.labels)
    made, undated, after, passed = {}, {}, {}, {}
    for word, grouped in counted.items():
        place = np.array([levels.index(one) for one in grouped.strata.levels], np.int64)[grouped.stratum]
        inside = known[word]
        when = period_number(grouped.keys["day"][inside].astype(np.int32), period) - start
        weights: Floats = grouped.n[inside].astype(np.float64)
        counts = np.bincount(place[inside] * p + when, weights=weights, minlength=len(levels) * p)
        cells: Floats = counts.astype(np.float64).reshape(len(levels), p)
        if len(rows) > len(levels):
            cells = np.concatenate([cells, cells.sum(axis=0, keepdims=True)])
        no_day = grouped.keys["day"] == NO_DAY
        undated[word] = float(grouped.n[(grouped.keys["came"] == 1) & no_day].sum())
        passed[word] = float(grouped.n[(grouped.keys["came"] == 2) & no_day].sum())
        after[word] = float(grouped.n[grouped.keys["day"] > cases.cutoff_day].sum())
        untold = bool(no_day.all()) and undated[word] + passed[word] > 0
        made[word] = _not_available(cells) if untold else Quantity(cells, np.zeros(cells.shape, np.uint8))
    return StagePeriods(Strata(tuple(by), rows), periods.labels, periods.last_day, made, undated, after, passed)


def _by_day(cases: CaseData, word: str, by: Sequence[str]) -> Grouped:
    states = cases.resolve(word)
    ends = set(states) <= set(cases.procedure.outcomes) - set(cases.procedure.verdicts)
    came = cases.stands(states) if ends else cases.reached(states)
    came = nw.lit(value=True) if states == (cases.procedure.start,) else came
    passed = nw.lit(value=False) if ends else reached_or_passed(cases, word)
    day = nw.when(came).then(nw.col("outcome_day") if ends else cases.first_day(states))
    return grouped_counts(
        cases,
        by=by,
        keys={
            "came": nw.when(came.fill_null(value=False))
            .then(nw.lit(1))
            .otherwise(nw.when(passed.fill_null(value=False)).then(nw.lit(2)).otherwise(nw.lit(0))),
            "day": nw.when(~day.is_null()).then(day).otherwise(nw.lit(NO_DAY)),
        },
    )


def _not_available(cells: Floats) -> Quantity:
    return Quantity(np.full(cells.shape, np.nan), np.full(cells.shape, STATUSES.index(NOT_AVAILABLE), np.uint8))


def _known(grouped: Grouped, cutoff: int) -> Flags:
    day: Counts = grouped.keys["day"]
    return np.asarray((day > NO_DAY) & (day <= cutoff), np.bool_)
