"""How many files a plan needs: by hand, against R (survey, pwr, base), printed tables, as properties."""

from __future__ import annotations

import doctest
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from justice_metrics.estimate import allocation, median_sizes, sample_sizes
from justice_metrics.estimate.allocation import neyman_allocation, proportional_allocation, stratified_variance
from justice_metrics.estimate.drawn_sample import drawn_variance, unequal_weights
from justice_metrics.estimate.median_sizes import (
    curve_spread,
    median_margin,
    median_units,
    share_ended,
    upper_limit_missing,
    weibull_spread,
)
from justice_metrics.estimate.power import design_effect, two_shares_units
from justice_metrics.estimate.sample_sizes import (
    clusters_needed,
    drawn_for,
    exact_units,
    finite_units,
    share_margin,
    share_units,
    units_from_clusters,
    variance_factor,
    wilson_margin,
    wilson_units,
)

REFERENCE = Path(__file__).resolve().parents[1] / "reference"

share = st.floats(0.01, 0.99)
margin = st.floats(0.01, 0.2)
# Krejcie and Morgan (1970), table 1: population and sample, for a share of 0.5, five points, chi-square 3.841.
KREJCIE_MORGAN = {
    10: 10, 50: 44, 100: 80, 150: 108, 200: 132, 300: 169, 500: 217, 750: 254, 1_000: 278, 1_500: 306,
    2_000: 322, 3_000: 341, 5_000: 357, 10_000: 370, 50_000: 381, 75_000: 382, 1_000_000: 384,
}  # fmt: skip


@pytest.mark.parametrize("module", [sample_sizes, median_sizes, allocation])
def test_examples(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 2
    assert outcome.failed == 0


class TestShares:
    def test_by_hand(self) -> None:
        """With a quantile of 2, a half share and five points: 4 * 0.25 / 0.0025 = 400 (Cochran 1977, section 4.4)."""
        level = 0.954499736103642
        assert float(share_units(0.5, 0.05, confidence_level=level)) == pytest.approx(400, rel=1e-9)
        # his island of 3,200 people: 400 / (1 + 399 / 3200)
        assert round(float(finite_units(400, 3200))) == 356

    def test_printed_table(self) -> None:
        units = share_units(0.5, 0.05)
        assert {n: round(float(finite_units(units, n))) for n in KREJCIE_MORGAN} == KREJCIE_MORGAN

    def test_like_r(self) -> None:
        for row in pd.read_csv(REFERENCE / "sampling_shares.csv").itertuples():
            found = wilson_units(row.share, row.margin, confidence_level=row.level)
            assert float(found) == pytest.approx(row.wilson, rel=1e-7)
            assert exact_units(row.share, row.margin, confidence_level=row.level) == row.exact

    def test_near_the_arcsine_scale(self) -> None:
        """R's pwr plans on another scale; for shares that differ by ten points both ask for the same files."""
        for row in pd.read_csv(REFERENCE / "sampling_effects.csv").itertuples():
            assert float(two_shares_units(row.one, row.two)) / 2 == pytest.approx(row.units, rel=0.025)

    @given(share, margin, st.floats(0.8, 0.99), st.sampled_from([4.0, 30.0, np.inf]))
    def test_margin_is_the_inverse(self, p: float, d: float, level: float, degrees: float) -> None:
        of = {"confidence_level": level, "degrees_of_freedom": degrees}
        for units, reached in ((share_units, share_margin), (wilson_units, wilson_margin)):
            n = units(p, d, **of)
            if n > 0:
                assert float(reached(n, p, **of)) == pytest.approx(d, rel=1e-9)

    def test_certain_shares(self) -> None:
        """Of a share that is 0 the normal interval has no width; Wilson's has one."""
        assert float(share_units(0.0, 0.05)) == 0
        n = float(wilson_units(0.0, 0.05))
        z = 1.959963984540054
        assert z**2 / (2 * (n + z**2)) == pytest.approx(0.05)

    @given(st.floats(1, 1e5), st.floats(2, 1e6))
    def test_of_a_finite_population(self, units: float, population: float) -> None:
        n = float(finite_units(units, population))
        assert n <= min(units, population) * (1 + 1e-9)
        # the error of n out of N is what was asked, where N allows it
        if n < population:
            factor = (population - n) / (population - 1)
            assert factor / n == pytest.approx(1 / units, rel=1e-6)

    def test_lost(self) -> None:
        assert float(drawn_for(90, 0.1)) == pytest.approx(100)


class TestClusters:
    def test_like_r(self) -> None:
        """R's survey: two stages of simple draws with both corrections; the formula from the variance components."""
        for row in pd.read_csv(REFERENCE / "sampling_clusters.csv").itertuples():
            total = row.between + row.inside
            of = {"population": row.all_files, "clusters_in_population": row.all_clusters}
            factor = variance_factor(row.files, row.clusters, row.between / total, **of)
            # the components have divisor N - 1 already
            assert total * float(factor) * (1 - 1 / row.all_files) == pytest.approx(row.variance, rel=1e-9)

    @given(st.floats(20, 2000), st.floats(1, 60), st.floats(0, 0.4), st.floats(0, 1))
    def test_they_carry_what_was_needed(self, units: float, size: float, icc: float, cv: float) -> None:
        of = {"size_cv": cv, "population": 1e5, "clusters_in_population": 4000.0}
        c = float(clusters_needed(units, size, icc, **of))
        if c < 4000:
            factor = float(variance_factor(c * size, c, icc, **of))
            assert 1 / factor == pytest.approx(units, rel=1e-6)
            n = float(units_from_clusters(units, c, icc, **of))
            assert n == pytest.approx(c * size, rel=1e-6)

    def test_kish(self) -> None:
        assert float(1800 * variance_factor(1800, 60, 0.05, size_cv=0.4)) == pytest.approx(
            float(design_effect(30, 0.05, size_cv=0.4))
        )

    def test_all_files_of_all_clusters_leave_no_error(self) -> None:
        assert float(variance_factor(200, 20, 0.1, population=200, clusters_in_population=20)) == 0
        assert float(variance_factor(1, 1, 0.1, population=1, clusters_in_population=1)) == 0

    def test_too_few_clusters(self) -> None:
        assert units_from_clusters(384, [10, 40], 0.05).tolist()[0] == math.inf

    def test_weights_by_hand(self) -> None:
        """Files of weight 1, 1 in one cluster and 2, 2 in another: (4 * 10 / 36) (1 + (20 / 10 - 1) icc)."""
        assert unequal_weights([1, 2], [2, 2], 0.3) == pytest.approx(40 / 36 * 1.3)
        assert math.isnan(unequal_weights([], [], 0.3))

    @given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.floats(0, 1), st.floats(0.1, 50))
    def test_equal_weights_are_kish_with_unequal_clusters(self, files: list[int], icc: float, weight: float) -> None:
        m = np.array(files, np.float64)
        cv = m.std() / m.mean()
        expected = 1 + ((1 + cv**2) * m.mean() - 1) * icc
        assert unequal_weights(np.full(len(m), weight), m, icc) == pytest.approx(expected)


