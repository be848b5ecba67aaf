"""Where the units of a count stand in the shared dimensions, told from the data: so that no difference goes unseen.

A count of something of its own (files with a date, cases with a hearing) often lies wholly within a count that another
answer shows: those that reached the trial, those that are pending. Its difference from that is a count as well, and
the disclosure gate finds it only where the restrictions of the one hold those of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import PENDING
from ..base.types import Tallies
from ..cases.casedata import CaseData
from ..reduce.grouped import grouped_counts, summed
from ..reduce.risk import classes
from ..reduce.stages import funnel_steps, furthest_step
from .boxes import Restrictions, ending_levels, later_levels

DECIDED: Final = ("conviction", "acquittal")
_YES: Final = ("yes",)


class Places(NamedTuple):
    """How many units reached each step and stand in each way: all of them, and those of some sets.

    Attributes
    ----------
    steps, endings : tuple of str
        ``S`` steps of the funnel; ``E`` outcome classes, pending as the last one.
    everybody : array, shape (S, E)
    sets : mapping of str to array, shape (S, E)
    """

    steps: tuple[str, ...]
    endings: tuple[str, ...]
    everybody: Tallies
    sets: Mapping[str, Tallies]

    def around(self, name: str) -> Restrictions:
        """Return the restrictions of the smallest shared set that holds all units of a set; none for an empty one."""
        found = self.sets[name]
        if not found.any():
            return {}
        ended = tuple(one for one in self.endings if one != PENDING)
        there = tuple(one for one, n in zip(self.endings, found.sum(axis=0), strict=True) if n)
        if set(there) <= set(DECIDED):
            # a verdict implies the steps before it
            return {"ending": there}
        first = int(np.flatnonzero(found.sum(axis=1))[0])
        made: dict[str, tuple[str, ...]] = {"furthest": later_levels(self.steps)[self.steps[first]]} if first else {}
        if there == (PENDING,):
            made["ending"] = there
        elif PENDING not in there:
            made["ending"] = ended
        return made

    def number(self, restrictions: Restrictions) -> float:
        """Return how many units all restrictions hold for; of furthest step and ending only."""
        steps = [one in restrictions.get("furthest", self.steps) for one in self.steps]
        endings = [one in restrictions.get("ending", self.endings) for one in self.endings]
        return float(self.everybody[np.ix_(steps, endings)].sum())

    def of(self, name: str, own: str) -> Restrictions:
        """Return the restrictions of a set: the smallest shared one around it, and ``own`` where it is not all.

        Parameters
        ----------
        name : str
            The set.
        own : str
            The dimension of which its units have the level "yes".
        """
        around = self.around(name)
        whole = self.sets[name].any() and self.sets[name].sum() == self.number(around)
        return around if whole else {**around, own: _YES}


def keys_of_places(cases: CaseData) -> dict[str, nw.Expr]:
    """Return the furthest step and the ending of each unit, as places in their lists (pending is the last ending)."""
    endings = classes(cases)
    ending: nw.Expr = nw.lit(len(endings), dtype=nw.Int64)
    for place, states in enumerate(endings.values()):
        ending = nw.when(cases.stands(states)).then(nw.lit(place)).otherwise(ending)
    return {"furthest": furthest_step(cases, funnel_steps(cases)), "ending": ending}


def arranged(
    cases: CaseData, furthest: Sequence[int], ending: Sequence[int], n: Tallies, sums: Mapping[str, Tallies]
) -> Places:
    """Return counts by furthest step and ending as places."""
    steps, endings = tuple(one.id for one in funnel_steps(cases)), (*ending_levels(cases), PENDING)
    cell = np.asarray(furthest, np.int64) * len(endings) + np.asarray(ending, np.int64)
    size = (max(len(steps), 1), len(endings))

    def spread(values: Tallies) -> Tallies:
        return summed(cell, np.asarray(values, np.int64), size[0] * size[1]).reshape(size)

    return Places(steps, endings, spread(n), {name: spread(one) for name, one in sums.items()})


def places(cases: CaseData, sets: Mapping[str, nw.Expr], frame: nw.LazyFrame[Any] | None = None) -> Places:
    """Count the units of some sets by furthest step and ending, in one query.

    Parameters
    ----------
    cases : CaseData
    sets : mapping of str to expression
        Flags, never null.
    frame : LazyFrame, optional
        Milestones with the columns that they read; ``cases.milestones`` by default.

    Examples
    --------
    >>> import justice_metrics as jm, narwhals.stable.v2 as nw
    >>> cases = jm.sample_cases()
    >>> found = places(cases, {"trial": cases.reached(("trial",)), "open": nw.col("outcome").is_null()})
    >>> found.of("trial", "dated:trial")
    {'furthest': ('trial', 'verdict', 'final_verdict'), 'dated:trial': ('yes',)}
    >>> found.of("open", "open")
    {'ending': ('pending',)}
    """
    unweighted = cases.with_(sampling=replace(cases.sampling, weighted=False))
    found = grouped_counts(unweighted, keys=keys_of_places(cases), sums=sets, frame=frame)
    return arranged(cases, found.keys["furthest"].tolist(), found.keys["ending"].tolist(), found.units, found.sums)


def recorded_flags(cases: CaseData) -> dict[str, nw.Expr]:
    """Return, for each step of the funnel, the units that have a record of their own, as attrition counts them."""
    return {f"own {step.id}": cases.reached(step.states).fill_null(False) for step in funnel_steps(cases)}


def own_record(step: str, later: tuple[str, ...], *, all_of_them: bool) -> Restrictions:
    """Return the restrictions of the units that have a record of a step of their own.

    Parameters
    ----------
    step : str
    later : tuple of str
        The levels of ``furthest`` of those that reached it.
    all_of_them : bool
        Whether these are all that reached it.
    """
    return {"furthest": later} if all_of_them else {"furthest": later, f"recorded:{step}": _YES}


class DateSets(NamedTuple):
    """The restrictions of the units that have a date, of those that should, that lack it, and that went around it."""

    recorded: Restrictions
    due: Restrictions
    missing: Restrictions
    around: Restrictions


def date_sets(cases: CaseData, found: Places, name: str, recorded: str, due: str) -> DateSets:
    """Return which units have the date of a state, in the terms in which attrition counts records.

    Parameters
    ----------
    cases : CaseData
    found : Places
        With the two sets, and those of `recorded_flags`.
    name : str
        The state, or ``ending``.
    recorded, due : str
        Names of the sets.
    """
    n_recorded, n_due = found.sets[recorded].sum(), found.sets[due].sum()
    step = next((one.id for one in funnel_steps(cases) if tuple(one.states) == (name,)), None)
    if step is None:
        around, dimension = found.around(due), f"recorded:state:{name}"
        should = around if n_due == found.number(around) else {**around, dimension: ("yes", "due")}
        has = should if n_recorded == n_due else {**around, dimension: _YES}
        return DateSets(has, should, {**around, dimension: ("due",)}, {dimension: ("other",)})
    later = later_levels(found.steps)[step]
    reached: Restrictions = {"furthest": later}
    dimension, n_own, n_reached = f"recorded:{step}", found.sets[f"own {step}"].sum(), found.number(_plain(reached))
    own = own_record(step, later, all_of_them=n_own == n_reached)
    inside = set(found.around(due).get("furthest", ("all",))) <= set(later) or later == ("all",)
    if inside and n_due == n_reached:
        should = reached
    elif n_due == n_own:
        should = own
    else:
        should = {**(reached if inside else {}), dimension: ("yes", "due") if inside else ("yes", "due", "aside")}
    has = own if n_recorded == n_own else {**own, f"dated:{step}": _YES}
    lacks = {**should, f"dated:{step}": ("no",)} if n_recorded != n_own else {**should, dimension: ("due", "aside")}
    return DateSets(has, should, lacks, {**reached, dimension: ("other",)})


def _plain(restrictions: Restrictions) -> Restrictions:
    return {name: levels for name, levels in restrictions.items() if levels != ("all",)}
