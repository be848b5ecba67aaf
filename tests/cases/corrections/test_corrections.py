"""Correction plans: what is dropped, accepted and corrected, counted, and refused when it no longer fits."""

from __future__ import annotations

import csv
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, OutputError, QuestionError, SettingsError
from justice_metrics.cases.corrections.cells import CELLS_HEADER
from justice_metrics.cases.corrections.plan import CorrectionPlan, read_plan
from justice_metrics.cases.corrections.proposed import CELLS_FILE, plan_text, write_plan
from justice_metrics.cases.rules.examine import examine

HEAD = "id,reported,charged,ended,how,age"
# c2 ended before it began, c3 has an age nobody has, c5 was charged before the complaint
ROWS = (
    "c1,2015-01-10,2015-03-01,2016-01-10,Rejected,9",
    "c2,2015-02-10,,2014-02-10,Rejected,8",
    "c3,2015-03-10,,2016-03-10,Guilty,190",
    "c4,2015-04-10,,,,7",
    "c5,2015-05-10,2014-12-01,,,6",
)
MAPPING = """
[data]
file = "cases.csv"
{data}
[cases]
id = "id"
procedure = "bolivia"
cutoff = 2018-04-30
[dates]
complaint = "reported"
charged = "charged"
[outcome]
column = "how"
date = "ended"
labels = {{ Rejected = "rejected", Guilty = "convicted" }}
[attributes]
age_at_fact = {{ column = "age", type = "integer" }}
"""


DECIDED = ("ending_before_start", 1, "correct")
MENDED = ("ending_before_start", "c2", "", "ended", "2014-02-10", "2016-02-10")