class TestMedians:
    def test_like_r(self) -> None:
        for row in pd.read_csv(REFERENCE / "sampling_median.csv").itertuples():
            of = {"shape": row.shape, "follow_up_days": float(row.follow), "registered_over_days": float(row.over)}
            assert curve_spread(row.days, **of) == pytest.approx(row.curve, rel=1e-6)
            assert share_ended(row.days, **of) == pytest.approx(row.ended, rel=1e-8)
            assert weibull_spread(row.days, **of) == pytest.approx(1 / (row.shape**2 * row.ended), rel=1e-8)

    def test_by_hand(self) -> None:
        """All seen to their end: S = 1/2 with variance 1/4n, over (k log 2 / 2)^2."""
        assert curve_spread(123.0, shape=2.0) == pytest.approx(1 / (2 * math.log(2)) ** 2)
        assert weibull_spread(123.0, shape=2.0) == pytest.approx(1 / 4)
        # seen beyond the median, though not to the end: the curve loses nothing, the known shape does
        assert curve_spread(123.0, follow_up_days=123.0) == pytest.approx(1 / math.log(2) ** 2)
        assert weibull_spread(123.0, follow_up_days=123.0) == pytest.approx(2)

    @given(st.floats(10, 2000), st.floats(0.02, 1.5), st.floats(0.3, 4))
    def test_margin_is_the_inverse(self, median: float, relative: float, spread: float) -> None:
        n = median_units(spread, median, relative * median)
        assert float(median_margin(spread, n, median)) == pytest.approx(relative * median)

    @given(st.floats(0.5, 3), st.floats(1, 900), st.floats(1, 900))
    def test_whoever_knows_the_shape_needs_fewer(self, shape: float, follow: float, over: float) -> None:
        of = {"shape": shape, "follow_up_days": follow, "registered_over_days": over}
        if follow + over > 401:
            assert weibull_spread(400.0, **of) <= curve_spread(400.0, **of) * (1 + 1e-9)
        assert share_ended(400.0, **of) >= 1 - 0.5 ** ((follow / 400) ** shape) - 1e-12

    def test_a_median_that_nobody_sees(self) -> None:
        assert curve_spread(400.0, follow_up_days=300.0, registered_over_days=100.0) == math.inf
        assert weibull_spread(400.0, follow_up_days=0.0) == math.inf


