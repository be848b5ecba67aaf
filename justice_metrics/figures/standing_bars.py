"""How things stand, as one bar of parts per row: every row is as long as all of it, its parts carry their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .placing import (
    axes_points,
    floats,
    lines_of,
    row_type,
    set_ticks,
    set_words,
    settle,
    text_width,
    title_height,
    wrapped,
)
from .style import OPEN, PAGE_WIDTH, SMALL, TEXT, Format, house_style, mark, new_axes, plain_number, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def standing_bars(
    *,
    labels: Sequence[str],
    parts: Sequence[str],
    counts: ArrayLike,
    x_label: str,
    open_parts: Sequence[int] = (),
    number: Format = plain_number,
    percent: Format = plain_percent,
    empty_label: str = "–",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar per row, made of its parts as shares of the row.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    parts : sequence of str
        (P,) names of the parts, from left to right.
    counts : array_like
        (N, P) counts, from 0 on.
    x_label : str
        Name of the axis.
    open_parts : sequence of int
        Places of the parts drawn in the grey of what is still open.
    number : callable
        How a count is written at its part; a part too narrow for it carries none.
    percent : callable
        How a share is written on the axis.
    empty_label : str
        What a row without counts says.
    title : str, optional
    ax : Axes, optional

    Returns
    -------
    Axes
        One container of bars per part.

    Examples
    --------
    >>> axes = standing_bars(labels=["charge"], parts=["kept", "missed"], counts=[[3, 1]], x_label="share of clocks")
    >>> [float(group[0].get_width()) for group in axes.containers]
    [0.75, 0.25]
    """
    table = np.atleast_2d(floats(counts))
    if table.shape != (len(labels), len(parts)):
        raise ValueError(f"counts of shape {table.shape} for {len(labels)} rows and {len(parts)} parts")
    totals = table.sum(axis=1, keepdims=True)
    shares = np.where(totals > 0, table / np.where(totals > 0, totals, 1), 0.0)
    names = [wrapped(label, 34) for label in labels]
    tall = max(map(lines_of, names), default=1) * 1.25 * TEXT + 10
    key = _key_rows(parts)
    with house_style():
        height = (len(names) * tall + key * TEXT * 1.7) / 72 + 0.8 + title_height(title)
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, height)
        begins = np.cumsum(shares, axis=1) - shares
        tones = iter(range(len(parts)))
        for place, part in enumerate(parts):
            look = mark(next(tones)) if place not in open_parts else None
            axes.barh(
                np.arange(len(names)) + 0.5,
                shares[:, place],
                left=begins[:, place],
                height=0.62,
                color=OPEN if look is None else look.colour,
                hatch="" if look is None else look.hatch,
                edgecolor="white",
                linewidth=0.6,
                label=part,
            )
        axes.set_ylim(len(names), 0)
        axes.set_xlim(0, 1)
        set_ticks(axes.xaxis, [0, 0.25, 0.5, 0.75, 1], [percent(one) for one in (0, 0.25, 0.5, 0.75, 1)])
        set_ticks(axes.yaxis, (np.arange(len(names)) + 0.5).tolist(), names, size=row_type(ax, len(names) * 2))
        axes.tick_params(axis="y", length=0, pad=6)
        axes.spines["left"].set_visible(False)
        legend = axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=_key_columns(parts), borderaxespad=0.2, frameon=False
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
        set_words(axes, own=ax is None, title=title, x_label=x_label, above=key * TEXT * 1.7)
        if ax is None:
            settle(axes)
        _write(axes, table, shares, begins, number, empty_label)
    return axes


def _key_columns(parts: Sequence[str]) -> int:
    widest = max((text_width(part) for part in parts), default=1.0) + 42
    return max(1, min(len(parts), int((PAGE_WIDTH * 72 - 190) / widest)))


def _key_rows(parts: Sequence[str]) -> int:
    return -(-len(parts) // _key_columns(parts))


def _write(axes: Axes, table: ArrayLike, shares: ArrayLike, begins: ArrayLike, number: Format, empty: str) -> None:
    """Write each number on its part where there is room for it."""
    values, wide, left = floats(table), floats(shares), floats(begins)
    room = axes_points(axes)[0]
    for row in range(len(values)):
        if values[row].sum() == 0:
            axes.annotate(empty, xy=(0.01, row + 0.5), va="center", fontsize=SMALL, parse_math=False)
        for place in range(values.shape[1]):
            words = number(float(values[row, place]))
            if values[row, place] > 0 and text_width(words, size=SMALL) + 6 <= wide[row, place] * room:
                axes.annotate(
                    words,
                    xy=(left[row, place] + wide[row, place] / 2, row + 0.5),
                    ha="center",
                    va="center_baseline",
                    fontsize=SMALL,
                    bbox={"facecolor": "white", "linewidth": 0, "pad": 1.2, "alpha": 0.85},
                    parse_math=False,
                )
