"""Where nothing differs, few units or clusters beside many show a difference about as often as limits claim."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from justice_metrics.base.types import Floats
from justice_metrics.estimate.survey import DesignCells
from justice_metrics.estimate.survey_contrasts import linearised_difference
from justice_metrics.estimate.survey_means import linearised_mean_difference

pytestmark = pytest.mark.prove

REPLICATES = 4_000


def _cells(few: int, many: int, totals: Floats, size: float, *, strata: bool = False) -> DesignCells:
    n = few + many
    group = np.repeat([0, 1], [few, many])
    one = np.ones(n, np.int64)
    return DesignCells(group, np.arange(n), totals, np.full(n, size), group if strata else 0 * one, one, 2)


def _found(made: Callable[[], DesignCells]) -> float:
    """Return how often limits of the difference leave 0 out."""
    beyond = 0
    for _ in range(REPLICATES):
        found = linearised_difference(made(), 0)
        beyond += bool((found.conf_low[1] > 0) | (found.conf_high[1] < 0))
    return beyond / REPLICATES


def _propensities(drawn: np.random.Generator, n: int, share: float, alike: float) -> Floats:
    size = 1 / alike - 1
    return drawn.beta(share * size, (1 - share) * size, n)


@pytest.mark.parametrize(
    ("few", "many", "strata", "most"),
    [(3, 30, True, 0.09), (4, 40, True, 0.07), (4, 40, False, 0.08), (6, 60, True, 0.065), (10, 40, True, 0.065)],
)
def test_few_courts_beside_many(few: int, many: int, strata: bool, most: float) -> None:
    drawn = np.random.default_rng(few + many)

    def made() -> DesignCells:
        came = drawn.binomial(30, _propensities(drawn, few + many, 0.4, 0.1))
        return _cells(few, many, came * 1.0, 30.0, strata=strata)

    assert 0.03 < _found(made) < most


@pytest.mark.parametrize(
    ("few", "many", "share", "alike"),
    [(4, 100, 0.5, 0.5), (6, 100, 0.5, 0.5), (6, 100, 0.8, 0.3), (10, 100, 0.9, 0.3), (20, 100, 0.6, 0.5),
     (20, 100, 0.9, 0.3), (10, 10, 0.5, 0.5)],
)  # fmt: skip
def test_domains_of_few_cases_beside_many(few: int, many: int, share: float, alike: float) -> None:
    drawn = np.random.default_rng(few + many)

    def made() -> DesignCells:
        return _cells(few, many, drawn.binomial(5, _propensities(drawn, few + many, share, alike)) * 1.0, 5.0)

    assert 0.025 < _found(made) < 0.075


@pytest.mark.parametrize(("few", "many"), [(3, 200), (5, 200), (8, 200), (12, 200), (5, 40)])
def test_means_of_few_people_beside_many(few: int, many: int) -> None:
    drawn = np.random.default_rng(few + many)
    small = 0
    for _ in range(REPLICATES):
        points = drawn.choice([1.0, 2, 3, 4, 5], few + many, p=[0.1, 0.15, 0.25, 0.3, 0.2])
        small += bool(linearised_mean_difference(_cells(few, many, points, 1.0), 0).p_value[1] < 0.05)
    assert 0.02 < small / REPLICATES < 0.075
