"""From counts of offices to shares, limits, beliefs and ranks, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ...base.types import Counts, Flags, Floats
from ...estimate.funnel_limits import FunnelLimits, binomial_limits, widened
from ...estimate.overdispersion import Overdispersion, homogeneity
from ...estimate.overdispersion import overdispersion as estimated
from ...estimate.proportion import Share, wilson
from ...estimate.ranks import rank_intervals
from ...estimate.shrinkage import Pooled, drawn_shifts, pooled
from ...estimate.standardise import Direct, Indirect, direct, indirect, pooled_shares, shifted_shares
from ...reduce.offices import OfficeCounts

LEVELS: Final = (0.95, 0.998)
POSITIONS: Final = ("inside", "above_95", "above_998", "below_95", "below_998", "not_placed")

# Fewer offices than this do not tell how much offices differ.
FEWEST_OFFICES: Final = 10
_FEWEST_POOLED: Final = 3
# Random orders of the test whether offices differ.
_ORDERS: Final = 1_999
_CURVE_POINTS: Final = 160


@dataclass(frozen=True, eq=False, kw_only=True)
class OfficeAnswer:
    """All that is said of I offices.

    Attributes
    ----------
    offices, status : sequence of str, (I,)
    cases, outcomes : (I,)
    share : Share, (I,)
        With Wilson limits.
    indirect : Indirect, (I,)
    direct : Direct, (I,)
    counted : OfficeCounts
    adjusted : bool
        Whether there are several kinds of case.
    overall : float
        Share of all offices together.
    size, value : (I,)
        Where offices lie in the funnel: cases and share, or what they count for after adjustment and the ratio.
    limits : tuple of FunnelLimits, (I,)
        For each of ``LEVELS``.
    position : sequence of str, (I,)
    curve_size : (N,)
    curves : tuple of FunnelLimits, (N,)
    dispersed, too_few : bool
        Whether limits allow for offices that differ; whether that was wanted and there were too few.
    small : int
        Offices with cases, and with too few of them to be ranked.
    dispersion : Overdispersion
    p_value : float
        Of the test whether chance alone makes the ranked offices as different as they are; NaN where it is not asked.
    spread : float
        Standard deviation of the true shares; 0 where it is not told.
    model : Pooled or None
    pooled, pooled_low, pooled_high : (I,)
        Share after partial pooling, on one mix of cases for all offices.
    rank, rank_low, rank_high : (I,)
        NaN for offices that are not ranked.
    """

    offices: Sequence[str]
    status: Sequence[str]
    cases: Counts
    outcomes: Counts
    share: Share
    indirect: Indirect
    direct: Direct
    counted: OfficeCounts
    adjusted: bool
    overall: float
    size: Floats
    value: Floats
    limits: tuple[FunnelLimits, ...]
    position: Sequence[str]
    curve_size: Floats
    curves: tuple[FunnelLimits, ...]
    dispersed: bool
    too_few: bool
    small: int
    dispersion: Overdispersion
    p_value: float
    spread: float
    model: Pooled | None
    pooled: Floats
    pooled_low: Floats
    pooled_high: Floats
    rank: Floats
    rank_low: Floats
    rank_high: Floats

    @property
    def total_cases(self) -> int:
        """Cases of all offices."""
        return int(self.cases.sum())

    @property
    def total_outcomes(self) -> int:
        """Outcomes of all offices."""
        return int(self.outcomes.sum())

    @property
    def placed(self) -> int:
        """Offices with cases."""
        return int((self.cases > 0).sum())

    @property
    def ranked_places(self) -> Counts:
        """Places of the offices that are ranked."""
        return np.flatnonzero(np.isfinite(self.rank))

    @property
    def ranked(self) -> int:
        """Offices that are ranked."""
        return len(self.ranked_places)

    @property
    def is_outside(self) -> Flags:
        """Offices outside the limits of 95 %, (I,)."""
        return np.array([one not in {"inside", "not_placed"} for one in self.position], np.bool_)

    @property
    def expected_outside(self) -> float:
        """Offices that chance alone would put outside the limits of 95 %, at most: exact limits hold 95 % or more."""
        return (1 - LEVELS[0]) * int(np.isfinite(self.limits[0].low).sum())

    @property
    def typical_ranks(self) -> tuple[int, int] | None:
        """Rank interval of the office in the middle."""
        rows = self.ranked_places
        if not len(rows):
            return None
        middle = rows[np.argsort(np.abs(self.rank[rows] - (len(rows) + 1) / 2), kind="stable")[0]]
        return int(self.rank_low[middle]), int(self.rank_high[middle])

    def outside(self, *, high: bool) -> int:
        """Return how many offices lie above, or below, the limits of 95 %."""
        return sum(one.startswith("above" if high else "below") for one in self.position)


def answered(
    counted: OfficeCounts,
    *,
    minimum: int,
    overdispersion: Literal["additive", "multiplicative", "none"],
    draws: int,
    seed: int,
    confidence_level: float,
) -> OfficeAnswer:
    """Say of counted offices all that can be said."""
    y, n = counted.successes, counted.trials
    cases, outcomes = n.sum(axis=1), y.sum(axis=1)
    overall = float(outcomes.sum() / cases.sum())
    adjusted = bool(counted.kinds.names)
    told = indirect(y, n, confidence_level)
    share = wilson(outcomes, cases, confidence_level)
    size = told.size if adjusted else np.where(cases > 0, cases, np.nan).astype(np.float64)
    value = told.estimate if adjusted else share.estimate
    scale = overall if adjusted else 1.0
    ranked = (cases >= minimum) & np.isfinite(size)
    dispersed = overdispersion != "none" and int(ranked.sum()) >= FEWEST_OFFICES and 0 < overall < 1
    dispersion = Overdispersion(np.nan, np.nan, np.nan)
    if dispersed:
        dispersion = estimated(scale * value[ranked], size[ranked], overall)
    way = overdispersion if dispersed else "none"
    limits = tuple(_limits(size, overall, level, dispersion, way, scale) for level in LEVELS)
    curve_size = _along(size)
    spread = np.sqrt(overall * (1 - overall) * dispersion.intraclass) if dispersed else 0.0
    model = pooled(y, n) if int((cases > 0).sum()) >= _FEWEST_POOLED and 0 < overall < 1 else None
    return OfficeAnswer(
        offices=counted.offices,
        status=counted.status,
        cases=cases,
        outcomes=outcomes,
        share=share,
        indirect=told,
        direct=direct(y, n, n.sum(axis=0).astype(np.float64), confidence_level),
        counted=counted,
        adjusted=adjusted,
        overall=overall,
        size=size,
        value=value,
        limits=limits,
        position=_positions(value, limits),
        curve_size=curve_size,
        curves=tuple(_limits(curve_size, overall, level, dispersion, way, scale) for level in LEVELS),
        dispersed=dispersed,
        too_few=overdispersion != "none" and int(ranked.sum()) < FEWEST_OFFICES,
        small=int(((cases > 0) & (cases < minimum)).sum()),
        dispersion=dispersion,
        p_value=homogeneity(y[ranked], n[ranked], draws=_ORDERS, generator=np.random.default_rng(seed))
        if dispersed
        else float("nan"),
        spread=float(spread),
        model=model,
        **_believed(model, y, n, confidence_level),
        **_ranks(model, np.flatnonzero(ranked), len(cases), draws, seed, confidence_level),
    )


def _limits(
    size: Floats, target: float, level: float, dispersion: Overdispersion, way: str, scale: float
) -> FunnelLimits:
    """Limits on the scale of the values; with a ratio, those of the share over the share of all."""
    low, high = np.full(len(size), np.nan), np.full(len(size), np.nan)
    # where nobody had the outcome nothing is expected, and no ratio has limits
    there = np.isfinite(size) & (scale > 0)
    whole = np.maximum(np.rint(size[there]), 1.0)
    spread = dispersion.intraclass if way == "additive" else 0.0
    found = binomial_limits(target, whole, level, intraclass=spread)
    if way == "multiplicative":
        found = widened(found, target, dispersion.factor)
    low[there], high[there] = found.low / scale, found.high / scale
    # a ratio may pass what a share could be, so a limit at the very end of shares excludes nothing
    if scale != 1.0:
        high[there] = np.where(found.high >= 1.0, np.nan, high[there])
    return FunnelLimits(low, high)


def _positions(value: Floats, limits: tuple[FunnelLimits, ...]) -> list[str]:
    placed = np.full(len(value), POSITIONS.index("inside"))
    tiny = 1e-12
    for limit, suffix in zip(limits, ("95", "998"), strict=True):
        placed[value > limit.high + tiny] = POSITIONS.index(f"above_{suffix}")
        placed[value < limit.low - tiny] = POSITIONS.index(f"below_{suffix}")
    placed[~np.isfinite(value) | ~np.isfinite(limits[0].low)] = POSITIONS.index("not_placed")
    return [POSITIONS[one] for one in placed]


def _along(size: Floats) -> Floats:
    """Sizes at which the curves of the funnel are drawn: dense where they bend."""
    largest = float(np.nanmax(size, initial=10.0))
    return np.unique(np.rint(np.linspace(1.0, np.sqrt(largest), _CURVE_POINTS) ** 2))


def _believed(model: Pooled | None, y: Counts, n: Counts, level: float) -> dict[str, Floats]:
    if model is None:
        nothing = np.full(len(y), np.nan)
        return {"pooled": nothing, "pooled_low": nothing, "pooled_high": nothing}
    # the share that each office would have with the cases of all offices: one mix for all, so offices compare
    mix = n.sum(axis=0) / n.sum()
    shares = mix @ shifted_shares(pooled_shares(y, n)[:, None], model.shifts[None, :])
    upto = np.cumsum(model.belief, axis=1)
    tail = (1 - level) / 2
    low, high = ((upto < at).sum(axis=1) for at in (tail, 1 - tail))
    last = len(shares) - 1
    return {
        "pooled": np.asarray(model.belief @ shares, np.float64),
        "pooled_low": shares[np.minimum(low, last)],
        "pooled_high": shares[np.minimum(high, last)],
    }


def _ranks(
    model: Pooled | None, ranked: Counts, offices: int, draws: int, seed: int, level: float
) -> dict[str, Floats]:
    found = {name: np.full(offices, np.nan) for name in ("rank", "rank_low", "rank_high")}
    if model is None or len(ranked) < 2:
        return found
    told = rank_intervals(drawn_shifts(model, ranked, draws, np.random.default_rng(seed)), level)
    for name, values in zip(found, told, strict=True):
        found[name][ranked] = values
    return found
