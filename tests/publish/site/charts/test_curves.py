"""Curves: nothing is drawn over what is hidden, and how many cases were still open stands below."""

from __future__ import annotations

from typing import Any

import pytest

from justice_metrics.publish.site.charts.curves import incidence, open_curve
from justice_metrics.publish.site.charts.pictures import spec_of
from tests.publish.site.charts.tables import LOOK, figure, rows, table

pytest.importorskip("altair")


def endings() -> Any:
    return table(
        outcome=["rejection"] * 3 + ["conviction"] * 3,
        days=[15, 400, 800] * 2,
        at_risk=[1200, 300, 90] * 2,
        estimate=[0.1, 0.5, 0.6, None, None, 0.58],
    )


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    made = incidence(figure(endings()), language="en", look=LOOK)
    assert made is not None
    return spec_of(made)


def test_hidden_steps_stay_empty_and_are_told(spec: dict[str, Any]) -> None:
    conviction = [(one["day"], one["n"]) for one in rows(spec, part="curve", series="conviction")]
    assert conviction == [(0, 0), (15, None), (400, None), (800, 0.58)]
    assert "its number is hidden" in str(spec["datasets"])
    lines = [one["mark"] for one in spec["layer"] if one["mark"]["type"] == "line"]
    assert [(one["interpolate"], one["invalid"]) for one in lines] == [("step-after", "break-paths-show-path-domains")]


def test_open_cases_stand_below(spec: dict[str, Any]) -> None:
    assert [(one["day"], one["text"]) for one in rows(spec, part="open")] == [(15, "1,200"), (400, "300"), (800, "90")]


def test_near_ends_get_a_legend_with_how_far_they_came(spec: dict[str, Any]) -> None:
    assert spec["usermeta"]["series"] == {"rejection": "Rejection 60\xa0%", "conviction": "Conviction 58\xa0%"}


def test_one_curve_begins_with_all_cases() -> None:
    one = table(days=[30, 60], at_risk=[100, 80], estimate=[0.8, 0.5], conf_low=[0.7, 0.4], conf_high=[0.9, 0.6])
    spec = spec_of(open_curve(figure(one), language="en", look=LOOK))  # type: ignore[arg-type]
    assert [one["n"] for one in rows(spec, part="curve")] == [1.0, 0.8, 0.5]
    assert [one["low"] for one in rows(spec, part="curve")] == [None, 0.7, 0.4]


def test_where_nothing_is_shown_nothing_is_drawn() -> None:
    hidden = table(days=[30, 60], at_risk=[None, None], estimate=[None, None])
    assert open_curve(figure(hidden), language="en", look=LOOK) is None
    assert incidence(figure(table(period=["2024"], count=[1])), language="en", look=LOOK) is None
