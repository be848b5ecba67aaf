"""Kappa, stability of labels, trends and heaps against R, hand calculation and what must always hold."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.agreement import (
    Weighting,
    agreement_weights,
    kappa,
    kappa_by_resampling,
)
from justice_metrics.estimate.differences import paired_differences
from justice_metrics.estimate.drift import (
    equal_shares,
    expected_index,
    homogeneity,
    index_by_chance,
    never_by_chance,
    stability_index,
)
from justice_metrics.estimate.heaping import SIGNS, chance_of_so_many, signs_of
from justice_metrics.estimate.slopes import pooled_share, slope_of_shares, trend_p_value

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def rows(name: str, **wanted: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]


def numbers(text: str) -> np.ndarray:
    return np.array([float(one) for one in text.split()])


class TestKappa:
    @pytest.mark.parametrize("row", rows("quality_kappa.csv"), ids=lambda row: f"{row['table']}-{row['weighting']}")
    def test_equals_vcd(self, row: dict[str, str]) -> None:
        cells = numbers(row["cells"])
        k = math.isqrt(len(cells))
        weighting: Weighting = row["weighting"]  # type: ignore[assignment]
        found = kappa(cells.reshape(k, k), weighting)
        assert found.estimate == pytest.approx(float(row["kappa"]), rel=1e-12)
        assert found.std_error == pytest.approx(float(row["std_error"]), rel=1e-12)

    def test_by_hand(self) -> None:
        # 20 + 15 of 50 alike; by chance 25/50 * 30/50 + 25/50 * 20/50 = 1/2
        found = kappa(np.array([[20, 5], [10, 15]]))
        assert found.observed == pytest.approx(float(Fraction(35, 50)))
        assert found.expected == pytest.approx(0.5)
        assert found.estimate == pytest.approx(0.4)

    def test_full_agreement_is_not_certain(self) -> None:
        found = kappa(np.diag([10, 10]))
        assert (found.estimate, found.conf_high) == (1.0, 1.0)
        assert 0.5 < found.conf_low < 0.9
        assert kappa_by_resampling(np.diag([10, 10])).conf_low == found.conf_low

    def test_one_coding_on_one_level_has_no_limits(self) -> None:
        for found in (kappa(np.array([[59, 1], [0, 0]])), kappa_by_resampling(np.array([[59, 1], [0, 0]]))):
            assert found.estimate == pytest.approx(0, abs=1e-12)
            assert math.isnan(found.conf_low)

    def test_undefined_where_nothing_varies(self) -> None:
        assert math.isnan(kappa(np.array([[12]])).estimate)
        assert math.isnan(kappa(np.zeros((2, 2))).estimate)
        assert math.isnan(kappa(np.array([[12, 0], [0, 0]])).estimate)

    @given(st.lists(st.integers(0, 30), min_size=9, max_size=9))
    def test_bounds_and_turning(self, cells: list[int]) -> None:
        table = np.array(cells).reshape(3, 3)
        found, turned = kappa(table), kappa(table.T)
        if not math.isnan(found.std_error):
            assert -1 <= found.conf_low <= found.estimate + 1e-9 <= found.conf_high + 2e-9 <= 1 + 2e-9
        assert turned.estimate == pytest.approx(found.estimate, abs=1e-12, nan_ok=True)
        assert turned.std_error == pytest.approx(found.std_error, abs=1e-6, nan_ok=True)

    def test_relabelling_changes_nothing_without_order(self) -> None:
        table = np.array([[9, 2, 1], [3, 8, 2], [0, 1, 7]])
        order = [2, 0, 1]
        assert kappa(table[np.ix_(order, order)]).estimate == pytest.approx(kappa(table).estimate)
        assert kappa(table[np.ix_(order, order)], "linear").estimate != pytest.approx(kappa(table, "linear").estimate)

    def test_two_levels_have_no_near_ones(self) -> None:
        assert (agreement_weights(2, "linear") == np.eye(2)).all()
        assert (agreement_weights(1, "quadratic") == np.eye(1)).all()

    def test_resampling_agrees_with_the_error_of_large_samples(self) -> None:
        table = np.array([[180, 20, 5], [15, 150, 10], [6, 12, 90]])
        large, drawn = kappa(table), kappa_by_resampling(table)
        assert drawn.std_error == pytest.approx(large.std_error, rel=0.08)
        assert drawn.conf_low == pytest.approx(large.conf_low, abs=0.01)
        assert kappa_by_resampling(table) == kappa_by_resampling(table)


class TestDrift:
    @pytest.mark.parametrize("row", rows("quality_tests.csv", test="homogeneity"), ids=lambda row: row["x"])
    def test_chi_square_equals_r(self, row: dict[str, str]) -> None:
        one, two = numbers(row["x"]).reshape(2, -1)
        found = homogeneity(one, two)
        assert found.statistic == pytest.approx(float(row["statistic"]), rel=1e-12)
        assert found.p_value == pytest.approx(float(row["p_value"]), rel=1e-10)

    def test_rare_labels_are_put_together(self) -> None:
        common, rare = np.array([60, 40]), np.array([45, 55])
        one, two = np.array([*common, 2, 0, 1]), np.array([*rare, 0, 1, 1])
        found = homogeneity(one, two)
        # five rare units in all: fewer than five in the smaller row, so the next rarest level joins them
        assert found.degrees == 1
        assert found.p_value == pytest.approx(homogeneity(np.array([60, 43]), np.array([45, 57])).p_value)

    def test_equal_shares_equal_r(self) -> None:
        (row,) = rows("quality_tests.csv", test="equal")
        (x, y), (n, m) = numbers(row["x"]), numbers(row["n"])
        found = equal_shares(np.array([x]), np.array([n]), np.array([y]), np.array([m]))
        assert found[0] == pytest.approx(float(row["p_value"]), rel=1e-10)

    def test_few_are_not_tested(self) -> None:
        assert np.isnan(equal_shares(np.array([1]), np.array([9]), np.array([50]), np.array([90]))[0])

    @given(st.lists(st.integers(0, 500), min_size=2, max_size=8), st.integers(2, 9))
    def test_index_of_the_same_shares_is_nought_and_never_negative(self, counts: list[int], times: int) -> None:
        one = np.array(counts)
        if one.sum():
            assert stability_index(one, one) == pytest.approx(0)
            assert stability_index(one, one * times) >= 0
            other = one[::-1]
            assert stability_index(one, other) == pytest.approx(stability_index(other, one))

    def test_index_by_hand(self) -> None:
        p, q = 50.5 / 101, 70.5 / 101
        expected = (q - p) * math.log(q / p) + ((1 - q) - (1 - p)) * math.log((1 - q) / (1 - p))
        assert stability_index(np.array([50, 50]), np.array([70, 30])) == pytest.approx(expected)
        assert math.isnan(stability_index(np.array([0, 0]), np.array([1, 2])))

    def test_chance_limit_holds_its_level(self) -> None:
        rng = np.random.default_rng(5)
        share = np.array([0.5, 0.3, 0.2])
        limit = index_by_chance(3, 300, 200)
        above = [
            stability_index(rng.multinomial(300, share), rng.multinomial(200, share)) > limit for _ in range(2_000)
        ]
        assert 0.035 < np.mean(above) < 0.065

    @pytest.mark.parametrize(("levels", "n", "m"), [(3, 100, 100), (100, 2_000, 2_000), (40, 150, 4_000)])
    def test_expected_index_is_the_mean_where_nothing_changed(self, levels: int, n: int, m: int) -> None:
        rng = np.random.default_rng(8)
        share = rng.dirichlet(np.full(levels, 2.0))
        drawn = [(rng.multinomial(n, share), rng.multinomial(m, share)) for _ in range(2_000)]
        made = np.mean([stability_index(one, two) for one, two in drawn])
        assert np.mean([expected_index(one, two) for one, two in drawn]) == pytest.approx(made, rel=0.06)
        assert math.isnan(expected_index(np.array([0, 0]), np.array([1, 2])))

    def test_absence_by_hand(self) -> None:
        # three units in the ten that are not the part of five: C(5,3) / C(10,3)
        assert never_by_chance(3, 10, 5) == pytest.approx(10 / 120)
        assert never_by_chance(6, 10, 5) == 0.0


class TestSlopes:
    @pytest.mark.parametrize("row", rows("quality_tests.csv", test="trend"), ids=lambda row: row["x"])
    def test_trend_equals_r(self, row: dict[str, str]) -> None:
        found = trend_p_value(numbers(row["x"])[None], numbers(row["n"])[None], numbers(row["when"]))
        assert found[0] == pytest.approx(float(row["p_value"]), rel=1e-9)

    def test_no_trend_can_be_told_where_all_or_none_succeed(self) -> None:
        n = np.array([[35, 33, 17], [35, 33, 17], [35, 0, 0]])
        found = trend_p_value(np.array([[35, 33, 17], [0, 0, 0], [12, 0, 0]]), n, np.array([2014.5, 2015.5, 2016.5]))
        assert np.isnan(found).all()

    def test_slope_of_a_straight_line(self) -> None:
        share = np.array([[0.5, 0.6, np.nan, 0.8], [1.0, 1.0, 1.0, 1.0]])
        found = slope_of_shares(share, share * (1 - share) / 50, np.full((2, 4), 50), np.arange(4.0))
        assert found.estimate == pytest.approx([0.1, 0.0])
        assert found.conf_low[0] < 0.1 < found.conf_high[0]
        assert np.isnan(found.conf_low[1])
        assert found.estimate[1] == 0.0

    def test_shares_that_stray_from_the_line_widen_its_limits(self) -> None:
        share, n, when = np.array([[0.2, 0.4, 0.2, 0.4, 0.3, 0.5]]), np.full((1, 6), 400), np.arange(6.0)
        found = slope_of_shares(share, np.full((1, 6), 0.21 / 400), n, when)
        # by hand: least squares on six points, its error from the residuals with four degrees of freedom
        slope, level = np.polyfit(when, share[0], 1)
        error = np.sqrt(((share[0] - level - slope * when) ** 2).sum() / 4 / ((when - 2.5) ** 2).sum())
        assert found.estimate[0] == pytest.approx(slope)
        assert found.conf_high[0] - slope == pytest.approx(2.776445 * error, rel=1e-6)
        assert found.degrees[0] == 4
        x = np.round(share * n)
        assert trend_p_value(x, n, when)[0] < 0.001
        assert trend_p_value(x, n, when, dispersion=found.dispersion, degrees=found.degrees)[0] > 0.05

    def test_years_without_a_trend_are_seldom_called_one(self) -> None:
        rng, worlds = np.random.default_rng(3), 2_000
        for wobble in (0.0, 0.05):
            true = np.clip(0.2 + rng.normal(0, wobble, (worlds, 6)), 0.01, 1)
            x = rng.binomial(800, true) / 800
            found = slope_of_shares(x, x * (1 - x) / 800, np.full(x.shape, 800), np.arange(6.0))
            assert 0.02 < (found.p_value < 0.05).mean() < 0.08

    def test_values_of_one_file_go_together(self) -> None:
        # ten files with four values each, all there or none: the error is that of ten, not of forty
        y, x = np.array([4] * 5 + [0] * 5), np.full(10, 4)
        sums = (y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum())
        found = pooled_share(*[np.array([one]) for one in sums], np.array([10]))
        assert found.estimate[0] == 0.5
        assert found.variance[0] == pytest.approx(0.25 / 9)


class TestHeaps:
    def test_calendar_of_a_leap_year(self) -> None:
        first, last = (np.datetime64(day).astype(int) for day in ("2016-01-01", "2016-12-31"))
        every = np.arange(first, last + 1)
        counted, usual = signs_of(every, np.ones(366, np.int64), int(first), int(last))
        by_sign = dict(zip(SIGNS, counted.tolist(), strict=True))
        assert by_sign["new_year"] == 1
        assert by_sign["first_of_month"] == 12
        assert by_sign["fifteenth"] == 12
        assert by_sign["round_days"] == 11 * 6 + 5
        assert usual[:4] == pytest.approx(counted[:4] / 366)

    def test_binomial_tail_by_hand(self) -> None:
        expected = sum(math.comb(10, k) * 0.1**k * 0.9 ** (10 - k) for k in range(3, 11))
        assert chance_of_so_many(np.array([3]), np.array([10]), np.array([0.1]))[0] == pytest.approx(expected)
        assert chance_of_so_many(np.array([0]), np.array([10]), np.array([0.1]))[0] == 1
        assert np.isnan(chance_of_so_many(np.array([0]), np.array([0]), np.array([0.1]))[0])


class TestDifferences:
    def test_by_hand(self) -> None:
        found = paired_differences(np.array([0.0, 0, 0, np.nan]), np.array([-1.0, 0, 4, 3]))
        assert (found.n, found.same, found.mean, found.median_size) == (3, 1, 1.0, 1.0)
        spread = math.sqrt((4 + 1 + 9) / 2)
        assert found.limit_high == pytest.approx(1 + 1.959964 * spread, rel=1e-6)

    def test_nothing_and_one(self) -> None:
        assert paired_differences(np.array([np.nan]), np.array([1.0])).n == 0
        assert math.isnan(paired_differences(np.array([2.0]), np.array([1.0])).limit_low)
