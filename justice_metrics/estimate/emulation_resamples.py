"""How sure is the difference between the two strategies: courts drawn again, and everything done anew for each draw.

A resample fits the start model again, weighs again and counts again. Otherwise the doubt about the weights would be
missing from the answer, and the likeness of cases of one court with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.special import stdtr, stdtrit

from ..base.types import Counts, Floats
from .emulation import Emulation, lost_days, refuse_nonsense
from .emulation_fold import Folded, Strategy, fold
from .emulation_run import Watched, incidence_of, run, watch
from .followed import Followed
from .resampling import cluster_draws
from .start_model import StartFit
from .studentised import jackknife_error, studentised

Method: TypeAlias = Literal["t", "studentised"]

FEW: Final = 20
"""With fewer courts than this the interval is studentised."""


class Contrasts(NamedTuple):
    """What is compared; in front of the shapes may stand an axis of resamples.

    Attributes
    ----------
    incidence, lost : (..., 2, K, H)
        By arm, ending and horizon.
    difference, log_ratio, lost_difference : (..., K, H)
    """

    incidence: Floats
    lost: Floats
    difference: Floats
    log_ratio: Floats
    lost_difference: Floats


class Resamples(NamedTuple):
    """The comparison in each of R resamples.

    Attributes
    ----------
    values : Contrasts
        (R, ...); NaN where nobody in a resample starts within the grace period.
    errors : Contrasts or None
        Standard errors of each resample, where they were asked for.
    own_errors : Contrasts or None
        Of the data as they are.
    units : int
        Courts, or cases where none are told apart.
    """

    values: Contrasts
    errors: Contrasts | None
    own_errors: Contrasts | None
    units: int


class Limits(NamedTuple):
    """One quantity with its doubt; all (...) as the estimate.

    Attributes
    ----------
    estimate, std_error : (...)
        The error of a ratio is that of its logarithm.
    low, high : (...)
    p_value : (...)
        Of no difference; NaN for what has no such value.
    """

    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats


class EffectIntervals(NamedTuple):
    """All quantities with limits.

    Attributes
    ----------
    incidence, lost : Limits of (2, K, H)
    difference, ratio, lost_difference : Limits of (K, H)
    method : {"t", "studentised"}
    clusters : int
        Courts, or cases where no courts are told apart.
    usable : int
        Resamples with an answer.
    """

    incidence: Limits
    lost: Limits
    difference: Limits
    ratio: Limits
    lost_difference: Limits
    method: Method
    clusters: int
    usable: int


def resample(
    followed: Followed,
    design: Floats,
    strategy: Strategy,
    *,
    outcomes: int,
    horizons: Sequence[int],
    resamples: int,
    seed: int,
    errors: bool | None = None,
    tick: Callable[[int], None] | None = None,
) -> Resamples:
    """Emulate both strategies in resamples of courts, or of cases where no courts are told apart.

    Parameters
    ----------
    followed, design, strategy, outcomes, horizons
        As for :func:`justice_metrics.estimate.emulation.emulate`.
    resamples : int
        Number R.
    seed : int
        The same seed gives the same answer to the last bit, and draws the same courts for every strategy: differences
        between strategies may be taken resample by resample.
    errors : bool, optional
        Standard errors of each resample, by leaving out one court at a time; as many fits as courts, so for few of
        them. By default with fewer than 20 courts.
    tick : callable, optional
        Told how many resamples were done since it was last told: 1, after each of them.

    Returns
    -------
    Resamples

    Notes
    -----
    Intervals of days in the start model stay those of the data. Without courts, cells are drawn from a multinomial
    distribution over their cases; cells with sampling weights are drawn as one unit each.

    Examples
    --------
    >>> import numpy as np
    >>> cases = Followed(
    ...     np.array([5, 9, 5, 9]), np.array([1, 0, 1, 0]), np.array([0, 0, 2**30, 2**30]), np.empty((4, 0), np.int64),
    ...     np.zeros(4, np.int64), np.array([0, 1, 2, 3]), np.ones(4),
    ... )
    >>> drawn = resample(
    ...     cases, np.empty((1, 0)), Strategy(0), outcomes=1, horizons=[9], resamples=50, seed=1, errors=False
    ... )
    >>> drawn.values.difference.shape, drawn.units
    ((50, 1, 1), 4)
    """
    refuse_nonsense(strategy, horizons)
    folded = fold(followed, design, strategy)
    watched = watch(folded, strategy, outcomes, max(horizons))
    at = np.asarray(horizons, dtype=np.int64)
    few = followed.cluster is not None and folded.units < FEW
    asked = few if errors is None else errors
    everybody = np.ones(folded.units)
    whole = run(folded, watched, strategy, everybody)
    begin = whole.fit if whole else None
    shape = (2, outcomes, len(at))
    values, spread = [], []
    for times in _draws(followed, folded, resamples, seed):
        values.append(_one(folded, watched, strategy, times, at, begin))
        if asked:
            spread.append(_jackknife(folded, watched, strategy, times, at, begin))
        if tick is not None:
            tick(1)
    own = _jackknife(folded, watched, strategy, everybody, at, begin) if asked else None
    return Resamples(
        contrasts(*_stacked(values, shape)),
        Contrasts(*(np.stack(parts) for parts in zip(*spread, strict=True))) if spread else None,
        own,
        int(folded.mass.sum()) if followed.cluster is None else folded.units,
    )


def contrasts(incidence: Floats, lost: Floats) -> Contrasts:
    """Compare the arms of (..., 2, K, H) incidences and lost days; a ratio with 0 in it is NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(incidence)
        ratio = np.where(np.isfinite(logs).all(axis=-3), logs[..., 0, :, :] - logs[..., 1, :, :], np.nan)
    gap, days = (part[..., 0, :, :] - part[..., 1, :, :] for part in (incidence, lost))
    return Contrasts(incidence, lost, gap, ratio, days)


