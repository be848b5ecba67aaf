"""Counts of what is recorded, of labels and of days: parts add up, engines agree, a frequency is so many rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.reduce.completeness import Recorded, first_usual, recorded_counts
from justice_metrics.reduce.heaping import day_counts
from justice_metrics.reduce.label_counts import Labelled, label_counts

MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
    "dates": {"complaint": "day"},
    "attributes": {"offence": "offence", "court": "court"},
}


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(9)
    n = 400
    return pd.DataFrame(
        {
            "id": [f"c{one}" for one in range(n)],
            "day": np.datetime64("2016-01-01") + rng.integers(0, 1_000, n).astype("timedelta64[D]"),
            "offence": rng.choice(["rape", "assault", ""], n),
            "court": rng.choice(["A", "B"], n),
        }
    )


def cases_of(data: Any, **cases: Any) -> jm.CaseData:
    return jm.CaseData.from_frame(data, {**MAPPING, "cases": {**MAPPING["cases"], **cases}})


def of_all(cases: jm.CaseData) -> tuple[Recorded, Labelled]:
    return recorded_counts(cases, by=("court",)), label_counts(cases, fields=("offence",), by=("court",))


def same(one: tuple[Recorded, Labelled], two: tuple[Recorded, Labelled]) -> bool:
    equal = [np.array_equal(getattr(one[0], name), getattr(two[0], name)) for name in ("units", "recorded", "due")]
    return all(equal) and np.array_equal(one[1].fields[0].n, two[1].fields[0].n)


def test_halves_add_up() -> None:
    data = frame()
    whole = of_all(cases_of(data))
    parts = [of_all(cases_of(data[data["day"].dt.day % 2 == one])) for one in (0, 1)]
    for name in ("units", "recorded", "due"):
        assert np.array_equal(getattr(whole[0], name), sum(getattr(one[0], name) for one in parts))
    assert np.array_equal(whole[1].fields[0].n, sum(one[1].fields[0].n for one in parts))


def test_engines_agree() -> None:
    data = frame()
    assert same(of_all(cases_of(data)), of_all(cases_of(pl.from_pandas(data))))
    one, two = (day_counts(cases_of(one), dates=("complaint",))[0] for one in (data, pl.from_pandas(data)))
    assert np.array_equal(one.day, two.day)
    assert np.array_equal(one.n, two.n)


def test_a_frequency_is_so_many_rows() -> None:
    data = frame()
    often = data.assign(n=[str(1 + one % 3) for one in range(len(data))])
    repeated = data.loc[np.repeat(data.index, 1 + np.arange(len(data)) % 3)].reset_index(drop=True)
    repeated["id"] = [f"d{one}" for one in range(len(repeated))]
    assert same(of_all(cases_of(often, frequency="n")), of_all(cases_of(repeated)))


@pytest.mark.parametrize(
    ("years", "n", "first"),
    [
        ([1900, 1931, 2015, 2016], [1, 1, 300, 200], 2015),
        ([2012, 2015, 2016], [1, 300, 200], 2012),  # three years are no gap
        ([2000, 2015, 2016], [30, 300, 200], 2000),  # a tenth of the cases is no slip
        ([2016], [5], 2016),
        ([], [], 0),
    ],
)
def test_where_periods_begin(years: list[int], n: list[int], first: int) -> None:
    assert first_usual(np.array(years, np.int64), np.array(n, np.int64), "year") == first
