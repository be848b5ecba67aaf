"""Calendars of the user and working days: what each row does to a day, and which country is meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.calendar_file import CalendarRow, read_calendar
from justice_metrics.cases.working_days import Holidays, holidays_in, office_days

NOBODY = Holidays(np.zeros(0, np.int64), frozenset({5, 6}))


def number(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


def test_a_spanish_calendar_says_what_an_english_one_says(tmp_path: Path) -> None:
    english, spanish = tmp_path / "a.csv", tmp_path / "b.csv"
    english.write_text("from,to,kind,office\n2016-12-05,2016-12-29,vacation,\n2016-07-15,,holiday,Uno\n", "utf-8")
    spanish.write_text(
        "Desde;Hasta;Tipo;Oficina;Nota\n05/12/2016;29/12/2016;Vacación judicial;;x\n15/07/2016;;FERIADO;Uno;y\n",
        "utf-8",
    )
    assert read_calendar(english).rows == read_calendar(spanish).rows
    calendar = read_calendar(english)
    assert calendar.offices == ("Uno",)
    assert calendar.first_and_last("vacation") == (number("2016-12-05"), number("2016-12-29"))
    assert calendar.first_and_last("working") is None


def test_what_each_kind_does_to_a_day() -> None:
    # Monday 4 to Sunday 10 January 2016
    first = number("2016-01-04")
    rows = [
        CalendarRow(first, first + 2, "vacation", None),
        CalendarRow(first + 1, first + 1, "holiday", None),  # a holiday inside a vacation leaves it one
        CalendarRow(first + 2, first + 2, "working", None),  # worked in the vacation
        CalendarRow(first + 3, first + 3, "suspension", None),
        CalendarRow(first + 5, first + 5, "working", None),  # a Saturday
    ]
    days = office_days(first, first + 6, NOBODY, rows)
    assert days.working[0].tolist() == [False, False, True, False, True, True, False]
    assert days.vacation[0].tolist() == [True, True, False, False, False, False, False]
    assert days.suspended[0].tolist() == [False, False, False, True, False, False, False]


def test_rows_of_one_office_stand_above_those_of_all_whatever_their_order() -> None:
    first = number("2016-01-04")
    rows = [CalendarRow(first, first, "working", "Uno"), CalendarRow(first, first + 1, "vacation", None)]
    days = office_days(first, first + 1, NOBODY, rows, ("Uno",))
    assert days.working.tolist() == [[False, False], [True, False]]
    assert days.vacation.tolist() == [[True, True], [False, True]]


def test_a_span_of_working_days_lifts_suspensions_and_leaves_weekends() -> None:
    # Monday 4 to Sunday 17 January 2016; Wednesday 13 is a public holiday
    first = number("2016-01-04")
    country = Holidays(np.array([first + 9]), frozenset({5, 6}))
    rows = [
        CalendarRow(first, first + 13, "suspension", None),
        CalendarRow(first + 7, first + 13, "working", None),
        CalendarRow(first + 12, first + 13, "working", None),  # nothing but a weekend: it was worked
    ]
    days = office_days(first, first + 13, country, rows)
    assert days.working[0].tolist() == [False] * 7 + [True, True, False, True, True, True, True]
    assert not office_days(first, first + 13, country, rows[:2]).working[0][12:].any()
    assert days.suspended[0].tolist() == [True] * 7 + [False] * 7


def test_an_office_takes_its_own_vacation_in_place_of_the_common_one() -> None:
    first = number("2016-12-01")
    rows = [
        CalendarRow(first + 4, first + 8, "vacation", None),
        CalendarRow(first + 32, first + 36, "vacation", "Uno"),
        CalendarRow(first + 400, first + 404, "vacation", None),
    ]
    days = office_days(first, first + 410, NOBODY, rows, ("Uno",))
    assert np.flatnonzero(days.vacation[1]).tolist() == [*range(32, 37), *range(400, 405)]
    assert np.flatnonzero(days.vacation[0]).tolist() == [*range(4, 9), *range(400, 405)]
    assert days.working[1][4]
    # written for the office too, both are its own
    both = office_days(
        first, first + 99, NOBODY, [*rows, CalendarRow(first + 4, first + 8, "vacation", "Uno")], ("Uno",)
    )
    assert both.vacation[1].sum() == 10


def test_rows_outside_the_days_asked_for_change_nothing() -> None:
    first = number("2016-01-04")
    rows = [
        CalendarRow(first - 90, first - 80, "vacation", None),
        CalendarRow(first + 90, first + 91, "vacation", None),
    ]
    assert office_days(first, first + 1, NOBODY, rows).working.tolist() == [[True, True]]


def test_a_country_a_department_and_none() -> None:
    span = number("2015-01-01"), number("2015-12-31")
    bolivia, la_paz, nowhere = (set(holidays_in(one, *span).days.tolist()) for one in ("bo", "BO-L", "none"))
    assert number("2015-08-06") in bolivia
    assert la_paz - bolivia == {number("2015-07-16")}
    assert not nowhere
    # Friday and Saturday are the weekend of Egypt
    assert holidays_in("EG", *span).weekend == frozenset({4, 5})


@pytest.mark.parametrize(("country", "part"), [("XX", "XX"), ("BO-Q", "'Q'"), ("", "''")])
def test_an_unknown_country_is_named(country: str, part: str) -> None:
    with pytest.raises(QuestionError, match="no list of public holidays") as refused:
        holidays_in(country, 0, 365)
    assert part in str(refused.value)


def test_days_long_ago_need_no_list_of_holidays() -> None:
    assert len(holidays_in("BO", number("1900-01-01"), number("1901-01-01")).days) > 0
