"""Does one ratio hold for all time? Log-log curves by group, and residuals of a term over the days of its endings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import axes_points, end_labels, floats, nice_ticks, set_ticks, set_words, settle, thinned
from .style import INK, PAGE_WIDTH, SOFT, Format, house_style, mark, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def log_log_curves(
    *,
    days: ArrayLike,
    survival: ArrayLike,
    groups: Sequence[str],
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw log(−log S) over days on a logarithmic axis: proportional hazards make the curves of groups parallel.

    Parameters
    ----------
    days : array_like
        (T,) days, ascending; day 0 has no place on the axis and is drawn at one half.
    survival : array_like
        (G, T) share still open, between 0 and 1; where it is 0, 1 or NaN there is no curve.
    groups : sequence of str
        (G,) names of the curves.
    x_label, y_label : str
        Axis labels.
    number : callable
        How days are written.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One line per group.

    Examples
    --------
    >>> axes = log_log_curves(days=[10, 100], survival=[[0.9, 0.5], [0.8, 0.4]], groups=["La Paz", "Oruro"],
    ...                       x_label="days", y_label="log(-log S)")
    >>> [len(line.get_xdata()) for line in axes.lines]
    [2, 2]
    """
    stretch, curves = floats(days), np.atleast_2d(floats(survival))
    if len(groups) != len(curves):
        raise ValueError(f"{len(groups)} groups, but {len(curves)} curves")
    stretch = np.maximum(stretch, 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = np.log(-np.log(np.where((curves > 0) & (curves < 1), curves, np.nan)))
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.8)
    with house_style():
        for g, curve in enumerate(shown):
            look = mark(g)
            axes.plot(stretch, curve, drawstyle="steps-post", color=look.colour, linestyle=look.dash)
        known = shown[np.isfinite(shown)]
        ticks = nice_ticks(float(known.min(initial=-1.0)), float(known.max(initial=0.0)))
        axes.set_ylim(ticks[0], ticks[-1])
        set_ticks(axes.yaxis, ticks, [f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in ticks])
        axes.set_xscale("log")
        begun = np.isfinite(shown).any(axis=0)
        first = float(stretch[begun][0]) if begun.any() else 1.0
        last = float(stretch[-1]) if len(stretch) else 10.0
        axes.set_xlim(first, max(last, first * 2))
        axes.grid(visible=True, axis="y")
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        ends = np.array([_last(row) for row in shown])
        looks = [mark(g).colour for g in range(len(groups))]
        names = end_labels(axes, heights=ends, texts=groups, colours=looks)
        if ax is None:
            settle(axes)
        _log_ticks(axes, number)
        if ax is None:
            settle(axes)
            for name in names:
                name.remove()
            end_labels(axes, heights=ends, texts=groups, colours=looks)
    return axes


def residuals_over_time(
    *,
    days: ArrayLike,
    residual: ArrayLike,
    events: ArrayLike,
    smooth: ArrayLike,
    smooth_low: ArrayLike,
    smooth_high: ArrayLike,
    coefficient: float,
    x_label: str,
    y_label: str,
    coefficient_label: str,
    smooth_label: str,
    number: Format = plain_number,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what the coefficient of a term would be over time: groups of endings, a smooth line and its band.

    Parameters
    ----------
    days : array_like
        (T,) day of each point, ascending; a point stands for several endings, never for one person.
    residual : array_like
        (T,) mean scaled residual plus coefficient: the log ratio around that day.
    events : array_like
        (T,) endings behind each point; its area grows with them.
    smooth, smooth_low, smooth_high : array_like
        (T,) smooth line through the points, and its band.
    coefficient : float
        The log ratio that the model takes for all time: a horizontal line.
    x_label, y_label, coefficient_label, smooth_label : str
        Words at the axes and at both lines.
    number : callable
        How days are written.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The points are the last collection, the smooth line the first line.

    Examples
    --------
    >>> axes = residuals_over_time(days=[30, 90, 200], residual=[0.4, 0.2, -0.1], events=[20, 22, 19],
    ...     smooth=[0.4, 0.2, 0.0], smooth_low=[0.1, 0.0, -0.3], smooth_high=[0.7, 0.4, 0.3], coefficient=0.2,
    ...     x_label="days", y_label="log ratio", coefficient_label="model", smooth_label="over time")
    >>> axes.lines[0].get_ydata().tolist()
    [0.4, 0.2, 0.0]
    """
    stretch, points, size = floats(days), floats(residual), floats(events)
    line, low, high = floats(smooth), floats(smooth_low), floats(smooth_high)
    if not len(stretch) == len(points) == len(size) == len(line) == len(low) == len(high):
        raise ValueError(f"{len(stretch)} days, but {len(points)} residuals")
    look = mark(0)
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.6)
    with house_style():
        axes.fill_between(stretch, low, high, color=look.colour, alpha=0.16, linewidth=0)
        axes.plot(stretch, line, color=look.colour)
        axes.axhline(coefficient, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        area = 10 + 50 * size / max(float(size.max(initial=1.0)), 1.0)
        axes.scatter(stretch, points, s=area, color=SOFT, alpha=0.6, linewidth=0, zorder=3)
        known = np.concatenate([points, low, high, [coefficient]])
        known = known[np.isfinite(known)]
        ticks = nice_ticks(float(known.min()), float(known.max()))
        axes.set_ylim(ticks[0], ticks[-1])
        set_ticks(axes.yaxis, ticks, [f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in ticks])
        across = nice_ticks(0.0, float(stretch[-1]) if len(stretch) else 1.0)
        axes.set_xlim(0, across[-1])
        set_ticks(axes.xaxis, across, [number(one) for one in across])
        axes.grid(visible=True, axis="y")
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        ends = np.array([_last(line), coefficient])
        words: dict[str, Any] = {"texts": [smooth_label, coefficient_label], "colours": [look.colour, INK]}
        names = end_labels(axes, heights=ends, **words)
        if ax is None:
            settle(axes)
            for name in names:
                name.remove()
            end_labels(axes, heights=ends, **words)
    return axes


def _last(row: Floats) -> float:
    known = row[np.isfinite(row)]
    return float(known[-1]) if len(known) else float("nan")


def _log_ticks(axes: Axes, number: Format) -> None:
    from matplotlib.ticker import NullLocator

    low, high = axes.get_xlim()
    places = np.array(
        [one for power in range(7) for one in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if low <= one <= high]
    )
    if len(places) < 2:
        places = np.array([low, high])
    kept = thinned(np.log(places), [[number(one) for one in places]], axes_points(axes)[0] / np.log(high / low))
    axes.xaxis.set_minor_locator(NullLocator())
    set_ticks(axes.xaxis, [float(places[one]) for one in kept], [number(places[one]) for one in kept])
