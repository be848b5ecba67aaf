"""Predicted against observed shares, as drawn."""

from __future__ import annotations

import numpy as np

from justice_metrics.figures.agreement import agreement


def test_points_intervals_and_the_line_of_equal_shares() -> None:
    axes = agreement(
        predicted=[0.2, 0.5, 0.6],
        observed=[0.25, np.nan, 0.5],
        conf_low=[0.1, np.nan, 0.4],
        conf_high=[0.4, np.nan, 0.62],
        x_label="predicted",
        y_label="observed",
        line_label="as predicted",
    )
    line, points = axes.lines[:2]
    assert line.get_xdata().tolist() == line.get_ydata().tolist()
    assert points.get_xdata().tolist() == [0.2, 0.5, 0.6]
    assert np.array_equal(points.get_ydata(), [0.25, np.nan, 0.5], equal_nan=True)
    drawn = [one.tolist() for one in axes.collections[0].get_segments() if len(one)]
    assert [[0.2, 0.1], [0.2, 0.4]] in drawn
    assert axes.get_xlim() == axes.get_ylim()
    assert axes.get_xlabel() == "predicted"
