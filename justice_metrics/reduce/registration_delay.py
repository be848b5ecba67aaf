"""From case data to delays of registration, by group, day of the start and delay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from ..tables import Strata
from .grouped import NO_DAY, grouped_counts


class Delays(NamedTuple):
    """Cases by group, start and delay, shapes (C,), with those that tell of no delay, by reason."""

    strata: Strata
    stratum: Counts
    start: Counts
    delay: Counts
    n: Tallies
    left_out: Mapping[str, int]


def registration_delays(
    cases: CaseData, *, start: str, recorded: str, longest: int, by: Sequence[str] = (), weighted: bool = False
) -> Delays:
    """Count cases by group, start and delay.

    Parameters
    ----------
    cases : CaseData
    start, recorded : str
        A date attribute, or a state or role each.
    longest : int
        Longest delay that is looked at, in days.
    by : sequence of str
        Attributes that split the cases.
    weighted : bool
        Whether sampling weights count; otherwise each file counts once, whatever it weighs.

    Raises
    ------
    ProcedureError
        When a word names nothing.
    """
    if not weighted:
        cases = cases.with_(sampling=replace(cases.sampling, weighted=False))
    keys = {
        name: (nw.col(word) if word in cases.date_attributes else cases.first_day(cases.resolve(word)))
        .cast(nw.Int64)
        .fill_null(NO_DAY)
        for name, word in (("start", start), ("end", recorded))
    }
    grouped = grouped_counts(cases, by=by, keys=keys)
    begin, end, cutoff = grouped.keys["start"], grouped.keys["end"], cases.cutoff_day
    reasons = {
        "start_undated": begin == NO_DAY,
        "start_after_cutoff": begin > cutoff,
        "registration_undated": end == NO_DAY,
        "registered_before": end < begin,
        "registered_after_cutoff": end > cutoff,
        "registered_very_late": end - begin > longest,
    }
    kept = np.ones(len(begin), np.bool_)
    left_out = {}
    for name, wrong in reasons.items():
        left_out[name] = int(grouped.units[kept & wrong].sum())
        kept &= ~wrong
    n = grouped.n if weighted else grouped.units
    return Delays(grouped.strata, grouped.stratum[kept], begin[kept], (end - begin)[kept], n[kept], left_out)
