"""How long cases took to enter a stage: what both groups are made alike in, and what is said of it.

Whoever took longer to enter a stage had more days to meet supporters, and stands there at a later day of the procedure,
where endings come faster or slower. So support on the day of entering goes with what follows, also where it does
nothing: the comparison must hold the days to entering alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...base.language import Readable, tr
from ...base.types import Counts, Floats
from ...estimate.point_effects import PointCells
from ...estimate.smooth import natural_spline

# Shares of the cases below the knots of the curve of days (Harrell's for five knots).
KNOTS: Final = (0.05, 0.275, 0.5, 0.725, 0.95)


def with_days(cells: PointCells, design: Floats, days: Counts) -> tuple[PointCells, Floats]:
    """Return cells and a design whose patterns tell also the days to entering the stage, as a smooth curve.

    Parameters
    ----------
    cells : PointCells
        C cells of P patterns.
    design : (P, p)
        Covariates of the patterns.
    days : (C,)
        Days from the complaint to entering the stage.

    Returns
    -------
    cells : PointCells
        With patterns of covariates and days.
    design : (Q, p + k)
        k is 4, less where there are few different days, and 0 where all entered on the same day.
    """
    patterns, place = np.unique(np.stack([cells.pattern, days]), axis=1, return_inverse=True)
    curve = _curve(patterns[1], _quantiles(days, cells.mass, KNOTS))
    return cells._replace(pattern=place.reshape(-1)), np.hstack([design[patterns[0]], curve])


def median_days(cells: PointCells, days: Counts) -> Floats:
    """Return the median of the days to entering in both arms, supported first; (2,), NaN for nobody."""
    return np.array([_quantiles(days[arm], cells.mass[arm], (0.5,))[0] for arm in cells.arms])


def entry_said(told: Sequence[tuple[Readable, Floats]], first: Readable, *, allowed_for: bool) -> tuple[Readable, ...]:
    """Say how long both groups took to enter each stage, and whether that was made alike.

    Parameters
    ----------
    told : sequence of (stage, (2,) median days)
    first : Readable
        The stage that days are counted from.
    allowed_for : bool
    """
    stages = [
        tr("{stage}: {days} and {other}", stage=words, days=int(days[0]), other=int(days[1]))
        for words, days in told
        if np.isfinite(days).all()
    ]
    if not stages:
        return ()
    said = {"first": first, "stages": stages}
    if allowed_for:
        return (
            tr(
                "The longer a case takes to enter a stage, the likelier it has met its supporters by then. Days from "
                "{first} within which half of the cases had entered it, with support and without: {stages}. Groups "
                "made alike are alike in these days too.",
                **said,
            ),
        )
    return (
        tr(
            "The longer a case takes to enter a stage, the likelier it has met its supporters by then. Days from "
            "{first} within which half of the cases had entered it, with support and without: {stages}. Nothing allows "
            "for that here (adjust_days_to_entry=False), so a difference shows up also where support does nothing.",
            **said,
        ),
    )


def _curve(days: Counts, knots: Floats) -> Floats:
    """Return the columns of a natural cubic spline without its constant, in units of the reach of its knots."""
    if len(np.unique(days)) < 2:
        return np.empty((len(days), 0), np.float64)
    at = np.unique(knots)
    low, reach = (at[0], at[-1] - at[0]) if len(at) > 1 else (float(days.min()), float(np.ptp(days)))
    scaled = (days - low) / reach
    if len(at) < 3:
        return np.asarray(scaled[:, None], dtype=np.float64)
    return natural_spline(scaled, (at - low) / reach)[:, 1:]


def _quantiles(days: Counts, mass: Floats, shares: Sequence[float]) -> Floats:
    """Return the first days by which these shares of the mass lie; NaN for nobody."""
    order = np.argsort(days, kind="stable")
    upto = np.cumsum(mass[order])
    if not (len(upto) and upto[-1] > 0):
        return np.full(len(shares), np.nan)
    place = np.searchsorted(upto, np.array(shares) * upto[-1] * (1 - 1e-12))
    return np.asarray(days[order][place], dtype=np.float64)
