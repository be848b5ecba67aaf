"""Crosswalks and official tables of made cases: what they give, and what they must not give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError, SettingsError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.counts.data import CountData
from justice_metrics.measures.series.crosswalk import crosswalk
from justice_metrics.measures.series.official_tables import official_tables
from tests.made_cases import wide

OFFENCES = ("Violación (art. 308)", "Abuso sexual", "Violencia familiar o doméstica", "Hurto", None)
ROWS = [
    {"id": f"{place}{year}", "complaint": day, "outcome": "pending", "offence": offence}
    for place, offence in enumerate(OFFENCES)
    for year, day in ((2015, 10), (2016, 400))
    if not (place == 1 and year == 2016)
]


def cases(unit: str = "case") -> CaseData:
    return wide(ROWS, cutoff=729).with_(unit=unit)


class TestCrosswalk:
    def test_by_hand(self) -> None:
        main = crosswalk(cases()).main
        found = dict(zip(main["offence"], zip(main["units"], main["iccs"], main["fit"], strict=True), strict=True))
        assert found == {
            "Violación (art. 308)": (2, "03011", "whole"),
            "Abuso sexual": (1, "030121", "whole"),
            "Violencia familiar o doméstica": (2, "02", "mixed"),
            "Hurto": (2, "", "not_matched"),
            "not_recorded": (2, "", "not_matched"),
        }

    def test_all_units_are_in_one_group(self) -> None:
        answer = crosswalk(cases())
        groups = answer.tables["groups"]
        assert dict(zip(groups["group"], groups["units"], strict=True)) == {
            "rape": 2,
            "sexual_assault": 1,
            "violence_against_women": 2,
            "not_matched": 4,
        }
        codes = answer.tables["codes"]
        assert codes["whole"].tolist() == [0, 2, 1]  # 02 is mixed, 03011 and 030121 are whole

    def test_it_says_how_sure_it_is(self) -> None:
        answer = crosswalk(cases())
        assert set(answer.main["certainty"]) == {"seen", ""}
        assert any("no official table of correspondence" in str(one) for one in answer.notes)
        # the missing offence is no name that somebody could add
        assert any("1 name of an offence is not in the crosswalk" in str(one) for one in answer.notes)

    def test_counts(self) -> None:
        frame = pd.DataFrame({"y": [2019, 2019], "d": ["Violación", "Hurto"], "in": ["5", "NA"]})
        data = CountData.from_frame(
            frame,
            {
                "counts": {"unit": "case", "period": "y", "keys": {"offence": "d"}, "quantities": {"new": "in"}},
                "missing": {"NA": "not_available"},
            },
        )
        answer = crosswalk(data, country="BO")
        told = dict(zip(answer.main["offence"], answer.main["units"], strict=True))
        # a number that nobody gave is none: not 0
        assert told["Violación"] == 5
        assert np.isnan(told["Hurto"])
        assert "not_available" in answer.main.statuses["units"]
        groups = answer.tables["groups"]
        assert dict(zip(groups["group"], groups.statuses["units"], strict=True))["not_matched"] == "not_available"
        assert not any("100" in str(one) for one in answer.findings())
        assert answer.summary()
        assert any("1 cell of the table holds no number" in str(one) for one in answer.notes)
        with pytest.raises(SettingsError, match="No country is named"):
            crosswalk(data)

    def test_own_table_is_named_without_its_folder(self, tmp_path: Path) -> None:
        own = tmp_path / "own.csv"
        own.write_text("offence,group,iccs,fit,certainty\nhurto,theft,05,whole,from_memory\n", encoding="utf-8")
        answer = crosswalk(cases(), table=own)
        assert dict(answer.provenance.settings)["table"] == "own.csv"
        assert answer.main["group"].tolist().count("theft") == 1
        assert any("written down from memory" in str(one) for one in answer.notes)

    def test_no_such_attribute(self) -> None:
        with pytest.raises(QuestionError, match="no attribute 'crime'"):
            crosswalk(cases(), attribute="crime")
        with pytest.raises(QuestionError, match="no attribute 'crime'"):
            official_tables(cases(), attribute="crime")


def rows_of(answer: object, row: str) -> dict[str, tuple[float, float, str]]:
    main = answer.main  # type: ignore[attr-defined]
    kept = main["row"] == row
    return {
        period: (value, possible, reason)
        for period, value, possible, reason in zip(
            *(main[name][kept] for name in ("period", "value", "possible", "reason")), strict=True
        )
    }


class TestOfficialTables:
    def test_offences_by_year_by_hand(self) -> None:
        answer = official_tables(cases())
        # rape and abuse are sexual violence; violence in the family, and what nobody placed, may hold more of it
        assert rows_of(answer, "cts_recorded_0301") == {"2015": (2, 3, "in_part"), "2016": (1, 3, "in_part")}
        assert rows_of(answer, "cts_recorded_03011")["2015"] == (1, 3, "in_part")

    def test_no_zero_where_something_may_belong(self) -> None:
        answer = official_tables(cases())
        value, possible, reason = rows_of(answer, "cts_recorded_03012")["2016"]
        assert np.isnan(value)
        assert (possible, reason) == (3, "only_mixed")

    def test_a_file_without_such_offences_says_nothing_of_them(self) -> None:
        rows = [{**row, "offence": "Violación"} for row in ROWS]
        answer = official_tables(wide(rows, cutoff=729))
        (line,) = rows_of(answer, "cts_recorded_0101").values()
        assert np.isnan(line[0])
        assert line[2] == "none"
        # and a zero is a zero where the offence is one of the file's
        later = [{"id": "x", "complaint": 400, "outcome": "pending", "offence": "Abuso sexual"}]
        first = [{"id": "y", "complaint": 10, "outcome": "pending", "offence": "Violación"}]
        answer = official_tables(wide([*first, *later], cutoff=729))
        assert rows_of(answer, "cts_recorded_03012") == {"2015": (0, 0, ""), "2016": (1, 0, "")}

    @pytest.mark.parametrize("unit", ["complaint", "case", "victim", "accused", "charge"])
    def test_complaints_are_never_in_a_survey_ratio(self, unit: str) -> None:
        main = official_tables(cases(unit)).main
        survey = np.char.startswith(main["row"].astype(str), "sdg_")
        assert survey.sum() == 5
        assert np.isnan(main["share"][survey].astype(float)).all()
        assert set(main["reason"][survey]) == {"survey"}
        assert {one for one, kept in zip(main.statuses["share"], survey, strict=True) if kept} == {"not_available"}
        assert np.isnan(main["value"][survey].astype(float)).all()

    def test_what_a_survey_gave_is_marked_as_handed_over(self) -> None:
        answer = official_tables(cases(), survey={"sdg_5_2_1": 0.25})
        main = answer.main
        kept = main["row"] == "sdg_5_2_1"
        assert main["share"][kept].tolist() == [0.25]
        assert main["reason"][kept].tolist() == ["given"]
        with pytest.raises(QuestionError, match="no row that a survey fills"):
            official_tables(cases(), survey={"cts_recorded_0101": 0.1})
        with pytest.raises(QuestionError, match="does not lie between 0 and 1"):
            official_tables(cases(), survey={"sdg_5_2_1": 25})

    def test_persons_are_counted_of_persons_only(self) -> None:
        (line,) = rows_of(official_tables(cases("victim")), "cts_convicted_all").values()
        assert line[2] == "not_persons"
        (line,) = rows_of(official_tables(cases("accused")), "cts_recorded_0301").values()
        assert line[2] == "not_offences"

    def test_persons_by_the_year_of_the_conviction(self) -> None:
        rows = [
            {"id": "a", "complaint": 10, "outcome": "convicted", "ended": 400, "offence": "Violación"},
            {"id": "b", "complaint": 10, "outcome": "convicted", "ended": 50, "offence": "Abuso sexual"},
            {"id": "c", "complaint": 10, "outcome": "rejected", "ended": 50, "offence": "Violación"},
        ]
        answer = official_tables(wide(rows, cutoff=729).with_(unit="accused"))
        assert rows_of(answer, "cts_convicted_0301") == {"2015": (1, 0, ""), "2016": (1, 0, "")}
        assert rows_of(answer, "cts_convicted_03011") == {"2015": (0, 0, ""), "2016": (1, 0, "")}
        assert rows_of(answer, "cts_prosecuted_all")[""][2] == "not_dated"

    def test_each_row_says_what_it_was_checked_against(self) -> None:
        sources = official_tables(cases()).tables["sources"]
        main = official_tables(cases()).main
        assert set(sources["row"]) == set(main["row"])
        assert set(sources["certainty"]) == {"seen", "from_memory"}

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_it_can_be_read_and_drawn(self, language: str) -> None:
        for answer in (official_tables(cases()), crosswalk(cases())):
            assert answer.summary(language)
            assert answer.plot(language=language).get_xlabel()


def test_the_goals_of_the_un_have_a_name_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "justice_metrics.base.language.catalogue", lambda _: {"SDG {number}": ("ODS {number}", "ODS {number}")}
    )
    answer = official_tables(cases(), country="BO")
    shown = {row[0] for name in ("main", "sources") for row in answer.tables[name].display("es")[1]}
    assert {"ODS 16.3.1", "ODS 5.2.1"} <= shown
    assert not any("SDG" in one.text("es") for one in answer.findings())
