"""Bars and lines of counts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from justice_metrics.figures.counts import bars, lines
from justice_metrics.figures.style import mark


def test_bars_are_as_tall_as_their_counts_and_say_them() -> None:
    axes = bars(
        bins=["0-1", "1-2"],
        counts=[[12, 7], [30, np.nan]],
        groups=["decided", "pending"],
        x_label="years",
        y_label="cases",
        number=lambda n: "hidden" if np.isnan(n) else f"{n:.0f}",
    )
    assert [[bar.get_height() for bar in group] for group in axes.containers] == [[12, 7], [30, 0]]
    assert [text.get_text() for text in axes.texts] == ["12", "7", "30", "hidden"]
    assert [word.get_text() for word in axes.get_legend().get_texts()] == ["decided", "pending"]
    assert [group[0].get_hatch() for group in axes.containers] == [mark(0).hatch, mark(1).hatch]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 30


def test_bars_of_one_bin_stand_side_by_side() -> None:
    axes = bars(bins=["a", "b"], counts=np.ones((3, 2)), groups=list("xyz"), x_label="x", y_label="y")
    edges = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for group in axes.containers for bar in group)
    assert all(right <= left + 1e-9 for (_, right), (left, _) in itertools.pairwise(edges))


def test_numbers_stand_upright_on_narrow_bars_and_fall_away_on_needles() -> None:
    def drawn(n: int) -> list[float]:
        counts = np.full((3, n), 12_345.0)
        axes = bars(bins=[str(b) for b in range(n)], counts=counts, groups=list("xyz"), x_label="x", y_label="y")
        return [text.get_rotation() for text in axes.texts]

    assert drawn(2) == [0.0] * 6
    assert drawn(12) == [90.0] * 36
    assert drawn(60) == []


def test_one_group_needs_no_key() -> None:
    assert bars(bins=["a"], counts=[3], x_label="x", y_label="y").get_legend() is None


def test_own_words_at_the_bars() -> None:
    axes = bars(bins=["a"], counts=[3], bar_labels=[["three"]], x_label="x", y_label="y")
    assert [text.get_text() for text in axes.texts] == ["three"]


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 7, 12_345])
def test_counts_have_whole_ticks_from_zero(highest: int) -> None:
    axes = lines(x=[1, 2], counts=[0, highest], x_label="x", y_label="y", number=lambda n: f"{n:g}")
    ticks = axes.get_yticks()
    assert ticks[0] == 0
    assert len(ticks) >= 2
    assert all(tick == int(tick) for tick in ticks)
    assert axes.get_ylim()[1] >= highest


def test_lines_keep_gaps_and_are_named_at_their_ends() -> None:
    axes = lines(
        x=[2016, 2017, 2018],
        counts=[[40, np.nan, 61], [12, 20, np.nan]],
        groups=["incoming", "resolved"],
        x_label="year",
        y_label="cases",
    )
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [40, np.nan, 61])
    assert {text.get_text(): text.xy[1] for text in axes.texts} == {"incoming": 61.0, "resolved": 20.0}
    assert {line.get_marker() for line in axes.lines} == {mark(0).marker, mark(1).marker}


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 groups"):
        bars(bins=["a"], counts=[[1]], groups=["x", "y"], x_label="x", y_label="y")
    with pytest.raises(ValueError, match="3 places"):
        lines(x=[1, 2, 3], counts=[[1, 2]], groups=["x"], x_label="x", y_label="y")
