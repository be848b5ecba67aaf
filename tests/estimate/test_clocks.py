"""Arithmetic of legal limits: months, working days, what stops a clock, hours from dates, shares and days over."""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.clocks import (
    ENDED_AFTER,
    ENDED_BEFORE,
    KEPT,
    LATE,
    NO_DAY,
    NOT_DONE,
    RUNNING,
    UNTOLD,
    Bounds,
    hour_bounds,
    judged,
    last_days,
    months_after,
    moved_to_working,
    overrun,
    remaining,
    ticks,
    within_limit,
)

EPOCH = dt.date(1970, 1, 1).toordinal()
DATES = st.dates(dt.date(1971, 1, 1), dt.date(2090, 12, 31))


def number(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal() - EPOCH


def text(day: int) -> str:
    return dt.date.fromordinal(int(day) + EPOCH).isoformat()


def one(value: int) -> np.ndarray:
    return np.array([value])


NONE = np.zeros((1, 0, 2), np.int64)


# ---------------------------------------------------------------------------------------------------------- months


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2016-01-15", 6, "2016-07-15"),
        ("2016-08-31", 6, "2017-02-28"),  # no 31 February
        ("2015-08-31", 6, "2016-02-29"),  # a leap year
        ("2016-02-29", 12, "2017-02-28"),
        ("2016-02-29", 36, "2019-02-28"),
        ("2017-02-28", 6, "2017-08-28"),  # the same number, not the last of the month
        ("2016-12-31", 2, "2017-02-28"),
    ],
)
def test_months_end_on_the_same_number_or_on_the_last_of_the_month(start: str, months: int, end: str) -> None:
    assert text(months_after(one(number(start)), months)[0]) == end


@given(DATES, st.integers(1, 120))
def test_months_agree_with_the_calendar(start: dt.date, months: int) -> None:
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    found = months_after(one(start.toordinal() - EPOCH), months)[0]
    assert text(found) == dt.date(year, month, day).isoformat()


# -------------------------------------------------------------------------------------------------- counting of days


def counted_by_hand(flags: list[bool], start: int, amount: int, pause: tuple[int, int] | None) -> int | None:
    """Return the last day by walking the days one by one."""
    day = start
    while amount:
        day += 1
        if day >= len(flags):
            return None
        still = pause is not None and pause[0] < day <= pause[1]
        amount -= flags[day] and not still
    return day


@given(
    st.lists(st.booleans(), min_size=60, max_size=60),
    st.integers(0, 10),
    st.integers(1, 12),
    st.none() | st.tuples(st.integers(0, 40), st.integers(1, 15)),
)
def test_the_last_day_is_that_of_counting_one_by_one(
    flags: list[bool], start: int, amount: int, pause: tuple[int, int] | None
) -> None:
    counting = ticks(0, np.array([flags]))
    spell = None if pause is None else (pause[0], pause[0] + pause[1])
    pauses = NONE if spell is None else np.array([[spell]])
    expected = counted_by_hand(flags, start, amount, spell)
    found = int(last_days(counting, one(0), one(start), one(amount), pauses)[0])
    if expected is None:
        assert found == len(flags)
    else:
        assert found == expected
        assert int(remaining(counting, one(0), one(start), one(found), pauses)[0]) == amount


def test_a_suspension_on_the_last_day_or_later_changes_nothing() -> None:
    counting = ticks(0, np.ones((1, 50), np.bool_))
    for since, expected in ((9, 30), (10, 10), (11, 10)):
        pauses = np.array([[[since, 29]]])
        assert last_days(counting, one(0), one(0), one(10), pauses)[0] == expected


def test_two_suspensions_and_one_that_began_before_the_clock() -> None:
    counting = ticks(0, np.ones((1, 80), np.bool_))
    # stands still from day 5 to day 8 (it had begun on day 2, the clock on day 5) and from 12 to 20: 3 + 8 days
    pauses = np.array([[[2, 8], [12, 20]]])
    assert last_days(counting, one(0), one(5), one(10), pauses)[0] == 15 + 3 + 8


