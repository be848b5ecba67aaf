"""Districts of the public cases of India, compared; what is counted is counted again by pandas alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm

pytestmark = pytest.mark.needs_data

CUTOFF = pd.Timestamp("2020-03-31")
WITHIN = 730


@pytest.fixture(scope="module")
def compared(shared_data: Path) -> jm.Result:
    cases = jm.read_cases(mapping=Path(__file__).parent / "india" / "mapping.toml")
    return jm.compare_offices(
        cases, office="district", per="registered", outcome="conviction", within_days=WITHIN, adjust="offence_category"
    )


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> pd.DataFrame:
    frame = pd.read_csv(shared_data / "india_pocso" / "cases.csv.gz", dtype=str, keep_default_na=False)
    began, ended = pd.to_datetime(frame["dt_regis"]), pd.to_datetime(frame["date_of_decision"], errors="coerce")
    days = (ended - began).dt.days
    convicted = frame["disposition"].str.startswith("Convicted")
    old = (began + pd.Timedelta(days=WITHIN) <= CUTOFF) & ~(convicted & (days < 0))
    frame = frame.assign(convicted=convicted & (days <= WITHIN))[old]
    return frame.groupby("district_name")["convicted"].agg(["size", "sum"])


def test_cases_and_convictions_of_each_district(compared: jm.Result, rows: pd.DataFrame) -> None:
    main = compared.main
    assert set(rows.index) <= set(main["district"])
    # a district all of whose cases are too young is there, without a case
    known = rows.reindex(main["district"], fill_value=0)
    np.testing.assert_array_equal(main["cases"].astype(int), known["size"])
    np.testing.assert_array_equal(main["numerator"].astype(int), known["sum"])


def test_what_is_expected_adds_up_to_what_was_observed(compared: jm.Result) -> None:
    indirect = compared.tables["indirect"]
    assert indirect["expected"].sum() == pytest.approx(indirect["numerator"].sum())


def test_districts_differ_far_more_than_chance(compared: jm.Result) -> None:
    """Each is judged by limits that allow for it: few are special, and small districts have no rank."""
    spread = compared.tables["spread"]
    assert spread["factor"][0] > 3
    assert spread["outside"][0] <= 2 * spread["expected_outside"][0]
    small = compared.main["cases"] < 30
    assert small.any()
    assert np.isnan(compared.main["rank"][small]).all()
    assert np.isfinite(compared.main["rank"][~small]).all()
