"""Rates with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from justice_metrics.figures.dots import dots


def draw(**more: Any) -> Axes:
    given: dict[str, Any] = {
        "labels": ["La Paz", "Oruro", "Pando"],
        "estimate": [0.3, np.nan, 0.5],
        "conf_low": [0.2, np.nan, 0.4],
        "conf_high": [0.4, np.nan, 0.7],
        "annotations": ["3 / 10", "0 / 0", "5 / 10"],
        "undefined_label": "no cases",
        "x_label": "share convicted",
    }
    return dots(**given | more)


def test_points_and_intervals_are_the_numbers() -> None:
    axes = draw()
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [0.3, np.nan, 0.5])
    intervals = axes.collections[0]
    assert isinstance(intervals, LineCollection)
    assert [segment[:, 0].tolist() for segment in intervals.get_segments()] == [[0.2, 0.4], [0.4, 0.7]]
    rows = np.asarray(axes.lines[0].get_ydata(), dtype=float)
    assert [segment[0, 1] for segment in intervals.get_segments()] == [rows[0], rows[2]]
    assert axes.get_yticks().tolist() == rows.tolist()
    assert np.all(np.diff(rows) > 0)
    assert axes.yaxis_inverted()


def test_a_row_without_an_estimate_says_so() -> None:
    axes = draw()
    said = [text for text in axes.texts if text.get_text() == "no cases"]
    assert [text.xy[1] for text in said] == [axes.get_yticks()[1]]
    assert {"3 / 10", "0 / 0", "5 / 10"} <= {text.get_text() for text in axes.texts}


def test_an_estimate_without_limits_is_a_point() -> None:
    axes = draw(conf_low=[np.nan] * 3, conf_high=[np.nan] * 3)
    assert len(axes.collections[0].get_paths()) == 0
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [0.3, np.nan, 0.5])


def test_shares_begin_at_zero_and_end_at_one() -> None:
    axes = draw()
    assert axes.get_xlim() == (0.0, 0.8)
    assert [word.get_text() for word in axes.get_xticklabels()][:2] == ["0\N{NO-BREAK SPACE}%", "20\N{NO-BREAK SPACE}%"]
    assert draw(estimate=[1, 1, 1], conf_low=[0.99] * 3, conf_high=[1] * 3).get_xlim() == (0.0, 1.0)


def test_differences_are_drawn_about_the_line_of_no_difference() -> None:
    axes = draw(
        estimate=[0.1, -0.05, 0.02],
        conf_low=[0, -0.1, -0.1],
        conf_high=[0.2, 0, 0.1],
        reference=0,
        reference_label="none",
    )
    low, high = axes.get_xlim()
    assert low <= -0.1 < 0.2 <= high
    assert "none" in [text.get_text() for text in axes.texts]
    assert any(set(line.get_xdata()) == {0} for line in axes.lines)


def test_ratios_are_no_per_cents() -> None:
    axes = draw(estimate=[1.5, 0.8, 1.1], conf_low=[1.2, 0.5, 1.0], conf_high=[2, 1.1, 1.3], reference=1, percent=False)
    assert not any("%" in word.get_text() for word in axes.get_xticklabels())
    written = draw(percent=False, number=lambda n: f"[{n:.1f}]").get_xticklabels()[0].get_text()
    assert written.startswith("[")


def test_the_caller_writes_the_shares() -> None:
    words = [word.get_text() for word in draw(percent=lambda share: f"{share:.0%}").get_xticklabels()]
    assert words[:2] == ["0%", "20%"]


def test_groups_stand_under_their_headings() -> None:
    axes = draw(groups=["per complaint", "per complaint", "per verdict"], annotation_label="convicted / all")
    headings = {text.get_text(): text.xy[1] for text in axes.texts if text.get_text().startswith("per ")}
    rows = axes.get_yticks()
    assert list(headings) == ["per complaint", "per verdict"]
    assert headings["per complaint"] < rows[0] < rows[1] < headings["per verdict"] < rows[2]
    assert "convicted / all" in [text.get_text() for text in axes.texts]


def test_no_rows_are_an_empty_picture() -> None:
    axes = draw(labels=[], estimate=[], conf_low=[], conf_high=[], annotations=[])
    assert axes.get_yticks().tolist() == []


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 labels"):
        draw(labels=["a", "b"])
