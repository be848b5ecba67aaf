"""The funnel and the stream: lengths and widths are the numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle

from justice_metrics.figures.flow import funnel, stage_flow
from justice_metrics.figures.style import OPEN


class TestFunnel:
    def test_one_group_is_drawn_by_number(self) -> None:
        axes = funnel(
            stages=["complaint", "charge", "verdict"],
            values=[321, 106, np.nan],
            shares=[1, 0.33, np.nan],
            bar_labels=["321 (100 %)", "106 (33 %)", "hidden"],
        )
        assert [bar.get_width() for bar in axes.containers[0]] == [321.0, 106.0, 0.0]
        assert [word.get_text() for word in axes.get_yticklabels()] == ["complaint", "charge", "verdict"]
        assert [text.get_text() for text in axes.texts] == ["321 (100 %)", "106 (33 %)", "hidden"]
        middles = [bar.get_y() + bar.get_height() / 2 for bar in axes.containers[0]]
        assert middles == pytest.approx(axes.get_yticks().tolist())
        assert middles == sorted(middles)
        assert axes.yaxis_inverted()

    @pytest.mark.parametrize("groups", [2, 4, 7, 9, 13])
    def test_groups_are_small_funnels_by_share(self, groups: int) -> None:
        shares = np.array([[1.0, 0.5, 0.1 + g / 100] for g in range(groups)])
        axes = funnel(
            stages=["a", "b", "c"],
            values=shares * 100,
            shares=shares,
            bar_labels=[[f"{s:.2f}" for s in row] for row in shares],
            groups=[f"group {g}" for g in range(groups)],
        )
        widths = np.array([bar.get_width() for bar in axes.containers[0]]).reshape(groups, 3)
        np.testing.assert_allclose(widths / widths[:, :1], shares)
        frames = [(bar.get_x(), bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.containers[0]]
        assert len(set(frames)) == len(frames)
        assert all(f"group {g}" in [text.get_text() for text in axes.texts] for g in range(groups))

    def test_nothing_reached_is_drawn_too(self, assert_legible: Callable[..., None]) -> None:
        axes = funnel(stages=["a"], values=[0], shares=[np.nan], bar_labels=["0 (–)"])
        assert axes.containers[0][0].get_width() == 0
        assert_legible(axes)

    def test_what_does_not_fit_is_refused(self) -> None:
        with pytest.raises(ValueError, match="label and a stage"):
            funnel(stages=["a", "b"], values=[1], shares=[1], bar_labels=["1"])
        with pytest.raises(ValueError, match="as many names"):
            funnel(stages=["a"], values=[[1], [2]], shares=[[1], [1]], bar_labels=[["1"], ["2"]], groups=["one"])


def stream(**more: Any) -> Axes:
    given: dict[str, Any] = {
        "stages": ["complaint", "charge"],
        "reached": [400, 100],
        "lost": [[200, 0], [20, np.nan]],
        "pending": [100, 30],
        "outcome_labels": ["rejected", "convicted"],
        "pending_label": "still open",
    }
    return stage_flow(**given | more)


def thickness_of(branch: PathPatch) -> float:
    """Height of a branch where it ends at the right."""
    points = np.asarray(branch.get_path().vertices)
    ends = points[points[:, 0] == points[:, 0].max(), 1]
    return float(np.ptp(ends))


class TestStream:
    def test_every_width_is_proportional(self) -> None:
        axes = stream()
        bars_at_stages = [one for one in axes.patches if isinstance(one, Rectangle) and one.get_height() == 3]
        widths = [one.get_width() for one in bars_at_stages]
        assert widths[1] == pytest.approx(widths[0] / 4)
        onward = [one for one in axes.patches if isinstance(one, Rectangle) and one.get_height() != 3]
        assert [one.get_width() for one in onward] == [pytest.approx(widths[1])]
        branches = [one for one in axes.patches if isinstance(one, PathPatch)]
        unit = widths[0] / 400
        shown = [thickness_of(one) for one in branches]
        assert shown == pytest.approx([200 * unit, 100 * unit, 20 * unit, 0.0, 30 * unit])

    def test_each_branch_leaves_beside_the_last_inside_the_stream(self) -> None:
        axes = stream(lost=[[200, 50], [20, 50]], pending=[50, 30])
        edges = []
        for branch in axes.patches:
            if isinstance(branch, PathPatch):
                points = np.asarray(branch.get_path().vertices)
                start = points[points[:, 1] == points[:, 1].min(), 0]
                edges.append((float(start.min()), float(start.max())))
        first, second = edges[:3], edges[3:]
        for one in (first, second):
            assert [left for left, _ in one[:-1]] == pytest.approx([right for _, right in one[1:]])
        # What is left of the first stage is the width of the second.
        assert first[-1][0] == pytest.approx(second[0][1])

    def test_labels_carry_numbers_and_zero_is_not_drawn(self) -> None:
        words = [text.get_text() for text in stream().texts]
        for word in ("400", "100", "200", "20", "30", "–", "rejected", "convicted", "still open"):
            assert word in words
        assert words.count("convicted") == 1
        assert "0" not in words

    def test_own_words_for_the_numbers(self) -> None:
        words = [
            text.get_text()
            for text in stream(
                reached_labels=["n 400", "n 100"],
                lost_labels=[["x 200", "x 0"], ["x 20", "x hidden"]],
                pending_labels=["p 100", "p 30"],
            ).texts
        ]
        assert {"n 400", "x 200", "x hidden", "p 30"} <= set(words)

    def test_a_small_branch_is_seen_and_open_cases_look_alike_everywhere(self) -> None:
        axes = stream(reached=[1_000_000, 100], lost=[[1, 0], [20, 50]], pending=[999_899, 30])
        branches = [one for one in axes.patches if isinstance(one, PathPatch)]
        assert thickness_of(branches[0]) >= 0.5
        fills = {one.get_facecolor() for one in (branches[1], branches[-1])}
        assert len(fills) == 1
        assert OPEN == "#e3e3e3"

    def test_what_does_not_fit_is_refused(self) -> None:
        with pytest.raises(ValueError, match="do not fit"):
            stream(outcome_labels=["one"])
