"""Dates of birth as registers have them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.linkage.births import Birth, birth_from_age, birth_of, days_of
from justice_metrics.cases.readers.text_table import TextTable


def day(year: int, month: int, date: int) -> int:
    return day_number(dt.date(year, month, date))


def test_a_day_is_known_to_the_day() -> None:
    assert birth_of(day(2004, 5, 3)) == Birth("2004-05-03", "2004-03-05", 2004, from_age=False)


def test_the_first_of_january_is_a_year_only() -> None:
    assert birth_of(day(2004, 1, 1)) == Birth(year=2004)


@pytest.mark.parametrize("year", [1900, 1901, 1800])
def test_stand_ins_are_nothing(year: int) -> None:
    assert birth_of(day(year, 1, 1)) == Birth()


def test_a_month_or_year_is_a_year_only() -> None:
    assert birth_of(day(2004, 5, 15), precision="month") == Birth(year=2004)
    assert birth_of(None) == Birth()


@given(st.dates(dt.date(1930, 1, 1), dt.date(2020, 12, 31)).filter(lambda one: one.day <= 12))
def test_an_exchanged_day_and_month_has_the_same_key(date: dt.date) -> None:
    exchanged = date.replace(month=date.day, day=date.month)
    assert birth_of(day_number(date)).swap_key == birth_of(day_number(exchanged)).swap_key


def test_an_age_gives_a_year() -> None:
    assert birth_from_age(12, day(2016, 6, 1)) == Birth(year=2004, from_age=True)
    assert birth_from_age(200, day(2016, 6, 1)) == birth_from_age(None, 0) == birth_from_age(5, None) == Birth()


def test_what_cannot_be_read_is_blank_and_counted() -> None:
    cells = pa.array(["03/05/2004", "31/12/1999", None, "no consta", "2004"], pa.string())
    read = TextTable(table=pa.table({"Nac": cells}), source="made", n_rows=5)
    found = days_of(read, "Nac", order="dmy")
    assert found.days == [day(2004, 5, 3), day(1999, 12, 31), None, None, day(2004, 7, 1)]
    assert found.precision == ["day", "day", "day", "day", "year"]
    assert "1 date of 'Nac'" in str(found.notes[0])
    assert "consta" not in str(found.notes[0])
