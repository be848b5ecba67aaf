"""Limits of the share of a domain hold the truth as often as they say, also where items of one case go together."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.proportion import wilson
from justice_metrics.estimate.survey import DesignCells, linearised_share

pytestmark = pytest.mark.prove

REPLICATES = 4_000
ITEMS = 6


def _files(drawn: np.random.Generator, cases: int, alike: float) -> tuple[np.ndarray, np.ndarray]:
    """Return items met and judged of each case; each case has a propensity of its own, 0.6 on average.

    ``alike`` is the correlation of two items of one case.
    """
    size = 1 / alike - 1
    propensity = drawn.beta(0.6 * size, 0.4 * size, cases)
    judged = drawn.binomial(ITEMS, 0.8, cases)
    return drawn.binomial(judged, propensity), judged


@pytest.mark.parametrize(("cases", "alike"), [(60, 0.1), (60, 0.3), (300, 0.1), (300, 0.3)])
def test_limits_of_a_domain(cases: int, alike: float) -> None:
    drawn = np.random.default_rng(348 + cases)
    zero = np.zeros(cases, np.int64)
    held = naive = 0
    for _ in range(REPLICATES):
        met, judged = _files(drawn, cases, alike)
        cells = DesignCells(zero, np.arange(cases), met * 1.0, judged * 1.0, zero, zero + 1, 1)
        share = linearised_share(cells)
        held += bool(share.conf_low[0] < 0.6 < share.conf_high[0])
        pooled = wilson(np.array([met.sum()]), np.array([judged.sum()]), 0.95)
        naive += bool(pooled.conf_low[0] < 0.6 < pooled.conf_high[0])
    assert 0.935 < held / REPLICATES < 0.965
    # as if items of one case were independent, limits come out too narrow
    assert naive / REPLICATES < (0.92 if alike < 0.2 else 0.84)
