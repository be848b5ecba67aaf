"""Late registration: by hand with fractions, against R's survfit, and what must hold whatever the delays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.nowcast import DelayCurve, delay_curve, foreseen, overdispersion

REFERENCE = Path(__file__).parents[1] / "reference"
# Three cases started on day 0, two on day 1, one on day 2; the cut-off is day 2.
START, DELAY = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 0, 1, 0])


def test_by_hand() -> None:
    curve = delay_curve(START, DELAY, np.ones(6), cutoff=2, longest=2)
    # delay 2: one of the three of day 0. Delay 1: two of the four of days 0 and 1 that came within 1. Delay 0: all.
    assert curve.registered.tolist() == [3, 2, 1]
    assert curve.at_risk.tolist() == [3, 4, 3]
    within_one = 1 - Fraction(1, 3)
    assert curve.share.tolist() == pytest.approx([float(within_one * (1 - Fraction(2, 4))), float(within_one), 1])


def test_only_the_last_days_tell_of_the_delays() -> None:
    curve = delay_curve(START, DELAY, np.ones(6), cutoff=2, longest=2, window=2)
    # registrations of days 1 and 2: day 0 with delay 1 and 2, day 1 with 0 and 1, day 2 with 0
    assert curve.registered.tolist() == [2, 2, 1]
    assert curve.at_risk.tolist() == [2, 4, 3]


def test_numbers_of_cells_are_cases() -> None:
    once = delay_curve(np.repeat(START, 3), np.repeat(DELAY, 3), np.ones(18), cutoff=2, longest=2)
    thrice = delay_curve(START, DELAY, np.full(6, 3.0), cutoff=2, longest=2)
    assert once.share.tolist() == thrice.share.tolist()


def test_against_survfit_of_reversed_time() -> None:
    """R: survival::survfit of right-truncated delays, reversed in time; see make_flows.R."""
    rows = np.loadtxt(REFERENCE / "flows_delays.csv", delimiter=",", skiprows=1, dtype=np.int64)
    known = np.loadtxt(REFERENCE / "flows_delay_curve.csv", delimiter=",", skiprows=1)
    curve = delay_curve(rows[:, 0], rows[:, 1], np.ones(len(rows)), cutoff=199, longest=60)
    np.testing.assert_allclose(curve.share[known[:, 0].astype(int)], known[:, 1], rtol=1e-10)


def test_the_total_is_what_is_seen_over_its_share() -> None:
    curve = DelayCurve(np.array([50.0, 50.0]), np.array([50.0, 100.0]), np.array([0.5, 1.0]))
    made = foreseen(curve, np.array([80.0, 20.0]), np.array([0, 5]), np.array([4, 5]), cutoff=5, level=0.9)
    assert made.share_seen.tolist() == [1.0, 0.5]
    assert made.total.tolist() == [80.0, 40.0]
    assert (made.low[0], made.high[0]) == (80, 80)  # nothing is to come
    assert 20 < made.low[1] < 40 < made.high[1]


def test_a_period_is_weighed_by_its_days_up_to_the_cutoff() -> None:
    curve = DelayCurve(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 4.0]), np.array([0.25, 0.5, 1.0]))
    made = foreseen(curve, np.array([7.0]), np.array([0]), np.array([9]), cutoff=2, level=0.9, draws=10)
    assert made.share_seen[0] == pytest.approx((0.25 + 0.5 + 1) / 3)


def test_a_guess_is_not_given() -> None:
    curve = DelayCurve(np.array([1.0, 99.0]), np.array([1.0, 100.0]), np.array([0.01, 1.0]))
    made = foreseen(curve, np.array([1.0]), np.array([5]), np.array([5]), cutoff=5, level=0.95, draws=10)
    assert np.isnan([made.total[0], made.low[0], made.high[0]]).all()


def test_no_case_seen_still_has_an_upper_limit() -> None:
    curve = DelayCurve(np.array([50.0, 50.0]), np.array([50.0, 100.0]), np.array([0.5, 1.0]))
    made = foreseen(curve, np.array([0.0]), np.array([5]), np.array([5]), cutoff=5, level=0.95)
    assert (made.total[0], made.low[0]) == (0, 0)
    assert made.high[0] > 0


def test_delays_that_differ_between_periods_widen_the_limits() -> None:
    rng = np.random.default_rng(4)
    start = rng.integers(0, 600, 3_000)
    steady = rng.exponential(10, 3_000).astype(int)
    uneven = (steady * np.where(start // 30 % 2, 4, 1)).astype(int)
    cells = {}
    for name, delay in (("steady", steady), ("uneven", uneven)):
        kept = (start + delay <= 599) & (delay <= 90)
        cells[name] = overdispersion(
            start[kept], delay[kept], np.ones(kept.sum()), period=start[kept] // 30, cutoff=599, longest=90
        )
    assert cells["steady"] < 1.5
    assert cells["uneven"] > 5
    curve = delay_curve(start[kept], uneven[kept], np.ones(kept.sum()), cutoff=599, longest=90)
    args = (curve, np.array([50.0]), np.array([570]), np.array([599]))
    narrow, wide = (foreseen(*args, cutoff=599, level=0.95, dispersion=one) for one in (1.0, cells["uneven"]))
    assert wide.high[0] - wide.low[0] > 1.5 * (narrow.high[0] - narrow.low[0])


def test_draws_are_seeded() -> None:
    curve = delay_curve(START, DELAY, np.ones(6), cutoff=2, longest=2)
    one, two = (
        foreseen(curve, np.array([3.0]), np.array([2]), np.array([2]), cutoff=2, level=0.9, seed=7) for _ in range(2)
    )
    assert (one.low[0], one.high[0]) == (two.low[0], two.high[0])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=40))
def test_shares_rise_to_one_and_counts_agree(rows: list[tuple[int, int]]) -> None:
    kept = [(start, delay) for start, delay in rows if start + delay <= 20] or [(0, 0)]
    start, delay = np.array(kept).T
    curve = delay_curve(start, delay, np.ones(len(kept)), cutoff=20, longest=20)
    assert curve.share[-1] == 1
    assert (np.diff(curve.share) >= -1e-12).all()
    assert curve.registered.sum() == len(kept)
    for late in range(21):
        assert curve.at_risk[late] == sum(d <= late and s + late <= 20 for s, d in kept)
