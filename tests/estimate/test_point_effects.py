"""Standardised, weighted and doubly robust effects by hand, and what holds whatever the data."""

from __future__ import annotations

import doctest
import importlib
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Floats
from justice_metrics.estimate.point_contrasts import Contrasts, clusters_of, contrasts, covariance
from justice_metrics.estimate.point_effects import (
    ArmMeans,
    PointCells,
    Weights,
    crude,
    doubly_robust,
    fit_outcome,
    fit_scores,
    g_computation,
    inverse_weights,
    known_scores,
    weighted_means,
)
from justice_metrics.estimate.point_models import linear, logistic

SEVERE = np.array([[0.0], [1.0]])
# Severe or not, supported or not: cases, and cases with the outcome.
TABLE = {(0, True): (10, 4), (0, False): (30, 6), (1, True): (20, 14), (1, False): (10, 5)}


def cells_of(table: dict[tuple[int, bool], tuple[int, int]], **more: Any) -> PointCells:
    rows = [(z, a, y, k if y else n - k) for (z, a), (n, k) in table.items() for y in (1.0, 0.0)]
    pattern, exposed, outcome, n = (np.array(one) for one in zip(*rows, strict=True))
    made = PointCells(pattern, exposed.astype(np.bool_), outcome, n.astype(np.int64), None, None)
    return made._replace(**more)


def four(cells: PointCells, design: Floats) -> dict[str, ArmMeans]:
    """Return g-computation with a model per arm, both weightings, and the doubly robust means."""
    model, scores = fit_outcome(cells, design, modified=design), fit_scores(cells, design)
    weights = inverse_weights(cells, scores)
    stabilised = weights._replace(
        value=weights.stabilised, slope=weights.slope * (weights.stabilised / weights.value)[:, None]
    )
    return {
        "g": g_computation(cells, model),
        "weighted": weighted_means(cells, weights, scores),
        "stabilised": weighted_means(cells, stabilised, scores),
        "both": doubly_robust(cells, model, weights, scores),
    }


