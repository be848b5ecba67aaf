"""Rates with their intervals: one row each, the point where the estimate lies, the line as long as the interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import floats, lines_of, nice_ticks, row_type, set_ticks, set_words, share_ticks, title_height, wrapped
from .style import INK, PAGE_WIDTH, RULE, SMALL, SOFT, TEXT, Format, house_style, mark, new_axes, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE: Final = TEXT * 1.25
# Between the axes and the words at their sides, in points: a dot on the edge reaches out.
_APART: Final = 8


def dots(
    *,
    labels: Sequence[str],
    estimate: ArrayLike,
    conf_low: ArrayLike,
    conf_high: ArrayLike,
    annotations: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    reference: float | None = None,
    reference_label: str | None = None,
    undefined_label: str | Sequence[str] = "–",
    annotation_label: str | None = None,
    x_label: str,
    percent: Format | bool = True,
    number: Format | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with their intervals, one row each; with ``reference=0`` a picture of differences.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    estimate, conf_low, conf_high : array_like
        (N,) estimates and limits. A row whose estimate is NaN says ``undefined_label``; without limits it is a point.
    annotations : sequence of str, optional
        (N,) words at the right of each row, such as the numerator and denominator.
    groups : sequence of str, optional
        (N,) heading under which a row stands; rows of one group follow each other.
    reference : float, optional
        Where a vertical line is drawn: no difference, or the rate of all.
    reference_label : str, optional
        Words at that line.
    undefined_label : str or sequence of str
        What a row says that has no estimate, such as "no cases"; one for all, or (N,) of them.
    annotation_label : str, optional
        Heading of the annotations.
    x_label : str
        Name of the axis.
    percent : bool or callable
        Whether the estimates are shares, or how a share is written in the reader's language.
    number : callable, optional
        How the numbers of the axis are written when they are no shares.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The points are the first line; the intervals the first collection.

    Examples
    --------
    >>> axes = dots(labels=["La Paz", "Oruro"], estimate=[0.1, float("nan")], conf_low=[0.05, float("nan")],
    ...             conf_high=[0.2, float("nan")], annotations=["8 / 80", "0 / 0"], undefined_label="no cases",
    ...             x_label="share convicted")
    >>> axes.lines[0].get_xdata().tolist()
    [0.1, nan]
    """
    middle, low, high = floats(estimate), floats(conf_low), floats(conf_high)
    if not len(labels) == len(middle) == len(low) == len(high):
        raise ValueError(f"{len(labels)} labels, but {len(middle)} estimates with {len(low)} and {len(high)} limits")
    names = [wrapped(label, 30) for label in labels]
    notes = [wrapped(note, 34) for note in annotations] if annotations is not None else [""] * len(names)
    rows, headings, bottom = _rows(names, notes, groups)
    with house_style():
        ticks = _ticks(np.concatenate([middle, low, high]), reference, percent is not False)
        heads = [wrapped(words, 34) for words in (reference_label, annotation_label) if words]
        above = max((lines_of(head) for head in heads), default=0) * _LINE
        height = (bottom * _LINE + above) / 72 + 0.7 + title_height(title)
        axes = ax if ax is not None else new_axes(PAGE_WIDTH, height)
        axes.set_ylim(bottom, 0)
        axes.set_xlim(ticks[0], ticks[-1])
        write = percent if callable(percent) else plain_percent if percent else number or _plain
        set_ticks(axes.xaxis, ticks, [write(tick) for tick in ticks])
        size = row_type(ax, bottom)
        set_ticks(axes.yaxis, rows.tolist(), names, size=size)
        axes.tick_params(axis="y", length=0, pad=_APART)
        axes.spines["left"].set_visible(False)
        if reference is not None:
            _draw_reference(axes, reference, reference_label)
        said = [undefined_label] * len(names) if isinstance(undefined_label, str) else list(undefined_label)
        _draw_rows(axes, rows, middle, low, high, said, size)
        _write_beside(axes, rows, notes, headings, annotation_label, size)
        set_words(axes, own=ax is None, title=title, x_label=x_label, above=above)
    return axes


