"""Do the clones that stay stand for all cases: baseline means by arm, before and after weighting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .emulation import NoStartsError, refuse_nonsense
from .emulation_fold import Folded, Strategy, fold
from .emulation_run import Run, run, watch
from .emulation_weights import daily_waits, held_back, log_weights
from .followed import Followed


class Balance(NamedTuple):
    """Means of columns in both arms on some days of the grace period.

    Attributes
    ----------
    days : (D,)
    means, weighted_means : (D, 2, q)
        Of the clones that have not departed from their strategy by the end of the day, those that ended among them.
    overall : (q,)
        Of all cases.
    spread : (q,)
        Standard deviation among all cases.
    difference, weighted_difference : (D, q)
        First arm less second, in standard deviations; NaN for a column that does not vary.
    """

    days: Counts
    means: Floats
    weighted_means: Floats
    overall: Floats
    spread: Floats
    difference: Floats
    weighted_difference: Floats


def weights_on(followed: Followed, design: Floats, strategy: Strategy, days: Sequence[int]) -> Floats:
    """Weight of every clone at the end of chosen days of the grace period.

    Parameters
    ----------
    followed : Followed
        C cells.
    design : (P, p)
    strategy : Strategy
    days : sequence of int
        Days 0..g.

    Returns
    -------
    (D, 2, C)
        As it stood when the case ended, if it ended earlier; 0 once the clone has departed. On day g these are the
        final weights.

    Raises
    ------
    NoStartsError
        When nobody starts within the grace period.
    ValueError
        For a day outside the grace period.

    Examples
    --------
    >>> import numpy as np
    >>> cases = Followed(
    ...     np.array([9, 9]), np.zeros(2, np.int64), np.array([0, 2**30]), np.empty((2, 0), np.int64),
    ...     np.zeros(2, np.int64), None, np.ones(2),
    ... )
    >>> weights_on(cases, np.empty((1, 0)), Strategy(0), [0])[0].round(10).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    refuse_nonsense(strategy, [0])
    wanted, g = np.asarray(days, dtype=np.int64), strategy.within_days
    if ((wanted < 0) | (wanted > g)).any():
        raise ValueError("weights change on days of the grace period only")
    folded = fold(followed, design, strategy)
    everybody = np.ones(folded.units)
    once = run(folded, watch(folded, strategy, int(followed.code.max(initial=1)), 0), strategy, everybody)
    if once is None:
        raise NoStartsError(g, float(folded.mass.sum()))
    starts, person_days = folded.drawn(folded.starts, everybody), folded.drawn(folded.person_days, everybody)
    waits = log_weights(folded, once.fit, starts, person_days, strategy).waits
    found = np.zeros((len(wanted), 2, len(folded.until)))
    kept = held_back(once.hazard)
    for rows, waited in daily_waits(folded, waits, np.arange(len(folded.until)), g + 1):
        for place, day in enumerate(wanted):
            found[place][:, rows] = _on(folded, once, strategy, kept, rows, waited, int(day))
    return found


def balance(
    followed: Followed, columns: Floats, weights: Floats, days: Sequence[int], *, kept: Floats | None = None
) -> Balance:
    """Standardised mean differences between the arms, before and after weighting.

    Parameters
    ----------
    followed : Followed
    columns : (P, q)
        What is compared, by pattern: the columns of the start model, or others.
    weights : (D, 2, C)
        From :func:`weights_on`.
    days : sequence of int
        Their days.
    kept : (D, 2, C), optional
        1 for clones that count before weighting; by default those with a weight.

    Returns
    -------
    Balance

    Notes
    -----
    All clones are alike on day 0; the longer the grace period lasts, the more those that stay with a strategy differ
    from the others. Clones that ended keep the weight of that day: so the weighted mean of each arm estimates the mean
    of all cases, whatever support does to the length of a case, and a difference tells of the weights alone. The
    standard deviation in the denominator is that of all cases and does not change with weighting.

    References
    ----------
    Austin (2009), Statistics in Medicine, 28, 3083-3107, on standardised differences.

    Examples
    --------
    >>> import numpy as np
    >>> cases = Followed(
    ...     np.array([9, 9, 9]), np.zeros(3, np.int64), np.array([0, 2**30, 2**30]), np.empty((3, 0), np.int64),
    ...     np.array([1, 1, 0]), None, np.ones(3),
    ... )
    >>> weights = np.array([[[2.0, 0.0, 0.0], [0.0, 2.0, 1.0]]])
    >>> balance(cases, np.array([[0.0], [1.0]]), weights, [0]).means[0].ravel().tolist()
    [1.0, 0.5]
    """
    values = columns[followed.pattern]
    mass = followed.mass
    overall = mass @ values / mass.sum()
    spread = np.sqrt(mass @ (values - overall) ** 2 / mass.sum())
    there = (weights > 0).astype(np.float64) if kept is None else kept
    means, weighted = _means(there * mass, values), _means(weights * mass, values)
    varied = spread > 1e-12 * np.maximum(np.abs(overall), 1)
    scale = np.where(varied, spread, np.nan)
    return Balance(
        np.asarray(days, dtype=np.int64),
        means,
        weighted,
        overall,
        spread,
        (means[:, 0] - means[:, 1]) / scale,
        (weighted[:, 0] - weighted[:, 1]) / scale,
    )


def _on(folded: Folded, once: Run, strategy: Strategy, kept: Floats, rows: Counts, waited: Floats, day: int) -> Floats:
    """(2, n): weights at the end of a day of the grace period."""
    g, own, until = strategy.within_days, strategy.own_days, folded.until[rows]
    started = folded.started[rows] & (until <= day)
    at = np.minimum(until, day + 1)
    place = np.arange(len(rows))
    by_now = waited[place, at]
    with np.errstate(invalid="ignore", over="ignore"):
        first = np.exp(kept[at] + by_now - waited[place, np.minimum(at, own)])
        second = np.exp(by_now)
    first = np.where(started, once.weights[0, rows], first)
    if day == g:
        first = np.where(~started & (until == g + 1), 0, first)
    found: Floats = np.minimum(np.stack([first, np.where(started, 0, second)]), once.caps[:, None])
    return found


def _means(mass: Floats, values: Floats) -> Floats:
    whole = mass.sum(axis=-1, keepdims=True)
    found: Floats = np.where(whole > 0, mass @ values / np.where(whole > 0, whole, 1), np.nan)
    return found