class TestByHand:
    """A saturated table: four sevenths of the cases are not severe, and all estimators standardise."""

    CELLS = cells_of(TABLE)
    WITH, WITHOUT = Fraction(37, 70), Fraction(23, 70)

    @pytest.mark.parametrize("name", ["g", "weighted", "stabilised", "both"])
    def test_all_are_the_standardised_shares(self, name: str) -> None:
        found = contrasts(self.CELLS, four(self.CELLS, SEVERE)[name])
        assert found.risk == pytest.approx([float(self.WITH), float(self.WITHOUT)], rel=1e-12)
        odds = (self.WITH / (1 - self.WITH)) / (self.WITHOUT / (1 - self.WITHOUT))
        assert found.estimate == pytest.approx([0.2, float(self.WITH / self.WITHOUT), float(odds)], rel=1e-12)

    @pytest.mark.parametrize("name", ["g", "weighted", "stabilised", "both"])
    def test_all_have_the_variance_of_standardised_shares(self, name: str) -> None:
        # the difference is 0.2 among severe cases and among others, so that only the shares inside them vary
        inside = Fraction(16, 49) * (Fraction(24, 1000) + Fraction(16, 3000))
        inside += Fraction(9, 49) * (Fraction(21, 2000) + Fraction(25, 1000))
        found = contrasts(self.CELLS, four(self.CELLS, SEVERE)[name])
        assert found.std_error[0] ** 2 == pytest.approx(float(inside), rel=1e-10)
        # the mean of the supported varies with the mix too: shares 0.4 and 0.7 about their mean
        own = Fraction(16, 49) * Fraction(24, 1000) + Fraction(9, 49) * Fraction(21, 2000)
        mix = (40 * (Fraction(4, 10) - self.WITH) ** 2 + 30 * (Fraction(7, 10) - self.WITH) ** 2) / 70**2
        assert found.risk_std_error[0] ** 2 == pytest.approx(float(own + mix), rel=1e-10)

    def test_the_crude_shares_are_those_of_the_arms(self) -> None:
        found = contrasts(self.CELLS, crude(self.CELLS))
        assert found.risk == pytest.approx([18 / 30, 11 / 40])
        variance = Fraction(18 * 12, 30**3) + Fraction(11 * 29, 40**3)
        assert found.std_error[0] == pytest.approx(float(variance) ** 0.5)
        assert found.std_error[2] == pytest.approx((1 / 18 + 1 / 12 + 1 / 11 + 1 / 29) ** 0.5)
        assert found.conf_high[1] == pytest.approx(found.estimate[1] * np.exp(1.959963984540054 * found.std_error[1]))

    def test_one_coefficient_for_both_arms_smooths_the_odds(self) -> None:
        # a logistic model without interaction keeps the totals of each arm and of each severity
        model = fit_outcome(self.CELLS, SEVERE)
        n = np.array([[10, 20], [30, 10]])
        assert (model.predicted * n).sum(axis=1) == pytest.approx([18, 11])
        assert (model.predicted * n).sum(axis=0) == pytest.approx([10, 19])

    def test_sampling_weights_count_and_frequencies_repeat(self) -> None:
        # every severe case stands for two: now three fifths are severe
        twice = self.CELLS._replace(weight=np.where(self.CELLS.pattern == 1, 2.0, 1.0))
        found = contrasts(twice, four(twice, SEVERE)["both"])
        assert found.risk == pytest.approx([0.4 * 0.4 + 0.6 * 0.7, 0.4 * 0.2 + 0.6 * 0.5])

    def test_known_scores_and_fixed_weights(self) -> None:
        # a lottery that drew a quarter of the others and two thirds of the severe cases: what it did draw by chance
        scores = known_scores(self.CELLS, np.array([0.25, 2 / 3]))
        weights = inverse_weights(self.CELLS, scores)
        assert weights.value[:4].tolist() == pytest.approx([4, 4, 4 / 3, 4 / 3])
        found = weighted_means(self.CELLS, weights, scores)
        assert found.estimate == pytest.approx([float(self.WITH), float(self.WITHOUT)])
        fitted = four(self.CELLS, SEVERE)["weighted"]
        errors = [np.sqrt(np.diag(covariance(self.CELLS, one.influence))) for one in (found, fitted)]
        assert (errors[0] > errors[1]).all()

    def test_truncated_weights(self) -> None:
        scores = fit_scores(self.CELLS, SEVERE)
        plain = inverse_weights(self.CELLS, scores)
        cut = inverse_weights(self.CELLS, scores, truncate=0.6)
        # by hand: stabilised weights 12/7, 16/21, 9/14, 12/7 on 10, 30, 20 and 10 cases; 0.6 of 70 is the 42nd
        assert sorted(set(plain.stabilised.round(9))) == pytest.approx(sorted({12 / 7, 16 / 21, 9 / 14}))
        assert cut.stabilised.max() == pytest.approx(16 / 21)
        assert self.CELLS.n[cut.cut].sum() == 20
        assert (cut.slope[cut.cut] == 0).all()

    def test_double_robustness_is_exact_in_a_table(self) -> None:
        model, scores = fit_outcome(self.CELLS, SEVERE, modified=SEVERE), fit_scores(self.CELLS, SEVERE)
        wrong_scores = known_scores(self.CELLS, np.array([0.5, 0.1]))
        wrong_model = fit_outcome(self.CELLS, np.empty((2, 0)))
        right = [float(self.WITH), float(self.WITHOUT)]
        for one, two in ((model, wrong_scores), (wrong_model, scores)):
            assert doubly_robust(self.CELLS, one, inverse_weights(self.CELLS, two), two).estimate == pytest.approx(
                right
            )
        neither = doubly_robust(self.CELLS, wrong_model, inverse_weights(self.CELLS, wrong_scores), wrong_scores)
        assert abs(neither.estimate[0] - right[0]) > 0.05


class TestVariance:
    CELLS = cells_of(TABLE)

    def test_clusters_add_up_before_they_are_squared(self) -> None:
        cells = self.CELLS._replace(cluster=np.array([0, 0, 1, 1, 2, 2, 0, 1]))
        influence = np.arange(16.0).reshape(8, 2)
        sums = [sum(influence[c] * cells.n[c] for c in np.flatnonzero(cells.cluster == k)) for k in range(3)]
        wanted = sum(np.outer(one, one) for one in sums) * 3 / 2
        assert covariance(cells, influence) == pytest.approx(wanted)
        assert clusters_of(cells) == 3

    def test_limits_with_clusters_are_those_of_student(self) -> None:
        cells = self.CELLS._replace(cluster=np.array([0, 0, 1, 1, 2, 2, 0, 1]))
        found = contrasts(cells, crude(cells))
        assert (found.conf_high[0] - found.estimate[0]) / found.std_error[0] == pytest.approx(4.302652729911275)

    def test_one_cluster_tells_nothing_of_its_variance(self) -> None:
        cells = self.CELLS._replace(cluster=np.zeros(8, np.int64))
        found = contrasts(cells, crude(cells))
        assert np.isnan(found.std_error).all()
        assert np.isnan(found.p_value).all()
        assert np.isfinite(found.estimate).all()

    def test_every_unit_its_own_cluster(self) -> None:
        cells = self.CELLS
        apart = PointCells(*(np.repeat(one, cells.n) for one in cells[:3]), np.ones(70, np.int64), None, np.arange(70))
        for name, means in four(apart, SEVERE).items():
            one = covariance(apart, means.influence)
            assert one == pytest.approx(covariance(cells, four(cells, SEVERE)[name].influence) * 70 / 69)


