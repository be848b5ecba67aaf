"""Alpha and AC of any number of coders: published examples to the printed digits, by hand, by brute force, edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.agreement import Weighting, kappa
from justice_metrics.estimate.several_coders import (
    Alpha,
    Ratings,
    alpha_by_resampling,
    alpha_of_numbers,
    gwet_agreement,
    krippendorff_alpha,
    ratings_of,
)

NONE = float("nan")
# Krippendorff (2011), example C: four observers, twelve units, values missing.
VALUES = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
).T
FOUR = ratings_of(np.where(np.isnan(VALUES), 0, VALUES).astype(np.int64) - 1, 5)
# The first 15 patients of Fleiss (1971), six psychiatrists, in Gwet (2014) and in R irrCAC as distrib.6raters.
SIX = Ratings(
    np.array(
        [
            *([0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0]),
            *([2, 0, 4, 0, 0], [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6]),
            *([1, 0, 0, 5, 0], [1, 1, 0, 4, 0], [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1]),
        ],
        np.float64,
    ),
    np.ones(15),
)
# R irrCAC, cont3x3abstractors.
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])


def of_table(table: np.ndarray) -> Ratings:
    pairs = [(i, j) for i in range(len(table)) for j in range(len(table)) for _ in range(table[i, j])]
    return ratings_of(np.array(pairs, np.int64).reshape(-1, 2), len(table))


class TestPublished:
    """Figures as they are printed in the sources that are named."""

    def test_krippendorff_2011_two_observers(self) -> None:
        binary = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
        assert round(krippendorff_alpha(ratings_of(binary, 2)).estimate, 3) == 0.095
        letters = np.array([["abcde".index(one) for one in text] for text in ("aabbdcccedda", "babbbcccedd" + "d")]).T
        assert round(krippendorff_alpha(ratings_of(letters, 5)).estimate, 3) == 0.692

    def test_krippendorff_2011_four_observers_with_gaps(self) -> None:
        assert round(krippendorff_alpha(FOUR).estimate, 3) == 0.743
        assert round(krippendorff_alpha(FOUR, "ordinal").estimate, 3) == 0.815
        assert round(alpha_of_numbers(VALUES).estimate, 3) == 0.849

    def test_gwet_of_four_raters_with_gaps(self) -> None:
        """R irrCAC 1.0, cac.raw4raters; AC2 by its port to Python (0.4)."""
        found = gwet_agreement(FOUR)
        printed = (round(found.observed, 7), round(found.expected, 7), round(found.estimate, 5))
        assert printed == (0.8181818, 0.1903212, 0.77544)
        assert (round(found.std_error, 5), round(found.conf_low, 3), found.conf_high) == (0.14295, 0.461, 1)
        for weighting, estimate, error in (("linear", 0.85873914, 0.11732902), ("quadratic", 0.91400072, 0.10396224)):
            weighted = gwet_agreement(FOUR, weighting)
            assert (round(weighted.estimate, 8), round(weighted.std_error, 8)) == (estimate, error)

    def test_gwet_of_six_raters(self) -> None:
        found = gwet_agreement(SIX)
        assert (round(found.estimate, 7), round(found.std_error, 8)) == (0.4448007, 0.08418757)
        assert (round(found.conf_low, 3), round(found.conf_high, 3)) == (0.264, 0.625)
        alpha = krippendorff_alpha(SIX)
        assert round(alpha.estimate, 7) == 0.4204384
        # irrCAC linearises, the jackknife is a little wider
        assert alpha.std_error == pytest.approx(0.08243228, rel=0.02)

    def test_two_abstractors(self) -> None:
        ratings = of_table(ABSTRACTORS)
        assert round(kappa(ABSTRACTORS).estimate, 7) == 0.7964094
        found = gwet_agreement(ratings)
        assert round(found.estimate, 7) == 0.8493305
        # printed with the divisor n, here n - 1
        assert round(found.std_error * math.sqrt(99 / 100), 8) == 0.04321747
        assert round(krippendorff_alpha(ratings).estimate, 7) == 0.7972585

    def test_cohen_1960(self) -> None:
        """Two psychiatrists, 200 patients: po .70, pc .41, kappa .492."""
        found = kappa(np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
        assert (round(found.observed, 2), round(found.expected, 2), round(found.estimate, 3)) == (0.70, 0.41, 0.492)


def by_definition(codes: np.ndarray, levels: int, *, ordinal: bool) -> float:
    """Alpha by its definition, pair by pair."""
    units = [[one for one in unit if one >= 0] for unit in codes.tolist()]
    units = [unit for unit in units if len(unit) > 1]
    n = [sum(unit.count(level) for unit in units) for level in range(levels)]

    def distance(a: int, b: int) -> float:
        low, high = sorted((a, b))
        return (sum(n[low : high + 1]) - (n[low] + n[high]) / 2) ** 2 if ordinal else float(a != b)

    within = sum(
        distance(a, b) / (len(unit) - 1)
        for unit in units
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    )
    among = sum(n[a] * n[b] * distance(a, b) for a in range(levels) for b in range(levels))
    return 1 - (sum(n) - 1) * within / among if among else NONE


CODES = st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=1, max_size=12)


class TestByDefinition:
    @given(CODES)
    def test_alpha(self, rows: list[list[int]]) -> None:
        codes = np.array(rows)
        for metric in ("nominal", "ordinal"):
            found = krippendorff_alpha(ratings_of(codes, 4), metric).estimate
            assert found == pytest.approx(by_definition(codes, 4, ordinal=metric == "ordinal"), abs=1e-9, nan_ok=True)

    @given(CODES)
    def test_limits_hold_the_estimate_and_stay_in_bounds(self, rows: list[list[int]]) -> None:
        ratings = ratings_of(np.array(rows), 4)
        for found in (krippendorff_alpha(ratings), krippendorff_alpha(ratings, "ordinal"), gwet_agreement(ratings)):
            if not math.isnan(found.std_error):
                assert found.conf_low <= found.estimate + 1e-9 <= found.conf_high + 2e-9 <= 1 + 2e-9

    @given(CODES)
    def test_order_matters_to_ordinal_only_up_to_turning(self, rows: list[list[int]]) -> None:
        codes = np.array(rows)
        turned = np.where(codes < 0, -1, 3 - codes)
        for metric in ("nominal", "ordinal"):
            one, two = (krippendorff_alpha(ratings_of(each, 4), metric) for each in (codes, turned))
            assert one.estimate == pytest.approx(two.estimate, abs=1e-9, nan_ok=True)
            assert one.std_error == pytest.approx(two.std_error, abs=1e-7, nan_ok=True)

    def test_leaving_out_one_unit_by_hand(self) -> None:
        codes = np.array([[0, 0], [0, 1], [1, 1], [1, 1], [0, 0], [2, 1], [2, 2]])
        without = np.array([by_definition(np.delete(codes, place, 0), 3, ordinal=True) for place in range(len(codes))])
        error = math.sqrt(6 / 7 * ((without - without.mean()) ** 2).sum())
        assert krippendorff_alpha(ratings_of(codes, 3), "ordinal").std_error == pytest.approx(error)

    def test_numbers_are_levels_with_distances(self) -> None:
        days = np.array([[17000.0, 17000], [17010, 17012], [17100, 17100], [17150, 17143]])
        moved = alpha_of_numbers((days - 17000) * 3)
        assert alpha_of_numbers(days).estimate == pytest.approx(moved.estimate, abs=1e-12)
        assert alpha_of_numbers(days).std_error == pytest.approx(moved.std_error, abs=1e-12)
        within = sum(2 * (a - b) ** 2 for a, b in days)
        among = sum((a - b) ** 2 for a in days.ravel() for b in days.ravel())
        assert alpha_of_numbers(days).estimate == pytest.approx(1 - 7 * within / among)
        without = [alpha_of_numbers(np.delete(days, place, 0)).estimate for place in range(4)]
        assert alpha_of_numbers(days).std_error == pytest.approx(np.std(without) * math.sqrt(3))

    def test_two_coders_are_a_case_of_several(self) -> None:
        """For two complete codings alpha is Scott's pi with the correction of small samples."""
        found = krippendorff_alpha(of_table(ABSTRACTORS)).estimate
        q = (ABSTRACTORS.sum(axis=0) + ABSTRACTORS.sum(axis=1)) / 200
        pi = (0.89 - (q**2).sum()) / (1 - (q**2).sum())
        assert found == pytest.approx(1 - (1 - pi) * 199 / 200)

    def test_drawing_again_agrees_with_leaving_out(self) -> None:
        ratings = of_table(np.array([[180, 20, 5], [15, 150, 10], [6, 12, 90]]))
        for metric in ("nominal", "ordinal"):
            left_out, drawn = krippendorff_alpha(ratings, metric), alpha_by_resampling(ratings, metric)
            assert drawn.std_error == pytest.approx(left_out.std_error, rel=0.08)
            assert drawn.conf_low == pytest.approx(left_out.conf_low, abs=0.01)


