"""Few units with many flags are added up here: to the same counts as where the data live."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pyarrow as pa
import pytest

import justice_metrics as jm
from justice_metrics.cases.readers.embedded import Embedded
from justice_metrics.cases.rules import examine, small
from justice_metrics.cases.rules.masks import either


@pytest.fixture
def frame() -> nw.LazyFrame[Any]:
    columns = {"a": [1, 2, None, 4], "place": [0, 1, 0, 0], "times": [1, 1, 2, 3]}
    return Embedded().table(pa.table(columns))


def test_a_case_by_hand(frame: nw.LazyFrame[Any]) -> None:
    held = small.held_here(frame)
    made = {
        "low": nw.col("a") < 3,
        "four": nw.col("a") == 4,
        "all": nw.lit(value=True),
        "place": nw.col("place"),
        "times": nw.col("times"),
    }
    then = ({"any": either([nw.col("low"), nw.col("four")])}, {"none": ~nw.col("any")})
    found = small.added_up(held, made, then, keys=["place"], frequency="times")
    assert found.keys["place"].tolist() == [0, 1]
    assert found.n.tolist() == [6, 1]
    # of the rows of place 0 (weights 1, 2, 3) the second has no value: it neither hits nor misses
    assert {name: one.tolist() for name, one in found.sums.items()} == {
        "low": [1, 1],
        "four": [3, 0],
        "all": [6, 1],
        "any": [4, 1],
        "none": [0, 0],
    }
    whole = small.added_up(held, {"low": made["low"]}, (), keys=[], frequency=None)
    assert (whole.n.tolist(), whole.sums["low"].tolist()) == ([4], [2])


def test_without_rows_or_in_another_engine_nothing_is_held(frame: nw.LazyFrame[Any]) -> None:
    assert small.held_here(frame).num_rows == 4
    assert small.held_here(frame.filter(nw.col("a") > 9)) is None
    assert small.held_here(nw.from_native(pl.LazyFrame({"a": [1]}))) is None


def test_a_check_says_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = jm.sample_cases()
    told = []
    for many in (1, 100_000):
        monkeypatch.setattr(examine, "_MANY", many)
        told.append(jm.check(cases))
    one, other = told
    assert set(one.tables) == set(other.tables)
    for name in one.tables:
        assert one.to_frame(name).equals(other.to_frame(name)), name
    assert [said.text() for said in one.findings()] == [said.text() for said in other.findings()]


def test_hundreds_of_conditions_are_joined_without_a_deep_chain() -> None:
    flags = pa.table({f"f{n}": [n == 700, False] for n in range(801)})
    table = nw.from_native(flags, eager_only=True)
    found = table.select(any=either([nw.col(name) for name in flags.column_names]))
    assert found["any"].to_list() == [True, False]
    assert table.select(one=either([nw.col("f700")]))["one"].to_list() == [True, False]
