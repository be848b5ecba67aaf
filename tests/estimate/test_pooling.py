"""Rubin's rules with the degrees of freedom of Barnard and Rubin: by fractions, and as R's mice pools."""

from __future__ import annotations

import csv
import doctest
import importlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.pooling import pooled

REFERENCE = Path(__file__).parents[1] / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(lines)]


def test_examples() -> None:
    assert doctest.testmod(importlib.import_module("justice_metrics.estimate.pooling")).failed == 0


def test_by_fractions() -> None:
    # answers 1, 2, 4 with variances 1, 2, 3: U = 2, B = 7/3, T = 2 + 4/3 * 7/3 = 46/9
    total = Fraction(46, 9)
    share = Fraction(28, 9) / total
    old = 2 / share**2
    observed = Fraction(20 + 1, 20 + 3) * 20 * (1 - share)
    found = pooled(np.array([1.0, 2, 4]), np.array([1.0, 2, 3]), complete_df=20)
    assert found.estimate == pytest.approx(7 / 3)
    assert found.within == pytest.approx(2)
    assert found.between == pytest.approx(7 / 3)
    assert found.std_error**2 == pytest.approx(float(total))
    assert found.missing_share == pytest.approx(float(share))
    assert found.df == pytest.approx(float(old * observed / (old + observed)))


@pytest.mark.parametrize("row", rows("imputation_pooled"), ids=lambda row: f"{row['set']}-{row['complete_df']}")
def test_as_mice_pools_numbers(row: dict[str, str]) -> None:
    q, u = (np.array([float(one) for one in row[name].split()]) for name in ("q", "u"))
    found = pooled(q, u, complete_df=float(row["complete_df"]))
    assert found.estimate == pytest.approx(float(row["estimate"]), rel=1e-8)
    assert found.within == pytest.approx(float(row["within"]), rel=1e-8)
    assert found.between == pytest.approx(float(row["between"]), rel=1e-8)
    assert found.std_error**2 == pytest.approx(float(row["total"]), rel=1e-8)
    assert found.missing_information == pytest.approx(float(row["missing_information"]), rel=1e-6)
    if not np.isinf(float(row["complete_df"])) or row["set"] != "close":
        # mice bounds the share only with finite degrees of freedom; beyond 10,000 both are the normal distribution
        assert found.df == pytest.approx(float(row["df"]), rel=1e-6)


@pytest.mark.parametrize("term", ["(Intercept)", "bmi"])
def test_as_mice_pools_a_regression(term: str) -> None:
    of_term = [row for row in rows("imputation_regression") if row["term"] == term]
    single, expected = [row for row in of_term if row["imputation"] != "0"], of_term[-1]
    q, error = (np.array([float(row[name]) for row in single]) for name in ("estimate", "std_error"))
    found = pooled(q, error**2, complete_df=23)  # 25 persons, two coefficients
    for name in ("estimate", "std_error", "df", "conf_low", "conf_high"):
        assert getattr(found, name) == pytest.approx(float(expected[name]), rel=1e-8)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=8), st.floats(0.01, 2), st.floats(3, 500))
def test_nothing_is_gained_by_missing_dates(q: list[float], u: float, complete: float) -> None:
    found = pooled(np.array(q), np.full(len(q), u), complete_df=complete)
    assert found.std_error**2 >= u * (1 - 1e-12)
    assert found.df <= complete
    assert 0 <= found.missing_share < 1
    turned = pooled(-np.array(q), np.full(len(q), u), complete_df=complete)
    assert turned.conf_low == pytest.approx(-found.conf_high)


def test_alike_in_every_imputation() -> None:
    found = pooled(np.full((4, 2), 0.1), np.full((4, 2), 0.01), complete_df=9)
    assert found.std_error == pytest.approx([0.1, 0.1])
    assert found.missing_share.tolist() == [0, 0]
    assert found.df == pytest.approx(np.full(2, 10 / 12 * 9), rel=1e-3)


def test_one_imputation_has_no_error() -> None:
    assert np.isnan(pooled(np.array([0.1]), np.array([0.01])).std_error)