def test_a_clock_that_begins_anew_counts_in_full_from_the_return() -> None:
    counting = ticks(0, np.ones((1, 80), np.bool_))
    pauses = np.array([[[6, 30]]])
    assert last_days(counting, one(0), one(0), one(10), pauses, np.array([[10]]))[0] == 40
    assert last_days(counting, one(0), one(0), one(6), pauses, np.array([[6]]))[0] == 6


def test_the_last_day_moves_to_the_next_working_day_and_no_further() -> None:
    week = ticks(0, np.array([[True, False, False, True, True]]))
    found = moved_to_working(week, np.zeros(4, np.int64), np.array([0, 1, 2, 3]))
    assert found.tolist() == [0, 3, 3, 3]


# ------------------------------------------------------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("hours", "kept", "untold"), [(24, [0], [1]), (48, [0, 1], [2]), (6, [], [0, 1]), (36, [0], [1, 2])]
)
def test_hours_are_judged_as_far_as_dates_go(hours: int, kept: list[int], untold: list[int]) -> None:
    days = np.arange(5)
    bounds = hour_bounds(np.zeros(5, np.int64), hours)
    found = judged(bounds, days, np.full(5, NO_DAY), 10).tolist()
    assert [day for day in days if found[day] == KEPT] == kept
    assert [day for day in days if found[day] == UNTOLD] == untold
    assert [found[day] for day in days if day not in (*kept, *untold)] == [LATE] * (5 - len(kept) - len(untold))


@given(st.integers(1, 100), st.integers(0, 23), st.integers(0, 59), st.integers(0, 8), st.integers(0, 23))
def test_what_is_said_of_hours_is_never_wrong(hours: int, hour: int, minute: int, days: int, later: int) -> None:
    begin = dt.datetime(2016, 5, 2, hour, minute)
    end = dt.datetime(2016, 5, 2, later, 30) + dt.timedelta(days=days)
    if end <= begin:
        return
    in_time = end - begin <= dt.timedelta(hours=hours)
    found = judged(hour_bounds(one(0), hours), one(days), one(NO_DAY), 20)[0]
    assert found == UNTOLD or (found == KEPT) == in_time


def test_a_pending_clock_in_hours() -> None:
    nothing = one(NO_DAY)
    standing = {cutoff: int(judged(hour_bounds(one(0), 24), nothing, nothing, cutoff)[0]) for cutoff in (0, 1, 2)}
    assert standing == {0: RUNNING, 1: NOT_DONE, 2: NOT_DONE}
    assert judged(hour_bounds(one(0), 6), nothing, nothing, 0)[0] == UNTOLD


# ------------------------------------------------------------------------------------------------------------ standing


def test_every_way_in_which_a_clock_can_stand() -> None:
    act = np.array([9, 10, 11, NO_DAY, NO_DAY, NO_DAY])
    ended = np.array([NO_DAY, NO_DAY, NO_DAY, 10, 11, NO_DAY])
    day = np.full(6, 10)
    assert judged(Bounds(day, day), act, ended, 30).tolist() == [KEPT, KEPT, LATE, ENDED_BEFORE, ENDED_AFTER, NOT_DONE]


def test_a_limit_whose_last_day_is_the_cut_off_has_run_out() -> None:
    day, nothing = one(10), one(NO_DAY)
    assert [int(judged(Bounds(day, day), nothing, nothing, cutoff)[0]) for cutoff in (9, 10)] == [RUNNING, NOT_DONE]


# -------------------------------------------------------------------------------------------------------------- shares


def test_the_share_in_time_by_hand() -> None:
    # Limit 10. Acts on 4 and 12, another ending on 6, pending ones seen to 5 and to 9.
    time, code = np.array([4, 12, 6, 5, 9]), np.array([1, 1, 2, 0, 0])
    found = within_limit(time * 0, time, code, np.full(5, -1), np.ones(5, np.int64), groups=1, limit=10)
    kept = Fraction(1, 5)  # five at risk on day 4
    ended = Fraction(4, 5) * Fraction(1, 3)  # three at risk on day 6: those of 12, 6 and 9
    assert found.estimate[0] == pytest.approx(float(kept))
    assert found.ended[0] == pytest.approx(float(ended))
    assert found.missed[0] == pytest.approx(float(1 - kept - ended))
    assert found.at_most[0] == found.estimate[0]
    assert found.observed[0]


