"""Histories: who was observed from when to when, how it ended, and since when something held (support, a stage)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Flags, Floats
from ..cases.durations import Durations
from ..estimate.followed import NEVER
from ..estimate.rows import Rows
from ..tables import Strata
from .cells import KeyColumn, folded, grouped_cells, numbered, usable_cells
from .formula import Covariate
from .pattern_cells import MissingLevels, covariate_of, level_text

__all__ = ["NEVER", "UNDATED", "Histories", "Needed", "histories_of", "split_at"]

UNDATED: Final = -(2**30)
"""The day of what happened, nobody knows when."""

Needed: TypeAlias = Literal["all", "any"] | int


class Histories(NamedTuple):
    """Folded histories: C cells of identical cases.

    Attributes
    ----------
    entry, exit : (C,)
        Days since the start; a case is under observation on the days ``entry < day <= exit``, -1 is from day 0 on.
    code : (C,)
        0 still open on ``exit``, 1..K ended by that outcome.
    days : mapping of str to (C,)
        Since when each actor supports, or a stage was reached: a day since the start, ``NEVER``, or ``UNDATED``. It may
        be negative (before the start), or lie after ``exit``.
    pattern : (C,)
        Which of the P covariate patterns.
    stratum, cluster : (C,)
        ``cluster`` is None when cases are independent.
    n : (C,)
        Cases in the cell.
    weight : (C,) or None
        Sampling weight of each of them.
    covariates : mapping of str to Covariate
        Each over the P patterns.
    strata : Strata
    clusters : int
    left_out : mapping of str to int
        Units left out, by reason.
    """

    entry: Counts
    exit: Counts
    code: Counts
    days: Mapping[str, Counts]
    pattern: Counts
    stratum: Counts
    cluster: Counts | None
    n: Counts
    weight: Floats | None
    covariates: Mapping[str, Covariate]
    strata: Strata
    clusters: int
    left_out: Mapping[str, int]

    @property
    def mass(self) -> Floats:
        """Cases of each cell, with their sampling weights; (C,)."""
        n = self.n.astype(np.float64)
        return n if self.weight is None else n * self.weight

    @property
    def units(self) -> int:
        """How many cases there are."""
        return int(self.n.sum())

    @property
    def pattern_units(self) -> Counts:
        """Cases of each covariate pattern, (P,)."""
        patterns = max((len(one.values) for one in self.covariates.values()), default=1)
        return np.bincount(self.pattern, weights=self.n, minlength=patterns).astype(np.int64)

    def where(self, kept: Flags | Counts) -> Histories:
        """Return some of the cells, by flags or by their places; patterns, strata and clusters keep their numbers."""
        return self._replace(
            entry=self.entry[kept],
            exit=self.exit[kept],
            code=self.code[kept],
            days={name: one[kept] for name, one in self.days.items()},
            pattern=self.pattern[kept],
            stratum=self.stratum[kept],
            cluster=None if self.cluster is None else self.cluster[kept],
            n=self.n[kept],
            weight=None if self.weight is None else self.weight[kept],
        )

    def started(self, actors: Sequence[str], needed: Needed = "all", *, lag_days: int = 0) -> Counts:
        """Return the day on which enough of the actors had started, (C,).

        Parameters
        ----------
        actors : sequence of str
        needed : {"all", "any"} or int
            How many of them.
        lag_days : int
            Support counts this many days after it started; what started before the clock did, this many days after
            day 0.

        Returns
        -------
        (C,)
            ``NEVER`` when too few came; ``UNDATED`` where a missing date decides whether and when enough had come.
            Without a lag it may be negative (before the start).
        """
        k = {"all": len(actors), "any": 1}.get(needed, 0) if isinstance(needed, str) else needed
        since = np.stack([self.days[one] for one in actors])
        without = since == UNDATED
        # An actor without a date came on some day up to the last one: the set is told only where it does not matter.
        late = np.sort(np.where(without, NEVER, since), axis=0)[k - 1]
        early = np.sort(since, axis=0)[k - 1]
        told = np.where(late == early, late, UNDATED)
        known = (told != NEVER) & (told != UNDATED)
        later = np.maximum(told, 0) + lag_days if lag_days else told
        return np.where(known, later, told).astype(np.int64)


def histories_of(
    spells: Durations,
    *,
    days: Mapping[str, nw.Expr],
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str] = (),
    cluster: str | None = None,
    missing: MissingLevels = "level",
) -> Histories:
    """Count cases by covariates, stratum, cluster, times and the days since when something held, in one aggregation.

    Parameters
    ----------
    spells : Durations
    days : mapping of str to expression
        Day since the start, null for never, ``UNDATED`` where nobody knows.
    covariates, categorical, strata, cluster, missing
        As for :func:`justice_metrics.reduce.patterns.patterns_of`.

    Raises
    ------
    QuestionError
        When a name is unknown, or no case is left.
    """
    wanted = list(dict.fromkeys((*covariates, *strata)))
    cells = grouped_cells(spells, wanted, categorical | set(strata), cluster, days)
    cells, left_out = usable_cells(cells, [*covariates, *strata], missing)
    since = {name: _whole(one) for name, one in cells.starts.items()}
    pattern, first = numbered([cells.columns[name] for name in covariates], len(cells.n))
    stratum, at = numbered([cells.columns[name] for name in strata], len(cells.n))
    clusters = None if cluster is None else numbered([cells.columns["cluster"]], len(cells.n))[0]
    keys = [pattern, stratum, *([] if clusters is None else [clusters])]
    order, group = folded([*keys, cells.entry, cells.exit, cells.code, *since.values()], cells.weight)
    place = order[group]
    return Histories(
        entry=cells.entry[place],
        exit=cells.exit[place],
        code=cells.code[place],
        days={name: one[place] for name, one in since.items()},
        pattern=pattern[place],
        stratum=stratum[place],
        cluster=None if clusters is None else clusters[place],
        n=np.add.reduceat(cells.n[order], group),
        weight=None if cells.weight is None else cells.weight[place],
        covariates={name: _covariate(cells.columns[name], first, name in categorical) for name in covariates},
        strata=Strata(
            tuple(strata),
            tuple(
                tuple(level_text(cells.columns[name].distinct[cells.columns[name].codes[one]]) for name in strata)
                for one in at
            )
            or ((),),
        ),
        clusters=0 if clusters is None else int(clusters.max()) + 1,
        left_out=left_out,
    )


def split_at(histories: Histories, names: Sequence[str]) -> tuple[Rows, Mapping[str, Flags]]:
    """Cut the time of every case at the days since when something held, for a model with time-varying covariates.

    Parameters
    ----------
    histories : Histories
        Without ``UNDATED`` days among ``names``.
    names : sequence of str

    Returns
    -------
    Rows, mapping of str to (C',) flags
        In each row, whether each holds: not yet up to and on its day, so that what ends a case on the day is not laid
        to it, and from the day after. Code -1 says that the case goes on in another row.
    """
    cell = np.arange(len(histories.n))
    entry, exit_, code = histories.entry, histories.exit, histories.code
    for name in names:
        day = histories.days[name][cell]
        inside = np.flatnonzero((day > entry) & (day < exit_))
        at = day[inside]
        cell = np.concatenate([cell, cell[inside]])
        entry = np.concatenate([entry, at])
        later_exit, later_code = exit_[inside], code[inside]
        exit_, code = exit_.copy(), code.copy()
        exit_[inside], code[inside] = at, -1
        exit_, code = np.concatenate([exit_, later_exit]), np.concatenate([code, later_code])
    order = np.lexsort((entry, cell))
    cell, entry, exit_, code = cell[order], entry[order], exit_[order], code[order]
    rows = Rows(
        entry=entry.astype(np.int32),
        exit=exit_.astype(np.int32),
        code=code,
        n=histories.n[cell],
        weight=None if histories.weight is None else histories.weight[cell],
        stratum=histories.stratum[cell],
        pattern=histories.pattern[cell],
        cluster=None if histories.cluster is None else histories.cluster[cell],
    )
    return rows, {name: histories.days[name][cell] <= entry for name in names}


def _whole(days: Floats) -> Counts:
    known = np.where(np.isnan(days), NEVER, days).astype(np.int64)
    return np.where(known <= UNDATED, UNDATED, np.minimum(known, NEVER))


def _covariate(column: KeyColumn, first: Counts, by_level: bool) -> Covariate:
    return covariate_of(column.codes[first], column.distinct, by_level=by_level)
