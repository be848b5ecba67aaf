"""Support that files do not tell: dates that are missing, and actors that left no trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from ...base.types import Counts, Flags, Floats
from ...estimate.followed import NEVER, Followed
from ...estimate.imputation import Starts, drawn_days, imputed_days, start_days
from ...estimate.pooling import Pooled, pooled
from ...reduce.histories import UNDATED, Histories
from .data import SupportData
from .variants import OTHER, Asked, Basis, compared, some

# Fewest resamples that tell the variance within one imputation; together they are as many as for any other row.
FEWEST_WITHIN: Final = 10
# Times of ending are told apart in so many classes when dates are imputed.
_AGES: Final = 5
# Steps of two sequences that spread evenly over 0 to 1 without following each other.
_GOLDEN: Final = 0.6180339887498949
_ROOT: Final = 0.41421356237309515


def completed(asked: Asked, imputations: int) -> Iterator[Followed]:
    """Give the cases with every missing date of support imputed, several times."""
    cells, actors = asked.data.histories, asked.data.actors
    unknown = np.flatnonzero(asked.data.start() == UNDATED)
    unit = np.repeat(unknown, cells.n[unknown])
    kind, columns, latest = _kinds(cells, asked.design)
    filled = []
    for place, actor in enumerate(actors):
        day = cells.days[actor]
        missing = day[unit] == UNDATED
        dated = day != UNDATED
        known = Starts(
            latest[dated], np.clip(day[dated], 0, None), kind[dated], cells.n[dated].astype(np.float64),
            None if cells.cluster is None else cells.cluster[dated],
        )  # fmt: skip
        drawn = np.tile(day[unit], (imputations, 1))
        if missing.any():
            drawn[:, missing] = imputed_days(
                known, columns, kind[unit[missing]], latest[unit[missing]], imputations=imputations,
                seed=asked.seed + place,
            )  # fmt: skip
        filled.append(drawn)
    needed = {"all": len(actors), "any": 1}.get(str(asked.data.needed), asked.data.needed)
    complete = np.sort(np.stack(filled), axis=0)[int(needed) - 1]
    told = asked.data.dated().followed()
    without = asked.data.where(asked.data.start() == UNDATED)
    at = np.searchsorted(unknown, unit)
    for one in complete:
        yield _joined(told, _spread(_cells_of(without), at, np.clip(one, 0, None)))


def imputed(asked: Asked, imputations: int) -> tuple[Pooled, int, int, Basis]:
    """Return the pooled difference, cases, those in which support started in time (mean), and what it rests on.

    It rests on no more than the imputation with the fewest starts does.
    """
    each = max(FEWEST_WITHIN, round(asked.resamples / imputations))
    estimates, variances, started, bases = [], [], [], []
    units, draws = 0, 2
    for place, cases in enumerate(completed(asked, imputations)):
        one = compared(cases, replace(asked, resamples=each, seed=asked.seed + place))
        estimates.append(one.estimate)
        variances.append(one.std_error**2)
        started.append(one.started)
        bases.append(one.basis)
        units, draws = one.units, one.draws
    pool = pooled(np.array(estimates), np.array(variances), complete_df=float(draws - 1), confidence_level=asked.level)
    weakest = min(bases, key=lambda one: (one.lack is None, one.starters.cases))
    return pool, units, round(float(np.mean(started))), weakest


def unrecorded(dated: SupportData, within: int) -> Flags:
    """Return the cells that ended otherwise within the days of grace without a record of support before, (C,)."""
    cells = dated.histories
    early = (cells.code == OTHER) & (cells.exit <= within) & (cells.exit > 0)
    return np.asarray(early & (dated.start() >= cells.exit))


def with_unrecorded(asked: Asked, dated: SupportData, followed: Followed, share: float) -> Followed:
    """Suppose that a share of these cases had support, on a day as in recorded cases that were open as long."""
    cells, who = dated.histories, np.flatnonzero(unrecorded(dated, asked.within))
    kind, columns, latest = _kinds(cells, asked.design)
    known = Starts(latest, followed.start, kind, cells.n.astype(np.float64), None)
    unit = np.repeat(who, cells.n[who])
    order = np.lexsort((cells.exit[unit], cells.pattern[unit]))
    number = np.empty(len(unit))
    number[order] = np.arange(len(unit))
    moved = (number * _GOLDEN) % 1 < share
    day = np.full(len(unit), NEVER, dtype=np.int64)
    chance = (number[moved] * _ROOT + 0.5) % 1
    day[moved] = drawn_days(start_days(known, columns), kind[unit[moved]], latest[unit[moved]], chance)
    rest = np.ones(len(cells.n), dtype=bool)
    rest[who] = False
    return _joined(some(followed, rest), _spread(some(followed, who), np.searchsorted(who, unit), day))


def _kinds(cells: Histories, design: Floats) -> tuple[Counts, Floats, Counts]:
    """Return the kind of each cell, the columns that set kinds apart, and the last day on which support could start.

    A kind is a covariate pattern with an ending, about as long after the start.
    """
    latest = np.maximum(cells.exit - (cells.code > 0), 0)
    cuts = np.unique(np.quantile(np.repeat(latest, cells.n), np.arange(1, _AGES) / _AGES))
    age = np.searchsorted(cuts, latest)
    kinds, kind = np.unique(np.column_stack([cells.pattern, cells.code, age]), axis=0, return_inverse=True)
    typical = np.array([latest[age == one].mean() if (age == one).any() else 0.0 for one in range(len(cuts) + 1)])
    codes = np.arange(1, OTHER + 1)
    columns = np.column_stack([design[kinds[:, 0]], kinds[:, 1, None] == codes, typical[kinds[:, 2]] / 365])
    return kind.ravel(), columns.astype(np.float64), latest


def _cells_of(data: SupportData) -> Followed:
    """Return cells as an emulation follows them, before it is known when support started."""
    cells = data.histories
    reached = [cells.days[one] for one in data.milestones]
    return Followed(
        exit=cells.exit, code=cells.code, start=np.full(len(cells.n), NEVER, dtype=np.int64),
        milestones=np.stack(reached, axis=1) if reached else np.empty((len(cells.n), 0), np.int64),
        pattern=cells.pattern, cluster=cells.cluster, mass=cells.mass,
    )  # fmt: skip


def _spread(cells: Followed, of: Counts, day: Counts) -> Followed:
    """Return cells cut by the day of each of their cases: ``of`` is the cell of a case."""
    number = np.bincount(of, minlength=len(cells.mass)).astype(np.float64)
    pairs, n = np.unique(np.stack([of, day]), axis=1, return_counts=True)
    at = pairs[0]
    return some(cells, at)._replace(start=pairs[1].astype(np.int64), mass=cells.mass[at] * n / number[at])


def _joined(one: Followed, other: Followed) -> Followed:
    parts = [
        None if first is None or second is None else np.concatenate([first, second])
        for first, second in zip(one, other, strict=True)
    ]
    return Followed(*parts)  # type: ignore[arg-type]
