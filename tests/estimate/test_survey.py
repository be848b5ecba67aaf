"""Shares from weights, strata and clusters: by hand, and against R's survey package."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Floats, Values
from justice_metrics.estimate.clustered_share import clustered_share
from justice_metrics.estimate.share_contrasts import newcombe_difference
from justice_metrics.estimate.survey import DesignCells, linearised_share
from justice_metrics.estimate.survey_cells import DrawnUnits, without_replacement
from justice_metrics.estimate.survey_contrasts import (
    linearised_contrast,
    linearised_covariances,
    linearised_difference,
    linearised_ratio,
    small_group_factor,
)

REFERENCE = Path(__file__).parent.parent / "reference"
GROUPS = ("all", "physical", "psychological", "sexual")


def table(name: str) -> dict[str, Values]:
    with (REFERENCE / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def cells_of(rows: Mapping[str, Values], *, strata: bool, clusters: bool, together: bool = False) -> DesignCells:
    """Cells of the victims by form of violence; sampling units without a victim are there too."""
    n = len(rows["weight"])
    psu = np.unique(rows["cluster"], return_inverse=True)[1] if clusters else np.arange(n)
    forms = list(GROUPS[:1] if together else GROUPS[1:])
    group = np.array([0 if together else forms.index(one) for one in rows["form"]])
    weight, victim, told = (rows[name].astype(float) for name in ("weight", "victim", "reported"))
    key = psu * len(forms) + group
    found, place = np.unique(key, return_inverse=True)
    first = np.unique(psu, return_index=True)[1]
    stratum = np.unique(rows["region"], return_inverse=True)[1] if strata else np.zeros(n, int)
    return DesignCells(
        group=found % len(forms),
        psu=found // len(forms),
        numerator=np.bincount(place, weights=weight * told),
        denominator=np.bincount(place, weights=weight * victim),
        stratum=stratum[first],
        copies=np.ones(len(first), np.int64),
        groups=len(forms),
    )


DESIGNS = {"weights": (False, False), "strata": (True, False), "clusters": (False, True), "both": (True, True)}


class TestAgainstR:
    @pytest.mark.parametrize("design", DESIGNS)
    def test_shares(self, design: str) -> None:
        rows, expected = table("rates_survey_rows.csv"), table("rates_survey_shares.csv")
        strata, clusters = DESIGNS[design]
        here = expected["design"] == design
        found = [
            linearised_share(cells_of(rows, strata=strata, clusters=clusters, together=one)) for one in (True, False)
        ]
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            values = np.concatenate([getattr(one, name) for one in found])
            np.testing.assert_allclose(values, expected[name][here].astype(float), rtol=2e-8)
        degrees = np.concatenate([one.degrees_of_freedom for one in found])
        assert degrees.tolist() == expected["df"][here].astype(int).tolist()

    @pytest.mark.parametrize("design", DESIGNS)
    def test_differences_and_ratios(self, design: str) -> None:
        rows, expected = table("rates_survey_rows.csv"), table("rates_survey_contrasts.csv")
        strata, clusters = DESIGNS[design]
        here = expected["design"] == design
        cells = cells_of(rows, strata=strata, clusters=clusters)
        difference, ratio = linearised_difference(cells, 0), linearised_ratio(cells, 0)
        found = linearised_covariances(cells, 0)
        error = found.error[1:]
        np.testing.assert_allclose(difference.estimate[1:], expected["difference"][here].astype(float), rtol=1e-10)
        np.testing.assert_allclose(error, expected["difference_error"][here].astype(float), rtol=1e-8)
        p, q = found.p, found.q
        relative = found._replace(own=found.own / p**2, other=found.other / q**2, shared=found.shared / (p * q))
        log_error = relative.error[1:]
        np.testing.assert_allclose(np.log(ratio.estimate[1:]), expected["log_ratio"][here].astype(float), rtol=1e-10)
        np.testing.assert_allclose(log_error, expected["log_ratio_error"][here].astype(float), rtol=1e-8)
        assert (difference.estimate[0], difference.conf_low[0], ratio.estimate[0]) == (0, 0, 1)


def cells(
    numerator: list[float],
    denominator: list[float],
    *,
    stratum: list[int] | None = None,
    copies: list[int] | None = None,
) -> DesignCells:
    n = len(numerator)
    zero = np.zeros(n, np.int64)
    return DesignCells(
        zero,
        np.arange(n),
        np.array(numerator, float),
        np.array(denominator, float),
        zero if stratum is None else np.array(stratum),
        zero + 1 if copies is None else np.array(copies),
        1,
    )


class TestByHand:
    def test_three_clusters(self) -> None:
        # p = 15/30; scores -2/30, 0, 2/30; variance 3/2 of 8/900
        found = linearised_share(cells([3, 5, 7], [10, 10, 10]))
        assert found.std_error[0] ** 2 == pytest.approx(float(Fraction(3, 2) * Fraction(8, 900)), rel=1e-12)
        assert found.degrees_of_freedom.tolist() == [2]

    def test_two_strata(self) -> None:
        # within strata the scores differ by 2/40 and by 4/40: each variance is 2 x (half the difference)^2 x 2
        found = linearised_share(cells([2, 4, 3, 7], [10] * 4, stratum=[0, 0, 1, 1]))
        assert found.std_error[0] ** 2 == pytest.approx(float(Fraction(2, 40) ** 2 + Fraction(4, 40) ** 2), rel=1e-12)

    def test_a_stratum_with_one_sampling_unit_still_adds_to_the_error(self) -> None:
        # the lone one has the score (7 - 10 x 13/30)/30 = 8/90, squared as it is
        found = linearised_share(cells([2, 4, 7], [10] * 3, stratum=[0, 0, 1]))
        assert found.std_error[0] ** 2 == pytest.approx(float(Fraction(2, 30) ** 2 + Fraction(8, 90) ** 2), rel=1e-12)

    def test_copies_are_units_of_their_own(self) -> None:
        folded = linearised_share(cells([1, 0], [1, 1], copies=[3, 7]))
        apart = linearised_share(cells([1] * 3 + [0] * 7, [1] * 10))
        for one, other in zip(folded, apart, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        # without weights and clusters that is the binomial variance with n - 1
        assert folded.std_error[0] ** 2 == pytest.approx(float(Fraction(3, 10) * Fraction(7, 10) / 9), rel=1e-12)


class TestEdges:
    def test_nobody(self) -> None:
        found = linearised_share(cells([0, 0, 0], [0, 0, 0]))
        assert np.isnan([found.estimate[0], found.std_error[0], found.conf_low[0]]).all()

    @pytest.mark.parametrize("share", [0, 10])
    def test_no_limits_where_nothing_tells_how_clusters_differ(self, share: int) -> None:
        found = linearised_share(cells([share] * 4, [10] * 4))
        assert found.estimate[0] == share / 10
        assert np.isnan(found.conf_low[0])

    def test_no_limits_from_two_clusters(self) -> None:
        assert np.isnan(linearised_share(cells([3, 7], [10, 10])).conf_low[0])

    def test_a_ratio_to_nothing_is_not_defined(self) -> None:
        zero, one = np.zeros(3, int), np.ones(3, int)
        of_two = DesignCells(
            np.concatenate([zero, one]), np.arange(6), np.array([0.0, 0, 0, 1, 2, 3]), np.full(6, 5.0),
            np.zeros(6, int), np.ones(6, int), 2,
        )  # fmt: skip
        assert np.isnan(linearised_ratio(of_two, 0).estimate[1])
        assert np.isnan(linearised_ratio(of_two, 1).conf_low[0])


def two_groups(first: list[int], second: list[int], *, clusters: int = 1) -> DesignCells:
    """Units with weight 1 of two groups, drawn directly or so many to a cluster."""
    y = np.array([*first, *second], float)
    group = np.repeat([0, 1], [len(first), len(second)])
    psu = np.arange(len(y)) // clusters
    key, place = np.unique(psu * 2 + group, return_inverse=True)
    n = int(psu.max()) + 1
    return DesignCells(
        key % 2, key // 2, np.bincount(place, weights=y), np.bincount(place).astype(float), np.zeros(n, int),
        np.ones(n, int), 2,
    )  # fmt: skip


class TestNoSpread:
    def test_none_of_twelve_is_no_difference_from_eight_of_a_hundred(self) -> None:
        found = linearised_difference(two_groups([0] * 12, [1] * 8 + [0] * 92), 0)
        known = newcombe_difference(np.array([8]), np.array([100]), np.array([0]), np.array([12]), 0.95)
        assert found.conf_low[1] == pytest.approx(known.conf_low[0], abs=0.01)
        assert found.conf_high[1] == pytest.approx(known.conf_high[0], abs=0.01)
        assert found.conf_low[1] < 0 < found.conf_high[1]
        assert (found.conf_low[0], found.conf_high[0]) == (0, 0)

    def test_none_against_all_has_limits(self) -> None:
        found = linearised_difference(two_groups([0] * 60, [1] * 60), 0)
        assert 0.85 < found.conf_low[1] < found.conf_high[1] <= 1 + 1e-12

    def test_clusters_of_one_mind_count_as_few(self) -> None:
        alone, together = (linearised_difference(two_groups([0] * 40, [1, 0] * 20, clusters=one), 0) for one in (1, 10))
        assert together.conf_low[1] < alone.conf_low[1]

    def test_a_ratio_to_a_share_without_spread_has_no_limits(self) -> None:
        found = linearised_ratio(two_groups([1] * 10, [1, 0] * 10), 0)
        assert found.estimate[1] == 0.5
        assert np.isnan(found.conf_low[1])

    def test_everything_drawn_has_no_error(self) -> None:
        zero, one = np.zeros(2, int), np.ones(2)
        drawn = DrawnUnits(np.arange(2), zero, zero, one, one, np.array([0, 3]), np.array([9, 9]), np.array([9, 9]))
        cells = without_replacement(drawn, 2)
        # of one group nothing tells how its units differ, but none of them is unknown
        found = linearised_share(cells)
        assert found.std_error.tolist() == [0, 0]


@st.composite
def samples(draw: st.DrawFn) -> tuple[Floats, Floats]:
    n = draw(st.integers(3, 12))
    trials = draw(st.lists(st.integers(1, 30), min_size=n, max_size=n))
    successes = [draw(st.integers(0, one)) for one in trials]
    return np.array(successes, float), np.array(trials, float)


@settings(max_examples=20, deadline=None)
@given(sample=samples(), factor=st.floats(0.1, 1e4))
def test_only_the_proportion_of_weights_matters(sample: tuple[Floats, Floats], factor: float) -> None:
    y, n = sample
    plain, scaled = (
        linearised_share(cells(y.tolist(), n.tolist())),
        linearised_share(cells((y * factor).tolist(), (n * factor).tolist())),
    )
    for one, other in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(sample=samples())
def test_one_stratum_is_the_share_of_clusters_known_before(sample: tuple[Floats, Floats]) -> None:
    y, n = sample
    found = linearised_share(cells(y.tolist(), n.tolist()))
    known = clustered_share(y, n, np.zeros(len(y), int), groups=1)
    if found.std_error[0] > 1e-9:
        np.testing.assert_allclose([found.conf_low, found.conf_high], [known.conf_low, known.conf_high], rtol=1e-9)


def independent(first: Floats, second: Floats, *, strata: bool = False) -> DesignCells:
    """Units of weight 1 of two groups, each a stratum of its own or both in one."""
    n = len(first) + len(second)
    group = np.repeat([0, 1], [len(first), len(second)])
    one = np.ones(n)
    return DesignCells(
        group, np.arange(n), np.concatenate([first, second]) * one, one, group if strata else 0 * group,
        np.ones(n, np.int64), 2,
    )  # fmt: skip


class TestSmallBesideLarge:
    """The error of a contrast comes from the smaller side, and so do its degrees of freedom."""

    FEW, MANY = np.array([1.0, 2, 5]), np.arange(200) % 5 + 1.0

    @pytest.mark.parametrize("strata", [False, True])
    def test_independent_units_are_those_of_welch(self, strata: bool) -> None:
        found = linearised_contrast(independent(self.FEW, self.MANY, strata=strata), 0)
        v, w = np.var(self.FEW, ddof=1) / 3, np.var(self.MANY, ddof=1) / 200
        assert found.std_error[1] ** 2 == pytest.approx(v + w, rel=1e-10)
        assert found.degrees_of_freedom[1] == pytest.approx((v + w) ** 2 / (v**2 / 2 + w**2 / 199), rel=1e-10)

    @pytest.mark.parametrize("strata", [False, True])
    def test_few_clusters_beside_many_count_as_few(self, strata: bool) -> None:
        few, many = np.array([3.0, 9, 15, 21]), 12.0 + np.arange(40) % 3
        cells = independent(few, many, strata=strata)
        found = linearised_contrast(cells._replace(denominator=np.full(44, 30.0)), 0)
        assert 3 <= found.degrees_of_freedom[1] < 3.2

    def test_clusters_that_hold_both_count_once(self) -> None:
        drawn = np.random.default_rng(4)
        group, psu = np.tile([0, 1], 9), np.repeat(np.arange(9), 2)
        cells = DesignCells(
            group, psu, drawn.integers(1, 9, 18) * 1.0, np.full(18, 10.0), np.zeros(9, int), np.ones(9, int), 2
        )
        found = linearised_contrast(cells, 0)
        assert found.degrees_of_freedom.tolist() == [8, 8]
        # what both sides of a cluster have in common is no difference
        cells = cells._replace(numerator=np.repeat(drawn.integers(1, 9, 9) * 1.0, 2))
        limits = linearised_difference(cells, 0)
        apart = linearised_difference(cells._replace(psu=np.arange(18), stratum=np.zeros(18, int),
                                                     copies=np.ones(18, int)), 0)  # fmt: skip
        assert limits.conf_high[1] - limits.conf_low[1] < 0.2 * (apart.conf_high[1] - apart.conf_low[1])

    def test_strata_of_one_group_need_no_factor(self) -> None:
        assert small_group_factor(independent(self.FEW, self.MANY, strata=True)).tolist() == pytest.approx([1, 1])
        # n / (n - 1), of which the stratum of both has allowed for (n + m) / (n + m - 1)
        assert small_group_factor(independent(self.FEW, self.MANY)).tolist() == pytest.approx(
            [3 / 2 * 202 / 203, 200 / 199 * 202 / 203]
        )

    def test_three_of_four_are_no_more_than_all(self) -> None:
        found = linearised_difference(two_groups([1] * 3 + [0], [1] * 8 + [0] * 34), 1)
        known = newcombe_difference(np.array([3]), np.array([4]), np.array([8]), np.array([42]), 0.95)
        assert found.conf_low[0] < known.conf_low[0]
        assert known.conf_high[0] - 0.01 < found.conf_high[0] < 1


@settings(max_examples=25, deadline=None)
@given(first=samples(), second=samples())
def test_limits_of_a_difference_hold_it_and_lie_inside(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> None:
    cells = independent(first[0], second[0])._replace(denominator=np.concatenate([first[1], second[1]]))
    found = linearised_difference(cells, 0)
    assert -1 - 1e-12 <= found.conf_low[1] <= found.estimate[1] <= found.conf_high[1] <= 1 + 1e-12
    least, most = sorted([len(first[0]) - 1, len(second[0]) - 1])
    assert least - 1e-9 <= linearised_contrast(cells, 0).degrees_of_freedom[1] <= least + most + 1 + 1e-9
