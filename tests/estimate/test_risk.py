"""At risk means entry < day <= exit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.risk import at_risk, last_observed_days

LAST = 7
unit = st.tuples(st.integers(-1, LAST - 1), st.integers(0, LAST), st.integers(0, 2)).filter(lambda row: row[0] < row[1])
rows_of_units = st.lists(unit, max_size=30)


def test_hand_counted_with_late_arrivals(tally):
    # days 0..4: one ends on day 0, one enters after day 1 and ends on 3, one enters after 3 and is open on 4
    table = tally([(-1, 0, 1), (1, 3, 2), (3, 4, 0), (-1, 2, 0)], last_day=4)
    assert table.at_risk.tolist() == [[2, 1, 2, 1, 1]]


@settings(deadline=None)
@given(rows_of_units)
def test_equals_counting_row_by_row(tally, rows):
    table = tally(rows, last_day=LAST)
    counted = [sum(entry < day <= leaving for entry, leaving, _ in rows) for day in table.days]
    assert table.at_risk.tolist() == [counted]


@settings(deadline=None)
@given(rows_of_units, rows_of_units)
def test_adds_up(tally, some, others):
    parts = [tally(rows, last_day=LAST).at_risk for rows in (some, others, some + others)]
    assert (parts[0] + parts[1] == parts[2]).all()


def test_units_observed_from_the_start_may_be_entered_on_day_minus_one():
    events, censored = np.array([[[0, 2, 0], [0, 0, 1]]]), np.array([[0, 0, 1]])  # days -1, 0, 5
    left_out = at_risk(events, censored, np.zeros_like(censored))
    written = at_risk(events, censored, np.array([[4, 0, 0]]))
    assert written.tolist() == [[0, 4, 2]]
    assert (left_out[:, 1:] == written[:, 1:]).all()


def test_whole_numbers_stay_whole(tally):
    assert tally([(-1, 3, 1)], last_day=3).at_risk.dtype == np.int64


def test_sums_of_weights_end_at_exactly_zero():
    weights = np.array([0.1, 0.2, 0.3])
    # three weighted units enter after day 0, leave on day 1 in another order of addition; nobody is left on day 2
    events = np.array([[[0.0, weights[::-1].sum(), 0.0]]])
    risk = at_risk(events, np.zeros((1, 3)), np.array([[weights.sum(), 0.0, 0.0]]))
    assert risk[0, 0] == 0
    assert risk[0, 2] == 0


def test_leading_axes_are_kept():
    rng = np.random.default_rng(3)
    events, censored = rng.integers(0, 3, (4, 2, 3, 5)), rng.integers(0, 3, (4, 2, 5))
    together = at_risk(events, censored, np.zeros_like(censored))
    alone = [at_risk(events[c], censored[c], np.zeros_like(censored[c])) for c in range(4)]
    assert (together == np.stack(alone)).all()


def test_last_observed_day():
    found = last_observed_days(np.array([3, 8, 9]), np.array([[4, 1, 0], [0, 0, 2], [0, 0, 0]]))
    np.testing.assert_array_equal(found, [8, 9, np.nan])


def test_last_observed_day_without_days():
    assert np.isnan(last_observed_days(np.empty(0, dtype=np.int32), np.empty((2, 0), dtype=np.int64))).all()
