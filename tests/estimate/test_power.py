"""How many units show a difference: by hand, against R's power.prop.test, against printed numbers, as properties."""

from __future__ import annotations

import doctest
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate import power as module
from justice_metrics.estimate.power import (
    cox_detectable,
    cox_events,
    design_effect,
    two_shares_power,
    two_shares_units,
    units_in_clusters,
)
from justice_metrics.estimate.proportion import detectable_difference

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
Z_LEVEL, Z_POWER = 1.959963984540054, 0.8416212335729143

share = st.floats(0.02, 0.98)
size = st.floats(1.0, 500.0)
alike = st.floats(0.0, 0.5)


def test_examples() -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 5
    assert outcome.failed == 0


class TestTwoShares:
    def test_by_hand(self) -> None:
        """Shares of 1/2 and 1/4 in groups of one size: mean 3/8, so m q / (f (1 - f)) is 15/16."""
        under_none, under_true = math.sqrt(15 / 16), math.sqrt(2 * (1 / 4) + 2 * (3 / 16))
        expected = (Z_LEVEL * under_none + Z_POWER * under_true) ** 2 / (1 / 4) ** 2
        assert float(two_shares_units(0.5, 0.25)) == pytest.approx(expected, rel=1e-12)

    def test_printed(self) -> None:
        assert math.ceil(two_shares_units(0.3, 0.4) / 2) == 356

    def test_like_r(self) -> None:
        table = pd.read_csv(REFERENCE / "power_shares.csv")
        for row in table.itertuples():
            of = {"confidence_level": row.level}
            units = two_shares_units(row.one, row.two, power=row.power, **of) / 2
            assert float(units) == pytest.approx(row.units, rel=1e-8)
            assert float(two_shares_power(400, row.one, row.two, **of)) == pytest.approx(row.power_of_200, rel=1e-8)

    @given(share, share, st.floats(0.05, 0.95), st.floats(0.5, 0.99), st.floats(0.8, 0.999))
    def test_power_of_the_units_needed_is_the_power(
        self, one: float, two: float, in_one: float, power: float, level: float
    ) -> None:
        if abs(one - two) < 1e-3:
            return
        units = two_shares_units(one, two, in_one=in_one, power=power, confidence_level=level)
        back = two_shares_power(units, one, two, in_one=in_one, confidence_level=level)
        assert float(back) == pytest.approx(power, abs=1e-9)

    @given(share, share, st.floats(0.05, 0.95))
    def test_names_of_the_groups_change_nothing(self, one: float, two: float, in_one: float) -> None:
        there, back = two_shares_units(one, two, in_one=in_one), two_shares_units(two, one, in_one=1 - in_one)
        assert float(there) == pytest.approx(float(back), rel=1e-9)

    def test_agrees_with_the_smallest_difference_that_is_shown(self) -> None:
        """The difference that 60 and 240 units show is the difference for which 300 are needed."""
        difference = detectable_difference(60, 240, 0.4)
        assert float(two_shares_units(0.4 + difference, 0.4, in_one=0.2)) == pytest.approx(300, rel=1e-9)

    def test_edges(self) -> None:
        assert two_shares_units(0.3, 0.3) == np.inf
        assert two_shares_units(0.3, 0.4, in_one=[0.0, 1.0]).tolist() == [np.inf, np.inf]
        assert np.isnan(two_shares_power([100, 100], 0.3, 0.4, in_one=[0.0, 1.0])).all()
        assert two_shares_units([0.1, 0.2], [[0.3], [0.4]]).shape == (2, 2)
        assert float(two_shares_power(0, 0.3, 0.4)) < 0.03


class TestClusters:
    def test_printed(self) -> None:
        assert float(design_effect(30, 0.05)) == pytest.approx(2.45, rel=1e-12)

    def test_unequal_sizes_by_hand(self) -> None:
        """Sizes 10 and 30: mean 20 and, as of a population, cv 1/2; 1 + (1.25 x 20 - 1) x 0.1 = 3.4."""
        assert float(design_effect(20, 0.1, size_cv=0.5)) == pytest.approx(3.4, rel=1e-12)

    def test_support_mixed_within_courts_costs_less(self) -> None:
        assert float(design_effect(30, 0.05, exposure_icc=0.2)) == pytest.approx(1.29, rel=1e-12)
        assert float(design_effect(30, 0.05, exposure_icc=0.0)) == 1

    def test_edges(self) -> None:
        assert design_effect([1, 100, 0.5], [0.9, 0, 0.3]).tolist() == [1, 1, 1]
        assert design_effect(100, -0.1) == 1

    @given(st.floats(10, 5000), st.floats(2, 400), alike, st.floats(0, 1.5))
    def test_units_in_so_many_clusters_solve_the_equation(
        self, n: float, clusters: float, icc: float, cv: float
    ) -> None:
        units = float(units_in_clusters(n, clusters, icc, size_cv=cv))
        if math.isfinite(units):
            effect = float(design_effect(units / clusters, icc, size_cv=cv))
            assert units == pytest.approx(n * effect, rel=1e-6)
        else:
            # however large the clusters become, they carry less than what is needed
            huge = 1e12
            assert clusters * huge / float(design_effect(huge, icc, size_cv=cv)) <= n * (1 + 1e-6)


class TestHazardRatio:
    def test_by_hand(self) -> None:
        assert float(cox_events(math.e, in_one=0.5)) == pytest.approx(4 * (Z_LEVEL + Z_POWER) ** 2, rel=1e-12)

    @pytest.mark.parametrize(("in_one", "printed"), [(0.5, [191, 456, 944]), (0.3, [227, 543, 1124])])
    def test_printed(self, in_one: float, printed: list[int]) -> None:
        assert cox_events([1.5, 1.3, 1.2], in_one=in_one).round().tolist() == printed

    @given(st.floats(1.01, 10), st.floats(0.05, 0.95))
    def test_there_and_back(self, ratio: float, in_one: float) -> None:
        events = cox_events(ratio, in_one=in_one)
        assert float(cox_events(1 / ratio, in_one=in_one)) == pytest.approx(float(events), rel=1e-9)
        assert float(cox_detectable(events, in_one=in_one)) == pytest.approx(ratio, rel=1e-9)

    def test_edges(self) -> None:
        assert cox_events(1.0) == np.inf
        assert cox_detectable(0) == np.inf
