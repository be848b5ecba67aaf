"""Limits of scores and of reliability keep their promise, and tests of groups find hardly anything where nothing is.

Observed with these seeds: Feldt's limits of alpha hold the truth in 95.0 % (40 people), with normal items and with five
points alike; Student's limits of a mean score in 95.0 and 95.1 % (10 and 30 people), those by drawing again in 92.2 and
94.7 %; of a lopsided scale, most people near its top, Student's in 91.0 and 94.5, drawing again in 89.5 and 94.7 %.
Where two groups answer by one distribution, Brunner and Munzel find a difference in 5.7 and 5.1 % (8 against 12, 30
against 40 people), Welch in 5.0 and 4.8 %; where spreads differ and the middle does not, the former in 4.8 %; where
nearly all choose one point, both in 0 to 3.5 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.ordered_answers import bootstrap_mean, brunner_munzel, student_mean, welch_difference
from justice_metrics.estimate.reliability import cronbach_alpha

pytestmark = pytest.mark.prove

STEPS = np.array([-1.25, -0.35, 0.35, 1.25])


def parallel(rng: np.random.Generator, people: int, *, steps: bool, items: int = 5) -> np.ndarray:
    made = rng.normal(size=(people, 1)) + rng.normal(size=(people, items))
    return np.searchsorted(STEPS, made / np.sqrt(2)) + 1.0 if steps else made


class TestAlpha:
    @pytest.mark.parametrize(("steps", "least", "most"), [(False, 0.94, 0.96), (True, 0.935, 0.965)])
    def test_limits_hold_the_truth(self, steps: bool, least: float, most: float) -> None:
        rng = np.random.default_rng(31)
        truth = cronbach_alpha(parallel(rng, 400_000, steps=steps)).estimate
        found = [cronbach_alpha(parallel(rng, 40, steps=steps)) for _ in range(3_000)]
        assert least < np.mean([one.conf_low <= truth <= one.conf_high for one in found]) < most


class TestMeans:
    @pytest.mark.parametrize(("people", "least"), [(10, 0.94), (30, 0.94)])
    def test_student(self, people: int, least: float) -> None:
        assert least < self.covered(student_mean, people, STEPS) < 0.965

    @pytest.mark.parametrize(("people", "least"), [(10, 0.9), (30, 0.935)])
    def test_drawing_again_is_somewhat_short_for_few_people(self, people: int, least: float) -> None:
        assert least < self.covered(self.drawn, people, STEPS) < 0.965

    @pytest.mark.parametrize(("people", "least"), [(10, 0.88), (30, 0.93)])
    def test_a_lopsided_scale(self, people: int, least: float) -> None:
        lopsided = STEPS - 1.6
        assert self.covered(student_mean, people, lopsided) > least
        assert self.covered(self.drawn, people, lopsided) > least

    def drawn(self, scores: np.ndarray) -> object:
        return bootstrap_mean(scores, draws=600)

    def covered(self, limits: object, people: int, steps: np.ndarray) -> float:
        rng = np.random.default_rng(people)

        def scores(n: int) -> np.ndarray:
            return (np.searchsorted(steps, rng.normal(size=(n, 1)) + rng.normal(size=(n, 4))) + 1.0).mean(axis=1)

        truth = scores(1_000_000).mean()
        found = [limits(scores(people)) for _ in range(2_000)]  # type: ignore[operator]
        return float(np.mean([one.conf_low <= truth <= one.conf_high for one in found]))


class TestNothingThere:
    @pytest.mark.parametrize(("sizes", "most"), [((8, 12), 0.065), ((30, 40), 0.06)])
    def test_groups_of_one_mind(self, sizes: tuple[int, int], most: float) -> None:
        rng = np.random.default_rng(sum(sizes))
        shares = np.array([0.1, 0.2, 0.3, 0.25, 0.15])
        found, means = [], []
        for _ in range(4_000):
            one, two = (rng.multinomial(n, shares) for n in sizes)
            found.append(brunner_munzel(one, two).p_value < 0.05)
            first, second = (np.repeat(np.arange(1.0, 6), counts) for counts in (one, two))
            means.append(welch_difference(first, second).p_value < 0.05)
        assert 0.04 < np.mean(found) < most
        assert 0.04 < np.mean(means) < 0.06

    def test_groups_of_other_spread_but_one_middle(self) -> None:
        rng = np.random.default_rng(7)
        narrow, wide = np.array([0, 0.1, 0.8, 0.1, 0]), np.array([0.3, 0.15, 0.1, 0.15, 0.3])
        found = [brunner_munzel(rng.multinomial(40, narrow), rng.multinomial(15, wide)).p_value for _ in range(4_000)]
        assert 0.04 < np.mean(np.array(found) < 0.05) < 0.06

    @pytest.mark.parametrize(
        ("sizes", "shares"),
        [
            ((12, 200), (0.95, 0.05)),
            ((12, 200), (0.9, 0.05, 0.05)),
            ((15, 100), (0.9, 0.1)),
            ((10, 60), (0.85, 0.1, 0.05)),
            ((10, 40), (0.8, 0.1, 0.05, 0.05)),
        ],
    )
    def test_small_groups_that_nearly_all_say_the_same(self, sizes: tuple[int, int], shares: tuple[float, ...]) -> None:
        rng = np.random.default_rng(sum(sizes))
        ranks, means = [], []
        for _ in range(600):
            one, two = (rng.multinomial(n, shares) for n in sizes)
            ranks.append(brunner_munzel(one, two).p_value < 0.05)
            first, second = (np.repeat(np.arange(1.0, len(shares) + 1), counts) for counts in (one, two))
            means.append(welch_difference(first, second).p_value < 0.05)
        assert np.mean(ranks) < 0.09
        assert np.mean(means) < 0.09
