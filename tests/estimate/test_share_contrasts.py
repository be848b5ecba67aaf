"""Intervals of shares, differences, ratios and changes of counts."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Values
from justice_metrics.estimate.proportion import clopper_pearson, jeffreys, wilson
from justice_metrics.estimate.share_contrasts import _score, count_ratio, newcombe_difference, score_ratio

REFERENCE = Path(__file__).parent.parent / "reference"


def table(name: str) -> dict[str, Values]:
    with (REFERENCE / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def one(value: float) -> Values:
    return np.array([value])


class TestAgainstR:
    def test_intervals_of_a_share(self) -> None:
        known = table("rates_intervals.csv")
        x, n = known["x"].astype(int), known["n"].astype(int)
        for name, formula in (("exact", clopper_pearson), ("wilson", wilson), ("jeffreys", jeffreys)):
            found = formula(x, n)
            np.testing.assert_allclose(found.conf_low, known[f"{name}_low"], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(found.conf_high, known[f"{name}_high"], rtol=1e-9)

    def test_ratios_of_counts(self) -> None:
        known = table("rates_counts.csv")
        found = count_ratio(known["after"].astype(int), known["before"].astype(int))
        np.testing.assert_allclose(found.estimate, known["ratio"], rtol=1e-12)
        np.testing.assert_allclose(found.conf_low, known["conf_low"], rtol=1e-9)
        np.testing.assert_allclose(found.conf_high, known["conf_high"], rtol=1e-9)


# Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: x1, n1, x2, n2, lower, upper limit
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("x", "n", "y", "m", "low", "high"), NEWCOMBE)
def test_the_table_of_newcombe(x: int, n: int, y: int, m: int, low: float, high: float) -> None:
    found = newcombe_difference(one(x), one(n), one(y), one(m))
    assert found.estimate[0] == pytest.approx(x / n - y / m)
    assert (round(found.conf_low[0], 4), round(found.conf_high[0], 4)) == (low, high)


class TestScoreRatio:
    def test_the_example_of_koopman(self) -> None:
        found = score_ratio(one(36), one(40), one(16), one(80))
        assert [round(float(each[0]), 2) for each in found] == [4.5, 2.94, 7.15]

    def test_edges(self) -> None:
        none_in_two = score_ratio(one(3), one(10), one(0), one(10))
        assert none_in_two.estimate[0] == np.inf
        assert none_in_two.conf_high[0] == np.inf
        assert 0 < none_in_two.conf_low[0] < np.inf
        none_in_one = score_ratio(one(0), one(10), one(3), one(10))
        assert (none_in_one.estimate[0], none_in_one.conf_low[0]) == (0, 0)
        assert none_in_one.conf_high[0] == pytest.approx(1 / none_in_two.conf_low[0], rel=1e-9)
        for nothing in ((0, 0, 3, 10), (3, 10, 0, 0), (0, 10, 0, 10)):
            assert np.isnan(score_ratio(*(one(each) for each in nothing)).conf_low[0])

    def test_all_of_both(self) -> None:
        found = score_ratio(one(10), one(10), one(10), one(10))
        assert found.estimate[0] == 1
        assert found.conf_low[0] == pytest.approx(1 / found.conf_high[0], rel=1e-9)
        assert found.conf_low[0] == pytest.approx(wilson(one(10), one(10)).conf_low[0], rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 200), m=st.integers(2, 200), data=st.data())
def test_the_limits_of_a_ratio_are_where_the_score_says(n: int, m: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(1, n - 1)), data.draw(st.integers(1, m - 1))
    found = score_ratio(one(x), one(n), one(y), one(m))
    swapped = score_ratio(one(y), one(m), one(x), one(n))
    assert found.conf_low[0] < found.estimate[0] < found.conf_high[0]
    assert found.conf_low[0] * swapped.conf_high[0] == pytest.approx(1, rel=1e-6)
    for limit in (found.conf_low, found.conf_high):
        assert _score(limit, *(one(float(each)) for each in (x, n, y, m)))[0] == pytest.approx(1.959964**2, rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 500), data=st.data(), level=st.floats(0.5, 0.999))
def test_intervals_hold_the_share_and_the_exact_one_is_widest(n: int, data: st.DataObject, level: float) -> None:
    x = data.draw(st.integers(0, n))
    exact, prior = clopper_pearson(one(x), one(n), level), jeffreys(one(x), one(n), level)
    assert exact.conf_low[0] <= x / n <= exact.conf_high[0]
    assert exact.conf_low[0] <= prior.conf_low[0]
    assert prior.conf_high[0] <= exact.conf_high[0]
    mirrored = clopper_pearson(one(n - x), one(n), level)
    assert exact.conf_low[0] == pytest.approx(1 - mirrored.conf_high[0], abs=1e-9)


@pytest.mark.parametrize("formula", [wilson, clopper_pearson, jeffreys])
def test_without_trials_a_share_is_not_a_number(formula: object) -> None:
    assert callable(formula)
    assert np.isnan(formula(one(0), one(0))).all()


def test_a_change_from_nothing_is_not_defined() -> None:
    found = count_ratio(np.array([3, 0, 0]), np.array([0, 4, 0]))
    assert np.isnan([found.estimate[0], found.conf_high[0], found.estimate[2]]).all()
    assert (found.estimate[1], found.conf_low[1]) == (0, 0)
