"""A trial of support, emulated: every case is followed as two clones, one per strategy, until it departs from it.

The clone that is to start support within g days and the clone that is not to start it within g days begin on the same
day with the same cases; nobody has to live long to belong to either. A clone that departs from its strategy is censored
on purpose, and those that stay are weighted to stand for all. What remains is the ordinary incidence of each ending in
each arm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .emulation_fold import Folded, Strategy, Timing, fold
from .emulation_reports import Overlap, StartModel, Weights, overlap, start_model, weight_summary
from .emulation_run import Run, Watched, count, incidence_of, run, watch
from .emulation_weights import at_least
from .followed import NEVER, Followed

__all__ = [
    "ARMS",
    "NEVER",
    "Emulation",
    "Followed",
    "NoStartsError",
    "Overlap",
    "StartModel",
    "Strategy",
    "Timing",
    "Truncation",
    "Weights",
    "emulate",
    "truncations",
]

ARMS: Final = ("started", "not_started")


class NoStartsError(ValueError):
    """Nobody starts support within the grace period, so the first strategy has nobody to speak for it.

    Attributes
    ----------
    within_days : int
    units : float
        Cases that were followed.
    """

    def __init__(self, within_days: int, units: float) -> None:
        super().__init__(f"none of {units:g} cases starts within {within_days} days")
        self.within_days = within_days
        self.units = units


class Emulation(NamedTuple):
    """Both strategies, followed to the last horizon. Arm 0 is "started", arm 1 "not started".

    Attributes
    ----------
    days : (T,)
        0, 1 ... to the last horizon.
    horizons : (H,)
    incidence, unweighted : (2, K, T)
        Aalen-Johansen of the clones, with weights and without.
    events, weighted_events : (2, K, T)
        Endings of clones under observation.
    at_risk, weighted_at_risk : (2, T)
        Clones just before each day.
    at_horizons, unweighted_at_horizons : (2, K, H)
        The incidences at the horizons.
    difference, ratio : (K, H)
        First arm less, and over, the second.
    lost : (2, K, H)
        Days up to the horizon lost to each ending: area under its incidence.
    lost_difference : (K, H)
    clones : float
        Mass of each arm on day 0.
    starts : (g + 1,)
        Mass that starts on each day of the grace period.
    departed : (2, g + 1)
        Clones censored on purpose at the end of each day.
    ended_in_grace : (2, K)
        Clones that ended within the grace period while they followed their strategy.
    last_seen : (2, T)
        Clones under observation that were last seen open on each day.
    start_hazard : (g + 1,)
        Chance per day of starting that the first strategy sets; NaN where nature decides.
    final_weights : (2, C)
        Of each cell's clones; 0 where they departed.
    weights : Weights
    model : StartModel
    overlap : Overlap
    """

    days: Counts
    horizons: Counts
    incidence: Floats
    unweighted: Floats
    events: Floats
    weighted_events: Floats
    at_risk: Floats
    weighted_at_risk: Floats
    at_horizons: Floats
    unweighted_at_horizons: Floats
    difference: Floats
    ratio: Floats
    lost: Floats
    lost_difference: Floats
    clones: float
    starts: Floats
    departed: Floats
    ended_in_grace: Floats
    last_seen: Floats
    start_hazard: Floats
    final_weights: Floats
    weights: Weights
    model: StartModel
    overlap: Overlap


class Truncation(NamedTuple):
    """The same with weights cut at a percentile.

    Attributes
    ----------
    percentile : float or None
    caps : (2,)
    largest, effective : (2,)
    at_horizons : (2, K, H)
    difference : (K, H)
    """

    percentile: float | None
    caps: Floats
    largest: Floats
    effective: Floats
    at_horizons: Floats
    difference: Floats


def emulate(
    followed: Followed, design: Floats, strategy: Strategy, *, outcomes: int, horizons: Sequence[int]
) -> Emulation:
    """Incidence of each ending if support were started within g days, and if it were not, by cloning and weighting.

    Parameters
    ----------
    followed : Followed
        C cells of cases, all observed from day 0.
    design : (P, p)
        Baseline columns of each pattern, without a constant; p may be 0.
    strategy : Strategy
        Grace period and timing.
    outcomes : int
        Number of endings K.
    horizons : sequence of int
        Days at which the arms are compared.

    Returns
    -------
    Emulation

    Raises
    ------
    NoStartsError
        When nobody starts within the grace period.
    ValueError
        When a number makes no sense: a negative grace period or horizon, a window of no days, a percentile beyond 100,
        more endings than ``outcomes``.

    Notes
    -----
    With h the fitted hazard of starting (:func:`justice_metrics.estimate.start_model.fit_start`) and h* that of the
    strategy, a clone still to start weighs, on day u, the product over t < u of (1 - h*(t)) / (1 - h(t)), and from its
    start on day s on also h*(s) / h(s). A clone of the other arm weighs the product over t < min(u, g + 1) of
    1 / (1 - h(t)). Incidence is Aalen-Johansen over these weights; endings of a day come before starts of that day, and
    cases last seen on a day are at risk on it. Lost days are the sum of the incidence over the days before the horizon.

    Needed: every common cause of starting and ending is a column or a milestone; each kind of case can start, and can
    wait, wherever the strategy asks for it; being lost from view does not depend on either.

    References
    ----------
    Hernán (2018), BMJ, 360, k182, and Maringe et al. (2020), International Journal of Epidemiology, 49, 1719-1729, for
    cloning, censoring and weighting.
    Cain et al. (2010), International Journal of Biostatistics, 6(2), 18, for strategies with a grace period and the
    weights of evenly spread starts.

    Examples
    --------
    Two cases start on day 0, two never; one of each has the outcome on day 5.

    >>> import numpy as np
    >>> cases = Followed(
    ...     np.array([5, 9, 5, 9]), np.array([1, 0, 1, 0]), np.array([0, 0, NEVER, NEVER]), np.empty((4, 0), np.int64),
    ...     np.zeros(4, np.int64), None, np.ones(4),
    ... )
    >>> emulate(cases, np.empty((1, 0)), Strategy(0), outcomes=1, horizons=[9]).at_horizons[:, 0, 0].tolist()
    [0.5, 0.5]
    """
    folded, watched, once = _prepared(followed, design, strategy, outcomes, horizons)
    grace, upto = strategy.within_days + 1, max(horizons) + 1
    incidence = incidence_of(once.events, once.at_risk)
    plain_events, plain_at_risk = _plain(folded, watched, grace)
    plain = incidence_of(plain_events, plain_at_risk)
    at = np.asarray(horizons, dtype=np.int64)
    reached, lost = incidence[..., at], lost_days(incidence, at)
    started = folded.starters
    starts = _per_day(folded.until[started], folded.mass[started], grace)
    departed = np.stack([np.append(np.zeros(grace - 1), folded.mass[folded.late].sum()), starts])
    return Emulation(
        days=np.arange(upto),
        horizons=at,
        incidence=incidence[..., :upto],
        unweighted=plain[..., :upto],
        events=plain_events[..., :upto],
        weighted_events=once.events[..., :upto],
        at_risk=plain_at_risk[..., :upto],
        weighted_at_risk=once.at_risk[..., :upto],
        at_horizons=reached,
        unweighted_at_horizons=plain[..., at],
        difference=reached[0] - reached[1],
        ratio=_ratio(reached),
        lost=lost,
        lost_difference=lost[0] - lost[1],
        clones=float(folded.mass.sum()),
        starts=starts,
        departed=departed,
        ended_in_grace=plain_events[..., :grace].sum(axis=-1),
        last_seen=_last_seen(folded, upto),
        start_hazard=once.hazard,
        final_weights=once.weights,
        weights=weight_summary(folded, once),
        model=start_model(folded, once),
        overlap=overlap(folded, once, followed.pattern, design, grace),
    )


def truncations(
    followed: Followed,
    design: Floats,
    strategy: Strategy,
    *,
    outcomes: int,
    horizons: Sequence[int],
    percentiles: Sequence[float | None] = (None, 99.9, 99.0, 95.0),
) -> tuple[Truncation, ...]:
    """Return the same comparison with weights cut at several percentiles: how much hangs on the largest weights.

    Parameters
    ----------
    followed, design, strategy, outcomes, horizons
        As for :func:`emulate`; the strategy's own truncation plays no part.
    percentiles : sequence of float or None
        Of the final weights of each arm; None cuts nothing.

    Returns
    -------
    tuple of Truncation
        In the order of ``percentiles``. Cutting trades less variance for some bias towards the comparison without
        weights.

    Examples
    --------
    >>> import numpy as np
    >>> cases = Followed(
    ...     np.array([5, 9, 5, 9]), np.array([1, 0, 1, 0]), np.array([0, 0, NEVER, NEVER]), np.empty((4, 0), np.int64),
    ...     np.zeros(4, np.int64), None, np.ones(4),
    ... )
    >>> table = truncations(cases, np.empty((1, 0)), Strategy(0), outcomes=1, horizons=[9])
    >>> [float(row.difference[0, 0]) for row in table]
    [0.0, 0.0, 0.0, 0.0]
    """
    at = np.asarray(horizons, dtype=np.int64)
    found = []
    for percentile in percentiles:
        folded, _, once = _prepared(followed, design, strategy._replace(truncate=percentile), outcomes, horizons)
        reached = incidence_of(once.events, once.at_risk)[..., at]
        summary = weight_summary(folded, once)
        gap = reached[0] - reached[1]
        found.append(Truncation(percentile, once.caps, summary.largest, summary.effective, reached, gap))
    return tuple(found)


def lost_days(incidence: Floats, horizons: Counts) -> Floats:
    """Area under daily incidence curves from day 0 to each horizon.

    Parameters
    ----------
    incidence : (..., T)
        At the end of day 0, 1 ...
    horizons : (H,)

    Returns
    -------
    (..., H)
        Days.

    Examples
    --------
    >>> import numpy as np
    >>> lost_days(np.array([0.0, 0.5, 0.5, 1.0]), np.array([0, 2, 3])).tolist()
    [0.0, 0.5, 1.0]
    """
    upto = np.concatenate([np.zeros((*incidence.shape[:-1], 1)), np.cumsum(incidence, axis=-1)], axis=-1)
    found: Floats = upto[..., horizons]
    return found


def refuse_nonsense(strategy: Strategy, horizons: Sequence[int]) -> None:
    """Raise ValueError for numbers that make no sense."""
    if strategy.within_days < 0 or not len(horizons) or min(horizons) < 0:
        raise ValueError("the grace period and the horizons are days from 0 on")
    if strategy.timing == "late" and strategy.window_days < 1:
        raise ValueError("the window has at least one day")
    if strategy.truncate is not None and not 0 < strategy.truncate <= 100:
        raise ValueError("weights are cut at a percentile above 0, up to 100")


def _prepared(
    followed: Followed, design: Floats, strategy: Strategy, outcomes: int, horizons: Sequence[int]
) -> tuple[Folded, Watched, Run]:
    refuse_nonsense(strategy, horizons)
    folded = fold(followed, design, strategy)
    watched = watch(folded, strategy, outcomes, max(horizons))
    once = run(folded, watched, strategy, np.ones(folded.units))
    if once is None:
        raise NoStartsError(strategy.within_days, float(folded.mass.sum()))
    return folded, watched, once


def _plain(folded: Folded, watched: Watched, grace: int) -> tuple[Floats, Floats]:
    """Count clones as they are."""
    everybody = np.stack([folded.mass, folded.mass])
    waiting = at_least(folded.until, folded.mass, grace + 1)
    return count(folded, watched, everybody, np.stack([waiting, waiting]))


def _per_day(days: Counts, mass: Floats, number: int) -> Floats:
    found: Floats = np.bincount(np.minimum(days, number), weights=mass, minlength=number + 1)[:number].astype(
        np.float64
    )
    return found


def _last_seen(folded: Folded, days: int) -> Floats:
    still_open = np.where(folded.code == 0, folded.mass, 0)
    stays = np.append(folded.starters, folded.early), np.append(folded.late, folded.early)
    return np.stack([_per_day(folded.exit[rows], still_open[rows], days) for rows in stays])


def _ratio(reached: Floats) -> Floats:
    positive = reached[1] > 0
    return np.where(positive, reached[0] / np.where(positive, reached[1], 1), np.nan)
