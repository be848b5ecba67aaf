"""Whether the cases that keep to each strategy are alike, before weighting and after it, while grace lasts."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ...base.language import tr
from ...base.table import Column, Table
from ...base.types import Floats
from ...cases.attributes import attribute_words
from ...estimate.emulation import Strategy
from ...estimate.emulation_balance import Balance, balance, weights_on
from .flow import months
from .runs import Part

# Above this a difference of means, in standard deviations, is called large.
ALIKE: Final = 0.1
AS_NUMBER: Final = "–"


class Likeness(NamedTuple):
    """Means of attributes under both strategies; N rows of attribute and level.

    Attributes
    ----------
    attribute, level : tuple of str
    means : Balance
        On D days of the grace period.
    """

    attribute: tuple[str, ...]
    level: tuple[str, ...]
    means: Balance

    @property
    def worst(self) -> tuple[float, float]:
        """The largest standardised difference on the last day, without its sign: before and after weighting."""
        return _largest(self.means.difference[-1]), _largest(self.means.weighted_difference[-1])


def likeness_of(part: Part, strategy: Strategy) -> Likeness:
    """Return the means of what was adjusted for, among cases that kept to each strategy, ended or not.

    With right weights both means come to that of all cases, on every day.
    """
    names, levels, columns = _columns(part)
    days = [0, *(last for _, last in months(strategy.within_days) if last > 0)]
    weights = weights_on(part.followed, part.data.design.matrix, strategy, days)
    return Likeness(names, levels, balance(part.followed, columns, weights, days))


def balance_table(likeness: Likeness) -> Table:
    """Return one row per day of grace, attribute and level."""
    means = likeness.means
    n, d = len(likeness.attribute), len(means.days)
    columns = (
        Column("days", tr("kept to the strategy up to day"), "number", "key", "key", 0),
        Column("attribute", tr("attribute"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("everybody", tr("all cases (share or mean)"), "number", "estimate", "probability", 3),
        Column("started_before", tr("first strategy, before weighting"), "number", "estimate", "probability", 3),
        Column("not_started_before", tr("second strategy, before weighting"), "number", "estimate", "probability", 3),
        Column("difference_before", tr("standardised difference before"), "number", "estimate", "difference", 3),
        Column("started_after", tr("first strategy, weighted"), "number", "estimate", "probability", 3),
        Column("not_started_after", tr("second strategy, weighted"), "number", "estimate", "probability", 3),
        Column("difference_after", tr("standardised difference after"), "number", "estimate", "difference", 3),
    )
    values = {
        "days": np.repeat(means.days, n),
        "attribute": list(likeness.attribute) * d,
        "level": list(likeness.level) * d,
        "everybody": np.tile(means.overall, d),
        "started_before": means.means[:, 0].ravel(),
        "not_started_before": means.means[:, 1].ravel(),
        "difference_before": means.difference.ravel(),
        "started_after": means.weighted_means[:, 0].ravel(),
        "not_started_after": means.weighted_means[:, 1].ravel(),
        "difference_after": means.weighted_difference.ravel(),
    }
    labels = {"attribute": {one: attribute_words(one) for one in likeness.attribute}}
    title = tr("Likeness of the cases that keep to each strategy")
    return Table(columns, values, labels=labels, title=title)


def _columns(part: Part) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    """Return attribute, level and value of each pattern, (P, N)."""
    names: list[str] = []
    levels: list[str] = []
    columns: list[Floats] = []
    for name, covariate in part.data.histories.covariates.items():
        if covariate.levels is None:
            names.append(name)
            levels.append(AS_NUMBER)
            columns.append(np.asarray(covariate.values, dtype=np.float64))
            continue
        for code, level in enumerate(covariate.levels):
            names.append(name)
            levels.append(level)
            columns.append((covariate.values == code).astype(np.float64))
    patterns = int(part.followed.pattern.max(initial=0)) + 1
    table = np.stack(columns, axis=1) if columns else np.empty((patterns, 0))
    return tuple(names), tuple(levels), table


def _largest(differences: Floats) -> float:
    told = np.abs(differences[np.isfinite(differences)])
    return float(told.max()) if len(told) else float("nan")
