"""A ratio of totals: by hand, against R, at the edges, and what must always hold."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.ratio_of_totals import ratio_of_totals

REFERENCE = Path(__file__).parents[1] / "reference" / "outcomes_ratio.csv"
AMOUNTS = st.lists(st.tuples(st.integers(1, 1_000), st.floats(0, 1)), min_size=2, max_size=30)


def test_by_hand() -> None:
    # 1 of 1 and 0 of 3: a quarter in all; residuals 3/4 and -3/4; variance 2/1 * 18/16 / 16
    ratio = Fraction(1, 4)
    squares = (1 - ratio) ** 2 + (0 - ratio * 3) ** 2
    share, error = ratio_of_totals(np.array([1.0, 0.0]), np.array([1.0, 3.0]), np.ones(2))
    assert share.estimate[0] == float(ratio)
    assert error**2 == pytest.approx(float(2 * squares / 16))
    assert share.conf_low[0] == 0


def test_against_r() -> None:
    with REFERENCE.open(encoding="utf-8", newline="") as lines:
        expected = {name: float(value) for name, value in next(csv.DictReader(lines)).items()}
    ordered = np.array([1000, 3000, 2000, 500.1, 8000, 1500])
    paid = np.array([1000, 1200, 0, 500.1, 0, 1500])
    share, error = ratio_of_totals(paid, ordered, np.ones(6))
    assert share.estimate[0] == pytest.approx(expected["estimate"], abs=1e-12)
    assert error == pytest.approx(expected["std_error"], abs=1e-12)
    # R's lower limit may fall below 0; a share of money does not
    assert share.conf_low[0] == pytest.approx(max(expected["conf_low"], 0), abs=1e-9)
    assert share.conf_high[0] == pytest.approx(expected["conf_high"], abs=1e-9)


def test_edges() -> None:
    nothing, _ = ratio_of_totals(np.zeros(0), np.zeros(0), np.zeros(0))
    assert np.isnan(np.array(nothing)).all()
    one, error = ratio_of_totals(np.array([2.0]), np.array([4.0]), np.array([1]))
    assert one.estimate[0] == 0.5
    assert np.isnan([one.conf_low[0], one.conf_high[0], error]).all()
    alike, error = ratio_of_totals(np.array([2.0]), np.array([4.0]), np.array([5]))
    assert (alike.conf_low[0], alike.conf_high[0], error) == (0.5, 0.5, 0.0)


@given(AMOUNTS, st.integers(1, 4))
def test_counts_stand_for_repeated_units_and_the_scale_does_not_matter(
    drawn: list[tuple[int, float]], times: int
) -> None:
    x = np.array([amount for amount, _ in drawn], np.float64)
    y = np.array([amount * part for amount, part in drawn])
    folded, error = ratio_of_totals(y, x, np.full(len(x), times))
    written, same = ratio_of_totals(np.repeat(y, times) * 7, np.repeat(x, times) * 7, np.ones(len(x) * times))
    assert error == pytest.approx(same, abs=1e-9)
    assert np.array(folded) == pytest.approx(np.array(written), abs=1e-9)
    assert folded.conf_low[0] <= folded.estimate[0] + 1e-12 <= folded.conf_high[0] + 2e-12
