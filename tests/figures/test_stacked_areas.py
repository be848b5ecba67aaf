"""What the stacked areas show: assertions on the drawn data."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.figures.stacked_areas import stacked_areas
from justice_metrics.figures.style import new_axes

DAYS = [0, 100, 200]
SHARES = np.array([[1.0, 0.5, 0.2], [0.0, 0.2, 0.3], [0.0, 0.3, 0.49], [0.0, 0.0, 0.01]])


def draw(shares: np.ndarray = SHARES[None], groups: tuple[str, ...] = ("",), **given):  # type: ignore[no-untyped-def]
    return stacked_areas(
        days=DAYS,
        shares=shares,
        labels=["complaint", "trial", "convicted", "prescribed"],
        ended=[False, False, True, True],
        groups=groups,
        ticks=DAYS,
        x_label="days",
        y_label="share of cases",
        open_label="open, in",
        ended_label="ended by",
        rest_labels=("other stages", "other endings"),
        **given,
    )


def tops(axes) -> list[float]:  # type: ignore[no-untyped-def]
    """Return the upper edge of each layer on the last day."""
    return [float(area.get_paths()[0].vertices[:, 1].max()) for area in axes.collections]


def test_endings_lie_below_and_stages_above() -> None:
    axes = draw()
    assert tops(axes)[:2] == pytest.approx([0.49, 0.5])
    assert tops(axes)[-1] == pytest.approx(1)
    named = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert named == ["open, in", "complaint", "trial", "ended by", "prescribed", "convicted"]


def test_thin_layers_are_taken_together() -> None:
    shares = np.vstack([SHARES[:3], [[0.0, 0.0, 0.004]], [[0.0, 0.0, 0.006]]])
    axes = stacked_areas(
        days=DAYS, shares=shares[None], labels=["complaint", "trial", "convicted", "a", "b"],
        ended=[False, False, True, True, True], groups=[""], ticks=DAYS, x_label="", y_label="", open_label="open",
        ended_label="ended", rest_labels=("other stages", "other endings"),
    )  # fmt: skip
    named = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert "other endings" in named
    assert "a" not in named
    assert tops(axes)[1] == pytest.approx(0.5)


@pytest.mark.parametrize("n", [2, 4, 5])
def test_one_panel_per_group(n: int) -> None:
    groups = tuple("abcde"[:n])
    axes = draw(np.repeat(SHARES[None], n, axis=0), groups)
    assert [one.get_title(loc="left") for one in axes.figure.axes] == list(groups)


def test_a_group_ends_where_it_is_no_longer_watched() -> None:
    short = SHARES.copy()
    short[:, 2] = np.nan
    axes = draw(np.stack([SHARES, short]), ("a", "b"))
    edge = axes.figure.axes[1].collections[0].get_paths()[0].vertices[:, 0].max()
    assert edge <= 200
    assert len(axes.figure.axes[1].collections) == 4


def test_on_a_caller_s_axes() -> None:
    ax = new_axes(9, 5)
    assert draw(ax=ax) is ax
    panels = draw(np.repeat(SHARES[None], 2, axis=0), ("a", "b"), ax=new_axes(9, 5))
    assert panels.get_title(loc="left") == "a"


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        draw(SHARES[None, :2])
