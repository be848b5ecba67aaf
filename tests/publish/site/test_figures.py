"""What to read of answers that have no sentence of their own, and which columns a page shows."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace
from typing import Any, cast

import pytest

from justice_metrics.base.language import Readable, tr
from justice_metrics.base.result import Published
from justice_metrics.base.table import Column, Table
from justice_metrics.publish.site.figures import PLANNED, _reads, last_whole_year, only_columns
from justice_metrics.publish.site.model import PAGES

NAN = float("nan")


def answer(question: str, table: Table | None = None, said: tuple[Readable, ...] = ()) -> Published:
    provenance = SimpleNamespace(question=question, cutoff=dt.date(2025, 6, 30))
    made = SimpleNamespace(provenance=provenance, main=table, findings=lambda: said, heading=tr("Findings"))
    return cast("Published", made)


def rates(rows: list[tuple[str, str, float]]) -> Table:
    columns = [
        Column("department", tr("department"), "text", "stratum", "stratum"),
        Column("year", tr("year"), "text", "stratum", "stratum"),
        Column("estimate", tr("rate"), "number", "estimate", "share"),
    ]
    values: dict[str, Any] = {one.name: [row[at] for row in rows] for at, one in enumerate(columns)}
    hidden = ["suppressed" if math.isnan(one) else "" for _, _, one in rows]
    return Table(columns, values, statuses={"estimate": hidden})


def test_rates_are_those_of_the_last_whole_year_without_hidden_ones() -> None:
    table = rates(
        [
            ("Oruro", "2024", 35.46),
            ("Pando", "2024", NAN),
            ("La Paz", "2024", 31.0),
            ("Beni", "2024", 8.2),
            ("Tarija", "2024", 12.04),
            ("not_recorded", "2024", 99.0),
            ("Oruro", "2025", 70.0),
        ]
    )
    assert last_whole_year(table, dt.date(2025, 6, 30)) == "2024"
    assert last_whole_year(table, dt.date(2025, 12, 31)) == "2025"
    assert last_whole_year(table, dt.date(2023, 1, 1)) == "2025"
    told = _reads(answer("population_rates", table))
    assert told is not None
    assert told.text() == "2024, most of all: Oruro (35.5), La Paz (31.0), Tarija (12.0)."


@pytest.mark.parametrize("rows", [[], [("Pando", "2024", NAN)]])
def test_rates_of_which_none_is_shown_say_nothing(rows: list[tuple[str, str, float]]) -> None:
    assert _reads(answer("population_rates", rates(rows))) is None


def test_ages_are_those_of_pending_cases() -> None:
    columns = [
        Column("outcome", tr("outcome"), "text", "key", "key"),
        Column("age_band", tr("age"), "text", "key", "key"),
        Column("numerator", tr("cases"), "units", "count", "count"),
        Column("estimate", tr("share"), "share", "estimate", "share"),
    ]
    values = {
        "outcome": ["pending", "pending", "pending", "conviction"],
        "age_band": ["a", "b", "c", "a"],
        "numerator": [1200.0, NAN, 300.0, 50.0],
        "estimate": [0.6, NAN, 0.15, 0.5],
    }
    labels = {"age_band": {"a": tr("first"), "b": tr("second"), "c": tr("third")}}
    table = Table(columns, values, labels=labels)
    told = _reads(answer("case_ages", table))
    assert told is not None
    assert told.text() == "Pending cases by age: first 1,200 (60.0\xa0%), third 300 (15.0\xa0%)."
    hidden = Table(columns, {**values, "numerator": [NAN] * 4}, labels=labels)
    assert _reads(answer("case_ages", hidden)) is None


def test_delays_are_told_of_the_last_period_and_other_answers_speak_for_themselves() -> None:
    said = (tr("{name}", name="2018"), tr("{name}", name="2023"))
    assert _reads(answer("registration_delay", said=said)) == said[-1]
    assert _reads(answer("registration_delay")) is None
    assert _reads(answer("attrition", said=said)) is None


def test_only_some_columns_are_shown_and_their_statuses_stay() -> None:
    table = rates([("Pando", "2024", NAN)])
    shown = only_columns(table, ("department", "estimate"))
    assert shown.display("en")[1] == [["Pando", "hidden"]]
    assert [one.name for one in only_columns(table, ()).columns] == ["department", "year", "estimate"]


def test_addresses_begin_with_the_page_that_they_are_on() -> None:
    assert len({one.id for one in PLANNED.values()}) == len(PLANNED)
    for one in PLANNED.values():
        assert one.page in PAGES
        assert one.id.startswith(f"{one.page}-")
