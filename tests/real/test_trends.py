"""Trends of the public cases of India: published counts, and cohorts that are too young."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.measures.series.trends import trends

pytestmark = pytest.mark.needs_data

HERE = Path(__file__).parent / "india"


@pytest.fixture(scope="module")
def india(shared_data: Path) -> jm.CaseData:
    return jm.read_cases(mapping=HERE / "mapping.toml")


def test_registrations_by_year_are_those_of_the_report(india: jm.CaseData) -> None:
    answer = trends(india, quantity="new", period="year")
    main = answer.main
    # table 2.1 of the draft report of 14 October 2020 has 978 in 2020: 12 of them are dated after the cut-off
    assert main["numerator"].tolist() == [2, 351, 762, 1500, 2519, 3486, 4975, 5210, 978 - 12]
    assert [(str(one.reason), one.n) for one in answer.provenance.left_out] == [
        ("came there after the cut-off, by its dates", 12)
    ]
    # the act is of November 2012, so the register begins in that year; the data end on 31 March 2020
    assert main["state"].tolist() == ["immature"] + ["complete"] * 7 + ["immature"]


def test_cohorts_against_pandas(india: jm.CaseData, shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "india_pocso" / "cases.csv.gz", dtype=str, keep_default_na=False)
    start = pd.to_datetime(frame["dt_regis"], format="%Y-%m-%d")
    end = pd.to_datetime(frame["date_of_decision"].where(frame["date_of_decision"] != ""), format="%Y-%m-%d")
    days = (end - start).dt.days
    convicted = frame["disposition"].str.startswith("Convicted") & (frame["disp_nature"] != "0")
    cutoff = pd.Timestamp("2020-03-31")
    kept = (start <= cutoff) & ~(convicted & (days < 0)) & ~(convicted & end.isna())
    followed = kept & (start + pd.Timedelta(days=365) <= cutoff)
    in_time = followed & convicted & (days <= 365) & (end <= cutoff)
    main = trends(india, outcome="conviction", start="registered", within_days=365, period="year").main
    years = main["period"].astype(int)
    for name, rows in (("units", kept), ("denominator", followed), ("numerator", in_time)):
        expected = start.dt.year[rows].value_counts().reindex(years, fill_value=0).to_numpy().astype(float)
        waiting = np.isnan(main[name].astype(float))
        np.testing.assert_array_equal(main[name].astype(float)[~waiting], expected[~waiting])
    # of 2019 three months were followed for a year, of 2020 none
    assert main["state"].tolist() == ["complete"] * 7 + ["immature", "pending"]


def test_the_share_so_far_falls_while_that_at_one_age_does_not(india: jm.CaseData) -> None:
    answer = trends(india, outcome="conviction", start="registered", within_days=365, period="year")
    so_far = answer.tables["so_far"]["estimate"].astype(float)
    same_age = answer.main["estimate"].astype(float)
    # of those of 2013 24 % were convicted by the cut-off, of those of 2018 8 %: they had less time
    assert (np.diff(so_far[1:]) < 0).all()
    assert so_far[6] < so_far[1] / 3
    # within a year of their registration it was 3.4 % and 3.7 %
    assert same_age[6] > same_age[1]
