"""A table whose cells are shaded: the number stands in the cell, and the darker it is the more it asks for a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import (
    axes_points,
    floats,
    lines_of,
    set_ticks,
    set_words,
    settle,
    text_width,
    thinned,
    title_height,
    wrapped,
)
from .style import INK, PAGE_WIDTH, SMALL, SOFT, TEXT, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From paper to ink; the darkest still lets white type be read on it.
_LIGHT: Final = np.array([255, 255, 255]) / 255
_DARK: Final = np.array([22, 53, 127]) / 255
_ROW: Final = 17.0
"""Height of a row of one line in points."""
_WHITE_ON: Final = 0.55
_SMALLEST: Final = 5.0
_NAMES: Final = 34


def shades(
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    strength: ArrayLike,
    faint: ArrayLike | None = None,
    x_label: str,
    faint_label: str | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a table of numbers, each cell shaded by how much it asks for a look.

    Parameters
    ----------
    rows, columns : sequence of str
        (R,) and (C,) what they are called.
    texts : sequence of sequence of str
        (R, C) what stands in each cell; left out where the cells are too narrow for it.
    strength : array_like
        (R, C) between 0 (white) and 1 (dark); NaN is a cell without a number.
    faint : array_like of bool, optional
        (R, C) cells that rest on little: their number is grey and in brackets.
    x_label : str
        What the columns are.
    faint_label : str, optional
        Words that explain the brackets, under the axis label.
    title : str, optional
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One image; one text per cell where there is room.

    Examples
    --------
    >>> axes = shades(rows=["sex", "age"], columns=["2016", "2017"], texts=[["99 %", "98 %"], ["60 %", "80 %"]],
    ...               strength=[[0.0, 0.02], [0.4, 0.2]], x_label="year")
    >>> [text.get_text() for text in axes.texts]
    ['99 %', '98 %', '60 %', '80 %']
    """
    dark = np.clip(floats(strength), 0.0, 1.0).reshape(len(rows), len(columns))
    weak = np.zeros(dark.shape, np.bool_) if faint is None else np.asarray(faint, np.bool_).reshape(dark.shape)
    names = [wrapped(one, _NAMES) for one in rows]
    heights = [max(_ROW, lines_of(one) * TEXT * 1.3 + 3) for one in names]
    shown = faint_label if faint_label and weak.any() else None
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, sum(heights) / 72 + 0.9 + title_height(title))
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    middles = (edges[1:] + edges[:-1]) / 2
    with house_style():
        _fill(axes, dark, edges)
        axes.set_xlim(0, max(len(columns), 1))
        axes.set_ylim(max(edges[-1], 1.0), 0)
        set_ticks(axes.yaxis, middles.tolist(), names)
        axes.tick_params(length=0)
        label = x_label if shown is None else f"{x_label}\n{shown}"
        set_words(axes, own=ax is None, title=title, x_label=label)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        places: Floats = np.arange(len(columns), dtype=np.float64) + 0.5
        set_ticks(axes.xaxis, [], [])
        if ax is None:
            settle(axes)
        wide = axes_points(axes)[0] / max(len(columns), 1)
        size, heads = _heads(columns, wide)
        kept = thinned(places, [heads], wide * TEXT / size) if columns else []
        set_ticks(axes.xaxis, [float(places[i]) for i in kept], [heads[i] for i in kept], size=size)
        _write(axes, texts, dark, weak, middles, wide)
    return axes


def _heads(columns: Sequence[str], wide: float) -> tuple[float, list[str]]:
    """Return the columns' names in lines as wide as a column, and the size at which no word must be broken."""
    words = [word for one in columns for word in one.split()]
    longest = max((text_width(word) for word in words), default=1.0)
    size = max(min(TEXT, TEXT * (wide - 4) / longest), _SMALLEST + 1)
    fits = max(int((wide - 4) / (0.56 * size)), max(map(len, words), default=1))
    return size, [wrapped(one, fits) for one in columns]


def _fill(axes: Axes, dark: Floats, edges: Floats) -> None:
    if not dark.size:
        return
    level = np.nan_to_num(dark)[..., None]
    colours = _LIGHT * (1 - level) + _DARK * level
    colours[np.isnan(dark)] = np.array([244, 244, 244]) / 255
    across = np.arange(dark.shape[1] + 1)
    axes.pcolormesh(across, edges, colours, edgecolors="white", linewidth=1.0, rasterized=False)


def _write(
    axes: Axes, texts: Sequence[Sequence[str]], dark: Floats, weak: np.ndarray, middles: Floats, wide: float
) -> None:
    """Write every cell in one size of type; where that would be too small, write none."""
    written = [
        [f"({text})" if weak[r, c] and np.isfinite(dark[r, c]) else text for c, text in enumerate(row)]
        for r, row in enumerate(texts)
    ]
    longest = max((text_width(one, size=SMALL) for row in written for one in row), default=0.0)
    size = min(SMALL, SMALL * (wide - 3) / longest) if longest else SMALL
    if size < _SMALLEST:
        return
    for r, row in enumerate(written):
        for c, text in enumerate(row):
            light = dark[r, c] > _WHITE_ON
            colour = "white" if light else SOFT if weak[r, c] else INK
            axes.text(
                c + 0.5, middles[r], text, ha="center", va="center", color=colour, fontsize=size, parse_math=False
            )
