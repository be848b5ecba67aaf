"""Ratios of a table of counts with gaps: both numbers over the same cells, and the reason of a gap is carried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from tests.made_cases import wide

STATUS = {"S/D": "not_available", "(p)": "under_review", "*": "suppressed", "pend.": "pending"}
# A share of 10 of 100, whoever is asked: where it comes out otherwise, the two sums are of different offices.
ASKED: dict[str, Callable[[Any], Result]] = {
    "period_ratios": lambda data: jm.period_ratios(data, of="conviction", per=("complaint", "verdict")),
    "conviction_ratio": lambda data: jm.conviction_ratio(data, per="complaint"),
    "effectiveness": lambda data: jm.effectiveness(data, effective="conviction"),
    "parts_of_whole": lambda data: jm.parts_of_whole(data, parts="conviction", whole="complaint"),
    "ratio_changes": lambda data: jm.ratio_changes(data, of="conviction", per="complaint"),
    "trends": lambda data: jm.trends(data, quantity="conviction", share_of="complaint", period="year"),
    "trends_known": lambda data: jm.trends(
        data, quantity="conviction", share_of="complaint", period="year", known_only=True
    ),
}
COLUMN = {"ratio_changes": "after"}


def counts(word: object) -> Any:
    rows = [(office, year, 100, 10, 50) for office in "ABC" for year in (2018, 2019, 2020)]
    rows[-1] = ("C", 2020, 100, word, 50)
    frame = pd.DataFrame(rows, columns=["office", "year", "complaint", "conviction", "verdict"])
    quantities = {one: one for one in ("complaint", "conviction", "verdict")}
    return jm.CountData.from_frame(
        frame,
        {
            "counts": {"office": "office", "period": "year", "quantities": quantities},
            "missing": {**STATUS, "N/C": "not_applicable"},
        },
    )


@pytest.mark.parametrize("asked", ASKED)
def test_where_one_number_does_not_apply_the_other_is_left_out_too(asked: str) -> None:
    found = ASKED[asked](counts("N/C"))
    column = COLUMN.get(asked, "estimate")
    rows = found.main["period"] == "2020"
    if asked != "ratio_changes":
        assert found.main["numerator"][rows][0] == 20
        assert found.main["denominator"][rows][0] == 200
    assert found.main[column][rows][0] == pytest.approx(0.1)
    assert any("in neither number of a ratio" in str(one) for one in found.notes)


@pytest.mark.parametrize("asked", [one for one in ASKED if one != "trends_known"])
@pytest.mark.parametrize("word", STATUS)
def test_a_number_that_is_not_known_makes_no_smaller_one(asked: str, word: str) -> None:
    found = ASKED[asked](counts(word))
    column = COLUMN.get(asked, "estimate")
    place = int(np.flatnonzero(found.main["period"] == "2020")[0])
    assert np.isnan(found.main[column][place])
    assert found.main.statuses[column][place] == STATUS[word]
    assert any("1 cell holds no number" in str(one) for one in found.notes)


def part_of_a_year() -> Any:
    rows = [(f"{year}-{month:02}", 100, 10) for year in (2018, 2019) for month in range(1, 13)][:20]
    frame = pd.DataFrame(rows, columns=["month", "complaint", "conviction"])
    quantities = {one: one for one in ("complaint", "conviction")}
    return jm.CountData.from_frame(frame, {"counts": {"period": "month", "quantities": quantities}})


@pytest.mark.parametrize(
    "ask",
    [
        lambda data: jm.period_ratios(data, of="conviction", period="year"),
        lambda data: jm.effectiveness(data, effective="conviction", period="year"),
        lambda data: jm.parts_of_whole(data, parts="conviction", whole="complaint", period="year"),
    ],
)
def test_sentences_speak_of_the_last_whole_period(ask: Callable[[Any], Result]) -> None:
    found = ask(part_of_a_year())
    assert found.main["period"].tolist()[-1] == "2019"
    assert all(str(one).startswith("2018") for one in found.findings())
    assert any("a part of the period only: 2019" in str(one) for one in found.notes)


def test_the_figure_of_parts_names_its_period() -> None:
    found = jm.parts_of_whole(part_of_a_year(), parts="conviction", whole="complaint", period="year")
    axes = found.plot()
    assert axes.get_xlabel() == "share of the whole, 2018"
    assert "120" in [one.get_text() for one in axes.texts]


def test_the_year_in_which_a_register_begins_is_no_whole_one() -> None:
    rows = [{"id": str(day), "complaint": day, "verdict": day + 1} for day in range(165, 3 * 365 + 1)]
    found = jm.period_ratios(wide(rows, cutoff=3 * 365), of="verdict")
    assert any("a part of the period only: 2015" in str(one) for one in found.notes)
    changes = jm.count_changes(wide(rows, cutoff=3 * 365), of="complaint").main
    assert changes.statuses["before"][1] == "pending"
    assert changes.statuses["estimate"][2] == ""


def test_a_table_of_counts_is_of_as_many_units_as_its_largest_flow() -> None:
    frame = pd.DataFrame({"y": [2019, 2020], "c": [900, 1_069], "v": [1_000, 1_023]})
    quantities = {"conviction": "c", "verdict": "v"}
    data = jm.CountData.from_frame(frame, {"counts": {"period": "y", "quantities": quantities}})
    assert "of 2,023 units or more" in jm.period_ratios(data, of="conviction", per="verdict").summary()


@pytest.mark.parametrize(("word", "said"), [("*", "hidden"), ("S/D", "not available"), ("pend.", "not yet known")])
def test_a_gap_in_a_row_of_periods_is_grey_and_has_its_reason(word: str, said: str) -> None:
    axes = jm.trends(counts(word), quantity="conviction", period="year").plot()
    legend = axes.get_legend()
    assert legend is not None
    assert said in [one.get_text() for one in legend.get_texts()]
