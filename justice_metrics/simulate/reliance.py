"""Until when a victim takes part: a hazard of leaving on every day of an open case, lower while somebody supports."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..base.types import Days, Flags, Floats
from .run import STILL_THERE, Run

# Chance per day of leaving while nobody supports the victim, and what a day with any actor makes of it.
LEAVING_HAZARD: Final = 0.005
SUPPORTED_TIMES: Final = 0.4


def left_days(mark: Floats, run: Run, last_day: Days, withdrew: Flags) -> Days:
    """Return the day on which each victim stopped taking part, -1 where that never happened.

    Parameters
    ----------
    mark : (n,)
        Uniform numbers, one per victim: all that chance has to say.
    run : Run
    last_day : (n,)
        Last day on which the victim could leave: the day before the case ended, or the last one that is seen.
    withdrew : (n,)
        Cases that ended because the victim withdrew: he or she left on the day after ``last_day`` at the latest.

    Notes
    -----
    The hazard is ``LEAVING_HAZARD`` from the complaint on, times ``SUPPORTED_TIMES`` on every day on which at least one
    actor is there. The victim leaves on the day on which the sum of it passes -log(1 - mark).
    """
    n = run.cases.n
    begin, stop = run.cases.complaint_day.astype(np.int64), last_day.astype(np.int64) + 1
    unit, _, start, end = run.support
    first = np.clip(start, begin[unit], stop[unit])
    until = np.clip(np.where(end == STILL_THERE, stop[unit], end), first, stop[unit])
    # how many actors are there changes on these days only, and is nobody again at the end of every case
    who = np.concatenate([np.arange(n), unit, unit, np.arange(n)])
    day = np.concatenate([begin, first, until, np.maximum(begin, stop)])
    step = np.concatenate([np.zeros(n), np.ones(unit.size), -np.ones(unit.size), np.zeros(n)])
    order = np.lexsort((day, who))
    who, day, there = who[order], day[order], np.cumsum(step[order])
    same = np.append(who[1:] == who[:-1], False)
    length = np.where(same, np.append(day[1:], 0) - day, 0)
    rate = np.where(there > 0, LEAVING_HAZARD * SUPPORTED_TIMES, LEAVING_HAZARD)
    passed = np.concatenate([[0.0], np.cumsum(rate * length)])
    before_unit = passed[np.searchsorted(who, np.arange(n))]
    wanted = before_unit + -np.log1p(-mark)
    place = np.minimum(np.searchsorted(passed[1:], wanted, side="right"), who.size - 1)
    inside = who[place] == np.arange(n)
    at = day[place] + np.floor((wanted - passed[place]) / rate[place]).astype(np.int64)
    left = np.where(inside & (at < stop), at, -1)
    return np.where(withdrew & (left < 0), stop, left).astype(np.int32)
