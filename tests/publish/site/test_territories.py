"""Numbers by territory on a map: classes in words, hidden and missing kept apart, territories that are not on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import SettingsError
from justice_metrics.base.language import Label
from justice_metrics.base.table import Column, Table, Unit
from justice_metrics.publish.site.shapes import Shapes, read_shapes, shapes_of
from justice_metrics.publish.site.territories import (
    HIDDEN,
    NO_NUMBER,
    class_table,
    ensure_on_map,
    on_map,
)
from justice_metrics.simulate.bolivia_shapes import bolivia_shapes

MEXICO = Path(__file__).parent / "mexico_states.geojson"
NAN = float("nan")


@pytest.fixture(scope="module")
def bolivia() -> Shapes:
    return shapes_of(bolivia_shapes())


def table(
    levels: Sequence[str],
    values: Sequence[float],
    *,
    periods: Sequence[str] = (),
    provisional: str = "",
    labels: dict[str, str] | None = None,
    unit: Unit = "units",
) -> Table:
    """Return a table as the counts of a site are published: what has no number is hidden."""
    periods = periods or ["2024"] * len(levels)
    columns = (
        Column("department", Label("department"), "text", "stratum", "stratum"),
        Column("period", Label("year"), "text", "key", "key"),
        Column("maturity", Label("state"), "text", "key", "key"),
        Column("count", Label("complaints"), unit, "count", "count"),
    )
    numbers = np.array(values, np.float64)
    return Table(
        columns,
        {
            "department": list(levels),
            "period": list(periods),
            "maturity": ["provisional" if one == provisional else "complete" for one in periods],
            "count": numbers,
        },
        labels={"department": {key: Label(words) for key, words in (labels or {}).items()}},
        statuses={"count": ["suppressed" if np.isnan(one) else "" for one in numbers]},
    )


LEVELS = ["La Paz", "Santa Cruz", "Cochabamba", "Chuquisaca", "Oruro", "Potosí", "Tarija", "Beni"]
COUNTS = [2100.0, 1850, 990, 410, 230, 250, 330, NAN]


def test_a_map_by_hand(bolivia: Shapes) -> None:
    shown = on_map(bolivia, table([*LEVELS, "not_recorded"], [*COUNTS, 40]), place="department", value="count")
    assert [one.words.text("en") for one in shown.steps] == [
        "200 to 299",
        "300 to 999",
        "1,000 to 2,999",
        "hidden to protect persons",
        "no number published",
    ]
    step = dict(zip(shown.levels, shown.of, strict=True))
    assert [step[one] for one in ("Oruro", "Tarija", "La Paz", "Beni", "Pando")] == ["0", "1", "2", HIDDEN, NO_NUMBER]
    assert [one.text("en") for one in shown.off] == ["not recorded"]


def test_accents_capitals_and_words_of_a_level_find_their_shape(bolivia: Shapes) -> None:
    given_levels = ["la paz", "SANTA CRUZ", "3", "4"]
    given_table = table(given_levels, [50, 60, 70, 80], labels={"3": "Potosi", "4": "Tarija"})
    shown = on_map(bolivia, given_table, place="department", value="count")
    assert set(given_levels) <= set(shown.levels)
    assert sum(one.isdecimal() for one in shown.of) == 4
    assert "Potosi" in [one.text() for one in shown.names]


def test_codes_of_an_office_are_shown_with_the_names_of_the_map() -> None:
    shapes = read_shapes(MEXICO, code="cve_ent")
    shown = on_map(shapes, table(["1", "02", "9"], [50, 60, 70]), place="department", value="count")
    assert shown.levels[:3] == ("1", "02", "03")
    assert [one.text() for one in shown.names][:3] == ["Aguascalientes", "Baja California", "Baja California Sur"]


def test_the_last_complete_period_is_drawn_unless_another_is_named(bolivia: Shapes) -> None:
    of = [year for year in ("2023", "2024", "2025") for _ in range(2)]
    years = table(["La Paz", "Beni"] * 3, [10, 11, 500, 600, 70, 80], periods=of, provisional="2025")
    shown = on_map(bolivia, years, place="department", value="count")
    assert shown.period is not None
    assert shown.period.text() == "2024"
    assert shown.steps[0].words.text() == "500 to 699"
    other = on_map(bolivia, years, place="department", value="count", at={"period": "2023"})
    assert other.steps[0].words.text() == "10 to 11"


def test_a_year_is_over_when_the_data_reach_its_last_day(bolivia: Shapes) -> None:
    columns = (
        Column("department", Label("department"), "text", "stratum", "stratum"),
        Column("year", Label("year"), "text", "stratum", "stratum"),
        Column("count", Label("complaints"), "units", "count", "count"),
    )
    places, years = ["La Paz", "Beni"] * 3, ["2023", "2023", "2024", "2024", "not_recorded", "not_recorded"]
    counts = Table(columns, {"department": places, "year": years, "count": np.array([20.0, 30, 700, 800, 11, 12])})
    for day, year in ((dt.date(2024, 12, 31), "2024"), (dt.date(2024, 12, 30), "2023"), (dt.date(2020, 1, 1), "2024")):
        shown = on_map(bolivia, counts, place="department", value="count", cutoff=day)
        assert shown.period is not None
        assert shown.period.text() == year


def test_rates_are_told_of_their_cases(bolivia: Shapes) -> None:
    columns = (
        Column("department", Label("department"), "text", "stratum", "stratum"),
        Column("numerator", Label("cases"), "units", "count", "count"),
        Column("estimate", Label("rate"), "number", "estimate", "coefficient"),
    )
    rates = Table(
        columns,
        {
            "department": LEVELS[:5],
            "numerator": np.array([50, 60, NAN, 70.0, 80.0]),
            "estimate": np.array([1.25, 1.5, NAN, 8.0, 9.0]),
        },
        statuses={"numerator": ["", "", "suppressed", "", ""]},
    )
    shown = on_map(bolivia, rates, place="department", value="estimate", people="numerator")
    assert dict(zip(shown.levels, shown.of, strict=True))["Cochabamba"] == HIDDEN
    assert [one.words.text("en") for one in shown.classes] == ["from 0 to under 5", "from 5 to under 10"]


def test_a_territory_that_is_not_on_the_map_is_named_when_ten_cases_hold_it(bolivia: Shapes) -> None:
    missing = table(["La Paz", "Atacama", "Colón", "Litoral"], [100, 12, 4, NAN])
    with pytest.raises(SettingsError) as caught:
        ensure_on_map(bolivia, missing, place="department", value="count")
    assert str(caught.value).startswith("3 values of 'department'")
    assert "Santa Cruz, Cochabamba" in str(caught.value.remedy)  # what the map has and the data do not
    assert "Atacama" in str(caught.value)
    assert "Colón" not in str(caught.value)
    assert "Litoral" not in str(caught.value)
    with pytest.raises(SettingsError) as few:
        on_map(bolivia, table(["La Paz", "Colón"], [100, 4]), place="department", value="count")
    assert "Colón" not in str(few.value)


def test_several_numbers_for_one_area_are_no_map(bolivia: Shapes) -> None:
    with pytest.raises(TypeError, match="department"):
        on_map(bolivia, table(["La Paz", "La Paz", "Beni"], [50, 60, 70]), place="department", value="count")


def test_what_is_no_territory_needs_no_place_on_the_map(bolivia: Shapes) -> None:
    ensure_on_map(
        bolivia, table(["all", "not_recorded", "few_together", "La Paz"], [99] * 4), place="department", value="count"
    )


def test_the_table_of_the_map_has_the_same_classes_and_no_number(bolivia: Shapes) -> None:
    found = class_table(bolivia, table(LEVELS, COUNTS), place="department", value="count")
    assert found is not None
    headings, rows = found.display("en")
    assert headings == ["department", "complaints, in classes"]
    assert rows[0] == ["La Paz", "1,000 to 2,999"]
    assert rows[-2:] == [["Beni", "hidden to protect persons"], ["Pando", "no number published"]]
    assert found.guard == "words"


@pytest.mark.parametrize("values", [[], [50.0], [NAN, NAN], [3.0, 4.0]])
def test_too_few_areas_or_cases_make_no_class(bolivia: Shapes, values: list[float]) -> None:
    few = table(LEVELS[: len(values)], values)
    assert on_map(bolivia, few, place="department", value="count").classes == ()
    assert class_table(bolivia, few, place="department", value="count") is None


@given(st.lists(st.one_of(st.integers(10, 5000).map(float), st.just(NAN)), min_size=8, max_size=8))
@settings(max_examples=40, deadline=None)
def test_every_number_lies_in_the_words_of_its_class(bolivia: Shapes, values: list[float]) -> None:
    shown = on_map(bolivia, table(LEVELS, values), place="department", value="count")
    words = {one.id: one.words.text("en").replace(",", "") for one in shown.classes}
    if not words:
        assert sum(np.isfinite(values)) < 2
        return
    for level, step in zip(shown.levels, shown.of, strict=True):
        value = dict(zip(LEVELS, values, strict=True)).get(level, NAN)
        assert np.isnan(value) == (step not in words)
        if step in words:
            low, _, high = words[step].partition(" to ")
            assert int(low) <= value <= int(high or low)
