"""Stock and flow by period, and what is still to be registered."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.figures.flow_lines import flow_lines
from justice_metrics.figures.late_registration import late_registration

PERIODS = ["2016", "2017", "2018", "2019"]


def test_what_is_provisional_is_hollow_and_hangs_on_what_stands() -> None:
    axes = flow_lines(
        periods=PERIODS,
        values=[[40, 55, 50, 12]],
        provisional=[False, False, True, True],
        provisional_label="Hollow: provisional",
        x_label="year",
        y_label="cases",
    )
    firm, soft = axes.lines
    np.testing.assert_array_equal(firm.get_ydata(), [40, 55, np.nan, np.nan])
    np.testing.assert_array_equal(soft.get_ydata(), [np.nan, 55, 50, 12])
    assert soft.get_markerfacecolor() == "white"
    assert soft.get_markevery() == [2, 3]
    assert "Hollow: provisional" in [one.get_text() for one in axes.texts]
    assert axes.get_ylim()[0] == 0


def test_nothing_is_said_of_marks_that_are_not_there() -> None:
    axes = flow_lines(
        periods=PERIODS,
        values=[[40, 55, 50, np.nan]],
        provisional=[False, False, False, True],
        provisional_label="Hollow: provisional",
        x_label="year",
        y_label="cases",
    )
    assert "Hollow: provisional" not in [one.get_text() for one in axes.texts]


def test_the_level_line_is_inside_and_shares_are_written_as_such() -> None:
    axes = flow_lines(
        periods=PERIODS,
        values=[[0.4, 0.5, np.nan, 0.6], [0.9, 0.7, 0.8, 0.9]],
        groups=["one", "two"],
        reference=1.0,
        reference_label="as many out as in",
        x_label="year",
        y_label="rate",
        percent=True,
    )
    assert axes.get_ylim()[1] >= 1.0
    assert "100\xa0%" in [one.get_text() for one in axes.get_yticklabels()]
    words = [one.get_text() for one in axes.texts]
    assert {"one", "two", "as many out as in"} <= set(words)


def test_nothing_known_draws_empty_axes() -> None:
    axes = flow_lines(periods=["2016"], values=[[np.nan]], x_label="year", y_label="cases")
    assert axes.get_ylim()[1] >= 1


def test_sizes_must_agree() -> None:
    with pytest.raises(ValueError, match="for 2 groups and 4 periods"):
        flow_lines(periods=PERIODS, values=[[1, 2, 3, 4]], groups=["a", "b"], x_label="x", y_label="y")


def test_late_registration_stacks_what_is_to_come_with_its_limits() -> None:
    axes = late_registration(
        periods=PERIODS,
        seen=[40, 38, 30, 5],
        total=[40, 40, 45, np.nan],
        low=[40, 38, 39, np.nan],
        high=[40, 43, 52, np.nan],
        seen_label="registered",
        rest_label="to come",
        x_label="year",
        y_label="cases",
    )
    seen, rest = axes.containers
    assert [bar.get_height() for bar in seen] == [40, 38, 30, 5]
    assert [(bar.get_y(), bar.get_height()) for bar in rest] == [(40, 0), (38, 2), (30, 15), (5, 0)]
    segments = axes.collections[0].get_segments()  # a line only where anything is open
    assert [segment[:, 1].tolist() for segment in segments] == [[38, 43], [39, 52]]
    assert [one.get_text() for one in axes.get_legend().get_texts()] == ["registered", "to come"]