def test_nothing_is_said_of_a_group_that_was_not_observed_up_to_the_limit() -> None:
    time, code = np.array([4, 9]), np.array([1, 0])
    found = within_limit(time * 0, time, code, np.full(2, -1), np.ones(2, np.int64), groups=2, limit=10)
    assert not found.observed.any()
    assert np.isnan(found.estimate).all()


def test_a_group_of_which_nobody_is_left_is_observed_to_the_end() -> None:
    time, code = np.array([4, 6]), np.array([1, 2])
    found = within_limit(time * 0, time, code, np.full(2, -1), np.ones(2, np.int64), groups=1, limit=10)
    assert (found.estimate[0], found.ended[0], found.missed[0]) == (0.5, 0.5, 0.0)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(0, 1), st.integers(1, 3)), min_size=1),
    st.integers(1, 15),
)
def test_the_three_shares_add_up_and_frequency_is_replication(
    rows: list[tuple[int, int, int, int]], limit: int
) -> None:
    time, code, group, n = (np.array(column) for column in zip(*rows, strict=True))
    found = within_limit(group, time, code, time * 0 - 1, n, groups=2, limit=limit)
    total = found.estimate + found.ended + found.missed
    assert np.allclose(total[found.observed], 1)
    again = [np.repeat(column, n) for column in (group, time, code)]
    apart = within_limit(*again, again[0] * 0 - 1, again[0] * 0 + 1, groups=2, limit=limit)
    assert np.allclose(found.estimate, apart.estimate, equal_nan=True)
    assert np.allclose(found.conf_low, apart.conf_low, equal_nan=True)


def test_without_censoring_the_share_is_a_plain_one() -> None:
    time, code = np.array([1, 2, 3, 20, 21, 5]), np.array([1, 1, 1, 1, 1, 2])
    found = within_limit(time * 0, time, code, time * 0 - 1, np.ones(6, np.int64), groups=1, limit=10)
    assert found.estimate[0] == pytest.approx(3 / 6)


def test_late_entry_leaves_out_what_was_over_before() -> None:
    # The second clock is watched from time 5 on: on day 4 the first one is alone at risk.
    time, code, entry = np.array([4, 8]), np.array([1, 1]), np.array([-1, 5])
    found = within_limit(time * 0, time, code, entry, np.ones(2, np.int64), groups=1, limit=6)
    assert found.estimate[0] == 1.0


def test_days_over_by_hand() -> None:
    # Over by 2, 5 and 9 days; one pending that is over by 4 so far: S = 3/4 after 2, 3/8 after 5.
    over, done = np.array([2, 5, 9, 4]), np.array([True, True, True, False])
    found = overrun(over * 0, over, done, over * 0 - 1, np.ones(4, np.int64), groups=1)
    assert found.estimate[0].tolist() == [3.5, 5.0, 9.0]


def test_days_over_of_nobody() -> None:
    nothing = np.zeros(0, np.int64)
    found = overrun(nothing, nothing, nothing == 1, nothing, nothing, groups=1)
    assert np.isnan(found.estimate).all()


def test_hours_that_run_at_the_cutoff_have_not_run_out() -> None:
    # 24 hours in days: one kept on its own day, three begun on the day of the cut-off
    group, zero = np.zeros(4, np.int64), np.zeros(4, np.int64)
    code, entry, n = np.array([1, 0, 0, 0]), np.full(4, -1), np.ones(4, np.int64)
    young = within_limit(group, zero, code, entry, n, groups=1, limit=0, latest=1)
    assert not young.observed[0]
    assert np.isnan([young.estimate[0], young.missed[0], young.at_most[0]]).all()
    # one of them is watched longer
    time = np.array([0, 3, 0, 0])
    older = within_limit(group, time, code, entry, n, groups=1, limit=0, latest=1)
    assert older.observed[0]
    assert older.estimate[0] == pytest.approx(1 / 4)
