"""Months, quarters, half years and years as pairs of days."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.cases.calendar import date_of, day_number
from justice_metrics.cases.periods import (
    PERIODS,
    Period,
    are,
    label_of,
    length_of,
    months_in,
    numbered,
    period_number,
    period_words,
    periods_between,
    periods_of,
)

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)).map(day_number)


def day(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


@pytest.mark.parametrize(
    ("period", "first", "last", "label", "days"),
    [
        ("month", "2020-02-01", "2020-02-29", "2020-02", 29),
        ("month", "2019-02-01", "2019-02-28", "2019-02", 28),
        ("quarter", "2020-01-01", "2020-03-31", "2020-Q1", 91),
        ("half_year", "2020-01-01", "2020-06-30", "2020-H1", 182),
        ("year", "2020-01-01", "2020-12-31", "2020", 366),
    ],
)
def test_the_period_of_a_day(period: Period, first: str, last: str, label: str, days: int) -> None:
    found = periods_of(np.array([day("2020-02-11" if "2020" in first else "2019-02-11")], np.int32), period)
    assert [str(date_of(int(one[0]))) for one in found[:2]] == [first, last]
    assert found.labels == (label,)
    assert found.days.tolist() == [days]


def test_periods_between_two_days_are_all_of_them() -> None:
    found = periods_between(day("2019-11-30"), day("2020-02-01"), "month")
    assert found.labels == ("2019-11", "2019-12", "2020-01", "2020-02")
    assert found.days.sum() == 30 + 31 + 31 + 29


@given(DAYS, st.sampled_from(PERIODS))
def test_a_day_lies_in_its_period_and_periods_follow_each_other(one: int, period: Period) -> None:
    number = period_number(np.array([one]), period)
    here, after = numbered(number, period), numbered(number + 1, period)
    assert here.first_day[0] <= one <= here.last_day[0]
    assert after.first_day[0] == here.last_day[0] + 1
    assert length_of(here.first_day, here.last_day) == period
    assert are(period, here.first_day, here.last_day).all()
    assert label_of(int(here.first_day[0]), int(here.last_day[0])) == here.labels[0]


@given(DAYS, st.sampled_from(PERIODS))
def test_longer_periods_are_made_of_months(one: int, period: Period) -> None:
    whole = periods_of(np.array([one], np.int32), period)
    months = periods_between(int(whole.first_day[0]), int(whole.last_day[0]), "month")
    assert len(months.labels) == months_in(period)
    assert months.days.sum() == whole.days[0]


def test_limits_of_no_calendar_period_have_no_length() -> None:
    first, last = np.array([day("2019-01-01")], np.int32), np.array([day("2019-01-15")], np.int32)
    assert length_of(first, last) is None
    assert label_of(int(first[0]), int(last[0])) == "2019-01-01/2019-01-15"


def test_periods_of_several_lengths_have_none_in_common() -> None:
    first = np.array([day("2019-01-01"), day("2019-01-01")], np.int32)
    assert length_of(first, np.array([day("2019-01-31"), day("2019-12-31")], np.int32)) is None


@pytest.mark.parametrize(
    ("label", "en", "es"),
    [
        ("2019", "2019", "2019"),
        ("2019-H2", "H2 2019", "S2 2019"),
        ("2019-Q1", "Q1 2019", "T1 2019"),
        ("2019-03", "Mar 2019", "mar 2019"),
        ("2019-01-01/2019-01-15", "1 Jan 2019 – 15 Jan 2019", "1 ene 2019 – 15 ene 2019"),
    ],
)
def test_words_of_a_period(label: str, en: str, es: str) -> None:
    assert period_words(label).text("en") == en
    assert period_words(label).text("es") == es
