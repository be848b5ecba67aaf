"""Balance, overlap and pseudo-values by hand and against the curves that they come from."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.point_balance import overlap, point_balance
from justice_metrics.estimate.point_contrasts import contrasts
from justice_metrics.estimate.point_effects import (
    PointCells,
    crude,
    fit_scores,
    inverse_weights,
    known_scores,
)
from justice_metrics.estimate.pseudo_values import pseudo_incidence
from justice_metrics.estimate.robust import robust_curves
from justice_metrics.estimate.rows import Rows

# Severe or not; ten and twenty supported, thirty and ten not.
CELLS = PointCells(
    np.array([0, 1, 0, 1]), np.array([True, True, False, False]), np.zeros(4), np.array([10, 20, 30, 10]), None, None
)
SEVERE = np.array([[0.0], [1.0]])


class TestBalance:
    def test_by_hand(self) -> None:
        found = point_balance(CELLS, SEVERE, inverse_weights(CELLS, fit_scores(CELLS, SEVERE)))
        assert found.means[:, 0].tolist() == pytest.approx([2 / 3, 1 / 4])
        assert found.weighted_means[:, 0].tolist() == pytest.approx([3 / 7, 3 / 7])
        scale = ((2 / 9 + 3 / 16) / 2) ** 0.5
        assert found.difference[0] == pytest.approx((2 / 3 - 1 / 4) / scale)
        assert found.weighted_difference[0] == pytest.approx(0, abs=1e-9)

    def test_a_lottery_that_was_known_leaves_what_chance_did(self) -> None:
        found = point_balance(CELLS, SEVERE, inverse_weights(CELLS, known_scores(CELLS, np.array([0.5, 0.5]))))
        assert found.weighted_difference == pytest.approx(found.difference)

    def test_what_does_not_vary_has_no_difference(self) -> None:
        columns = np.array([[2_015.0, 0.0], [2_015.0, 0.0]])
        found = point_balance(CELLS, columns, inverse_weights(CELLS, fit_scores(CELLS, SEVERE)))
        assert np.isnan(found.difference).all()
        assert found.means[:, 0].tolist() == [2_015.0, 2_015.0]

    def test_sampling_weights_count(self) -> None:
        weighted = CELLS._replace(weight=np.array([2.0, 1.0, 1.0, 1.0]))
        found = point_balance(weighted, SEVERE, inverse_weights(weighted, fit_scores(weighted, SEVERE)))
        assert found.means[0, 0] == pytest.approx(0.5)


class TestOverlap:
    def test_by_hand(self) -> None:
        scores = fit_scores(CELLS, SEVERE)
        seen = overlap(CELLS, scores, inverse_weights(CELLS, scores), bins=5)
        # probabilities are 1/4 and 2/3: the second and the fourth bin
        assert seen.shares == pytest.approx(np.array([[0, 1 / 3, 0, 2 / 3, 0], [0, 3 / 4, 0, 1 / 4, 0]]))
        assert seen.weighted_shares[:, 1].tolist() == pytest.approx([4 / 7, 4 / 7])
        assert seen.lowest.tolist() == pytest.approx([1 / 4, 1 / 4])
        assert seen.highest.tolist() == pytest.approx([2 / 3, 2 / 3])
        # ten weights of 4 and twenty of 3/2: 70 squared over 205
        assert seen.effective[0] == pytest.approx(70**2 / (10 * 16 + 20 * 2.25))
        assert seen.extreme == 0

    def test_extreme_scores_are_counted_and_one_lies_in_the_last_bin(self) -> None:
        scores = known_scores(CELLS, np.array([0.01, 1.0]))
        seen = overlap(CELLS, scores, inverse_weights(CELLS, scores))
        assert seen.extreme == 70
        assert seen.shares[0, -1] == pytest.approx(2 / 3)
        assert np.isfinite(seen.weighted_shares[0]).all()

    def test_nobody_in_an_arm(self) -> None:
        alone = CELLS._replace(exposed=np.ones(4, np.bool_))
        scores = known_scores(alone, np.array([0.5, 0.5]))
        seen = overlap(alone, scores, inverse_weights(alone, scores))
        assert np.isnan(seen.shares[1]).all()
        assert np.isnan(seen.lowest[1])
        assert np.isnan(seen.effective[1])


def rows_of(exit_: list[int], code: list[int], **more: object) -> Rows:
    zero = np.zeros(len(exit_), np.int64)
    made = Rows(
        (zero - 1).astype(np.int32), np.array(exit_, np.int32), np.array(code), zero + 1, None, zero, zero, None
    )
    return made._replace(**more)


class TestPseudoValues:
    def test_without_censoring_they_say_who_ended(self) -> None:
        values = pseudo_incidence(rows_of([3, 8, 9, 12], [1, 2, 1, 0]), 9)
        assert values == pytest.approx(np.array([[1, 0], [0, 1], [1, 0], [0, 0]]), abs=1e-12)

    def test_a_censored_case_gets_what_is_left_of_its_group(self) -> None:
        # day 1 one of four ends, one is censored on day 2, one of two ends on day 3: 1/4 + 3/4 * 1/2
        values = pseudo_incidence(rows_of([1, 2, 3, 9], [1, 0, 1, 0]), 5)[:, 0]
        assert values.mean() == pytest.approx(5 / 8)
        # of those who were there after day 2, half ended by day 5; leaving it out, 4 * 5/8 - 3 * 2/3 says the same
        assert values[1] == pytest.approx(1 / 2)
        assert values[0] == pytest.approx(1)

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(
            st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(1, 3), st.sampled_from([0.5, 1.0, 3.0])),
            min_size=4,
            max_size=15,
        ),
        st.integers(0, 12),
    )
    def test_their_mean_and_its_error_are_those_of_the_curve(
        self, cells: list[tuple[int, int, int, float]], day: int
    ) -> None:
        exit_, code, n, weight = (list(one) for one in zip(*cells, strict=True))
        rows = rows_of(exit_, code, n=np.array(n), weight=np.array(weight))
        values = pseudo_incidence(rows, day, outcomes=2)
        points = PointCells(rows.pattern, rows.stratum == 0, values[:, 0], rows.n, rows.weight, None)
        found = contrasts(points, crude(points), binary=False)
        curve = robust_curves(rows, "incidence", outcomes=2)
        at = int(np.searchsorted(curve.days, day, side="right")) - 1
        wanted = (0.0, 0.0) if at < 0 else (curve.estimate[0, 0, at], curve.std_error[0, 0, at])
        assert found.risk[0] == pytest.approx(wanted[0], abs=1e-12)
        assert np.nan_to_num(found.risk_std_error[0]) == pytest.approx(wanted[1], rel=1e-8, abs=1e-8)

    def test_groups_are_told_apart(self) -> None:
        rows = rows_of([1, 2, 3, 9, 5, 5], [1, 0, 1, 0, 1, 0], stratum=np.array([0, 0, 0, 0, 1, 1]))
        values = pseudo_incidence(rows, 5, groups=2)[:, 0]
        assert values[:4] == pytest.approx(pseudo_incidence(rows_of([1, 2, 3, 9], [1, 0, 1, 0]), 5)[:, 0])
        assert values[4:] == pytest.approx([1, 0])

    def test_ten_thousand_on_one_day(self) -> None:
        rows = rows_of([7, 7, 9], [1, 2, 0], n=np.array([10_000, 20_000, 10_000]))
        assert pseudo_incidence(rows, 7) == pytest.approx(np.array([[1, 0], [0, 1], [0, 0]]), abs=1e-9)


@pytest.mark.parametrize("name", ["point_balance", "pseudo_values"])
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
