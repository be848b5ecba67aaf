"""Forest plots: one row per level or outcome; ratios where twice and half are equally far, or differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Flags, Floats
from .placing import (
    axes_points,
    floats,
    lines_of,
    nice_ticks,
    row_type,
    set_ticks,
    set_words,
    settle,
    stretch_to,
    text_width,
    thinned,
    title_height,
    wrapped,
)
from .style import INK, PAGE_WIDTH, RULE, SOFT, TEXT, Format, house_style, mark, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE: Final = TEXT * 1.25
# Between the axes and the words at their sides, and between columns of words, in points.
_APART: Final = 8
# An interval that reaches further than this is cut off with an arrow: it would press all others together.
_FURTHEST: Final = 32.0
# The same of differences: limits further than so many times the reach of the estimates are cut off.
_TIMES: Final = 6.0


class _Scale(NamedTuple):
    """How far the axis reaches, what is written on it, and where nothing differs."""

    kind: str
    neutral: float
    left: float
    right: float
    ticks: Sequence[float]

    def along(self, values: ArrayLike) -> Floats:
        """Return where values lie on paper, in units of the axis."""
        found = np.asarray(values, dtype=np.float64)
        return np.log(found) if self.kind == "log" else found


def forest(
    *,
    labels: Sequence[str],
    estimate: ArrayLike,
    conf_low: ArrayLike,
    conf_high: ArrayLike,
    reference: Sequence[bool],
    groups: Sequence[str],
    columns: Sequence[tuple[str, Sequence[str]]] = (),
    x_label: str,
    less_label: str | None = None,
    more_label: str | None = None,
    number: Format | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw ratios with their intervals on a logarithmic axis, the reference levels at 1.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    estimate, conf_low, conf_high : array_like
        (N,) ratios and limits, above 0. NaN is not drawn; an interval that leaves the axes ends in an arrow.
    reference : sequence of bool
        (N,) rows that others are compared with: an open mark at 1.
    groups : sequence of str
        (N,) heading under which a row stands, "" for none; rows of one group follow each other.
    columns : sequence of (heading, words)
        What stands at the right of each row, (N,) words per column, such as numbers of cases.
    x_label : str
        Name of the axis.
    less_label, more_label : str, optional
        What lies left and right of 1, such as "slower" and "faster".
    number : callable, optional
        How a ratio is written on the axis.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        Their horizontal data are the ratios themselves. The points are the first line, the references the second.

    Examples
    --------
    >>> nan = float("nan")
    >>> axes = forest(labels=["La Paz", "Oruro", "per year"], estimate=[1, 0.5, 1.02], conf_low=[nan, 0.2, 1.0],
    ...               conf_high=[nan, 1.2, 1.04], reference=[True, False, False], x_label="hazard ratio",
    ...               groups=["department", "department", "age"], columns=[("cases", ["80", "20", "100"])])
    >>> axes.lines[0].get_xdata().tolist(), axes.get_xscale()
    ([0.5, 1.02], 'log')
    """
    middle, low, high = floats(estimate), floats(conf_low), floats(conf_high)
    fixed = np.asarray(reference, dtype=np.bool_)
    _ensure_alike(len(labels), len(groups), middle, low, high, fixed)
    left, right = _reach(middle[~fixed], low[~fixed], high[~fixed])
    scale = _Scale("log", 1.0, left, right, [one for one in _ticks(left, right) if left <= one <= right])
    return _drawn(
        labels, (middle, low, high), fixed, groups, columns, scale,
        _sides(x_label, less_label, more_label), write=number or _plain, title=title, ax=ax,
    )  # fmt: skip


