"""Which tables are counted in memory, and which an engine must count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from justice_metrics.cases.memory import Memory

PLAIN: dict[str, Any] = {"days": [3, 8, 12], "end": [1, 0, 2]}


def of(frame: Any, **names: str) -> Memory | None:
    return Memory.of(frame, "days", "end", names.get("entry"), names.get("frequency"))


def needed(frame: Any, **names: str) -> Memory:
    found = of(frame, **names)
    assert found is not None
    return found


class TestWhole:
    @pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
    def test_whole_numbers_are_taken_without_a_copy(self, library: Any) -> None:
        days = np.array([3, 8, 12], dtype=np.int32)
        memory = needed(library({"days": days, "end": np.array([1, 0, 2], dtype=np.int8)}))
        assert memory.days.tolist() == [3, 8, 12]
        assert memory.endings() == [0, 1, 2]
        assert memory.n_units == 3

    @pytest.mark.parametrize(
        "other",
        [
            {"days": [3.0, 8.0, 12.0]},
            {"days": [-1, 8, 12]},
            {"days": [3, 8, 2**40]},
            {"end": ["a", "b", "c"]},
            {"end": [True, False, True]},
            {"end": [0, 1, 50_000]},
            {"days": pd.array([3, None, 12], dtype="Int64")},
            {"days": [], "end": []},
        ],
    )
    def test_others_are_for_an_engine(self, other: dict[str, Any]) -> None:
        assert of(pd.DataFrame({**PLAIN, **other})) is None

    def test_a_lazy_frame_is_for_an_engine(self) -> None:
        assert of(pl.DataFrame(PLAIN).lazy()) is None

    @pytest.mark.parametrize("name", ["entry", "frequency"])
    def test_so_are_gaps_in_the_design(self, name: str) -> None:
        assert of(pd.DataFrame({**PLAIN, "x": [1.0, np.nan, 2.0]}), **{name: "x"}) is None
        assert of(pd.DataFrame({**PLAIN, "x": [1, 1, 2]}), **{name: "x"}) is not None

    def test_frequencies_are_units(self) -> None:
        assert needed(pd.DataFrame({**PLAIN, "n": [1, 2, 3]}), frequency="n").n_units == 6


class TestCodes:
    def test_endings_below_zero(self) -> None:
        memory = needed(pd.DataFrame({"days": [1, 2, 3], "end": [-2, 5, 0]}))
        assert memory.endings() == [-2, 0, 5]
        coded = memory.coded({0: 0, -2: 1, 5: 2})
        assert coded.code_of[memory.ending - memory.first].tolist() == [1, 2, 0]
        assert coded.recoded([0, 2, 1]).code_of[memory.ending - memory.first].tolist() == [2, 1, 0]


class TestAttributes:
    def attribute(self, values: Any) -> list[str] | None:
        coded = needed(pd.DataFrame({**PLAIN, "x": values})).attribute("x")
        return None if coded is None else [coded.levels[int(one)] for one in coded.codes]

    @pytest.mark.parametrize(
        ("values", "levels"),
        [
            (["b", "a", "b"], ["b", "a", "b"]),
            (["b", None, "a"], ["b", "not_recorded", "a"]),
            ([-2, 7, 0], ["-2", "7", "0"]),
            (np.array([250, 3, 9], dtype=np.uint8), ["250", "3", "9"]),
            (pd.Categorical(["b", "a", None], categories=["z", "b", "a"]), ["b", "a", "not_recorded"]),
        ],
    )
    def test_levels(self, values: Any, levels: list[str]) -> None:
        assert self.attribute(values) == levels

    @pytest.mark.parametrize(
        "values", [[1.5, 2.0, 3.0], [True, False, True], [1, 10**6, 2], ["not_recorded", None, "a"]]
    )
    def test_what_an_engine_must_tell(self, values: Any) -> None:
        assert self.attribute(values) is None

    def test_a_column_that_is_not_there(self) -> None:
        assert needed(pd.DataFrame(PLAIN)).attribute("x") is None
