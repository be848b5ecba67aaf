"""Missing days of support: spread as in cases with a date, between the complaint and the last possible day."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.followed import NEVER
from justice_metrics.estimate.imputation import (
    StartDays,
    Starts,
    drawn_days,
    imputed_days,
    start_days,
)


def starts(latest: list[int], start: list[int], kind: list[int] | None = None, mass: float = 1.0) -> Starts:
    kinds = np.zeros(len(latest), int) if kind is None else np.array(kind)
    return Starts(np.array(latest), np.array(start), kinds, np.full(len(latest), mass), None)


NO_COLUMNS = np.zeros((1, 0))


def test_examples() -> None:
    assert doctest.testmod(importlib.import_module("justice_metrics.estimate.imputation")).failed == 0


class TestSpread:
    def test_by_hand(self) -> None:
        # 4 on day 0, 2 on the 9 days after it: a later day holds (2 / 9) / 4 of what day 0 holds
        found = start_days(starts([9] * 3, [0, 2, 5], mass=1e4)._replace(mass=np.array([4e4, 1e4, 1e4])), NO_COLUMNS)
        ratio = np.exp(found.log_density[0] - found.log_density[0, 0])
        held = drawn_days(found, np.zeros(6_000, int), np.full(6_000, 9), (np.arange(6_000) + 0.5) / 6_000)
        assert ratio[0] == 1
        assert (held == 0).mean() == pytest.approx(4 / 6, abs=0.002)

    def test_who_had_less_time_is_heard_for_that_time_only(self) -> None:
        # one later interval of density r against day 0: the score 0 = n - sum of the expected shares of later starts
        cells = Starts(
            np.array([9, 9, 4, 4]), np.array([0, 5, 0, 3]), np.zeros(4, int), np.array([9.0, 6.0, 8.0, 3.0]), None
        )
        found = start_days(cells, NO_COLUMNS)
        assert found.cuts.tolist() == [0, 1]
        r = float(np.exp(found.log_density[0, 1] - found.log_density[0, 0]))
        assert 15 * 9 * r / (1 + 9 * r) + 11 * 4 * r / (1 + 4 * r) == pytest.approx(9, rel=0.01)

    def test_kinds_tilt_apart(self) -> None:
        rng = np.random.default_rng(8)
        early, late = rng.integers(0, 120, 3_000), rng.integers(60, 240, 3_000)
        kind = np.repeat([0, 1], 3_000)
        cells = Starts(np.full(6_000, 240), np.concatenate([early, late]), kind, np.ones(6_000), None)
        slope = np.diff(start_days(cells, np.array([[0.0], [1.0]])).log_density, axis=0)[0]
        assert (np.diff(slope) > 0).all()

    def test_cases_without_support_change_nothing(self) -> None:
        cells = starts([90] * 40, list(range(0, 80, 2)))
        more = starts([90] * 90, [*range(0, 80, 2), *[NEVER] * 30, *[91] * 20])
        assert start_days(cells, NO_COLUMNS).log_density == pytest.approx(start_days(more, NO_COLUMNS).log_density)

    def test_mass_is_replication(self) -> None:
        cells = starts([9, 4, 9, 7], [0, NEVER, 5, 2], [0, 1, 1, 0])
        twice = Starts(*(np.repeat(one, 2) for one in cells[:4]), None)
        columns = np.array([[0.0], [1.0]])
        one, other = start_days(cells._replace(mass=np.full(4, 2.0)), columns), start_days(twice, columns)
        assert one.log_density == pytest.approx(other.log_density)

    def test_nobody_starts_or_everybody_on_one_day(self) -> None:
        for start, latest in ((NEVER, 9), (0, 9), (0, 0), (5, 9)):
            cells = starts([latest] * 50, [start] * 50, [place % 2 for place in range(50)])
            found = start_days(cells, np.array([[0.0], [1.0]]))
            days = drawn_days(found, np.array([0, 1]), np.array([latest, latest]), np.array([0.2, 0.9]))
            assert ((days >= 0) & (days <= latest)).all()

    def test_ten_thousand_on_a_day(self) -> None:
        cells = starts([30] * 10_000, [7] * 10_000)
        days = drawn_days(start_days(cells, NO_COLUMNS), np.zeros(9, int), np.full(9, 30), np.linspace(0.1, 0.9, 9))
        assert ((days >= 1) & (days <= 30)).all()


class TestDraws:
    def test_the_distribution_is_that_of_the_density(self) -> None:
        # day 0 holds four times as much as a later day; up to day 2 that is 4/6, 1/6, 1/6
        spread = StartDays(np.array([0, 1]), np.log([[4.0, 1.0]]))
        chance = (np.arange(24_000) + 0.5) / 24_000
        days = drawn_days(spread, np.zeros(len(chance), int), np.full(len(chance), 2), chance)
        assert np.bincount(days).tolist() == [16_000, 4_000, 4_000]

    @settings(max_examples=60)
    @given(st.integers(0, 500), st.floats(1e-6, 1 - 1e-6), st.lists(st.floats(-9, 9), min_size=1, max_size=5))
    def test_between_the_complaint_and_the_last_day(self, latest: int, chance: float, density: list[float]) -> None:
        spread = StartDays(np.arange(len(density)) * 7, np.array([density]))
        day = int(drawn_days(spread, np.zeros(1, int), np.array([latest]), np.array([chance]))[0])
        daily = np.exp(np.array(density)[np.minimum(np.arange(latest + 1) // 7, len(density) - 1)])
        reached = daily.cumsum()
        assert 0 <= day <= latest
        assert reached[day] >= chance * reached[-1] * (1 - 1e-6)
        assert day == 0 or reached[day - 1] <= chance * reached[-1] * (1 + 1e-6)

    def test_one_possible_day(self) -> None:
        spread = StartDays(np.array([0, 1]), np.array([[0.0, -900.0]]))
        kinds, chance = np.zeros(3, int), np.array([0.0, 0.5, 1.0])
        assert drawn_days(spread, kinds, np.zeros(3, int), chance).tolist() == [0, 0, 0]

    def test_the_same_seed_gives_the_same_days(self) -> None:
        known = starts([90] * 60, [place if place % 3 else NEVER for place in range(60)])
        one, same, other = (
            imputed_days(known, NO_COLUMNS, np.zeros(20, int), np.full(20, 60), imputations=3, seed=seed)
            for seed in (5, 5, 6)
        )
        assert one.tolist() == same.tolist()
        assert one.tolist() != other.tolist()
        assert one.shape == (3, 20)
        assert len({tuple(row) for row in one.tolist()}) == 3

    def test_nobody_is_missing(self) -> None:
        known, nobody = starts([90] * 4, [0, 5, NEVER, 80]), np.zeros(0, int)
        assert imputed_days(known, NO_COLUMNS, nobody, nobody, imputations=2, seed=1).shape == (2, 0)


class TestProper:
    def test_few_dates_make_imputations_differ_more(self) -> None:
        def spread(n: int) -> float:
            rng = np.random.default_rng(3)
            known = starts([365] * n, np.minimum(rng.geometric(0.01, n) - 1, 365).tolist())
            days = imputed_days(known, NO_COLUMNS, np.zeros(4_000, int), np.full(4_000, 365), imputations=12, seed=2)
            return float(days.mean(axis=1).std(ddof=1))

        assert spread(30) > 2 * spread(3_000)

    def test_courts_are_drawn_as_a_whole(self) -> None:
        # 6 courts, each with one day of its own: cases drawn alone would mix them far more evenly
        day = np.repeat([5, 10, 60, 120, 200, 300], 100)
        cells = Starts(np.full(600, 365), day, np.zeros(600, int), np.ones(600), np.repeat(np.arange(6), 100))
        by_court, by_case = (
            imputed_days(one, NO_COLUMNS, np.zeros(2_000, int), np.full(2_000, 365), imputations=15, seed=4)
            .mean(axis=1)
            .std()
            for one in (cells, cells._replace(cluster=None))
        )
        assert by_court > 2 * by_case

    def test_kinds_are_told_apart(self) -> None:
        rng = np.random.default_rng(1)
        kind = np.repeat([0, 1], 2_000)
        day = np.where(kind == 1, rng.geometric(0.05, 4_000), rng.geometric(0.005, 4_000)) - 1
        known = Starts(np.full(4_000, 365), day, kind, np.ones(4_000), None)
        missing = np.repeat([0, 1], 500)
        days = imputed_days(known, np.array([[0.0], [1.0]]), missing, np.full(1_000, 365), imputations=4, seed=1)
        late, early = days[:, :500].mean(), days[:, 500:].mean()
        assert 100 < late < 190  # truncated at a year: about 141 days
        assert 12 < early < 28
