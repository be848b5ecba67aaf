"""Months and years: what is hidden is an empty box, what is not over is told from what is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from justice_metrics.publish.site.charts.periods import months, years
from justice_metrics.publish.site.charts.pictures import spec_of
from tests.publish.site.charts.tables import LOOK, figure, rows, table

pytest.importorskip("altair")

MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024, 2025) for month in range(1, 13)][:30]


def monthly() -> Any:
    numbers = [place if place not in {13, 25} else None for place in range(30)]
    return table(period=MONTHS, maturity=["complete"] * 30, count=numbers)


def test_months_of_two_years_and_no_more() -> None:
    made = months(figure(monthly()), language="es", look=LOOK)
    assert made is not None
    spec = spec_of(made)
    assert {one["period"][:4] for one in spec["datasets"]["numbers"]} == {"2024", "2025"}
    assert spec["usermeta"]["series"] == {"now": "2025", "before": "2024", "hidden": "2024: reservado"}
    january = rows(spec, level="01")
    assert [(one["label"], one["series"], one["n"]) for one in january] == [("ene", "now", 24), ("ene", "before", 12)]


def test_a_hidden_month_has_a_box_and_a_month_to_come_has_none() -> None:
    spec = spec_of(months(figure(monthly()), language="en", look=LOOK))  # type: ignore[arg-type]
    assert [(one["n"], one["text"]) for one in rows(spec, level="02")] == [(None, "hidden"), (None, "hidden")]
    july = rows(spec, level="07", series="now")[0]
    assert (july["n"], july["text"], july["status"]) == (None, "", "")


def yearly(**more: Any) -> Any:
    return table(period=["2023", "2024", "2025"], maturity=["complete", "complete", "provisional"], **more)


def test_the_year_that_is_not_over_is_told() -> None:
    spec = spec_of(years(figure(yearly(count=[851, None, 338])), language="en", look=LOOK))  # type: ignore[arg-type]
    told = [(one["label"], one["n"], one["series"]) for one in spec["datasets"]["numbers"]]
    assert told == [("2023", 851, "year"), ("2024", None, "year"), ("2025", 338, "provisional")]
    assert spec["usermeta"]["series"] == {"year": "The whole year", "provisional": "Provisional"}


def test_the_months_to_date_stand_inside_the_years() -> None:
    answer: Any = SimpleNamespace(tables={"to_date": yearly(count=[400, None, 338])}, context=lambda: {"months": 6})
    shown = figure(yearly(count=[851, None, 338]), answer=answer)
    spec = spec_of(years(shown, language="en", look=LOOK))  # type: ignore[arg-type]
    assert [one["n"] for one in rows(spec, series="to_date")] == [400]
    assert spec["usermeta"]["series"] == {"to_date": "Jan to Jun", "year": "The whole year"}


def test_years_of_the_same_months_say_which() -> None:
    of = yearly(count=[400, 390, 338], before=[None, 400, 390])
    answer: Any = SimpleNamespace(tables={"to_date": of}, context=lambda: {"months": 6})
    spec = spec_of(years(figure(of, answer=answer), language="en", look=LOOK))  # type: ignore[arg-type]
    assert spec["usermeta"]["series"] == {"provisional": "Provisional"}
    assert spec["title"]["text"] == "Number of complaints, Jan to Jun"
    assert rows(spec, series="to_date") == []


def test_tables_by_more_than_periods_are_not_drawn() -> None:
    split = table(offence=["a", "b"], period=["2024", "2024"], count=[1, 2])
    assert years(figure(split), language="en", look=LOOK) is None
    assert months(figure(split), language="en", look=LOOK) is None
    assert months(figure(yearly(count=[1, 2, 3])), language="en", look=LOOK) is None
    assert years(figure(table(period=[], count=[])), language="en", look=LOOK) is None
