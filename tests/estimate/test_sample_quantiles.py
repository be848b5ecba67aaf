"""Quantiles of a sample and their exact limits: by hand, against R, and what must always hold."""

from __future__ import annotations

import csv
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.sample_quantiles import sample_quantiles

REFERENCE = Path(__file__).parents[1] / "reference" / "outcomes_quantiles.csv"
LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=60)


def test_ten_values_by_hand() -> None:
    # P(B <= 1) = 11/1024 is below 2.5 %, P(B <= 2) = 56/1024 is not: the second and the ninth value
    assert Fraction(1 + 10, 1024) <= Fraction(25, 1000) < Fraction(1 + 10 + comb(10, 2), 1024)
    found = sample_quantiles(np.array([3.0, 1, 4, 15, 9, 2, 6, 5, 35, 8]), np.ones(10), [0.5])
    assert (found.estimate[0], found.conf_low[0], found.conf_high[0]) == (5.5, 2.0, 15.0)


def test_five_values_have_a_median_and_no_limit() -> None:
    # two sides of 1/32 each are more than 5 %
    found = sample_quantiles(np.arange(1.0, 6.0), np.ones(5), [0.5])
    assert found.estimate.tolist() == [3.0]
    assert np.isnan([found.conf_low[0], found.conf_high[0]]).all()
    six = sample_quantiles(np.arange(1.0, 7.0), np.ones(6), [0.5])
    assert (six.conf_low[0], six.conf_high[0]) == (1.0, 6.0)


def test_a_quarter_that_is_met_exactly_lies_between_two_values() -> None:
    assert sample_quantiles(np.array([10.0, 20, 30, 40]), np.ones(4), [0.25, 0.75]).estimate.tolist() == [15.0, 35.0]
    assert sample_quantiles(np.array([10.0, 20, 30]), np.ones(3), [0.25, 0.75]).estimate.tolist() == [10.0, 30.0]


def test_without_values_nothing_is_known() -> None:
    assert np.isnan(np.array(sample_quantiles(np.zeros(0), np.zeros(0), [0.5, 0.9]))).all()
    assert np.isnan(np.array(sample_quantiles(np.array([3.0]), np.array([0]), [0.5]))).all()


def test_against_r() -> None:
    with REFERENCE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 27
    for row in rows:
        values = np.array([float(one) for one in row["values"].split()])
        found = sample_quantiles(values, np.ones(len(values)), [float(row["p"])], float(row["level"]))
        for name, array in found._asdict().items():
            expected = float("nan") if row[name] == "NA" else float(row[name])
            assert array[0] == pytest.approx(expected, abs=1e-12, nan_ok=True), (row, name)


@given(LENGTHS, st.sampled_from([0.1, 0.25, 0.5, 0.75]))
def test_counts_stand_for_repeated_values_in_any_order(values: list[int], share: float) -> None:
    plain = sample_quantiles(np.array(values, np.float64), np.ones(len(values)), [share])
    distinct, n = np.unique(values, return_counts=True)
    folded = sample_quantiles(distinct[::-1].astype(np.float64), n[::-1], [share])
    assert np.array_equal(np.array(plain), np.array(folded), equal_nan=True)
    assert np.nanmin(np.array(plain)) >= min(values)
    for low, middle, high in zip(plain.conf_low, plain.estimate, plain.conf_high, strict=True):
        assert not low > middle
        assert not high < middle


@given(LENGTHS)
def test_a_surer_interval_is_no_narrower(values: list[int]) -> None:
    sample = np.array(values, np.float64)
    narrow, wide = (sample_quantiles(sample, np.ones(len(sample)), [0.5], level) for level in (0.8, 0.99))
    assert np.nan_to_num(wide.conf_low[0], nan=-np.inf) <= np.nan_to_num(narrow.conf_low[0], nan=-np.inf)
    assert np.nan_to_num(wide.conf_high[0], nan=np.inf) >= np.nan_to_num(narrow.conf_high[0], nan=np.inf)


def test_the_limits_hold_their_level_exactly() -> None:
    # over all 2^n ways of lying below or above the true median, the interval holds it at least 95 % of the time
    for n in range(6, 40):
        found = sample_quantiles(np.arange(1.0, n + 1), np.ones(n), [0.5])
        low, high = int(found.conf_low[0]), int(found.conf_high[0])
        inside = sum(comb(n, k) for k in range(low, high))
        assert Fraction(inside, 2**n) >= Fraction(95, 100)
        # one value further inside on both sides would not do
        assert Fraction(sum(comb(n, k) for k in range(low + 1, high - 1)), 2**n) < Fraction(95, 100)
