"""From a wide table, an event log or stage tables to one row per unit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, SettingsError
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import SUPPORT, frame_of, log, milestones, on, wide, wide_mapping


def number(day: int) -> int:
    """Return the day number of a day of these tests."""
    return day_number(dt.date(2015, 1, 1)) + day


def stands(cases: CaseData) -> dict[str, tuple[Any, Any]]:
    """Return how each unit stands, with the day counted as the tests do."""
    found = {}
    for unit, row in milestones(cases).items():
        day = row["outcome_day"]
        found[unit] = (row["outcome"], None if day is None else day - number(0))
    return found


# What happened to a unit, and how it stands at the cut-off.
STORIES: list[tuple[list[tuple[str, int | None]], tuple[str | None, int | None]]] = [
    ([("complaint", 0)], (None, None)),
    ([("complaint", 0), ("rejected", 40)], ("rejected", 40)),
    ([("complaint", 0), ("rejected", 40), ("preliminary", 90)], (None, None)),
    ([("complaint", 0), ("rejected", 40), ("preliminary", 90), ("rejected", 95)], ("rejected", 95)),
    ([("complaint", 0), ("rejected", 40), ("convicted", 95)], ("convicted", 95)),
    ([("complaint", 0), ("convicted", 100), ("trial", 150)], (None, None)),
    ([("complaint", 0), ("convicted", 100), ("trial", 150), ("acquitted", 200)], ("acquitted", 200)),
    ([("complaint", 0), ("convicted", 100), ("appeal", 150)], (None, None)),
    # what it had ended by before the verdict does not come back with the appeal
    ([("complaint", 0), ("rejected", 10), ("convicted", 100), ("appeal", 150)], (None, None)),
    ([("complaint", 0), ("final_conviction", 100), ("execution", 150)], ("final_conviction", 100)),
    # on one day the order is that of the procedure
    ([("rejected", 5), ("complaint", 5)], ("rejected", 5)),
    ([("convicted", 5), ("complaint", 5), ("final_conviction", 5)], ("final_conviction", 5)),
    # an ending without a date stands, since nobody knows when
    ([("complaint", 0), ("dismissed", None)], ("dismissed", None)),
    # before 1970
    ([("complaint", -20_000), ("rejected", -19_999)], ("rejected", -19_999)),
]


def test_how_units_stand(engine: Any) -> None:
    events = [(f"{n}", *event) for n, (story, _) in enumerate(STORIES) for event in story]
    assert stands(log(events, frame=engine.frame)) == {f"{n}": end for n, (_, end) in enumerate(STORIES)}


def test_an_order_within_the_day_goes_before_the_procedure() -> None:
    events = [("a", "complaint", 0, 0), ("a", "rejected", 40, 1), ("a", "preliminary", 40, 2),
              ("b", "complaint", 0, 0), ("b", "rejected", 40, 2), ("b", "preliminary", 40, 1),
              ("c", "complaint", 0, None), ("c", "rejected", 40, None)]  # fmt: skip
    assert stands(log(events)) == {"a": (None, None), "b": ("rejected", 40), "c": ("rejected", 40)}


@pytest.mark.parametrize("order", [-1, 1_048_576])
def test_an_order_that_is_none_is_refused(order: int) -> None:
    with pytest.raises(MappingError, match="allowed are 0 to 1,048,575"):
        log([("a", "complaint", 0, 0), ("a", "rejected", 40, order)])


def test_first_days_are_those_of_the_first_visit() -> None:
    cases = log([("a", "complaint", 0), ("a", "trial", 90), ("a", "trial", 50), ("a", "charged", None)])
    row = milestones(cases)["a"]
    assert row["first__trial"] == number(50)
    assert (row["first__charged"], row["seen__charged"]) == (None, 1)
    assert cases.seen_states == ("charged",)


def test_a_log_in_which_nothing_ends(engine: Any) -> None:
    cases = log([("a", "complaint", 0), ("b", "complaint", 1), ("b", "charged", 5)], frame=engine.frame)
    assert stands(cases) == {"a": (None, None), "b": (None, None)}


class TestWide:
    def test_the_date_of_the_ending_fills_the_state_and_the_reverse(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "rejected": 40, "outcome": "rejected", "ended": None},
            {"id": "b", "complaint": 0, "rejected": None, "outcome": "rejected", "ended": 50},
            {"id": "c", "complaint": 0, "rejected": 60, "outcome": "convicted", "ended": 90},
            {"id": "d", "complaint": 0, "rejected": None, "outcome": "rejected", "ended": None},
        ]
        cases = wide(rows)
        assert stands(cases) == {"a": ("rejected", 40), "b": ("rejected", 50), "c": ("convicted", 90),
                                 "d": ("rejected", None)}  # fmt: skip
        days = {unit: row["first__rejected"] for unit, row in milestones(cases).items()}
        assert days == {"a": number(40), "b": number(50), "c": number(60), "d": None}

    def test_the_outcome_column_goes_before_the_dates(self) -> None:
        row = {"id": "a", "complaint": 0, "rejected": 40, "outcome": "pending"}
        assert stands(wide([row])) == {"a": (None, None)}

    def test_without_an_outcome_column_the_dates_say_how_it_stands(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "rejected": 40, "preliminary": None, "convicted": None},
            {"id": "b", "complaint": 0, "rejected": 40, "preliminary": 50, "convicted": None},
            {"id": "c", "complaint": 0, "rejected": 40, "preliminary": 50, "convicted": 90},
            {"id": "d", "complaint": 0, "rejected": None, "preliminary": None, "convicted": None},
        ]
        assert stands(wide(rows)) == {"a": ("rejected", 40), "b": (None, None), "c": ("convicted", 90),
                                      "d": (None, None)}  # fmt: skip

    def test_a_planned_hearing_reopens_nothing(self) -> None:
        assert stands(wide([{"id": "a", "complaint": 0, "rejected": 40, "charged": 1_200}])) == {"a": ("rejected", 40)}

    def test_the_date_of_a_role_goes_to_the_state_of_the_outcomes_class(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "verdict": 100, "outcome": "convicted"},
            {"id": "b", "complaint": 0, "verdict": 110, "outcome": "final_conviction"},
            {"id": "c", "complaint": 0, "verdict": 120, "outcome": "acquitted"},
            {"id": "d", "complaint": 0, "verdict": 130, "outcome": "pending"},
        ]
        cases = wide(rows)
        assert cases.dated_roles == ("verdict",)
        found = {unit: (row["first__convicted"], row["first__acquitted"], row["first__verdict"])
                 for unit, row in milestones(cases).items()}  # fmt: skip
        assert found == {
            "a": (number(100), None, number(100)),
            "b": (number(110), None, number(110)),
            "c": (None, number(120), number(120)),
            "d": (None, None, number(130)),
        }
        assert stands(cases)["a"] == ("convicted", 100)
        assert stands(cases)["b"] == ("final_conviction", None)

    def test_events_of_a_wide_table(self) -> None:
        cases = wide([{"id": "a", "complaint": 0, "charged": 20, "outcome": "rejected", "ended": 30}])
        events = sorted(cases.events.collect().to_arrow().to_pylist(), key=lambda one: one["day"])
        assert [(one["state"], one["day"] - number(0)) for one in events] == [
            *(("complaint", 0), ("charged", 20), ("rejected", 30)),
        ]

    def test_several_columns_make_an_id(self) -> None:
        frame = frame_of([{"court": 1, "number": 7, "complaint": 0}, {"court": 2, "number": 7, "complaint": 0}])
        mapping = wide_mapping(["complaint"])
        mapping["cases"]["id"] = ["court", "number"]
        assert sorted(milestones(CaseData.from_frame(frame, mapping))) == ["1|7", "2|7"]


class TestIds:
    ROWS = (
        {"id": "a", "complaint": 0, "sex": "f"},
        {"id": "a", "complaint": 9, "sex": "m"},
        {"id": None, "complaint": 0, "sex": "f"},
        {"id": "b", "complaint": 0, "sex": "f"},
        {"id": "b", "complaint": 0, "sex": "f"},
    )

    def test_repeated_ids_and_rows_without_one_are_refused(self) -> None:
        with pytest.raises(CaseDataError, match="1 row has no id"):
            wide(self.ROWS)
        with pytest.raises(CaseDataError, match="2 rows have an id that stands in an earlier row") as error:
            wide([row for row in self.ROWS if row["id"]])
        assert "One row is one case" in str(error.value)

    def test_or_counted_and_the_first_row_kept(self) -> None:
        cases = wide(self.ROWS, data={"faults": "count"})
        assert {unit: row["sex"] for unit, row in milestones(cases).items()} == {"a": "f", "b": "f"}
        intake = cases.intake
        assert (intake.rows, intake.without_id, intake.repeated_rows, intake.repeated_ids) == (5, 1, 1, 1)

    @pytest.mark.parametrize("engine_name", ["polars", "duckdb"])
    def test_tables_without_an_order_keep_no_first_row(self, engine_name: str) -> None:
        frame = frame_of(self.ROWS[:2])
        if engine_name == "polars":
            native = pytest.importorskip("polars").from_pandas(frame).lazy()
        else:
            import duckdb

            native = duckdb.connect().from_df(frame)
        with pytest.raises(CaseDataError, match="rows have no order"):
            CaseData.from_frame(native, wide_mapping(list(frame.columns), data={"faults": "count"}))

    def test_events_and_stage_tables_without_an_id(self) -> None:
        events = [("a", "complaint", 0), (None, "complaint", 0), ("a", "rejected", 9), (None, "rejected", 9)]
        with pytest.raises(CaseDataError, match="2 rows have no id"):
            log(events)
        counted = log(events, data={"faults": "count"})
        assert (counted.n_units, counted.intake.rows, counted.intake.without_id) == (1, 4, 2)
        tables = TestStageTables().tables()
        tables[1].loc[0, "case"] = None
        with pytest.raises(CaseDataError, match="1 row has no id"):
            CaseData.from_frame(tables, TestStageTables.MAPPING)


class TestWhole:
    def test_no_row(self) -> None:
        frame = pd.DataFrame({"id": pd.Series([], dtype="str"), "complaint": pd.Series([], dtype="str")})
        with pytest.raises(CaseDataError, match="There is no case in the data"):
            CaseData.from_frame(frame, wide_mapping(list(frame.columns)))

    def test_no_date(self) -> None:
        with pytest.raises(CaseDataError, match="No case has a date for 'complaint': all 2 are missing"):
            wide([{"id": "a", "complaint": None}, {"id": "b", "complaint": None}])

    def test_a_cutoff_before_every_case(self) -> None:
        with pytest.raises(CaseDataError, match="The cut-off 2 Jan 2015 lies before the first case"):
            wide([{"id": "a", "complaint": 5}], cutoff=1)

    def test_no_such_column(self) -> None:
        mapping = wide_mapping(["id", "complaint"])
        with pytest.raises(MappingError, match="Did you mean 'complaint'"):
            CaseData.from_frame(frame_of([{"id": "a", "complaint": 0}]).rename(columns={}), {
                **mapping, "dates": {"complaint": "complain"}})  # fmt: skip

    def test_not_a_frame(self) -> None:
        with pytest.raises(MappingError, match="is a int, which is not a frame"):
            CaseData.from_frame(7, wide_mapping(["id", "complaint"]))

    def test_two_columns_of_one_name(self) -> None:
        frame = pd.DataFrame([["a", "b", on(0)]], columns=["id", "id", "complaint"])
        with pytest.raises(MappingError, match="Two columns of the data have the same name"):
            CaseData.from_frame(frame, wide_mapping(["id", "complaint"]))

    @pytest.mark.parametrize("values", [[["a"], ["b"]], [{"part": 1}, {"part": 2}]])
    def test_cells_that_hold_several_values(self, values: list[Any]) -> None:
        frame = frame_of([{"id": "a", "complaint": 0}, {"id": "b", "complaint": 0}]).assign(offence=values)
        with pytest.raises(MappingError, match="'offence' \\(attributes.offence\\) holds lists or records"):
            CaseData.from_frame(frame, wide_mapping(["id", "complaint", "offence"]))

    def test_names_of_columns_that_are_numbers(self) -> None:
        mapping = {"cases": {"id": "0", "procedure": "bolivia", "cutoff": on(9)}, "dates": {"complaint": "1"}}
        assert CaseData.from_frame(pd.DataFrame([["a", on(0)], ["b", on(1)]]), mapping).n_units == 2

    def test_a_column_of_several_types_is_read_as_texts(self) -> None:
        frame = pd.DataFrame({"id": ["a", 2, 3.0], "complaint": [on(0), on(1), on(2)]})
        assert sorted(milestones(CaseData.from_frame(frame, wide_mapping(["id", "complaint"])))) == ["2", "3", "a"]

    def test_a_wrong_mapping(self) -> None:
        with pytest.raises(SettingsError, match="'cases.cutof' is not a known key; did you mean 'cutoff'"):
            CaseData.from_frame(frame_of([{"id": "a", "complaint": 0}]), {
                "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", "cutof": 1},
                "dates": {"complaint": "complaint"}})  # fmt: skip

    def test_a_state_that_the_procedure_does_not_have(self) -> None:
        with pytest.raises(MappingError, match="Did you mean 'complaint'"):
            CaseData.from_frame(frame_of([{"id": "a", "complaint": 0}]), {
                "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
                "dates": {"complain": "complaint"}})  # fmt: skip

    def test_years_leave_default_dates_out(self) -> None:
        cases = wide([{"id": "a", "complaint": -50_000}, {"id": "b", "complaint": 0}, {"id": "c", "complaint": 90_000}])
        assert cases.years == (1900, 2022)

    def test_an_index_of_pandas_is_no_column(self) -> None:
        frame = frame_of([{"id": "a", "complaint": 0}, {"id": "b", "complaint": 1}]).set_index("id", drop=False)
        assert CaseData.from_frame(frame, wide_mapping(["id", "complaint"])).n_units == 2


class TestStageTables:
    MAPPING: dict[str, Any] = {
        "data": {"kind": "stages"},
        "cases": {"id": "number", "procedure": "bolivia", "cutoff": "2018-04-30"},
        "stages": [
            {"state": "complaint", "date": "received"},
            {"id": "case", "outcome": {"column": "how", "date": "day", "labels": {"C": "convicted", "A": "acquitted"}}},
        ],
        "attributes": {"sex": "sex", "judge": {"column": "judge", "table": 1}},
    }

    def tables(self) -> list[pd.DataFrame]:
        intake = frame_of([{"number": n, "received": n, "sex": "fm"[n % 2]} for n in range(4)], ["received"])
        ends = frame_of([{"case": 1, "how": "C", "day": 90, "judge": "two"},
                         {"case": 1, "how": "A", "day": 80, "judge": "one"},
                         {"case": 2, "how": "A", "day": None, "judge": None}])  # fmt: skip
        return [intake, ends]

    def test_tables_join_on_their_own_key(self) -> None:
        cases = CaseData.from_frame(self.tables(), self.MAPPING)
        assert cases.n_units == 4
        assert stands(cases) == {"0": (None, None), "1": ("convicted", 90), "2": ("acquitted", None), "3": (None, None)}
        rows = milestones(cases)
        assert [rows[one]["sex"] for one in "0123"] == ["f", "m", "f", "m"]
        assert [rows[one]["judge"] for one in "0123"] == [None, "one", None, None]
        assert rows["1"]["first__acquitted"] == number(80)

    def test_as_many_tables_as_the_mapping_describes(self) -> None:
        with pytest.raises(MappingError, match="describes 2 stage tables, and 1 were handed over"):
            CaseData.from_frame(self.tables()[:1], self.MAPPING)

    def test_a_table_of_a_role_with_several_states(self) -> None:
        mapping = {**self.MAPPING, "attributes": {}, "stages": [{"state": "verdict", "date": "received"}]}
        with pytest.raises(MappingError, match="is a role of several states") as error:
            CaseData.from_frame(self.tables()[:1], mapping)
        assert "convicted, acquitted" in str(error.value)


def test_support_spells_are_typed() -> None:
    cases = wide([{"id": "a", "complaint": 0}], support=[("a", "lawyer", 5, None), ("a", "psychologist", 9, 30)])
    assert cases.actors == ("lawyer", "psychologist")
    assert cases.support is not None
    rows = cases.support.sort("start_day").collect().to_arrow().to_pylist()
    assert [(one["actor"], one["start_day"], one["end_day"]) for one in rows] == [
        ("lawyer", number(5), None),
        ("psychologist", number(9), number(30)),
    ]


class TestSeveralEngines:
    """Tables that lie in different places cannot be joined, and the message says so before any question is asked."""

    FRAMES = (frame_of([{"id": "a", "complaint": 0}]), frame_of([{"id": "a", "actor": "lawyer", "start": 5, "end": 9}]))

    def both(self) -> tuple[Any, Any, dict[str, Any]]:
        return *self.FRAMES, wide_mapping(["id", "complaint"], support=SUPPORT)

    def test_another_library(self) -> None:
        polars = pytest.importorskip("polars")
        cases, support, mapping = self.both()
        with pytest.raises(MappingError, match="support lies in another engine or database") as error:
            CaseData.from_frame(cases, mapping, support=polars.from_pandas(support))
        assert "frames of one library" in str(error.value)
        with pytest.raises(MappingError, match="support lies in another engine or database"):
            CaseData.from_frame(polars.from_pandas(cases), mapping, support=support)

    def test_another_database(self) -> None:
        cases, support, mapping = self.both()
        here, there = duckdb.connect(), duckdb.connect()
        with pytest.raises(MappingError, match="support lies in another engine or database"):
            CaseData.from_frame(here.from_df(cases), mapping, support=there.from_df(support))
        assert CaseData.from_frame(here.from_df(cases), mapping, support=here.from_df(support)).actors == ("lawyer",)

    def test_stage_tables(self) -> None:
        one = frame_of([{"number": 1, "received": 0}], ["received"])
        mapping = {
            **TestStageTables.MAPPING,
            "attributes": {},
            "stages": [{"state": "complaint", "date": "received"}, {"state": "charged", "date": "received"}],
        }
        with pytest.raises(MappingError, match="table 2 lies in another engine"):
            CaseData.from_frame([one, duckdb.connect().from_df(one)], mapping)


def test_entry_of_a_prevalent_sample() -> None:
    cases = wide([{"id": "a", "complaint": 0}], sampling={"frame": "prevalent", "at": on(30)})
    assert milestones(cases)["a"]["entry_day"] == number(30)
    assert cases.milestones.collect_schema()["entry_day"] == nw.Int32


@pytest.mark.parametrize("question", ["attrition", "cumulative_incidence", "time_to", "conviction_rates",
                                      "outcome_shares", "caseload", "case_ages"])  # fmt: skip
def test_closed_files_are_flagged_on_every_answer(question: str) -> None:
    rows = [{"id": "a", "complaint": 0, "outcome": "convicted", "ended": 40}]
    closed = getattr(jm, question)(wide(rows, sampling={"frame": "closed_only"}))
    assert any("closed files only" in str(one) for one in closed.notes)
    assert "closed files only" in closed.summary()
    assert not any("closed files only" in str(one) for one in getattr(jm, question)(wide(rows)).notes)


class TestReliance:
    def test_wide(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "left": 9, "still": "disengaged"},
            {"id": "b", "complaint": 0, "left": None, "still": "Engaged"},
            {"id": "c", "complaint": 0, "left": None, "still": None},
        ]
        found = milestones(wide(rows))
        day = found["a"]["first__complaint"] + 9
        assert {unit: (row["reliance__left_day"], row["reliance__status"]) for unit, row in found.items()} == {
            "a": (day, "disengaged"),
            "b": (None, "engaged"),
            "c": (None, None),
        }

    def test_events_keep_the_first_day_and_disengaged_before_engaged(self) -> None:
        frame = pd.DataFrame(
            {
                "id": ["a", "a", "b"],
                "what": ["complaint", "charged", "complaint"],
                "on": ["2016-01-05", "2016-03-01", "2016-01-05"],
                "gone": [None, "2016-05-01", None],
                "still": ["engaged", "disengaged", None],
            }
        )
        mapping = {
            "data": {"kind": "events"},
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "events": {"state": "what", "date": "on"},
            "reliance": {"left": "gone", "status": "still"},
        }
        found = milestones(CaseData.from_frame(frame, mapping))
        assert found["a"]["reliance__status"] == "disengaged"
        assert found["a"]["reliance__left_day"] - found["a"]["first__complaint"] == 117
        assert found["b"]["reliance__status"] is None

    def test_stage_tables_have_it_in_the_first(self) -> None:
        first = pd.DataFrame({"id": ["a"], "on": ["2016-01-05"], "gone": ["2016-01-15"]})
        second = pd.DataFrame({"id": ["a"], "on": ["2016-02-05"]})
        mapping = {
            "data": {"kind": "stages"},
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "stages": [{"state": "complaint", "date": "on"}, {"state": "charged", "date": "on"}],
            "reliance": {"left": "gone"},
        }
        row = milestones(CaseData.from_frame([first, second], mapping))["a"]
        assert row["reliance__left_day"] - row["first__complaint"] == 10
