"""The year of a day, in every engine that is in the house without a cluster."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.days import year_of_day

DATES = [
    dt.date(year, month, day)
    for year in (1899, 1900, 1901, 1904, 1969, 1970, 1999, 2000, 2001, 2004, 2016, 2098, 2099)
    for month, day in ((1, 1), (1, 2), (2, 28), (3, 1), (12, 30), (12, 31))
]


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
@pytest.mark.parametrize(("first", "last"), [(1900, 2020), (1901, 2098), (2014, 2018), (2016, 2016)])
def test_every_new_year_and_the_days_beside_it(engine: str, first: int, last: int) -> None:
    frame = pd.DataFrame({"day": [day_number(one) for one in DATES]}, dtype="int32")
    native: Any = {"pandas": frame, "polars": pl.from_pandas(frame)}.get(engine)
    if native is None:
        native = duckdb.connect().from_df(frame)
    years = nw.from_native(native).lazy().select(year=year_of_day(nw.col("day"), first, last)).collect()
    expected = [min(max(one.year, first - 1), last + 1) for one in DATES]
    assert years.get_column("year").to_list() == expected


def test_every_day_of_two_centuries() -> None:
    first, last = (day_number(one) for one in (dt.date(1900, 12, 30), dt.date(2100, 1, 3)))
    days = np.arange(first, last + 1)
    frame = nw.from_native(pl.DataFrame({"day": pl.Series(days, dtype=pl.Int32)}))
    found = frame.select(year=year_of_day(nw.col("day"), 1901, 2099))["year"].to_numpy()
    assert np.array_equal(found, days.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970)
