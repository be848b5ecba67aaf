"""Long proof: limits of alpha and AC1 hold the truth, with two coders and with four who skip files."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from justice_metrics.estimate.agreement import Kappa
from justice_metrics.estimate.several_coders import (
    Alpha,
    Metric,
    alpha_by_resampling,
    gwet_agreement,
    krippendorff_alpha,
    ratings_of,
)

pytestmark = pytest.mark.prove

DRAWS = 2_000
RESAMPLES = 400
# Coders see the true label with this probability, and else guess by how frequent labels are.
SEEN = 0.85
Kind = Literal["even", "ordered", "rare"]
SHARES: dict[Kind, list[float]] = {"even": [0.4, 0.35, 0.25], "ordered": [0.4, 0.35, 0.25], "rare": [0.93, 0.07]}


def codings(rng: np.random.Generator, files: int, coders: int, kind: Kind) -> np.ndarray:
    """Draw the labels of each file by each coder; with four coders each skips a quarter of the files."""
    shares = SHARES[kind]
    true = rng.choice(len(shares), files, p=shares)
    guessed = rng.choice(len(shares), (files, coders), p=shares)
    found = np.where(rng.random((files, coders)) < SEEN, true[:, None], guessed)
    return np.where(rng.random((files, coders)) < 0.25, -1, found) if coders > 2 else found


def held(kind: Kind, coders: int, files: int) -> tuple[float, float, float, float]:
    """Return how often limits of alpha, of alpha by drawing again, and of AC hold the truth, and alpha has limits."""
    metric: Metric = "ordinal" if kind == "ordered" else "nominal"
    credit: Literal["linear", "none"] = "linear" if kind == "ordered" else "none"
    levels = len(SHARES[kind])
    many = ratings_of(codings(np.random.default_rng(1), 2_000_000, coders, kind), levels)
    alpha, ac = krippendorff_alpha(many, metric).estimate, gwet_agreement(many, credit).estimate
    rng = np.random.default_rng(2018)
    hits, told = np.zeros(3), np.zeros(3)
    for draw in range(DRAWS):
        ratings = ratings_of(codings(rng, files, coders, kind), levels)
        found: tuple[Alpha | Kappa, ...] = (
            krippendorff_alpha(ratings, metric),
            alpha_by_resampling(ratings, metric, draws=RESAMPLES, seed=draw),
            gwet_agreement(ratings, credit),
        )
        truths = (alpha, alpha, ac)
        told += [np.isfinite(one.conf_low) for one in found]
        hits += [one.conf_low <= truth <= one.conf_high for one, truth in zip(found, truths, strict=True)]
    return *(hits / told), told[0] / DRAWS


@pytest.mark.parametrize("coders", [2, 4])
@pytest.mark.parametrize("kind", ["even", "ordered"])
@pytest.mark.parametrize(("files", "least"), [(30, 0.87), (60, 0.91), (150, 0.92)])
def test_limits_hold_the_truth(kind: Kind, coders: int, files: int, least: float) -> None:
    *found, told = held(kind, coders, files)
    assert min(found) > least
    assert max(found) < 0.985
    assert told == 1


@pytest.mark.parametrize("coders", [2, 4])
@pytest.mark.parametrize(("files", "least"), [(60, 0.85), (150, 0.9)])
def test_a_rare_label_makes_them_short(coders: int, files: int, least: float) -> None:
    """With 60 files some four bear the rare label; the page says so, and AC holds."""
    alpha, drawn, ac, told = held("rare", coders, files)
    assert min(alpha, drawn) > least
    assert ac > 0.88
    assert told > 0.9
