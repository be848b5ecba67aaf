"""Child tables: hearings, protection measures, statements and the like, taken in from frames and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError, SettingsError
from justice_metrics.cases.casedata import CHILD_WORDS, CaseData
from justice_metrics.cases.mappings.children import CHILD_COLUMNS
from justice_metrics.cases.mappings.mapping import CaseMapping
from tests.conftest import Engine

DAY0 = dt.date(2016, 1, 1)
EPOCH = (DAY0 - dt.date(1970, 1, 1)).days
CASES = pd.DataFrame({"id": ["a", "b", "c"], "reported": [DAY0] * 3, "fact": [dt.date(2015, 12, 30), None, DAY0]})


def on(day: int | None) -> dt.date | None:
    return None if day is None else DAY0 + dt.timedelta(days=day)


def mapping(faults: str = "refuse", **sections: Any) -> dict[str, Any]:
    return {
        "data": {"faults": faults},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "dates": {"complaint": "reported"},
        **sections,
    }


HEARINGS = {
    "scheduled": "set",
    "status": {"column": "state", "labels": {"Sí": "held", "No": "suspended"}},
    "kind": "what",
    "reason": {"column": "why", "labels": {"MP": "prosecutor absent"}},
}


def hearings(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    columns = ("id", "set", "state", "what", "why")
    return pd.DataFrame([(one, on(day), *rest) for one, day, *rest in rows], columns=list(columns))


ROWS = [
    ("a", 10, "SI", "medidas", None),
    ("a", 40, "no", "juicio", "MP"),
    ("a", 60, "Sí", "juicio", None),
    ("b", None, None, "juicio", "lluvia"),
]


def rows_of(cases: CaseData, name: str) -> list[dict[str, Any]]:
    rows = cases.child(name).collect().to_arrow().to_pylist()
    return sorted(rows, key=lambda row: (row["unit_id"], *(str(one) for one in row.values())))


STRAYS = [*ROWS, ("nobody", 3, "Sí", "x", None), (None, 3, "Sí", "x", None)]


class TestHearings:
    def test_canonical_columns_in_every_engine(self, engine: Engine) -> None:
        """With two rows that refer to no case, and a day that describes the cases."""
        described = {"fact_day": {"column": "fact", "type": "date"}}
        cases = CaseData.from_frame(
            engine.frame(CASES),
            mapping("count", hearings=HEARINGS, attributes=described),
            children={"hearings": engine.frame(hearings(STRAYS))},
        )
        columns = ["unit_id", *[one.name for one in CHILD_COLUMNS["hearings"]]]
        rows = rows_of(cases, "hearings")
        assert list(rows[0]) == columns
        assert [tuple(row[one] for one in columns) for row in rows] == [
            ("a", "juicio", EPOCH + 40, "suspended", "prosecutor absent"),
            ("a", "juicio", EPOCH + 60, "held", None),
            ("a", "medidas", EPOCH + 10, "held", None),
            ("b", "juicio", None, None, "lluvia"),
        ]
        (taken,) = cases.intake.children
        assert (taken.rows, taken.without_id, taken.unknown_ids) == (6, 1, 1)
        assert dict(cases.units.select("unit_id", "fact_day").collect().rows()) == {
            "a": EPOCH - 2,
            "b": None,
            "c": EPOCH,
        }


class TestOtherTables:
    def test_years_and_months_are_added(self) -> None:
        frame = pd.DataFrame(
            {
                "id": ["a", "a", "b", "c"],
                "years": ["20", "1", "", ""],
                "months": ["", "6", "9", ""],
                "x": ["si", "no", "", "si"],
            }
        )
        labels = {"column": "x", "labels": {"si": "enforced", "no": "under_appeal"}}
        section = {"years": "years", "months": "months", "status": labels}
        cases = CaseData.from_frame(CASES, mapping(sentences=section), children={"sentences": frame})
        found = [(row["unit_id"], row["months"], row["status"]) for row in rows_of(cases, "sentences")]
        assert sorted(found, key=str) == [
            ("a", 18.0, "under_appeal"),
            ("a", 240.0, "enforced"),
            ("b", 9.0, None),
            ("c", None, "enforced"),
        ]

    def test_years_alone_and_months_alone(self) -> None:
        frame = pd.DataFrame({"id": ["a"], "long": [2.5]})
        for key, months in (("years", 30.0), ("months", 2.5)):
            cases = CaseData.from_frame(CASES, mapping(sentences={key: "long"}), children={"sentences": frame})
            assert rows_of(cases, "sentences")[0]["months"] == months

    def test_columns_of_the_cases_themselves(self) -> None:
        """A wide table may hold a detention per case; a case with nothing there has no row."""
        frame = CASES.assign(held=[on(5), None, None], out=[on(50), None, None], note=["x", "S/D", ""])
        sections = {"detention": {"start": "held", "end": "out"}, "statements": {"kind": "note"}}
        cases = CaseData.from_frame(frame, mapping(missing={"S/D": "not_available"}, **sections))
        assert rows_of(cases, "detention") == [{"unit_id": "a", "start_day": EPOCH + 5, "end_day": EPOCH + 50}]
        assert [row["unit_id"] for row in rows_of(cases, "statements")] == ["a"]

    def test_of_repeated_ids_the_first_row_counts(self) -> None:
        frame = pd.concat([CASES, CASES.iloc[:1]]).assign(held=[on(5), None, None, on(9)])
        cases = CaseData.from_frame(frame, mapping("count", detention={"start": "held"}))
        assert [row["start_day"] for row in rows_of(cases, "detention")] == [EPOCH + 5]

    def test_amounts_and_days(self) -> None:
        frame = pd.DataFrame({"id": ["a"], "due": ["1.500,50"], "when": ["13/02/2016"], "paid": ["0,5"]})
        section = {"ordered": "when", "ordered_amount": "due", "paid_amount": "paid"}
        cases = CaseData.from_frame(CASES, mapping(reparation=section), children={"reparation": frame})
        (row,) = rows_of(cases, "reparation")
        assert (row["ordered_amount"], row["paid_amount"], row["paid_day"]) == (1500.5, 0.5, None)
        assert row["ordered_day"] == (dt.date(2016, 2, 13) - dt.date(1970, 1, 1)).days


class TestRowsOfNoCase:
    def test_refused_with_their_number(self) -> None:
        with pytest.raises(CaseDataError, match=r"1 row of 6 in \[hearings\] belongs to no case"):
            CaseData.from_frame(CASES, mapping(hearings=HEARINGS), children={"hearings": hearings(STRAYS)})
        with pytest.raises(CaseDataError, match=r"1 row of 5 in \[hearings\] has no id") as error:
            CaseData.from_frame(CASES, mapping(hearings=HEARINGS), children={"hearings": hearings([*ROWS, STRAYS[-1]])})
        assert "count" in str(error.value.remedy)
        assert "nobody" not in str(error.value)

    def test_counted_and_left_out(self) -> None:
        cases = CaseData.from_frame(CASES, mapping("count", hearings=HEARINGS), children={"hearings": hearings(STRAYS)})
        assert {row["unit_id"] for row in rows_of(cases, "hearings")} == {"a", "b"}
        assert cases.strays("hearings") == 2
        assert cases.strays("warrants") == 0

    def test_another_engine_is_refused(self) -> None:
        polars = pytest.importorskip("polars")
        with pytest.raises(MappingError, match="another engine"):
            CaseData.from_frame(
                polars.from_pandas(CASES), mapping(hearings=HEARINGS), children={"hearings": hearings(ROWS)}
            )


class TestWrongCalls:
    def test_no_such_table(self) -> None:
        cases = CaseData.from_frame(CASES, mapping())
        with pytest.raises(QuestionError, match="without a table of hearings") as error:
            cases.child("hearings")
        assert "[hearings]" in str(error.value.remedy)
        with pytest.raises(QuestionError, match="Did you mean 'hearings'"):
            cases.child("hearing")

    def test_a_frame_that_no_section_describes(self) -> None:
        with pytest.raises(MappingError, match=r"no section \[hearing\]"):
            CaseData.from_frame(CASES, mapping(hearings=HEARINGS), children={"hearing": hearings(ROWS)})

    def test_a_column_that_is_not_there(self) -> None:
        section = {**HEARINGS, "scheduled": "sett"}
        with pytest.raises(MappingError, match="hearings.scheduled"):
            CaseData.from_frame(CASES, mapping(hearings=section), children={"hearings": hearings(ROWS)})

    def test_a_date_that_is_none(self) -> None:
        frame = hearings(ROWS).assign(set=["2016-02-30", "", "2016-03-01", ""])
        with pytest.raises(CaseDataError, match="date column 'set'"):
            CaseData.from_frame(CASES, mapping(hearings=HEARINGS), children={"hearings": frame})

    @pytest.mark.parametrize(
        ("sections", "said"),
        [
            ({"hearings": {}}, "names no column"),
            ({"hearings": {"sheet": "x", "held": "y"}}, "held"),
            ({"hearings": {"status": {"column": "s", "labels": {"Sí": "yes"}}}}, "'yes' is none of: held"),
            ({"statements": {"recorded": {"column": "s", "otherwise": "maybe"}}}, "'maybe' is none of: yes, no"),
            ({"measures": {"kind": {"column": "s", "labels": {"A": "x", "a ": "y"}}}}, "stands there twice"),
            ({"attributes": {"fact": {"column": "f", "type": "date", "bands": [1]}}}, "bands are for numbers"),
            ({"attributes": {"fact": {"column": "f", "order": "dmy"}}}, "belongs to type = 'date'"),
            (
                {"data": {"file": "x.csv", "kind": "events"}, "dates": {}, "events": {"state": "s", "date": "d"},
                 "warrants": {"issued": "i"}},
                "needs 'file'",
            ),
        ],
    )  # fmt: skip
    def test_the_mapping(self, sections: Mapping[str, Any], said: str) -> None:
        with pytest.raises(SettingsError, match=said):
            CaseMapping.from_dict({**mapping(), **sections})

    def test_columns_are_told_with_their_keys(self) -> None:
        made = CaseMapping.from_dict(mapping(hearings={**HEARINGS, "id": "caso"}))
        assert made.child_columns("hearings") == (
            ("caso", "hearings.id"), ("what", "hearings.kind"), ("set", "hearings.scheduled"),
            ("state", "hearings.status"), ("why", "hearings.reason"),
        )  # fmt: skip


class TestFiles:
    def write(self, folder: Path) -> dict[str, Any]:
        CASES.drop(columns="fact").to_csv(folder / "cases.csv", index=False)
        hearings(ROWS).to_csv(folder / "hearings.csv", sep=";", index=False, encoding="cp1252")
        return mapping(hearings={**HEARINGS, "file": "hearings.csv"})

    def test_a_file_of_its_own(self, tmp_path: Path) -> None:
        given = self.write(tmp_path)
        given["data"]["file"] = "cases.csv"
        cases = jm.read_cases(mapping=CaseMapping.from_dict(given, folder=tmp_path))
        assert len(rows_of(cases, "hearings")) == 4
        assert "hearings" in cases.describe()

    def test_a_section_with_a_file_is_not_looked_for_in_the_cases(self, tmp_path: Path) -> None:
        cases = CaseData.from_frame(CASES, self.write(tmp_path))
        assert dict(cases.children) == {}

    def test_a_sheet_of_the_same_workbook(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        page.title = "Casos"
        for row in [("id", "reported"), ("a", "2016-01-01"), ("b", "2016-01-01")]:
            page.append(row)
        second = book.create_sheet("Mandamientos")
        for row in [("id", "issued"), ("a", dt.date(2016, 3, 1)), ("b", None)]:
            second.append(row)
        book.save(tmp_path / "all.xlsx")
        given = mapping(warrants={"sheet": "Mandamientos", "issued": "issued"})
        given["data"] = {"file": "all.xlsx", "sheet": "Casos"}
        cases = jm.read_cases(mapping=CaseMapping.from_dict(given, folder=tmp_path))
        assert [row["issued_day"] for row in rows_of(cases, "warrants")] == [EPOCH + 60, None]

    def test_parquet(self, tmp_path: Path) -> None:
        for name, frame in (("cases", CASES.drop(columns="fact")), ("held", hearings(ROWS))):
            frame.astype({"set": "datetime64[ns]"} if name == "held" else {}).to_parquet(tmp_path / f"{name}.parquet")
        given = mapping(hearings={**HEARINGS, "file": "held.parquet"})
        given["data"] = {"file": "cases.parquet"}
        cases = jm.read_cases(mapping=CaseMapping.from_dict(given, folder=tmp_path))
        days = {row["scheduled_day"] for row in rows_of(cases, "hearings")}
        assert days == {EPOCH + 10, EPOCH + 40, EPOCH + 60, None}


class TestDateAttributes:
    def test_days_that_split_nothing(self) -> None:
        given = mapping(attributes={"fact_day": {"column": "fact", "type": "date"}})
        cases = CaseData.from_frame(CASES, given)
        assert cases.date_attributes == ("fact_day",)
        assert cases.attributes == ()
        days = dict(cases.units.select("unit_id", "fact_day").collect().rows())
        assert days == {"a": EPOCH - 2, "b": None, "c": EPOCH}
        with pytest.raises(QuestionError, match="not an attribute"):
            jm.attrition(cases, by="fact_day")

    def test_the_order_of_its_own(self) -> None:
        frame = CASES.assign(fact=["03/04/2015", "05/06/2015", ""])
        given = mapping(attributes={"fact_day": {"column": "fact", "type": "date", "order": "mdy"}})
        found = CaseData.from_frame(frame, given).units.select("unit_id", "fact_day").collect().rows()
        assert dict(found)["a"] == (dt.date(2015, 3, 4) - dt.date(1970, 1, 1)).days

    def test_of_an_event_log_the_first_day_stands(self) -> None:
        frame = pd.DataFrame(
            {"id": ["a", "a"], "state": ["complaint", "charged"], "day": [on(0), on(9)], "x": [on(4), on(2)]}
        )
        given = {
            "data": {"kind": "events"},
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
            "events": {"state": "state", "date": "day"},
            "attributes": {"fact_day": {"column": "x", "type": "date"}},
        }
        assert CaseData.from_frame(frame, given).units.collect().rows() == [("a", EPOCH + 2)]


class TestAnotherUnit:
    def test_rows_go_with_their_case(self) -> None:
        frame = CASES.assign(whole=["K1", "K1", "K2"])
        given = mapping(hearings=HEARINGS, attributes={"fact_day": {"column": "fact", "type": "date"}})
        given["cases"] |= {"unit": "victim", "links": {"case": "whole"}}
        victims = CaseData.from_frame(frame, given, children={"hearings": hearings(ROWS)})
        cases = victims.to_unit("case", principal=("conviction", "pending"))
        assert [row["unit_id"] for row in rows_of(cases, "hearings")] == ["K1"] * 4
        days = dict(cases.units.select("unit_id", "fact_day").collect().rows())
        assert days == {"K1": EPOCH - 2, "K2": EPOCH}


class TestRules:
    def test_what_is_wrong_is_counted_table_by_table(self) -> None:
        rows = [
            ("a", 10, "Sí", "x", None),
            ("a", 3_000, "No", "x", None),
            ("a", 3_000, None, "x", None),
            ("b", -5, "Sí", "x", None),
            ("nobody", 5, "Sí", "x", None),
        ]
        held = pd.DataFrame({"id": ["a", "b"], "from": [on(50), on(60)], "to": [on(40), None]})
        labels = {"Sí": "held", "No": "suspended", "Fijada": "scheduled"}
        sections = {
            "hearings": {**HEARINGS, "status": {"column": "state", "labels": labels}},
            "detention": {"start": "from", "end": "to"},
        }
        ahead = hearings([*rows, ("c", 20, "Fijada", "x", None)])
        cases = CaseData.from_frame(
            CASES, mapping("count", **sections), children={"hearings": ahead, "detention": held}
        )
        rules = ("rows_of_no_case", "child_dates_reversed", "child_after_cutoff", "child_before_complaint",
                 "hearing_outcome_due")  # fmt: skip
        frame = jm.check(cases, rules=rules).to_frame()
        parts = {(row.rule, row.detail): (row.n, row.denominator) for row in frame.itertuples()}
        assert parts[("rows_of_no_case", "hearings")] == (1, 6)
        assert parts[("child_dates_reversed", "detention")] == (1, 1)
        assert parts[("child_after_cutoff", "hearings")] == (1, 5)
        assert parts[("child_before_complaint", "hearings")] == (1, 5)
        assert parts[("hearing_outcome_due", "hearings")] == (1, 1)

    def test_the_words_of_every_table(self) -> None:
        assert set(CHILD_WORDS) == set(CHILD_COLUMNS)


def test_lengths_and_amounts_are_not_below_zero() -> None:
    section = {"reparation": {"ordered": "on", "ordered_amount": "sum"}}
    frame = pd.DataFrame({"id": ["a", "b"], "on": [DAY0, DAY0], "sum": [-13000, 200]})
    with pytest.raises(CaseDataError, match=r"1 number in \[reparation\] is below zero"):
        CaseData.from_frame(CASES, mapping(**section), children={"reparation": frame})
    cases = CaseData.from_frame(CASES, mapping("count", **section), children={"reparation": frame})
    assert [row["ordered_amount"] for row in rows_of(cases, "reparation")] == [None, 200]


def test_a_table_of_which_no_row_fits_is_refused_even_so() -> None:
    frame = hearings([(f"0{one}", *rest) for one, *rest in ROWS])
    with pytest.raises(CaseDataError, match=r"4 rows of 4 in \[hearings\] belong to no case") as met:
        CaseData.from_frame(CASES, mapping("count", hearings=HEARINGS), children={"hearings": frame})
    assert "faults" not in str(met.value.remedy)
    # of a coding sheet every such row is told by its number, and check goes on
    given = mapping("count", hearings=HEARINGS)
    given["data"]["coding_sheet"] = True
    read = CaseData.from_frame(CASES, given, children={"hearings": frame})
    assert (read.strays("hearings"), rows_of(read, "hearings")) == (4, [])
