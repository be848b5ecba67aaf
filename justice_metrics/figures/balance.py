"""Are two groups alike? Differences of their averages before and after weighting, and where their scores overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import (
    axes_points,
    floats,
    lines_of,
    nice_ticks,
    row_type,
    set_ticks,
    set_words,
    settle,
    share_ticks,
    stretch_to,
    text_width,
    title_height,
    wrapped,
)
from .style import (
    INK,
    PAGE_WIDTH,
    RULE,
    SMALL,
    SOFT,
    TEXT,
    Format,
    Mark,
    house_style,
    mark,
    new_axes,
    plain_percent,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE: Final = TEXT * 1.25
# Between the axes and the words at their side, in points.
_APART: Final = 8
# A difference of more standard deviations is drawn at the edge: it would press all others together.
_FURTHEST: Final = 2.0


def love_plot(
    *,
    labels: Sequence[str],
    groups: Sequence[str],
    differences: ArrayLike,
    series: Sequence[str],
    threshold: float = 0.1,
    threshold_label: str | None = None,
    x_label: str,
    number: Format | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw standardised mean differences between two groups, one row per covariate or level.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    groups : sequence of str
        (N,) heading under which a row stands, "" for none; rows of one group follow each other.
    differences : array_like
        (S, N) differences in standard deviations, with their sign; NaN is not drawn. The first series is that before
        weighting, an open mark; the others are after weighting, for instance on several days.
    series : sequence of str
        (S,) their names.
    threshold : float
        Up to which size a difference is called small; two dashed lines.
    threshold_label : str, optional
        Words at these lines.
    x_label : str
        Name of the axis.
    number : callable, optional
        How a difference is written on the axis.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One line of marks per series, in their order; a difference beyond the axis stands at its edge.

    Examples
    --------
    >>> axes = love_plot(labels=["age", "severe"], groups=["", ""], differences=[[0.4, -0.2], [0.02, 0.01]],
    ...                  series=["as they are", "weighted"], x_label="difference in standard deviations")
    >>> axes.lines[1].get_xdata().tolist()
    [0.02, 0.01]
    """
    table = np.atleast_2d(floats(differences))
    if table.shape != (len(series), len(labels)) or len(groups) != len(labels):
        raise ValueError(f"differences of shape {table.shape} for {len(series)} series and {len(labels)} labels")
    names = [wrapped(label, 34) for label in labels]
    rows, headings, bottom = _rows(names, groups)
    far = min(float(np.abs(table[np.isfinite(table)]).max(initial=1.5 * threshold)), _FURTHEST)
    ticks = nice_ticks(-far, far, most=6)
    write = number or _plain
    with house_style():
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, 2.0 + bottom * _LINE / 72 + title_height(title))
        axes.set_xlim(ticks[0], ticks[-1])
        axes.set_ylim(bottom, 0)
        set_ticks(axes.xaxis, ticks, [write(tick) for tick in ticks])
        size = row_type(ax, bottom)
        set_ticks(axes.yaxis, rows.tolist(), names, size=size)
        axes.tick_params(axis="y", length=0, pad=_APART)
        axes.spines["left"].set_visible(False)
        _draw_differences(axes, table, rows)
        _draw_lines(axes, rows, threshold, threshold_label)
        _write_headings(axes, headings, size)
        handles, higher = axes.lines[: len(series)], SMALL * 1.4 if threshold_label else 0.0
        if ax is None:
            settle(axes)  # the names at the left take room: how wide the axes are is known only now
        above = _key(axes, handles, series, higher=higher)
        set_words(axes, own=ax is None, title=title, x_label=x_label, above=above)
        if ax is None:
            settle(axes)
            stretch_to(axes, bottom * _LINE)
            _key(axes, handles, series, higher=higher)
    return axes


