"""Offices in a funnel: each value over the size of the office, between the limits that chance allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Flags, Floats
from .placing import end_labels, floats, literal, nice_ticks, set_ticks, set_words, settle, share_ticks
from .style import INK, PAGE_WIDTH, SMALL, SOFT, Format, house_style, mark, new_axes, plain_number, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How far from its point a name may be written, as a share of the height.
_LIFTS: Final = (0.0, 0.05, -0.05, 0.1, -0.1)

# More names than this cover each other.
_MOST_NAMES: Final = 14


def funnel_plot(
    *,
    size: ArrayLike,
    value: ArrayLike,
    names: Sequence[str],
    outside: Sequence[bool],
    limit_size: ArrayLike,
    limits: Sequence[tuple[str, ArrayLike, ArrayLike]],
    target: float,
    target_label: str,
    x_label: str,
    y_label: str,
    number: Format = plain_number,
    write: Format | None = None,
    percent: bool = True,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw offices as points over their size, and the limits around the target.

    Parameters
    ----------
    size, value : array_like
        (I,) size and value of each office; NaN is not drawn.
    names : sequence of str
        (I,) names of the offices; only those outside are written, as far as there is room.
    outside : sequence of bool
        (I,) offices outside the inner limits: a filled square, where the others are open circles.
    limit_size : array_like
        (N,) sizes at which the limits are given, rising.
    limits : sequence of (label, low, high)
        Limits (N,), from the inner to the outer ones.
    target : float
        Value of all offices together.
    target_label : str
        Words at its line.
    x_label, y_label : str
        Names of the axes.
    number : callable
        How a size is written.
    write : callable, optional
        How a value is written on the axis.
    percent : bool
        Whether values are shares.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The first line holds the offices inside, the second those outside, the third the target; then the limits.

    Examples
    --------
    >>> axes = funnel_plot(size=[50, 200], value=[0.3, 0.6], names=["A", "B"], outside=[False, True],
    ...                    limit_size=[10, 100, 200], limits=[("95 %", [0, 0.2, 0.23], [0.6, 0.4, 0.37])], target=0.3,
    ...                    target_label="all", x_label="cases", y_label="share")
    >>> axes.lines[1].get_ydata().tolist()
    [0.6]
    """
    sizes, values, along = floats(size), floats(value), floats(limit_size)
    out = np.asarray(outside, np.bool_)
    if not len(sizes) == len(values) == len(names) == len(out):
        raise ValueError(f"{len(names)} names, but {len(sizes)} sizes and {len(values)} values")
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 4.4)
    with house_style():
        inner, outer = mark(0), mark(1)
        axes.plot(
            sizes[~out],
            values[~out],
            "o",
            mfc="white",
            mec=inner.colour,
            mew=1.1,
            markersize=5,
            zorder=4,
            clip_on=False,
        )
        axes.plot(sizes[out], values[out], "s", color=outer.colour, markersize=5.2, zorder=5, clip_on=False)
        axes.axhline(target, color=INK, linewidth=1.0, zorder=2)
        ends, words = [target], [target_label]
        for place, (label, low, high) in enumerate(limits):
            dash = (0, ()) if place else (0, (4, 2))
            for limit, said in ((high, label), (low, "")):
                line = floats(limit)
                axes.plot(along, line, color=SOFT, linewidth=1.1, linestyle=dash, zorder=1)
                ends.append(line[-1] if len(line) else target)
                words.append(said)
        last = float(max(np.nanmax(sizes, initial=1.0), along[-1] if len(along) else 1.0)) * 1.02
        axes.set_xlim(0, last)
        across = [one for one in nice_ticks(0.0, last) if one <= last]
        set_ticks(axes.xaxis, across, [number(one) for one in across])
        ticks = _heights(sizes, values, along, limits, percent=percent)
        axes.set_ylim(ticks[0], ticks[-1])
        how = write or (plain_percent if percent else _plain)
        set_ticks(axes.yaxis, ticks, [how(one) for one in ticks])
        axes.grid(visible=True, axis="y", alpha=0.6)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        _name(axes, sizes, values, names, out, last)
        heights = np.clip(np.array(ends), ticks[0], ticks[-1])
        colours = [INK] + [SOFT] * (len(ends) - 1)
        written = end_labels(axes, heights=heights, texts=words, colours=colours)
        if ax is None:
            settle(axes)
            for name in written:
                name.remove()
            end_labels(axes, heights=heights, texts=words, colours=colours)
    return axes


def _heights(
    sizes: Floats,
    values: Floats,
    along: Floats,
    limits: Sequence[tuple[str, ArrayLike, ArrayLike]],
    *,
    percent: bool,
) -> list[float]:
    """Return ticks that span the offices, and the limits of all offices but the smallest tenth."""
    known = values[np.isfinite(values)]
    wide = along >= np.nanquantile(sizes, 0.1) if np.isfinite(sizes).any() else np.ones(len(along), np.bool_)
    inner = [floats(one)[wide] for _, low, high in limits for one in (low, high)]
    inner = [one[np.isfinite(one)] for one in inner]
    spread = np.concatenate([known, *inner])
    low, high = float(spread.min(initial=np.inf)), float(spread.max(initial=-np.inf))
    if not np.isfinite([low, high]).all():
        low, high = 0.0, 1.0
    low = max(low - 0.04 * (high - low), 0.0)
    high = high + 0.04 * (high - low)
    return share_ticks(low, min(high, 1.0)) if percent else nice_ticks(low, high)


def _name(axes: Axes, sizes: Floats, values: Floats, names: Sequence[str], out: Flags, last: float) -> None:
    """Write the names of the offices outside beside their points, the furthest from the middle first, while it fits."""
    drawn = np.flatnonzero(out & np.isfinite(sizes) & np.isfinite(values))
    order = drawn[np.argsort(-np.abs(values[drawn] - np.median(values[np.isfinite(values)])))] if len(drawn) else drawn
    low, high = axes.get_ylim()
    taken: list[tuple[bool, float, float]] = []
    for place in order[:_MOST_NAMES]:
        x, y = sizes[place] / last, (values[place] - low) / (high - low)
        # beside the point where there is room, else a line above or below it, on either side
        free = [
            (left, up)
            for up in _LIFTS
            for left in ((x > 0.7), not (x > 0.7))
            if not any(side == left and abs(x - at) < 0.22 and abs(y + up - tall) < 0.045 for side, at, tall in taken)
        ]
        if not free:
            continue
        left, up = free[0]
        taken.append((left, x, y + up))
        axes.annotate(
            literal(names[place]),
            (sizes[place], values[place]),
            xytext=(-6 if left else 6, up * axes.bbox.height * 72 / axes.figure.dpi),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=SMALL,
            color=INK,
            bbox={"facecolor": "white", "linewidth": 0, "pad": 0.6, "alpha": 0.8},
            zorder=6,
            parse_math=False,
        )


def _plain(value: float) -> str:
    return f"{value:.6g}"
