"""Curves, means and tests asked as a user asks them, against R on teaching data: 8 digits, variances and tests to 6."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.table import Table
from justice_metrics.cases.durations import Durations

REFERENCE = Path(__file__).parents[1] / "reference"
NAMES = {"1": "verdict", "2": "rejection"}


def rows_of(name: str, **wanted: str) -> list[dict[str, str]]:
    """Return the rows of R's answer that match."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if all(row[key] == word for key, word in wanted.items())]
    assert rows, f"no reference rows in {name} for {wanted}"
    return rows


@pytest.fixture(scope="module")
def mgus2() -> Durations:
    """The counts of mgus2 as identical rows: months, endings, sex, thirds of age."""
    rows = rows_of("curves_counts", data="mgus2")
    code = {"censored": 0, "ended_1": 1, "ended_2": 2}
    table = pd.DataFrame(
        {
            "months": [int(row["day"]) for row in rows],
            "end": [code[row["what"]] for row in rows],
            "sex": [row["group"] for row in rows],
            "age": [row["stratum"] for row in rows],
            "n": [int(row["n"]) for row in rows],
        }
    )
    return jm.durations(table, days="months", ending="end", outcomes=NAMES, frequency="n")


def told(table: Table, column: str, **wanted: Any) -> float:
    """Return the one value of a column in the row that matches."""
    rows = np.logical_and.reduce([table[key] == word for key, word in wanted.items()])
    assert rows.sum() == 1, wanted
    return float(table[column][rows][0])


def same(ours: float, theirs: str | float, digits: int) -> bool:
    """Whether two numbers are equal to so many significant digits; R's empty cell is no number."""
    if theirs == "":
        return bool(np.isnan(ours)) or ours == 0
    return bool(np.isclose(ours, float(theirs), rtol=0.5 * 10.0 ** (1 - digits), atol=1e-12))


@pytest.mark.parametrize("limits", ["log-log", "log", "plain"])
def test_share_still_open(mgus2: Durations, limits: Any) -> None:
    expected = rows_of("expected_survival", data="mgus2", limits=limits)
    answer = jm.open_share(mgus2, by="sex", limits=limits)
    table = answer.at(sorted({int(row["day"]) for row in expected}))
    checked = 0
    for row in expected:
        where = {"sex": row["group"], "days": int(row["day"])}
        if np.isnan(told(table, "estimate", **where)):
            continue  # beyond the last case observed, where R carries the curve forward
        assert same(told(table, "estimate", **where), row["survival"], 8)
        assert same(told(table, "std_error", **where), row["std_error"], 6)
        if row["conf_low"]:
            assert same(told(table, "conf_low", **where), row["conf_low"], 6)
            assert same(told(table, "conf_high", **where), row["conf_high"], 6)
        checked += 1
    assert checked > 20


def test_cumulative_hazard(mgus2: Durations) -> None:
    table = jm.open_share(mgus2, by="sex").tables["hazard"]
    for row in rows_of("curves_survival", data="mgus2"):
        where = {"sex": row["group"], "outcome": "any_exit", "days": int(row["day"])}
        if (table["days"][table["sex"] == row["group"]] == int(row["day"])).any():
            assert same(told(table, "estimate", **where), row["hazard"], 8)
            assert same(told(table, "std_error", **where), row["poisson"], 6)


@pytest.mark.parametrize(("variance", "source"), [("greenwood", "std_error"), ("counting_process", "counting")])
def test_cumulative_incidence_with_both_variances(mgus2: Durations, variance: Any, source: str) -> None:
    expected = rows_of("curves_incidence", data="mgus2")
    table = jm.cumulative_incidence(mgus2, by="sex", variance=variance).at(
        sorted({int(row["day"]) for row in expected})
    )
    checked = 0
    for row in expected:
        where = {"sex": row["group"], "outcome": NAMES[row["cause"]], "days": int(row["day"])}
        if np.isfinite(told(table, "estimate", **where)):
            assert same(told(table, "estimate", **where), row["incidence"], 8)
            assert same(told(table, "std_error", **where), row[source], 6)
            checked += 1
    assert checked > 20


@pytest.mark.parametrize("limits", ["log-log", "log", "plain"])
def test_medians_and_other_quantiles(mgus2: Durations, limits: Any) -> None:
    shares = (0.1, 0.25, 0.5, 0.75, 0.9)
    main = jm.time_to(mgus2, by="sex", shares=shares, limits=limits).main
    for row in rows_of("expected_quantiles", data="mgus2", limits=limits):
        where = {"sex": row["group"], "share": float(row["probability"])}
        for column in ("estimate", "conf_low", "conf_high"):
            assert same(told(main, column, **where), row[column] or "", 8)


