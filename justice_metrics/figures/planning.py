"""What a study of each size can show: the smallest difference over the number of files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import (
    POINTS_PER_INCH,
    end_labels,
    floats,
    nice_ticks,
    set_ticks,
    set_words,
    settle,
    share_ticks,
    text_width,
)
from .style import INK, PAGE_WIDTH, SMALL, Format, house_style, mark, new_axes, plain_number, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def detectable_curves(
    *,
    files: ArrayLike,
    difference: ArrayLike,
    groups: Sequence[str],
    marked_files: ArrayLike = (),
    marked_difference: ArrayLike = (),
    marked_labels: Sequence[str] = (),
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    points: Format = plain_percent,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the smallest difference that a study would probably show, one curve per assumption.

    Parameters
    ----------
    files : array_like
        (N,) sizes of a study, ascending.
    difference : array_like
        (G, N) smallest difference of shares, 0.1 for ten points; NaN where nothing is shown.
    groups : sequence of str
        (G,) names of the curves.
    marked_files, marked_difference : array_like
        (M,) points that are marked, such as the differences asked for and the files they need.
    marked_labels : sequence of str
        (M,) words at these points.
    x_label, y_label : str
        Axis labels.
    number, points : callable
        How files and differences are written in the reader's language.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One line per group, then the marked points.

    Examples
    --------
    >>> axes = detectable_curves(files=[100, 400, 1600], difference=[[0.28, 0.14, 0.07]], groups=[""],
    ...                          x_label="files", y_label="smallest difference")
    >>> axes.lines[0].get_ydata().tolist()
    [0.28, 0.14, 0.07]
    """
    sizes, curves = floats(files), np.atleast_2d(floats(difference))
    if len(groups) != len(curves):
        raise ValueError(f"{len(groups)} groups, but {len(curves)} curves")
    at, high = floats(marked_files), floats(marked_difference)
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 3.9)
    with house_style():
        for g, curve in enumerate(curves):
            look = mark(g)
            axes.plot(sizes, curve, color=look.colour, linestyle=look.dash)
        axes.plot(at, high, "o", color=INK, markersize=4.5, clip_on=False, zorder=4)
        known = np.concatenate([curves.ravel(), high])
        ticks = share_ticks(0.0, float(np.nanmax(known, initial=0.05)))
        axes.set_ylim(0, ticks[-1])
        set_ticks(axes.yaxis, ticks, [points(tick) for tick in ticks])
        last = float(sizes[-1])
        across = [one for one in nice_ticks(0.0, last) if one <= last]
        axes.set_xlim(0, last)
        set_ticks(axes.xaxis, across, [number(one) for one in across])
        axes.grid(visible=True, axis="y")
        for x, y, words in zip(at, high, marked_labels, strict=True):
            left = x >= 0.7 * last
            above = _clear(axes, sizes, curves, float(x), float(y), words) if left else 4.0
            axes.annotate(
                words,
                (x, y),
                xytext=(0, above) if left else (5, above),
                textcoords="offset points",
                ha="right" if left else "left",
                fontsize=SMALL,
                color=INK,
                bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8, "alpha": 0.85},
                parse_math=False,
            )
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        ends = np.array([row[np.isfinite(row)][-1] if np.isfinite(row).any() else np.nan for row in curves])
        colours = [mark(g).colour for g in range(len(groups))]
        names = end_labels(axes, heights=ends, texts=groups, colours=colours)
        if ax is None:
            settle(axes)
            for name in names:
                name.remove()
            end_labels(axes, heights=ends, texts=groups, colours=colours)
    return axes


def _clear(axes: Axes, sizes: Floats, curves: Floats, x: float, y: float, words: str) -> float:
    """Return how many points above its mark a label that ends there stands clear of curves that fall towards it."""
    _, top = axes.get_ylim()
    wide, tall = (
        axes.bbox.width * POINTS_PER_INCH / axes.figure.dpi,
        axes.bbox.height * POINTS_PER_INCH / axes.figure.dpi,
    )
    # The axes become narrower when the names of the curves are set beside them.
    begins = x - 1.4 * text_width(words, size=SMALL) / wide * (sizes[-1] or 1.0)
    under = curves[:, (sizes >= begins) & (sizes <= x)]
    before = [np.interp(begins, sizes, curve, left=np.nan) for curve in curves]
    highest = float(np.nanmax(np.append(under.ravel(), [*before, y])))
    return 7.0 + max(highest - y, 0.0) / top * tall
