"""Which clusters were drawn: one bar per cluster, the largest first, as long as the number of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .placing import floats, nice_ticks, set_ticks, set_words
from .style import INK, OPEN, PAGE_WIDTH, SMALL, TEXT, Format, house_style, mark, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def drawn_sizes(
    *,
    sizes: ArrayLike,
    drawn: ArrayLike,
    files: ArrayLike,
    drawn_label: str,
    other_label: str,
    files_label: str,
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the sizes of the clusters of a frame, with those that were drawn and the files drawn in each.

    Parameters
    ----------
    sizes : array_like
        (C,) files of each cluster.
    drawn : array_like
        (C,) whether it was drawn.
    files : array_like
        (C,) files drawn in it.
    drawn_label, other_label, files_label : str
        Words of the legend.
    x_label, y_label : str
    number : callable
        How numbers are written in the reader's language.
    title : str, optional
    ax : Axes, optional

    Returns
    -------
    Axes
        Bars of the clusters, then a mark at the files of each drawn one.

    Examples
    --------
    >>> axes = drawn_sizes(sizes=[20, 90], drawn=[False, True], files=[0, 30], drawn_label="drawn",
    ...                    other_label="not drawn", files_label="files drawn", x_label="clusters", y_label="files")
    >>> [float(bar.get_height()) for group in axes.containers for bar in group]
    [90.0, 20.0]
    """
    high, taken = floats(sizes), floats(files)
    order = np.argsort(-high, kind="stable")
    inside = np.asarray(drawn, np.bool_)[order]
    high, taken, places = high[order], taken[order], np.arange(len(order)) + 1.0
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.6)
    wide = 0.8 if len(high) <= 150 else 1.0
    with house_style():
        axes.bar(places[inside], high[inside], width=wide, color=mark(0).colour, label=drawn_label)
        axes.bar(places[~inside], high[~inside], width=wide, color=OPEN, label=other_label)
        axes.plot(
            places[inside],
            taken[inside],
            linestyle="",
            marker="_",
            color=mark(1).colour,
            markersize=4,
            label=files_label,
        )
        ticks = nice_ticks(0.0, float(high.max(initial=1.0)))
        axes.set_ylim(0, ticks[-1])
        set_ticks(axes.yaxis, ticks, [number(one) for one in ticks])
        across = [one for one in nice_ticks(0.0, float(len(high))) if 0 < one <= len(high)] or [1.0]
        axes.set_xlim(0, len(high) + 1)
        set_ticks(axes.xaxis, across, [number(one) for one in across])
        axes.grid(visible=True, axis="y")
        legend = axes.legend(loc="upper right", fontsize=SMALL if ax is not None else TEXT, labelcolor=INK)
        for text in legend.get_texts():
            text.set_parse_math(False)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
    return axes
