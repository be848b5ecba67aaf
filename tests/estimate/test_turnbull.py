"""Times known as intervals: by hand, against R, Kaplan-Meier and Aalen-Johansen, and the conditions of the best."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.curves import aalen_johansen
from justice_metrics.estimate.risk import at_risk
from justice_metrics.estimate.turnbull import NEVER, Turnbull, incidence_bounds, turnbull

REFERENCE = Path(__file__).parents[1] / "reference"


def fit(rows: list[tuple[float, float, int]], **more: list[int]) -> Turnbull:
    low, high, n = (np.array(one, dtype=float) for one in zip(*rows, strict=True))
    return turnbull(low, high, n, **{name: np.array(one) for name, one in more.items()})


def test_three_intervals_by_hand() -> None:
    # (0, 2], (1, 3], (2, 4]: mass a in (1, 2] and b in (2, 3] gives a (a + b) b, best at a half each
    found = fit([(0, 2, 1), (1, 3, 1), (2, 4, 1)])
    assert (found.low.tolist(), found.high.tolist()) == ([1, 2], [2, 3])
    assert found.mass == pytest.approx([0.5, 0.5])
    assert found.log_likelihood == pytest.approx(np.log(0.25))


def test_open_cases_by_hand() -> None:
    # ended on day 1; after day 2 and by day 4; on day 5; still open after day 3. Mass of the second lies in (3, 4],
    # where the open case may have ended too: of 3/4, the likelihood x y (x + y) is best at x = y = 3/8
    found = fit([(0, 1, 1), (2, 4, 1), (4, 5, 1), (3, NEVER, 1)])
    assert dict(zip(found.high.tolist(), found.mass.tolist(), strict=True)) == pytest.approx(
        {1: float(Fraction(1, 4)), 4: float(Fraction(3, 8)), 5: float(Fraction(3, 8))}
    )
    lowest, highest = incidence_bounds(found, np.array([0, 1, 3, 4, 5]))
    assert lowest == pytest.approx([0, 1 / 4, 1 / 4, 5 / 8, 1])
    assert highest == pytest.approx([0, 1 / 4, 1 / 4, 5 / 8, 1])


def rows_of(group: str) -> list[tuple[float, float, int]]:
    with (REFERENCE / "turnbull_rows.csv").open(encoding="utf-8", newline="") as lines:
        return [
            (float(one["low"]), float(one["high"]) if one["high"] else NEVER, int(one["n"]))
            for one in csv.DictReader(lines)
            if one["group"] == group
        ]


@pytest.mark.parametrize("group", ["1", "2"])
def test_equals_r(group: str) -> None:
    with (REFERENCE / "turnbull_expected.csv").open(encoding="utf-8", newline="") as lines:
        wanted = [one for one in csv.DictReader(lines) if one["group"] == group]
    found = fit(rows_of(group))
    assert found.converged
    reached = incidence_bounds(found, np.array([int(one["day"]) for one in wanted]))[0]
    assert reached == pytest.approx([float(one["ended"]) for one in wanted], rel=1e-8)
    # survfit stops earlier
    assert reached == pytest.approx([float(one["survfit"]) for one in wanted], abs=1e-5)
    assert found.log_likelihood == pytest.approx(float(wanted[0]["log_likelihood"]), rel=1e-10)


counts = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(-1, 11), st.integers(1, 3)), min_size=2, max_size=25
)


@given(counts)
def test_exact_days_give_aalen_johansen(rows: list[tuple[int, int, int, int]]) -> None:
    day, code, _, n = (np.array(one) for one in zip(*rows, strict=True))
    cells = np.zeros((1, 3, 13), dtype=np.int64)
    np.add.at(cells[0], (code, day), n)
    curves = aalen_johansen(cells[:, 1:], at_risk(cells[:, 1:], cells[:, 0], np.zeros((1, 13), np.int64)))
    found = turnbull(
        np.where(code == 0, day, day - 1.0), np.where(code == 0, NEVER, day * 1.0), n, outcome=np.maximum(code - 1, 0)
    )
    assert found.converged
    # days after the last sighting of an open case are not observed; the curve is carried forward there
    for k in range(2):
        assert incidence_bounds(found, np.arange(13), k)[0] == pytest.approx(curves.incidence[0, k], abs=1e-7)


def test_delayed_entry_gives_kaplan_meier() -> None:
    rng = np.random.default_rng(3)
    ending, cutoff = rng.geometric(0.02, 400), rng.integers(30, 200, 400)
    entry = np.where(rng.random(400) < 0.4, rng.integers(0, 60, 400), -1)
    day = np.minimum(ending, cutoff)
    seen = entry < day
    ended = (ending <= cutoff)[seen]
    day, entry = day[seen], entry[seen]
    found = turnbull(
        np.where(ended, day - 1.0, day), np.where(ended, day * 1.0, NEVER), np.ones(len(day)), entry=entry * 1.0
    )
    open_after = 1.0
    for one in range(101):
        there = ((entry < one) & (day >= one)).sum()
        open_after *= 1 - ((day == one) & ended).sum() / there
    assert found.converged
    assert incidence_bounds(found, np.array([100]))[0] == pytest.approx([1 - open_after], rel=1e-8)


intervals = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 9), st.booleans(), st.integers(1, 3), st.integers(0, 1)),
    min_size=1,
    max_size=30,
)


@given(intervals)
def test_the_conditions_of_the_best_hold(rows: list[tuple[int, int, bool, int, int]]) -> None:
    low, width, still_open, n, code = (np.array(one) for one in zip(*rows, strict=True))
    high = np.where(still_open, NEVER, low + width * 1.0)
    found = turnbull(low * 1.0, high, n, outcome=code)
    assert found.converged
    assert found.mass.sum() == pytest.approx(1)
    assert found.excess <= 1e-9
    twice = turnbull(low * 1.0, high, n * 2, outcome=code)
    assert twice.log_likelihood == pytest.approx(2 * found.log_likelihood, rel=1e-7, abs=1e-6)
    repeated = [np.repeat(one, n) for one in (low * 1.0, high, code)]
    apart = turnbull(repeated[0], repeated[1], np.ones(n.sum()), outcome=repeated[2])
    assert apart.log_likelihood == pytest.approx(found.log_likelihood, rel=1e-7, abs=1e-6)
    scaled = turnbull(low * 7.0, high * 7.0, n, outcome=code)
    assert scaled.log_likelihood == pytest.approx(found.log_likelihood, rel=1e-7, abs=1e-6)


def test_one_unit_and_nobody_ended() -> None:
    assert fit([(3, 9, 1)]).mass.tolist() == [1.0]
    still_open = fit([(5, NEVER, 4), (9, NEVER, 2)])
    assert still_open.outcome.tolist() == [-1]
    assert incidence_bounds(still_open, np.array([100]))[0].tolist() == [0.0]


def test_ten_thousand_on_one_day_and_large_counts() -> None:
    found = fit([(9, 10, 10_000), (0, 30, 10_000), (9, NEVER, 10_000)])
    assert found.mass == pytest.approx([1.0])
    assert found.high.tolist() == [10.0]


def test_nobody_and_empty_intervals_are_refused() -> None:
    with pytest.raises(ValueError, match="no unit"):
        fit([(0, 1, 0)])
    with pytest.raises(ValueError, match="empty"):
        fit([(3, 3, 1)])
    with pytest.raises(ValueError, match="empty"):
        fit([(3, 5, 1)], entry=[4])
