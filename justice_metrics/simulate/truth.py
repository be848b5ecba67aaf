"""The true answer to a question about support, found by simulating what would have happened."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from .hazards import World
from .run import NATURAL, Cases, Strategy
from .world import simulate

Timing: TypeAlias = Literal["late", "usual"]


class Truth(NamedTuple):
    """A probability known by simulation."""

    estimate: float
    std_error: float  # of the simulation itself, not of any study
    n: int


class Contrast(NamedTuple):
    """Verdict by the horizon under two strategies, and their difference."""

    started: Truth
    not_started: Truth
    difference: Truth


def true_incidence(
    world: World,
    cases: Cases,
    rng: np.random.Generator,
    *,
    horizon_days: int,
    strategy: Strategy = NATURAL,
    outcome: tuple[str, ...] = (),
) -> Truth:
    """Share of cases with an outcome within ``horizon_days`` of the complaint, if a strategy were followed.

    Parameters
    ----------
    world : World
        The procedure and its hazards.
    cases : Cases
        The cases to which the answer refers; nobody is censored here, their ``last_day`` is not used.
    rng : numpy.random.Generator
        Source of chance.
    horizon_days : int
        The outcome counts up to and including this day after the complaint.
    strategy : Strategy
        What is done about support.
    outcome : tuple of str
        States that count; by default the verdicts of the world.

    Returns
    -------
    Truth
        The share with its Monte Carlo standard error, ``sqrt(p (1 - p) / n)``.
    """
    run = simulate(world, cases.followed(horizon_days), rng, strategy=strategy)
    share = float((run.first_day(*(outcome or world.verdicts)) >= 0).mean())
    return Truth(share, float(np.sqrt(share * (1 - share) / cases.n)), cases.n)


def true_contrast(
    world: World,
    cases: Cases,
    rng: np.random.Generator,
    *,
    started_within_days: int,
    horizon_days: int,
    timing: Timing = "late",
    window_days: int = 30,
    outcome: tuple[str, ...] = (),
) -> Contrast:
    """Compare "all actors started within so many days" with "not all of them did", every case under both.

    Under the first strategy, with ``timing`` "late", actors come when they would have come; one who is still missing
    when the last ``window_days`` of the period begin joins on an even chance within that window, if the case is open
    then. With "usual", the set of a case becomes complete, if the case is open then, on a day drawn from those on which
    sets became complete within the period when nothing was done. Under the second strategy the last missing actor is
    held back until the period is over and comes at the natural rate from there.
    """
    started = Strategy("start", started_within_days, window_days)
    if timing == "usual":
        natural = simulate(world, cases.followed(started_within_days), rng)
        complete = natural.all_started_day() - cases.complaint_day
        usual = complete[natural.all_started_day() >= 0]
        # a day of the calendar is an interval of the clock; the moment within it is drawn evenly
        days = rng.choice(usual, size=cases.n) + rng.random(cases.n)
        started = Strategy("on", started_within_days + 1, days=days)
    held = Strategy("defer", started_within_days)
    one, other = (
        true_incidence(world, cases, rng, horizon_days=horizon_days, strategy=strategy, outcome=outcome)
        for strategy in (started, held)
    )
    error = float(np.hypot(one.std_error, other.std_error))
    return Contrast(one, other, Truth(one.estimate - other.estimate, error, one.n))
