"""Two groups of answers, and means with their limits, against R, scipy, published numbers and by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from justice_metrics.estimate.ordered_answers import bootstrap_mean, brunner_munzel, student_mean, welch_difference

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"perceptions_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> np.ndarray:
    return np.array([float(one) for one in text.split()])


def counted(answers: np.ndarray, points: int = 5) -> np.ndarray:
    return np.bincount(answers.astype(int), minlength=points + 1)[1:]


@pytest.mark.parametrize("row", rows("groups"), ids=lambda row: row["set"])
class TestAgainstR:
    def test_welch(self, row: dict[str, str]) -> None:
        found = welch_difference(numbers(row["x"]), numbers(row["y"]))
        for own, theirs in zip(found, ("difference", "low", "high", "p_value"), strict=True):
            assert own == pytest.approx(float(row[theirs]), rel=1e-11)

    def test_the_relative_effect_is_the_rank_sum(self, row: dict[str, str]) -> None:
        x, y = numbers(row["x"]), numbers(row["y"])
        found = brunner_munzel(counted(x), counted(y))
        assert found.estimate == pytest.approx(float(row["effect"]), rel=1e-12)
        assert found.p_value == pytest.approx(float(stats.brunnermunzel(x, y).pvalue), rel=1e-9)


class TestPublished:
    def test_pain_scores_of_brunner_and_munzel(self) -> None:
        # effect, limits and p value as the authors print them: 0.79, 0.60 to 0.98, 0.0058
        row = next(one for one in rows("groups") if one["set"] == "pain")
        found = brunner_munzel(counted(numbers(row["x"])), counted(numbers(row["y"])))
        assert (round(found.estimate, 2), round(found.conf_low, 2), round(found.conf_high, 2)) == (0.79, 0.60, 0.98)
        assert round(found.p_value, 4) == 0.0058


class TestByHand:
    def test_the_relative_effect(self) -> None:
        # of 2 x 2 pairs: 1 < 2, 1 < 3, 2 = 2 (half), 2 < 3
        assert brunner_munzel(np.array([1, 1, 0]), np.array([0, 1, 1])).estimate == 3.5 / 4

    @pytest.mark.parametrize("row", rows("means"), ids=lambda row: row["set"])
    def test_student_as_in_r(self, row: dict[str, str]) -> None:
        found = student_mean(numbers(row["x"]), 0.9)
        assert found == pytest.approx((float(row["mean"]), float(row["low"]), float(row["high"])), rel=1e-11)

    def test_bootstrap_comes_near_that_of_scipy(self) -> None:
        scores = np.array([1.0, 1, 1, 2, 5, 1, 1, 3, 4, 1, 2, 2, 1, 5])
        theirs = stats.bootstrap((scores,), np.mean, n_resamples=20_000, rng=np.random.default_rng(1), method="BCa")
        found = bootstrap_mean(scores, draws=20_000)
        assert found.conf_low == pytest.approx(theirs.confidence_interval.low, abs=0.03)
        assert found.conf_high == pytest.approx(theirs.confidence_interval.high, abs=0.03)
        assert found == bootstrap_mean(scores, draws=20_000)
        # the tail that is longer lies farther away
        assert found.conf_high - found.estimate > found.estimate - found.conf_low


class TestEdges:
    def test_too_few_people(self) -> None:
        assert np.isnan(brunner_munzel(np.array([1, 0]), np.array([3, 4])).estimate)
        assert np.isnan(welch_difference(np.zeros(1), np.zeros(5)).p_value)
        assert np.isnan(student_mean(np.zeros(0)).estimate)
        assert student_mean(np.ones(1))[0] == 1
        assert np.isnan(student_mean(np.ones(1)).conf_low)
        assert np.isnan(bootstrap_mean(np.zeros(0)).estimate)

    def test_no_doubt_without_difference_inside_the_groups(self) -> None:
        apart = brunner_munzel(np.array([5, 0]), np.array([0, 5]))
        assert apart.estimate == 1
        assert np.isnan(apart.conf_low)
        # of 252 ways to part ten people in two fives, two stand wholly apart
        assert apart.p_value == 2 / 252
        assert brunner_munzel(np.array([5, 0]), np.array([9, 0])).p_value == 1
        same = welch_difference(np.full(4, 2.0), np.full(4, 3.0))
        assert same.estimate == 1
        assert np.isnan(same.conf_low)
        assert same.p_value == 2 / 70
        assert welch_difference(np.full(4, 2.0), np.full(9, 2.0)).p_value == 1
        assert brunner_munzel(np.array([900, 0]), np.array([0, 900])).p_value < 1e-300
        assert np.isnan(bootstrap_mean(np.full(6, 4.0)).conf_low)


class TestOneGroupWithoutSpread:
    """Where all of a group say the same, an error from the other group alone would be too small."""

    def test_the_p_value_is_that_of_permutations(self) -> None:
        first, second = np.array([5, 0, 0]), np.array([6, 3, 1])
        found = brunner_munzel(first, second)
        assert found.estimate == pytest.approx((0.5 * 6 + 3 + 1) / 10)
        assert np.isnan(found.conf_low)
        # all ways to choose the five among fifteen, by the number of them on each point
        from math import comb

        below = np.cumsum(first + second) - (first + second) / 2
        far = total = 0
        middle = 5 * float((first + second) @ below) / 15
        for two in range(4):
            for three in range(2):
                one = 5 - two - three
                ways = comb(11, one) * comb(3, two) * comb(1, three)
                total += ways
                away = abs(np.array([one, two, three]) @ below - middle)
                far += ways * (away >= abs(5 * below[0] - middle) - 1e-9)
        assert total == comb(15, 5)
        assert found.p_value == pytest.approx(far / total, abs=0.012)
        assert found == brunner_munzel(first, second)

    def test_means_too(self) -> None:
        found = welch_difference(np.full(5, 5.0), np.array([5.0] * 30 + [4.0] * 8 + [3.0] * 2))
        assert np.isnan(found.conf_low)
        assert 0.2 < found.p_value <= 1
        assert np.isnan(student_mean(np.full(4, 4.0)).conf_low)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_turned_round(first: list[int], second: list[int]) -> None:
    x, y = np.array(first), np.array(second)
    one, two = brunner_munzel(x, y), brunner_munzel(y, x)
    if np.isfinite(one.estimate):
        assert one.estimate + two.estimate == pytest.approx(1)
        assert 0 <= one.estimate <= 1
        np.testing.assert_allclose(one.p_value, two.p_value, rtol=1e-9, atol=0.02 if np.isnan(one.conf_low) else 0)
        # the scale upside down, too
        assert brunner_munzel(x[::-1], y[::-1]).estimate == pytest.approx(1 - one.estimate)
