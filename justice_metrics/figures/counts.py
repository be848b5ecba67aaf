"""Counts: bars for bins such as case ages, lines for a row of years."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import (
    axes_points,
    end_labels,
    floats,
    lines_of,
    literal,
    nice_ticks,
    set_ticks,
    set_words,
    settle,
    text_width,
    thinned,
    title_height,
    wrapped,
)
from .style import PAGE_WIDTH, SMALL, TEXT, Format, house_style, mark, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FILLED: Final = 0.84
"""Share of a bin that its bars fill."""
_WIDEST: Final = 0.14
"""Share of the axes that a bar fills at most."""


def bars(
    *,
    bins: Sequence[str],
    counts: ArrayLike,
    groups: Sequence[str] = ("",),
    bar_labels: Sequence[Sequence[str]] | None = None,
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    tones: Sequence[int] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw counts in bins, the groups of a bin side by side.

    Parameters
    ----------
    bins : sequence of str
        (B,) names of the bins, from left to right.
    counts : array_like
        (G, B) or (B,) counts; NaN (a number that is not shown) leaves a gap.
    groups : sequence of str
        (G,) names of the groups, such as decided and pending; "" for none.
    bar_labels : sequence of sequence of str, optional
        (G, B) words at each bar; by default the count. They stand upright when they are wider than their bar.
    x_label, y_label : str
        Axis labels.
    number : callable
        How a count is written in the reader's language.
    tones : sequence of int, optional
        (G,) index of the look of each group.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One container of bars per group.

    Examples
    --------
    >>> axes = bars(bins=["0-1", "1-2"], counts=[[12, 7], [30, 9]], groups=["decided", "pending"],
    ...             x_label="age of the case in years", y_label="cases")
    >>> [[float(bar.get_height()) for bar in group] for group in axes.containers]
    [[12.0, 7.0], [30.0, 9.0]]
    """
    table = np.atleast_2d(floats(counts))
    if table.shape != (len(groups), len(bins)):
        raise ValueError(f"counts of shape {table.shape} for {len(groups)} groups and {len(bins)} bins")
    written = bar_labels or [[number(n) for n in row] for row in table]
    looks = [mark(tone) for tone in (range(len(groups)) if tones is None else tones)]
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.6 + title_height(title))
    wide = min(_FILLED / len(groups), _WIDEST * len(bins))
    with house_style():
        for g, (row, look) in enumerate(zip(table, looks, strict=True)):
            places = np.arange(len(bins)) + (g - (len(groups) - 1) / 2) * wide
            style: dict[str, Any] = {"color": look.colour, "hatch": look.hatch, "edgecolor": "white", "linewidth": 0.5}
            axes.bar(places, np.nan_to_num(row), width=wide, label=groups[g] or None, **style)
        axes.set_xlim(-0.5, len(bins) - 0.5)
        _counts_up(axes, table, number)
        set_words(
            axes,
            own=ax is None,
            title=title,
            x_label=x_label,
            y_label=y_label,
            above=_key_above(axes, groups, ax is None),
        )
        set_ticks(axes.xaxis, range(len(bins)), bins)
        if ax is None:
            settle(axes)
        pace = axes_points(axes)[0] / len(bins)
        tall = _name_bins(axes, bins, pace)
        if ax is None:
            figure = axes.figure.figure
            figure.set_size_inches(PAGE_WIDTH, figure.get_size_inches()[1] + (tall - TEXT) / 72)
            settle(axes)
        _write_on_bars(axes, written, pace * wide)
    return axes


