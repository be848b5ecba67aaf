"""The funnel: how many cases reach each stage, for all of them or for groups side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import axes_points, floats, lines_of, row_type, set_ticks, set_words, text_width, title_height, wrapped
from .style import OPEN, PAGE_WIDTH, SMALL, TEXT, house_style, mark, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE: Final = TEXT * 1.25
"""From line to line of ordinary type, in points."""


def funnel(
    *,
    stages: Sequence[str],
    values: ArrayLike,
    shares: ArrayLike,
    bar_labels: Sequence[str] | Sequence[Sequence[str]],
    groups: Sequence[str] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many cases reach each stage.

    One group is drawn as one bar per stage, as long as its number. Several groups stand side by side as small
    funnels, in which a bar is as long as its share, since groups differ in size.

    Parameters
    ----------
    stages : sequence of str
        (S,) stages in the order of the procedure.
    values : array_like
        (S,) or (G, S) number of cases that reached each stage; NaN where it is not shown.
    shares : array_like
        (S,) or (G, S) the same as a share, between 0 and 1.
    bar_labels : sequence
        (S,) or (G, S) words at each bar, with number and share.
    groups : sequence of str, optional
        (G,) names of the groups.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The bars are the first container, group by group and stage by stage.

    Examples
    --------
    >>> axes = funnel(stages=["complaint", "charge"], values=[321, 106], shares=[1.0, 0.33],
    ...               bar_labels=["321 (100 %)", "106 (33 %)"])
    >>> [float(bar.get_width()) for bar in axes.containers[0]]
    [321.0, 106.0]
    """
    counts, parts = np.atleast_2d(floats(values)), np.atleast_2d(floats(shares))
    written = [[one] if isinstance(one, str) else list(one) for one in bar_labels]
    if counts.shape[0] == 1 and len(written) == len(stages):
        written = [[words for row in written for words in row]]
    if counts.shape != parts.shape or counts.shape != (len(written), len(stages)):
        raise ValueError(f"values {counts.shape} and shares {parts.shape} must have a label and a stage each")
    if groups is None and len(counts) == 1:
        return _one_funnel(stages, counts[0], written[0], title, ax)
    if groups is None or len(groups) != len(counts):
        raise ValueError(f"{len(counts)} groups of values need as many names")
    return _small_funnels(stages, parts, written, groups, title, ax)


def _one_funnel(
    stages: Sequence[str], values: Floats, written: Sequence[str], title: str | None, ax: Axes | None
) -> Axes:
    with house_style():
        names = [wrapped(stage, 26) for stage in stages]
        room = np.array([lines_of(name) + 0.9 for name in names])
        middles = np.cumsum(room) - room / 2
        height = room.sum() * _LINE / 72 + 0.2 + title_height(title)
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, max(1.0, height))
        size = row_type(ax, room.sum())
        looks: dict[str, Any] = {"height": 1.15, "color": mark(0).colour}
        axes.barh(middles, np.nan_to_num(values), **looks)
        for value, middle, words in zip(np.nan_to_num(values), middles, written, strict=True):
            axes.annotate(
                words,
                xy=(value, middle),
                xytext=(5, 0),
                textcoords="offset points",
                va="center_baseline",
                fontsize=size,
                annotation_clip=False,
                parse_math=False,
            )
        axes.set_xlim(0, max(float(np.nanmax(values, initial=0)), 1e-9))
        axes.set_ylim(room.sum(), 0)
        _only_row_names(axes, middles, names, size)
        set_words(axes, own=ax is None, title=title)
    return axes


def _small_funnels(
    stages: Sequence[str],
    shares: Floats,
    written: Sequence[Sequence[str]],
    groups: Sequence[str],
    title: str | None,
    ax: Axes | None,
) -> Axes:
    """Draw one small funnel per group: up to four beside each other, then the next tier below."""
    with house_style():
        names = [wrapped(stage, 22) for stage in stages]
        widest = max(text_width(words, size=SMALL) for row in written for words in row)
        wide = axes_points(ax)[0] if ax else PAGE_WIDTH * 72 - 20 - max(text_width(name) for name in names)
        fit = max(1, min(4, int(wide / (widest + 14))))
        tiers = math.ceil(len(groups) / fit)
        columns = math.ceil(len(groups) / tiers)
        heads = [wrapped(group, max(8, int(wide / columns / (TEXT * 0.68)))) for group in groups]
        head = max(lines_of(one) for one in heads) + 0.5
        room = np.array([max(2.1, lines_of(name) + 0.5) for name in names])
        tier = head + room.sum() + 0.8
        height = tiers * tier * _LINE / 72 + 0.2 + title_height(title)
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, height)
        tops = np.concatenate([t * tier + head + np.cumsum(room) - room for t in range(tiers)])
        place = [(g % columns, g // columns) for g in range(len(groups))]
        left = np.array([[column] * len(stages) for column, _ in place], dtype=float).ravel()
        down = np.concatenate([tops[t * len(stages) : (t + 1) * len(stages)] for _, t in place])
        reach = 0.94
        looks: dict[str, Any] = {"left": left, "height": 0.62, "align": "edge"}
        axes.barh(down + 1.15, np.nan_to_num(shares).ravel() * reach, color=mark(0).colour, zorder=2, **looks)
        axes.barh(down + 1.15, np.full(len(left), reach), color=OPEN, zorder=1, **looks)
        size = row_type(ax, tiers * tier)
        small: dict[str, Any] = {"parse_math": False, "clip_on": False}
        for x, y, words in zip(left, down, (w for row in written for w in row), strict=True):
            axes.text(x, y + 1.05, words, fontsize=size * SMALL / TEXT, va="bottom", **small)
        for (column, t), name in zip(place, heads, strict=True):
            axes.text(column, t * tier + head - 0.25, name, fontsize=size, fontweight="bold", va="bottom", **small)
        axes.set_xlim(0, columns)
        axes.set_ylim(tiers * tier - 0.8, 0)
        _only_row_names(axes, tops + np.tile(room, tiers) / 2 + 0.1, names * tiers, size)
        set_words(axes, own=ax is None, title=title)
    return axes


def _only_row_names(axes: Axes, places: Floats, names: Sequence[str], size: float) -> None:
    """Leave of the frame only the names of the rows: numbers stand at the bars, an axis would say them twice."""
    set_ticks(axes.yaxis, places.tolist(), names, size=size)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_visible(False)
    for side in ("left", "bottom", "right", "top"):
        axes.spines[side].set_visible(False)