class TestGwetByHand:
    def test_chance_corrected_of_gwet(self) -> None:
        # 118 of 125 alike on one level, 2 on the other; q = (118 + 118 + 5) / 250, (p - 2q(1-q)) / (1 - 2q(1-q))
        q = (2 * 118 + 5) / 250
        expected = 2 * q * (1 - q)
        found = gwet_agreement(of_table(np.array([[118, 5], [0, 2]])))
        assert found.estimate == pytest.approx((120 / 125 - expected) / (1 - expected))

    @pytest.mark.parametrize("table", [[[118, 5], [0, 2]], [[20, 5, 1], [4, 30, 6], [0, 3, 11]]])
    def test_error_of_gwet(self, table: list[list[int]]) -> None:
        p = np.array(table) / np.sum(table)
        n, k, q = np.sum(table), len(table), (p.sum(axis=0) + p.sum(axis=1)) / 2
        agreed, chance = np.trace(p), (q * (1 - q)).sum() / (k - 1)
        ac1 = (agreed - chance) / (1 - chance)
        # Gwet (2008), equation for two coders, all files a sample of many
        both = sum(p[i, j] * (1 - (q[i] + q[j]) / 2) ** 2 for i in range(k) for j in range(k)) / (k - 1) ** 2
        diagonal = (np.diag(p) * (1 - q)).sum() / (k - 1)
        variance = agreed * (1 - agreed) - 4 * (1 - ac1) * (diagonal - agreed * chance)
        variance = (variance + 4 * (1 - ac1) ** 2 * (both - chance**2)) / (n - 1) / (1 - chance) ** 2
        found = gwet_agreement(of_table(np.array(table)))
        assert (found.estimate, found.std_error) == pytest.approx((ac1, np.sqrt(variance)))

    def test_weights_of_gwet_by_hand(self) -> None:
        # near labels count half: 30 alike, 10 near, none far, of 40; q = 1/3 each by symmetry of the table
        table = np.array([[10, 2, 0], [3, 10, 3], [0, 2, 10]])
        q = (table.sum(axis=0) + table.sum(axis=1)) / 80
        chance = (3 + 4 * 0.5) / 6 * (q * (1 - q)).sum()
        found = gwet_agreement(of_table(table), "linear")
        assert found.observed == pytest.approx(35 / 40)
        assert found.estimate == pytest.approx((35 / 40 - chance) / (1 - chance))
        assert found.conf_low < found.estimate < found.conf_high


