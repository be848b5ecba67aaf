"""Missing days of support: drawn from the hazard that is known, between the complaint and the last possible day."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.followed import NEVER
from justice_metrics.estimate.imputation import (
    StartHazard,
    Starts,
    drawn_days,
    imputed_days,
    spread_days,
    start_cuts,
    start_hazard,
)


def starts(latest: list[int], start: list[int], x: list[float] | None = None, mass: float = 1.0) -> Starts:
    covariates = np.zeros((len(latest), 0)) if x is None else np.array(x)[:, None]
    return Starts(np.array(latest), np.array(start), covariates, np.full(len(latest), mass), None)


def test_examples() -> None:
    assert doctest.testmod(importlib.import_module("justice_metrics.estimate.imputation")).failed == 0


class TestHazard:
    def test_by_hand(self) -> None:
        # day 0: 1 start among 4; days 1 to 9: starts on 2 and 5, 9 days of one without any: 2 / (2 + 5 + 9)
        cells = starts([9, 9, 9, 9], [0, 2, 5, NEVER], mass=1e4)
        fitted = start_hazard(cells, np.array([0, 1]))
        assert 1 / (1 + np.exp(-fitted.baseline)) == pytest.approx([1 / 4, 2 / 16], rel=1e-3)

    def test_a_covariate_is_the_log_odds_ratio(self) -> None:
        # one day only: 1 of 4 without, 2 of 4 with: odds ratio 3
        cells = starts([0] * 8, [0, NEVER, NEVER, NEVER, 0, 0, NEVER, NEVER], [0, 0, 0, 0, 1, 1, 1, 1], mass=1e5)
        assert np.exp(start_hazard(cells, np.array([0])).slopes) == pytest.approx([3], rel=1e-3)

    def test_a_start_after_the_last_day_is_none(self) -> None:
        one, other = (start_hazard(starts([5, 9, 9], [start, 3, 0]), np.array([0, 1])) for start in (7, NEVER))
        assert one.baseline.tolist() == other.baseline.tolist()

    def test_mass_is_replication(self) -> None:
        cells = starts([9, 4, 9, 7], [0, NEVER, 5, 2], [0.0, 1, 1, 0])
        twice = Starts(*(np.repeat(one, 2, axis=0) for one in cells[:4]), None)
        cuts = np.array([0, 1, 4])
        one, other = start_hazard(cells, cuts, np.full(4, 2.0)), start_hazard(twice, cuts)
        assert one.baseline == pytest.approx(other.baseline)
        assert one.slopes == pytest.approx(other.slopes)

    def test_nobody_starts_or_everybody_on_one_day(self) -> None:
        for start in (NEVER, 0):
            cells = starts([9] * 50, [start] * 50, [float(place % 2) for place in range(50)])
            fitted = start_hazard(cells, start_cuts(cells.start, cells.latest))
            assert np.isfinite(fitted.baseline).all()
            assert np.isfinite(fitted.slopes).all()


class TestCuts:
    @given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.integers(2, 12))
    def test_they_rise_from_day_zero(self, days: list[int], intervals: int) -> None:
        cuts = start_cuts(np.array(days), np.full(len(days), 400), intervals=intervals)
        assert cuts[:2].tolist() == [0, 1]
        assert (np.diff(cuts) > 0).all()
        assert len(cuts) <= max(intervals, 2)


class TestDraws:
    def test_the_distribution_is_that_of_the_hazard(self) -> None:
        # hazards 1/2 on day 0 and 1/4 on later days, given a start by day 2: 1/2, 1/8, 3/32 over 23/32
        hazard = StartHazard(np.array([0, 1]), np.array([0.0, -np.log(3)]), np.zeros(0))
        chance = (np.arange(23_000) + 0.5) / 23_000
        days = drawn_days(hazard, np.zeros((len(chance), 0)), np.full(len(chance), 2), chance)
        assert np.bincount(days).tolist() == [16_000, 4_000, 3_000]

    @settings(max_examples=60)
    @given(
        st.integers(0, 500), st.floats(1e-6, 1 - 1e-6), st.lists(st.floats(-12, 4), min_size=1, max_size=5),
        st.floats(-3, 3),
    )  # fmt: skip
    def test_between_the_complaint_and_the_last_day(
        self, latest: int, chance: float, baseline: list[float], slope: float
    ) -> None:
        hazard = StartHazard(np.arange(len(baseline)) * 7, np.array(baseline), np.array([slope]))
        day = int(drawn_days(hazard, np.ones((1, 1)), np.array([latest]), np.array([chance]))[0])
        h = 1 / (1 + np.exp(-(hazard.baseline[np.minimum(np.arange(latest + 1) // 7, len(baseline) - 1)] + slope)))
        reached = -np.expm1(np.cumsum(np.log1p(-h)))
        assert 0 <= day <= latest
        assert reached[day] >= chance * reached[-1] * (1 - 1e-6)
        assert day == 0 or reached[day - 1] <= chance * reached[-1] * (1 + 1e-6)

    def test_one_possible_day(self) -> None:
        hazard = StartHazard(np.array([0, 1]), np.array([-3.0, -5.0]), np.zeros(0))
        assert drawn_days(hazard, np.zeros((3, 0)), np.zeros(3, int), np.array([0.0, 0.5, 1.0])).tolist() == [0, 0, 0]

    def test_the_same_seed_gives_the_same_days(self) -> None:
        known = starts([90] * 60, [place if place % 3 else NEVER for place in range(60)])
        one, same, other = (
            imputed_days(known, np.zeros((20, 0)), np.full(20, 60), imputations=3, seed=seed) for seed in (5, 5, 6)
        )
        assert one.tolist() == same.tolist()
        assert one.tolist() != other.tolist()
        assert one.shape == (3, 20)
        assert len({tuple(row) for row in one.tolist()}) == 3

    def test_nobody_is_missing(self) -> None:
        known = starts([90] * 4, [0, 5, NEVER, 80])
        made = imputed_days(known, np.zeros((0, 0)), np.zeros(0, int), imputations=2, seed=1)
        assert made.shape == (2, 0)

    def test_parts_are_equally_likely(self) -> None:
        known = starts([999] * 1_000, list(range(0, 1_000)))
        days = spread_days(known, np.zeros((1, 0)), np.array([99]), parts=4).ravel()
        assert (np.diff(days) > 15).all()
        assert abs(days.mean() - 50) < 3


class TestProper:
    def test_few_dates_make_imputations_differ_more(self) -> None:
        def spread(n: int) -> float:
            rng = np.random.default_rng(3)
            known = starts([365] * n, np.minimum(rng.geometric(0.01, n) - 1, 365).tolist())
            days = imputed_days(known, np.zeros((4_000, 0)), np.full(4_000, 365), imputations=12, seed=2)
            return float(days.mean(axis=1).std(ddof=1))

        assert spread(30) > 2 * spread(3_000)

    def test_courts_are_drawn_as_a_whole(self) -> None:
        # 6 courts, each with one day of its own: cases drawn alone would mix them far more evenly
        day = np.repeat([5, 10, 60, 120, 200, 300], 100)
        cells = Starts(np.full(600, 365), day, np.zeros((600, 0)), np.ones(600), np.repeat(np.arange(6), 100))
        by_court, by_case = (
            imputed_days(one, np.zeros((2_000, 0)), np.full(2_000, 365), imputations=15, seed=4).mean(axis=1).std()
            for one in (cells, cells._replace(cluster=None))
        )
        assert by_court > 2 * by_case

    def test_covariates_are_heard(self) -> None:
        rng = np.random.default_rng(1)
        x = np.repeat([0.0, 1.0], 2_000)
        day = np.where(x == 1, rng.geometric(0.05, 4_000), rng.geometric(0.005, 4_000)) - 1
        known = Starts(np.full(4_000, 365), day, x[:, None], np.ones(4_000), None)
        days = imputed_days(
            known, np.array([[0.0], [1.0]]).repeat(500, axis=0), np.full(1_000, 365), imputations=4, seed=1
        )
        late, early = days[:, :500].mean(), days[:, 500:].mean()
        assert 100 < late < 190  # truncated at a year: about 141 days
        assert 12 < early < 28
