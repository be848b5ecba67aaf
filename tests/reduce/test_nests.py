"""Attributes that lie in one another: an outsider adds the courts of a department up."""

from __future__ import annotations

import gc
import pickle

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError
from justice_metrics.reduce.nests import nested_levels

MAPPING = {
    "data": {"kind": "wide", "date_order": "ymd"},
    "cases": {"unit": "case", "id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "complaint"},
    "outcome": {"column": "ending", "labels": {"rejected": "rejected", "open": "pending"}},
    "attributes": {"department": "department", "court": "court", "sex": "sex"},
}
# One department of 46 cases, whose third court had 8 of them.
COURTS = {"A1": 60, "A2": 40, "C1": 24, "C2": 14, "C3": 8}


def register() -> pd.DataFrame:
    courts = [court for court, n in COURTS.items() for _ in range(n)]
    n = len(courts)
    return pd.DataFrame(
        {
            "id": [f"case {one}" for one in range(n)],
            "complaint": "2016-03-01",
            "ending": ["rejected" if one % 2 else "open" for one in range(n)],
            "court": courts,
            "department": [one[0] for one in courts],
            "sex": ["f" if one % 3 else "m" for one in range(n)],
        }
    )


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.CaseData.from_frame(register(), mapping=MAPPING)


def test_courts_lie_in_departments_and_nothing_else_in_anything(cases: jm.CaseData) -> None:
    found = nested_levels(cases, ("court", "sex", "department", "no such thing"))
    assert found == {"court": {"department": {one: one[0] for one in COURTS}}}


def test_a_small_court_is_not_what_its_department_leaves(cases: jm.CaseData) -> None:
    one, other = jm.outcome_shares(cases, by="department"), jm.outcome_shares(cases, by="court")
    departments, courts = jm.release([one, other], jm.DisclosurePolicy()).results
    whole = dict(zip(departments.main["department"], departments.main["denominator"], strict=True))
    parts = dict(zip(courts.main["court"], courts.main["denominator"], strict=True))
    if not np.isnan(whole.get("C", np.nan)):
        rest = whole["C"] - np.nansum([n for court, n in parts.items() if court.startswith("C")])
        assert rest != COURTS["C3"]


def test_an_answer_keeps_no_case(cases: jm.CaseData) -> None:
    answer = jm.outcome_shares(cases, by="court")
    assert pickle.loads(pickle.dumps(answer.nests))(("court", "department")) is None


def test_when_the_cases_are_gone_nobody_can_tell() -> None:
    gone = jm.CaseData.from_frame(register(), mapping=MAPPING)
    answers = [jm.outcome_shares(gone, by="department"), jm.outcome_shares(gone, by="court")]
    del gone
    gc.collect()
    with pytest.raises(DisclosureError, match="case data behind these answers are gone"):
        jm.release(answers, jm.DisclosurePolicy())
