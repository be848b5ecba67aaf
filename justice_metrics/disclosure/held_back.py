"""What happens is told once enough have come together; of nested groups never more than the groups tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..base.cells import Box
from ..base.types import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a step of a curve is told.

    Attributes
    ----------
    minimum : int
        The fewest events, or censored, of one step.
    at_risk : int
        The curve ends where fewer than these are at risk.
    base : int, optional
        Steps are multiples of it; without it they are exact.
    """

    minimum: int
    at_risk: int
    base: int | None = None

    def held_back(self, counts: Floats, told: Floats | None) -> Floats:
        """Return the steps that are told of daily counts; the rest is not told.

        Parameters
        ----------
        counts : (D,)
        told : (D,), optional
            What groups within tell.

        Notes
        -----
        With T what happened up to a day, R what was told before it and C what the groups within tell up to it, T is
        told where T - R is large enough and T - C, what the groups hold back, is nothing or large enough; else C,
        where C - R is.
        """
        made, r = np.zeros(len(counts)), 0.0
        within = np.zeros(len(counts)) if told is None else np.cumsum(told)
        for place, (t, c) in enumerate(zip(np.cumsum(counts).tolist(), within.tolist(), strict=True)):
            apart = told is None or t == c or t - c >= self.minimum
            more = t - r if apart and t - r >= self.minimum else c - r
            if more >= self.minimum:
                made[place] = more if self.base is None else self.base * np.floor(more / self.base)
                r += made[place]
        return made

    def steps(self, counts: Floats, total: float, told: Floats | None) -> Floats:
        """Return the steps of an ending, whose rest after the last one is nothing, or at least the minimum."""
        made = self.held_back(counts, told)
        rest = total - made.sum()
        places = np.flatnonzero(made)
        if len(places) and rest != 0 and rest < self.minimum:
            made[places[-1]] += rest
        return made

    def censored(self, counts: Floats, total: float, told: Floats | None) -> Floats:
        """Return the steps of the censored; the last one is left to the last day where a small rest would remain."""
        made = self.held_back(counts, told)
        places = np.flatnonzero(made)
        if len(places) and 0 != total - made.sum() < self.minimum:
            made[places[-1]] = 0.0
        return made


class Released:
    """The steps that are told so far, by the units of which they are told."""

    def __init__(self) -> None:
        self._steps: list[tuple[Box, Floats]] = []

    def add(self, units: Box, steps: Floats) -> None:
        """Keep the steps of a group."""
        self._steps.append((units, steps))

    def within(self, units: Box, n: int) -> Floats | None:
        """Return the sum of the steps of disjoint groups within these units, the largest first; None without any."""
        inside = sorted(
            (one for one in self._steps if _contains(units, one[0])),
            key=lambda one: (len(one[0]), -float(one[1].sum())),
        )
        chosen: list[Box] = []
        total = np.zeros(n)
        for box, steps in inside:
            if all(_apart(box, other) for other in chosen):
                chosen.append(box)
                cut = steps[:n]
                total[: len(cut)] += cut
        return total if chosen else None


def _contains(outer: Box, inner: Box) -> bool:
    """Whether all units of one box are in another."""
    levels = dict(inner)
    return all(name in levels and levels[name] <= some for name, some in outer)


def _apart(one: Box, other: Box) -> bool:
    """Whether two boxes share no unit by what they say."""
    levels = dict(other)
    return any(name in levels and not (some & levels[name]) for name, some in one)


def last_day(entered: Floats, events: Floats, censored: Floats, at_risk: int) -> int:
    """Return the last place at which enough are at risk still after what happened there; -1 where there never are."""
    left = np.cumsum(entered) - np.cumsum(events) - np.cumsum(censored)
    enough = np.flatnonzero(left >= at_risk)
    return int(enough[-1]) if len(enough) else -1


def consistent(came: Floats, made: Sequence[Floats], gone: Floats) -> bool:
    """Whether nobody leaves before coming, and no step is negative."""
    out = np.sum([*made, np.zeros(len(came))], axis=0)
    before = np.cumsum(came) - np.concatenate([[0.0], np.cumsum(out + gone)[:-1]])
    steps = all(bool((one >= 0).all()) for one in (*made, gone))
    return steps and bool((before >= out + gone - 1e-9).all())