class TestStrata:
    def test_by_hand(self) -> None:
        assert proportional_allocation([500, 300, 200], 10).tolist() == [5, 3, 2]
        # one stratum gives all that it has, and the others share the rest
        assert neyman_allocation([10, 100, 100], [0.5, 0.05, 0.05], 40).tolist() == [10, 15, 15]

    @given(
        st.lists(st.tuples(st.integers(0, 300), st.floats(0, 0.5)), min_size=1, max_size=7),
        st.integers(0, 1500),
        st.integers(0, 5),
    )
    def test_they_add_up(self, strata: list[tuple[int, float]], total: int, least: int) -> None:
        sizes = np.array([one for one, _ in strata])
        floor = int(np.minimum(sizes, least).sum())
        for shared in (
            proportional_allocation(sizes, total, least=least),
            neyman_allocation(sizes, [one for _, one in strata], total, least=least),
        ):
            assert shared.sum() == max(min(total, sizes.sum()), floor)
            assert (shared <= sizes).all()
            assert (shared >= np.minimum(sizes, least)).all()

    @given(st.lists(st.tuples(st.integers(20, 300), st.floats(0.05, 0.5)), min_size=2, max_size=4), st.integers(8, 60))
    def test_no_allocation_is_better(self, strata: list[tuple[int, float]], total: int) -> None:
        """No file moved from one stratum to another makes the error smaller, but for what rounding leaves."""
        sizes, spreads = np.array([one for one, _ in strata]), np.array([one for _, one in strata])
        given = neyman_allocation(sizes, spreads, total, least=2)
        least = stratified_variance(sizes, spreads, given)
        ways = [
            moved
            for one in range(len(sizes))
            for other in range(len(sizes))
            if one != other
            for moved in [given + np.eye(len(sizes), dtype=int)[one] - np.eye(len(sizes), dtype=int)[other]]
            if (moved >= 2).all() and (moved <= sizes).all()
        ]
        assert all(stratified_variance(sizes, spreads, one) >= least * 0.97 for one in ways)

    def test_like_r(self) -> None:
        """The mean of a stratified sample with finite corrections, by R's survey."""
        table = pd.read_csv(REFERENCE / "sampling_strata.csv")
        sizes, spreads, files = (table[one].to_numpy() for one in ("size", "spread", "files"))
        assert stratified_variance(sizes, spreads, files) == pytest.approx(table["variance"][0], rel=1e-9)
        better = neyman_allocation(sizes, spreads, int(files.sum()))
        assert stratified_variance(sizes, spreads, better) < table["variance"][0]

    def test_nothing_from_a_stratum(self) -> None:
        assert stratified_variance([10, 10], [0.5, 0.5], [0, 4]) == math.inf


class TestUpperLimitMissing:
    def test_as_simulated_in_r(self) -> None:
        """survival::survfit, log-log limits, 400 samples of 363: 96.8 %; of 359 with 420 days: 88.8 % (error 1.6 %)."""
        assert upper_limit_missing(363, 400.0, follow_up_days=390.0, registered_over_days=20.0) == pytest.approx(
            0.968, abs=0.03
        )
        assert upper_limit_missing(359, 400.0, follow_up_days=420.0) == pytest.approx(0.888, abs=0.035)

    def test_ends(self) -> None:
        assert upper_limit_missing([50, 5000], 400.0, follow_up_days=400.0).tolist() == [1, 1]
        assert (upper_limit_missing([50, 5000], 400.0) < 1e-6).all()
        assert upper_limit_missing(np.inf, 400.0, follow_up_days=410.0) == 0

    @example(shape=1.0, follow=470.0, over=5e-324, units=359.0)
    @given(st.floats(0.5, 2), st.floats(100, 900), st.floats(0, 600), st.floats(20, 5000))
    def test_more_files_and_longer_follow_up_miss_it_less(
        self, shape: float, follow: float, over: float, units: float
    ) -> None:
        seen = {"shape": shape, "registered_over_days": over}
        here = upper_limit_missing([units, 2 * units], 400.0, follow_up_days=follow, **seen)
        assert 0 <= here[1] <= here[0] <= 1
        assert upper_limit_missing(units, 400.0, follow_up_days=follow + 50, **seen) <= here[0] + 0.01


def test_a_draw_of_two_stages_in_proportion_to_size_is_worth_what_the_plan_says() -> None:
    """Clusters of one size: 12 of 40 by lot, 10 of 50 files in each, by the formula of two simple stages."""
    found = drawn_variance(np.full(12, 50 / 10 * 40 / 12), np.full(12, 10), np.full(12, 50), np.full(12, 12 / 40), 0.1)
    planned = variance_factor(120, 12, 0.1, population=2000, clusters_in_population=40)
    assert found == pytest.approx(float(planned), rel=1e-12)
    assert drawn_variance([1.0], [50], [50], [1.0], 0.1) == 0
    assert math.isnan(drawn_variance([], [], [], [], 0.1))
