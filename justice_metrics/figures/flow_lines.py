"""Stock, flow and their rates by period; what is provisional is told apart by a hollow mark and a thin line to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Flags, Floats
from .placing import (
    axes_points,
    end_labels,
    floats,
    lines_of,
    named_height,
    nice_ticks,
    set_ticks,
    set_words,
    settle,
    share_ticks,
    text_width,
    thinned,
    title_height,
    wrapped,
)
from .style import INK, PAGE_WIDTH, SMALL, TEXT, Format, Mark, house_style, mark, new_axes, plain_number, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES: Final = 26
"""Characters on a line of a series' name."""


def flow_lines(
    *,
    periods: Sequence[str],
    values: ArrayLike,
    groups: Sequence[str] = ("",),
    provisional: Sequence[bool] | None = None,
    provisional_label: str | None = None,
    reference: float | None = None,
    reference_label: str | None = None,
    x_label: str,
    y_label: str,
    percent: Format | bool = False,
    number: Format = plain_number,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw numbers or shares by period, one line per group, from zero upwards.

    Parameters
    ----------
    periods : sequence of str
        (T,) what the periods are called, in order of time.
    values : array_like
        (G, T) or (T,) counts, days or shares; NaN (not defined, not known) leaves a gap.
    groups : sequence of str
        (G,) names at the ends of the lines; "" for none.
    provisional : sequence of bool, optional
        (T,) periods whose figures will change; a NaN there draws nothing.
    provisional_label : str, optional
        Words that say so, in the corner.
    reference : float, optional
        Where a level line is drawn, such as 1 for as many cases out as in.
    reference_label : str, optional
        Words at that line.
    x_label, y_label : str
        Axis labels.
    percent : bool or callable
        Whether the values are shares, or how a share is written in the reader's language.
    number : callable
        How numbers that are no shares are written.
    title : str, optional
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        Two lines per group: what stands, and what is provisional.

    Examples
    --------
    >>> axes = flow_lines(periods=["2016", "2017", "2018"], values=[[40, 55, 12]], provisional=[False, False, True],
    ...                   x_label="year", y_label="cases")
    >>> [line.get_ydata().tolist() for line in axes.lines]
    [[40.0, 55.0, nan], [nan, 55.0, 12.0]]
    """
    table = np.atleast_2d(floats(values))
    if table.shape != (len(groups), len(periods)):
        raise ValueError(f"values of shape {table.shape} for {len(groups)} groups and {len(periods)} periods")
    places = np.arange(len(periods), dtype=np.float64)
    later = np.zeros(len(periods), np.bool_) if provisional is None else np.asarray(provisional, np.bool_)
    looks = [mark(g) for g in range(len(groups))]
    tall = max(3.4, (named_height(groups) + 90) / 72)
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, tall + title_height(title))
    with house_style():
        for row, look in zip(table, looks, strict=True):
            _draw(axes, places, row, later, look)
        margin = 0.02 * max(len(periods) - 1.0, 1.0)
        axes.set_xlim(-margin, max(len(periods) - 1.0, 0.0) + margin)
        _scale(axes, table, reference, percent, number)
        words = provisional_label if np.isfinite(table[:, later]).any() else None
        above = TEXT * 1.5 * lines_of(wrapped(words, 80)) if words else 0.0
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label, above=above)
        if words:
            _above(axes, words)
        ends = np.array([row[np.isfinite(row)][-1] if np.isfinite(row).any() else np.nan for row in table])
        colours = [look.colour for look in looks]
        names = end_labels(axes, heights=ends, texts=groups, colours=colours, width=_NAMES)
        if ax is None:
            settle(axes)
            for name in names:
                name.remove()
            end_labels(axes, heights=ends, texts=groups, colours=colours, width=_NAMES)
        if reference is not None and reference_label:
            _name_reference(axes, table, reference, reference_label)
        _name_periods(axes, places, periods)
    return axes


def _draw(axes: Axes, places: Floats, row: Floats, later: Flags, look: Mark) -> None:
    """Draw a line through what stands, and a thin one from its last point on through what is provisional."""
    firm = np.where(later, np.nan, row)
    soft = np.where(later, row, np.nan)
    joint = np.flatnonzero(~later[:-1] & later[1:])
    soft[joint] = row[joint]
    shared: dict[str, Any] = {"color": look.colour, "clip_on": False, "zorder": 3, "marker": look.marker}
    axes.plot(places, firm, linestyle=look.dash, markeredgecolor="white", markeredgewidth=0.6, **shared)
    hollow = np.flatnonzero(later).tolist()
    thin: dict[str, Any] = {"linestyle": look.dash, "linewidth": 0.8, "markevery": hollow}
    axes.plot(places, soft, markerfacecolor="white", markeredgewidth=1.2, **thin, **{**shared, "zorder": 2.5})


def _scale(axes: Axes, table: Floats, reference: float | None, percent: Format | bool, number: Format) -> None:
    highest = float(np.nanmax(table, initial=0.0))
    lowest = min(0.0, float(np.nanmin(table, initial=0.0)))
    if reference is not None:
        highest = max(highest, reference * 1.05)
    if percent is not False:
        ticks = share_ticks(lowest, max(highest, 0.01))
        write: Format = percent if callable(percent) else plain_percent
    else:
        ticks = [one for one in nice_ticks(lowest, max(highest, 1.0)) if one == int(one)]
        write = number
    axes.set_ylim(min(ticks[0], lowest), max(ticks[-1], highest))
    set_ticks(axes.yaxis, ticks, [write(one) for one in ticks])
    axes.grid(visible=True, axis="y")
    if reference is not None:
        axes.axhline(reference, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)


def _name_reference(axes: Axes, table: Floats, reference: float, label: str) -> None:
    """Write the words of the level line on the side of it, and at the end, where fewer lines pass."""
    known = np.where(np.isfinite(table), table, -np.inf)
    above = [bool((known[:, part] > reference).any()) for part in (slice(0, 2), slice(-2, None))]
    right = above[0] and not above[1]
    crowded = all(above)
    axes.annotate(
        wrapped(label, 40),
        xy=(1 if right else 0, reference),
        xycoords=("axes fraction", "data"),
        xytext=(-4 if right else 4, -4 if crowded else 4),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top" if crowded else "bottom",
        fontsize=SMALL,
        color=INK,
        bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8, "alpha": 0.85},
        zorder=4,
        parse_math=False,
    )


def _above(axes: Axes, words: str) -> None:
    axes.annotate(
        wrapped(words, 80),
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, 5),
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontsize=SMALL,
        fontstyle="italic",
        annotation_clip=False,
        parse_math=False,
    )


def _name_periods(axes: Axes, places: Floats, periods: Sequence[str]) -> None:
    low, high = axes.get_xlim()
    per_unit = axes_points(axes)[0] / (high - low)
    widest = max((text_width(one) for one in periods), default=0.0)
    kept = thinned(places, [list(periods)], per_unit) if widest else []
    set_ticks(axes.xaxis, [float(places[i]) for i in kept], [periods[i] for i in kept])
    axes.set_xlim(low, high)
