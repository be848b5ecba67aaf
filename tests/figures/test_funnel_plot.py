"""Offices in a funnel and their ranks, as drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.figures.funnel_plot import funnel_plot
from justice_metrics.figures.rank_plot import rank_plot


def drawn(**more: Any) -> Any:
    given: dict[str, Any] = {
        "size": [50, 200, np.nan],
        "value": [0.3, 0.6, np.nan],
        "names": ["A", "B $x$", "C"],
        "outside": [False, True, False],
        "limit_size": [10, 100, 200],
        "limits": [("95 %", [0.0, 0.2, 0.23], [0.6, 0.4, 0.37]), ("99.8 %", [0.0, 0.15, 0.2], [0.8, 0.45, 0.4])],
        "target": 0.3,
        "target_label": "all",
        "x_label": "cases",
        "y_label": "share",
    }
    return funnel_plot(**{**given, **more})


def test_points_limits_and_names() -> None:
    axes = drawn()
    inside, outside, target, *limits = axes.lines
    assert outside.get_ydata().tolist() == [0.6]
    assert inside.get_xdata()[0] == 50
    assert target.get_ydata()[0] == 0.3
    assert [one.get_ydata()[-1] for one in limits] == [0.37, 0.23, 0.4, 0.2]
    words = [one.get_text() for one in axes.texts]
    assert "B $x$" in words
    assert "A" not in words
    assert {"95 %", "99.8 %", "all"} <= {one.get_text() for one in axes.texts}


def test_inside_and_outside_differ_without_colour() -> None:
    inside, outside = drawn().lines[:2]
    assert inside.get_marker() != outside.get_marker()
    assert inside.get_markerfacecolor() != outside.get_markerfacecolor()


def test_nothing_to_draw() -> None:
    axes = drawn(size=[], value=[], names=[], outside=[], limit_size=[1.0], limits=[("95 %", [np.nan], [np.nan])])
    assert axes.get_ylim()[1] > axes.get_ylim()[0]
    ratios = drawn(percent=False, value=[1.2, 4.0, np.nan], target=1.0)
    assert ratios.get_ylim()[1] >= 4


def test_as_many_names_as_offices() -> None:
    with pytest.raises(ValueError, match="1 names, but 3 sizes"):
        drawn(names=["A"], outside=[True])


def test_on_axes_of_the_caller() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots(1, 2)
    assert drawn(ax=axes[0], title="Offices") is axes[0]
    assert ranks(3, ax=axes[1]) is axes[1]


def ranks(n: int, **more: Any) -> Any:
    place = np.arange(n, 0, -1)
    return rank_plot(
        names=[f"J{one}" for one in place],
        rank=place,
        conf_low=np.maximum(place - 2, 1),
        conf_high=np.minimum(place + 2, n),
        annotations=[""] * n,
        annotation_label="",
        x_label="rank",
        y_label="offices",
        **more,
    )


@pytest.mark.parametrize("n", [3, 120])
def test_ranks_in_their_order(n: int) -> None:
    axes = ranks(n)
    assert axes.lines[0].get_xdata().tolist() == list(range(1, n + 1))
    low, high = axes.get_ylim()
    assert low > high


def test_points_near_each_other_all_have_their_names() -> None:
    many = ["Tribunal 1", "Tribunal 2", "Tribunal 3", "Tribunal 4"]
    axes = drawn(size=[16, 18, 17, 150], value=[0.61, 0.62, 0.63, 0.1], names=many, outside=[True] * 4)
    written = {one.get_text(): one for one in axes.texts}
    assert set(many) <= set(written)
    axes.figure.draw_without_rendering()
    boxes = [written[name].get_window_extent() for name in many]
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
