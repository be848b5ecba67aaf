"""Tables of counts from files and frames: six kinds of missing, periods as people write them, files put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter

from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError, ReadError, SettingsError
from justice_metrics.cases.calendar import date_of
from justice_metrics.cases.counts.data import CountData
from justice_metrics.cases.counts.mapping import CountMapping
from justice_metrics.cases.counts.reading import read_counts
from justice_metrics.cases.readers.sheets import read_sheet

CODES = {
    "NA": "not_available",
    "NAP": "not_applicable",
    "NQ": "under_review",
    "(p)": "under_review",
    "*": "suppressed",
    "pend.": "pending",
    "-": "zero",
}
YEARLY: dict[str, Any] = {"counts": {"period": "Year", "office": "Court", "quantities": {"new": "New"}}}


def yearly(new: list[Any], *, courts: list[str] | None = None, **counts: Any) -> CountData:
    frame = pd.DataFrame({"Year": 2019, "Court": courts or [f"Court {one}" for one in range(len(new))], "New": new})
    return CountData.from_frame(frame, {"counts": {**YEARLY["counts"], **counts}, "missing": CODES})


def days(counts: CountData) -> list[tuple[str, str]]:
    pairs = zip(counts.first_day, counts.last_day, strict=True)
    return [(str(date_of(int(first))), str(date_of(int(last)))) for first, last in pairs]


class TestNumbers:
    def test_six_kinds_of_missing_stay_apart_and_a_zero_is_a_zero(self) -> None:
        found = yearly(["12", "0", "-", "NA", "nap", "NQ", "*", "pend.", "7 (p)", "8(p)", ""]).quantities["new"]
        np.testing.assert_equal(found.values[:3], [12, 0, 0])
        np.testing.assert_equal(found.values[8:10], [7, 8])
        assert np.isnan(np.delete(found.values, [0, 1, 2, 8, 9])).all()
        assert found.words() == [
            *("", "", "", "not_available", "not_applicable", "under_review", "suppressed", "pending"),
            *("under_review", "under_review", "not_available"),
        ]

    def test_blank_cells_are_counted(self) -> None:
        assert [str(one) for one in yearly(["1", None, ""]).notes] == [
            "2 blank cells are taken as not available; a zero is written as 0."
        ]

    def test_what_one_column_leaves_open_another_settles(self) -> None:
        frame = pd.DataFrame({"Year": [2018, 2019], "New": ["1.000", "2.000"], "Judges": ["2,5", "3"]})
        quantities = {"new": "New", "judges": "Judges"}
        found = CountData.from_frame(frame, {"counts": {"period": "Year", "quantities": quantities}})
        assert found.quantities["new"].values.tolist() == [1000, 2000]
        assert found.quantities["judges"].values.tolist() == [2.5, 3]

    def test_a_thousand_or_one_is_not_guessed(self) -> None:
        with pytest.raises(CaseDataError, match=r"2 numbers in the column 'New' look like 9\.999"):
            yearly(["1.000", "2.000"])
        mapping = {**YEARLY, "data": {"decimal": ","}}
        frame = pd.DataFrame({"Year": 2019, "Court": ["a", "b"], "New": ["1.000", "2.000"]})
        assert CountData.from_frame(frame, mapping).quantities["new"].values.tolist() == [1000, 2000]

    def test_typed_numbers_of_a_workbook_are_read_as_typed(self, tmp_path: Path) -> None:
        path = tmp_path / "table.xlsx"

        def read(numbers: list[Any], **data: Any) -> list[float]:
            with xlsxwriter.Workbook(path) as made:
                page = made.add_worksheet()
                for row, cells in enumerate([("Year", "New"), *((2010 + n, one) for n, one in enumerate(numbers))]):
                    page.write_row(row, 0, cells)
            mapping = {"counts": {"period": "Year", "quantities": {"new": "New"}}, "missing": CODES, "data": data}
            found: list[float] = CountData.from_frame(read_sheet(path), mapping).quantities["new"].values.tolist()
            return found

        assert read([1.235, 1.237, "1.000 (p)"], decimal=",") == [1.235, 1.237, 1000]
        with pytest.raises(CaseDataError, match=r"1 number in the column 'New' looks like 9\.999"):
            read([1.235, 2.5, "1.000 (p)"])
        with pytest.raises(CaseDataError, match=r"2 cells in the column 'New' look like 9\.999"):
            read([1.235, "1.235", "12,5"])

    def test_a_text_in_place_of_a_number_is_told_with_its_row_and_not_its_words(self) -> None:
        with pytest.raises(CaseDataError, match=r"1 value of 3 in the column 'New' .* \(the first in row 2\)") as found:
            yearly(["1", "sin dato de Ana", "3"])
        assert "Ana" not in str(found.value)
        assert "[missing]" in str(found.value)

    def test_faults_are_counted_where_the_mapping_says_so(self) -> None:
        frame = pd.DataFrame({"Year": [2019, 2019, 2019], "Court": list("abc"), "New": ["1", "x", "-4"]})
        found = CountData.from_frame(frame, {**YEARLY, "data": {"faults": "count"}})
        assert found.quantities["new"].words() == ["", "not_available", "not_available"]
        assert [str(one) for one in found.notes] == [
            "1 cell could not be read as a number and is taken as not available.",
            "1 number below zero is taken as not available.",
        ]

    def test_a_code_may_be_a_number_where_the_column_holds_numbers(self) -> None:
        frame = pd.DataFrame({"Year": [2017, 2018, 2019], "New": [4, -9, 0]})
        part = {"period": "Year", "quantities": {"new": "New"}}
        found = CountData.from_frame(frame, {"counts": part, "missing": {"-9": "suppressed"}}).quantities["new"]
        assert found.words() == ["", "suppressed", ""]
        texts = CountData.from_frame(frame.astype(str), {"counts": part, "missing": {"-9": "suppressed"}})
        assert texts.quantities["new"].words() == found.words()

    def test_units_are_those_that_came_in(self) -> None:
        frame = pd.DataFrame({"Year": [2018, 2019], "E": [40, 30], "R": [4, 9], "N": [5, "NA"]})
        for quantities, n in (({"pending_end": "E"}, 30), ({"pending_end": "E", "resolved": "R", "new": "N"}, 5)):
            counts = {"counts": {"period": "Year", "quantities": quantities}, "missing": CODES}
            assert CountData.from_frame(frame, counts).provenance.units_in == n


class TestPeriods:
    @pytest.mark.parametrize(
        ("cell", "first", "last"),
        [
            (2019, "2019-01-01", "2019-12-31"),
            ("2019", "2019-01-01", "2019-12-31"),
            ("2019-02", "2019-02-01", "2019-02-28"),
            ("02/2020", "2020-02-01", "2020-02-29"),
            ("feb-20", "2020-02-01", "2020-02-29"),
            ("Febrero de 2020", "2020-02-01", "2020-02-29"),
            ("2019-Q3", "2019-07-01", "2019-09-30"),
            ("3T2019", "2019-07-01", "2019-09-30"),
            ("T3 2019", "2019-07-01", "2019-09-30"),
            ("2.º trimestre 2019", "2019-04-01", "2019-06-30"),
            ("1er semestre de 2019", "2019-01-01", "2019-06-30"),
            ("2019 H1", "2019-01-01", "2019-06-30"),
            ("segundo trimestre 2019", "2019-04-01", "2019-06-30"),
            ("2019-S2", "2019-07-01", "2019-12-31"),
        ],
    )
    def test_one_column(self, cell: Any, first: str, last: str) -> None:
        frame = pd.DataFrame({"P": [cell], "New": [1]})
        found = CountData.from_frame(frame, {"counts": {"period": "P", "quantities": {"new": "New"}}})
        assert days(found) == [(first, last)]

    @pytest.mark.parametrize(
        ("columns", "spec", "first", "last"),
        [
            ({"Y": [2019], "M": [2]}, {"year": "Y", "month": "M"}, "2019-02-01", "2019-02-28"),
            ({"Y": ["2019"], "M": ["Setiembre"]}, {"year": "Y", "month": "M"}, "2019-09-01", "2019-09-30"),
            ({"M": ["3"]}, {"year": 2019, "month": "M"}, "2019-03-01", "2019-03-31"),
            ({"Y": [2019], "Q": ["II"]}, {"year": "Y", "quarter": "Q"}, "2019-04-01", "2019-06-30"),
            ({"Y": [2019], "Q": ["4.º trimestre"]}, {"year": "Y", "quarter": "Q"}, "2019-10-01", "2019-12-31"),
            ({"Y": [2019], "S": ["2º"]}, {"year": "Y", "half_year": "S"}, "2019-07-01", "2019-12-31"),
            ({"Y": [2019]}, {"year": "Y"}, "2019-01-01", "2019-12-31"),
            ({"A": ["01/01/2019"], "B": ["15/01/2019"]}, {"start": "A", "end": "B"}, "2019-01-01", "2019-01-15"),
            ({}, {"start": date_of(17897), "end": date_of(17986)}, "2019-01-01", "2019-03-31"),
            ({"D": ["2019-05-15"]}, {"column": "D", "length": "month"}, "2019-05-01", "2019-05-31"),
            ({"D": [pd.Timestamp("2019-05-15")]}, {"column": "D", "length": "quarter"}, "2019-04-01", "2019-06-30"),
        ],
    )
    def test_several_columns(self, columns: dict[str, Any], spec: dict[str, Any], first: str, last: str) -> None:
        frame = pd.DataFrame({**columns, "New": [1]})
        found = CountData.from_frame(frame, {"counts": {"period": spec, "quantities": {"new": "New"}}})
        assert days(found) == [(first, last)]

    def test_whole_dates_do_not_say_how_long_a_period_is(self) -> None:
        frame = pd.DataFrame({"D": ["2019-05-15"], "New": [1]})
        with pytest.raises(CaseDataError, match='length = "month"'):
            CountData.from_frame(frame, {"counts": {"period": "D", "quantities": {"new": "New"}}})

    @pytest.mark.parametrize("cell", ["soon", "2019-Q5", "2019-H3", "2019-13", None])
    def test_a_period_that_cannot_be_read_is_told_with_its_row(self, cell: str | None) -> None:
        frame = pd.DataFrame({"P": ["2019", cell], "New": [1, 2]})
        mapping = {"counts": {"period": "P", "quantities": {"new": "New"}}}
        with pytest.raises(CaseDataError, match=r"the first in row 2"):
            CountData.from_frame(frame, mapping)
        found = CountData.from_frame(frame, {**mapping, "data": {"faults": "count"}})
        assert (found.rows, str(found.notes[-1])) == (1, "1 row without a period that can be read was left out.")

    def test_a_period_that_ends_before_it_begins_is_told(self) -> None:
        frame = pd.DataFrame({"A": ["2019-02-01", "2019-01-01"], "B": ["2019-01-01", "2019-01-31"], "New": [1, 2]})
        part = {"period": {"start": "A", "end": "B"}, "quantities": {"new": "New"}}
        counted = CountData.from_frame(frame, {"counts": part, "data": {"faults": "count"}})
        assert counted.quantities["new"].values.tolist() == [2]
        with pytest.raises(CaseDataError, match="1 row has no period"):
            CountData.from_frame(
                frame, {"counts": {"period": {"start": "A", "end": "B"}, "quantities": {"new": "New"}}}
            )

    def test_the_cutoff_is_the_last_day_unless_it_is_named(self) -> None:
        assert str(yearly(["1"]).cutoff) == "2019-12-31"
        found = yearly(["1"], cutoff="2019-06-30")
        assert str(found.cutoff) == "2019-06-30"
        assert "ends after the cut-off: its figures are provisional" in str(found.notes[-1])


class TestKeys:
    def test_one_office_in_several_spellings_is_one(self) -> None:
        frame = pd.DataFrame({"Year": [2018, 2019], "Court": ["Juzgado  Único", "JUZGADO UNICO"], "New": [1, 2]})
        found = CountData.from_frame(frame, YEARLY)
        assert found.key_levels("office") == ("Juzgado Único",)
        assert "1 name was written in another way" in str(found.notes[0])

    def test_labels_ignored_rows_and_levels_in_order(self) -> None:
        office = {"column": "Court", "labels": {"J10": "Court 10"}, "ignore": ["TOTAL"]}
        found = yearly([1, 2, 3, 9], courts=["J10", "Court 9", "NA", "Total"], office=office)
        assert found.key_levels("office") == ("Court 9", "Court 10", "not_available")
        assert found.level("office").tolist() == ["Court 10", "Court 9", "not_available"]
        assert "1 row was left out as the mapping says" in str(found.notes[0])

    def test_rows_of_texts_with_one_label_add_up(self, tmp_path: Path) -> None:
        frame = pd.DataFrame(
            {"Year": 2019, "Court": "a", "O": ["Abuso", "Abuso agravado", "Robo"], "New": [1, 2, 4], "J": 3}
        )
        (tmp_path / "crosswalk.csv").write_text("from,to\nABUSO,Sexual\nabuso agravado,Sexual\n", encoding="utf-8")
        quantities = {"new": "New", "judges": {"column": "J", "per": "office"}}
        part = {**YEARLY["counts"], "quantities": quantities}
        for spec in (
            {"column": "O", "labels": {"Abuso": "Sexual", "Abuso agravado": "Sexual"}},
            {"column": "O", "crosswalk": "crosswalk.csv"},
        ):
            mapping = CountMapping.from_dict({"counts": {**part, "keys": {"offence": spec}}}, folder=tmp_path)
            found = CountData.from_frame(frame, mapping)
            assert found.level("offence").tolist() == ["Sexual", "Robo"]
            assert found.quantities["new"].values.tolist() == [3, 4]
            assert found.quantities["judges"].values.tolist() == [3, 3]
            assert "1 row was added to another" in str(found.notes[0])
            # what stands there twice as it is written stays a mistake
            with pytest.raises(CaseDataError, match=r"1 row repeats .* \(the first in row 4\)"):
                CountData.from_frame(pd.concat([frame, frame.iloc[:1]]), mapping)
        with pytest.raises(SettingsError, match="exclude one another"):
            CountMapping.from_dict({"counts": {**part, "keys": {"offence": {**spec, "labels": {"Abuso": "x"}}}}})

    def test_a_key_or_quantity_that_is_not_there_is_told(self) -> None:
        found = yearly([1])
        with pytest.raises(QuestionError, match="Did you mean 'office'"):
            found.level("ofice")
        with pytest.raises(QuestionError, match="no quantity 'resolved'"):
            found.label("resolved")
        assert found.has("new")
        assert not found.has("resolved")


class TestPutTogether:
    def test_files_one_below_the_other(self) -> None:
        one = pd.DataFrame({"Year": 2018, "Court": ["a", "b"], "New": [1, 2]})
        found = CountData.from_frame([one, one.assign(Year=2019)], YEARLY)
        assert found.rows == 4

    def test_files_side_by_side(self) -> None:
        came = pd.DataFrame({"Year": 2019, "Court": ["a", "b"], "New": [5, 6]})
        went = pd.DataFrame({"Year": 2019, "Court": ["b", "a"], "Resolved": [3, 4]})
        mapping = {"counts": {**YEARLY["counts"], "quantities": {"new": "New", "resolved": "Resolved"}}}
        found = CountData.from_frame([came, went], mapping)
        assert found.rows == 2
        assert found.level("office").tolist() == ["a", "b"]
        assert found.quantities["resolved"].values.tolist() == [4, 3]
        assert found.given == {}

    def test_a_long_table_is_the_wide_one(self) -> None:
        wide = pd.DataFrame({"Year": [2018, 2019], "New": [5, 6], "Resolved": [3, "NA"]})
        long = wide.astype(object).melt("Year", var_name="What", value_name="N")
        quantities = {"new": "New", "resolved": "Resolved"}
        mapping: dict[str, Any] = {"counts": {"period": "Year", "quantities": quantities}, "missing": CODES}
        one = CountData.from_frame(wide, mapping)
        mapping["counts"]["long"] = {"quantity": "What", "number": "N"}
        other = CountData.from_frame(long, mapping)
        for name in quantities:
            np.testing.assert_equal(other.quantities[name].values, one.quantities[name].values)
            assert other.quantities[name].words() == one.quantities[name].words()

    def test_a_quantity_of_a_long_table_that_is_not_mapped_is_told(self) -> None:
        long = pd.DataFrame({"Year": 2019, "What": ["Ingresos", "Resueltos"], "N": [1, 2]})
        part = {"period": "Year", "quantities": {"new": "Ingreso"}, "long": {"quantity": "What", "number": "N"}}
        with pytest.raises(MappingError, match=r"2 quantities .* 'Ingresos' among them \(the first in row 1\)"):
            CountData.from_frame(long, {"counts": part})
        part |= {"quantities": {"new": "INGRESOS"}, "long": {**part["long"], "ignore": ["Resueltos"]}}
        assert CountData.from_frame(long, {"counts": part}).quantities["new"].values.tolist() == [1]

    def test_an_office_in_one_file_only_is_told(self) -> None:
        one = pd.DataFrame({"Year": 2018, "Court": ["a", "b"], "New": [1, 2]})
        other = pd.DataFrame({"Year": 2019, "Court": ["a", "c", "d"], "New": [1, 2, 3]})
        with pytest.raises(CaseDataError, match=r"1 office stands in 'table 1' and not in 'table 2': b"):
            CountData.from_frame([one, other], YEARLY)
        found = CountData.from_frame([one, other], {"counts": {**YEARLY["counts"], "changing_offices": True}})
        assert found.rows == 5

    def test_an_office_that_did_not_report_is_written_down(self) -> None:
        frame = pd.DataFrame({"Year": [2017, 2018, 2019, 2017, 2019], "Court": list("aaabb"), "New": 1})
        found = CountData.from_frame(frame, YEARLY)
        assert found.quantities["new"].words() == ["", "", "", "", "", "not_available"]
        assert days(found)[-1] == ("2018-01-01", "2018-12-31")
        assert "1 row that is not there counts as not available" in str(found.notes[-1])

    def test_a_month_that_nobody_reported_is_written_down(self) -> None:
        frame = pd.DataFrame({"M": ["2019-01", "2019-02", "2019-04"], "New": 1})
        found = CountData.from_frame(frame, {"counts": {"period": "M", "quantities": {"new": "New"}}})
        assert days(found)[-1] == ("2019-03-01", "2019-03-31")
        assert found.quantities["new"].words()[-1] == "not_available"

    def test_the_population_of_a_year_stands_beside_months(self) -> None:
        rows = [("a", "2019-01", "New", 1), ("a", "2019-02", "New", 1), ("b", "2019-01", "New", 1)]
        rows += [(court, "2019", "People", 900) for court in "ab"]
        frame = pd.DataFrame(rows, columns=["Court", "P", "W", "N"])
        quantities = {"new": "New", "population": "People"}
        part = {"period": "P", "office": "Court", "quantities": quantities}
        found = CountData.from_frame(frame, {"counts": {**part, "long": {"quantity": "W", "number": "N"}}})
        assert found.native_period == "month"
        assert found.rows == 6
        assert days(found)[-1] == ("2019-02-01", "2019-02-28")
        assert (found.given_in("new")[-1], found.given_in("population")[-1]) == (True, False)

    def test_years_that_are_left_out_on_purpose_are_not_invented(self) -> None:
        frame = pd.DataFrame({"Y": [2010, 2015, 2020], "New": 1})
        assert CountData.from_frame(frame, {"counts": {"period": "Y", "quantities": {"new": "New"}}}).rows == 3

    def test_offices_that_may_change_are_expected_in_their_own_time_only(self) -> None:
        frame = pd.DataFrame({"Year": [2016, 2017, 2018, 2019, 2017, 2019], "Court": list("aaaabb"), "New": 1})
        found = CountData.from_frame(frame, {"counts": {**YEARLY["counts"], "changing_offices": True}})
        assert days(found)[6:] == [("2018-01-01", "2018-12-31")]
        assert len(days(CountData.from_frame(frame, YEARLY))[6:]) == 2

    @pytest.mark.parametrize(
        ("absent", "status", "judges"),
        [
            ("zero", "", "not_applicable"),
            ("not_applicable", "not_applicable", "not_applicable"),
            ("not_available", "not_available", "not_available"),
        ],
    )
    def test_what_the_absence_of_a_row_means_can_be_said(self, absent: str, status: str, judges: str) -> None:
        frame = pd.DataFrame({"Year": 2019, "Court": ["a", "a", "b"], "O": ["x", "y", "x"], "New": 1, "J": 2})
        frame = pd.concat([frame, frame.iloc[1:].assign(Year=2018)])
        quantities = {"new": "New", "judges": {"column": "J", "per": "office"}}
        part = {**YEARLY["counts"], "keys": {"offence": "O"}, "quantities": quantities}
        found = CountData.from_frame(frame, {"counts": {**part, "absent": absent}})
        assert found.rows == 6
        assert found.quantities["new"].words()[-1] == status
        assert found.quantities["judges"].words()[-1] == judges
        assert found.given_in("judges")[-1] == (absent != "zero")
        sparse = CountData.from_frame(frame, {"counts": part})
        assert sparse.rows == 5
        assert "1 of 6 combinations of breakdown and period have no row" in str(sparse.notes[-1])

    def test_rows_that_split_further_add_up_when_the_mapping_says_so(self) -> None:
        frame = pd.DataFrame({"Year": 2019, "Court": ["a", "a", "b"], "Sex": ["f", "m", "f"], "New": [1, "NA", 3]})
        mapping = {"counts": {**YEARLY["counts"], "repeated": "add"}, "missing": CODES}
        found = CountData.from_frame(frame, mapping)
        assert found.quantities["new"].words() == ["not_available", ""]
        assert "1 row was added to another" in str(found.notes[-1])


class TestWrongInput:
    def test_negative_counts(self) -> None:
        with pytest.raises(CaseDataError, match=r"1 number of 'new' is below zero \(the first in row 2\)"):
            yearly(["4", "-1"])

    def test_a_period_twice(self) -> None:
        with pytest.raises(CaseDataError, match=r"1 row repeats .* \(the first in row 3\)") as found:
            yearly([1, 2, 3], courts=["a", "b", "A"])
        assert 'repeated = "add"' in str(found.value)
        frame = pd.DataFrame({"Year": 2019, "Court": ["a", "a"], "New": [1, 2]})
        counted = CountData.from_frame(frame, {**YEARLY, "data": {"faults": "count"}})
        assert counted.quantities["new"].values.tolist() == [1]
        assert "the first was kept" in str(counted.notes[-1])

    def test_overlapping_periods(self) -> None:
        frame = pd.DataFrame({"P": ["2019-01", "2019-02", "2019"], "Court": "a", "New": [1, 2, 3]})
        mapping = {"counts": {**YEARLY["counts"], "period": "P"}}
        with pytest.raises(CaseDataError, match=r"2 rows have periods that overlap others .* \(the first in row 2\)"):
            CountData.from_frame(frame, mapping)
        # two offices may well report by different periods
        assert CountData.from_frame(frame.assign(Court=list("aab")), mapping).rows == 3

    def test_quantities_of_different_periods_do_not_overlap(self) -> None:
        frame = pd.DataFrame({"P": ["2019-01", "2019-02", "2019"], "What": ["New", "New", "People"], "N": [1, 2, 900]})
        part = {
            "period": "P",
            "quantities": {"new": "New", "population": "People"},
            "long": {"quantity": "What", "number": "N"},
        }
        found = CountData.from_frame(frame, {"counts": part})
        assert found.rows == 3
        np.testing.assert_equal(found.quantities["new"].values, [1, 2, np.nan])
        np.testing.assert_equal(found.quantities["population"].values, [np.nan, np.nan, 900])
        assert found.given_in("population").tolist() == [False, False, True]

    def test_cases_resolved_out_of_nothing(self) -> None:
        frame = pd.DataFrame({"Year": 2019, "Court": ["a", "b"], "P": [0, 3], "New": [0, 0], "R": [4, 3]})
        quantities = {"pending_start": "P", "new": "New", "resolved": "R"}
        mapping = {"counts": {**YEARLY["counts"], "quantities": quantities}}
        with pytest.raises(CaseDataError, match=r"1 row has cases resolved, .* \(the first in row 1\)"):
            CountData.from_frame(frame, mapping)
        counted = CountData.from_frame(frame, {**mapping, "data": {"faults": "count"}})
        assert counted.quantities["resolved"].words() == ["not_available", ""]

    def test_resolved_without_a_number_of_those_that_came_in(self) -> None:
        frame = pd.DataFrame({"Year": 2019, "Court": ["a", "b"], "New": [1, "NA"], "R": [4, 3]})
        quantities = {"new": "New", "resolved": "R"}
        found = CountData.from_frame(
            frame, {"counts": {**YEARLY["counts"], "quantities": quantities}, "missing": CODES}
        )
        assert [str(one) for one in found.notes] == ["1 row has resolved cases and no number of those that came in."]
        alone = {"counts": {**YEARLY["counts"], "quantities": {"resolved": "R"}}}
        assert "a clearance rate cannot be told" in str(CountData.from_frame(frame, alone).notes[0])

    def test_a_row_of_totals(self) -> None:
        with pytest.raises(CaseDataError, match=r"'Total' in the column of 'office' .*\n.*ignore = \[\"Total\"\]"):
            yearly([1, 2, 3], courts=["a", "b", "Total"])
        assert yearly([3], courts=["Total"]).rows == 1

    def test_a_period_after_the_cutoff(self) -> None:
        with pytest.raises(CaseDataError, match=r"1 row has a period that begins after the cut-off of 31 Dec 2018"):
            yearly([1], cutoff="2018-12-31")

    def test_a_figure_per_office_that_is_not_the_same_on_its_rows(self) -> None:
        frame = pd.DataFrame({"Year": 2019, "Court": "a", "O": ["x", "y"], "J": [2, 3]})
        quantities = {"judges": {"column": "J", "per": "office"}}
        part = {**YEARLY["counts"], "keys": {"offence": "O"}, "quantities": quantities}
        with pytest.raises(CaseDataError, match=r"1 row gives another figure of 'judges'.* \(the first in row 2\)"):
            CountData.from_frame(frame, {"counts": part})

    def test_columns_that_are_not_there(self) -> None:
        frame = pd.DataFrame({"Year": [2019], "Courts": ["a"], "Ingresos": [1]})
        with pytest.raises(MappingError, match=r"(?s)'Court' \(counts.office\).*Did you mean 'Courts'"):
            CountData.from_frame(frame, YEARLY)
        part = {"period": "Year", "quantities": {"new": "Ingreso"}}
        with pytest.raises(MappingError, match=r"(?s)'Ingreso' \(counts.quantities.new\).*Did you mean 'Ingresos'"):
            CountData.from_frame(frame, {"counts": part})

    def test_a_table_without_rows_or_that_is_no_table(self) -> None:
        empty = pd.DataFrame({"Year": [], "Court": [], "New": []})
        with pytest.raises(CaseDataError, match="There is no row"):
            CountData.from_frame(empty, YEARLY)
        with pytest.raises(MappingError, match="not a frame"):
            CountData.from_frame(3, YEARLY)
        with pytest.raises(ReadError, match="names no data file"):
            read_counts(mapping=YEARLY)


class TestFiles:
    def test_a_spanish_csv_with_a_title_and_its_rows_as_the_program_counts_them(self, tmp_path: Path) -> None:
        text = "Ministerio;;\nAño;Órgano;Ingresos\n2018;Único;1.204,0\n2019;Único;no sé\n"
        file = tmp_path / "órganos.csv"
        file.write_text(text, encoding="cp1252")
        mapping = {"counts": {"period": "Año", "office": "Órgano", "quantities": {"new": "Ingresos"}}}
        with pytest.raises(CaseDataError, match=r"the first in row 4"):
            read_counts(file, mapping=mapping)
        found = read_counts(file, mapping={**mapping, "data": {"faults": "count"}})
        assert found.quantities["new"].values[0] == 1204
        assert found.key_levels("office") == ("Único",)
        assert found.provenance.source == "órganos.csv"

    def test_several_files_and_the_file_of_a_fault(self, tmp_path: Path) -> None:
        for year, new in ((2018, 1), (2019, -2)):
            (tmp_path / f"{year}.csv").write_text(f"Year,Court,New\n{year},a,{new}\n", encoding="utf-8")
        mapping = tmp_path / "counts.toml"
        mapping.write_text(
            '[data]\nfile = ["2018.csv", "2019.csv"]\n[counts]\nperiod = "Year"\noffice = "Court"\n'
            '[counts.quantities]\nnew = "New"\n',
            encoding="utf-8",
        )
        with pytest.raises(CaseDataError, match=r"the first in row 2 of '2019.csv'"):
            read_counts(mapping=mapping)
        assert read_counts(tmp_path / "2018.csv", mapping=mapping).rows == 1

    def test_a_workbook(self, tmp_path: Path) -> None:
        file = tmp_path / "counts.xlsx"
        with xlsxwriter.Workbook(file) as book:
            page = book.add_worksheet("Datos")
            for number, row in enumerate([["Mes", "Juzgado", "Ingresos"], ["ene-19", "a", 4], ["feb-19", "a", "NA"]]):
                page.write_row(number, 0, row)
        part = {"period": "Mes", "office": "Juzgado", "quantities": {"new": "Ingresos"}}
        found = read_counts(file, mapping={"counts": part, "missing": CODES, "data": {"sheet": "Datos"}})
        assert found.quantities["new"].words() == ["", "not_available"]
        assert found.native_period == "month"

    def test_parquet(self, tmp_path: Path) -> None:
        file = tmp_path / "counts.parquet"
        pd.DataFrame({"Year": [2018, 2019], "Court": "a", "New": [1, 2]}).to_parquet(file)
        assert read_counts(file, mapping=YEARLY).quantities["new"].values.tolist() == [1, 2]

    def test_a_simulated_table_says_so(self) -> None:
        frame = pd.DataFrame({"Year": [2019], "Court": ["a"], "New": [1]})
        found = CountData.from_frame(frame, {**YEARLY, "data": {"simulated": True}})
        assert found.describe().startswith("Simulated data")


@pytest.mark.parametrize("library", ["pandas", "polars", "lazy", "arrow", "duckdb"])
def test_every_frame_gives_the_same_table(library: str) -> None:
    frame = pd.DataFrame({"Year": [2018, 2019, 2019], "Court": ["a", "a", "b"], "New": [1.0, None, 3.0]})
    made: Any = {
        "pandas": lambda: frame,
        "polars": lambda: pl.from_pandas(frame),
        "lazy": lambda: pl.from_pandas(frame).lazy(),
        "arrow": lambda: pa.Table.from_pandas(frame),
        "duckdb": lambda: duckdb.from_df(frame),
    }[library]()
    found = CountData.from_frame(made, YEARLY)
    np.testing.assert_equal(found.quantities["new"].values, [1, np.nan, 3, np.nan])
    assert found.level("office").tolist() == ["a", "a", "b", "b"]
    assert repr(found) == "CountData(4 rows counting case: new; cut-off 31 Dec 2019)"


def test_some_rows_of_a_table() -> None:
    found = yearly([1, 2, 3])
    part = found.selected(found.level("office") == "Court 1")
    assert (part.rows, part.quantities["new"].values.tolist()) == (1, [2])
    assert isinstance(part, CountData)


class TestSheetsOfOffices:
    """What a workbook of an office holds besides its numbers."""

    MAPPING: ClassVar = {
        "counts": {
            "office": "Juzgado",
            "period": {"year": "Año", "month": "Mes"},
            "quantities": {"new": "Ingresadas"},
        }
    }
    ROWS: ClassVar = (("Primero", "2019", "enero", "5"), ("Segundo", "2019", "enero", "7"))

    def refused(self, *rows: tuple[str | None, ...]) -> CaseDataError:
        frame = pd.DataFrame([*self.ROWS, *rows], columns=["Juzgado", "Año", "Mes", "Ingresadas"])
        with pytest.raises(CaseDataError) as met:
            CountData.from_frame(frame, self.MAPPING)
        return met.value

    def test_a_row_of_totals_without_a_month_is_called_one(self) -> None:
        error = self.refused(("Total", "2019", None, "12"))
        assert "'Total' in the column of 'office' looks like the sum" in str(error.problem)
        assert "ignore" in str(error.remedy)

    @pytest.mark.parametrize(
        "row",
        [
            ("Fuente: Consejo", None, None, None),
            ("Suma de ambos", "2019", None, "12"),
            ("Segundo", "2019", "Total", "7"),
            ("Segundo", None, "febrero", "7"),
        ],
    )
    def test_footnotes_other_totals_and_merged_cells(self, row: tuple[str | None, ...]) -> None:
        error = self.refused(row)
        assert "1 row has no period that can be read in 'Año + Mes' (the first in row 3)." in str(error.problem)
        for word in ("Totals and footnotes", "ignore", "merged cells"):
            assert word in str(error.remedy)
        assert "faults" not in str(error.remedy)

    def test_the_remedy_for_totals_works(self) -> None:
        frame = pd.DataFrame(
            [*self.ROWS, ("Suma de ambos", "2019", None, "12"), ("Fuente: Consejo", None, None, None)],
            columns=["Juzgado", "Año", "Mes", "Ingresadas"],
        )
        office = {"column": "Juzgado", "ignore": ["Suma de ambos", "Fuente: Consejo"]}
        mapping = {"counts": {**self.MAPPING["counts"], "office": office}}
        assert CountData.from_frame(frame, mapping).rows == 2

    def test_odd_periods_are_told_how_to_write_them(self) -> None:
        assert "Write periods as 2019" in str(self.refused(("Segundo", "2019", "13", "7")).remedy)

    def test_merged_offices(self) -> None:
        error = self.refused((None, "2019", "febrero", "7"), (None, "2019", "febrero", "3"))
        assert "merged cells" in str(error.remedy)
        frame = pd.DataFrame(
            [*self.ROWS, (None, "2019", "febrero", "7")], columns=["Juzgado", "Año", "Mes", "Ingresadas"]
        )
        notes = [str(one) for one in CountData.from_frame(frame, self.MAPPING).notes]
        assert any(one.startswith("1 row names no office.") for one in notes)

    def test_periods_in_columns(self) -> None:
        frame = pd.DataFrame({"Juzgado": ["A"], "2016": [4], "2017": [5], "2018": [6]})
        mapping = {"counts": {"office": "Juzgado", "period": "Año", "quantities": {"new": "Ingresadas"}}}
        with pytest.raises(MappingError, match="3 columns are years, months or quarters") as met:
            CountData.from_frame(frame, mapping)
        assert "each row is one period" in str(met.value.remedy)

    def test_a_year_as_bolivia_calls_it(self) -> None:
        frame = pd.DataFrame({"Juzgado": ["A", "A"], "Año": ["Gestión 2016", "GESTION 2017"], "Ingresadas": [4, 5]})
        mapping = {"counts": {"office": "Juzgado", "period": "Año", "quantities": {"new": "Ingresadas"}}}
        data = CountData.from_frame(frame, mapping)
        assert [str(date_of(int(one))) for one in data.last_day] == ["2016-12-31", "2017-12-31"]

    def test_one_office_under_two_names_in_two_tables(self) -> None:
        mapping = {"counts": {"office": "Juzgado", "period": "Año", "quantities": {"new": "Ingresadas"}}}
        tables = [
            pd.DataFrame({"Juzgado": ["A", name], "Año": [year] * 2, "Ingresadas": [4, 5]})
            for name, year in (("Juzgado Segundo", "2016"), ("Juzgado 2do", "2017"))
        ]
        with pytest.raises(CaseDataError, match="Juzgado Segundo; only in 'table 2': Juzgado 2do"):
            CountData.from_frame(tables, mapping)

    def test_merged_cells_are_not_counted_away(self) -> None:
        """The rows that are left would pass for the whole table."""
        rows = [("A", year, month, str(n)) for year in ("2016", "2017") for n, month in enumerate(("1", "2", "3", "4"))]
        merged = [(*row[:1], row[1] if row[2] == "1" else None, *row[2:]) for row in rows]
        frame = pd.DataFrame(merged, columns=["Juzgado", "Año", "Mes", "Ingresadas"])
        with pytest.raises(CaseDataError, match="6 rows have no period") as met:
            CountData.from_frame(frame, {**self.MAPPING, "data": {"faults": "count"}})
        assert "merged cells" in str(met.value.remedy)


class TestTotalsUnderAnotherName:
    ROWS = pd.DataFrame(
        {"Juzgado": ["A", "B", "Bolivia"] * 2, "Año": [2018] * 3 + [2019] * 3, "n": [10, 13, 23, 11, 9, 20]}
    )

    def mapping(self, **data: str) -> dict[str, object]:
        counts = {"unit": "case", "office": "Juzgado", "period": "Año", "quantities": {"new": "n"}}
        return {"counts": counts, **({"data": {"kind": "counts", **data}} if data else {})}

    def test_a_row_that_is_the_sum_of_all_others_is_refused_whatever_its_name(self) -> None:
        with pytest.raises(CaseDataError, match="Every number of 'Bolivia' .* is the sum of all others"):
            CountData.from_frame(self.ROWS, self.mapping())

    def test_it_is_told_where_faults_are_counted(self) -> None:
        data = CountData.from_frame(self.ROWS, self.mapping(faults="count"))
        assert any("is the sum of all others" in str(one) for one in data.notes)

    def test_one_number_that_differs_makes_it_an_office(self) -> None:
        rows = self.ROWS.assign(n=[10, 13, 23, 11, 9, 21])
        assert CountData.from_frame(rows, self.mapping()).rows == 6

    def test_two_offices_that_are_alike_are_no_totals_of_each_other(self) -> None:
        rows = self.ROWS[self.ROWS["Juzgado"] != "Bolivia"].assign(n=30)
        assert CountData.from_frame(rows, self.mapping()).rows == 4
