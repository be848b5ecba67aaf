"""Headers get names of their own, blank rows go, and row numbers stay those of the file."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.cases.readers.text_table import TextTable, clean_header, filled_rows


@given(st.lists(st.sampled_from(["", " ", "a", "a (2)", "A", "b\nc", None]), max_size=12))
def test_every_column_gets_a_name_of_its_own(header: list[str | None]) -> None:
    names, _ = clean_header(header, [True] * len(header))
    assert len(set(names)) == len(names) == len(header)
    assert all(names)


def test_what_was_renamed_is_said() -> None:
    names, notes = clean_header(
        ["Caso ", "", "Fecha", "Fecha\nhora", "Fecha", None], [True, True, True, True, True, False]
    )
    assert names == ["Caso", "column 2", "Fecha", "Fecha hora", "Fecha (2)", None]
    assert [note.text() for note in notes] == [
        "1 column has no name and is called by its place, such as 'column 3'.",
        "1 column repeats a name and got a number, such as 'name (2)'.",
    ]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["a", "b"], [2, 3]),
        (["a", None, None], [2]),
        ([None, "a", "b"], [3, 4]),
        (["a", None, "b", None], [2, 4]),
        ([None, None], []),
    ],
)
def test_blank_rows_go_and_numbers_stay(cells: list[str | None], numbers: list[int]) -> None:
    table = pa.table({"x": pa.array(cells, pa.string()), "y": pa.array(cells, pa.string())})
    filled = filled_rows(table, first_row=2)
    read = TextTable(
        table=filled.table,
        source="x.csv",
        n_rows=filled.table.num_rows,
        first_row=filled.first_row,
        numbers=filled.numbers,
    )
    kept = [one for one in cells if one is not None]
    assert filled.table.column("x").to_pylist() == kept
    assert [read.first_row_with("x", [one]) for one in kept] == numbers
    assert read.first_row_with("x", ["nobody"]) is None
    n_blank = len(cells) - len(kept)
    assert [note.n for note in filled.notes] == ([n_blank] if n_blank else [])


def test_a_table_shows_no_cell() -> None:
    read = TextTable(table=pa.table({"name": ["Ana Quispe"]}), source="x.csv", n_rows=1)
    assert "Quispe" not in repr(read)
    assert read.distinct("name") == (["Ana Quispe"], [1])
