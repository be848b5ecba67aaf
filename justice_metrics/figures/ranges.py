"""Medians and quartiles beside the range in which they should lie, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .dots import dots
from .placing import floats, nice_ticks, set_ticks
from .style import RULE, Format, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def medians_in_ranges(
    *,
    labels: Sequence[str],
    median: ArrayLike,
    lower_quartile: ArrayLike,
    upper_quartile: ArrayLike,
    minimum: ArrayLike,
    maximum: ArrayLike,
    annotations: Sequence[str] | None = None,
    annotation_label: str | None = None,
    groups: Sequence[str] | None = None,
    undefined_label: str = "–",
    x_label: str,
    step: float | None = None,
    number: Format | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a point at each median, a line between the quartiles, and behind them the range as a pale bar.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    median, lower_quartile, upper_quartile : array_like
        (N,). A row whose median is NaN says ``undefined_label``.
    minimum, maximum : array_like
        (N,) limits of the range; NaN where there is none. A range of one value is drawn as a mark.
    annotations, annotation_label, groups
        As for :func:`dots`.
    undefined_label, x_label : str
    step : float, optional
        How far apart the ticks are, such as 12 for months.
    number : callable, optional
        How the numbers of the axis are written.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The bars are the containers of the axes.

    Examples
    --------
    >>> axes = medians_in_ranges(labels=["rape"], median=[200], lower_quartile=[180], upper_quartile=[240],
    ...                          minimum=[180], maximum=[240], x_label="months")
    >>> len(axes.containers[0])
    1
    """
    low, high = floats(minimum), floats(maximum)
    axes = dots(
        labels=labels,
        estimate=median,
        conf_low=lower_quartile,
        conf_high=upper_quartile,
        annotations=annotations,
        annotation_label=annotation_label,
        groups=groups,
        undefined_label=undefined_label,
        x_label=x_label,
        percent=False,
        number=number,
        ax=ax,
    )
    known = np.isfinite(low) & np.isfinite(high)
    drawn = np.concatenate([floats(one) for one in (median, lower_quartile, upper_quartile, minimum, maximum)])
    most = float(np.nanmax(drawn, initial=1.0))
    ticks = nice_ticks(0.0, most) if step is None else (np.arange(0, np.ceil(most / step) + 1) * step).tolist()
    axes.set_xlim(ticks[0], ticks[-1])
    set_ticks(axes.xaxis, ticks, [(number or plain_number)(tick) for tick in ticks])
    least = (ticks[-1] - ticks[0]) / 150
    rows = np.asarray(axes.get_yticks(), dtype=np.float64)
    width = np.maximum(high - low, least)
    axes.barh(
        rows[known], width[known], left=(low - (width - (high - low)) / 2)[known], height=1.1, color=RULE, zorder=1
    )
    return axes
