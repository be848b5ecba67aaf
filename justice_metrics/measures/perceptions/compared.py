"""Two groups of people set side by side: on each statement and on each scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...base.types import Counts, Flags, Floats
from ...cases.surveys.parts import Item, Scale
from ...cases.surveys.survey import Survey
from ...estimate.multiplicity import holm
from ...estimate.ordered_answers import brunner_munzel, welch_difference
from ...estimate.share_contrasts import newcombe_difference
from ...estimate.survey_means import linearised_mean, linearised_mean_difference
from ...reduce.perceptions import People, agreement_of, answer_counts, design_cells, points_of
from ...tables import Strata


class Pair(NamedTuple):
    """One group of people, and the one with which it is compared."""

    stratum: int
    before: str
    after: str


class Sides(NamedTuple):
    """Who is on which side of R pairs: people can be in several."""

    strata: Strata
    pairs: tuple[Pair, ...]
    before: tuple[Flags, ...]  # R of (N,)
    after: tuple[Flags, ...]


class ItemDifferences(NamedTuple):
    """R pairs on one item."""

    agree_before: Counts  # (R,)
    answered_before: Counts
    agree: Counts
    answered: Counts
    share_before: Floats
    share: Floats
    difference: Floats
    conf_low: Floats
    conf_high: Floats
    mean_before: Floats  # point
    mean: Floats
    effect: Floats
    p_value: Floats  # of answers that lie equally high, on all points


class ScaleDifferences(NamedTuple):
    """R pairs on one scale."""

    scored_before: Counts  # (R,)
    scored: Counts
    mean_before: Floats
    mean: Floats
    difference: Floats
    conf_low: Floats
    conf_high: Floats
    effect: Floats
    p_value: Floats


def sides_of(survey: Survey, people: People, between: str, pairs: Sequence[tuple[str, str]]) -> Sides:
    """Set the sides of each pair in each group of people."""
    levels = survey.groups[between]
    every = tuple(Pair(place, *pair) for place in range(len(people.strata)) for pair in pairs)

    def side(stratum: int, level: str) -> Flags:
        return np.asarray(people.within(stratum) & (levels == level), np.bool_)

    return Sides(
        people.strata,
        every,
        tuple(side(one.stratum, one.before) for one in every),
        tuple(side(one.stratum, one.after) for one in every),
    )


def item_differences(survey: Survey, item: Item, sides: Sides, *, level: float) -> ItemDifferences:
    """Compare the shares that agree, and how answers lie on the points."""
    both = [_apart(one, other) for one, other in zip(sides.before, sides.after, strict=True)]
    counts = np.stack([answer_counts(survey, item, who)[0][:2] for who in both])  # (R, 2, K)
    agree = counts[:, :, [point - 1 for point in survey.answer_sets[item.answers].agree]].sum(axis=2)
    answered = counts.sum(axis=2)
    sizes = (agree[:, 0], answered[:, 0], agree[:, 1], answered[:, 1])
    points = np.arange(1.0, counts.shape[2] + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(answered > 0, answered, np.nan)
        share, mean = agree / parts, counts @ points / parts
    if survey.design.declared:
        of_shares = [_by_design(survey, who, agreement_of(survey, item), level) for who in both]
        of_points = [_by_design(survey, who, points_of(survey, item), level) for who in both]
        before, after, difference, low, high, _ = np.array(of_shares, np.float64).T
        mean_before, mean_after, _, _, _, p_value = np.array(of_points, np.float64).T
        effect = np.full(len(both), np.nan)
        return ItemDifferences(*sizes, before, after, difference, low, high, mean_before, mean_after, effect, p_value)
    contrast = newcombe_difference(agree[:, 1], answered[:, 1], agree[:, 0], answered[:, 0], level)
    tested = [brunner_munzel(one[0], one[1], level) for one in counts]
    effect, p_value = (np.array([getattr(one, name) for one in tested]) for name in ("estimate", "p_value"))
    (before, after), (mean_before, mean_after) = share.T, mean.T
    return ItemDifferences(*sizes, before, after, *contrast, mean_before, mean_after, effect, p_value)


def scale_differences(survey: Survey, scale: Scale, sides: Sides, *, level: float) -> ScaleDifferences:
    """Compare mean scores, and how scores lie."""
    scores = survey.scores(scale)
    told = ~np.isnan(scores)
    rows: list[tuple[float, ...]] = []
    for before, after in zip(sides.before, sides.after, strict=True):
        one, two = (scores[side & told] for side in (before, after))
        if survey.design.declared:
            *numbers, p_value = _by_design(survey, _apart(before, after), scores, level)
            rows.append((len(one), len(two), *numbers, np.nan, p_value))
            continue
        means = [float(each.mean()) if len(each) else np.nan for each in (one, two)]
        welch = welch_difference(one, two, level)
        values = np.unique(np.concatenate([one, two]))
        placed = [np.bincount(np.searchsorted(values, each), minlength=len(values)) for each in (one, two)]
        effect = brunner_munzel(placed[0], placed[1], level).estimate
        rows.append((len(one), len(two), *means, *welch[:3], effect, welch.p_value))
    columns = np.array(rows, np.float64).reshape(len(rows), 9).T
    return ScaleDifferences(columns[0].astype(np.int64), columns[1].astype(np.int64), *columns[2:])


def adjusted(items: Sequence[ItemDifferences], scales: Sequence[ScaleDifferences]) -> tuple[Floats, Floats]:
    """Return the p values of an answer, of statements (R, J) and of scales (R, S), adjusted for the number of all."""
    columns = [*(one.p_value for one in items), *(one.p_value for one in scales)]
    found = holm(np.stack(columns, axis=1).ravel()).reshape(-1, len(columns))
    return found[:, : len(items)], found[:, len(items) :]


def _apart(before: Flags, after: Flags) -> People:
    """Tell two sides from one another and from everybody else."""
    sides = Strata(("side",), (("before",), ("after",), ("neither",)))
    return People(sides, np.where(before, 0, np.where(after, 1, 2)).astype(np.int64))


def _by_design(
    survey: Survey, people: People, values: Floats, level: float
) -> tuple[float, float, float, float, float, float]:
    """Return both means, their difference with limits, and its p value; who is of neither side stays in the design."""
    cells = design_cells(survey, people, values)
    before, after, _ = linearised_mean(cells, level).estimate.tolist()
    difference, low, high, p_value = (float(column[1]) for column in linearised_mean_difference(cells, 0, level))
    return before, after, difference, low, high, p_value