def forest_of_differences(
    *,
    labels: Sequence[str],
    estimate: ArrayLike,
    conf_low: ArrayLike,
    conf_high: ArrayLike,
    groups: Sequence[str],
    columns: Sequence[tuple[str, Sequence[str]]] = (),
    x_label: str,
    less_label: str | None = None,
    more_label: str | None = None,
    number: Format | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw differences with their intervals on an axis around 0.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    estimate, conf_low, conf_high : array_like
        (N,) differences and limits. NaN is not drawn; an interval that leaves the axes ends in an arrow.
    groups : sequence of str
        (N,) heading under which a row stands, "" for none; rows of one group follow each other.
    columns : sequence of (heading, words)
        What stands at the right of each row, (N,) words per column, such as numbers of cases.
    x_label : str
        Name of the axis.
    less_label, more_label : str, optional
        What lies left and right of 0, such as "fewer" and "more".
    number : callable, optional
        How a difference is written on the axis.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        Their horizontal data are the differences themselves. The points are the first line.

    Examples
    --------
    >>> axes = forest_of_differences(labels=["verdict", "rejection"], estimate=[0.03, -0.01], conf_low=[0.01, -0.04],
    ...                              conf_high=[0.05, 0.02], groups=["", ""], x_label="percentage points")
    >>> axes.lines[0].get_xdata().tolist(), axes.get_xscale()
    ([0.03, -0.01], 'linear')
    """
    middle, low, high = floats(estimate), floats(conf_low), floats(conf_high)
    _ensure_alike(len(labels), len(groups), middle, low, high)
    left, right = _reach_around_zero(middle, low, high)
    scale = _Scale("linear", 0.0, left, right, [one for one in nice_ticks(left, right) if left <= one <= right])
    return _drawn(
        labels, (middle, low, high), np.zeros(len(middle), np.bool_), groups, columns, scale,
        _sides(x_label, less_label, more_label), write=number or _plain, title=title, ax=ax,
    )  # fmt: skip


def _ensure_alike(labels: int, groups: int, *columns: Floats | Flags) -> None:
    if {labels, groups, *map(len, columns)} != {labels}:
        raise ValueError(f"{labels} labels, but {len(columns[0])} estimates and {groups} groups")


def _drawn(
    labels: Sequence[str],
    values: tuple[Floats, Floats, Floats],
    fixed: Flags,
    groups: Sequence[str],
    columns: Sequence[tuple[str, Sequence[str]]],
    scale: _Scale,
    x_label: str,
    *,
    write: Format,
    title: str | None,
    ax: Axes | None,
) -> Axes:
    names = [wrapped(label, 26) for label in labels]
    words = [(wrapped(heading, 16), [wrapped(one, 26) for one in given]) for heading, given in columns]
    rows, headings, bottom = _rows(names, groups)
    with house_style():
        above = max((lines_of(heading) for heading, _ in words), default=0) * _LINE
        under = _LINE * (lines_of(x_label) - 1)
        height = (bottom * _LINE + above + under) / 72 + 0.65 + title_height(title)
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, max(height, 1.6))
        axes.set_xscale(scale.kind)
        axes.set_xlim(scale.left, scale.right)
        axes.set_ylim(bottom, 0)
        set_ticks(axes.xaxis, scale.ticks, [write(tick) for tick in scale.ticks])
        axes.xaxis.set_minor_locator(_no_ticks())
        size = row_type(ax, bottom)
        set_ticks(axes.yaxis, rows.tolist(), names, size=size)
        axes.tick_params(axis="y", length=0, pad=_APART)
        axes.spines["left"].set_visible(False)
        _draw_rows(axes, rows, values, fixed, scale.neutral)
        axes.axvline(scale.neutral, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        _write_beside(axes, rows, headings, words, size)
        set_words(axes, own=ax is None, title=title, x_label=x_label, above=above)
        if ax is None:
            settle(axes)
            stretch_to(axes, bottom * _LINE)
        kept = _apart(axes, scale, write)
        set_ticks(axes.xaxis, kept, [write(tick) for tick in kept])
    return axes


def _rows(names: Sequence[str], groups: Sequence[str]) -> tuple[Floats, list[tuple[float, str]], float]:
    """Return where the rows lie, where the headings of groups lie, and where the last ends, in lines from the top."""
    places, headings, down = [], [], 0.2
    for i, name in enumerate(names):
        if groups[i] and (i == 0 or groups[i] != groups[i - 1]):
            heading = wrapped(groups[i], 30)
            down += 0.35 if i else 0.0
            headings.append((down + lines_of(heading) / 2 + 0.1, heading))
            down += lines_of(heading) + 0.25
        elif i and groups[i] != groups[i - 1]:
            down += 0.35
        tall = lines_of(name) + 0.4
        places.append(down + tall / 2)
        down += tall
    return np.array(places), headings, down + 0.2


def _reach(middle: Floats, low: Floats, high: Floats) -> tuple[float, float]:
    """Return the ends of the axis: all estimates, and all limits that are not absurdly far."""
    limits = np.concatenate([low, high])
    limits = limits[np.isfinite(limits) & (limits > 0)]
    estimates = middle[np.isfinite(middle) & (middle > 0)]
    near = np.clip(limits, 1 / _FURTHEST, _FURTHEST)
    known = np.concatenate([near, np.clip(estimates, 1e-3, 1e3), [0.8, 1.25]])
    return float(known.min()) / 1.08, float(known.max()) * 1.08


def _ticks(left: float, right: float) -> list[float]:
    """Return ratios that a reader knows: halves and doubles, and finer ones where the axis is short."""
    span = right / left
    if span < 2.2:
        return [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0]
    if span < 6:
        return [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0]
    if span < 300:
        return [1 / 32, 1 / 16, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    return [10.0**power for power in range(-3, 4)]


def _reach_around_zero(middle: Floats, low: Floats, high: Floats) -> tuple[float, float]:
    """Return the ends of a linear axis with 0 on it: all estimates, and all limits that are not absurdly far."""
    estimates = np.append(middle[np.isfinite(middle)], 0.0)
    limits = np.concatenate([low, high])
    limits = limits[np.isfinite(limits)]
    far = max(_TIMES * float(np.abs(estimates).max()), float(np.median(np.abs(limits))) * 2 if len(limits) else 0.0)
    known = np.concatenate([estimates, np.clip(limits, -far, far)])
    wide = max(float(known.max() - known.min()), 1e-6)
    return float(known.min()) - 0.06 * wide, float(known.max()) + 0.06 * wide


def _apart(axes: Axes, scale: _Scale, write: Format) -> list[float]:
    """Return the ticks whose words do not touch: all, or every second, third, … with the neutral one among them."""
    left, right = scale.along(axes.get_xlim())
    unit = axes_points(axes)[0] / float(right - left)
    one = int(np.abs(np.asarray(scale.ticks) - scale.neutral).argmin())
    for step in range(1, len(scale.ticks) + 1):
        kept = [tick for place, tick in enumerate(scale.ticks) if (place - one) % step == 0]
        if len(thinned(scale.along(kept), [[write(tick) for tick in kept]], unit)) == len(kept):
            return kept
    return [scale.neutral]


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _no_ticks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _sides(x_label: str, less: str | None, more: str | None) -> str:
    parts = [f"← {less}" if less else "", f"{more} →" if more else ""]
    sides = "      ".join(part for part in parts if part)
    return f"{x_label}\n{sides}" if sides else x_label


def _draw_rows(axes: Axes, rows: Floats, values: tuple[Floats, Floats, Floats], fixed: Flags, neutral: float) -> None:
    middle, low, high = values
    look = mark(0)
    left, right = axes.get_xlim()
    shown = ~fixed & np.isfinite(middle)
    bounded = shown & np.isfinite(low) & np.isfinite(high)
    ends = np.clip(low[bounded], left, right), np.clip(high[bounded], left, right)
    axes.hlines(rows[bounded], *ends, color=look.colour, linewidth=1.6, zorder=2)
    axes.plot(np.clip(middle[shown], left, right), rows[shown], look.marker, color=look.colour, markersize=5.5,
              clip_on=False, zorder=3)  # fmt: skip
    axes.plot(np.full(int(fixed.sum()), neutral), rows[fixed], "o", color=SOFT, markerfacecolor="white",
              markersize=5, zorder=3)  # fmt: skip
    for row in rows:
        axes.axhline(row, color=RULE, linewidth=0.5, linestyle=(0, (1, 2)), zorder=0)
    for beyond, edge, arrow in ((bounded & (low < left), left, "<"), (bounded & (high > right), right, ">")):
        # A line without points would lie in the corner of the page, and the layout would keep room for it.
        if beyond.any():
            axes.plot(np.full(int(beyond.sum()), edge), rows[beyond], arrow, color=look.colour, markersize=5,
                      clip_on=False)  # fmt: skip


def _write_beside(
    axes: Axes,
    rows: Floats,
    headings: Sequence[tuple[float, str]],
    columns: Sequence[tuple[str, Sequence[str]]],
    size: float,
) -> None:
    """Write the headings of groups at the left and the columns at the right, outside the axes."""
    looks: dict[str, Any] = {
        "textcoords": "offset points",
        "annotation_clip": False,
        "parse_math": False,
        "fontsize": size,
    }
    for row, heading in headings:
        axes.annotate(
            heading,
            xy=(0, row),
            xycoords=("axes fraction", "data"),
            xytext=(-_APART, 0),
            ha="right",
            va="center_baseline",
            fontweight="bold",
            **looks,
        )
    across = float(_APART)
    for heading, words in columns:
        wide = max([text_width(heading, size=size, weight="bold"), *(text_width(one, size=size) for one in words)])
        across += wide
        for row, word in zip(rows, words, strict=True):
            axes.annotate(
                word,
                xy=(1, float(row)),
                xycoords=("axes fraction", "data"),
                xytext=(across, 0),
                ha="right",
                va="center_baseline",
                **looks,
            )
        axes.annotate(
            heading,
            xy=(1, 1),
            xycoords="axes fraction",
            xytext=(across, 3),
            ha="right",
            va="bottom",
            fontweight="bold",
            **looks,
        )
        across += 1.6 * _APART
