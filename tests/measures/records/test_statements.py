"""Statements of the victim: how many, how many gave more than one; by hand, in every engine, and on the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.records.statements import RepeatedStatements, repeated_statements
from justice_metrics.reduce.statements import statement_counts
from tests.conftest import Engine

ROWS = [("a", "yes"), ("b", "no"), ("b", "no"), ("b", None), ("c", "no"), ("c", "yes"), ("d", "no")]


def made(rows: Sequence[tuple[str, str | None]] = ROWS, *, frame: Any = lambda one: one, **columns: Any) -> CaseData:
    unit = columns.pop("unit", "victim")
    table = pd.DataFrame({"id": list("abcde"), "reported": ["2016-01-01"] * 5, **columns})
    if frame is not None:
        table["reported"] = pd.to_datetime(table["reported"])
    child = pd.DataFrame(rows, columns=["id", "taped"])
    cases: dict[str, Any] = {"id": "id", "unit": unit, "procedure": "bolivia", "cutoff": "2018-12-31"}
    cases |= {name: name for name in ("frequency",) if name in columns}
    cases["sampling"] = {name: name for name in ("weight", "cluster") if name in columns}
    mapping = {
        "cases": cases,
        "dates": {"complaint": "reported"},
        "attributes": {"town": "town"} if "town" in columns else {},
        "statements": {"recorded": "taped"},
    }
    return CaseData.from_frame(frame(table), mapping, children={"statements": frame(child)})


@pytest.fixture(scope="module")
def answer() -> RepeatedStatements:
    return repeated_statements(made(), most=3)


class TestByHand:
    def test_more_than_one(self, answer: RepeatedStatements) -> None:
        """Victims with 1, 3, 2, 1 and no statement; a and c had one that was recorded."""
        main = answer.main
        assert main["among"].tolist() == ["all", "not_recorded_statement", "recorded_statement"]
        assert main["numerator"].tolist() == [2, 1, 1]
        assert main["denominator"].tolist() == [4, 2, 2]
        assert main["average"].tolist() == pytest.approx([7 / 4, 4 / 2, 3 / 2])
        assert main["conf_high"][0] == wilson(np.array([2]), np.array([4])).conf_high[0]

    def test_distribution_holds_those_without(self, answer: RepeatedStatements) -> None:
        found = answer.tables["distribution"]
        assert dict(zip(found["statements"].tolist(), found["numerator"].tolist(), strict=True)) == {
            "0": 1, "1": 2, "2": 1, "3+": 1,
        }  # fmt: skip
        assert found["denominator"].tolist() == [5] * 4

    def test_sentences(self, answer: RepeatedStatements) -> None:
        said = answer.summary().replace("\N{NO-BREAK SPACE}", " ")
        assert "2 of 4 victims gave more than one statement (50.0 %" in said
        assert "1 victim of 5 has no statement on record" in said
        assert "Counted per" not in said

    def test_groups(self) -> None:
        found = repeated_statements(made(town=list("xxyyz")), by="town")
        assert found.main["denominator"].reshape(3, 3)[:, 0].tolist() == [2, 2, 0]
        assert found.main.statuses["estimate"][6] == "not_defined"
        assert found.plot() is not None

    def test_another_unit_is_told(self) -> None:
        assert "Counted per" in repeated_statements(made(unit="case")).summary()


def test_the_same_counts_from_every_engine(engine: Engine) -> None:
    found, ours = (statement_counts(made(frame=one), most=4) for one in (engine.frame, lambda frame: frame))
    assert found.n.tolist() == ours.n.tolist()
    assert found.statements.tolist() == ours.statements.tolist() == [[4, 3]]


class TestDesign:
    def test_a_frequency_is_that_many_victims(self) -> None:
        found = repeated_statements(made(frequency=[2] * 5))
        assert found.main["numerator"].tolist() == [4, 2, 2]

    def test_weights_and_clusters_are_in_the_intervals(self) -> None:
        found = repeated_statements(made(weight=[1.0, 2.0, 1.0, 1.0, 1.0], cluster=list("mnmnn")))
        assert found.main["numerator"].tolist() == [3.0, 2.0, 1.0]
        assert found.main["estimate"][0] == pytest.approx(3 / 5)


class TestEdges:
    def test_wrong_calls(self) -> None:
        with pytest.raises(QuestionError, match="without a table of statements"):
            repeated_statements(made().with_(children={}))
        with pytest.raises(QuestionError, match="'most' is 1"):
            repeated_statements(made(), most=1)

    def test_not_said_whether_recorded(self) -> None:
        found = repeated_statements(made([("a", None)]))
        assert found.main["denominator"].tolist() == [1, 1, 0]


@given(rows=st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["yes", "no"])), min_size=1, max_size=15))
@settings(max_examples=3)
def test_numbers_add_up(rows: list[tuple[str, str | None]]) -> None:
    """Every victim and every statement is somewhere once, in whatever order the rows stand."""
    found, turned = repeated_statements(made(rows)), repeated_statements(made(rows[::-1]))
    main, shape = found.main, found.tables["distribution"]
    assert shape["numerator"].sum() == 5
    assert main["denominator"][0] == main["denominator"][1] + main["denominator"][2] == len({one for one, _ in rows})
    assert main["average"][0] * main["denominator"][0] == pytest.approx(len(rows))
    np.testing.assert_array_equal(main["numerator"], turned.main["numerator"])


def test_the_sample_gives_what_was_put_into_it() -> None:
    from justice_metrics.simulate.attention import STATEMENTS, STATEMENTS_RECORDED

    main = repeated_statements(jm.sample_cases(), confidence_level=0.999).main
    truths = [sum(STATEMENTS[2:]) / sum(STATEMENTS[1:]), sum(STATEMENTS_RECORDED[2:]) / sum(STATEMENTS_RECORDED[1:])]
    for row, truth in enumerate(truths, start=1):
        assert main["conf_low"][row] < truth < main["conf_high"][row]