def lines(
    *,
    x: ArrayLike,
    counts: ArrayLike,
    groups: Sequence[str] = ("",),
    x_label: str,
    y_label: str,
    x_words: Sequence[str] | None = None,
    number: Format = plain_number,
    tones: Sequence[int] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw counts by year or another period, one line per group, from zero upwards.

    Parameters
    ----------
    x : array_like
        (T,) years or other places along the axis, ascending.
    counts : array_like
        (G, T) or (T,) counts; NaN (a number that is not shown) leaves a gap in the line.
    groups : sequence of str
        (G,) names at the ends of the lines; "" for none.
    x_label, y_label : str
        Axis labels.
    x_words : sequence of str, optional
        (T,) words of the ticks; by default ``x`` as whole numbers.
    number, tones, title, ax
        As in ``bars``.

    Returns
    -------
    Axes
        One line per group.

    Examples
    --------
    >>> axes = lines(x=[2016, 2017, 2018], counts=[[40, 55, 61], [12, 20, 33]], groups=["incoming", "resolved"],
    ...              x_label="year", y_label="cases")
    >>> [word.get_text() for word in axes.get_xticklabels()]
    ['2016', '2017', '2018']
    """
    places, table = floats(x), np.atleast_2d(floats(counts))
    if table.shape != (len(groups), len(places)):
        raise ValueError(f"counts of shape {table.shape} for {len(groups)} groups and {len(places)} places")
    looks = [mark(tone) for tone in (range(len(groups)) if tones is None else tones)]
    words = list(x_words) if x_words is not None else [f"{place:.0f}" for place in places]
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.4 + title_height(title))
    with house_style():
        for row, look in zip(table, looks, strict=True):
            dot: dict[str, Any] = {"marker": look.marker, "markeredgecolor": "white", "markeredgewidth": 0.6}
            axes.plot(places, row, color=look.colour, linestyle=look.dash, clip_on=False, zorder=3, **dot)
        margin = 0.02 * max(float(np.ptp(places)), 1.0) if len(places) else 0.5
        axes.set_xlim(min(places, default=0.0) - margin, max(places, default=0.0) + margin)
        _counts_up(axes, table, number)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        ends = np.array([row[np.isfinite(row)][-1] if np.isfinite(row).any() else np.nan for row in table])
        end_labels(axes, heights=ends, texts=groups, colours=[look.colour for look in looks])
        if ax is None:
            settle(axes)
            for name in list(axes.texts):
                name.remove()
            end_labels(axes, heights=ends, texts=groups, colours=[look.colour for look in looks])
        low, high = axes.get_xlim()
        kept = thinned(places, [words], axes_points(axes)[0] / (high - low))
        set_ticks(axes.xaxis, [float(places[i]) for i in kept], [words[i] for i in kept])
        axes.set_xlim(low, high)
    return axes


def _counts_up(axes: Axes, table: Floats, number: Format) -> None:
    """Scale from zero, with whole numbers only: there is no half case."""
    highest = float(np.nanmax(table, initial=0.0))
    ticks = [tick for tick in nice_ticks(0.0, max(highest, 1.0)) if tick == int(tick)]
    axes.set_ylim(0, max(ticks[-1], highest))
    set_ticks(axes.yaxis, ticks, [number(tick) for tick in ticks])
    axes.grid(visible=True, axis="y")


def _key_above(axes: Axes, groups: Sequence[str], own: bool) -> float:
    """Explain the fills above the axes, in as many columns as there is room for, and return the height in points."""
    if not any(groups):
        return 0.0
    wide = PAGE_WIDTH * 72 - 90 if own else axes_points(axes)[0]
    names = [wrapped(group, 40) for group in groups]
    columns = max(1, min(len(names), int(wide / (max(text_width(name) for name in names) + 42))))
    handles = [container[0] for container in axes.containers]
    legend = axes.legend(handles, names, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, borderaxespad=0.2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    rows = -(-len(names) // columns)
    return rows * max(lines_of(name) for name in names) * TEXT * 1.6 + 6


def _name_bins(axes: Axes, bins: Sequence[str], pace: float) -> float:
    """Name the bins in as few lines as fit, or upright when no breaking of lines helps; return the height in points."""
    for width in range(40, 3, -1):
        names = [textwrap.fill(literal(name), width, break_long_words=False) for name in bins]
        if max(text_width(name) for name in names) <= pace - 4:
            set_ticks(axes.xaxis, range(len(bins)), names)
            return max(lines_of(name) for name in names) * TEXT * 1.2
    names = [wrapped(name, 28) for name in bins]
    set_ticks(axes.xaxis, range(len(bins)), names, rotation=90)
    return max(text_width(name) for name in names)


def _write_on_bars(axes: Axes, written: Sequence[Sequence[str]], room: float) -> None:
    """Write the number on each bar, upright where the bars are narrow, not at all where even that would overlap."""
    widest = max((text_width(words, size=SMALL) for row in written for words in row), default=0.0)
    upright = widest > room - 2
    if upright and room < SMALL * 1.2:
        return
    # Where every bar says its number, lines behind the numbers only make them hard to read.
    axes.grid(visible=False)
    # The tallest bar needs room for its number below the top of the axes.
    need = (widest if upright else SMALL) + 6
    tall = axes_points(axes)[1]
    highest = max(bar.get_height() for group in axes.containers for bar in group)
    axes.set_ylim(0, max(axes.get_ylim()[1], highest / (1 - min(need / tall, 0.5))))
    for group, row in zip(axes.containers, written, strict=True):
        for bar, words in zip(group, row, strict=True):
            axes.annotate(
                words,
                xy=(bar.get_x() + bar.get_width() / 2, bar.get_height()),
                xytext=(0, 2.5),
                textcoords="offset points",
                ha="center",
                va="bottom",
                rotation=90 if upright else 0,
                fontsize=SMALL,
                annotation_clip=False,
                parse_math=False,
            )
