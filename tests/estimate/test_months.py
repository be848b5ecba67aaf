"""Months as laws count them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.months import months_later

EPOCH = dt.date(1970, 1, 1)


def later(date: str, months: int) -> str:
    day = (dt.date.fromisoformat(date) - EPOCH).days
    return (EPOCH + dt.timedelta(days=int(months_later(np.array([day]), months)[0]))).isoformat()


@pytest.mark.parametrize(
    ("date", "months", "expected"),
    [
        ("2016-03-15", 12, "2017-03-15"),
        ("2016-02-29", 12, "2017-02-28"),
        ("2016-02-29", 48, "2020-02-29"),
        ("2017-08-31", 6, "2018-02-28"),
        ("2015-12-31", 2, "2016-02-29"),
        ("1969-11-30", 3, "1970-02-28"),
        ("2016-05-05", 0, "2016-05-05"),
    ],
)
def test_by_hand(date: str, months: int, expected: str) -> None:
    assert later(date, months) == expected


@given(st.dates(dt.date(1950, 1, 1), dt.date(2080, 1, 1)), st.integers(0, 400))
def test_the_month_is_right_and_the_day_the_same_or_the_last(date: dt.date, months: int) -> None:
    found = dt.date.fromisoformat(later(date.isoformat(), months))
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    assert (found.year, found.month) == (year, month + 1)
    assert found.day == date.day or (found.day < date.day and (found + dt.timedelta(days=1)).day == 1)
