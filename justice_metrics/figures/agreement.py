"""Predicted against observed shares: points with intervals beside the line on which both agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .placing import floats, set_ticks, set_words, share_ticks
from .style import SOFT, Format, house_style, mark, new_axes, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def agreement(
    *,
    predicted: ArrayLike,
    observed: ArrayLike,
    conf_low: ArrayLike,
    conf_high: ArrayLike,
    x_label: str,
    y_label: str,
    line_label: str,
    percent: Format = plain_percent,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw observed shares over predicted ones.

    Parameters
    ----------
    predicted, observed, conf_low, conf_high : array_like
        (G,) shares; NaN leaves a point out.
    x_label, y_label : str
        Axis labels.
    line_label : str
        Words at the line of equal shares.
    percent : callable
        How a share is written in the reader's language.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The line of equal shares is the first line, the points the second; the intervals the first collection.

    Examples
    --------
    >>> axes = agreement(predicted=[0.2, 0.6], observed=[0.25, 0.5], conf_low=[0.1, 0.4], conf_high=[0.4, 0.6],
    ...                  x_label="predicted", y_label="observed", line_label="as predicted")
    >>> axes.lines[1].get_ydata().tolist()
    [0.25, 0.5]
    """
    x, y, low, high = (floats(one) for one in (predicted, observed, conf_low, conf_high))
    axes = ax if ax is not None else new_axes(4.6, 4.2)
    known = np.concatenate([x, y, low, high])
    known = known[np.isfinite(known)]
    ticks = [one for one in share_ticks(float(known.min(initial=0.0)), float(known.max(initial=0.1))) if one <= 1]
    look = mark(0)
    with house_style():
        axes.plot([ticks[0], ticks[-1]], [ticks[0], ticks[-1]], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.vlines(x, low, high, color=look.colour, linewidth=1.4)
        axes.plot(x, y, look.marker or "o", color=look.colour, markeredgecolor="white", clip_on=False, zorder=4)
        axes.set_xlim(ticks[0], ticks[-1])
        axes.set_ylim(ticks[0], ticks[-1])
        for axis in (axes.xaxis, axes.yaxis):
            set_ticks(axis, ticks, [percent(tick) for tick in ticks])
        axes.grid(visible=True, axis="y")
        axes.annotate(
            line_label,
            (ticks[-1], ticks[-1]),
            xytext=(-4, -14),
            textcoords="offset points",
            ha="right",
            va="top",
            color=SOFT,
            fontsize="small",
            rotation=45,
            rotation_mode="anchor",
        )
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
    return axes