def test_given_that_a_case_lasted(mgus2: Durations) -> None:
    expected = rows_of("curves_conditional", data="mgus2")
    checked = 0
    for lasted in {row["lasted"] for row in expected}:
        mine = [row for row in expected if row["lasted"] == lasted]
        days = sorted({int(row["day"]) for row in mine})
        still = jm.open_share(mgus2, by="sex", given_days=int(lasted)).at(days)
        ended = jm.cumulative_incidence(mgus2, by="sex", given_days=int(lasted)).at(days)
        for row in mine:
            where = {"sex": row["group"], "days": int(row["day"])}
            if not np.isfinite(told(still, "estimate", **where)):
                continue
            assert same(told(still, "estimate", **where), row["survival"], 8)
            assert same(told(still, "std_error", **where), row["std_error"], 6)
            assert same(told(ended, "estimate", outcome="verdict", **where), row["incidence"], 8)
            assert same(told(ended, "std_error", outcome="verdict", **where), row["incidence_error"], 6)
            checked += 1
    assert checked > 20


def test_restricted_means(mgus2: Durations) -> None:
    state = {"0": "open", "1": "verdict", "2": "rejection"}
    last = {"F": 0, "M": 0}
    for row in rows_of("curves_counts", data="mgus2"):
        last[row["group"]] = max(last[row["group"]], int(row["day"]))
    expected = rows_of("curves_means", data="mgus2")
    for horizon in {row["horizon"] for row in expected}:
        main = jm.restricted_means(mgus2, by="sex", horizon_days=int(horizon)).main
        for row in (one for one in expected if one["horizon"] == horizon and one["state"] in state):
            where = {"sex": row["group"], "outcome": state[row["state"]]}
            if np.isnan(told(main, "estimate", **where)):
                assert int(horizon) > last[row["group"]]  # R carries the curve forward
                continue
            assert same(told(main, "estimate", **where), row["estimate"], 8)
            assert same(told(main, "std_error", **where), row["std_error"], 6)


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("strata", [(), ("age",)])
def test_tests_of_groups(mgus2: Durations, rho: float, strata: tuple[str, ...]) -> None:
    main = jm.curve_tests(mgus2, by="sex", test="g-rho", rho=rho, strata=strata).main
    stratified = str(len(strata))
    wanted = {"data": "mgus2", "stratified": stratified}
    found = [row for row in rows_of("curves_tests", test="survdiff", **wanted) if float(row["p"]) == rho]
    assert same(told(main, "statistic", outcome="any_exit", scale="hazard"), found[0]["chi_square"], 6)
    for row in rows_of("curves_gray", **wanted):
        if float(row["rho"]) == rho:
            where = {"outcome": NAMES[row["cause"]], "scale": "incidence"}
            assert same(told(main, "statistic", **where), row["chi_square"], 6)
            assert same(told(main, "p_value", **where), row["p_value"], 6)


# ------------------------------------------------------------------------------------------ weights and clusters


@pytest.mark.parametrize("variant", ["weights", "cluster", "both"])
@pytest.mark.parametrize("data", ["mgus2", "colon", "melanoma", "pbc", "mgus2_age"])
def test_robust_intervals(data: str, variant: str) -> None:
    expected = [
        row
        for row in rows_of("finegray_robust", data=data)
        if row["variant"] == variant and row["curve"] in ("survival", "incidence")
    ]
    if not expected:
        pytest.fail(f"R says nothing of {data} with {variant}")
    table = pd.DataFrame(rows_of(f"finegray_rows_{data}"))
    table = table.astype({"entry": int, "exit": int, "code": int, "weight": float})
    given: dict[str, Any] = {"weight": "weight"} if variant != "cluster" else {}
    if variant != "weights":
        given["cluster"] = "cluster"
    endings = {str(code): f"ending {code}" for code in sorted(set(table["code"]) - {0})}
    times = jm.durations(table, days="exit", ending="code", entry="entry", outcomes=endings, by="group", **given)
    days = sorted({int(float(row["day"])) for row in expected})
    still = jm.open_share(times, by="group")
    ended = jm.cumulative_incidence(times, by="group")
    assert still.times.variance == "infinitesimal_jackknife"
    tables = {"survival": still.at(days), "incidence": ended.at(days)}
    checked = 0
    for row in expected:
        where: dict[str, Any] = {"group": row["group"], "days": int(float(row["day"]))}
        if row["curve"] == "incidence":
            where["outcome"] = endings[row["outcome"]]
        ours = told(tables[row["curve"]], "estimate", **where)
        if np.isfinite(ours):
            assert same(ours, row["estimate"], 8)
            assert same(told(tables[row["curve"]], "std_error", **where), row["std_error"], 6)
            checked += 1
    assert checked > 3
