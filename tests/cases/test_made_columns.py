"""Columns that are made of others: the same in every engine, and what cannot be made is refused or counted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, SettingsError
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.mappings.columns import MadeColumn, with_parts
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.readers.text_table import TextTable
from tests.made_cases import milestones

LOCAL = ("file", "pandas", "arrow", "polars", "duckdb")
BASE: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2020-04-30"},
    "dates": {"complaint": "F"},
    "columns": {"F": {"year": "Y", "month": "M", "day": "D"}},
}
PARTS = {"Y": ["2019"], "M": ["3"], "D": ["5"]}


def native(kind: str, columns: dict[str, list[Any]]) -> Any:
    table = pa.table(columns)
    if kind == "arrow":
        return table
    if kind == "pandas":
        return table.to_pandas()
    if kind == "polars":
        return pytest.importorskip("polars").from_arrow(table).lazy()
    if kind == "file":
        texts = {
            name: pa.array([None if one is None else str(one) for one in cells], pa.string())
            for name, cells in columns.items()
        }
        return TextTable(table=pa.table(texts), source="made", n_rows=table.num_rows)
    import duckdb

    return duckdb.connect().from_arrow(table)


def read(kind: str, cells: dict[str, list[Any]], *, faults: str = "refuse", **sections: Any) -> CaseData:
    n = len(next(iter(cells.values())))
    whole = {"id": [f"{place}" for place in range(n)], **{name: one * n for name, one in PARTS.items()}, **cells}
    made = {**BASE["columns"], **sections.pop("columns", {})}
    mapping = {**BASE, "data": {"faults": faults}, "columns": made, **sections}
    return CaseData.from_frame(native(kind, whole), mapping)


def values(cases: CaseData, name: str) -> list[Any]:
    found = milestones(cases)
    return [found[unit][name] for unit in sorted(found)]


def days(cases: CaseData) -> list[int | None]:
    return values(cases, f"first__{cases.procedure.start}")


def day(text: str) -> int:

    return day_number(dt.date.fromisoformat(text))


@pytest.mark.parametrize("kind", LOCAL)
class TestEveryEngine:
    def test_a_date_of_its_parts(self, kind: str) -> None:
        cases = read(
            kind,
            {
                "Y": [2019, 2019, 2018, 2019, None, 2019],
                "M": ["3", "Setiembre", "99", "feb.", None, "12"],
                "D": ["5", None, "7", "0", None, "31"],
            },
        )
        placed = ["2019-03-05", "2019-09-15", "2018-07-01", "2019-02-15", "", "2019-12-31"]
        assert days(cases) == [day(one) if one else None for one in placed]
        (conversion,) = [one for one in cases.intake.conversions if one.target == "day"]
        assert (conversion.n, conversion.coarse, conversion.unreadable) == (5, 3, 0)

    def test_how_exact_a_date_is(self, kind: str) -> None:
        cases = read(kind, {"M": ["3", "4", None], "D": ["5", None, None]})
        rows = cases.events.collect().to_native()
        found = pa.table(rows) if not isinstance(rows, pa.Table) else rows
        pairs = dict(zip(found["unit_id"].to_pylist(), found["precision"].to_pylist(), strict=True))
        assert pairs == {"0": "day", "1": "month", "2": "year"}

    def test_what_is_no_date_is_refused_or_counted(self, kind: str) -> None:
        columns: dict[str, list[Any]] = {
            "Y": [2019, None, 2019, 2019],
            "M": ["2", "3", "13", "1"],
            "D": ["30", "1", "1", "2"],
        }
        with pytest.raises(CaseDataError, match="3 values of 4 in the date column 'F'"):
            read(kind, columns)
        cases = read(kind, columns, faults="count")
        assert days(cases) == [None, None, None, day("2019-01-02")]
        assert [one.unreadable for one in cases.intake.conversions if one.column == "F"] == [3]

    def test_a_part_of_a_code_gets_its_zeros_back(self, kind: str) -> None:
        cases = read(
            kind,
            {"DM": [101, 1203, 102, None]},
            columns={"Dep": {"column": "DM", "to": 2, "pad": 4}, "Mun": {"column": "DM", "from": 3, "pad": 4}},
            attributes={"dep": "Dep", "mun": "Mun"},
        )
        assert values(cases, "dep") == ["01", "12", "01", None]
        assert values(cases, "mun") == ["01", "03", "02", None]

    def test_texts_are_joined(self, kind: str) -> None:
        cases = read(
            kind,
            {"a": ["x", None, "S/D", "S/D", None], "b": ["y", "z", "w", "S/D", None]},
            columns={"J": {"columns": ["a", "b"], "join": " / "}},
            attributes={"j": "J"},
            missing={"s/d": "under_review"},
        )
        assert values(cases, "j") == ["x / y", "z", "w", "under_review", None]

    def test_a_code_for_missing_is_not_cut(self, kind: str) -> None:
        cases = read(
            kind,
            {"DM": ["0101", "S/D", "1203"]},
            columns={"Dep": {"column": "DM", "to": 2}},
            attributes={"dep": "Dep"},
            missing={"S/D": "not_applicable"},
        )
        assert values(cases, "dep") == ["01", "not_applicable", "12"]

    def test_a_column_in_place_of_itself_and_one_made_of_made_ones(self, kind: str) -> None:
        cases = read(
            kind,
            {"dep": [1, 12], "mun": ["Ñ", "B"]},
            columns={"dep": {"column": "dep", "pad": 2}, "J": {"columns": ["dep", "mun"], "join": "-"}},
            attributes={"d": "dep", "j": "J"},
        )
        assert values(cases, "d") == ["01", "12"]
        assert values(cases, "j") == ["01-Ñ", "12-B"]


class TestRefused:
    def test_lost_zeros_are_not_guessed(self) -> None:
        with pytest.raises(MappingError, match=r"\(3: 2, 4: 1\).*\n.*pad = 4 in columns.Dep"):
            read("file", {"DM": ["101", "102", "1203"]}, columns={"Dep": {"column": "DM", "to": 2}})

    def test_codes_that_are_too_long_or_too_short(self) -> None:
        made = {"Dep": {"column": "DM", "to": 2, "pad": 4}}
        with pytest.raises(CaseDataError, match="2 codes of 3 in the column 'DM'"):
            read("file", {"DM": ["101", "10111", "A"]}, columns=made)
        cases = read("file", {"DM": ["101", "10111", "A"]}, columns=made, attributes={"d": "Dep"}, faults="count")
        assert values(cases, "d") == ["01", None, None]
        assert [one.unreadable for one in cases.intake.conversions if one.column == "Dep"] == [2, 0]

    def test_a_name_that_is_taken(self) -> None:
        with pytest.raises(MappingError, match="makes 'DM'"):
            read("file", {"DM": ["1"]}, columns={"DM": {"columns": ["Y", "M"]}})

    def test_a_part_that_is_not_there(self) -> None:
        with pytest.raises(MappingError, match=r"'Dpto' \(columns.Dep\)"):
            read("file", {"DM": ["1"]}, columns={"Dep": {"column": "Dpto", "pad": 2}}, attributes={"d": "Dep"})
        # of a column that nothing asks for, nothing is said: it may belong to another table
        read("file", {"DM": ["1"]}, columns={"Dep": {"column": "Dpto", "pad": 2}})

    @pytest.mark.parametrize(
        "spec",
        [
            {},
            {"day": "D"},
            {"year": "Y", "day": "D"},
            {"column": "x"},
            {"column": "x", "from": 3, "to": 2},
            {"column": "x", "from": 3, "to": 5, "pad": 4},
            {"column": "x", "from": 0},
            {"columns": ["x"]},
            {"columns": ["x", "y"], "pad": 2},
            {"year": "Y", "join": " "},
            {"year": "Y", "columns": ["x", "y"]},
        ],
    )
    def test_keys_that_do_not_fit_together(self, spec: dict[str, Any]) -> None:
        with pytest.raises(SettingsError, match=r"columns\.F"):
            CaseMapping.from_dict({**BASE, "columns": {"F": spec}})


def test_labels_of_a_statistics_file_are_taken_by_their_codes() -> None:
    table = pa.table(
        {
            "id": ["1", "2"],
            "Y": ["2019", "2019"],
            "M": ["Marzo", "Ignorado"],
            "D": ["5", "6"],
            "DM": ["Guatemala, Mixco", "Peten, Flores"],
        }
    )
    labelled = TextTable(
        table=table,
        source="made",
        n_rows=2,
        value_labels={
            "M": {"3": "Marzo", "99": "Ignorado"},
            "DM": {"101": "Guatemala, Mixco", "1701": "Peten, Flores"},
        },
        user_missing={"M": ("Ignorado",)},
    )
    made = {**BASE["columns"], "Dep": {"column": "DM", "to": 2, "pad": 4}}
    cases = CaseData.from_frame(labelled, {**BASE, "columns": made, "attributes": {"dep": "Dep", "mun": "DM"}})
    assert days(cases) == [day("2019-03-05"), day("2019-07-01")]
    assert values(cases, "dep") == ["01", "17"]
    assert values(cases, "mun") == ["Guatemala, Mixco", "Peten, Flores"]


def test_a_mapping_names_codes_or_labels() -> None:
    table = pa.table(
        {
            "id": list("123456"),
            "F": ["2019-03-05"] * 6,
            "fin": ["Condena", "Rechazo", "Otro [8]", "NS", "Otro [9]", "No aplica"],
        }
    )
    labels = {"1": "Condena", "2": "Rechazo", "8": "Otro", "9": "Otro", "98": "No aplica", "99": "NS"}
    file = TextTable(table=table, source="made", n_rows=6, value_labels={"fin": labels}, user_missing={"fin": ("NS",)})
    mapping = {
        "cases": BASE["cases"],
        "dates": {"complaint": "F"},
        "outcome": {
            "column": "fin",
            "labels": {"1": "convicted", "rechazo": "rejected", "8": "acquitted"},
            "ignore": ["9"],
        },
        "attributes": {"end": {"column": "fin", "labels": {"Otro": "other"}}},
        "missing": {"no aplica": "not_applicable", "2": "under_review"},
    }
    cases = CaseData.from_frame(file, mapping)
    assert values(cases, "outcome") == ["convicted", "rejected", "acquitted", None, None, None]
    assert values(cases, "end") == ["Condena", "Rechazo", "other", "not_available", "other", "not_applicable"]
    coded = TextTable(
        table=table.set_column(2, "fin", pa.array(["1", "2", "8", "99", "9", "98"])),
        source="made",
        n_rows=6,
        value_labels={"fin": labels},
        user_missing={"fin": ("99",)},
    )
    again = CaseData.from_frame(coded, mapping)
    assert values(again, "outcome") == values(cases, "outcome")


def test_parts_are_needed_in_place_of_what_is_made() -> None:
    made = {
        "F": MadeColumn(year="Y", month="M"),
        "J": MadeColumn(columns=("F", "x")),
        "x": MadeColumn.model_validate({"column": "x", "pad": 2}),
    }
    named = with_parts([("J", "attributes.j"), ("id", "cases.id")], made)
    assert named == (("Y", "columns.F"), ("M", "columns.F"), ("x", "columns.x"), ("id", "cases.id"))


@settings(max_examples=10, deadline=None)
@given(dates=st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2020, 4, 30)), min_size=1, max_size=6))
def test_any_date_comes_back(dates: list[Any]) -> None:
    columns: dict[str, list[Any]] = {
        "Y": [one.year for one in dates],
        "M": [one.month for one in dates],
        "D": [one.day for one in dates],
    }
    assert days(read("file", columns)) == [day_number(one) for one in dates]


def test_tables_of_counts_have_them_too() -> None:
    table = pa.table(
        {
            "Clave": ["1001", "10002", "1001", "10002"],
            "A": ["2019"] * 4,
            "M": ["ene", "ene", "feb", "feb"],
            "n": ["3", "4", "5", "6"],
        }
    )
    file = TextTable(table=table, source="made", n_rows=4)
    mapping = {
        "columns": {"Entidad": {"column": "Clave", "to": 2, "pad": 5}, "Mes": {"year": "A", "month": "M"}},
        "counts": {"office": "Entidad", "period": "Mes", "quantities": {"new": "n"}},
    }
    for kind in (file, table, table.to_pandas()):
        frame = jm.CountData.from_frame(kind, mapping)
        assert sorted(frame.keys["office"].levels) == ["01", "10"]
        assert frame.quantities["new"].values.tolist() == [3, 4, 5, 6]
        assert len(set(frame.first_day.tolist())) == 2
