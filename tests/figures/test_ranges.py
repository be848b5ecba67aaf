"""Medians beside their range: what is drawn is what was given."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.figures.ranges import medians_in_ranges

NOTHING = float("nan")


def test_bars_are_the_ranges_and_points_the_medians() -> None:
    axes = medians_in_ranges(
        labels=["a", "b", "c"],
        median=[30.0, NOTHING, 500.0],
        lower_quartile=[20.0, NOTHING, 480.0],
        upper_quartile=[40.0, NOTHING, 520.0],
        minimum=[24.0, 60.0, NOTHING],
        maximum=[48.0, 60.0, NOTHING],
        undefined_label="none",
        x_label="months",
        step=120,
    )
    bars = axes.containers[0].patches
    assert (bars[0].get_x(), bars[0].get_width()) == (24.0, 24.0)
    # a range of one value is a mark around it
    assert bars[1].get_x() + bars[1].get_width() / 2 == pytest.approx(60.0)
    assert 0 < bars[1].get_width() < 10
    assert len(bars) == 2
    assert axes.lines[0].get_xdata().tolist() == pytest.approx([30.0, NOTHING, 500.0], nan_ok=True)
    # the axis begins at 0 and holds all that is drawn
    assert axes.get_xticks().tolist() == [0, 120, 240, 360, 480, 600]
    assert axes.get_xlim() == (0, 600)
    assert [one.get_text() for one in axes.texts if one.get_text() == "none"] == ["none"]


def test_without_a_range_or_a_length() -> None:
    nothing = np.full(1, NOTHING)
    axes = medians_in_ranges(
        labels=["a"],
        median=nothing,
        lower_quartile=nothing,
        upper_quartile=nothing,
        minimum=nothing,
        maximum=nothing,
        x_label="months",
    )
    assert len(axes.containers[0].patches) == 0
