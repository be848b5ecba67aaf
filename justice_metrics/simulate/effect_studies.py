"""Studies of a small world: what its files would tell, in whole days and with the faults of recording.

Day d is the time from d - 1 (excluded) to d, so what happens at time x is dated ``ceil(x)``, and nothing is dated 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from ..estimate.followed import NEVER, Followed
from .effect_lives import Drawn, Lived, draw, live
from .effect_worlds import MONTH, EffectWorld

OPEN, CONVICTION, ACQUITTAL, DISMISSAL = range(4)  # codes of ``Recorded.code``


class Recorded(NamedTuple):
    """A study as its files tell it: whole days since the complaint; shapes (n,) unless stated."""

    exit: Counts
    code: Counts  # OPEN, CONVICTION, ACQUITTAL or DISMISSAL
    actor_days: Counts  # (n, 3) first day of each actor, NEVER
    milestone: Counts  # NEVER
    severity: Counts
    tier: Counts
    age: Floats
    court: Counts
    cutoff: Counts  # the last day on which the case could be seen

    @property
    def start(self) -> Counts:
        """First day of any actor, NEVER."""
        return np.asarray(self.actor_days.min(axis=1))

    @property
    def actors(self) -> Counts:
        """How many actors there are in the file."""
        return np.asarray((self.actor_days < NEVER).sum(axis=1))

    @property
    def verdict(self) -> Counts:
        """Code with verdicts in one: 0 open, 1 verdict, 2 dismissal."""
        return np.array([0, 1, 1, 2])[self.code]

    @property
    def pattern(self) -> Counts:
        """Number of the combination of severity and tier, ``2 * severity + tier``; see :func:`baseline`."""
        return 2 * self.severity + self.tier

    def followed(self, *, milestone: bool = True) -> Followed:
        """Return what an emulation needs, with or without the milestone, verdicts in one.

        The rows of the design matrix are those of :func:`baseline`.
        """
        days = self.milestone[:, None] if milestone else np.empty((len(self.exit), 0), dtype=np.int64)
        one = np.ones(len(self.exit))
        return Followed(self.exit, self.verdict, self.start, days, self.pattern, self.court, one)


def baseline() -> Floats:
    """Severity and tier of each pattern, as a design matrix (4, 2).

    Examples
    --------
    >>> baseline()[3]
    array([1., 1.])
    """
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def study(world: EffectWorld, rng: np.random.Generator) -> Recorded:
    """Simulate one study: cases come, live until their cut-off, and are recorded with the faults of the world.

    Parameters
    ----------
    world : EffectWorld
        What holds.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Recorded
        With ``world.cases`` cases of ``world.courts`` courts.

    Examples
    --------
    >>> from justice_metrics.simulate.effect_worlds import RANDOM
    >>> study(RANDOM.but(cases=500), np.random.default_rng(1)).exit.shape
    (500,)
    """
    drawn = draw(world, rng)
    return recorded(world, drawn, live(world, drawn), rng)


def recorded(world: EffectWorld, drawn: Drawn, lived: Lived, rng: np.random.Generator) -> Recorded:
    """Write the lives down as files do: in whole days, with the faults of the world."""
    exit_day = np.ceil(lived.end).astype(np.int64)
    code = np.array([OPEN, CONVICTION, DISMISSAL])[lived.how]
    code[(lived.how == 1) & ~drawn.conviction] = ACQUITTAL
    days = _day(lived.arrival)
    shape = days.shape
    if world.misdated:
        wrong = (rng.random(shape) < world.misdated) & (days < NEVER)
        days = np.where(wrong, np.ceil(rng.random(shape) * exit_day[:, None]).astype(np.int64), days)
    if world.unrecorded:
        early = (code == DISMISSAL) & (exit_day <= 3 * MONTH)
        days = np.where(early[:, None] & (rng.random(shape) < world.unrecorded), NEVER, days)
    severity, tier, cutoff = (given.astype(np.int64) for given in (drawn.severity, drawn.tier, drawn.cutoff))
    return Recorded(exit_day, code, days, _day(lived.milestone), severity, tier, drawn.age, drawn.court, cutoff)


def _day(times: Floats) -> Counts:
    return np.where(np.isfinite(times), np.ceil(np.minimum(times, NEVER)), NEVER).astype(np.int64)
