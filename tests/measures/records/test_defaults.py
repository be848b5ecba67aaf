"""Default: how many cases, how long, and how they go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from justice_metrics.base.errors import ProcedureError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.records.defaults import Defaults, defaults
from tests.made_cases import log, tiny, wide
from tests.outcome_cases import row

EVENTS = [
    ("a", "complaint", 0),
    ("a", "charged", 10),
    ("a", "default", 100),
    ("a", "charged", 150),
    ("a", "default", 200),  # falls into default again, and stays there
    ("b", "complaint", 0),
    ("b", "charged", 10),
    ("b", "default", 100),
    ("b", "trial", 300),
    ("c", "complaint", 0),
    ("c", "charged", 10),
    ("d", "complaint", 0),
]


@pytest.fixture(scope="module")
def cases() -> CaseData:
    return log(EVENTS)


@pytest.fixture(scope="module")
def answer(cases: CaseData) -> Defaults:
    return defaults(cases)


def test_share_by_hand(answer: Defaults) -> None:
    assert [row(answer.main, per=one)["numerator"] for one in ("complaint", "charge")] == [2, 2]
    assert [row(answer.main, per=one)["denominator"] for one in ("complaint", "charge")] == [4, 3]


def test_length_counts_what_lasts(answer: Defaults) -> None:
    # three spells: 50 days, 200 days, and 800 days so far
    length = row(answer.tables["length"], state="default")
    assert (length["denominator"], length["numerator"], length["censored"]) == (3, 2, 1)
    assert (length["lower_quartile"], length["estimate"]) == (50, 200)
    assert np.isnan(length["upper_quartile"])


def test_how_they_go_on(answer: Defaults) -> None:
    ways = answer.tables["ways_out"]
    for state in ("charged", "trial"):
        found = row(ways, to_state=state)
        assert (found["numerator"], found["denominator"]) == (1, 3)
        assert found["estimate"] == pytest.approx(1 / 3)


def test_sentences_and_figure(answer: Defaults) -> None:
    said = [str(one).replace("\N{NO-BREAK SPACE}", " ") for one in answer.findings()]
    assert said[0].startswith("Default was declared at some time in 2 of 4 cases that reached complaint: 50.0 %")
    assert (
        said[2] == "default (accused absent): half of the spells have ended after 200 days; 1 of 3 last at the cut-off."
    )
    assert answer.plot(language="es").lines[0].get_xdata().tolist() == pytest.approx([0.5, 2 / 3])
    assert answer.summary("es")


def test_by_year(cases: CaseData, answer: Defaults) -> None:
    split = defaults(cases, by="year", per="complaint", state="default")
    assert split.main["numerator"].tolist() == [2]
    assert split.findings() == ()


def test_what_is_refused(cases: CaseData) -> None:
    with pytest.raises(ProcedureError):
        defaults(cases, state="rebellion")
    with pytest.raises(QuestionError, match="say nothing of"):
        defaults(wide([{"id": "a", "complaint": 0}]))
    with pytest.raises(QuestionError, match="horizon"):
        defaults(cases, horizon_days=0)


def test_a_procedure_without_such_a_state(tmp_path: Path) -> None:
    cases = wide([{"id": "a", "report": 0}], procedure=tiny(tmp_path))
    with pytest.raises(QuestionError, match="no state in which it stands still"):
        defaults(cases, per="complaint")