class TestEdges:
    def test_nobody_in_an_arm(self) -> None:
        cells = cells_of({(0, False): (30, 6), (1, False): (10, 5)})
        for means in (crude(cells), *four(cells, SEVERE).values()):
            found = contrasts(cells, means)
            assert np.isnan(found.estimate).all()
            assert np.isnan(found.std_error).all()

    def test_an_arm_without_an_outcome_has_no_interval(self) -> None:
        cells = cells_of({**TABLE, (0, True): (10, 0), (1, True): (20, 0)})
        found = contrasts(cells, crude(cells))
        assert found.estimate[0] == pytest.approx(-11 / 40)
        assert np.isnan(found.estimate[1:]).all()
        assert np.isnan(found.conf_low).all()
        model = fit_outcome(cells, SEVERE)
        assert model.separated
        assert g_computation(cells, model).estimate == pytest.approx([0, 0.4 / 7 * 10 * 0.2 + 3 / 7 * 0.5], abs=1e-6)

    def test_separated_scores_are_said(self) -> None:
        cells = cells_of({(0, True): (10, 4), (1, True): (20, 14), (1, False): (10, 5)})
        scores = fit_scores(cells, SEVERE)
        assert scores.separated
        assert scores.probability == pytest.approx([1, 2 / 3], abs=1e-6)
        assert not fit_scores(cells_of(TABLE), SEVERE).separated

    def test_a_covariate_that_one_arm_does_not_have_is_guessed(self) -> None:
        cells = cells_of({(0, True): (10, 4), (1, True): (20, 14), (1, False): (10, 5)})
        assert fit_outcome(cells, SEVERE, modified=SEVERE).guessed.tolist() == [[False, False], [True, False]]
        assert not fit_outcome(cells, SEVERE).guessed.any()

    def test_columns_that_say_the_same_do_no_harm(self) -> None:
        cells = cells_of(TABLE)
        doubled = np.hstack([SEVERE, 1 - SEVERE, 2_000 + SEVERE])
        for name, means in four(cells, doubled).items():
            assert means.estimate == pytest.approx(four(cells, SEVERE)[name].estimate, rel=1e-9)
            assert covariance(cells, means.influence) == pytest.approx(
                covariance(cells, four(cells, SEVERE)[name].influence), rel=1e-7
            )

    def test_a_cell_of_nobody_changes_nothing(self) -> None:
        cells = cells_of({**TABLE, (0, True): (10, 4)})
        more = PointCells(*(np.append(one, one[:1]) for one in cells[:4]), None, None)
        more.n[-1] = 0
        for name, means in four(more, SEVERE).items():
            assert means.estimate == pytest.approx(four(cells, SEVERE)[name].estimate)
            assert covariance(more, means.influence) == pytest.approx(
                covariance(cells, four(cells, SEVERE)[name].influence)
            )

    def test_a_continuous_outcome_has_a_difference_and_no_odds(self) -> None:
        cells = cells_of(TABLE)
        found = contrasts(cells, crude(cells._replace(outcome=cells.outcome * 10 - 20)), binary=False)
        assert found.estimate[0] == pytest.approx(10 * (18 / 30 - 11 / 40))
        assert np.isnan(found.estimate[2])
        assert np.isnan(found.std_error[1])
        assert found.risk_low[0] < found.risk[0] < found.risk_high[0]

    def test_large_numbers_and_far_years_do_not_lose_digits(self) -> None:
        rng = np.random.default_rng(4)
        year, y = 2_000 + rng.integers(0, 20, 400), rng.random(400) < 0.4
        one = np.ones(400)
        design = np.column_stack([one, year])
        near = np.column_stack([one, year - 2_010])
        fits = [logistic(x.astype(np.float64), y.astype(np.float64), one, one).mean for x in (design, near)]
        assert fits[0] == pytest.approx(fits[1], rel=1e-11)
        lines = [linear(x.astype(np.float64), y * 1e6, one, one).mean for x in (design, near)]
        assert lines[0] == pytest.approx(lines[1], rel=1e-11)


