"""Indicators of stock and flow, by hand with fractions, and against published tables."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate import flows

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


def test_over_by_hand() -> None:
    assert flows.over(np.array([3.0, 0.0, 5.0, np.nan]), np.array([4.0, 2.0, 0.0, 1.0])).tolist() == pytest.approx(
        [float(Fraction(3, 4)), 0.0, np.nan, np.nan], nan_ok=True
    )


def test_nothing_over_nothing_is_not_defined_either() -> None:
    assert np.isnan(flows.over(np.zeros(2), np.zeros(2))).all()


def test_each_formula_by_hand() -> None:
    start, came, done, end = (np.array([float(one)]) for one in (40, 60, 50, 45))
    assert flows.clearance_rate(done, came)[0] == float(Fraction(50, 60))
    assert flows.disposition_time(end, done, np.array([90.0]))[0] == float(Fraction(45 * 90, 50))
    assert flows.case_turnover(done, end)[0] == float(Fraction(50, 45))
    assert flows.congestion(start, came, done)[0] == float(Fraction(100, 50))
    assert flows.total_backlog(start, came, done)[0] == 50
    assert flows.residual(start, came, done, end)[0] == -5
    assert flows.change(done, came)[0] == pytest.approx(float(Fraction(-10, 60)), abs=1e-15)


def test_one_page_examples_of_the_field() -> None:
    # North Carolina, court performance management system, help pages: 98 of 100; 110 of 100; 5 %; 50 / 1,500.
    assert flows.clearance_rate(np.array([98.0, 110.0]), np.full(2, 100.0)).tolist() == [0.98, 1.1]
    assert flows.over(np.array([50.0]), np.array([1_000.0]))[0] == 0.05
    index = flows.aging_index(np.array([50.0]), np.array([1_000.0]), np.array([500.0]))[0]
    assert index == pytest.approx(1 / 30)  # printed as 3 %


def test_disposition_time_is_the_days_over_the_turnover() -> None:
    done, end, days = np.array([120.0, 7.0]), np.array([30.0, 91.0]), np.array([366.0, 91.0])
    turned = flows.case_turnover(done, end)
    np.testing.assert_allclose(flows.disposition_time(end, done, days), days / turned, rtol=1e-12)


@given(COUNTS, st.integers(1, 12))
def test_the_past_year_is_the_sum_of_its_periods(values: list[int], periods: int) -> None:
    flow = np.array([values], np.float64)
    found = flows.past_year(flow, periods)
    for place in range(len(values)):
        if place + 1 < periods:
            assert np.isnan(found[0, place])
        else:
            assert found[0, place] == sum(values[place + 1 - periods : place + 1])


@given(COUNTS)
def test_a_stock_that_follows_its_flows_leaves_no_residual(values: list[int]) -> None:
    came, done = np.array(values, np.float64), np.array(values[::-1], np.float64)
    start = np.full(len(values), 10.0**6)
    end = flows.total_backlog(start, came, done)
    assert flows.residual(start, came, done, end).tolist() == [0.0] * len(values)
    assert flows.residual(start, came, done, end - 3).tolist() == [-3.0] * len(values)
