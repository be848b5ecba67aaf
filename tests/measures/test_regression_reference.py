"""Regressions asked through the public functions are those of R, to 8 digits (estimates) and 6 (errors, tests)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.cases.durations import Durations

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
ESTIMATE, ERROR = 1e-8, 1e-6
MALE = {"sex": "M"}
ROSSI = "fin + age + race + wexp + mar + paro + prio"
ROSSI_REFERENCES = {"fin": "no", "race": "other", "wexp": "no", "mar": "not married", "paro": "no"}


@cache
def rows(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"regression_{name}_rows.csv")


@cache
def expected(table: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"regression_{table}.csv", keep_default_na=False)


def coefficients(case: str) -> tuple[list[float], list[float]]:
    own = expected("coefficients").query("case == @case")
    return own["estimate"].tolist(), own["std_error"].tolist()


def value_of(case: str, name: str, term: str = "") -> float:
    own = expected("tests").query("case == @case and name == @name and term == @term")
    return float(own["value"].iloc[0])


def mgus2() -> Durations:
    return jm.durations(rows("mgus2"), days="etime", ending="event", outcomes={"1": "pcm", "2": "death"})


def rossi() -> Durations:
    return jm.durations(rows("rossi"), days="week", ending="arrest")


def veteran() -> Durations:
    return jm.durations(rows("veteran"), days="time", ending="status")


def heart(**more: Any) -> Durations:
    return jm.durations(rows("heart"), days="exit", entry="entry", ending="event", id="id", **more)


def asked(case: str) -> Any:
    first = {"formula": "age + sex", "references": MALE, "outcome": "pcm"}
    death = {**first, "outcome": "death"}
    questions: dict[str, tuple[Any, dict[str, Any]]] = {
        "mgus2": (mgus2, first),
        "mgus2_breslow": (mgus2, {**first, "ties": "breslow"}),
        "mgus2_death": (mgus2, death),
        "mgus2_robust": (mgus2, {**first, "robust": True}),
        "mgus2_hgb": (mgus2, {**first, "formula": "hgb + sex"}),
        "mgus2_spline": (mgus2, {**death, "formula": "bs(age, df=4) + sex"}),
        "mgus2_poly": (mgus2, {**death, "formula": "poly(age, 2) * sex"}),
        "mgus2_strata": (mgus2, {"formula": "age", "strata": "sex", "outcome": "death"}),
        "rossi": (rossi, {"formula": ROSSI, "references": ROSSI_REFERENCES, "outcome": "1"}),
        "veteran": (veteran, {"formula": 'karno + C(celltype, Treatment("smallcell"))', "outcome": "1"}),
        "veteran_ridge": (veteran, {"formula": "karno + age", "outcome": "1", "penalty": 2.0}),
        "heart": (heart, {"formula": "age + year + surgery + transplant", "outcome": "1"}),
        "heart_cluster": (heart, {"formula": "age + year + surgery + transplant", "outcome": "1", "robust": True}),
    }
    times, settings = questions[case]
    return jm.cox_regression(times(), **settings)


CASES = (
    *("mgus2", "mgus2_breslow", "mgus2_death", "mgus2_robust", "mgus2_hgb", "mgus2_spline", "mgus2_poly"),
    *("mgus2_strata", "rossi", "veteran", "veteran_ridge", "heart", "heart_cluster"),
)


@pytest.mark.parametrize("case", CASES)
def test_cox_is_that_of_r(case: str) -> None:
    answer = asked(case)
    estimate, error = coefficients(case)
    table = answer.tables["coefficients"]
    order = in_order(case, table)
    assert table["estimate"][order].astype(float) == pytest.approx(estimate, rel=ESTIMATE)
    assert table["std_error"][order].astype(float) == pytest.approx(error, rel=ERROR)
    if case != "veteran_ridge":
        assert answer.tables["fit"]["log_likelihood"][0] == pytest.approx(
            value_of(case, "log_likelihood"), rel=ESTIMATE
        )
    # R's poly() gives equal ages values that differ in the last bit, so that it counts tied predictions as untied
    if case not in {"veteran_ridge", "mgus2_poly"}:
        assert answer.tables["fit"]["concordance"][0] == pytest.approx(value_of(case, "concordance"), rel=ERROR)
    tests = answer.tables["tests"]
    for name in ("wald", "likelihood_ratio"):
        own = (tests["test"] == name) & (tests["term"] == "")
        if own.any() and case != "veteran_ridge":
            assert float(tests["statistic"][own][0]) == pytest.approx(value_of(case, name), rel=ERROR)


def in_order(case: str, table: Any) -> list[int]:
    """R writes the main effects of an interaction in another order than the formula library does."""
    if case == "mgus2_poly":
        keys = list(zip(table["term"], table["level"], strict=True))
        wanted = [("poly(age, 2)", "1"), ("poly(age, 2)", "2"), ("sex", "F")]
        rest = [key for key in keys if key not in wanted]
        return [keys.index(key) for key in (*wanted, *rest)]
    return list(range(len(table)))


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("mgus2", {"age": "age", "sex": "sexf", "": "GLOBAL"}),
        ("mgus2_death", {"age": "age", "sex": "sexf", "": "GLOBAL"}),
        ("rossi", {**{one: one for one in ROSSI.split(" + ")}, "": "GLOBAL"}),
        ("veteran", {"karno": "karno", "celltype": "celltype", "": "GLOBAL"}),
        ("heart", {**{one: one for one in ("age", "year", "surgery", "transplant")}, "": "GLOBAL"}),
    ],
)
def test_proportional_hazards_are_tested_as_in_r(case: str, names: dict[str, str]) -> None:
    tests = asked(case).tables["tests"]
    own = tests["test"] == "proportional_hazards"
    found = dict(zip(tests["term"][own], tests["statistic"][own], strict=True))
    assert set(found) == set(names)
    for ours, theirs in names.items():
        assert found[ours] == pytest.approx(value_of(case, "proportional_hazards", theirs), rel=ERROR)


def test_reference_rows_and_counts() -> None:
    main = asked("mgus2").main
    assert list(zip(main["term"], main["level"], main["reference"], strict=True)) == [
        ("age", "", ""),
        ("sex", "M", "M"),
        ("sex", "F", "M"),
    ]
    table = rows("mgus2")
    assert main["at_risk"].tolist() == [len(table), int((table["sex"] == "M").sum()), int((table["sex"] == "F").sum())]
    ended = table.query("event == 1")["sex"].value_counts()
    assert main["events"].tolist() == [int(ended.sum()), int(ended["M"]), int(ended["F"])]
    assert main["estimate"][1] == 1
    assert main["estimate"][2] == pytest.approx(np.exp(coefficients("mgus2")[0][1]))


def test_a_missing_number_leaves_its_row_out_and_is_counted() -> None:
    answer = asked("mgus2_hgb")
    missing = int(rows("mgus2")["hgb"].isna().sum())
    assert [one.n for one in answer.provenance.left_out] == [missing]
    assert answer.units == len(rows("mgus2")) - missing


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_fine_gray_is_that_of_finegray_and_coxph(ties: Any) -> None:
    answer = jm.subdistribution_regression(mgus2(), formula="age + sex", references=MALE, outcome="pcm", ties=ties)
    estimate, _ = coefficients(f"finegray_{ties}")
    assert answer.tables["coefficients"]["estimate"].astype(float) == pytest.approx(estimate, rel=ESTIMATE)


def test_fine_gray_is_that_of_crr() -> None:
    answer = jm.subdistribution_regression(
        mgus2(), formula="age + sex", references=MALE, outcome=None, ties="breslow", censoring_ties="all_at_risk"
    )
    table = answer.tables["coefficients"]
    for place, outcome in enumerate(("pcm", "death"), start=1):
        own = table["outcome"] == outcome
        estimate, error = coefficients(f"crr_{place}")
        # crr stops its search early: its own tolerance is 1e-6
        assert table["estimate"][own].astype(float) == pytest.approx(estimate, rel=1e-6)
        assert table["std_error"][own].astype(float) == pytest.approx(error, rel=ERROR)


def test_standardised_shares_are_means_of_predictions() -> None:
    table = rows("mgus2").assign(any=lambda frame: (frame["event"] > 0).astype(int))
    times = jm.durations(table, days="etime", ending="any", by=("age", "sex"))
    answer = jm.cox_regression(times, formula="age + sex", references=MALE, outcome="1", horizon_days=(60, 120, 240))
    adjusted = answer.tables["adjusted"]
    assert adjusted["level"].tolist() == ["F"] * 3 + ["M"] * 3
    wanted = [value_at("standardised", level, day) for level in ("F", "M") for day in (60, 120, 240)]
    assert adjusted["estimate"].astype(float) == pytest.approx(wanted, rel=ESTIMATE)


def value_at(case: str, name: str, term: int) -> float:
    own = expected("tests").query("case == @case and name == @name")
    return float(own.loc[own["term"].astype(str) == str(term), "value"].iloc[0])


@pytest.mark.parametrize("strata", [(), ("sex",)])
def test_incidences_of_all_models_add_up_to_what_is_not_open(strata: tuple[str, ...]) -> None:
    answer = jm.cause_specific_regression(
        mgus2(), formula="age" if strata else "age + sex", strata=strata, horizon_days=(60, 240), ties="breslow"
    )
    table = pd.DataFrame({name: answer.tables["predicted"][name] for name in ("outcome", "days", "estimate")})
    assert (table.groupby("days")["estimate"].sum() < 2 * (1 + len(strata))).all()
    assert set(table["outcome"]) == {"pcm", "death"}


def test_predicted_incidence_is_that_of_a_multi_state_model() -> None:
    answer = jm.cause_specific_regression(
        mgus2(), formula="age + sex", references=MALE, ties="breslow", horizon_days=(60, 120, 240)
    )
    table = answer.tables["predicted"]
    levels = {"": "M", "F": "F"}
    for row in range(len(table)):
        name = f"{levels[str(table['level'][row])]} {table['outcome'][row]}"
        wanted = value_at("incidence", name, int(table["days"][row]))
        assert float(table["estimate"][row]) == pytest.approx(wanted, rel=ESTIMATE)


def test_every_ending_has_the_model_that_it_has_alone() -> None:
    together = jm.cause_specific_regression(mgus2(), formula="age + sex", references=MALE).tables["coefficients"]
    for outcome, case in (("pcm", "mgus2"), ("death", "mgus2_death")):
        own = together["outcome"] == outcome
        assert together["estimate"][own].astype(float) == pytest.approx(coefficients(case)[0], rel=ESTIMATE)
        assert together["std_error"][own].astype(float) == pytest.approx(coefficients(case)[1], rel=ERROR)
