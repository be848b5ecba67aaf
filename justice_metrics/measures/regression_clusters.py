"""Where robust errors say nothing: too few clusters, or a side of a comparison that lies in one of them.

A sandwich is a sum over clusters of squared scores that add up to 0. With as many coefficients as clusters the sum is
spent; what lies in one cluster adds its score, which is 0 or nearly so. Either way the error comes out far too small,
down to 0, so none is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from ..base.types import Flags
from ..estimate.cox import ChiSquared
from ..reduce.design import DesignColumn
from .regression_model import Coefficients, Prepared


def with_errors_that_hold(made: Prepared, one: Coefficients) -> Coefficients:
    """Return coefficients without a robust error, and so without interval and p value, where it would be no error."""
    withheld = np.array([not errors_exist(made) or _one_sided(made, place) for place in range(len(one.estimate))])
    return replace(one, std_error=np.where(withheld, np.nan, one.std_error), withheld=withheld)


def errors_exist(made: Prepared) -> bool:
    """Whether there are more clusters than coefficients (units, where each is by itself)."""
    return independent(made) > len(made.design.columns)


def errors_of_levels(made: Prepared, levels: Sequence[tuple[str, int]]) -> bool:
    """Whether robust errors of what a model predicts at some levels can be told: each lies in several clusters."""
    return errors_exist(made) and all(independent(made, made.where([one])) != 1 for one in levels)


def independent(made: Prepared, among: Flags | None = None) -> int:
    """Return how many clusters some patterns have cases in; how many units, where each is by itself."""
    rows = made.patterns.rows
    chosen = slice(None) if among is None else among[rows.pattern]
    if rows.cluster is None:
        return int(rows.n[chosen].sum())
    there = np.zeros(int(rows.cluster.max(initial=-1)) + 1, np.bool_)
    there[rows.cluster[chosen]] = True
    return int(there.sum())


def untold(test: ChiSquared) -> ChiSquared:
    """Return a test without its result."""
    return test._replace(statistic=float("nan"), p_value=float("nan"))


def beside(made: Prepared, column: DesignColumn) -> tuple[str, ...]:
    """Return the factors that interact with those of a coefficient, which holds at their reference or at 0."""
    own = set(column.factors)
    wider = [one.factors for one in made.design.columns if own < set(one.factors)]
    return tuple(dict.fromkeys(factor for factors in wider for factor in factors if factor not in own))


def _one_sided(made: Prepared, place: int) -> bool:
    """Whether one of the cells that a coefficient compares lies in one cluster."""
    column, values = made.design.columns[place], made.design.matrix[:, place]
    distinct, at = np.unique(values, return_inverse=True)
    usual = at == np.bincount(at, weights=made.patterns.n).argmax()
    sides = [~usual, usual] if len(distinct) == 2 else [~usual]
    kept = [(name, made.references[name]) for name in beside(made, column) if name in made.references]
    names = [name for name, _ in column.at]
    cells = product(*((code, made.references[name]) for name, code in column.at))
    sides += [made.where([*zip(names, codes, strict=True), *kept]) for codes in cells]
    return any(independent(made, one) == 1 for one in sides)