def _rows(
    names: Sequence[str], notes: Sequence[str], groups: Sequence[str] | None
) -> tuple[Floats, list[tuple[float, str]], float]:
    """Return where the rows lie, where the headings of groups lie, and where the last ends, in lines from the top."""
    places, headings, down = [], [], 0.2
    for i, (name, note) in enumerate(zip(names, notes, strict=True)):
        if groups is not None and (i == 0 or groups[i] != groups[i - 1]):
            heading = wrapped(groups[i], 28)
            down += 0.4 if i else 0.0
            headings.append((down + lines_of(heading) / 2 + 0.1, heading))
            down += lines_of(heading) + 0.3
        tall = max(lines_of(name), lines_of(note)) + 0.45
        places.append(down + tall / 2)
        down += tall
    return np.array(places), headings, down + 0.2


def _ticks(values: Floats, reference: float | None, percent: bool) -> list[float]:
    """Return the ticks: shares begin at zero, so that twice as far is twice as much; differences hold the line."""
    known = [*values[np.isfinite(values)].tolist(), *([] if reference is None else [reference])]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if not percent:
        return nice_ticks(low, high)
    return [tick for tick in share_ticks(min(0.0, low), high) if tick <= max(1.0, high)]


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def _draw_rows(
    axes: Axes, rows: Floats, middle: Floats, low: Floats, high: Floats, undefined: Sequence[str], size: float
) -> None:
    look = mark(0)
    known = np.isfinite(middle)
    with_limits = known & np.isfinite(low) & np.isfinite(high)
    axes.hlines(rows[with_limits], low[with_limits], high[with_limits], color=look.colour, linewidth=1.6, zorder=2)
    axes.plot(middle, rows, look.marker, color=look.colour, markersize=5.5, clip_on=False, zorder=3)
    for row in rows[known]:
        axes.axhline(row, color=RULE, linewidth=0.5, linestyle=(0, (1, 2)), zorder=0)
    for row, words in zip(rows[~known], np.array(undefined, dtype=object)[~known], strict=True):
        axes.annotate(
            words,
            xy=(0, float(row)),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center_baseline",
            color=SOFT,
            fontsize=size,
            fontstyle="italic",
            bbox={"facecolor": "white", "linewidth": 0, "pad": 1},
            parse_math=False,
        )


def _write_beside(
    axes: Axes,
    rows: Floats,
    notes: Sequence[str],
    headings: Sequence[tuple[float, str]],
    annotation_label: str | None,
    size: float,
) -> None:
    """Write the headings of groups at the left and the annotations at the right, outside the axes."""
    looks: dict[str, Any] = {
        "textcoords": "offset points",
        "annotation_clip": False,
        "parse_math": False,
        "fontsize": size,
    }
    at_row = ("axes fraction", "data")
    for row, heading in headings:
        axes.annotate(
            heading,
            xy=(0, row),
            xycoords=at_row,
            xytext=(-_APART, 0),
            ha="right",
            va="center_baseline",
            fontweight="bold",
            **looks,
        )
    for row, note in zip(rows, notes, strict=True):
        if note:
            axes.annotate(note, xy=(1, float(row)), xycoords=at_row, xytext=(_APART, 0), va="center_baseline", **looks)
    if annotation_label:
        words = wrapped(annotation_label, 34)
        axes.annotate(
            words, xy=(1, 1), xycoords="axes fraction", xytext=(_APART, 3), va="bottom", fontweight="bold", **looks
        )


def _draw_reference(axes: Axes, reference: float, label: str | None) -> None:
    """Draw the line, and its words on the side where there is room."""
    axes.axvline(reference, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    if label:
        left, right = axes.get_xlim()
        axes.annotate(
            wrapped(label, 34),
            xy=(reference, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left" if reference < (left + right) / 2 else "right",
            va="bottom",
            fontsize=SMALL,
            color=INK,
            annotation_clip=False,
            parse_math=False,
        )
