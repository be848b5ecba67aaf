"""What is true in a small world: endings under two strategies of support, the same cases living twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Floats
from .effect_lives import Drawn, Rule, draw, live
from .effect_worlds import ARRIVAL_PER_MONTH, MONTH, EffectWorld

Timing: TypeAlias = Literal["usual", "even", "late"]

NEXT_TO_NOTHING: Final = 1e-9
AT_ONCE: Final = 200_000  # cases that live together, a matter of memory


class TrueEffect(NamedTuple):
    """Incidences known by simulation; arms are "started within g days" and "not started within g days".

    Attributes
    ----------
    incidence : (2, 2, H)
        By arm, ending (verdict, dismissal) and horizon.
    difference, std_error : (2, H)
        First arm less second, by ending and horizon, and the error of the simulation.
    cases : int
        How many lived, each under both strategies.
    """

    incidence: Floats
    difference: Floats
    std_error: Floats
    cases: int


def true_effect(
    world: EffectWorld,
    rng: np.random.Generator,
    *,
    timing: Timing = "usual",
    within_days: int = 6 * MONTH,
    window_days: int = MONTH,
    horizons: Sequence[int] = (24 * MONTH,),
    cases: int = 1_000_000,
) -> TrueEffect:
    """Difference between starting support within so many days and not, every case living under both strategies.

    Parameters
    ----------
    world : EffectWorld
        What holds. Faults of recording and losses from view play no part: nobody is lost here.
    rng : numpy.random.Generator
        Source of chance.
    timing : {"usual", "even", "late"}
        When support starts under the first strategy. ``usual``: on days that are distributed like the first days that
        are seen within ``within_days`` when nothing is done, whoever the case is. ``even``: on any day from 0 to
        ``within_days`` with the same chance. ``late``: when it would have started, and in the last ``window_days``,
        evenly, where it would not have started before them.
    within_days : int
        Length of the grace period. Under the second strategy nobody starts in it; from there on nature takes its way.
    window_days : int
        For ``late``.
    horizons : sequence of int
        Endings count up to and including these days.
    cases : int
        How many cases live.

    Returns
    -------
    TrueEffect
        A case that ends before its start counts where it ends, under both strategies.

    Notes
    -----
    Both lives of a case use the same chances, so the difference is far more exact than its two parts, and exactly 0
    where support does nothing.
    """
    parts = []
    for done in range(0, cases, AT_ONCE):
        part = world.but(cases=min(AT_ONCE, cases - done), loss_per_month=0.0)
        drawn = draw(part, rng, own_court=True)
        rules = started_rule(part, drawn, rng, timing, within_days, window_days), Rule(0.0, float(within_days))
        parts.append(np.stack([_ended(part, drawn, rule, horizons) for rule in rules]))
    reached = np.concatenate(parts, axis=-1)  # (2, 2, H, cases)
    gap = reached[0].astype(np.int8) - reached[1]
    return TrueEffect(reached.mean(axis=-1), gap.mean(axis=-1), gap.std(axis=-1) / np.sqrt(cases), cases)


def started_rule(
    world: EffectWorld, drawn: Drawn, rng: np.random.Generator, timing: Timing, within_days: int, window_days: int
) -> Rule:
    """Plan the first actor so that support starts within so many days; see ``true_effect`` for the timings."""
    n, end = len(drawn.severity), float(within_days)
    # who joins is as likely to be the first as in nature, since all causes act on all actors alike
    paces = np.cumsum(ARRIVAL_PER_MONTH)
    actor = np.searchsorted(paces, rng.random(n) * paces[-1], side="right")
    if timing == "late":
        return Rule(end - window_days, end, end - window_days * rng.random(n), actor)
    if timing == "even":
        day = np.floor((end + 1) * rng.random(n))
        return Rule(0.0, end, np.maximum(day, NEXT_TO_NOTHING), actor)  # day 0 is the moment of the complaint
    lived = live(world, drawn, until=np.full(n, end))
    seen = lived.arrival.min(axis=1)
    seen = seen[seen <= end]
    return Rule(0.0, end, seen[np.floor(len(seen) * rng.random(n)).astype(np.int64)], actor)


def _ended(world: EffectWorld, drawn: Drawn, rule: Rule, horizons: Sequence[int]) -> Floats:
    """(2, H, n): whether each case ended by verdict, by dismissal, on or before each horizon."""
    lived = live(world, drawn, rule, until=np.full(len(drawn.severity), float(max(horizons))))
    by = lived.end <= np.asarray(horizons, dtype=np.float64)[:, None]
    return np.stack([by & (lived.how == how) for how in (1, 2)])
