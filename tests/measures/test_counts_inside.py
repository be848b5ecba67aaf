"""What stays and moves count is not published: with other tables it would tell what these hide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.cells import CellOf, Of
from justice_metrics.base.errors import DisclosureError
from justice_metrics.base.language import Label
from justice_metrics.base.result import Result
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.derived import guarded_counts
from justice_metrics.disclosure.guarded import Asked
from justice_metrics.disclosure.protect import Decision


@pytest.fixture(scope="module")
def shown() -> tuple[Result, ...]:
    cases = jm.sample_cases()
    return jm.release([jm.stage_durations(cases), jm.stage_occupancy(cases)], jm.DisclosurePolicy()).results


def counted(table: Table) -> set[str]:
    return {one.name for one in table.columns if one.role == "count"}


class TestStays:
    def test_no_count_is_published_that_no_box_links(self, shown: tuple[Result, ...]) -> None:
        durations, occupancy = shown
        assert not counted(durations.main)
        assert not counted(durations.tables["moves"])
        assert not counted(occupancy.main)
        # all cases are one cell everywhere
        assert counted(occupancy.tables["expected"]) == {"denominator"}

    def test_no_sentence_says_one(self, shown: tuple[Result, ...]) -> None:
        said = " ".join(one.text("en") for one in shown[0].findings())
        assert "half of the cases have left it after" in said
        assert "still there" not in said

    def test_shares_are_on_a_grid_of_at_least_ten_cases(self, shown: tuple[Result, ...]) -> None:
        moves = shown[0].tables["moves"]
        internal = jm.stage_durations(jm.sample_cases()).tables["moves"]
        keys = list(zip(internal["from_state"], internal["to_state"], strict=True))
        for state, to, share in zip(moves["from_state"], moves["to_state"], moves["estimate"], strict=True):
            row = keys.index((state, to))
            came, true = float(internal["denominator"][row]), float(internal["estimate"][row])
            if np.isfinite(share):
                assert abs(share - true) <= 0.25
                steps = [one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if one * came >= 10]
                assert abs(share / steps[0] - round(share / steps[0])) < 1e-6

    def test_drawn_without_counts(self, shown: tuple[Result, ...]) -> None:
        texts = {one.get_text() for one in shown[0].plot(language="en").texts}
        assert not any("still there" in one for one in texts)


class TestDays:
    @pytest.mark.parametrize("days", [range(60, 90), (365, 372), (360, 365)])
    def test_the_day_of_a_single_case_is_not_told(self, days: Sequence[int]) -> None:
        asked = jm.stage_occupancy(jm.sample_cases(), days=tuple(days))
        with pytest.raises(DisclosureError, match="single cases"):
            jm.release([asked], jm.DisclosurePolicy())


def asked(count: float) -> Asked:
    return Asked(
        decide=lambda one: Decision(one.value, ""),
        large_enough=lambda one: one.value >= count,
        minimum=10,
        rounding=False,
    )


def test_what_is_computed_from_counts_inside() -> None:
    inside = CellOf(keys={"state": "state"}, internal=True)
    both = Of(inputs=("n", "d"))
    table = Table(
        (
            Column("state", Label("state"), "text", "key", "key"),
            Column("n", Label("n"), "units", "count", "count", cell=inside),
            Column("d", Label("d"), "units", "count", "count", cell=inside),
            Column("share", Label("share"), "share", "estimate", "mean", of=both),
            Column("exact", Label("exact"), "share", "estimate", "share", of=Of(inputs=("n", "d"), formula="share")),
            Column("std_error", Label("error"), "points", "interval", "mean", of=both),
        ),
        {
            "state": ["a", "b", "c"],
            "n": [33, 9, 12],
            "d": [100, 100, 500],
            "share": [0.33, 0.09, 0.024],
            "exact": [0.33, 0.09, 0.024],
            "std_error": [0.05, 0.03, 0.01],
        },
    )
    assert {one.place for one in table.counts("main")} == {("", "", 0), ("", "", 1), ("", "", 2)}
    made = guarded_counts(table, asked(10)).table
    assert made is not None
    assert [one.name for one in made.columns] == ["state", "share", "exact"]
    # steps of ten of a hundred, and of ten of five hundred
    np.testing.assert_allclose(made["share"].astype(float), [0.3, np.nan, 0.02])
    assert np.isnan(made["exact"].astype(float)).all()
    assert made.statuses["share"] == ("", "suppressed", "")


class TestFollowUp:
    def test_an_odd_number_of_days_is_not_published(self) -> None:
        asked = jm.trends(jm.sample_cases(), outcome="any_exit", within_days=242, period="year")
        with pytest.raises(DisclosureError, match="single cases"):
            jm.release([asked], jm.DisclosurePolicy())

    def test_a_model_read_day_by_day_keeps_its_curve(self) -> None:
        asked = jm.cox_regression(
            jm.sample_cases(), formula="department", outcome="any_exit", horizon_days=range(60, 120)
        )
        assert asked.tables["adjusted"].guard == "internal"
        usual = jm.cox_regression(jm.sample_cases(), formula="department", outcome="any_exit")
        assert usual.tables["adjusted"].guard == "model"
