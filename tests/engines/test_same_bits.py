"""One answer, whatever engine the cases lie in: every column of every table, bit for bit."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from justice_metrics.cases.casedata import CaseData
from justice_metrics.simulate.extracts import COHORT, draw
from tests.made_cases import frame_of, log, on

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

Frame = Callable[[pd.DataFrame], Any]
ACTORS = ("lawyer", "psychologist", "social_worker")


def same(frame: pd.DataFrame) -> Any:
    return frame


def asked(cases: CaseData, *, by: tuple[str, ...] = ()) -> dict[str, Result]:
    """Ask every question, plain and by groups."""
    answers: dict[str, Result] = {
        "attrition": jm.attrition(cases, age_months=(12, 24)),
        "incidence": jm.cumulative_incidence(cases),
        "first endings": jm.cumulative_incidence(cases, endings="first"),
        "time to charge": jm.time_to(cases, outcome="charge"),
        "rates": jm.conviction_rates(cases),
        "shares": jm.outcome_shares(cases),
        "caseload": jm.caseload(cases),
        "ages": jm.case_ages(cases, years=(1, 2)),
    }
    if by:
        answers |= {
            "attrition by": jm.attrition(cases, by=by, age_months=(12,)),
            "incidence by": jm.cumulative_incidence(cases, by=by, start="charge", outcome=("verdict", "rejection")),
            "rates by": jm.conviction_rates(cases, by=by, per=("complaint", "verdict")),
            "caseload by": jm.caseload(cases, by="year"),
        }
    if cases.support is not None:
        answers["landmark"] = jm.landmark_association(cases, actors=ACTORS, landmark_days=90, resamples=200)
    return answers


def differences(one: dict[str, Result], other: dict[str, Result]) -> list[str]:
    """Name every table and column that is not equal to the bit."""
    found = [] if list(one) == list(other) else ["questions"]
    for name, result in one.items():
        twin = other[name]
        if list(result.tables) != list(twin.tables) or result.summary("es") != twin.summary("es"):
            found.append(f"{name}: tables or words")
            continue
        for table, columns in result.tables.items():
            for column, values in columns.values.items():
                held = twin.tables[table].values[column]
                comparable = values.dtype.kind == "f"
                if values.dtype != held.dtype or not np.array_equal(values, held, equal_nan=comparable):
                    found.append(f"{name}: {table}.{column}")
    return found


# ---------------------------------------------------------------------------------------------------- a wide table


WIDE_ATTRIBUTES = ("sex", "age_at_fact", "department", "court")


def cohort() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """The simulated register: gaps among the attributes, text codes for missing, both kinds of weight."""
    return deepcopy(_cohort())


@cache
def _cohort() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    extract = draw(COHORT)
    text = files("justice_metrics.simulate").joinpath("texts", "bolivia_national_mapping.toml").read_text("utf-8")
    mapping: dict[str, Any] = tomllib.loads(text)
    mapping["cases"]["cutoff"] = COHORT.cutoff
    mapping["attributes"] = {name: mapping["attributes"][name] for name in WIDE_ATTRIBUTES}
    cases = pd.DataFrame({name: one_type(column) for name, column in extract.cases.items()})
    # Every seventh sex is a real gap and no code, every place in the list has its own weight.
    cases.loc[::7, "sexo"] = None
    cases["expansion"] = [round(1 + (place * 37 % 101) / 30, 3) for place in range(len(cases))]
    cases["copies"] = [1 + place % 3 for place in range(len(cases))]
    return cases, pd.DataFrame(extract.support), mapping


def one_type(column: list[Any]) -> list[Any]:
    kinds = {type(one) for one in column if one is not None}
    return column if len(kinds) < 2 else [None if one is None else str(one) for one in column]


def from_cohort(frame: Frame) -> dict[str, Result]:
    cases, support, mapping = cohort()
    return asked(CaseData.from_frame(frame(cases), mapping, support=frame(support)), by=("department", "sex"))


def from_weighted(frame: Frame) -> dict[str, Result]:
    cases, _, mapping = cohort()
    mapping = {**mapping, "attributes": {"sex": mapping["attributes"]["sex"]}}
    del mapping["support"]
    mapping["cases"] = {**mapping["cases"], "frequency": "copies", "sampling": {"weight": "expansion"}}
    made = CaseData.from_frame(frame(cases), mapping)
    return {
        "attrition": jm.attrition(made, age_months=()),
        "incidence": jm.cumulative_incidence(made, by="sex"),
        "rates": jm.conviction_rates(made, by="sex"),
        "caseload": jm.caseload(made),
    }


# ---------------------------------------------------------------------------------------------------- an event log

EVENTS = [
    # closed, reopened, charged on the day of the reopening, convicted
    *(("a", "complaint", 0), ("a", "rejected", 40), ("a", "preliminary", 90), ("a", "charged", 90)),
    *(("a", "convicted", 400),),
    # convicted, annulled, tried again, acquitted for good
    *(("b", "complaint", 5), ("b", "charged", 20), ("b", "trial", 200), ("b", "convicted", 210), ("b", "appeal", 230)),
    *(("b", "trial", 300), ("b", "acquitted", 310), ("b", "appeal", 330), ("b", "final_acquittal", 500)),
    # all on one day, in no order
    *(("c", "rejected", 7), ("c", "complaint", 7), ("c", "preliminary", 7)),
    # no date for the charge, none for the ending
    *(("d", "complaint", 9), ("d", "charged", None), ("d", "dismissed", None)),
    # open
    *(("e", "complaint", 30), ("e", "preliminary", 31)),
    # older than the calendar of computers
    *(("f", "complaint", -16_500), ("f", "rejected", -16_450)),
    # archived and taken up again
    *(("g", "archived", 60), ("g", "complaint", 50), ("g", "preliminary", 61)),
]


def from_log(frame: Frame) -> dict[str, Result]:
    return asked(log(EVENTS, frame=frame))


# ---------------------------------------------------------------------------------------------------- stage tables


def stage_tables() -> tuple[list[pd.DataFrame], dict[str, Any]]:
    units = range(60)
    intake = frame_of(
        [{"number": n, "received": n % 17, "town": ("La Paz", "Oruro", None)[n % 3], "age": n if n % 5 else None}
         for n in units], ["received"],
    )  # fmt: skip
    charges = frame_of([{"number": n, "filed": 20 + n} for n in units if n % 2], ["filed"])
    ends = frame_of(
        [{"number": n, "how": ("Condena", "Absolución", "Rechazo")[n % 3], "when": 90 + 3 * n if n % 7 else None}
         for n in units if n % 4], ["when"],
    )  # fmt: skip
    mapping = {
        "data": {"kind": "stages"},
        "cases": {"id": "number", "unit": "accused", "procedure": "bolivia", "cutoff": on(400)},
        "stages": [
            {"state": "complaint", "date": "received"},
            {"state": "charged", "date": "filed"},
            {"outcome": {"column": "how", "date": "when", "labels": {"Condena": "convicted",
             "Absolución": "acquitted", "Rechazo": "rejected"}}},
        ],
        "attributes": {"municipality": "town", "age_at_fact": {"column": "age", "type": "integer"}},
    }  # fmt: skip
    return [intake, charges, ends], mapping


def from_stages(frame: Frame) -> dict[str, Result]:
    tables, mapping = stage_tables()
    return asked(CaseData.from_frame([frame(one) for one in tables], mapping), by=("municipality", "age_at_fact"))


MADE = {"cohort": from_cohort, "weighted": from_weighted, "log": from_log, "stages": from_stages}


@pytest.fixture(scope="module")
def reference() -> Callable[[str], dict[str, Result]]:
    """What pandas answers, asked once per shape."""
    kept: dict[str, dict[str, Result]] = {}
    return lambda shape: kept.setdefault(shape, kept.get(shape) or MADE[shape](same))


@pytest.mark.parametrize("shape", MADE)
def test_same_bits(shape: str, engine: Any, reference: Callable[[str], dict[str, Result]]) -> None:
    answers = MADE[shape](engine.frame)
    assert differences(reference(shape), answers) == []
    assert all(len(answer.main) > 1 for answer in answers.values())
