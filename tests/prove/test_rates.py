"""Intervals of rates hold their level: clustered samples, differences, ratios, chains."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.base.types import Floats
from justice_metrics.estimate.chain import chained
from justice_metrics.estimate.proportion import clopper_pearson, jeffreys, wilson
from justice_metrics.estimate.share_contrasts import count_ratio, newcombe_difference, score_ratio
from justice_metrics.estimate.survey import DesignCells, linearised_share
from justice_metrics.estimate.survey_contrasts import linearised_difference

pytestmark = pytest.mark.prove

DRAWS = 20_000
SAMPLES = 1_500


def held(low: Floats, high: Floats, truth: float) -> float:
    """Share of the intervals that hold the truth; one that is not given does not."""
    return float(np.mean((low <= truth) & (truth <= high)))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_intervals_of_a_share(share: float) -> None:
    draws = np.random.default_rng(1).binomial(120, share, DRAWS)
    n = np.full(DRAWS, 120)
    found = {formula.__name__: formula(draws, n) for formula in (wilson, clopper_pearson, jeffreys)}
    level = {name: held(one.conf_low, one.conf_high, share) for name, one in found.items()}
    assert level["clopper_pearson"] >= 0.95
    assert level["wilson"] == pytest.approx(0.95, abs=0.025)
    assert level["jeffreys"] == pytest.approx(0.95, abs=0.025)


def test_differences_ratios_and_changes() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.binomial(150, 0.12, DRAWS), rng.binomial(90, 0.2, DRAWS)
    n, m = np.full(DRAWS, 150), np.full(DRAWS, 90)
    difference, ratio = newcombe_difference(x, n, y, m), score_ratio(x, n, y, m)
    assert held(difference.conf_low, difference.conf_high, -0.08) == pytest.approx(0.95, abs=0.01)
    assert held(ratio.conf_low, ratio.conf_high, 0.6) == pytest.approx(0.95, abs=0.01)
    before, after = rng.poisson(40, DRAWS), rng.poisson(52, DRAWS)
    change = count_ratio(after, before)
    assert held(change.conf_low, change.conf_high, 1.3) >= 0.95


def clustered(rng: np.random.Generator, clusters: int) -> tuple[DesignCells, int, int]:
    """Two groups in clusters of unequal size whose shares differ, and vary from cluster to cluster alike."""
    sizes = rng.integers(5, 30, size=(clusters, 2))
    lean = rng.beta(2, 6, size=clusters)
    reported = rng.binomial(sizes, np.stack([lean, 0.6 * lean], axis=1))
    psu = np.repeat(np.arange(clusters), 2)
    cells = DesignCells(
        np.tile([0, 1], clusters), psu, reported.ravel().astype(float), sizes.ravel().astype(float),
        np.zeros(clusters, np.int64), np.ones(clusters, np.int64), 2,
    )  # fmt: skip
    return cells, int(reported[:, 0].sum()), int(sizes[:, 0].sum())


def test_clusters_are_allowed_for_and_independent_cases_would_be_wrong() -> None:
    rng = np.random.default_rng(3)
    design, naive, difference = [], [], []
    for _ in range(SAMPLES):
        cells, y, n = clustered(rng, 40)
        one = linearised_share(cells)
        design.append((one.conf_low[0], one.conf_high[0]))
        alone = wilson(np.array([y]), np.array([n]))
        naive.append((alone.conf_low[0], alone.conf_high[0]))
        apart = linearised_difference(cells, 0)
        difference.append((apart.conf_low[1], apart.conf_high[1]))
    level = {
        name: held(*np.array(limits).T, truth)
        for name, limits, truth in (("design", design, 0.25), ("naive", naive, 0.25), ("points", difference, -0.1))
    }
    assert level["design"] == pytest.approx(0.95, abs=0.02)
    assert level["points"] == pytest.approx(0.95, abs=0.02)
    assert level["naive"] < 0.80


def test_a_chain_of_two_surveys() -> None:
    rng = np.random.default_rng(4)
    told, opened = rng.binomial(900, 0.11, DRAWS) / 900, rng.binomial(400, 0.68, DRAWS) / 400
    limits = []
    for p, q in zip(told[:4_000], opened[:4_000], strict=True):
        shares = np.array([p, q])
        found = chained(shares, np.sqrt(shares * (1 - shares) / np.array([900, 400])))
        limits.append((found.conf_low[1], found.conf_high[1]))
    assert held(*np.array(limits).T, 0.11 * 0.68) == pytest.approx(0.95, abs=0.012)
