"""Expected endings of pending cases: by hand, the delta method against differences, edges, properties."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.types import Counts, Floats
from justice_metrics.estimate.curves import aalen_johansen
from justice_metrics.estimate.forecast import (
    Hazards,
    daily_hazards,
    expected_among,
    prediction_interval,
    resampled_expected,
    with_constant_tail,
    with_tail,
)
from justice_metrics.estimate.risk import at_risk

DAYS = np.array([0, 1, 2, 4, 7], dtype=np.int32)
EVENTS = np.array([[1, 0, 2, 1, 1], [0, 3, 0, 1, 0]])
CENSORED = np.array([0, 2, 1, 1, 3])
RISK = at_risk(EVENTS[None], CENSORED[None], np.zeros((1, 5), np.int64))[0]  # 16, 15, 10, 7, 4
AGES = np.array([1, 2, 4, 7], dtype=np.int32)


def hazards() -> Hazards:
    return daily_hazards(DAYS, EVENTS, RISK)


class TestByHand:
    def test_risk_between_days(self) -> None:
        assert RISK.tolist() == [16, 15, 10, 7, 4]
        assert hazards().at_risk.tolist() == [16, 15, 10, 7, 7, 4, 4, 4]
        assert hazards().last_day == 7

    def test_probabilities(self) -> None:
        found = expected_among(hazards(), AGES, np.array([2, 1, 1, 3]), 3)
        # from the end of day 1 to day 4: day 2 with 2 of 10, day 4 with 1 + 1 of 7
        first = Fraction(2, 10) + Fraction(8, 10) * Fraction(1, 7)
        second = Fraction(8, 10) * Fraction(1, 7)
        assert found.told.tolist() == [True, True, True, False]
        assert found.probability[:, 0] == pytest.approx([float(first), float(second)])
        assert found.probability[:, 1] == pytest.approx([1 / 7, 1 / 7])  # day 4 only: day 5 has nothing
        assert found.probability[:, 2] == pytest.approx([1 / 4, 0])
        assert found.expected == pytest.approx([float(2 * first) + 1 / 7 + 1 / 4, float(2 * second) + 1 / 7])
        assert found.any_expected == pytest.approx(found.expected.sum())
        # open on day 2, on day 3 with 8/10, on day 4 with 8/10
        assert found.remaining_days[0] == pytest.approx(1 + 0.8 + 0.8)
        assert np.isnan(found.probability[:, 3]).all()

    def test_chance(self) -> None:
        found = expected_among(hazards(), AGES[2:3], np.array([8]), 3)
        assert found.chance_variance == pytest.approx([8 / 4 * 3 / 4, 0])
        # one hazard of 1/4 out of 4: variance 3/64, for 8 cases times 64
        assert found.estimation_variance == pytest.approx([3, 0])

    def test_nobody_is_told_of_beyond_the_last_day(self) -> None:
        assert expected_among(hazards(), AGES, np.ones(4), 7).told.tolist() == [False] * 4
        assert expected_among(hazards(), np.array([-1]), np.ones(1), 8).told.tolist() == [True]


def moved(hazard: Floats, like: Hazards) -> Hazards:
    return like._replace(hazard=hazard)


def by_differences(start: Hazards, pending: Counts, within: int, seen: int) -> Floats:
    """Variance by moving each hazard a little, with the multinomial covariance of each day."""
    k = start.hazard.shape[0]
    gradient = np.zeros((k, k, seen))
    for j in range(k):
        for t in range(seen):
            ends = []
            for sign in (1, -1):
                hazard = start.hazard.copy()
                hazard[j, t] += sign * 1e-6
                if start.share.any():
                    hazard[:, seen:] = (hazard[:, :seen] @ start.share[:seen])[:, None]
                ends.append(expected_among(moved(hazard, start), AGES, pending, within).expected)
            gradient[:, j, t] = (ends[0] - ends[1]) / 2e-6
    total = np.zeros(k)
    for t in range(seen):
        h = start.hazard[:, t]
        cov = (np.diag(h) - np.outer(h, h)) / start.at_risk[t]
        total += np.einsum("kj,jl,kl->k", gradient[:, :, t], cov, gradient[:, :, t])
    return total


@pytest.mark.parametrize("within", [1, 2, 3])
def test_delta_method(within: int) -> None:
    pending = np.array([2, 1, 4, 3])
    found = expected_among(hazards(), AGES, pending, within)
    assert found.estimation_variance == pytest.approx(by_differences(hazards(), pending, within, 8), rel=1e-6)


def test_delta_method_with_a_constant_tail() -> None:
    pending = np.array([2, 1, 4, 3])
    longer = with_constant_tail(hazards(), 6, window_days=5)
    found = expected_among(longer, AGES, pending, 6)
    assert found.told.all()
    assert longer.hazard[:, -1] == pytest.approx([2 / 26, 1 / 26])
    assert found.estimation_variance == pytest.approx(by_differences(longer, pending, 6, 8), rel=1e-6)


def test_a_modelled_tail_that_is_the_constant_one() -> None:
    slope = np.broadcast_to(np.eye(2)[:, None, :], (2, 6, 2))
    longer = with_tail(hazards(), np.full((2, 6), 0.05), slope, np.diag([1e-4, 4e-4]))
    # a case on the last day: everything is tail
    found = expected_among(longer, np.array([7]), np.array([10]), 6)
    open_before = 0.9 ** np.arange(6)
    assert found.expected == pytest.approx([10 * 0.05 * open_before.sum()] * 2)
    own = 10 * (open_before.sum() - 0.05 * sum(t * 0.9 ** (t - 1) for t in range(1, 6)))
    other = -10 * 0.05 * sum(t * 0.9 ** (t - 1) for t in range(1, 6))
    assert found.estimation_variance == pytest.approx(
        [own**2 * 1e-4 + other**2 * 4e-4, own**2 * 4e-4 + other**2 * 1e-4]
    )
    assert found.any_estimation == pytest.approx((own + other) ** 2 * 5e-4)


def test_any_ending_has_the_variance_of_one_outcome() -> None:
    pending = np.array([2, 1, 4, 3])
    apart = expected_among(hazards(), AGES, pending, 3)
    together = expected_among(daily_hazards(DAYS, EVENTS.sum(axis=0, keepdims=True), RISK), AGES, pending, 3)
    assert apart.any_expected == pytest.approx(together.expected[0])
    assert apart.any_estimation == pytest.approx(together.estimation_variance[0])
    assert apart.any_chance == pytest.approx(together.chance_variance[0])


tables = st.integers(3, 30).flatmap(
    lambda t: st.tuples(*[st.lists(st.integers(0, 4), min_size=t, max_size=t) for _ in range(3)])
)


@given(tables, st.integers(1, 12))
def test_it_is_the_conditional_incidence(table: tuple[list[int], ...], within: int) -> None:
    one, two, censored = (np.array(part) for part in table)
    censored[-1] += 1
    days = np.arange(len(one), dtype=np.int32) * 2
    events = np.stack([one, two])
    risk = at_risk(events[None], censored[None], np.zeros((1, len(one)), np.int64))[0]
    ages, pending = days[censored > 0], censored[censored > 0]
    found = expected_among(daily_hazards(days, events, risk), ages, pending, within)
    curves = aalen_johansen(events[None], risk[None])
    told = ages + within <= days[-1]
    assert found.told.tolist() == told.tolist()
    here, there = np.searchsorted(days, ages, "right") - 1, np.searchsorted(days, ages + within, "right") - 1
    f, s = curves.incidence[0], curves.survival[0]
    wanted = (f[:, there] - f[:, here]) / s[here]
    assert found.probability[:, told] == pytest.approx(wanted[:, told], abs=1e-9)
    again = resampled_expected(days, events[None], risk[None], ages[told], pending[told], within)[0]
    assert again == pytest.approx(found.expected, abs=1e-9)
    assert (found.probability[:, told].sum(axis=0) <= 1 + 1e-9).all()
    assert ((found.remaining_days[told] >= 1) & (found.remaining_days[told] <= within)).all()
    tenfold = expected_among(daily_hazards(days, events, risk), ages, pending * 10, within)
    assert tenfold.expected == pytest.approx(10 * found.expected)
    assert tenfold.estimation_variance == pytest.approx(100 * found.estimation_variance)
    assert tenfold.chance_variance == pytest.approx(10 * found.chance_variance)


class TestEdges:
    def test_everybody_ends_on_one_day(self) -> None:
        found = daily_hazards(np.array([5]), np.array([[10_000]]), np.array([10_000]))
        answer = expected_among(found, np.array([0]), np.array([7]), 5)
        assert answer.expected.tolist() == [7]
        assert answer.estimation_variance.tolist() == [0]

    def test_nobody_ever_ended(self) -> None:
        found = daily_hazards(np.array([5, 9]), np.zeros((2, 2)), np.array([3, 1]))
        answer = expected_among(found, np.array([5, 9]), np.array([2, 1]), 4)
        assert answer.expected.tolist() == [0, 0]
        assert answer.told.tolist() == [True, False]
        limits = prediction_interval(answer.expected, answer.chance_variance, 2, confidence_level=0.95)
        assert np.isnan(limits.conf_low).all()

    def test_no_unit_at_all(self) -> None:
        empty = daily_hazards(np.array([], dtype=np.int32), np.zeros((2, 0)), np.zeros(0))
        answer = expected_among(empty, np.array([], dtype=np.int32), np.zeros(0), 365)
        assert answer.expected.tolist() == [0, 0]

    def test_a_curve_that_fell_to_zero_early_does_not_spoil_later_ages(self) -> None:
        # delayed entry: the only case at risk ends on day 1, others enter after it
        days = np.array([0, 1, 5, 8])
        events, risk = np.array([[0, 1, 1, 0]]), np.array([1, 1, 4, 3])
        answer = expected_among(daily_hazards(days, events, risk), np.array([4]), np.array([4]), 3)
        assert answer.expected == pytest.approx([1.0])

    def test_limits_stay_between_nobody_and_all(self) -> None:
        limits = prediction_interval(np.array([0.3, 9.8]), np.array([0.3, 0.2]), 10, confidence_level=0.999)
        assert (limits.conf_low >= 0).all()
        assert (limits.conf_high <= 10).all()
