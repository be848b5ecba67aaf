"""Stand-ins for no date, new year's days, weekdays and months against Python's own calendar."""

from __future__ import annotations

import datetime as dt

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.cases.calendar import date_of, day_number
from justice_metrics.cases.rules.calendar import (
    PLACEHOLDERS,
    days_in_month,
    holidays_of,
    new_year,
    stands_in,
    weekdays,
)


def evaluated(values: list[int | None], made: nw.Expr) -> list[object]:
    import duckdb

    frame = nw.from_native(
        duckdb.from_arrow(pa.table({"place": range(len(values)), "a": pa.array(values, pa.int32())}))
    )
    found = frame.select("place", made=made).collect().sort("place")
    return found.get_column("made").to_list()


@given(st.lists(st.dates(), min_size=1, max_size=30))
def test_parts_of_a_date(dates: list[dt.date]) -> None:
    days = np.array([day_number(one) for one in dates], dtype=np.int64)
    in_month, month = days_in_month(days)
    assert in_month.tolist() == [one.day for one in dates]
    assert month.tolist() == [one.month for one in dates]
    assert weekdays(days).tolist() == [one.weekday() for one in dates]


def test_new_years() -> None:
    years: list[int | None] = [1, 1600, 1900, 1901, 1970, 2000, 2001, 2016, 2100, 9999]
    expected = [day_number(dt.date(one or 1, 1, 1)) for one in years]
    assert evaluated(years, new_year(nw.col("a"))) == expected


def test_stand_ins() -> None:
    days: list[int | None] = [day_number(one) for one in PLACEHOLDERS]
    assert set(evaluated(days, stands_in(nw.col("a")))) == {True}


def test_other_days_stand_for_themselves() -> None:
    """Days beside a stand-in, and old and future ones, are dates: wrong perhaps, but not empty."""
    days: list[int | None] = [one for day in (0, day_number(dt.date(1900, 1, 1))) for one in (day - 3, day + 3)]
    days += [day_number(one) for one in (dt.date(1905, 6, 6), dt.date(2016, 1, 1), dt.date(2100, 5, 5))]
    assert set(evaluated(days, stands_in(nw.col("a")))) == {False}
    assert evaluated([None], stands_in(nw.col("a"))) == [None]


def test_holidays() -> None:
    assert dt.date(2017, 8, 7) in {date_of(one) for one in holidays_of("BO", 2016, 2018)}
    assert holidays_of(None, 2016, 2018) == []
    assert holidays_of("XX", 2016, 2018) == []
