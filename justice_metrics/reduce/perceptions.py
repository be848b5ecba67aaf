"""From the answers of people to counts per group and item, and to scores per group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats
from ..cases.surveys.parts import OFF_SCALE, Item
from ..cases.surveys.survey import Survey
from ..estimate.survey import DesignCells
from ..tables import MOST_STRATA, Strata, in_order
from .grouped import refuse_many


class People(NamedTuple):
    """Which group each person is of."""

    strata: Strata
    group: Counts  # (N,)

    def within(self, place: int) -> Flags:
        """Return who is of one group, (N,)."""
        return np.asarray(self.group == place, np.bool_)


def people_of(survey: Survey, by: Sequence[str]) -> People:
    """Tell people apart by some groups.

    Raises
    ------
    QuestionError
        When that makes more groups than anybody reads.
    """
    if not by:
        return People(Strata((), ((),)), np.zeros(len(survey), np.int64))
    rows = list(zip(*(survey.groups[one].tolist() for one in by), strict=True))
    levels = in_order(set(rows))
    refuse_many(len(levels), tuple(by), MOST_STRATA)
    place = {one: position for position, one in enumerate(levels)}
    return People(Strata(tuple(by), levels), np.array([place[one] for one in rows], np.int64))


def answer_counts(survey: Survey, item: Item, people: People) -> tuple[Counts, dict[str, Counts]]:
    """Count the answers on an item in each group, whatever people weigh.

    Returns
    -------
    array of int, shape (G, K)
        People at each point, from the lowest to the highest.
    dict of str to array of int, shape (G,)
        People whose answer lies on no point, by its kind.
    """
    codes = survey.answers[:, [one.id for one in survey.items].index(item.id)]
    k, g = survey.points(item), len(people.strata)
    on = codes >= 1
    counts = np.bincount(people.group[on] * k + codes[on] - 1, minlength=g * k).reshape(g, k)
    off = {name: np.bincount(people.group[codes == code], minlength=g) for code, name in OFF_SCALE.items()}
    return counts.astype(np.int64), {name: one.astype(np.int64) for name, one in off.items()}


def design_cells(survey: Survey, people: People, values: Floats) -> DesignCells:
    """Add up weighted values in each sampling unit and group; a person without a value stays in the design.

    Parameters
    ----------
    survey : Survey
    people : People
    values : array of float, shape (N,)
        Scores, points, or 1 and 0; NaN for who has none.
    """
    n, g = len(survey), len(people.strata)
    weight = np.ones(n) if survey.design.weight is None else survey.design.weight
    stratum = np.zeros(n, np.int64) if survey.design.stratum is None else _coded(survey.design.stratum)
    drawn = np.arange(n) if survey.design.cluster is None else _coded(survey.design.cluster)
    # clusters are often numbered anew in each stratum
    pairs = stratum * (int(drawn.max(initial=0)) + 1) + drawn
    _, first, psu = np.unique(pairs, return_index=True, return_inverse=True)
    told = ~np.isnan(values)
    found, cell = np.unique((psu * g + people.group)[told], return_inverse=True)
    return DesignCells(
        group=(found % g).astype(np.int64),
        psu=(found // g).astype(np.int64),
        numerator=_summed(cell, (weight * np.where(told, values, 0.0))[told], len(found)),
        denominator=_summed(cell, weight[told], len(found)),
        stratum=np.unique(stratum[first], return_inverse=True)[1].astype(np.int64),
        copies=np.ones(len(first), np.int64),
        groups=g,
    )


def points_of(survey: Survey, item: Item) -> Floats:
    """Return the point that each person chose as it was given, (N,); NaN where none was."""
    codes = survey.answers[:, [one.id for one in survey.items].index(item.id)].astype(np.float64)
    codes[codes < 1] = np.nan
    return codes


def agreement_of(survey: Survey, item: Item) -> Floats:
    """Return 1 for who agreed with an item and 0 for who did not, (N,); NaN where no point was chosen."""
    points = points_of(survey, item)
    agree = np.isin(points, survey.answer_sets[item.answers].agree).astype(np.float64)
    return np.where(np.isnan(points), np.nan, agree)


class NestedGroups:
    """Which groups of people lie in one another: it keeps levels, and no person."""

    __slots__ = ("_found",)

    def __init__(self, survey: Survey) -> None:
        self._found = _nested(survey)

    def __call__(self, names: Sequence[str]) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """Return, of some groups, those in which each lies, and in which level of them each of its levels lies."""
        return {
            inner: {outer: levels for outer, levels in outers.items() if outer in names}
            for inner, outers in self._found.items()
            if inner in names
        }


def _nested(survey: Survey) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for inner, outer in permutations(survey.groups, 2):
        pairs = set(zip(survey.groups[inner].tolist(), survey.groups[outer].tolist(), strict=True))
        levels = dict(pairs)
        if len(levels) == len(pairs) and len(set(levels.values())) > 1:
            found.setdefault(inner, {})[outer] = levels
    return found


def _coded(texts: np.ndarray[tuple[int, ...], np.dtype[np.object_]]) -> Counts:
    return np.unique([str(one) for one in texts.tolist()], return_inverse=True)[1].astype(np.int64)


def _summed(cell: Counts, weights: Floats, n: int) -> Floats:
    return np.asarray(np.bincount(cell, weights=weights, minlength=n), np.float64)
