"""What case data say of themselves: counts and names of columns, never a row."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import JusticeMetricsError, ProcedureError, QuestionError
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import frame_of, on, wide, wide_mapping

# Planted in every cell that is somebody's own.
CANARY = "Q7secret"


def personal() -> CaseData:
    rows = [
        {"id": f"{CANARY}-{n}", "complaint": 0, "outcome": "rejected", "ended": 30, "sex": "f",
         "victim_id": f"{CANARY}v{n}", "cluster": f"{CANARY}c", "note": f"{CANARY} lives there"}
        for n in range(3)
    ]  # fmt: skip
    return wide(rows, support=[(f"{CANARY}-1", "lawyer", 3, None)])


class TestNoRowIsShown:
    def test_in_words(self) -> None:
        cases = personal()
        for shown in (repr(cases), str(cases), cases.describe(), cases.describe("es"), cases._repr_html_()):
            assert CANARY not in shown
        assert repr(cases) == "CaseData(3 units counted as case, procedure bolivia, cut-off 2017-09-27)"
        assert "3 units in the data, counted as: case." in cases.describe()
        assert "3 unidades" in cases.describe("es")

    def test_in_provenance(self) -> None:
        assert CANARY not in repr(personal().provenance)
        assert CANARY not in repr(personal().intake)

    def test_in_errors(self) -> None:
        cases = personal()
        wrong = [
            lambda: jm.attrition(cases, by="nothing"),
            lambda: jm.time_to(cases, start="trial"),
            lambda: cases.to_unit("case", principal=("pending",)),
            lambda: jm.landmark_association(cases, actors="nobody"),
            lambda: jm.landmark_association(cases, actors="lawyer", landmark_days=900, horizon_days=950),
        ]
        for ask in wrong:
            with pytest.raises(JusticeMetricsError) as error:
                ask()
            assert CANARY not in str(error.value) + error.value.text("es") + repr(error.value)

    @pytest.mark.parametrize(
        ("column", "values"),
        [
            ("id", [CANARY, CANARY, "b"]),
            ("complaint_text", ["2015-01-01", CANARY, CANARY]),
            ("outcome", ["rejected", CANARY, CANARY]),
            ("age", ["7", CANARY, "8"]),
            ("weight", ["1", "2", CANARY]),
        ],
    )
    def test_in_what_is_wrong_with_a_file(self, column: str, values: list[str]) -> None:
        frame = frame_of([{"id": f"{n}", "complaint": 0, "outcome": "rejected", "age": "7"} for n in range(3)])
        frame[column] = values
        columns = [one for one in frame.columns if one != "complaint_text"]
        mapping = wide_mapping(columns, labels={"rejected": "rejected"}, types={"age": "integer"})
        if column == "complaint_text":
            mapping["dates"] = {"complaint": "complaint_text"}
        with pytest.raises(JusticeMetricsError) as error:
            CaseData.from_frame(frame, mapping)
        assert CANARY not in str(error.value) + error.value.text("es") + repr(error.value)
        assert error.value.remedy is not None


class TestWords:
    def test_a_word_is_a_state_a_role_or_a_class(self) -> None:
        cases = personal()
        assert cases.resolve("charge") == cases.resolve("charged") == ("charged",)
        assert cases.resolve("final_verdict") == ("final_conviction", "final_acquittal")
        assert set(cases.resolve("verdict")) > set(cases.resolve("final_verdict"))
        with pytest.raises(ProcedureError, match="Did you mean"):
            cases.resolve("convictd")

    def test_what_can_split_cases(self) -> None:
        cases = personal()
        assert [cases.stratum_column(one) for one in ("sex", "year", "cluster")] == ["sex", "year", "cluster"]
        with pytest.raises(QuestionError, match="Did you mean 'sex'"):
            cases.stratum_column("sexo")
        with pytest.raises(QuestionError):
            wide([{"id": "a", "complaint": 0}]).stratum_column("cluster")


class TestFrames:
    def test_units_are_ids_attributes_and_design(self) -> None:
        units = personal().units
        assert units.collect_schema().names() == ["unit_id", "sex", "note", "cluster"]

    def test_the_cutoff_is_a_date(self) -> None:
        assert personal().cutoff == on(1_000) == dt.date(2017, 9, 27)

    def test_with_replaces(self) -> None:
        cases = personal()
        assert cases.with_(cutoff_day=17_000).cutoff_day == 17_000
        assert cases.cutoff_day != 17_000

    def test_the_fingerprint_knows_the_shape_and_no_row(self) -> None:
        one = wide([{"id": "a", "complaint": 0, "sex": "f"}]).provenance.fingerprint
        other = wide([{"id": "b", "complaint": 5, "sex": "m"}]).provenance.fingerprint
        longer = wide([{"id": "a", "complaint": 0, "sex": "f"}, {"id": "b", "complaint": 0, "sex": "f"}])
        assert one == other != longer.provenance.fingerprint

    def test_frequencies_are_counted(self) -> None:
        cases = wide(
            [{"id": "a", "complaint": 0, "frequency": np.int64(3)}, {"id": "b", "complaint": 0, "frequency": 4}]
        )
        assert cases.n_units == 7
