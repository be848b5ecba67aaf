"""Labels and declared gaps of several statistics files: each file is taken at its own word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.several import one_below_the_other
from justice_metrics.cases.readers.text_table import TextTable


def made(
    name: str,
    columns: Mapping[str, Sequence[str | None]],
    labels: Mapping[str, Mapping[str, str]] | None = None,
    missing: Mapping[str, tuple[str, ...]] | None = None,
) -> TextTable:
    table = pa.table({key: pa.array(cells, pa.string()) for key, cells in columns.items()})
    return TextTable(
        table=table, source=name, n_rows=table.num_rows, value_labels=labels or {}, user_missing=missing or {}
    )


def notes(read: TextTable) -> list[str]:
    return [one.text() for one in read.notes]


LABELS = {"1": "Condena", "2": "Rechazo", "9": "NS"}
SWAPPED = {"1": "Rechazo", "2": "Condena", "9": "NS"}


class TestCodesThatMeanTwoThings:
    def coded(self) -> list[TextTable]:
        return [
            made("a.sav", {"fin": ["1", "2"]}, {"fin": LABELS}),
            made("b.sav", {"fin": ["1", "2"]}, {"fin": SWAPPED}),
        ]

    @pytest.mark.parametrize("codes", [True, ["fin"]])
    def test_kept_codes_are_refused(self, codes: bool | list[str]) -> None:
        with pytest.raises(ReadError, match="2 codes of 'fin' have other labels in 'b.sav'") as error:
            one_below_the_other(self.coded(), codes=codes, needed=["fin"])
        assert "Name in 'codes' only the columns that need them" in str(error.value)

    def test_also_under_the_name_that_the_mapping_gives_the_column(self) -> None:
        other = made("b.sav", {"final": ["1", "2"]}, {"final": SWAPPED})
        with pytest.raises(ReadError, match="2 codes of 'final'"):
            one_below_the_other([self.coded()[0], other], codes=["fin"], renamed={"fin": "final"})

    def test_a_column_that_nobody_asks_for_is_no_hindrance(self) -> None:
        read = one_below_the_other(self.coded(), codes=True, needed=[])
        assert (read.value_labels["fin"], notes(read)) == ({"9": "NS"}, [])

    def test_cells_that_hold_labels_are_none_the_worse_and_the_codes_name_nothing(self) -> None:
        labelled = [
            made("a.sav", {"fin": ["Condena", "Rechazo"]}, {"fin": LABELS}),
            made("b.sav", {"fin": ["Rechazo", "Condena"]}, {"fin": SWAPPED}),
        ]
        read = one_below_the_other(labelled, codes=["edad"])
        assert read.table.to_pydict() == {"fin": ["Condena", "Rechazo", "Rechazo", "Condena"]}
        assert read.value_labels == {"fin": {"9": "NS"}}
        assert notes(read) == [
            "2 codes of 'fin' have other labels in other files: cells hold what their own file says."
        ]

    def test_spelling_and_words_for_a_gap_are_no_clash(self) -> None:
        tables = [
            made("a.sav", {"fin": ["1"]}, {"fin": {"1": "Condena", "9": "NS"}}, {"fin": ("9",)}),
            made("b.sav", {"fin": ["1"]}, {"fin": {"1": " CONDENA", "9": "Sin dato"}}, {"fin": ("9",)}),
        ]
        assert notes(one_below_the_other(tables, codes=True)) == []


class TestGapsOfOneFile:
    def test_a_value_is_missing_where_its_own_file_says_so(self) -> None:
        tables = [
            made("a.sav", {"edad": ["14", "9", None, "9"]}, missing={"edad": ("9", "99")}),
            made("b.sav", {"edad": ["9", "12", "99"]}, missing={"edad": ("99",)}),
        ]
        read = one_below_the_other(tables)
        assert read.table.to_pydict() == {"edad": ["14", "9 [missing]", None, "9 [missing]", "9", "12", "99"]}
        assert read.user_missing == {"edad": ("9 [missing]", "99")}
        assert notes(read) == [
            "1 value of 'edad' is declared missing in one file and not in another: each is read as its own file says."
        ]

    def test_without_such_a_cell_elsewhere_nothing_changes(self) -> None:
        tables = [
            made("a.sav", {"edad": ["14", "9"]}, missing={"edad": ("9",)}),
            made("b.csv", {"edad": ["12", None], "otro": ["x", "y"]}),
        ]
        read = one_below_the_other(tables, absent=["otro"])
        assert read.table.column("edad").to_pylist() == ["14", "9", "12", None]
        assert read.user_missing == {"edad": ("9",)}

    def test_a_child_of_nine_is_nine_years_old(self, tmp_path: Path) -> None:
        import pandas as pd
        import pyreadstat

        rows: dict[str, Any] = {"caso": ["1", "2"], "edad": [14.0, 9.0], "d": ["2018-01-02"] * 2}
        pyreadstat.write_sav(pd.DataFrame(rows), str(tmp_path / "a.sav"), missing_ranges={"edad": [9.0]})
        pyreadstat.write_sav(pd.DataFrame({**rows, "caso": ["3", "4"]}), str(tmp_path / "b.sav"))
        (tmp_path / "m.toml").write_text(
            '[data]\nfile=["a.sav","b.sav"]\n[cases]\nid="caso"\nprocedure="bolivia"\ncutoff=2019-12-31\n'
            '[dates]\ncomplaint="d"\n[attributes]\nage={column="edad",type="integer"}\n'
        )
        cases = jm.read_cases(mapping=tmp_path / "m.toml")
        rows_read = cases.milestones.select("unit_id", "age").collect().rows()
        assert sorted(rows_read) == [("1", 14), ("2", None), ("3", 14), ("4", 9)]
        assert sum("declared missing in one file" in note.text() for note in cases.intake.notes) == 1
