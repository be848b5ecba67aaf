"""How alike the units of a cluster are: by hand, against R, as properties, at the edges."""

from __future__ import annotations

import doctest
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate import intraclass as module
from justice_metrics.estimate.intraclass import intraclass

REFERENCE = Path(__file__).resolve().parents[1] / "reference"

clusters = st.lists(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=12
)


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_by_hand() -> None:
    """9, 1, 5 and 5 of ten: mean squares 16/15 and 17/90, so 79/249."""
    between, within = Fraction(16, 15), Fraction(17, 90)
    expected = (between - within) / (between + 9 * within)
    assert expected == Fraction(79, 249)
    found = intraclass(np.array([9, 1, 5, 5]), np.array([10, 10, 10, 10]))
    assert found.estimate == pytest.approx(float(expected), rel=1e-12)
    assert (found.clusters, found.cluster_size, found.size_cv) == (4, 10, 0)


def test_like_r() -> None:
    counts = pd.read_csv(REFERENCE / "power_clusters.csv")
    (expected,) = pd.read_csv(REFERENCE / "power_intraclass.csv").itertuples()
    found = intraclass(counts["admitted"].to_numpy(), counts["applied"].to_numpy())
    for name in ("estimate", "conf_low", "conf_high", "cluster_size", "size_cv"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-8), name


@given(clusters)
def test_yes_and_no_are_alike(made: list[tuple[int, int]]) -> None:
    y, n = (np.array(one) for one in zip(*made, strict=True))
    one, two = intraclass(y, n), intraclass(n - y, n)
    assert one.estimate == pytest.approx(two.estimate, rel=1e-9, abs=1e-12, nan_ok=True)
    if np.isfinite(one.estimate):
        assert one.conf_low <= one.estimate + 1e-12
        assert one.estimate <= one.conf_high + 1e-12
        assert one.estimate <= 1 + 1e-12


def test_clusters_that_are_all_yes_or_all_no() -> None:
    found = intraclass(np.array([8, 0, 8]), np.array([8, 8, 8]))
    assert (found.estimate, found.conf_high) == (1, 1)


def test_no_difference_between_clusters_is_below_zero() -> None:
    assert intraclass(np.array([4, 4, 4]), np.array([8, 8, 8])).estimate == pytest.approx(-1 / 7, rel=1e-12)


@pytest.mark.parametrize(
    ("y", "n"), [([3], [9]), ([1, 0, 1], [1, 1, 1]), ([0, 0], [7, 9]), ([7, 9], [7, 9]), ([], []), ([0, 0], [0, 0])]
)
def test_what_cannot_be_told(y: list[int], n: list[int]) -> None:
    assert np.isnan(intraclass(np.array(y, np.int64), np.array(n, np.int64)).estimate)


def test_an_empty_cluster_is_none() -> None:
    there, with_empty = np.array([[9, 1, 5], [10, 10, 12]]), np.array([[9, 0, 1, 5], [10, 0, 10, 12]])
    assert intraclass(*there) == intraclass(*with_empty)
