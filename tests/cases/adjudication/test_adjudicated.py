"""From two codings to one: what differs and what does not, the list that is decided in, the file that comes of it."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, OutputError, QuestionError, ReadError
from justice_metrics.cases.adjudication.adjudicated import adjudicated_rows
from justice_metrics.cases.adjudication.adjudicated_folder import LOG_FILE, write_adjudicated
from justice_metrics.cases.adjudication.coded_tables import TwoCodings, two_codings
from justice_metrics.cases.adjudication.compared import WHOLE_ROWS, Disagreement, compared
from justice_metrics.cases.adjudication.decision_sheet import Decision, read_decisions, write_decisions

HEADER = ("case", "coder", "day", "kin", "age", "end", "amount", "remark")
FIRST = [
    ("s1", "a", "05/03/2016", "Padre", "9", "Rechazo", "1,5", "seen"),
    ("s2", "a", "06/03/2016", "Vecino", "10", "", "2", "seen"),
    ("s3", "a", "07/03/2016", "Padre", "11", "S/D", "", "seen"),
    ("s4", "a", "08/03/2016", "Padre", "12", "", "", "once, by the first"),
]
SECOND = [
    ("s1", "b", "2016-03-05", " padre ", "9.0", "RECHAZO", "1.5", "again"),
    ("s2", "b", "07/03/2016", "Tío", "10", "Condena", "2", "again"),
    ("s3", "b", "07/03/2016", "Padre", "", "", "3", "again"),
    ("s5", "b", "09/03/2016", "Padre", "5", "", "", "once, by the second"),
]
HEARINGS = ("case", "set", "kind")
MAPPING = """
[data]
file = "{file}"
date_order = "dmy"
decimal = ","
[cases]
id = "case"
procedure = "bolivia"
cutoff = 2018-04-30
[dates]
complaint = "day"
[outcome]
column = "end"
labels = {{ "Rechazo" = "rejected", "Condena" = "convicted" }}
[attributes]
relationship = "kin"
age = {{ column = "age", type = "integer" }}
amount = {{ column = "amount", type = "number" }}
[missing]
"S/D" = "not_available"
"""


def table(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table(tmp_path / "one.csv", HEADER, FIRST)
    table(tmp_path / "two.csv", HEADER, SECOND)
    (tmp_path / "mapping.toml").write_text(MAPPING.format(file="one.csv"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def codings(folder: Path) -> TwoCodings:
    return two_codings(folder / "mapping.toml", folder / "two.csv")


def told(found: tuple[Disagreement, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.case, one.column, one.first, one.second) for one in found]


def decided(found: tuple[Disagreement, ...], **by_column: Any) -> dict[Disagreement, Decision]:
    return {
        one: Decision(of=one, decision=by_column[one.column][0], value=by_column[one.column][1])
        for one in found
        if one.column in by_column
    }


class TestCompared:
    def test_what_means_the_same_does_not_differ(self, codings: TwoCodings) -> None:
        """Other spellings of a label, a date and a number agree; a missing code and a blank cell do not."""
        assert told(compared(codings).found) == [
            ("s2", "day", "06/03/2016", "07/03/2016"),
            ("s2", "kin", "Vecino", "Tío"),
            ("s2", "end", None, "Condena"),
            ("s3", "age", "11", None),
            ("s3", "end", "S/D", None),
            ("s3", "amount", None, "3"),
        ]

    def test_cells_are_counted_and_columns_without_a_use_left_out(self, codings: TwoCodings) -> None:
        assert compared(codings).compared == {("", one): 3 for one in ("day", "kin", "age", "end", "amount")}

    def test_one_file_with_a_column_of_coders(self, folder: Path, codings: TwoCodings) -> None:
        table(folder / "both.csv", HEADER, [*SECOND, *FIRST])
        text = MAPPING.format(file="both.csv")
        for named in ('id = "case"\ncoder = "coder"', 'id = ["case", "coder"]'):
            (folder / "both.toml").write_text(text.replace('id = "case"', named), encoding="utf-8")
            both = two_codings(folder / "both.toml")
            assert told(compared(both).found) == told(compared(codings).found)
            assert (both.coder, both.further) == ("coder", 0)

    def test_of_three_codings_two_are_compared(self, folder: Path) -> None:
        third = [(row[0], "c", *row[2:]) for row in FIRST[:2]]
        table(folder / "both.csv", HEADER, [*third, *SECOND, *FIRST])
        text = MAPPING.format(file="both.csv").replace('id = "case"', 'id = "case"\ncoder = "coder"')
        (folder / "both.toml").write_text(text, encoding="utf-8")
        found = two_codings(folder / "both.toml")
        assert (sorted(found.both), found.further) == (["s1", "s2", "s3"], 2)
        assert len(compared(found).found) == 6

    @pytest.mark.parametrize(
        ("second", "expected"),
        [
            ([("s1", "02/04/2016", "b"), ("s1", "01/04/2016", "A")], []),
            ([("s1", "01/04/2016", "a"), ("s1", "03/04/2016", "b")], [(2, "set", "02/04/2016", "03/04/2016")]),
            ([("s1", "01/04/2016", "a")], [(0, WHOLE_ROWS, "02/04/2016; b", None)]),
            ([], [(0, WHOLE_ROWS, "01/04/2016; a | 02/04/2016; b", None)]),
        ],
    )
    def test_rows_that_hang_on_a_case(
        self, folder: Path, second: list[tuple[str, ...]], expected: list[tuple[Any, ...]]
    ) -> None:
        first = [("s1", "01/04/2016", "a"), ("s1", "02/04/2016", "b"), ("s4", "02/04/2016", "b")]
        table(folder / "first_hearings.csv", HEARINGS, first)
        table(folder / "second_hearings.csv", HEARINGS, [*second, ("s5", "02/04/2016", "b")])
        for name, file in (("one", "first_hearings.csv"), ("two", "second_hearings.csv")):
            text = (
                MAPPING.format(file=f"{name}.csv") + f'[hearings]\nfile = "{file}"\nscheduled = "set"\nkind = "kind"\n'
            )
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        found = compared(two_codings(folder / "one.toml", folder / "two.toml"))
        mine = [(one.row, one.column, one.first, one.second) for one in found.found if one.table == "hearings"]
        assert mine == expected

    def test_nothing_of_a_file_is_printed(self, codings: TwoCodings) -> None:
        found = compared(codings)
        printed = repr(found) + repr(found.found) + repr(codings) + repr(decided(found.found, kin=("other", "Tío")))
        assert not any(word in printed for word in ("Vecino", "Tío", "s2", "05/03"))


class TestList:
    def test_it_is_read_back(self, folder: Path, codings: TwoCodings) -> None:
        found = compared(codings).found
        path = write_decisions(folder / "PERSONAL_DATA_list.xlsx", found, language="en")
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read_decisions(path, found) == {}
        choices = {"kin": ("first", None), "day": ("second", None), "amount": ("another value", "(blank)")}
        path = filled(path, choices)
        made = {one.column: (it.decision, it.value, it.by) for one, it in read_decisions(path, found).items()}
        assert made == {"kin": ("first", None, "AB"), "day": ("second", None, "AB"), "amount": ("other", None, "AB")}

    def test_the_list_offers_the_decisions_and_holds_no_formula(self, folder: Path, codings: TwoCodings) -> None:
        found = compared(codings).found
        wild = (Disagreement(**{**_fields(found[0]), "first": "=1+1"}), *found[1:])
        sheet = openpyxl.load_workbook(write_decisions(folder / "PERSONAL_DATA_l.xlsx", wild, language="en")).active
        assert sheet is not None
        assert sheet.cell(2, 5).data_type == "s"
        (rule,) = sheet.data_validations.dataValidation
        assert (str(rule.sqref), rule.formula1) == ("G2:G7", '"first,second,another value"')

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"kin": ("third", None)}, r"1 decision of the list cannot be read \(row 3\)"),
            ({"kin": ("another value", None)}, r"1 decision and its new value do not fit together \(row 3\)"),
            ({"kin": ("first", "Padre")}, r"1 decision and its new value do not fit together \(row 3\)"),
            ({"kin": (None, "Padre")}, r"1 decision of the list cannot be read \(row 3\)"),
        ],
    )
    def test_what_cannot_be_read(self, folder: Path, codings: TwoCodings, changes: Any, words: str) -> None:
        found = compared(codings).found
        path = filled(write_decisions(folder / "PERSONAL_DATA_list.xlsx", found, language="en"), changes)
        with pytest.raises(CaseDataError, match=words) as error:
            read_decisions(path, found)
        assert "Padre" not in str(error.value)

    def test_a_list_of_other_codings(self, folder: Path, codings: TwoCodings) -> None:
        found = compared(codings).found
        path = filled(write_decisions(folder / "PERSONAL_DATA_list.xlsx", found, language="en"), {})
        with pytest.raises(CaseDataError, match="2 rows of the list are no disagreements"):
            read_decisions(path, found[2:])
        with pytest.raises(MappingError, match="is no list of disagreements"):
            read_decisions(folder / "one.csv", found)
        with pytest.raises(ReadError):
            read_decisions(folder / "none.xlsx", found)

    def test_names_that_hide_what_it_holds_and_files_that_are_there(self, folder: Path) -> None:
        with pytest.raises(OutputError, match="personal data"):
            write_decisions(folder / "list.xlsx", [], language="en")
        path = write_decisions(folder / "PERSONAL_DATA_list.xlsx", [], language="en")
        with pytest.raises(OutputError, match="already"):
            write_decisions(path, [], language="en")


class TestAdjudicated:
    def test_by_hand(self, folder: Path, codings: TwoCodings) -> None:
        found = compared(codings).found
        decisions = decided(found, day=("second", None), kin=("other", "Padrastro"), age=("second", None))
        rows = adjudicated_rows(codings, decisions, language="en")[""]
        assert [row["case"] for row in rows] == ["s1", "s2", "s3", "s4", "s5"]
        two = rows[1]
        assert (two["day"], two["kin"], two["end"], two["remark"]) == ("07/03/2016", "Padrastro", None, "seen")
        assert rows[2]["age"] is None

    def test_the_same_mapping_reads_it(self, folder: Path, codings: TwoCodings) -> None:
        found = compared(codings).found
        choices = {
            "day": ("second", None),
            "kin": ("other", "Tío"),
            "end": ("second", None),
            "amount": ("other", "2.5"),
        }
        decisions = decided(found, **choices)
        to = folder / "PERSONAL_DATA_made"
        files = write_adjudicated(to, codings, adjudicated_rows(codings, decisions, language="en"), found, decisions)
        assert [one.name for one in files] == ["one.csv", "mapping.toml", LOG_FILE]
        cases = jm.read_cases(mapping=to / "mapping.toml")
        read = cases.milestones.select("unit_id", "relationship", "outcome", "amount").collect().sort("unit_id")
        assert read.get_column("relationship").to_list() == ["Padre", "Tío", "Padre", "Padre", "Padre"]
        assert read.get_column("outcome").to_list() == ["rejected", "convicted", None, None, None]
        assert read.get_column("amount").to_list() == [1.5, 2.0, 2.5, None, None]
        with files[2].open(encoding="utf-8-sig") as lines:
            log = list(csv.DictReader(lines))
        assert [row["decision"] for row in log] == ["second", "other", "second", "undecided", "second", "other"]
        assert (log[1]["first"], log[1]["second"], log[1]["value"]) == ("Vecino", "Tío", "Tío")
        if os.name == "posix":
            assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
            assert stat.S_IMODE(to.stat().st_mode) == 0o700

    def test_a_workbook_with_sheets(self, folder: Path) -> None:
        """Numbers stay typed, rows of the second coding take the place of those of the first."""
        amounts = [("s1", "a", 1), ("s4", "a", 2), ("s1", "b", 1), ("s1", "b", 3.5)]
        with xlsxwriter.Workbook(str(folder / "both.xlsx")) as book:
            for name, rows in (("Casos", [HEADER, *FIRST, *SECOND]), ("Montos", [("case", "coder", "n"), *amounts])):
                sheet = book.add_worksheet(name)
                for place, row in enumerate(rows):
                    sheet.write_row(place, 0, row)
        text = MAPPING.format(file="both.xlsx").replace("date_order", 'sheet = "Casos"\ndate_order')
        text = text.replace('id = "case"', 'id = "case"\ncoder = "coder"')
        (folder / "book.toml").write_text(f'{text}[reparation]\nsheet = "Montos"\nordered_amount = "n"\n', "utf-8")
        codings = two_codings(folder / "book.toml")
        found = compared(codings).found
        assert [one.called for one in found if one.column == WHOLE_ROWS] == ["Montos"]
        choices: dict[str, Any] = {one.column: ("second", None) for one in found}
        decisions = decided(found, **choices)
        rows = adjudicated_rows(codings, decisions, language="en")
        write_adjudicated(folder / "PERSONAL_DATA_made", codings, rows, found, decisions)
        made = openpyxl.load_workbook(folder / "PERSONAL_DATA_made" / "both.xlsx")
        assert made.sheetnames == ["Casos", "Montos"]
        cases = list(made["Casos"].iter_rows(values_only=True))
        assert cases[0] == HEADER
        assert [one[0] for one in cases[1:]] == ["s1", "s2", "s3", "s4", "s5"]
        assert cases[2][:6] == ("s2", "adjudicated", "07/03/2016", "Tío", 10, "Condena")
        assert list(made["Montos"].iter_rows(min_row=2, values_only=True)) == [
            ("s4", "a", 2),
            ("s1", "adjudicated", 1),
            ("s1", "adjudicated", 3.5),
        ]

    def test_adjudicated_is_who_coded(self, folder: Path) -> None:
        table(folder / "both.csv", HEADER, [*SECOND, *FIRST])
        text = MAPPING.format(file="both.csv").replace('id = "case"', 'id = "case"\ncoder = "coder"')
        (folder / "both.toml").write_text(text, encoding="utf-8")
        codings = two_codings(folder / "both.toml")
        rows = adjudicated_rows(codings, {}, language="en")[""]
        assert {row["case"]: row["coder"] for row in rows} == {
            **dict.fromkeys(("s1", "s2", "s3"), "adjudicated"),
            "s4": "a",
            "s5": "b",
        }

    @pytest.mark.parametrize("written", ['["one.csv", "two.csv"]', '[\n  "one.csv",\n  "two.csv",\n]'])
    def test_a_file_for_each_coder_in_one_mapping(self, folder: Path, written: str) -> None:
        text = MAPPING.format(file="one.csv").replace('id = "case"', 'id = "case"\ncoder = "coder"')
        (folder / "both.toml").write_text(text.replace('"one.csv"', written), encoding="utf-8")
        codings = two_codings(folder / "both.toml")
        found = compared(codings).found
        assert len(found) == 6
        to = folder / "PERSONAL_DATA_made"
        write_adjudicated(to, codings, adjudicated_rows(codings, {}, language="en"), found, {})
        cases = jm.read_cases(mapping=to / "both.toml")
        assert (cases.n_units, cases.codings) == (5, None)

    @pytest.mark.parametrize(
        ("column", "value", "fits"),
        [
            ("end", "Absuelto", False),
            ("end", "condena", True),
            ("end", "s/d", True),
            ("day", "31/31/2016", False),
            ("day", "2016-03-08", True),
            ("age", "eleven", False),
            ("age", "10", True),
            ("kin", "anybody", True),
        ],
    )
    def test_a_new_value_must_be_readable(self, codings: TwoCodings, column: str, value: str, *, fits: bool) -> None:
        found = tuple(one for one in compared(codings).found if one.column == column)
        decisions = decided(found, **{column: ("other", value)})
        if fits:
            assert adjudicated_rows(codings, decisions, language="en")
            return
        with pytest.raises(CaseDataError, match=rf"\({column}: \d") as error:
            adjudicated_rows(codings, decisions, language="en")
        assert value not in str(error.value)

    def test_a_new_day_says_its_order_itself(self, codings: TwoCodings) -> None:
        found = compared(codings).found
        rows = adjudicated_rows(codings, decided(found, day=("other", "04/05/2016")), language="en")[""]
        assert rows[1]["day"] == "2016-05-04"
        open_order = codings.mapping.model_copy(
            update={"data": codings.mapping.data.model_copy(update={"date_order": None})}
        )
        with pytest.raises(CaseDataError, match=r"\(day: \d"):
            adjudicated_rows(
                replace(codings, mapping=open_order), decided(found, day=("other", "04/05/2016")), language="en"
            )


class TestRefusals:
    def test_a_second_coding_without_a_column(self, folder: Path) -> None:
        table(folder / "two.csv", [*HEADER[:3], "relation", *HEADER[4:]], SECOND)
        text = MAPPING.format(file="two.csv").replace('"kin"', '"relation"')
        (folder / "two.toml").write_text(text, encoding="utf-8")
        with pytest.raises(MappingError, match=r"column 'kin' \(two.csv\)"):
            compared(two_codings(folder / "mapping.toml", folder / "two.toml"))

    def test_no_case_twice(self, folder: Path) -> None:
        table(folder / "two.csv", HEADER, SECOND[3:])
        with pytest.raises(CaseDataError, match="No case was coded twice"):
            two_codings(folder / "mapping.toml", folder / "two.csv")

    def test_no_coder_and_no_second(self, folder: Path) -> None:
        with pytest.raises(MappingError, match="no column of coders"):
            two_codings(folder / "mapping.toml")

    def test_a_case_twice_in_one_coding(self, folder: Path) -> None:
        table(folder / "two.csv", HEADER, [*SECOND, SECOND[0]])
        with pytest.raises(CaseDataError, match="1 row has an id that stands in an earlier row"):
            two_codings(folder / "mapping.toml", folder / "two.csv")

    def test_a_plan_of_corrections(self, folder: Path) -> None:
        text = MAPPING.format(file="one.csv").replace("[cases]", 'corrections = "plan.toml"\n[cases]')
        (folder / "mapping.toml").write_text(text, encoding="utf-8")
        with pytest.raises(QuestionError, match="Adjudicate first"):
            two_codings(folder / "mapping.toml", folder / "two.csv")

    def test_folders(self, folder: Path, codings: TwoCodings) -> None:
        rows = adjudicated_rows(codings, {}, language="en")
        for name, words in (("made", "does not say so"), ("PERSONAL_DATA_there", "already")):
            (folder / "PERSONAL_DATA_there").mkdir(exist_ok=True)
            with pytest.raises(OutputError, match=words):
                write_adjudicated(folder / name, codings, rows, (), {})
        with pytest.raises(OutputError, match="no folder"):
            write_adjudicated(folder / "nowhere" / "PERSONAL_DATA_made", codings, rows, (), {})

    def test_a_kind_of_file_that_is_not_written(self, folder: Path) -> None:
        text = MAPPING.format(file="one.csv") + '[hearings]\nfile = ["a.csv", "b.csv"]\nscheduled = "set"\n'
        (folder / "mapping.toml").write_text(text, encoding="utf-8")
        for name in ("a", "b"):
            table(folder / f"{name}.csv", HEARINGS, [("s1", "01/04/2016", name)])
        (folder / "copy.csv").write_bytes((folder / "one.csv").read_bytes())
        codings = two_codings(folder / "mapping.toml", folder / "copy.csv")
        rows = adjudicated_rows(codings, {}, language="en")
        with pytest.raises(MappingError, match="'hearings' is adjudicated as an xlsx or csv file only"):
            write_adjudicated(folder / "PERSONAL_DATA_made", codings, rows, (), {})
        assert not (folder / "PERSONAL_DATA_made").exists()


def _fields(one: Disagreement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Disagreement.__dataclass_fields__}


def filled(path: Path, by_column: dict[str, tuple[str | None, str | None]]) -> Path:
    """Decide in the list, item by item, and save it as csv, which is read without a program of its own."""
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    rows = [[one or "" for one in row] for row in sheet.iter_rows(values_only=True)]
    for row in rows[1:]:
        decision, value = by_column.get(str(row[3]), (None, None))
        row[6:9] = [decision or "", value or "", "AB" if decision else ""]
    made = path.with_suffix(".csv")
    with made.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return made
