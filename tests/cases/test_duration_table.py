"""Tables of times and endings: what the columns may hold, and what is said when they hold something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, JusticeMetricsError, MappingError, QuestionError
from justice_metrics.cases.durations import Durations

DAYS = [3, 8, 8, 12]
ENDS = [1, 0, 2, 1]


def made(days: Any = DAYS, end: Any = ENDS, **given: Any) -> Durations:
    columns = given.pop("columns", {})
    return jm.durations(pd.DataFrame({"days": days, "end": end, **columns}), days="days", ending="end", **given)


def risk_of(spells: Durations, by: tuple[str, ...] = ()) -> Any:
    return jm.cumulative_incidence(spells, by=by).table


class TestEndings:
    def test_numbers_are_named_by_themselves(self) -> None:
        assert made().outcomes == ("1", "2")
        assert made(outcomes={"2": "rejection"}).outcomes == ("1", "rejection")

    def test_words_are_read_in_the_order_in_which_people_count(self) -> None:
        assert made(end=["way 10", "pending", "way 9", "way 10"]).outcomes == ("way 9", "way 10")

    def test_flags(self) -> None:
        table = risk_of(made(end=[True, False, True, True]))
        assert table.outcomes == ("ended",)
        assert (table.events.sum(), table.censored.sum()) == (3, 1)

    def test_another_value_for_the_open_ones(self) -> None:
        # R's coding of some data sets: 1 censored, 2 dead
        table = risk_of(made(end=[2, 1, 2, 2], pending=1))
        assert (table.events.sum(), table.censored.sum()) == (3, 1)
        words = risk_of(made(end=["dead", "alive", "dead", "dead"], pending="alive"))
        assert (words.events.sum(), words.censored.sum()) == (3, 1)

    def test_nobody_open_and_everybody_open(self) -> None:
        assert risk_of(made(end=[1, 1, 1, 1])).censored.sum() == 0
        nobody = made(end=[0, 0, 0, 0])
        assert nobody.outcomes == ()
        assert jm.open_share(nobody).main["estimate"].tolist() == [1.0, 1.0, 1.0]

    def test_an_empty_cell_says_nothing(self) -> None:
        answer = jm.cumulative_incidence(made(end=pd.array([1, None, 2, 1], dtype="Int64")))
        assert [(str(one.reason), one.n) for one in answer.provenance.left_out] == [
            ("not said whether it had ended", 1)
        ]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"pending": 7}, "'7' is no value of the column 'end'"),
            ({"pending": "open"}, "'open' is no value of the column 'end'"),
            ({"outcomes": {"3": "verdict"}}, "'3' is no value of the column 'end'"),
            ({"outcomes": {"1": "ended", "2": "ended"}}, "Two endings of 'end' have one name"),
            ({"outcomes": {"1": "2"}}, "Two endings of 'end' have one name"),
        ],
    )
    def test_unknown_values_and_names(self, given: dict[str, Any], words: str) -> None:
        with pytest.raises(MappingError, match=words):
            made(**given)

    def test_too_many(self) -> None:
        with pytest.raises(CaseDataError, match="has 60 different endings"):
            made(days=[1] * 60, end=list(range(60)))

    def test_no_whole_number(self) -> None:
        with pytest.raises(CaseDataError, match="has 1 endings that are no whole number"):
            made(end=[1.0, 0.0, 1.5, 1.0])


class TestTimes:
    @pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float64", "Int64"])
    def test_any_kind_of_whole_number(self, dtype: str) -> None:
        assert risk_of(made(days=pd.array(DAYS, dtype=dtype))).days.tolist() == [-1, 3, 8, 12]

    def test_fractions_are_counted_and_refused(self) -> None:
        with pytest.raises(CaseDataError, match="2 values of 'days' are no whole numbers") as error:
            made(days=[1.5, 2.25, 3.0, 4.0])
        assert "smaller unit of time" in str(error.value)
        assert "1.5" not in str(error.value)

    def test_words_are_no_times(self) -> None:
        with pytest.raises(CaseDataError, match="The column 'days' holds no numbers"):
            made(days=["3", "8", "8", "12"])

    def test_missing_and_negative_times_are_left_out_and_counted(self) -> None:
        answer = jm.cumulative_incidence(made(days=pd.array([3, None, -8, 12], dtype="Int64")))
        assert {str(one.reason): one.n for one in answer.provenance.left_out} == {
            "no time is given": 1,
            "ended before it started, by its dates": 1,
        }
        assert answer.table.units.tolist() == [2]

    def test_day_0_counts(self) -> None:
        answer = jm.cumulative_incidence(made(days=[0, 0, 5, 5], end=[1, 0, 1, 1]))
        assert answer.main["at_risk"].tolist() == [4, 2]
        assert answer.main["estimate"].tolist() == [0.25, 1.0]

    def test_nothing_at_all(self) -> None:
        with pytest.raises(CaseDataError, match="There is no row in the data"):
            made(days=np.array([], dtype=int), end=np.array([], dtype=int))
        with pytest.raises(QuestionError, match="Time cannot be told of any of the 4 units"):
            jm.open_share(made(days=[-1, -1, -2, -3]))


class TestDesign:
    def test_frequencies(self) -> None:
        spells = made(frequency="n", columns={"n": [1, 2, 3, 4]})
        assert spells.n_units == 10
        assert risk_of(spells).events.sum() == 8
        with pytest.raises(CaseDataError, match="is no whole number"):
            made(frequency="n", columns={"n": [1, 2.5, 3, 4]})

    def test_entry(self) -> None:
        spells = made(entry="since", columns={"since": [-5, 3, None, 12]})
        answer = jm.cumulative_incidence(spells)
        assert answer.table.entered.tolist() == [[2, 1, 0]]
        assert [(str(one.reason), one.n) for one in answer.provenance.left_out] == [
            ("observed only from the day of its ending on, or later", 1)
        ]

    def test_weights_have_robust_intervals(self) -> None:
        answer = jm.open_share(made(weight="w", columns={"w": [1.5, 2.0, 1.0, 0.5]}))
        assert answer.main["estimate"][0] == pytest.approx(3.5 / 5)
        assert (answer.main["std_error"][:2] > 0).all()

    def test_a_cluster_that_is_not_called_so(self) -> None:
        # another column bears the name that the cluster has inside
        columns = {"court": [1, 1, 2, 2], "cluster": [1, 2, 3, 4]}
        by_court = jm.open_share(made(cluster="court", columns=columns))
        alone = jm.open_share(made(cluster="court", columns={"court": columns["court"]}))
        assert by_court.main["std_error"].tolist() == alone.main["std_error"].tolist()

    @pytest.mark.parametrize("court", [[1, 1, 2, None], ["x", "x", "y", None], [7, 7, 8, 9]])
    def test_a_cluster_that_does_not_split(self, court: list[Any]) -> None:
        columns = {"court": court, "office": list("abab"), "w": [1.0] * 4}
        with_weights = made(cluster="court", weight="w", by="office", columns=columns)
        without = made(cluster="court", columns={"court": court})
        errors = jm.open_share(with_weights).main["std_error"]
        assert errors.tolist() == pytest.approx(jm.open_share(without).main["std_error"].tolist())
        assert jm.open_share(with_weights, by="cluster").table.strata.names == ("cluster",)

    def test_rows_of_one_unit(self) -> None:
        # the second case in two pieces, from the start to day 5 and from there to day 8
        split = pd.DataFrame({"id": [1, 2, 2, 3, 4], "since": [-1, -1, 5, -1, -1], "days": [3, 5, 8, 8, 12],
                              "end": [1, 0, 0, 2, 1]})  # fmt: skip
        spells = jm.durations(split, days="days", ending="end", entry="since", id="id")
        assert spells.several_rows
        one, two = jm.open_share(spells), jm.open_share(made())
        for column in ("estimate", "std_error"):
            last = two.at((3, 8, 12))[column]
            assert one.at((3, 8, 12))[column] == pytest.approx(last, nan_ok=True)


class TestColumns:
    @pytest.mark.parametrize("option", ["days", "ending", "entry", "id", "frequency", "weight", "cluster", "by"])
    def test_a_column_that_is_not_there(self, option: str) -> None:
        given: dict[str, Any] = {"days": "days", "ending": "end", option: "offise"}
        table = pd.DataFrame({"days": DAYS, "end": ENDS, "office": ["a", "b", "a", "b"]})
        with pytest.raises(JusticeMetricsError, match="offise"):
            jm.durations(table, **given)

    def test_only_the_columns_named_split(self) -> None:
        columns = {"office": ["a", "b", "a", "b"], "name": ["x", "y", "z", "w"]}
        spells = made(by="office", columns=columns)
        assert spells.attributes == ("office",)
        with pytest.raises(QuestionError, match="'name' is not an attribute"):
            jm.open_share(spells, by="name")

    def test_what_is_not_recorded_is_a_group_of_its_own_and_last(self) -> None:
        spells = made(columns={"office": ["b", None, "a", "b"]})
        assert risk_of(spells, by=("office",)).strata.levels == (("a",), ("b",), ("not_recorded",))

    def test_levels_of_numbers_are_in_order(self) -> None:
        spells = made(columns={"ward": [10, 9, 2, 10]})
        assert risk_of(spells, by=("ward",)).strata.column("ward") == ["2", "9", "10"]

    def test_it_prints_no_row(self) -> None:
        assert repr(made(columns={"name": ["Ana", "Eva", "Luz", "Sol"]})) == (
            "Durations(4 rows counted as case, endings 1, 2)"
        )


class TestOutcomes:
    def test_told_apart(self) -> None:
        spells = made(outcomes={"1": "verdict", "2": "rejection"})
        answer = jm.cumulative_incidence(spells, outcome="verdict")
        assert answer.table.outcomes == ("verdict", "other_ending")
        assert jm.time_to(spells, outcome="verdict", shares=(0.2,)).main["estimate"].tolist() == [3]

    def test_any_exit(self) -> None:
        answer = jm.cumulative_incidence(made(), outcome="any_exit")
        assert answer.table.outcomes == ("any_exit",)
        still = jm.open_share(made()).main["estimate"]
        assert answer.main["estimate"] == pytest.approx(1 - still)

    @pytest.mark.parametrize("wanted", [("1", "1x"), ("any_exit", "1")])
    def test_unknown_or_overlapping(self, wanted: tuple[str, ...]) -> None:
        with pytest.raises(QuestionError):
            jm.cumulative_incidence(made(), outcome=wanted)


@pytest.mark.parametrize(
    "question",
    [
        lambda times: jm.stage_occupancy(times, days=(5,)),
        jm.stage_durations,
        lambda times: jm.transition_times(times, start="complaint", outcome="verdict"),
    ],
)
def test_questions_about_stages_refuse_a_table_of_times(question: Any) -> None:
    with pytest.raises(QuestionError, match=r"stages(.|\n)*jm\.read_cases"):
        question(made())


def test_a_parquet_file(tmp_path: Path) -> None:
    pl.DataFrame({"days": DAYS, "end": ENDS}).write_parquet(tmp_path / "times.parquet")
    spells = jm.durations(tmp_path / "times.parquet", days="days", ending="end")
    assert spells.memory is None
    assert jm.open_share(spells).main["estimate"].tolist() == jm.open_share(made()).main["estimate"].tolist()
    assert "times.parquet" in spells.provenance.source
