"""Columns become days, states, levels and numbers: the same ones in every engine, each loss counted or refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import milestones, wide

BASE: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "reported"},
}
DAY = dt.date(2016, 5, 3)
LOCAL = ("pandas", "arrow", "polars", "duckdb")


def native(kind: str, **columns: Any) -> Any:
    """Return columns as a frame of an engine, floats that are "not a number" as such where the engine knows them."""
    if kind == "pandas":
        return pd.DataFrame(columns)
    table = pa.table(columns)
    if kind == "arrow":
        return table
    if kind == "polars":
        return pytest.importorskip("polars").from_arrow(table).lazy()
    import duckdb

    return duckdb.connect().from_arrow(table)


def read(kind: str, columns: dict[str, Any], **sections: Any) -> CaseData:
    columns = {"id": [f"{n}" for n in range(len(next(iter(columns.values()))))], "reported": None, **columns}
    if columns["reported"] is None:
        columns["reported"] = [DAY] * len(columns["id"])
    cases = {**BASE["cases"], **sections.pop("cases", {})}
    return CaseData.from_frame(native(kind, **columns), {**BASE, "cases": cases, **sections})


def levels(cases: CaseData, name: str) -> list[Any]:
    return [milestones(cases)[unit][name] for unit in sorted(milestones(cases))]


@pytest.mark.parametrize("kind", LOCAL)
class TestNumbers:
    def test_levels_of_numbers_keep_their_decimals(self, kind: str) -> None:
        cases = read(kind, {"size": [1.5, 2.0, None]}, attributes={"size": "size"})
        assert levels(cases, "size") == ["1.5", "2", None]
        assert jm.outcome_shares(cases, by="size").main["size"].tolist() == ["1.5", "2", "not_recorded"]

    def test_bands_of_numbers(self, kind: str) -> None:
        spec = {"age": {"column": "years", "bands": [0, 6, 12]}}
        assert levels(read(kind, {"years": [5.9, 6.0, 40.0, -1.0, None]}, attributes=spec), "age") == [
            *("0-5", "6-11", "12+", "<0", None),
        ]

    @pytest.mark.parametrize("years", [[5.9, 6.0, None], [5.5, 6.5, float("nan")]])
    def test_whole_numbers_are_completed_years(self, kind: str, years: list[float | None]) -> None:
        cases = read(kind, {"years": years}, attributes={"age": {"column": "years", "type": "integer"}})
        assert levels(cases, "age") == [5, 6, None]

    def test_a_group_of_numbers_with_decimals_is_that_of_the_whole_number(self, kind: str) -> None:
        cases = read(kind, {"years": [5.5, 5.9, 6.5]}, attributes={"age": {"column": "years", "type": "number"}})
        assert jm.outcome_shares(cases, by="age").main["denominator"].tolist() == [2, 1]

    def test_negative_numbers_come_before_their_whole_one(self, kind: str) -> None:
        cases = read(kind, {"years": [-0.5, 3.0]}, attributes={"age": {"column": "years", "type": "integer"}})
        assert levels(cases, "age") == [-1, 3]

    def test_ids_that_are_numbers(self, kind: str) -> None:
        assert sorted(milestones(read(kind, {"id": [7.0, 8.0]}))) == ["7", "8"]
        assert sorted(milestones(read(kind, {"id": [7, 8]}))) == ["7", "8"]

    def test_flags_are_texts(self, kind: str) -> None:
        cases = read(kind, {"guilty": [True, False, None]},
                     outcome={"column": "guilty", "labels": {"true": "convicted", "false": "acquitted"}})  # fmt: skip
        assert levels(cases, "outcome") == ["convicted", "acquitted", None]


@pytest.mark.parametrize("kind", LOCAL)
class TestAmounts:
    """A weight or a frequency that is none says nothing of how many units a row stands for."""

    @pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -1.0])
    def test_weight(self, kind: str, value: float | None) -> None:
        with pytest.raises(CaseDataError, match="1 unit has no 'weight', or one below 0") as error:
            read(kind, {"w": [1.5, value]}, cases={"sampling": {"weight": "w"}})
        assert error.value.remedy is not None

    @pytest.mark.parametrize("value", [None, float("nan"), -1.0])
    def test_frequency(self, kind: str, value: float | None) -> None:
        with pytest.raises(CaseDataError, match="1 unit has no 'frequency', or one below 0"):
            read(kind, {"f": [2.0, value]}, cases={"frequency": "f"})


def test_amounts_of_nothing_count_nothing() -> None:
    cases = read("pandas", {"f": [2, 0]}, cases={"frequency": "f"})
    assert cases.n_units == 2
    assert jm.attrition(cases).main["reached"].tolist()[0] == 2


@pytest.mark.parametrize("kind", LOCAL)
class TestDates:
    FORMS = {
        "iso": ["2016-05-03", "2016-12-31", None],
        "day_first": ["03/05/2016", "31/12/2016", ""],
        "date": [dt.date(2016, 5, 3), dt.date(2016, 12, 31), None],
        "time": [dt.datetime(2016, 5, 3, 23, 59), dt.datetime(2016, 12, 31), None],
    }

    @pytest.mark.parametrize("form", FORMS)
    def test_every_form_gives_the_same_days(self, kind: str, form: str) -> None:
        cases = read(kind, {"charged": self.FORMS[form]}, dates={"complaint": "reported", "charged": "charged"})
        assert levels(cases, "first__charged") == [16_924, 17_166, None]

    def test_every_day_of_the_calendar(self, kind: str) -> None:
        years = (1600, 1900, 1968, 1969, 1970, 2000, 2015, 2016, 2100)
        days = [dt.date(year, *day) for year in years for day in ((1, 1), (2, 28), (3, 1), (12, 31))]
        days += [dt.date(2000, 2, 29), dt.date(2016, 2, 29)]
        rows = read(kind, {"reported": days}, dates={"complaint": "reported"}, cases={"cutoff": "2120-01-01"})
        found = milestones(rows)
        assert [found[f"{n}"]["first__complaint"] for n in range(len(days))] == [day_number(day) for day in days]

    def test_a_time_of_day_does_not_make_another_day(self, kind: str) -> None:
        texts = ["2016-05-03 00:10", "2016-12-31 23:50", None]
        if kind == "duckdb":
            with pytest.raises(CaseDataError, match="texts of several forms"):
                read(kind, {"charged": texts}, dates={"complaint": "reported", "charged": "charged"})
            return
        cases = read(kind, {"charged": texts}, dates={"complaint": "reported", "charged": "charged"})
        assert levels(cases, "first__charged") == [16_924, 17_166, None]

    def test_texts_of_several_forms(self, kind: str) -> None:
        texts = ["2016-05-03", "31/12/2016", None]
        if kind == "duckdb":
            with pytest.raises(CaseDataError, match="texts of several forms, which the data cannot read") as error:
                read(kind, {"charged": texts}, dates={"complaint": "reported", "charged": "charged"})
            assert "Turn the column into dates in the database first" in str(error.value)
        else:
            cases = read(kind, {"charged": texts}, dates={"complaint": "reported", "charged": "charged"})
            assert levels(cases, "first__charged") == [16_924, 17_166, None]

    def test_a_column_without_any_value(self, kind: str) -> None:
        empty = pa.nulls(2, pa.string()) if kind != "pandas" else [None, None]
        cases = read(kind, {"charged": empty}, dates={"complaint": "reported", "charged": "charged"})
        assert levels(cases, "first__charged") == [None, None]
        assert jm.attrition(cases).main["reached"].tolist()[:2] == [2, 0]

    def test_missing_codes_are_no_dates(self, kind: str) -> None:
        cases = read(kind, {"charged": ["2016-05-03", "S/D"]}, missing={"S/D": "not_available"},
                     dates={"complaint": "reported", "charged": "charged"})  # fmt: skip
        assert levels(cases, "first__charged") == [16_924, None]
        conversion = next(one for one in cases.intake.conversions if one.column == "charged")
        assert (conversion.n, dict(conversion.missing)) == (1, {"not_available": 1})

    def test_unreadable_dates_are_refused_with_their_number(self, kind: str) -> None:
        texts = ["2016-05-03", "yesterday", "no consta"]
        mapping = {"complaint": "reported", "charged": "charged"}
        with pytest.raises(CaseDataError, match="2 values of 3 in the date column 'charged'") as error:
            read(kind, {"charged": texts}, dates=mapping)
        assert "yesterday" not in str(error.value)
        assert ("row 2" in str(error.value)) == (kind in ("pandas", "arrow"))
        counted = read(kind, {"charged": texts}, dates=mapping, data={"faults": "count"})
        assert levels(counted, "first__charged") == [16_924, None, None]
        assert next(one for one in counted.intake.conversions if one.column == "charged").unreadable == 2


@pytest.mark.parametrize("kind", ["pandas", "arrow", "polars"])
def test_a_moment_belongs_to_the_day_of_its_own_zone(kind: str) -> None:
    moments = pd.to_datetime(["2016-05-03 23:30", "2016-05-04 00:10"]).tz_localize("America/La_Paz")
    column = moments if kind == "pandas" else pa.array(moments)
    assert levels(read(kind, {"reported": column}), "first__complaint") == [16_924, 16_925]


@pytest.mark.parametrize("kind", LOCAL)
@pytest.mark.parametrize("coded", ["categorical", "plain"])
def test_labels_may_be_coded(kind: str, coded: str) -> None:
    texts = pa.array(["Rechazo", None, "Condena"])
    column: Any = texts.dictionary_encode() if coded == "categorical" else texts
    if kind == "pandas":
        column = pd.Series(texts.to_pylist(), dtype="category" if coded == "categorical" else None)
    outcome = {"column": "end", "labels": {"Rechazo": "rejected", "Condena": "convicted"}}
    cases = read(kind, {"id": ["0", "1", "2"], "end": column}, outcome=outcome)
    assert levels(cases, "outcome") == ["rejected", None, "convicted"]


@pytest.mark.parametrize("kind", LOCAL)
class TestLabels:
    def test_a_role_that_one_state_plays_is_that_state(self, kind: str) -> None:
        outcome = {"column": "end", "labels": {"Imputado": "charge", "Rechazo": "rejected"}}
        cases = read(kind, {"end": ["Imputado", "Rechazo", None]}, outcome=outcome)
        assert jm.attrition(cases).main["recorded"].tolist()[:2] == [3, 1]
        assert levels(cases, "outcome") == [None, "rejected", None]

    def test_a_role_of_several_states_is_refused(self, kind: str) -> None:
        outcome = {"column": "end", "labels": {"Sentencia": "verdict", "Rechazo": "rejected"}}
        with pytest.raises(MappingError, match="'verdict' is a role of several states") as error:
            read(kind, {"end": ["Sentencia", "Rechazo", None]}, outcome=outcome)
        assert "convicted, acquitted" in str(error.value)

    def test_labels_differ_in_capitals_and_accents_only(self, kind: str) -> None:
        outcome = {"column": "end", "labels": {"En trámite": "pending", "Rechazo": "rejected"}}
        cases = read(kind, {"end": ["EN TRAMITE ", " rechazo", "Rechazo"]}, outcome=outcome)
        assert levels(cases, "outcome") == [None, "rejected", "rejected"]

    def test_an_unknown_label_is_refused_or_counted(self, kind: str) -> None:
        outcome = {"column": "end", "labels": {"Rechazo": "rejected"}}
        with pytest.raises(MappingError, match="1 cell of 2 in the column 'end'"):
            read(kind, {"end": ["Rechazo", "Archivo"]}, outcome=outcome)
        counted = read(kind, {"end": ["Rechazo", "Archivo"]}, outcome=outcome, data={"faults": "count"})
        assert levels(counted, "outcome") == ["rejected", None]

    def test_without_labels_the_texts_are_ids(self, kind: str) -> None:
        cases = read(kind, {"end": ["rejected", "charged", "pending"]}, outcome={"column": "end"})
        assert levels(cases, "outcome") == ["rejected", None, None]
        assert cases.seen_states == ("charged",)
        assert jm.attrition(cases).main["stage"].tolist() == ["complaint", "charged", "verdict", "final_verdict"]


def test_design_columns_are_typed() -> None:
    rows = [{"id": "a", "complaint": 0, "weight": 1.5, "stratum": 3, "cluster": "one", "entry": 4}]
    row = milestones(wide(rows, sampling={"frame": "prevalent"}))["a"]
    assert (row["weight"], row["stratum"], row["cluster"]) == (1.5, "3", "one")
    assert row["entry_day"] - row["first__complaint"] == 4
    assert isinstance(row["weight"], float)
    assert np.int32(row["entry_day"]) == row["entry_day"]


class TestHeadings:
    """An engine takes names that differ by capitals only for one."""

    def test_a_twin_of_a_named_column_is_told(self) -> None:
        frame = pd.DataFrame({"id": ["a", "b"], "Edad": ["7", "8"], "edad": ["9", "10"], "denuncia": "2016-02-01"})
        mapping: dict[str, Any] = {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "denuncia"},
            "attributes": {"age_at_fact": {"column": "edad", "type": "integer"}},
        }
        with pytest.raises(MappingError, match="'Edad' and 'edad' differ by capitals only"):
            jm.CaseData.from_frame(frame, mapping)
        del mapping["attributes"]
        assert jm.CaseData.from_frame(frame, mapping).milestones.collect().shape[0] == 2
