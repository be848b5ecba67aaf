"""Shares with clusters: by hand, against R's survey, as properties, at the edges."""

from __future__ import annotations

import doctest
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from justice_metrics.estimate import clustered_share as module
from justice_metrics.estimate.clustered_share import clustered_share

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_by_hand() -> None:
    """3, 5 and 7 of ten: p = 1/2, squares 4 + 0 + 4, error sqrt(3/2 x 8) / 30; t with 2 degrees is 4.30265."""
    found = clustered_share(np.array([3, 5, 7]), np.array([10, 10, 10]), np.zeros(3, np.int64), groups=1)
    reach = 4.302652729911275 * math.sqrt(1.5 * 8) / 30 / 0.25
    assert found.estimate.tolist() == [0.5]
    assert float(found.conf_high[0]) == pytest.approx(1 / (1 + math.exp(-reach)), rel=1e-10)


def test_like_r() -> None:
    counts = pd.read_csv(REFERENCE / "power_clusters.csv")
    sex = counts["department"].str[1].map({"M": 0, "F": 1}).to_numpy(np.int64)
    for row in pd.read_csv(REFERENCE / "reliance_shares.csv").itertuples():
        found = clustered_share(
            counts["admitted"].to_numpy(),
            counts["applied"].to_numpy(),
            sex,
            groups=2,
            confidence_level=float(str(row.level)),
        )
        place = 0 if row.sex == "Male" else 1
        assert found.estimate[place] == pytest.approx(row.estimate, rel=1e-9)
        assert found.conf_low[place] == pytest.approx(row.conf_low, rel=1e-6)
        assert found.conf_high[place] == pytest.approx(row.conf_high, rel=1e-6)


def test_an_order_of_clusters_and_empty_ones_change_nothing() -> None:
    y, n = np.array([3, 0, 9, 4]), np.array([8, 0, 12, 9])
    there = clustered_share(y, n, np.zeros(4, np.int64), groups=1)
    back = clustered_share(y[[3, 2, 0]], n[[3, 2, 0]], np.zeros(3, np.int64), groups=1)
    for one, two in zip(there, back, strict=True):
        assert one == pytest.approx(two, rel=1e-12)


def test_where_nothing_tells_how_clusters_differ() -> None:
    y, n = np.array([3, 0, 0, 5, 5]), np.array([8, 0, 4, 5, 5])
    found = clustered_share(y, n, np.array([0, 1, 2, 3, 3]), groups=5)
    assert found.estimate[:4].tolist() == pytest.approx([3 / 8, math.nan, 0, 1], nan_ok=True)
    assert np.isnan(found.estimate[4])
    assert np.isnan(found.conf_low).all()
    assert np.isnan(found.conf_high).all()
