"""Rates of a population: by hand, standardised, from tables of counts, at the edges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError, ReadError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.counts.data import CountData
from justice_metrics.estimate.age_standardise import poisson_rate
from justice_metrics.measures.rates.population_rates import population_rates
from tests.made_cases import wide

# Days counted from 1 January 2015; the cut-off is the last day of June 2016, the 182nd of 366.
CUTOFF = 365 + 181


@pytest.fixture(scope="module")
def cases() -> CaseData:
    people = [
        *[("La Paz", 12, 10 * n) for n in range(6)],
        *[("La Paz", 40, 400 + n) for n in range(3)],
        *[("Oruro", 15, 20 + n) for n in range(2)],
        ("Oruro", None, 30),
        ("Beni", 15, 30),
    ]
    rows = [
        {"id": f"u{place}", "complaint": day, "department": where, "age": age}
        for place, (where, age, day) in enumerate(people)
    ]
    return wide(rows, cutoff=CUTOFF, types={"age": "number"})


def people(folder: Path, text: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [
        f"{year},{where},{age},{n}"
        for year in (2015, 2016)
        for where, age, n in (
            ("La Paz", "0-17", 40_000), ("La Paz", "18+", 60_000), ("Oruro", "0-17", 30_000), ("Oruro", "18+", 20_000),
            ("Pando", "0-17", 1_000), ("Pando", "18+", 1_000),
        )
    ]  # fmt: skip
    return people(tmp_path, "year,department,age,population\n" + "\n".join(rows) + "\n")


def shown(result: Any, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(result.tables[table][one].tolist() for one in columns), strict=True))


class TestByHand:
    def test_by_year_with_the_part_of_the_last_one(self, cases: CaseData, file: Path) -> None:
        found = population_rates(cases, population=file)
        half = 182 / 366
        assert shown(found, "main", "year", "numerator") == [("2015", 10), ("2016", 3)]
        np.testing.assert_allclose(found.main["people"], [152_000, 152_000 * half])
        np.testing.assert_allclose(found.main["estimate"], [1e5 * 10 / 152_000, 1e5 * 3 / (152_000 * half)])
        exact = poisson_rate(np.array([10]), np.array([1.52]))
        assert found.main["conf_low"][0] == pytest.approx(exact.conf_low[0])
        assert any("cover a part of" in str(one) for one in found.notes)

    def test_by_department(self, cases: CaseData, file: Path) -> None:
        """Pando has people and no event: a true zero. Beni has an event and nobody says how many people."""
        main = population_rates(cases, population=file, by="department").main
        assert main["department"].tolist() == ["Beni", "La Paz", "Oruro", "Pando"]
        assert main["numerator"].tolist() == [1, 9, 3, 0]
        assert main.statuses["estimate"] == ("not_available", "", "", "")
        assert main["estimate"][3] == 0
        assert main["conf_high"][3] > 0
        assert np.isnan(main["conf_high"][0])

    def test_all_together(self, cases: CaseData, file: Path) -> None:
        found = population_rates(cases, population=file, by=(), per_people=1_000)
        assert len(found.main) == 1
        assert found.main["estimate"][0] == pytest.approx(1_000 * 13 / (152_000 * (1 + 182 / 366)))
        assert "13" in str(found.findings()[0])


class TestAges:
    def test_standardised_by_hand(self, cases: CaseData, file: Path) -> None:
        found = population_rates(cases, population=file, by="department", age="age")
        time = 1 + 182 / 366
        ages = [one for one in shown(found, "ages", "department", "age", "numerator") if one[0] != "Beni"]
        assert ages[:4] == [("La Paz", "0-17", 6), ("La Paz", "18+", 3), ("Oruro", "0-17", 2), ("Oruro", "18+", 0)]
        young, old = 71_000, 81_000
        table = found.tables["standardised"]
        place = table["department"].tolist().index("La Paz")
        rate = (young * 6 / (40_000 * time) + old * 3 / (60_000 * time)) / (young + old)
        assert table["estimate"][place] == pytest.approx(1e5 * rate)
        assert table["conf_low"][place] < table["estimate"][place] < table["conf_high"][place]
        indirect = found.tables["indirect"]
        all_young, all_old = 8 / (young * time), 3 / (old * time)
        assert indirect["expected"][place] == pytest.approx(time * (40_000 * all_young + 60_000 * all_old))
        assert indirect["expected"][np.isfinite(indirect["expected"])].sum() == pytest.approx(11)
        assert any("without a known age" in str(one) for one in found.notes)
        # one case of Oruro has no age: it is in the plain rate only
        plain = found.main["numerator"][found.main["department"].tolist().index("Oruro")]
        assert (plain, table["numerator"][table["department"].tolist().index("Oruro")]) == (3, 2)

    def test_a_standard_of_ones_own(self, cases: CaseData, file: Path, tmp_path: Path) -> None:
        standard = people(tmp_path, "age,population\n0-17,1\n18+,0\n", "standard.csv")
        found = population_rates(cases, population=file, by="department", age="age", standard_file=standard)
        table = found.tables["standardised"]
        place = table["department"].tolist().index("La Paz")
        young = found.tables["ages"]
        assert table["estimate"][place] == pytest.approx(
            young["estimate"][shown(found, "ages", "department", "age").index(("La Paz", "0-17"))]
        )
        assert dict(found.provenance.settings)["standard_file"] == "standard.csv"
        assert dict(found.provenance.settings)["population"] == "people.csv"

    def test_the_standard_of_the_who(self, cases: CaseData, tmp_path: Path) -> None:
        given = people(tmp_path, "age;poblacion\n0-14;50000\n15-44;50000\n45+;50000\n")
        found = population_rates(cases, population=given, by=(), age="age", standard="who")
        counts, weights = np.array([6, 6, 0]), np.array([26.15, 45.97, 27.915])
        time = 1 + 182 / 366
        wanted = 1e5 * (weights * counts / (50_000 * time)).sum() / weights.sum()
        assert found.tables["standardised"]["estimate"][0] == pytest.approx(wanted, rel=1e-9)
        assert any("has no years" in str(one) for one in found.notes)

    def test_bands_that_the_who_does_not_know(self, cases: CaseData, file: Path) -> None:
        with pytest.raises(QuestionError, match="by five years"):
            population_rates(cases, population=file, age="age", standard="who")

    def test_a_standard_of_other_ages(self, cases: CaseData, file: Path, tmp_path: Path) -> None:
        other = people(tmp_path, "age,population\n0-9,5\n", "standard.csv")
        with pytest.raises(QuestionError, match="'0-9'"):
            population_rates(cases, population=file, age="age", standard_file=other)


class TestTablesOfCounts:
    def test_people_of_the_table_and_what_is_missing(self) -> None:
        table = pd.DataFrame({
            "Dep": ["A", "A", "B", "B"], "Year": [2018, 2019, 2018, 2019], "New": [10, "NA", 0, 4],
            "People": [50_000, 50_000, 20_000, 20_000],
        })  # fmt: skip
        data = CountData.from_frame(
            table,
            {
                "counts": {
                    "period": "Year",
                    "keys": {"department": "Dep"},
                    "quantities": {"new": "New", "population": "People"},
                },
                "missing": {"NA": "not_available"},
            },
        )  # fmt: skip
        main = population_rates(data, by=("department", "year")).main
        assert main["estimate"].tolist()[:1] == [20.0]
        assert main.statuses["estimate"] == ("", "not_available", "", "")
        assert main["estimate"].tolist()[2:] == [0.0, 20.0]
        by_year = population_rates(data).main
        assert by_year.statuses["estimate"] == ("", "not_available")
        assert by_year["estimate"][0] == pytest.approx(1e5 * 10 / 70_000)

    @pytest.mark.parametrize("with_people", [True, False])
    def test_where_it_does_not_apply_the_people_do_not_count(self, with_people: bool, tmp_path: Path) -> None:
        """Ten events to 50,000 people in A in 2018; in 2019, and in B, no such thing exists."""
        table = pd.DataFrame({
            "Dep": ["A", "A", "B", "B"], "Year": [2018, 2019, 2018, 2019], "New": [10, "NAP", "NAP", "NAP"],
            "People": [50_000, 50_000, 20_000, 20_000],
        })  # fmt: skip
        quantities = {"new": "New", "population": "People"} if with_people else {"new": "New"}
        data = CountData.from_frame(
            table if with_people else table.drop(columns="People"),
            {
                "counts": {"period": "Year", "keys": {"department": "Dep"}, "quantities": quantities},
                "missing": {"NAP": "not_applicable"},
            },
        )
        rows = "".join(f"{year},{where},{n}\n" for year in (2018, 2019) for where, n in (("A", 50_000), ("B", 20_000)))
        file = people(tmp_path, f"year,department,population\n{rows}")
        settings: dict[str, Any] = {} if with_people else {"population": file}
        by_place = population_rates(data, by="department", **settings).main
        assert by_place["estimate"][0] == pytest.approx(20.0)
        if with_people:
            assert population_rates(data, by=(), **settings).main["estimate"][0] == pytest.approx(20.0)

    def test_a_register_that_begins_within_a_year_covers_a_part_of_it(self, tmp_path: Path) -> None:
        """A case a day from the 165th of 2015 on, no verdict before 2016: 2015 had none, which is a number."""
        rows = [
            {"id": str(day), "complaint": day, "verdict": 400 if day == 165 else None} for day in range(165, CUTOFF + 1)
        ]
        file = people(tmp_path, "year,population\n2015,365000\n2016,366000\n")
        found = population_rates(wide(rows, cutoff=CUTOFF), population=file, by="year")
        assert shown(found, "main", "year", "numerator", "people") == [
            ("2015", 200.0, 200_000.0),
            ("2016", 182.0, 182_000.0),
        ]
        assert any("a part of 2015, 2016" in str(one) or "2015 and 2016" in str(one) for one in found.notes)
        verdicts = population_rates(wide(rows, cutoff=CUTOFF), counted="verdict", population=file, by="year")
        assert verdicts.main["numerator"].tolist() == [0, 1]

    def test_years_after_the_last_registration_are_no_rate_of_zero(self, tmp_path: Path) -> None:
        rows = [{"id": str(day), "complaint": day, "verdict": 500 if day == 9 else None} for day in range(365)]
        file = people(tmp_path, "year,population\n2015,365000\n2016,366000\n")
        found = population_rates(wide(rows, cutoff=CUTOFF), population=file, by="year")
        assert shown(found, "main", "year", "numerator", "people") == [("2015", 365.0, 365_000.0)]
        assert any("Nothing was registered after 31 Dec 2015" in str(one) for one in found.notes)
        # of verdicts it is known that there were none
        verdicts = population_rates(wide(rows, cutoff=CUTOFF), counted="verdict", population=file, by="year")
        assert verdicts.main["numerator"].tolist() == [0, 1]

    def test_groups_that_did_not_report_are_told_and_are_not_all(self) -> None:
        table = pd.DataFrame({"p": [2019] * 2, "d": ["A", "B"], "n": [100, None], "pop": [1_000_000, 3_000_000]})
        quantities = {"new": "n", "population": "pop"}
        mapping = {"counts": {"period": "p", "keys": {"department": "d"}, "quantities": quantities}}
        data = CountData.from_frame(table, mapping)
        found = population_rates(data, by="department")
        assert "in the 1 of 2 groups that have both numbers: 100 in 1,000,000" in str(found.findings()[0])
        assert any("1 group did not report" in str(one) for one in found.notes)
        assert population_rates(data).findings() == ()

    def test_under_weights_no_interval_is_printed_either(self, file: Path) -> None:
        rows = [{"id": str(day), "complaint": day, "weight": 4.0} for day in range(60)]
        found = population_rates(wide(rows, cutoff=CUTOFF), population=file, by="year")
        assert np.isnan(found.main["conf_low"]).all()
        said = str(found.findings()[0])
        assert "240 in " in said
        assert "interval" not in said

    def test_nobody_says_how_many_people(self, cases: CaseData) -> None:
        with pytest.raises(QuestionError, match="Nobody says how many people"):
            population_rates(cases)


class TestRefusals:
    def test_columns_and_numbers(self, cases: CaseData, tmp_path: Path) -> None:
        with pytest.raises(MappingError, match="no column 'population'"):
            population_rates(cases, population=people(tmp_path, "year,n\n2015,5\n"))
        with pytest.raises(MappingError, match="no column 'department'"):
            population_rates(cases, population=people(tmp_path, "year,population\n2015,5\n"), by="department")
        with pytest.raises(CaseDataError, match="no number of people"):
            population_rates(cases, population=people(tmp_path, "year,population\n2015,many\n2016,3\n"))
        with pytest.raises(CaseDataError, match="without a year"):
            population_rates(cases, population=people(tmp_path, "year,population\nthen,5\n"))
        with pytest.raises(ReadError):
            population_rates(cases, population=tmp_path / "nothing.csv")

    def test_years_that_do_not_meet(self, cases: CaseData, tmp_path: Path) -> None:
        with pytest.raises(QuestionError, match="none of the years"):
            population_rates(cases, population=people(tmp_path, "year,population\n1990,5\n"))
        found = population_rates(cases, population=people(tmp_path, "year,population\n2015,50000\n"))
        assert found.main["numerator"].tolist() == [10]
        assert any("3 events lie in years" in str(one) for one in found.notes)

    def test_settings(self, cases: CaseData, file: Path) -> None:
        with pytest.raises(QuestionError, match="no attribute is named as the age"):
            population_rates(cases, population=file, standard="who")
        with pytest.raises(QuestionError, match="cannot be a group as well"):
            population_rates(cases, population=file, age="age", by="age")
        with pytest.raises(QuestionError, match="one person or more"):
            population_rates(cases, population=file, per_people=0)


class TestWords:
    def test_shown_and_drawn_in_both_languages(self, cases: CaseData, file: Path) -> None:
        found = population_rates(cases, population=file, by="department", age="age")
        for language in ("en", "es"):
            for table in found.tables.values():
                table.display(language)
            assert found.summary(language)
            axes = found.plot(language=language)
            assert np.size(axes.lines[0].get_xdata()) == 4

    def test_ages_as_groups(self, cases: CaseData, file: Path) -> None:
        main = population_rates(cases, population=file, by="age").main
        assert main["age"].tolist() == ["0-17", "18+", "not_recorded"]
        assert main["numerator"].tolist() == [9, 3, 1]
        assert main.statuses["estimate"][2] == "not_available"

    def test_weights_give_no_interval(self, file: Path) -> None:
        rows = [{"id": f"u{n}", "complaint": n, "weight": 2.5} for n in range(4)]
        found = population_rates(wide(rows, cutoff=CUTOFF), population=file)
        assert found.main["numerator"].tolist() == [10]  # the register stops in 2015
        assert np.isnan(found.main["conf_low"]).all()
