"""What a table of times is refused for, and what every answer then says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError
from justice_metrics.cases.duration_checks import RESULT_COLUMNS
from justice_metrics.cases.durations import Durations

DAYS = [3, 8, 8, 12]
ENDS = [1, 0, 2, 1]


def made(days: Any = DAYS, end: Any = ENDS, **given: Any) -> Durations:
    columns = given.pop("columns", {})
    return jm.durations(pd.DataFrame({"days": days, "end": end, **columns}), days="days", ending="end", **given)


def left_out(spells: Durations) -> dict[str, int]:
    return {str(one.reason): one.n for one in jm.cumulative_incidence(spells).provenance.left_out}


def notes(spells: Durations) -> list[str]:
    return [str(one) for one in jm.cumulative_incidence(spells).notes]


class TestNames:
    @pytest.mark.parametrize("name", sorted(RESULT_COLUMNS))
    def test_a_group_may_not_be_called_as_a_column_of_answers(self, name: str) -> None:
        table = pd.DataFrame({"time": DAYS, "end": ENDS, name: list("abab")})
        with pytest.raises(MappingError, match=rf"called '{name}'(.|\n)*Rename the column"):
            jm.durations(table, days="time", ending="end", by=name)

    def test_nobody_named_it_and_nobody_asks_for_it(self) -> None:
        table = pd.DataFrame({"time": DAYS, "end": ENDS, "share": list("abab"), "office": list("aabb")})
        times = jm.durations(table, days="time", ending="end")
        assert jm.cumulative_incidence(times, by="office").main["estimate"].size
        with pytest.raises(QuestionError, match="'share'"):
            jm.time_to(times, outcome="1", by="share")

    def test_a_column_of_the_design(self) -> None:
        columns = {"w": [1.0, 2.0, 1.0, 1.0], "weight": list("abab")}
        with pytest.raises(MappingError, match="called 'weight'"):
            made(weight="w", by="weight", columns=columns)
        assert "weight" not in made(weight="w", columns=columns).attributes

    @pytest.mark.parametrize("name", ["pending", "open", "other_ending", "any_exit"])
    def test_an_outcome_may_not_be_called_as_what_has_not_ended(self, name: str) -> None:
        with pytest.raises(MappingError, match=rf"'{name}' cannot name an ending of 'end'(.|\n)*pending = '{name}'"):
            made(outcomes={"1": name})

    def test_open_as_a_value(self) -> None:
        words = ["verdict", "open", "rejection", "verdict"]
        with pytest.raises(MappingError, match="pending = 'open'"):
            made(end=words)
        assert made(end=words, pending="open").outcomes == ("rejection", "verdict")


class TestWeights:
    @pytest.mark.parametrize(
        ("option", "values", "words"),
        [
            ("weight", [1.0, -2.0, 1.0, -1.0], "2 values of 'n' are below 0"),
            ("weight", [1.0, np.inf, 1.0, 1.0], "1 value of 'n' is infinite"),
            ("weight", list("abcd"), "'n' holds no numbers"),
            ("frequency", [1, -2, 1, 1], "1 value of 'n' is below 0"),
            ("frequency", [1.0, np.inf, 1.0, 1.0], "1 value of 'n' is infinite"),
        ],
    )
    @pytest.mark.parametrize("library", ["pandas", "polars", "parquet"])
    def test_refused_with_their_number(
        self, option: Any, values: list[Any], words: str, library: str, tmp_path: Path
    ) -> None:
        table: Any = pd.DataFrame({"days": DAYS, "end": ENDS, "n": values})
        if library == "polars":
            table = pl.from_pandas(table)
        if library == "parquet":
            table.to_parquet(tmp_path / "times.parquet")
            table = tmp_path / "times.parquet"
        with pytest.raises(CaseDataError, match=words):
            jm.durations(table, days="days", ending="end", **{option: "n"})

    @pytest.mark.parametrize("library", ["pandas", "polars"])
    def test_left_out_and_counted(self, library: str) -> None:
        columns = {"w": [2.0, np.nan, 0.0, 1.0], "x": [1.0, 2.0, 3.0, 5.0]}
        table: Any = pd.DataFrame({"days": DAYS, "end": ENDS, **columns})
        table = pl.from_pandas(table) if library == "polars" else table
        times = jm.durations(table, days="days", ending="end", weight="w")
        assert left_out(times) == {"no sampling weight is given": 1, "the sampling weight is 0": 1}
        assert jm.open_share(times).at((3,))["estimate"][0] == pytest.approx(1 / 3)
        model = jm.cox_regression(times, formula="x", outcome="any_exit")
        assert sum(one.n for one in model.provenance.left_out) == 2

    def test_nobody_weighs_anything(self) -> None:
        with pytest.raises(QuestionError, match="4: the sampling weight is 0"):
            jm.open_share(made(weight="w", columns={"w": [0.0] * 4}))

    def test_frequency_missing(self) -> None:
        times = made(frequency="n", columns={"n": [1, np.nan, 3, 4]})
        assert left_out(times) == {"not said how many units the row stands for": 1}
        assert jm.cumulative_incidence(times).table.events.sum() == 8


class TestTimes:
    @pytest.mark.parametrize("day", [2**31, 2**31 + 5, float("inf"), 1e19])
    @pytest.mark.parametrize("column", ["days", "since"])
    def test_too_large(self, day: float, column: str) -> None:
        table = pd.DataFrame({"days": DAYS, "end": ENDS, "since": [-1] * 4})
        table[column] = [day, *table[column][1:]]
        with pytest.raises(CaseDataError, match=f"1 value of '{column}' is infinite or too large"):
            jm.durations(table, days="days", ending="end", entry="since")

    def test_another_unit_of_time_is_told_by_every_answer(self) -> None:
        said = "Times are counted in months here: where a sentence or heading says days, read months."
        assert said in notes(made(time_unit="months"))
        assert made().time_unit == "days"
        assert not any("Times are counted" in one for one in notes(made()))
        with pytest.raises(MappingError, match="'month' is no unit of time"):
            made(time_unit="month")


class TestEndings:
    def test_blank_texts_say_nothing(self, tmp_path: Path) -> None:
        words = ["verdict", "", "  ", "pending"]
        assert made(end=words).outcomes == ("verdict",)
        assert left_out(made(end=words)) == {"not said whether it had ended": 2}
        pl.DataFrame({"days": DAYS, "end": words}).write_parquet(tmp_path / "times.parquet")
        stored = jm.durations(tmp_path / "times.parquet", days="days", ending="end")
        assert left_out(stored) == {"not said whether it had ended": 2}

    @pytest.mark.parametrize("library", ["pandas", "parquet"])
    def test_the_open_ones_in_any_spelling(self, library: str, tmp_path: Path) -> None:
        table: Any = pd.DataFrame({"days": DAYS, "end": [" verdict", "PENDING", " pending", "verdict"]})
        if library == "parquet":
            table.to_parquet(tmp_path / "times.parquet")
            table = tmp_path / "times.parquet"
        answer = jm.cumulative_incidence(jm.durations(table, days="days", ending="end"))
        assert answer.table.outcomes == ("verdict",)
        assert (answer.table.events.sum(), answer.table.censored.sum()) == (2, 2)

    def test_digits_as_texts(self) -> None:
        answer = jm.cumulative_incidence(made(end=["1", "0", "2", "1"]))
        assert answer.table.outcomes == ("1", "2")
        assert answer.table.censored.sum() == 1

    @pytest.mark.parametrize(
        ("ends", "value"), [([1, 2, 2, 1], "0"), (["1", "2", "2", "1"], "0"), (["a", "b", "b", "a"], "pending")]
    )
    def test_nobody_open_is_told(self, ends: list[Any], value: str) -> None:
        assert any(
            one.startswith(f"No row is still open: 'end' has no value '{value}'") for one in notes(made(end=ends))
        )
        assert not any("No row is still open" in one for one in notes(made()))


class TestUnits:
    SPLIT = pd.DataFrame({
        "id": [1, 1, 2, 3, 3, 4, 5, 6, 7, 7], "e": [-1, 3, -1, -1, 4, -1, -1, -1, -1, 2],
        "d": [3, 8, 5, 4, 9, 8, 7, 5, 2, 6], "s": [0, 1, 1, 0, 0, 1, 1, 0, 0, 1],
    })  # fmt: skip

    def times(self, library: str = "pandas", **changed: tuple[int, Any]) -> Durations:
        table = self.SPLIT.copy()
        for column, (row, value) in changed.items():
            table[column] = [value if place == row else one for place, one in enumerate(table[column])]
        native: Any = pl.from_pandas(table) if library == "polars" else table
        return jm.durations(native, days="d", ending="s", entry="e", id="id")

    @pytest.mark.parametrize("library", ["pandas", "polars"])
    def test_units_are_distinct_ids(self, library: str) -> None:
        times = self.times(library)
        assert (times.n_units, times.intake.rows) == (7, 10)
        assert repr(times) == "Durations(10 rows of 7 units counted as case, endings 1)"
        answer = jm.cumulative_incidence(times)
        assert answer.provenance.units_in == 7
        assert any(str(one).startswith("7 units have 10 rows.") for one in answer.notes)

    def test_a_parquet_file(self, tmp_path: Path) -> None:
        self.SPLIT.to_parquet(tmp_path / "times.parquet")
        times = jm.durations(tmp_path / "times.parquet", days="d", ending="s", entry="e", id="id")
        assert (times.n_units, times.intake.rows) == (7, 10)

    @pytest.mark.parametrize("library", ["pandas", "polars"])
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"e": (1, 1)}, "1 unit of 'id' has rows that overlap in time"),
            ({"s": (0, 1)}, "1 unit of 'id' has rows after the one in which it ended"),
            ({"id": (2, None)}, "1 row has no id in 'id'"),
        ],
    )
    def test_refused(self, changed: dict[str, tuple[int, Any]], words: str, library: str) -> None:
        with pytest.raises(CaseDataError, match=words):
            self.times(library, **changed)

    def test_a_gap_between_rows_and_a_row_that_is_left_out_are_no_fault(self) -> None:
        assert self.times(e=(1, 5)).n_units == 7
        assert self.times(d=(2, -4)).n_units == 7

    def test_one_row_each(self) -> None:
        times = made(id="id", columns={"id": [1, 2, 3, 4]})
        assert not any("rows" in one for one in notes(times))


@pytest.mark.parametrize("court", [["x", "x", None, "y"], [1.0, 1.0, np.nan, 2.0]])
def test_rows_without_a_cluster_are_counted(court: list[Any]) -> None:
    said = "1 row has no value in 'court': such rows are taken together as one cluster."
    assert said in notes(made(cluster="court", columns={"court": court}))
    assert not any("'court'" in one for one in notes(made(cluster="court", columns={"court": [1, 1, 2, 2]})))
