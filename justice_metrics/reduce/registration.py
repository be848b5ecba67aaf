"""From case data to the delays with which cases were registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from .grouped import NO_DAY, grouped_counts


class Registrations(NamedTuple):
    """Cases by the day of their start and the days until they were registered, alike ones counted together.

    Attributes
    ----------
    start, delay : array of int, shape (C,)
    n : array, shape (C,)
    left_out : mapping of str to int
        Cases that say nothing of delays, by reason.
    """

    start: Counts
    delay: Counts
    n: Tallies
    left_out: Mapping[str, int]


def registrations(cases: CaseData, *, start: str, recorded: str, longest: int) -> Registrations:
    """Count cases by start and delay.

    Parameters
    ----------
    cases : CaseData
    start, recorded : str
        A date attribute, or a state or role each.
    longest : int
        Longest delay that is looked at, in days.

    Raises
    ------
    ProcedureError
        When a word names nothing.
    """
    keys = {
        name: _day(cases, word).cast(nw.Int64).fill_null(NO_DAY) for name, word in (("start", start), ("end", recorded))
    }
    grouped = grouped_counts(cases, keys=keys)
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
    return Registrations(begin[kept], (end - begin)[kept], grouped.n[kept], left_out)


def _day(cases: CaseData, word: str) -> nw.Expr:
    return nw.col(word) if word in cases.date_attributes else cases.first_day(cases.resolve(word))
