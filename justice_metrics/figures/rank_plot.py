"""Ranks of offices with their intervals: how little a league table would say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .dots import dots
from .placing import floats, nice_ticks, set_ticks, set_words
from .style import INK, PAGE_WIDTH, SOFT, Format, house_style, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Rows that fit on a page with a name each.
_MOST_ROWS: Final = 50


def rank_plot(
    *,
    names: Sequence[str],
    rank: ArrayLike,
    conf_low: ArrayLike,
    conf_high: ArrayLike,
    annotations: Sequence[str],
    annotation_label: str,
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the rank of each office as a line as long as its interval.

    Parameters
    ----------
    names : sequence of str
        (I,) names of the offices.
    rank, conf_low, conf_high : array_like
        (I,) ranks and their limits.
    annotations : sequence of str
        (I,) words at the right of each row; not written where there are more offices than rows on a page.
    annotation_label : str
        Heading of the annotations.
    x_label, y_label : str
        Names of the axes; that of the upright one where the offices have no names.
    number : callable
        How a rank is written.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        In the order of the ranks, the first on top; the ranks are the horizontal data of the first line.

    Examples
    --------
    >>> axes = rank_plot(names=["A", "B"], rank=[2, 1], conf_low=[1, 1], conf_high=[2, 2], annotations=["", ""],
    ...                  annotation_label="", x_label="rank", y_label="offices")
    >>> axes.lines[0].get_xdata().tolist()
    [1.0, 2.0]
    """
    middle, low, high = floats(rank), floats(conf_low), floats(conf_high)
    order = np.lexsort((high, low, middle))
    if len(order) <= _MOST_ROWS:
        return dots(
            labels=[names[one] for one in order],
            estimate=middle[order],
            conf_low=low[order],
            conf_high=high[order],
            annotations=[annotations[one] for one in order],
            annotation_label=annotation_label,
            x_label=x_label,
            percent=False,
            number=number,
            title=title,
            ax=ax,
        )
    return _many(middle[order], low[order], high[order], x_label, y_label, number, title, ax)


def _many(
    middle: Floats,
    low: Floats,
    high: Floats,
    x_label: str,
    y_label: str,
    number: Format,
    title: str | None,
    ax: Axes | None,
) -> Axes:
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 5.2)
    with house_style():
        rows = np.arange(len(middle), dtype=np.float64)
        axes.plot(middle, rows, "o", color=INK, markersize=1.8, zorder=3)
        axes.hlines(rows, low, high, color=SOFT, linewidth=max(0.4, 260 / len(rows) * 0.6 if len(rows) else 1.0))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        last = float(len(middle))
        axes.set_xlim(0, last * 1.01)
        across = [one for one in nice_ticks(0.0, last) if 0 < one <= last]
        set_ticks(axes.xaxis, [1.0, *across], [number(one) for one in (1.0, *across)])
        set_ticks(axes.yaxis, [], [])
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
    return axes
