"""The report on data quality: in plain words of both languages, on the sample, on its dirty copy and on public data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.read import read_cases
from justice_metrics.cases.rules.examine import RULES
from justice_metrics.cases.rules.offending import offending_units
from justice_metrics.cases.rules.rule import SUPPORT
from justice_metrics.measures.quality.check import QualityReport, check
from justice_metrics.reduce.risk import risk_table
from justice_metrics.simulate.faults import PLANTED

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "sample_data"
INDIA = Path(__file__).resolve().parents[2] / "real" / "india" / "mapping.toml"

# A planted fault, and where the check shows it: rule and detail.
FOUND_AS = {
    "verdict_before_trial": ("verdict_before_trial", "all"),
    "accusation_before_charge": ("dates_out_of_order", "accusation<charged"),
    "stage_skipped": ("stage_skipped", "charged"),
    "default_date_9999": ("default_dates", "accusation"),
    "future_date": ("date_after_cutoff", "charged"),
    "impossible_date": ("unreadable_dates", "Fecha de imputación"),
    "month_only_date": ("month_only_dates", "Fecha de imputación"),
    "pending_with_conclusion_date": ("pending_with_conclusion_date", "all"),
    "outcome_without_date": ("outcome_without_date", "all"),
    "date_without_outcome": ("date_without_outcome", "all"),
    "sentence_without_verdict": ("verdict_date_without_verdict", "all"),
    "default_date_1900": ("default_dates", "complaint"),
    "complaint_missing": ("start_missing", "all"),
    "impossible_age": ("impossible_ages", "all"),
    "duplicate_row": ("repeated_rows", "all"),
    "same_case_other_format": ("similar_ids", "all"),
}
# Faults that the mapping takes care of, so that no rule is broken; and one counted with another.
TAKEN_CARE_OF = {"label_variant", "outer_spaces", "missing_code_date", "charge_before_complaint"}


@pytest.fixture(scope="module")
def clean() -> QualityReport:
    return check(read_cases(mapping=SAMPLE / "bolivia_mapping.toml"))


@pytest.fixture(scope="module")
def dirty_cases() -> CaseData:
    return read_cases(mapping=SAMPLE / "bolivia_dirty_mapping.toml")


@pytest.fixture(scope="module")
def dirty(dirty_cases: CaseData) -> QualityReport:
    return check(dirty_cases)


def row(report: QualityReport, rule: str, detail: str = "all") -> Any:
    frame = report.to_frame()
    (found,) = frame[(frame["rule"] == rule) & (frame["detail"] == detail)].itertuples()
    return found


class TestSample:
    def test_clean_set_has_no_false_alarm(self, clean: QualityReport) -> None:
        assert {one.rule.severity for one in clean.broken} <= {"note"}
        assert len(clean.to_frame("effect")) == 0

    def test_every_planted_fault_is_accounted_for(self) -> None:
        assert {*FOUND_AS, *TAKEN_CARE_OF} == set(PLANTED)

    @pytest.mark.parametrize("fault", FOUND_AS)
    def test_planted_fault_is_found_exactly(self, fault: str, dirty: QualityReport) -> None:
        assert row(dirty, *FOUND_AS[fault]).n == PLANTED[fault]

    def test_charge_before_complaint(self, dirty: QualityReport) -> None:
        """A charge dated by its month only can be earlier than the complaint too."""
        texts = pd.read_csv(SAMPLE / "bolivia_cases_dirty.csv", sep=";", dtype=str, encoding="utf-8-sig")
        months = texts[texts["Fecha de imputación"].str.fullmatch(r"[a-z]{3}-\d\d", na=False)]
        placed = (
            months["Fecha de imputación"].map({"ene-16": "2016-01-15", "sep-17": "2017-09-15"}).astype("datetime64[s]")
        )
        earlier = placed < pd.to_datetime(months["Fecha de denuncia"], format="%d/%m/%Y")
        assert (
            row(dirty, "dates_out_of_order", "charged<complaint").n
            == PLANTED["charge_before_complaint"] + earlier.sum()
        )

    def test_code_for_missing_is_no_fault(self, dirty: QualityReport) -> None:
        """A date that says "S/D" is as missing as one that cannot be read; both are in the completeness."""
        frame = dirty.to_frame("completeness").set_index("column")
        lost = PLANTED["stage_skipped"]
        assert frame.loc["charged", "not_recorded"] == lost
        assert frame.loc["complaint", "not_recorded"] == PLANTED["complaint_missing"] + PLANTED["default_date_1900"]

    def test_errors_and_warnings_are_the_planted_ones(self, dirty: QualityReport) -> None:
        serious = {one.rule.id for one in dirty.broken if one.rule.severity != "note"}
        assert serious == {rule for rule, _ in FOUND_AS.values()} - {"month_only_dates"}

    def test_national_extract_is_clean(self) -> None:
        report = check(read_cases(mapping=SAMPLE / "bolivia_national_mapping.toml"))
        assert {one.rule.severity for one in report.broken} <= {"note"}

    def test_closed_files_are_clean(self) -> None:
        report = check(read_cases(mapping=SAMPLE / "bolivia_closed_mapping.toml"))
        assert {one.rule.severity for one in report.broken} <= {"note"}


class TestReport:
    def test_worst_first(self, dirty: QualityReport) -> None:
        order = ["error", "warning", "note"]
        severities = [order.index(one) for one in dirty.to_frame()["severity"]]
        assert severities == sorted(severities)

    def test_sentences_say_what_how_often_what_it_touches_and_what_to_do(self, dirty: QualityReport) -> None:
        said = [one.text() for one in dirty.findings()]
        (one,) = [text for text in said if text.startswith("[error] The case has ended, but no date says when")]
        assert f"says when: {PLANTED['outcome_without_date']} of " in one
        assert "Touches: everything about time." in one
        assert "What to do: Enter the date of the ending." in one

    def test_what_touches_all_of_support_is_told_in_one_word(self, dirty: QualityReport) -> None:
        rules = dirty.tables["rules"]
        told = rules.labels["touches"].items()
        names = [one.text() for touches, one in told if set(SUPPORT) <= set(touches.split(", "))]
        assert any("everything about support" in one for one in names)
        assert all("who supports, and from when" not in one for one in names)

    def test_no_code_names_for_the_reader(self, dirty: QualityReport) -> None:
        for text in (*dirty.findings(), dirty.heading, dirty.definition.answers):
            for language in ("en", "es"):
                assert not re.search(r"[a-z]_[a-z]", text.text(language)), text.text(language)

    @pytest.mark.parametrize("table", ["main", "completeness", "effect", "rules"])
    def test_tables_in_spanish(self, table: str, dirty: QualityReport) -> None:
        english, spanish = (dirty.tables[table].display(language) for language in ("en", "es"))
        assert len(english[1]) == len(spanish[1]) == len(dirty.tables[table]) > 0
        assert not re.search(r"dates_out_of_order|left_out", str(english[1] if table != "rules" else ""))

    def test_counts_and_shares(self, dirty: QualityReport) -> None:
        frame = dirty.to_frame()
        assert (frame["n"] <= frame["denominator"]).all()
        assert frame["share"].tolist() == pytest.approx((frame["n"] / frame["denominator"]).tolist())

    def test_rules_table_has_them_all(self, dirty: QualityReport) -> None:
        frame = dirty.to_frame("rules").set_index("rule")
        assert frame.loc["start_missing", "state"] == "broken"
        assert frame.loc["several_outcomes", "state"] == "kept"
        assert frame.loc["open_in_closed_files", "state"] == "not_looked_at"
        assert (frame["remedy"].str.len() > 10).all()

    def test_effect_is_what_the_indicator_leaves_out(self, dirty: QualityReport, dirty_cases: CaseData) -> None:
        table = risk_table(dirty_cases, start="complaint", outcomes=None)
        expected = {reason: int(counts.sum()) for reason, counts in table.left_out.items()}
        frame = dirty.to_frame("effect")
        mine = frame[(frame["indicator"] == "cumulative_incidence") & (frame["effect"] == "left_out")]
        assert dict(zip(mine["reason"], mine["n"], strict=True)) == expected
        words = f"Time since the start cannot be told of {sum(expected.values())} of {dirty_cases.n_units:,} units"
        assert words in dirty.summary()

    def test_no_id_anywhere(self, dirty: QualityReport, dirty_cases: CaseData) -> None:
        ids = set(offending_units(dirty_cases, "similar_ids")["unit_id"])
        assert ids
        text = dirty.summary() + dirty.summary("es") + dirty._repr_html_() + repr(dirty)
        text += "".join(str(dirty.to_frame(one).to_dict()) for one in dirty.tables)
        assert not [one for one in ids if one in text]

    def test_drawn(self, dirty: QualityReport, clean: QualityReport) -> None:
        axes = dirty.plot(language="es")
        assert axes.lines[0].get_xdata().tolist() == [
            (one.whole or max(one.parts, key=lambda part: part.n / part.base)).n
            / (one.whole or max(one.parts, key=lambda part: part.n / part.base)).base
            for one in dirty.broken
        ]
        assert clean.plot().get_xlabel() == "share that breaks the rule"

    def test_completeness_is_drawn_when_nothing_is_broken(self, dirty_cases: CaseData) -> None:
        report = check(dirty_cases, rules="several_outcomes")
        assert report.broken == ()
        assert report.findings()[0].text().startswith("1 rule")
        assert report.plot().get_xlabel() == "share recorded"

    def test_chosen_rules(self, dirty_cases: CaseData) -> None:
        report = check(dirty_cases, rules=("start_missing", "impossible_ages"))
        assert set(report.to_frame()["rule"]) == {"start_missing", "impossible_ages"}

    def test_wrong_calls(self, dirty_cases: CaseData) -> None:
        with pytest.raises(QuestionError, match="Did you mean 'impossible_ages'"):
            check(dirty_cases, rules="imposible_ages")
        with pytest.raises(QuestionError, match="between 0 and 1"):
            check(dirty_cases, enough_recorded=80)


class TestPage:
    def test_every_rule_is_explained(self) -> None:
        """The page lists each rule with its severity, and no rule that is not there."""
        page = (ROOT / "docs" / "data_quality.md").read_text(encoding="utf-8")
        listed = dict(re.findall(r"^\| `(\w+)` \| (error|warning|note) \|", page, flags=re.MULTILINE))
        assert listed == {one.id: one.severity for one in RULES}


@pytest.mark.needs_data
class TestIndia:
    """The published case list: negative ages, decisions after the cut-off, and a year column that is out of step."""

    @pytest.fixture(scope="class")
    @classmethod
    def cases(cls, shared_data: Path) -> CaseData:
        return read_cases(shared_data / "india_pocso" / "cases.csv.gz", mapping=INDIA)

    @pytest.fixture(scope="class")
    @classmethod
    def report(cls, cases: CaseData) -> QualityReport:
        return check(cases)

    def test_negative_ages(self, report: QualityReport) -> None:
        assert row(report, "ending_before_start").n == 3
        assert row(report, "start_after_cutoff", "pending").n == 11
        assert row(report, "start_after_cutoff").n == 12

    def test_decisions_after_the_cutoff(self, report: QualityReport) -> None:
        assert row(report, "date_after_cutoff").n == 3

    def test_scrambled_year(self, report: QualityReport) -> None:
        scrambled, good = (row(report, "year_disagrees", one) for one in ("reg_year_in_age_file", "reg_year"))
        assert 1 - scrambled.share == pytest.approx(0.194, abs=0.0005)
        assert 1 - good.share == pytest.approx(0.99995, abs=0.000005)

    def test_they_leave_time_and_stay_in_the_caseload(self, report: QualityReport) -> None:
        frame = report.to_frame("effect")
        left_out = frame[frame["effect"] == "left_out"]
        time = left_out[left_out["indicator"] == "cumulative_incidence"]
        assert dict(zip(time["reason"], time["n"], strict=True)) == {
            "start_after_cutoff": 12,
            "end_before_start": 3,
            "end_after_cutoff": 2,
        }
        assert "caseload" not in set(left_out["indicator"])

    def test_nothing_else(self, report: QualityReport) -> None:
        serious = {one.rule.id for one in report.broken if one.rule.severity != "note"}
        assert serious == {"ending_before_start", "start_after_cutoff", "date_after_cutoff", "year_disagrees"}


@pytest.mark.needs_data
def test_cook_county(shared_data: Path) -> None:
    """587 of the 20,234 charges with a disposition were disposed of before they were received, as others counted."""
    assert shared_data.is_dir()
    mapping = Path(__file__).resolve().parents[2] / "real" / "cook" / "charges.toml"
    report = check(read_cases(mapping=mapping, faults="count"), rules="dates_out_of_order")
    frame = report.to_frame().set_index("detail")
    assert (frame["n"] == 587).sum() == 1
    assert frame.loc[frame["n"] == 587, "denominator"].tolist() == [20_234]
