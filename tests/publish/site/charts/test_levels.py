"""Bars by level: hidden ones have no length, and the script's rows are those of the builder."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from justice_metrics.publish.site.charts.levels import Levels, by_level, by_size, convictions, funnel, open_by_age
from justice_metrics.publish.site.charts.pictures import spec_of
from tests.publish.site.charts.tables import LOOK, figure, rows, table

pytest.importorskip("altair")

OFFENCES = ["rape", "femicide", "not_recorded", "abuse"]


def by_year() -> Any:
    return table(
        offence=[one for one in OFFENCES for _ in range(3)],
        period=["2023", "2024", "2025"] * 4,
        maturity=["complete", "complete", "provisional"] * 4,
        count=[100, 120, 60, None, 15, None, 0, None, 12, 300, 310, 155],
    )


def drawn(chart: Levels, of: Any, **more: Any) -> dict[str, Any]:
    made = chart(figure(of, **more), language="en", look=LOOK)
    assert made is not None
    return spec_of(made)


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return drawn(by_level, by_year(), by="offence")


def test_the_last_complete_year_stands_beside_the_year_before(spec: dict[str, Any]) -> None:
    assert [one["n"] for one in rows(spec, level="rape")] == [120, 100]
    assert [one["period"] for one in rows(spec, level="rape")] == ["2024", "2023"]
    assert spec["usermeta"]["series"] == {"now": "2024", "before": "2023"}


def test_hidden_numbers_have_no_length_and_their_word(spec: dict[str, Any]) -> None:
    hidden = [one for one in spec["datasets"]["numbers"] if one["status"] == "suppressed"]
    assert [(one["level"], one["series"]) for one in hidden] == [("femicide", "before"), ("not_recorded", "not_known")]
    assert all(one["n"] is None and one["text"] == "hidden" for one in hidden)
    assert "2 numbers are hidden" in spec["description"]
    assert [one["n"] for one in rows(spec, level="not_recorded")] == [None, 0]  # a zero stays a zero


def test_the_longest_bar_is_first_and_what_is_not_known_last() -> None:
    found = rows(drawn(by_size, by_year(), by="offence"))
    assert list(dict.fromkeys(one["level"] for one in found)) == ["abuse", "rape", "femicide", "not_recorded"]


def test_how_many_levels_are_left_out_is_told() -> None:
    spec = drawn(Levels(by_size=True, most=1), by_year(), by="offence")
    assert spec["datasets"]["numbers"][-1]["label"] == "and 3 more in the table"


def test_the_same_months_of_last_year_are_those_of_the_table() -> None:
    to_date = table(
        offence=["rape", "rape"],
        period=["2024", "2025"],
        maturity=["complete", "provisional"],
        count=[50, 60],
        before=[None, 50],
    )
    spec = drawn(by_level, to_date, by="offence")
    assert [(one["series"], one["n"]) for one in spec["datasets"]["numbers"]] == [("now", 60), ("before", 50)]
    assert spec["usermeta"]["series"]["before"] == "The same months of the year before"


def test_shares_have_their_interval_and_their_denominator() -> None:
    of = table(per=["a", "b"], numerator=[21, None], denominator=[172, 40], estimate=[21 / 172, None],
               conf_low=[0.08, None], conf_high=[0.18, None])  # fmt: skip
    spec = drawn(Levels(level="per", number="estimate", beside="numerator", of="denominator"), of)
    first, second = spec["datasets"]["numbers"]
    assert (first["text"], first["low"], first["high"]) == ("12.2\xa0% (21 of 172)", 0.08, 0.18)
    assert (second["n"], second["text"]) == (None, "hidden")
    assert convictions.of == "denominator"


def test_steps_of_the_procedure_keep_their_order() -> None:
    of = table(stage=["complaint", "charge", "trial"], reached=[1200, 396, None], estimate=[1.0, 0.33, None])
    spec = drawn(funnel, of)
    assert [one["text"] for one in spec["datasets"]["numbers"]] == ["1,200 (100\xa0%)", "396 (33.0\xa0%)", "hidden"]


def test_hidden_ages_are_bars_too_where_the_main_table_leaves_them_out() -> None:
    main = table(outcome=["pending"], age_band=["0-1"], numerator=[107], estimate=[0.4])
    whole = table(status=["pending", "pending"], age_band=["0-1", "1-2"], numerator=[107, None], estimate=[0.4, None])
    answer: Any = SimpleNamespace(tables={"main": main, "status": whole}, context=dict)
    found = rows(drawn(open_by_age, main, answer=answer))
    assert [(one["level"], one["n"]) for one in found] == [("0-1", 107), ("1-2", None)]


def test_tables_that_are_no_set_of_bars_are_not_drawn() -> None:
    twice = table(offence=["rape", "rape"], outcome=["a", "b"], count=[1, 2])
    assert by_level(figure(twice, by="offence"), language="en", look=LOOK) is None
    assert by_level(figure(table(offence=[], count=[])), language="en", look=LOOK) is None


def test_what_an_axis_counts_is_said_in_words(spec: dict[str, Any]) -> None:
    channels = [one["encoding"].get("x", {}) for one in spec["layer"]]
    assert {tuple(one["title"]) for one in channels if "title" in one} == {("Number of complaints",)}
