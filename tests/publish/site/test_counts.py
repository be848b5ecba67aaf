"""Figures and cubes of made counts, against sums done by hand."""

from __future__ import annotations

import dataclasses
import json

import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.base.language import Label
from justice_metrics.publish.site.counts import Capital, Number, populations, span_words
from justice_metrics.publish.site.cubes import cube_json, cube_record, cubes_of
from justice_metrics.publish.site.figures import figures_of
from justice_metrics.publish.site.model import Figure
from justice_metrics.publish.site.turned import MonthName, compared_table, shape_of, turned_table
from tests.publish.site.made_site import HOSTILE, release


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return {one.id: one for one in figures_of(release())}


def test_which_figures_there_are_and_where(figures: dict[str, Figure]) -> None:
    assert {name: one.page for name, one in figures.items()} == {
        "start-headline": "start",
        "demand-month": "demand",
        "demand-offence": "demand",
        "territory-department": "territory",
    }
    assert [one.id for one in figures_of(release())][:2] == ["start-headline", "demand-month"]
    assert [one.cube for one in figures.values()] == ["case"] * 4


def test_what_to_read(figures: dict[str, Figure]) -> None:
    # 2023: twelve months of 30 + 2 p and of 20 + 2 p, p from 0 to 11: 360 + 132 and 240 + 132
    assert figures["demand-offence"].reads.text() == "2023, most of all: rape (492), abuse (372), stalking (0)."
    # February 2024 is p = 13: 50 + 4 × 13; March is over too: 50 + 4 × 14 and the 3 of stalking
    assert figures["demand-month"].reads.text("en") == "Mar 2024: 109; Mar 2023: 58."


def test_a_year_that_is_not_over_is_provisional_and_hidden_numbers_are_counted(figures: dict[str, Figure]) -> None:
    told = figures["demand-offence"].provisional
    assert told is not None
    assert told.text().startswith("Provisional: 2024 is not over in the data, which are complete to 31 Mar 2024")
    assert {name: one.hidden for name, one in figures.items()} == {
        "start-headline": 0,
        "demand-month": 0,
        "demand-offence": 2,
        "territory-department": 0,
    }


def test_groups_stand_against_years_the_largest_first(figures: dict[str, Figure]) -> None:
    figure = figures["demand-offence"]
    assert shape_of(figure) == "years"
    headings, rows = turned_table(figure).display("en")
    assert headings == ["offence", "2023", "2024 (provisional)"]
    assert rows == [["rape", "492", "168"], ["abuse", "372", "hidden"], ["stalking", "0", "hidden"]]


def test_this_year_stands_beside_the_same_months_of_the_last_one(figures: dict[str, Figure]) -> None:
    figure = figures["demand-offence"]
    headings, rows = compared_table(figure.further[0], figure).display("en")
    assert headings == ["offence", "Jan 2024 to Mar 2024 (provisional)", "Jan 2023 to Mar 2023", "relative change"]
    assert rows == [
        ["rape", "168", "96", "+75.0\xa0%"],
        ["abuse", "hidden", "66", "hidden"],
        ["stalking", "hidden", "0", "hidden"],
    ]


def test_months_stand_against_years_and_one_that_is_not_there_is_no_zero(figures: dict[str, Figure]) -> None:
    figure = figures["demand-month"]
    assert shape_of(figure) == "months"
    headings, rows = turned_table(figure).display("es")
    assert headings[:2] == ["mes", "2023"]
    assert rows[0] == ["enero", "50", "98"]
    assert rows[11] == ["diciembre", "94", "–"]


def test_a_cube_holds_what_the_tables_hold() -> None:
    (cube,) = cubes_of(release())
    assert [one.id for one in cube.dimensions] == ["period", "offence", "department"]
    tables = {(one.period, one.by): one.rows for one in cube.tables}
    assert tables["year", ()] == {("2023",): (864.0, ""), ("2024",): (309.0, "")}
    assert tables["year", ("offence",)]["2024", "stalking"] == (None, "suppressed")
    assert tables["year", ("offence", "department")]["2023", "rape", HOSTILE] == (126.0, "")
    assert ("2023", "stalking", HOSTILE) not in tables["year", ("offence", "department")]


def test_a_cube_as_json_says_the_same_by_the_places_of_its_levels() -> None:
    (cube,) = cubes_of(release())
    record = json.loads(cube_json(cube, ["es", "en"]))
    levels = {one["id"]: [level["id"] for level in one["levels"]] for one in record["dimensions"]}
    for table, made in zip(record["tables"], cube.tables, strict=True):
        ids = [
            [levels[name][place] for place in column]
            for name, column in zip(["period", *table["by"]], table["columns"], strict=True)
        ]
        back = {
            key: (number, table["statuses"].get(str(row), ""))
            for row, (key, number) in enumerate(zip(zip(*ids, strict=True), table["numbers"], strict=True))
        }
        assert back == dict(made.rows)
    words = {one["id"]: one["words"] for one in record["dimensions"]}
    assert words["offence"] == {"es": "delito", "en": "offence"}
    assert cube_record(cube, ["en"])["unit"] == "case"


def test_one_population_asked_twice_is_one_cube_and_its_first_table_counts() -> None:
    (answer,) = release().results
    (kept,) = populations([answer, answer]).values()
    assert len(kept) == len(answer.tables)
    assert {one.answer for one in kept} == {answer}


def test_a_figure_can_be_hidden_and_one_that_is_not_there_cannot() -> None:
    assert "demand-month" not in {one.id for one in figures_of(release(), hide=["demand-month"])}
    assert figures_of(release(), hide=["response-funnel"])  # it could be there
    with pytest.raises(OutputError, match="no figure 'demand-mont' to hide") as error:
        figures_of(release(), hide=["demand-mont"])
    assert "demand-month" in str(error.value)


def test_data_without_a_cutoff_have_no_figure() -> None:
    made = release()
    (answer,) = made.results
    bare = dataclasses.replace(answer, provenance=dataclasses.replace(answer.provenance, cutoff=None))
    with pytest.raises(OutputError, match="has no cut-off"):
        figures_of(dataclasses.replace(made, results=(bare,)))


def test_words() -> None:
    assert Capital(Label({"en": "rape", "es": "ámbito"})).text("es") == "Ámbito"
    assert Number(1234.0).text("es") == "1.234"
    assert [str(span_words("2018", n)) for n in (1, 4, 12)] == ["Jan 2018", "Jan 2018 to Apr 2018", "2018"]
    assert [MonthName(3).text(one) for one in ("es", "en", "xx")] == ["marzo", "March", "March"]