def intervals(emulation: Emulation, resamples: Resamples, confidence_level: float = 0.95) -> EffectIntervals:
    """Put limits to everything that is compared.

    Parameters
    ----------
    emulation : Emulation
    resamples : Resamples
        Of the same question. With standard errors of each resample the limits are studentised, otherwise they are
        the estimate plus and minus a quantile of Student's distribution times the spread of the resamples.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    EffectIntervals
        NaN with fewer than two units or usable resamples. Limits of an incidence stay within 0 and 1, those of lost
        days above 0. A ratio has its limits on the log scale.

    Notes
    -----
    Student's distribution has C - 1 degrees of freedom for C courts; the variance of the resamples is multiplied by
    C / (C - 1), because drawing C courts from C leaves it short by that much.

    References
    ----------
    Davison and Hinkley (1997), *Bootstrap Methods and their Application*, sections 3.8 and 5.2.

    Examples
    --------
    See :func:`resample`; ``intervals(emulate(...), resample(...)).difference`` has the limits of the difference.
    """
    found = contrasts(emulation.at_horizons, emulation.lost)
    method: Method = "t" if resamples.errors is None else "studentised"
    parts = []
    for number, estimate in enumerate(found):
        values = resamples.values[number]
        if resamples.errors is None or resamples.own_errors is None:
            parts.append(_student(estimate, values, resamples.units, confidence_level))
        else:
            error = resamples.own_errors[number]
            limits = studentised(estimate, error, values, resamples.errors[number], confidence_level)
            parts.append(Limits(estimate, error, *limits))
    incidence, lost, difference, ratio, lost_difference = parts
    none = np.full(incidence.estimate.shape, np.nan)
    with np.errstate(over="ignore"):
        ratios = Limits(np.exp(ratio.estimate), ratio.std_error, np.exp(ratio.low), np.exp(ratio.high), ratio.p_value)
    usable = int(np.count_nonzero(~np.isnan(resamples.values.difference).any(axis=(1, 2))))
    return EffectIntervals(
        incidence._replace(low=np.maximum(incidence.low, 0), high=np.minimum(incidence.high, 1), p_value=none),
        lost._replace(low=np.maximum(lost.low, 0), p_value=none),
        difference,
        ratios,
        lost_difference,
        method,
        resamples.units,
        usable,
    )


def _student(estimate: Floats, values: Floats, units: int, confidence_level: float) -> Limits:
    usable = np.count_nonzero(~np.isnan(values), axis=0)
    if units < 2:
        return Limits(estimate, *(np.full(estimate.shape, np.nan) for _ in range(4)))
    enough = usable >= 2
    middle = np.nansum(values, axis=0) / np.maximum(usable, 1)
    squares = np.nansum((values - middle) ** 2, axis=0) / np.maximum(usable - 1, 1)
    error = np.where(enough, np.sqrt(squares * units / (units - 1)), np.nan)
    reach = -float(stdtrit(units - 1, (1 - confidence_level) / 2)) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = np.where(error > 0, 2 * stdtr(units - 1, -np.abs(estimate / error)), np.nan)
    return Limits(estimate, error, estimate - reach, estimate + reach, p_value)


def _draws(followed: Followed, folded: Folded, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each unit comes, resample by resample."""
    if followed.cluster is not None:
        yield from cluster_draws(folded.units, resamples, seed).astype(np.float64)
        return
    whole = np.rint(folded.mass)
    cases = whole if np.array_equal(whole, folded.mass) else np.ones_like(folded.mass)
    number = int(cases.sum())
    shares = cases / number
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield generator.multinomial(number, shares) / np.where(cases > 0, cases, 1)


def _one(
    folded: Folded, watched: Watched, strategy: Strategy, times: Floats, at: Counts, begin: StartFit | None
) -> tuple[Floats, Floats] | None:
    once = run(folded, watched, strategy, times, first=begin)
    if once is None:
        return None
    incidence = incidence_of(once.events, once.at_risk)
    return incidence[..., at], lost_days(incidence, at)


def _jackknife(
    folded: Folded, watched: Watched, strategy: Strategy, times: Floats, at: Counts, begin: StartFit | None
) -> Contrasts:
    drawn = np.flatnonzero(times)
    values = []
    for unit in drawn:
        fewer = times.copy()
        fewer[unit] -= 1
        values.append(_one(folded, watched, strategy, fewer, at, begin))
    found = contrasts(*_stacked(values, (2, watched.outcomes, len(at))))
    return Contrasts(*(jackknife_error(part, times[drawn]) for part in found))


def _stacked(values: Sequence[tuple[Floats, Floats] | None], shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    nothing = np.full(shape, np.nan)
    incidence = [nothing if one is None else one[0] for one in values]
    lost = [nothing if one is None else one[1] for one in values]
    return np.array(incidence).reshape(-1, *shape), np.array(lost).reshape(-1, *shape)
