"""Spreads: from the smallest to the largest value of each group, with its quartiles, on an axis of doublings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .placing import floats, lines_of, row_type, set_ticks, set_words, settle, stretch_to, title_height, wrapped
from .style import INK, PAGE_WIDTH, RULE, TEXT, Format, house_style, mark, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def spreads(
    *,
    labels: Sequence[str],
    smallest: ArrayLike,
    lower: ArrayLike,
    middle: ArrayLike,
    upper: ArrayLike,
    largest: ArrayLike,
    x_label: str,
    number: Format,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one line per group from its smallest to its largest value, thick between its quartiles.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the groups, from top to bottom.
    smallest, lower, middle, upper, largest : array_like
        (N,) extremes, quartiles and median, above 0; NaN is not drawn.
    x_label : str
        Name of the axis.
    number : callable
        How a value is written.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The medians are the first line.

    Examples
    --------
    >>> axes = spreads(labels=["started", "not"], smallest=[0.2, 1], lower=[0.5, 1], middle=[1, 1.1], upper=[3, 1.2],
    ...                largest=[40, 2], x_label="weight", number="{:g}".format)
    >>> axes.lines[0].get_xdata().tolist()
    [1.0, 1.1]
    """
    table = np.stack([floats(one) for one in (smallest, lower, middle, upper, largest)])
    names = [wrapped(label, 26) for label in labels]
    rows = np.arange(len(names)) + 0.5
    known = table[np.isfinite(table) & (table > 0)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (1.0, 1.0)
    with house_style():
        tall = max(map(lines_of, names), default=1) * 1.25 * TEXT + 12
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, len(names) * tall / 72 + 0.9 + title_height(title))
        axes.set_xscale("log", base=2)
        axes.set_xlim(min(low, 0.9) / 1.15, max(high, 1.1) * 1.15)
        axes.set_ylim(len(names), 0)
        look = mark(0)
        axes.hlines(rows, table[0], table[4], color=look.colour, linewidth=1.2, zorder=2)
        axes.hlines(rows, table[1], table[3], color=look.colour, linewidth=6, zorder=2)
        axes.plot(table[2], rows, "o", color=look.colour, markerfacecolor="white", markersize=6, zorder=3)
        for row in rows:
            axes.axhline(row, color=RULE, linewidth=0.5, linestyle=(0, (1, 2)), zorder=0)
        axes.axvline(1.0, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        left, right = axes.get_xlim()
        step = max(1, round(np.log2(right / left) / 8))
        powers = range(int(np.ceil(np.log2(left))), int(np.floor(np.log2(right))) + 1)
        ticks = [2.0**power for power in powers if power % step == 0]
        set_ticks(axes.xaxis, ticks, [number(tick) for tick in ticks])
        axes.xaxis.minorticks_off()
        set_ticks(axes.yaxis, rows.tolist(), names, size=row_type(ax, len(names) * 2))
        axes.tick_params(axis="y", length=0, pad=8)
        axes.spines["left"].set_visible(False)
        set_words(axes, own=ax is None, title=title, x_label=x_label)
        if ax is None:
            settle(axes)
            stretch_to(axes, len(names) * tall)
    return axes
