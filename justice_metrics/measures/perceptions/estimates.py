"""Shares that agree, mean points and mean scores of groups of people, with the limits that their sampling allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ...base.types import Counts, Floats
from ...cases.surveys.parts import Item, Scale
from ...cases.surveys.survey import Survey
from ...estimate.ordered_answers import bootstrap_mean, student_mean
from ...estimate.proportion import Share, clopper_pearson, jeffreys, wilson
from ...estimate.sample_quantiles import sample_quantiles
from ...estimate.survey import linearised_share
from ...estimate.survey_means import linearised_mean
from ...reduce.perceptions import People, agreement_of, answer_counts, design_cells, points_of

Interval: TypeAlias = Literal["wilson", "clopper_pearson", "jeffreys"]
MeanInterval: TypeAlias = Literal["student", "bootstrap"]

SHARES: Final[Mapping[str, Callable[[Counts, Counts, float], Share]]] = {
    "wilson": wilson,
    "clopper_pearson": clopper_pearson,
    "jeffreys": jeffreys,
}


class ItemNumbers(NamedTuple):
    """What G groups answered on one item with K points."""

    counts: Counts  # (G, K) people at each point
    shares: Floats  # (G, K) of each point, weighted where people are
    off: Mapping[str, Counts]  # (G,) people off the scale, by kind
    classes: Mapping[str, Counts]  # (G,) each: who disagrees, stands in the middle, agrees
    class_shares: Mapping[str, Floats]  # (G,) each
    agree: Counts  # (G,)
    answered: Counts  # (G,)
    share: Share  # (G,) that agrees
    mean: Floats  # (G,) point


class ScaleNumbers(NamedTuple):
    """Scores of G groups on one scale."""

    scored: Counts  # (G,)
    unscored: Counts  # (G,)
    mean: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)
    std_dev: Floats  # (G,)
    median: Floats  # (G,)
    median_low: Floats  # (G,)
    median_high: Floats  # (G,)


def item_numbers(survey: Survey, item: Item, people: People, *, interval: Interval, level: float) -> ItemNumbers:
    """Count the answers on an item, and give the share that agrees its limits."""
    counts, off = answer_counts(survey, item, people)
    answered = counts.sum(axis=1)
    points = {
        name: [point - 1 for point in those] for name, those in survey.answer_sets[item.answers].classes().items()
    }
    classes = {name: counts[:, those].sum(axis=1) for name, those in points.items()}
    agree = classes["agree"]
    shares = _shares(survey, item, people, counts)
    if survey.design.declared:
        found = linearised_share(design_cells(survey, people, agreement_of(survey, item)), level)
        share = Share(found.estimate, found.conf_low, found.conf_high)
        mean = linearised_mean(design_cells(survey, people, points_of(survey, item)), level).estimate
    else:
        share = SHARES[interval](agree, answered, level)
        with np.errstate(invalid="ignore"):
            mean = counts @ np.arange(1.0, counts.shape[1] + 1) / np.where(answered > 0, answered, np.nan)
    class_shares = {name: shares[:, those].sum(axis=1) for name, those in points.items()}
    return ItemNumbers(counts, shares, off, classes, class_shares, agree, answered, share, mean)


def scale_numbers(
    survey: Survey, scale: Scale, people: People, *, interval: MeanInterval, level: float, draws: int, seed: int
) -> ScaleNumbers:
    """Average the scores of each group, with limits of the mean and of the median."""
    scores = survey.scores(scale)
    told = ~np.isnan(scores)
    g = len(people.strata)
    scored, unscored = (np.bincount(people.group[which], minlength=g).astype(np.int64) for which in (told, ~told))
    rows = [_one(scores[told & people.within(place)], interval, level, draws, seed) for place in range(g)]
    found = np.array(rows, np.float64).reshape(g, 7)
    if survey.design.declared:
        by_design = linearised_mean(design_cells(survey, people, scores), level)
        found[:, :3] = np.stack(by_design, axis=1)
        # those of independent people, each counting once
        found[:, 3:] = np.nan
    # no mean lies beyond the scale, so no limit of one does
    found[:, 1:3] = np.clip(found[:, 1:3], 1.0, float(survey.points(survey.items_of(scale)[0])))
    return ScaleNumbers(scored, unscored, *found.T)


def _one(scores: Floats, interval: MeanInterval, level: float, draws: int, seed: int) -> tuple[float, ...]:
    n = len(scores)
    mean = (
        bootstrap_mean(scores, level, draws=draws, seed=seed)
        if interval == "bootstrap"
        else student_mean(scores, level)
    )
    median = sample_quantiles(scores, np.ones(n), [0.5], level)
    spread = float(scores.std(ddof=1)) if n > 1 else np.nan
    return (*mean, spread, *(float(one[0]) for one in median))


def _shares(survey: Survey, item: Item, people: People, counts: Counts) -> Floats:
    """Return the share of each point among those who chose any, (G, K)."""
    mass: Floats = counts.astype(np.float64)
    if survey.design.weight is not None:
        g, k = counts.shape
        points = points_of(survey, item)
        on = ~np.isnan(points)
        cell = people.group[on] * k + points[on].astype(np.int64) - 1
        summed = np.bincount(cell, weights=survey.design.weight[on], minlength=g * k)
        mass = np.asarray(summed.reshape(g, k), np.float64)
    total = mass.sum(axis=1, keepdims=True)
    return np.asarray(mass / np.where(total > 0, total, np.nan), np.float64)
