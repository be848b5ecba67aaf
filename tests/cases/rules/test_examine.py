"""Rules as a whole: named, told in words, counted together; ids leave only on request, to a private file."""

from __future__ import annotations

import csv
import os
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from justice_metrics.base.errors import OutputError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.rules.examine import RULES, examine, rule_named
from justice_metrics.cases.rules.offending import OFFENDING_FILE, offending_units, write_offending
from justice_metrics.cases.rules.rule import INDICATORS, SEVERITIES

MAPPING: dict[str, Any] = {
    "data": {"date_order": "ymd", "faults": "count"},
    "cases": {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "complaint", "charged": "charged"},
    "outcome": {"column": "outcome", "date": "ended", "labels": {"Rechazo": "rejected", "Abierto": "pending"}},
}
ROWS = [
    ("A-1", "2016-01-05", "2016-03-01", "Abierto", None),
    ("A-2", "2016-01-05", "2015-12-30", "Abierto", None),
    ("=A-3", "2016-02-05", "2016-02-01", "Rechazo", None),
    ("A-4", "2016-02-05", None, "Rechazo", "2016-01-01"),
    ("a/4", "2016-02-06", None, "Rechazo", "2016-05-01"),
]


@pytest.fixture
def cases() -> CaseData:
    frame = pd.DataFrame(ROWS, columns=["id", "complaint", "charged", "outcome", "ended"])
    return CaseData.from_frame(frame, MAPPING)


class TestRules:
    def test_at_least_twenty_and_each_once(self) -> None:
        assert len(RULES) >= 20
        assert len({one.id for one in RULES}) == len(RULES)

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
    def test_plain_words(self, rule: Any) -> None:
        """A reader meets no name of a function, column or rule in the sentence or the remedy."""
        for words in (str(rule.sentence), str(rule.remedy)):
            assert "_" not in words
            assert "{" not in words
        assert str(rule.remedy).endswith(".")
        assert not str(rule.sentence).endswith(".")
        assert rule.severity in SEVERITIES
        assert rule.touches
        assert set(rule.touches) <= set(INDICATORS)

    def test_named(self) -> None:
        assert rule_named("start_missing").severity == "error"
        with pytest.raises(QuestionError, match="Did you mean 'start_missing'"):
            rule_named("start_mising")

    def test_masks_are_never_null(self, cases: CaseData) -> None:
        from justice_metrics.cases.rules.rule import Subject

        subject = Subject(cases)
        for rule in RULES:
            if rule.counts == "units" and rule.probes(subject):
                found = subject.frame().select(broken=rule.mask(subject)).collect().get_column("broken")
                assert found.null_count() == 0


class TestExamine:
    def test_one_case_can_break_several_parts(self, cases: CaseData) -> None:
        (found,) = examine(cases, rules=[rule_named("dates_out_of_order")]).verdicts
        assert found.whole is not None
        assert (found.whole.n, found.whole.base) == (2, 3)
        assert [(one.key, one.n, one.base) for one in found.parts] == [("charged<complaint", 2, 3)]

    def test_ending_before_start(self, cases: CaseData) -> None:
        (found,) = examine(cases, rules=[rule_named("ending_before_start")]).verdicts
        assert found.n == 1

    def test_completeness(self, cases: CaseData) -> None:
        found = {one.column: one for one in examine(cases, rules=[]).completeness}
        assert (found["ending"].recorded, found["ending"].base) == (2, 3)
        assert (found["complaint"].recorded, found["complaint"].base) == (5, 5)
        assert (found["charged"].recorded, found["charged"].base) == (3, 3)

    def test_rules_that_do_not_apply(self, cases: CaseData) -> None:
        found = {one.rule.id: one for one in examine(cases).verdicts}
        assert not found["verdict_before_trial"].looked_at
        assert not found["impossible_ages"].looked_at
        assert found["start_missing"].looked_at
        assert not found["start_missing"].broken


class TestOffendingUnits:
    def test_ids_only(self, cases: CaseData) -> None:
        found = offending_units(cases, "dates_out_of_order")
        assert list(found.columns) == ["unit_id"]
        assert found["unit_id"].tolist() == ["=A-3", "A-2"]

    def test_both_of_a_pair_of_ids(self, cases: CaseData) -> None:
        assert offending_units(cases, "similar_ids")["unit_id"].tolist() == ["A-4", "a/4"]

    def test_in_the_library_of_the_cases(self) -> None:
        polars = pytest.importorskip("polars", reason="polars is not installed")
        frame = polars.DataFrame(ROWS, schema=["id", "complaint", "charged", "outcome", "ended"], orient="row")
        assert isinstance(offending_units(CaseData.from_frame(frame, MAPPING), "start_missing"), polars.DataFrame)

    @pytest.mark.parametrize("rule", ["repeated_ids", "unreadable_dates", "heaped_on_15th", "support_after_cutoff"])
    def test_rules_that_do_not_know_which(self, cases: CaseData, rule: str) -> None:
        with pytest.raises(QuestionError, match="does not say which units"):
            offending_units(cases, rule)


class TestFileOfIds:
    def rows(self, path: Path) -> list[list[str]]:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines))

    def test_broken_rules_without_notes(self, cases: CaseData, tmp_path: Path) -> None:
        path = write_offending(cases, tmp_path)
        head, *rows = self.rows(path)
        assert head == ["rule", "unit_id"]
        assert ["ending_before_start", "A-4"] in rows
        assert ["outcome_without_date", "'=A-3"] in rows, "an id is no formula"
        assert "no_movement" not in {rule for rule, _ in rows}

    def test_its_name_and_rights_say_what_it_is(self, cases: CaseData, tmp_path: Path) -> None:
        path = write_offending(cases, tmp_path, rules="similar_ids")
        assert path.name == OFFENDING_FILE
        assert "PERSONAL_DATA" in path.name
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert self.rows(path)[1:] == [["similar_ids", "A-4"], ["similar_ids", "a/4"]]

    def test_replaces_an_earlier_one_and_leaves_nothing_beside(self, cases: CaseData, tmp_path: Path) -> None:
        write_offending(cases, tmp_path, rules="similar_ids")
        path = write_offending(cases, tmp_path, rules="start_missing")
        assert self.rows(path) == [["rule", "unit_id"]]
        assert [one.name for one in tmp_path.iterdir()] == [OFFENDING_FILE]

    def test_no_folder(self, cases: CaseData, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="no folder 'nowhere'"):
            write_offending(cases, tmp_path / "nowhere")

    def test_an_earlier_file_survives_a_wrong_rule(self, cases: CaseData, tmp_path: Path) -> None:
        path = write_offending(cases, tmp_path, rules="similar_ids")
        before = path.read_bytes()
        with pytest.raises(QuestionError):
            write_offending(cases, tmp_path, rules=("similar_ids", "no_such_rule"))
        assert path.read_bytes() == before
        assert [one.name for one in tmp_path.iterdir()] == [OFFENDING_FILE]