class TestEdges:
    def test_nothing_to_compare(self) -> None:
        alone = ratings_of(np.array([[0, -1], [-1, 1]]), 2)
        assert krippendorff_alpha(alone).units == 0
        assert math.isnan(krippendorff_alpha(alone).estimate)
        assert math.isnan(alpha_by_resampling(alone).estimate)
        assert math.isnan(gwet_agreement(alone).estimate)
        assert math.isnan(krippendorff_alpha(ratings_of(np.zeros((0, 2), np.int64), 2)).estimate)
        assert math.isnan(alpha_of_numbers(np.full((3, 2), NONE)).estimate)

    def test_one_level_only(self) -> None:
        alike = ratings_of(np.zeros((9, 2), np.int64), 3)
        assert math.isnan(krippendorff_alpha(alike).estimate)
        assert math.isnan(gwet_agreement(alike).estimate)
        assert math.isnan(alpha_of_numbers(np.full((9, 2), 17000.0)).estimate)

    @pytest.mark.parametrize("n", [10, 30])
    def test_full_agreement_is_not_certain(self, n: int) -> None:
        codes = np.array([[0, 0]] * n + [[1, 1]] * n)
        found: list[Alpha] = [krippendorff_alpha(ratings_of(codes, 2), metric) for metric in ("nominal", "ordinal")]
        found += [alpha_of_numbers(codes * 30.0), alpha_by_resampling(ratings_of(codes, 2))]
        for one in found:
            assert (one.estimate, one.conf_high) == (1, 1)
            assert 0.5 < one.conf_low < 0.95
        assert gwet_agreement(ratings_of(codes, 2)).conf_low == pytest.approx(kappa(np.diag([n, n])).conf_low)

    def test_a_single_unit(self) -> None:
        found = krippendorff_alpha(ratings_of(np.array([[0, 1]]), 2))
        assert (found.estimate, found.units) == (0, 1)

    def test_one_unit_is_all_there_is_to_tell(self) -> None:
        codes = np.array([[0, 0]] * 30 + [[0, 1]])
        for found in (
            krippendorff_alpha(ratings_of(codes, 2)),
            alpha_by_resampling(ratings_of(codes, 2)),
            alpha_of_numbers(codes * 1.0),
        ):
            assert found.estimate == pytest.approx(0, abs=0.05)
            assert math.isnan(found.conf_low)

    def test_a_level_that_nobody_uses_changes_nothing(self) -> None:
        codes = np.array([[0, 0], [0, 1], [1, 1]])
        assert krippendorff_alpha(ratings_of(codes, 2), "ordinal") == krippendorff_alpha(
            ratings_of(codes, 9), "ordinal"
        )
        assert gwet_agreement(ratings_of(codes, 2)) == gwet_agreement(ratings_of(codes, 9))