@st.composite
def tables(draw: st.DrawFn) -> PointCells:
    """Three patterns, both arms and both outcomes in each, sampling weights, some clusters."""
    count = st.integers(1, 9)
    n = np.array([draw(count) for _ in range(12)])
    pattern, exposed, outcome = (
        np.repeat(np.arange(3), 4),
        np.tile([True, True, False, False], 3),
        np.tile([1.0, 0.0], 6),
    )
    weight = np.array(draw(st.lists(st.sampled_from([0.5, 1.0, 2.5]), min_size=12, max_size=12)))
    cluster = np.array(draw(st.lists(st.integers(0, 4), min_size=12, max_size=12)))
    return PointCells(pattern, exposed, outcome, n, weight, cluster)


DESIGN = np.array([[0.0], [1.0], [2.5]])


def answers(cells: PointCells) -> list[Contrasts]:
    model, scores = fit_outcome(cells, DESIGN), fit_scores(cells, DESIGN)
    weights = inverse_weights(cells, scores)
    found = [
        crude(cells),
        g_computation(cells, model),
        weighted_means(cells, weights, scores),
        doubly_robust(cells, model, weights, scores),
    ]
    return [contrasts(cells, one) for one in found]


class TestProperties:
    @settings(max_examples=40, deadline=None)
    @given(tables())
    def test_a_frequency_is_that_many_cells(self, cells: PointCells) -> None:
        apart = PointCells(*(np.repeat(one, cells.n) for one in cells))  # type: ignore[arg-type]
        apart = apart._replace(n=np.ones(len(apart.n), np.int64))
        for one, two in zip(answers(cells), answers(apart), strict=True):
            assert one.estimate == pytest.approx(two.estimate, rel=1e-9)
            assert one.std_error == pytest.approx(two.std_error, rel=1e-7, nan_ok=True)

    @settings(max_examples=40, deadline=None)
    @given(tables(), st.sampled_from([0.1, 7.0]))
    def test_only_the_proportions_of_sampling_weights_matter(self, cells: PointCells, factor: float) -> None:
        assert cells.weight is not None
        for one, two in zip(answers(cells), answers(cells._replace(weight=cells.weight * factor)), strict=True):
            assert one.estimate == pytest.approx(two.estimate, rel=1e-9)
            assert one.std_error == pytest.approx(two.std_error, rel=1e-7, nan_ok=True)

    @settings(max_examples=40, deadline=None)
    @given(tables())
    def test_the_other_way_round_is_the_opposite(self, cells: PointCells) -> None:
        other = cells._replace(exposed=~cells.exposed)
        opposite = cells._replace(outcome=1 - cells.outcome)
        for one, two, three in zip(answers(cells), answers(other), answers(opposite), strict=True):
            assert two.estimate == pytest.approx([-one.estimate[0], *(1 / one.estimate[1:])], rel=1e-8, abs=1e-10)
            assert two.std_error == pytest.approx(one.std_error, rel=1e-6, nan_ok=True)
            assert three.estimate[0] == pytest.approx(-one.estimate[0], rel=1e-8, abs=1e-10)
            assert three.estimate[2] == pytest.approx(1 / one.estimate[2], rel=1e-8)

    @settings(max_examples=25, deadline=None)
    @given(tables())
    def test_weights_add_up_to_everybody_in_each_arm(self, cells: PointCells) -> None:
        scores = fit_scores(cells, DESIGN)
        weights: Weights = inverse_weights(cells, scores)
        assert cells.mass @ weights.value == pytest.approx(2 * cells.mass.sum(), rel=0.2)
        # the score equations: covariates are balanced exactly between the fitted and the observed
        fitted = cells.mass @ (scores.probability[cells.pattern][:, None] * DESIGN[cells.pattern])
        assert fitted == pytest.approx((cells.mass * cells.exposed) @ DESIGN[cells.pattern], rel=1e-9)


@pytest.mark.parametrize("name", ["point_models", "point_effects", "point_contrasts"])
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