class Folder:
    """Case files with their mapping and a plan."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mapping = path / "mapping.toml"
        self.plan = path / "plan.toml"
        self.rows(*ROWS)
        self.mapping.write_text(MAPPING.format(data=""), encoding="utf-8")

    def rows(self, *rows: str) -> None:
        (self.path / "cases.csv").write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")

    def decide(self, *decisions: tuple[str, int, str], cells: list[tuple[str, ...]] | None = None) -> None:
        lines = [f'[plan]\ncells = "{CELLS_FILE}"'] if cells is not None else []
        lines += [
            f'[[decision]]\nrule = "{rule}"\nn = {n}\ndo = "{do}"\nreason = "seen in the file"'
            for rule, n, do in decisions
        ]
        self.plan.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if cells is not None:
            with (self.path / CELLS_FILE).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([CELLS_HEADER, *cells])

    def read(self, **settings: Any) -> jm.CaseData:
        return jm.read_cases(mapping=self.mapping, **settings)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def told(cases: jm.CaseData) -> list[tuple[str, int, str]]:
    return [(one.action, one.n, one.rule) for one in cases.provenance.corrections]


def ids(cases: jm.CaseData) -> list[str]:
    return sorted(cases.milestones.select("unit_id").collect().get_column("unit_id").to_list())


class TestDropping:
    def test_units_go_out_of_every_frame_and_are_counted(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 1, "drop"))
        cases = folder.read(corrections=folder.plan)
        assert ids(cases) == ["c1", "c3", "c4", "c5"]
        assert cases.n_units == 4
        assert "c2" not in cases.events.collect().get_column("unit_id").to_list()
        assert told(cases) == [("dropped", 1, "ending_before_start")]
        assert cases.provenance.plan == "plan.toml"

    def test_every_answer_tells_it(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 1, "drop"))
        answer = jm.attrition(folder.read(corrections=folder.plan))
        lines = " ".join(one.text() for one in answer.provenance.lines())
        assert "By the plan 'plan.toml': The case ended before it started" in lines
        assert "1 left out" in lines

    def test_a_unit_that_two_decisions_drop_is_counted_once(self, folder: Folder) -> None:
        folder.rows(*ROWS, "c6,2015-05-10,2014-12-01,2014-06-01,Rejected,5")
        folder.decide(("ending_before_start", 2, "drop"), ("dates_out_of_order", 2, "drop"))
        cases = folder.read(corrections=folder.plan)
        assert ids(cases) == ["c1", "c3", "c4"]
        assert told(cases) == [("dropped", 2, "ending_before_start"), ("dropped", 1, "dates_out_of_order")]

    def test_more_findings_than_decided_on_are_refused(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 1, "drop"))
        folder.rows(*ROWS, "c6,2015-05-10,,2014-06-01,Rejected,5")
        with pytest.raises(CaseDataError, match=r"decides on 1 findings .* there are 2 now"):
            folder.read(corrections=folder.plan)

    def test_counting_tells_what_was_outgrown_and_drops_nothing(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 0, "drop"))
        cases = folder.read(corrections=folder.plan, faults="count")
        assert cases.n_units == 5
        assert told(cases) == [("outgrown", 1, "ending_before_start")]

    @pytest.mark.parametrize("do", ["drop", "accept"])
    def test_other_units_than_those_decided_on_are_refused(self, folder: Folder, do: str) -> None:
        folder.decide(("ending_before_start", 1, do), cells=[("ending_before_start", "c2", "", "", "", "")])
        assert folder.read(corrections=folder.plan).n_units == (4 if do == "drop" else 5)
        # c2 is mended, c3 is broken: still one
        ended = (*ROWS[:1], "c2,2015-02-10,,2016-02-10,Rejected,8", "c3,2015-03-10,,2013-03-10,Guilty,190", *ROWS[3:])
        folder.rows(*ended)
        with pytest.raises(
            CaseDataError, match="1 unit breaks the rule 'ending_before_start' that was not there"
        ) as error:
            folder.read(corrections=folder.plan)
        assert "c3" not in error.value.text()
        assert told(folder.read(corrections=folder.plan, faults="count")) == [("outgrown", 1, "ending_before_start")]

    def test_what_counts_cells_cannot_be_dropped(self, folder: Folder) -> None:
        folder.decide(("unreadable_numbers", 1, "drop"))
        with pytest.raises(QuestionError, match="names no units"):
            folder.read(corrections=folder.plan)

    def test_all_cases_cannot_be_dropped(self, folder: Folder) -> None:
        folder.rows(ROWS[1])
        folder.decide(("ending_before_start", 1, "drop"))
        with pytest.raises(CaseDataError, match="drops every case"):
            folder.read(corrections=folder.plan)

    def test_spells_go_and_their_cases_stay(self, folder: Folder) -> None:
        (folder.path / "support.csv").write_text(
            "id,who,from,to\nc1,lawyer,2015-02-01,2015-01-15\nc1,lawyer,2015-03-01,\nc4,lawyer,2015-05-01,\n",
            encoding="utf-8",
        )
        text = folder.mapping.read_text(encoding="utf-8")
        support = '[support]\nfile = "support.csv"\nid = "id"\nactor = "who"\nstart = "from"\nend = "to"\n'
        folder.mapping.write_text(text + support, encoding="utf-8")
        folder.decide(("support_ends_before_start", 1, "drop"))
        cases = folder.read(corrections=folder.plan)
        assert cases.n_units == 5
        assert cases.support is not None
        assert sorted(cases.support.collect().get_column("unit_id").to_list()) == ["c1", "c4"]
        assert told(cases) == [("dropped", 1, "support_ends_before_start")]

    def test_one_pair_of_dates_alone(self, folder: Folder) -> None:
        found = {one.rule.id: one for one in examine(folder.read()).verdicts}["dates_out_of_order"]
        assert len(found.parts) == 1
        decision = {"rule": "dates_out_of_order", "detail": found.parts[0].key, "n": 1, "do": "drop", "reason": "x"}
        assert "c5" not in ids(folder.read(corrections={"decision": [decision]}))
        with pytest.raises(QuestionError, match="does not look at 'nothing'"):
            folder.read(corrections={"decision": [{**decision, "detail": "nothing"}]})
        rule = "dates_out_of_order"
        folder.decide((rule, 2, "correct"), cells=[(rule, "c5", "", "charged", "2014-12-01", "2015-12-01")])
        folder.plan.write_text(
            folder.plan.read_text(encoding="utf-8").replace("n = 2", 'detail = "nothing"\nn = 2'), encoding="utf-8"
        )
        with pytest.raises(QuestionError, match="does not look at 'nothing'"):
            folder.read(corrections=folder.plan)


class TestAccepting:
    def test_the_check_marks_the_rule_and_strict_passes(self, folder: Folder) -> None:
        folder.decide(("impossible_ages", 1, "accept"))
        report = jm.check(folder.read(corrections=folder.plan))
        assert report.accepted == {"impossible_ages"}
        states = dict(zip(report.tables["rules"]["rule"], report.tables["rules"]["state"], strict=True))
        assert states["impossible_ages"] == "accepted"
        assert not any("an age is below 0" in one.text() for one in report.findings()[1:3])
        decided = report.tables["decisions"]
        assert list(decided["what"]) == ["impossible_ages"]
        assert list(decided["reason"]) == ["seen in the file"]

    def test_faults_that_no_decision_settles_are_still_refused(self, folder: Folder) -> None:
        folder.rows(*ROWS, "c6,31/31/2015,,,,5")
        folder.decide()
        with pytest.raises(CaseDataError, match="does not settle 1 finding of the rule 'unreadable_dates'"):
            folder.read(corrections=folder.plan)
        folder.decide(("unreadable_dates", 1, "accept"))
        assert folder.read(corrections=folder.plan).n_units == 6

    def test_a_cut_off_that_is_wrong_is_still_refused(self, folder: Folder) -> None:
        late = [f"d{number},2015-05-10,,2019-01-{number:02},Rejected,5" for number in range(1, 15)]
        folder.rows(*ROWS, *late)
        folder.decide(("ending_before_start", 1, "drop"))
        with pytest.raises(CaseDataError, match="more than slips of the pen"):
            folder.read(corrections=folder.plan)
        folder.decide(("date_after_cutoff", 14, "drop"))
        assert folder.read(corrections=folder.plan).n_units == 5


class TestCells:
    def test_a_cell_is_corrected_before_it_is_typed(self, folder: Folder) -> None:
        folder.decide(
            ("ending_before_start", 1, "correct"),
            ("impossible_ages", 1, "correct"),
            cells=[
                ("ending_before_start", "c2", "", "ended", "2014-02-10", "2016-02-10"),
                ("impossible_ages", "c3", "", "age", "190", "19"),
                ("impossible_ages", "c4", "", "", "", ""),
            ],
        )
        cases = folder.read(corrections=folder.plan)
        broken = {one.rule.id for one in examine(cases).verdicts if one.broken}
        assert not broken & {"ending_before_start", "impossible_ages"}
        assert told(cases) == [("corrected", 1, "ending_before_start"), ("corrected", 1, "impossible_ages")]
        assert cases.provenance.corrections[0].reason == "seen in the file"

    def test_a_cell_that_is_right_already_is_told(self, folder: Folder) -> None:
        folder.decide(
            ("dates_out_of_order", 2, "correct"),
            cells=[("dates_out_of_order", "c2", "", "ended", "2013-01-01", "2014-02-10")],
        )
        assert told(folder.read(corrections=folder.plan)) == [("already", 1, "dates_out_of_order")]

    def test_blank_cells_are_filled_and_emptied(self, folder: Folder) -> None:
        rule = "dates_out_of_order"
        folder.decide(
            (rule, 2, "correct"),
            cells=[(rule, "c4", "", "charged", "", "2015-06-01"), (rule, "c5", "", "charged", "2014-12-01", "")],
        )
        days = folder.read(corrections=folder.plan).milestones.select("unit_id", "first__charged").collect()
        units, charged = (days.get_column(one).to_list() for one in ("unit_id", "first__charged"))
        by_id = dict(zip(units, charged, strict=True))
        assert by_id["c4"] == 16587  # 2015-06-01
        assert by_id["c5"] is None

    @pytest.mark.parametrize("unit", ["c2", "c99"])
    def test_corrections_that_do_not_fit_are_refused_without_content(self, folder: Folder, unit: str) -> None:
        folder.decide(DECIDED, cells=[("ending_before_start", unit, "", "ended", "1999-09-09", "2016-02-10")])
        with pytest.raises(CaseDataError, match="1 of 1 corrections finds no cell") as error:
            folder.read(corrections=folder.plan)
        assert "1999" not in error.value.text()
        assert unit not in error.value.text()

    def test_a_column_or_table_that_is_not_there_is_named(self, folder: Folder) -> None:
        folder.decide(DECIDED, cells=[("ending_before_start", "c2", "", "endet", "", "2016-02-10")])
        with pytest.raises(MappingError, match="endet"):
            folder.read(corrections=folder.plan)
        folder.decide(DECIDED, cells=[("ending_before_start", "c2", "suport", "ended", "", "2016-02-10")])
        with pytest.raises(MappingError, match="suport"):
            folder.read(corrections=folder.plan)

    def test_rows_that_cannot_be_told_apart_are_refused(self, folder: Folder) -> None:
        folder.rows(*ROWS, ROWS[1])
        folder.decide(DECIDED, cells=[MENDED])
        with pytest.raises(CaseDataError, match="fits several rows"):
            folder.read(corrections=folder.plan, faults="count")

    def test_two_corrections_of_one_cell_are_refused(self, folder: Folder) -> None:
        folder.decide(DECIDED, cells=[MENDED, (*MENDED[:5], "2017-02-10")])
        with pytest.raises(CaseDataError, match="or a cell that another one corrects"):
            folder.read(corrections=folder.plan)

    def test_the_id_of_a_row_stays(self, folder: Folder) -> None:
        folder.decide(DECIDED, cells=[("ending_before_start", "c2", "", "id", "c2", "c7")])
        with pytest.raises(MappingError, match="changes the id"):
            folder.read(corrections=folder.plan)

    @pytest.mark.parametrize("do", [None, "undecided", "accept", "drop"])
    def test_nothing_is_corrected_that_nobody_decided(self, folder: Folder, do: str | None) -> None:
        folder.decide(*[("ending_before_start", 1, do)] if do else [], cells=[MENDED])
        with pytest.raises(CaseDataError, match="belongs to no rule on which 'plan.toml' decides") as error:
            folder.read(corrections=folder.plan)
        assert "ending_before_start" in error.value.text()

    def test_a_correction_of_another_rule_is_refused(self, folder: Folder) -> None:
        folder.decide(DECIDED, cells=[MENDED, ("Pérez, Ana", "c3", "", "age", "190", "19")])
        with pytest.raises(CaseDataError, match="1 correction of a cell belongs to no rule") as error:
            folder.read(corrections=folder.plan)
        assert "Ana" not in error.value.text()

    def test_corrections_that_mend_nothing_or_make_new_faults_are_refused(self, folder: Folder) -> None:
        rule = "impossible_ages"
        folder.decide((rule, 1, "correct"), cells=[(rule, "c3", "", "age", "190", "191")])
        with pytest.raises(CaseDataError, match="1 are corrected, and 1 break it still or anew"):
            folder.read(corrections=folder.plan)
        folder.decide(
            (rule, 1, "correct"), cells=[(rule, "c3", "", "age", "190", "19"), (rule, "c1", "", "age", "9", "8")]
        )
        with pytest.raises(CaseDataError, match="2 are corrected, and 0 break it"):
            folder.read(corrections=folder.plan)
        assert ("outgrown", 2, rule) in told(folder.read(corrections=folder.plan, faults="count"))

    def test_a_plan_of_another_mapping_is_refused(self, folder: Folder) -> None:
        folder.plan.write_text('[plan]\nmapping = "other.toml"\n', encoding="utf-8")
        with pytest.raises(SettingsError, match="made for the mapping 'other.toml'"):
            folder.read(corrections=folder.plan)

    def test_a_plan_of_other_data_is_told(self, folder: Folder) -> None:
        folder.plan.write_text('[plan]\nmapping = "mapping.toml"\nunits = 4\n', encoding="utf-8")
        (note,) = folder.read(corrections=folder.plan).intake.notes
        assert "when there were 4 units; there are 5 now" in note.text()

    def test_a_plan_that_drops_without_saying_whom_is_told(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 1, "drop"))
        (note,) = folder.read(corrections=folder.plan).intake.notes
        assert "'plan.toml' drops units and names no file of cells" in note.text()
        folder.decide(("ending_before_start", 1, "accept"))
        assert folder.read(corrections=folder.plan).intake.notes == ()


class TestPlanFile:
    def test_a_mapping_can_name_its_plan(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 1, "drop"))
        folder.mapping.write_text(MAPPING.format(data='corrections = "plan.toml"'), encoding="utf-8")
        assert folder.read().n_units == 4

    def test_a_written_plan_reads_back_undecided_and_changes_nothing(self, folder: Folder) -> None:
        cases = folder.read()
        found = examine(cases)
        text = plan_text(cases, found, mapping="mapping.toml", language="es")
        plan, cells = write_plan(folder.path / "new.toml", text, cases)
        read = read_plan(plan)
        assert {one.rule for one in read.decision} == {one.rule.id for one in found.verdicts if one.broken}
        assert {one.do for one in read.decision} == {"undecided"}
        again = folder.read(corrections=plan)
        assert again.n_units == cases.n_units
        assert told(again) == []
        assert stat.S_IMODE(cells.stat().st_mode) == 0o600
        with cells.open(encoding="utf-8-sig", newline="") as file:
            listed = {(row["rule"], row["unit_id"]) for row in csv.DictReader(file)}
        assert {("ending_before_start", "c2"), ("impossible_ages", "c3")} <= listed

    def test_the_plan_holds_no_id(self, folder: Folder) -> None:
        cases = folder.read()
        text = plan_text(cases, examine(cases), mapping="mapping.toml")
        assert not any(f'"{one}"' in text for one in ids(cases))

    def test_a_plan_that_may_be_filled_in_is_not_replaced(self, folder: Folder) -> None:
        cases = folder.read()
        folder.plan.write_text("# mine\n", encoding="utf-8")
        with pytest.raises(OutputError, match="There is a file 'plan.toml' already"):
            write_plan(folder.plan, "", cases)
        assert folder.plan.read_text(encoding="utf-8") == "# mine\n"

    def test_earlier_decisions_stay(self, folder: Folder) -> None:
        folder.decide(("ending_before_start", 1, "drop"))
        cases = folder.read(corrections=folder.plan)
        text = plan_text(cases, examine(cases), mapping="mapping.toml", earlier=read_plan(folder.plan))
        assert 'rule = "ending_before_start"\nn = 1\ndo = "drop"\nreason = "seen in the file"' in text
        assert text.count('rule = "ending_before_start"') == 1
        assert 'rule = "impossible_ages"' in text

    @pytest.mark.parametrize(
        ("decision", "says"),
        [
            ({"rule": "ending_befor_start", "n": 1}, "ending_before_start"),
            ({"rule": "ending_before_start", "n": 1, "do": "drop"}, "no reason"),
            ({"rule": "ending_before_start", "n": -1}, "n"),
            ({"rule": "ending_before_start", "n": 1, "do": "correct", "reason": "x"}, "cells"),
            ({"rule": "ending_before_start", "n": 1, "do": "delete"}, "accept"),
        ],
    )
    def test_wrong_plans_are_refused(self, decision: dict[str, Any], says: str) -> None:
        with pytest.raises(SettingsError, match=says):
            CorrectionPlan.from_dict({"decision": [decision]})

    def test_two_decisions_on_one_thing_are_refused(self) -> None:
        one = {"rule": "ending_before_start", "n": 1}
        with pytest.raises(SettingsError, match="two decisions"):
            CorrectionPlan.from_dict({"decision": [one, one]})

    def test_the_example_of_the_documentation_is_a_plan(self) -> None:
        text = (Path(__file__).parents[3] / "docs" / "corrections.md").read_text(encoding="utf-8")
        example = text.split("<!-- example: plan.toml -->\n```toml\n")[1].split("```")[0]
        plan = CorrectionPlan.from_dict(tomllib.loads(example))
        assert [one.do for one in plan.decision] == ["accept", "drop", "correct"]
