"""Cases that are registered and those that are still to come, period by period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .placing import axes_points, floats, nice_ticks, set_ticks, set_words, thinned, title_height
from .style import INK, PAGE_WIDTH, Format, house_style, mark, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def late_registration(
    *,
    periods: Sequence[str],
    seen: ArrayLike,
    total: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    seen_label: str,
    rest_label: str,
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a bar per period: what is registered, and on top of it what is expected still, with its limits.

    Parameters
    ----------
    periods : sequence of str
        (T,) what the periods are called.
    seen, total, low, high : array_like
        (T,) registered cases; expected cases and their limits, NaN where they cannot be told.
    seen_label, rest_label : str
        Words of the two parts of a bar.
    x_label, y_label, number, title, ax
        As in ``bars``.

    Returns
    -------
    Axes
        Two containers of bars, one collection of limits.

    Examples
    --------
    >>> axes = late_registration(periods=["Jan", "Feb"], seen=[40, 21], total=[40, 42], low=[40, 33], high=[41, 54],
    ...                          seen_label="registered", rest_label="still to come", x_label="month", y_label="cases")
    >>> [[float(bar.get_height()) for bar in group] for group in axes.containers[:2]]
    [[40.0, 21.0], [0.0, 21.0]]
    """
    there, whole, least, most = (floats(one) for one in (seen, total, low, high))
    places = np.arange(len(periods), dtype=np.float64)
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.6 + title_height(title))
    with house_style():
        firm, soft = mark(0), mark(5)
        axes.bar(places, np.nan_to_num(there), width=0.8, color=firm.colour, label=seen_label)
        rest = np.nan_to_num(np.maximum(whole - there, 0.0))
        style = {"color": "white", "hatch": "////", "edgecolor": soft.colour, "linewidth": 0.6}
        axes.bar(places, rest, width=0.8, bottom=np.nan_to_num(there), label=rest_label, **style)  # type: ignore[arg-type]
        open_ones = np.isfinite(most) & (most > least)
        axes.vlines(places[open_ones], least[open_ones], most[open_ones], color=INK, linewidth=1.4, zorder=4)
        highest = float(np.nanmax(np.concatenate([there, whole, most]), initial=1.0))
        ticks = [one for one in nice_ticks(0.0, highest) if one == int(one)]
        axes.set_ylim(0, max(ticks[-1], highest))
        set_ticks(axes.yaxis, ticks, [number(one) for one in ticks])
        axes.grid(visible=True, axis="y")
        axes.set_axisbelow(True)
        legend = axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
        for text in legend.get_texts():
            text.set_parse_math(False)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label, above=20)
        axes.set_xlim(-0.6, len(periods) - 0.4)
        kept = thinned(places, [list(periods)], axes_points(axes)[0] / max(len(periods), 1))
        set_ticks(axes.xaxis, [float(places[i]) for i in kept], [periods[i] for i in kept])
    return axes
