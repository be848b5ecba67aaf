"""Comparing how labels are used: period with period, group with all others, label by label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from ...base.types import Counts, Floats, Tallies
from ...estimate.drift import (
    equal_shares,
    expected_index,
    homogeneity,
    index_by_chance,
    never_by_chance,
    stability_index,
)
from ...reduce.label_counts import RARER, LabelCounts, Labelled
from ..declared import FEW_UNITS

STEADY: Final = "steady"
SLIGHT: Final = "slight"
CHANGED: Final = "changed"
REPLACED: Final = "replaced"
FEW: Final = "few"
NEW: Final = "new"
GONE: Final = "gone"
MOVED: Final = "moved"

# Labels that hold this share of the units and are new or gone make it likely that the list of labels changed.
_LIST_CHANGED: Final = 0.2
# A label moves when its share does by this much, beyond chance.
_MOVE: Final = 0.05
# A field whose labels each belong to one group, such as municipalities to departments, says nothing of coding.
_NESTED: Final = 0.95

Correction = Callable[[Floats], Floats]


class Comparison(NamedTuple):
    """One attribute in two periods, or in a group and all others; ``group`` G is all together."""

    group: int
    field: int
    before: int  # place of the period; -1 for all other groups
    after: int  # place of the period; -1 for the group
    n_before: int
    n_after: int
    stability: float
    by_chance: float
    beyond: float  # the index less what chance makes on average
    p_value: float
    moved: int  # label that moved most, -1 without one
    points: float
    new: int
    gone: int
    state: str


class LabelRow(NamedTuple):
    """One label in one period, beside the period that it is compared with."""

    group: int
    field: int
    label: int
    period: int
    n: int
    total: int
    change: float
    p_value: float
    state: str


def together(found: Labelled) -> list[Tallies]:
    """Return the counts of each attribute, (G or G + 1, P, L): all groups together last, where there are several."""
    many = len(found.strata) > 1
    return [
        np.concatenate([one.n, one.n.sum(axis=0, keepdims=True)]) if many else np.asarray(one.n) for one in found.fields
    ]


def over_time(
    found: Labelled, *, correct: Correction, level: float, least_index: float
) -> tuple[list[Comparison], list[LabelRow]]:
    """Compare each period with the one before, and the last with the first."""
    counts = together(found)
    rows = list(_label_rows(found.fields, counts, correct, level))
    at: dict[tuple[int, int, int], list[LabelRow]] = {}
    for row in rows:
        at.setdefault((row.group, row.field, row.period), []).append(row)
    made = []
    for f, n in enumerate(counts):
        for g in range(len(n)):
            totals = n[g].sum(axis=1)
            for before, after in _pairs(totals):
                labels = at.get((g, f, after), []) if _previous(totals, after) == before else []
                made.append(_compared(g, f, before, after, n[g, before], n[g, after], labels))
    return _judged(made, correct, level, least_index), rows


def between_groups(found: Labelled, *, correct: Correction, level: float, least_index: float) -> list[Comparison]:
    """Compare each group with all others, over all periods.

    Left out are attributes whose labels belong to one group each, and those that follow from the group, as the town
    does from the court: nearly all units of each group have one label, which is not that of nearly all units.
    """
    made = []
    if len(found.strata) > 1:
        for f, one in enumerate(found.fields):
            n = np.asarray(one.n.sum(axis=1))  # (G, L)
            whole = n.sum(axis=0)
            total = int(whole.sum())
            follows = n.max(axis=1).sum() >= _NESTED * total and whole.max() < _NESTED * total
            if total == 0 or follows or n.max(axis=0).sum() >= _NESTED * total:
                continue
            made += [_compared(g, f, -1, -1, whole - n[g], n[g], []) for g in range(len(n))]
    return _judged(made, correct, level, least_index)


def _pairs(totals: Tallies) -> Iterator[tuple[int, int]]:
    there = np.flatnonzero(totals > 0).tolist()
    yield from pairwise(there)
    if len(there) > 2:
        yield there[0], there[-1]


def _previous(totals: Tallies, place: int) -> int:
    earlier = np.flatnonzero(totals[:place] > 0)
    return int(earlier[-1]) if len(earlier) else -1


def _compared(
    g: int, f: int, before: int, after: int, one: Tallies, two: Tallies, labels: Sequence[LabelRow]
) -> Comparison:
    used = np.flatnonzero((one + two) > 0)
    x, y = np.asarray(one)[used], np.asarray(two)[used]
    n_before, n_after = int(x.sum()), int(y.sum())
    points = y / max(n_after, 1) - x / max(n_before, 1)
    most = int(np.abs(points).argmax()) if len(used) else -1
    new = [row for row in labels if row.state == NEW]
    gone = [row for row in labels if row.state == GONE]
    share = (sum(row.n for row in new) / max(n_after, 1)) + sum(float(one[row.label]) for row in gone) / max(
        n_before, 1
    )
    stability = stability_index(x, y)
    return Comparison(
        group=g,
        field=f,
        before=before,
        after=after,
        n_before=n_before,
        n_after=n_after,
        stability=stability,
        by_chance=index_by_chance(len(used), n_before, n_after),
        beyond=stability - expected_index(x, y),
        p_value=homogeneity(x, y).p_value if min(n_before, n_after) >= FEW_UNITS else float("nan"),
        moved=int(used[most]) if most >= 0 else -1,
        points=float(points[most]) if most >= 0 else float("nan"),
        new=len(new),
        gone=len(gone),
        state=REPLACED if share >= _LIST_CHANGED else STEADY,
    )


def _judged(made: Sequence[Comparison], correct: Correction, level: float, least_index: float) -> list[Comparison]:
    adjusted = correct(np.array([one.p_value for one in made], np.float64)).tolist()
    judged = []
    for one, p in zip(made, adjusted, strict=True):
        state = STEADY
        if min(one.n_before, one.n_after) < FEW_UNITS:
            state = FEW
        elif p < level and one.beyond >= least_index:
            state = REPLACED if one.state == REPLACED else CHANGED
        elif p < level:
            state = SLIGHT
        judged.append(one._replace(p_value=p, state=state))
    return judged


def _label_rows(
    fields: Sequence[LabelCounts], counts: Sequence[Tallies], correct: Correction, level: float
) -> Iterator[LabelRow]:
    """Yield every label in every period, with what became of it since the period before."""
    rows: list[LabelRow] = []
    for f, n in enumerate(counts):
        for g in range(len(n)):
            totals = np.asarray(n[g].sum(axis=1), np.int64)
            for after in np.flatnonzero(totals > 0).tolist():
                rows += _of_period(f, g, n[g], totals, after, fields[f].labels)
    adjusted = correct(np.array([one.p_value for one in rows], np.float64)).tolist()
    for one, p in zip(rows, adjusted, strict=True):
        sure = p < level
        state = one.state if sure and (one.state in {NEW, GONE} or abs(one.change) >= _MOVE) else STEADY
        yield one._replace(p_value=p, state=state)


def _of_period(f: int, g: int, n: Tallies, totals: Counts, after: int, labels: Sequence[str]) -> list[LabelRow]:
    before = _previous(totals, after)
    two, n_after = n[after], int(totals[after])
    if before < 0:
        return [
            LabelRow(g, f, label, after, int(two[label]), n_after, np.nan, np.nan, STEADY) for label in range(len(two))
        ]
    one, n_before = n[before], int(totals[before])
    enough = min(n_before, n_after) >= FEW_UNITS
    scores = equal_shares(one, np.full(len(one), n_before), two, np.full(len(two), n_after))
    rows = []
    for label in range(len(two)):
        x, y = int(one[label]), int(two[label])
        state = MOVED
        if y and not n[:after, label].any():
            state = NEW
        elif x and not n[after:, label].any():
            state = GONE
        p = float(scores[label]) if x + y >= 2 * _FEWEST else np.nan
        if state != MOVED:
            p = min(1.0, 2 * never_by_chance(x + y, n_before + n_after, n_before if y else n_after))
        if not enough or labels[label] == RARER or x + y == 0:
            p = np.nan
        rows.append(LabelRow(g, f, label, after, y, n_after, y / n_after - x / n_before, p, state))
    return rows


_FEWEST: Final = 5
