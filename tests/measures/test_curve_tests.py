"""What a test of groups draws, and that it does not contradict what it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm

SPELLS = jm.durations(
    pd.DataFrame(
        {
            "days": (1, 5, 3, 6, 1, 3, 2, 5, 2, 3, 6),
            "end": (0, 1, 1, 1, 2, 1, 0, 1, 0, 2, 2),
            "court": (1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3),
        }
    ),
    days="days",
    ending="end",
    outcomes={"1": "one", "2": "two"},
)


class TestTheDrawingOfTests:
    def test_the_outcome_asked_for_is_drawn_without_intervals_that_contradict_the_test(self) -> None:
        answer = jm.curve_tests(SPELLS, by="court", outcome="two")
        axes = answer.plot()
        assert "two" in axes.get_xlabel()
        assert "p =" in axes.get_xlabel()
        rows = (answer.tables["observed"]["outcome"] == "two") & (answer.tables["observed"]["scale"] == "hazard")
        table = answer.tables["observed"]
        ratio = table["observed"][rows].astype(float) / table["expected"][rows].astype(float)
        assert np.asarray(axes.lines[1].get_xdata(), dtype=float) == pytest.approx(ratio)
        assert not axes.collections[0].get_segments()  # type: ignore[attr-defined]

    def test_observed_endings_have_no_limits_that_hold_only_if_all_groups_are_alike(self) -> None:
        observed = jm.curve_tests(SPELLS, by="court").tables["observed"]
        assert "conf_low" not in [one.name for one in observed.columns]
        assert (observed["std_error"].astype(float) > 0).all()