def overlap_plot(
    *,
    edges: ArrayLike,
    shares: ArrayLike,
    groups: Sequence[str],
    weighted: ArrayLike | None = None,
    weighted_label: str = "",
    x_label: str,
    y_label: str,
    percent: Format = plain_percent,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the scores of two groups are spread: the first group upwards, the second one downwards.

    Parameters
    ----------
    edges : array_like
        (B + 1,) limits of the bins of the score, rising; a probability between 0 and 1.
    shares : array_like
        (2, B) share of each group with a score in each bin; NaN (a number that is not shown) leaves a gap.
    groups : sequence of str
        (2,) names of the groups.
    weighted : array_like, optional
        (2, B) the same after weighting: a line over the bars. Where both groups are alike, it is its own mirror image.
    weighted_label : str
        Name of that line.
    x_label, y_label : str
        Axis labels.
    percent : callable
        How a share is written in the reader's language.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One container of bars per group; the second one has negative heights.

    Examples
    --------
    >>> axes = overlap_plot(edges=[0, 0.5, 1], shares=[[0.25, 0.75], [0.5, 0.5]], groups=["supported", "not"],
    ...                     x_label="probability of support", y_label="share of the group")
    >>> [[float(bar.get_height()) for bar in group] for group in axes.containers]
    [[0.25, 0.75], [-0.5, -0.5]]
    """
    limits, table = floats(edges), np.atleast_2d(floats(shares))
    after = None if weighted is None else np.atleast_2d(floats(weighted))
    if table.shape != (2, len(limits) - 1) or len(groups) != 2 or (after is not None and after.shape != table.shape):
        raise ValueError(f"shares of shape {table.shape} for {len(groups)} groups and {len(limits)} edges")
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.6 + title_height(title))
    signs = np.array([[1.0], [-1.0]])
    with house_style():
        for row, sign, group, look in zip(table, signs, groups, (mark(0), mark(1)), strict=True):
            _draw_bars(axes, limits, sign * np.nan_to_num(row), group, look)
        if after is not None:
            for row in signs * after:
                axes.stairs(row, limits, color=INK, linewidth=1.3, baseline=0, label=weighted_label or None)
        axes.axhline(0, color=SOFT, linewidth=0.9)
        _shares_both_ways(axes, table if after is None else np.concatenate([table, after]), percent)
        axes.set_xlim(float(limits[0]), float(limits[-1]))
        places = [one for one in share_ticks(float(limits[0]), float(limits[-1])) if limits[0] <= one <= limits[-1]]
        set_ticks(axes.xaxis, places, [percent(one) for one in places])
        handles = [group[0] for group in axes.containers]
        names = list(groups)
        if after is not None and weighted_label:
            handles, names = [*handles, axes.patches[-1]], [*names, weighted_label]
        if ax is None:
            settle(axes)
        above = _key(axes, handles, names)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label, above=above)
        if ax is None:
            settle(axes)
    return axes


def _rows(names: Sequence[str], groups: Sequence[str]) -> tuple[Floats, list[tuple[float, str]], float]:
    """Return where the rows lie, where the headings of groups lie, and where the last ends, in lines from the top."""
    places, headings, down = [], [], 0.3
    for i, name in enumerate(names):
        if i and groups[i] != groups[i - 1]:
            down += 0.35
        if groups[i] and (i == 0 or groups[i] != groups[i - 1]):
            heading = wrapped(groups[i], 34)
            headings.append((down + lines_of(heading) / 2 + 0.1, heading))
            down += lines_of(heading) + 0.25
        tall = lines_of(name) + 0.4
        places.append(down + tall / 2)
        down += tall
    return np.array(places), headings, down + 0.2


def _draw_differences(axes: Axes, table: Floats, rows: Floats) -> None:
    left, right = axes.get_xlim()
    for number, row in enumerate(table):
        # The open mark is that of the data as they are; a reader looks from it to the filled ones.
        look = mark(max(number - 1, 0))
        style: dict[str, Any] = {"color": look.colour, "markersize": 5.5, "clip_on": False, "zorder": 4}
        if number == 0:
            style |= {"color": SOFT, "markerfacecolor": "white", "markersize": 6.5, "zorder": 3}
        axes.plot(np.clip(row, left, right), rows, "o" if number == 0 else look.marker, linestyle="none", **style)


def _draw_lines(axes: Axes, rows: Floats, threshold: float, label: str | None) -> None:
    for row in rows:
        axes.axhline(row, color=RULE, linewidth=0.5, linestyle=(0, (1, 2)), zorder=0)
    axes.axvline(0, color=SOFT, linewidth=0.9, zorder=1)
    for place in (-threshold, threshold):
        axes.axvline(place, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    if label:
        axes.annotate(
            label,
            xy=(0, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL,
            annotation_clip=False,
            parse_math=False,
        )


def _write_headings(axes: Axes, headings: Sequence[tuple[float, str]], size: float) -> None:
    for row, heading in headings:
        axes.annotate(
            heading,
            xy=(0, row),
            xycoords=("axes fraction", "data"),
            xytext=(-_APART, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=size,
            fontweight="bold",
            annotation_clip=False,
            parse_math=False,
        )


def _draw_bars(axes: Axes, limits: Floats, heights: Floats, group: str, look: Mark) -> None:
    wide = np.diff(limits)
    style: dict[str, Any] = {"color": look.colour, "hatch": look.hatch, "edgecolor": "white", "linewidth": 0.5}
    axes.bar(limits[:-1], heights, width=wide, align="edge", label=group or None, alpha=0.75, **style)


def _shares_both_ways(axes: Axes, table: Floats, percent: Format) -> None:
    """Scale the axis alike upwards and downwards, and write shares without a sign."""
    ticks = share_ticks(0.0, float(table[np.isfinite(table)].max(initial=0.01)))
    both = [-one for one in reversed(ticks[1:])] + ticks
    axes.set_ylim(-ticks[-1], ticks[-1])
    set_ticks(axes.yaxis, both, [percent(abs(one)) for one in both])


def _key(axes: Axes, handles: Sequence[Any], names: Sequence[str], *, higher: float = 0.0) -> float:
    """Explain the marks above the axes, in as many columns as there is room for; return the height in points."""
    wide, tall = axes_points(axes)
    words = [wrapped(name, 44) for name in names]
    columns = max(1, min(len(words), int(wide / (max(text_width(word) for word in words) + 42))))
    place = (0, 1.0 + higher / max(tall, 1.0))
    legend = axes.legend(handles, words, loc="lower left", bbox_to_anchor=place, ncols=columns, borderaxespad=0.2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    lines = -(-len(words) // columns)
    return lines * max(lines_of(word) for word in words) * TEXT * 1.6 + 6 + higher


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