class TestNoErrorOfItsOwn:
    """Agreement on every file, or on none, has no error in a large sample: the number of files is all that it tells."""

    def test_full_disagreement_has_an_upper_limit(self) -> None:
        table = np.array([[0, 5], [5, 0]])
        never = kappa(table)
        # Wilson: none of 10 is at most z^2 / (10 + z^2); chance alone gives 1/2
        highest = 1.959964**2 / (10 + 1.959964**2)
        assert never.estimate == -1
        assert never.conf_low == -1
        assert never.conf_high == pytest.approx((highest - 0.5) / 0.5, abs=1e-6)
        ratings = ratings_of(np.array([[0, 1]] * 5 + [[1, 0]] * 5), 2)
        for found in (gwet_agreement(ratings), krippendorff_alpha(ratings)):
            assert found.conf_low <= found.estimate < found.conf_high < 0

    @pytest.mark.parametrize("weighting", ["none", "linear", "quadratic"])
    def test_a_label_that_nobody_uses_moves_nothing(self, weighting: Weighting) -> None:
        table = np.array([[20, 3], [2, 15]])
        wider = np.zeros((4, 4))
        wider[1:3, 1:3] = table
        assert kappa(wider, weighting) == pytest.approx(kappa(table, weighting))
        alike = np.diag([20, 20])
        wider[1:3, 1:3] = alike
        assert kappa(wider, weighting) == pytest.approx(kappa(alike, weighting))
        codes = np.repeat(np.array([[0, 0], [0, 1], [1, 1]]), [20, 5, 15], axis=0)
        assert gwet_agreement(ratings_of(codes + 1, 4), weighting) == pytest.approx(
            gwet_agreement(ratings_of(codes, 2), weighting)
        )
