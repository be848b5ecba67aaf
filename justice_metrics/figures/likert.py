"""Answers on ordered points as bars around the middle: who disagrees lies left of it, who agrees right of it."""

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
    row_type,
    set_ticks,
    set_words,
    settle,
    text_width,
    title_height,
    wrapped,
)
from .style import INK, OPEN, PAGE_WIDTH, SMALL, SOFT, TEXT, Format, house_style, new_axes, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Ends of the two sides, from orange to blue: told apart without red and green, and by hatches in black and white.
_LOW: Final = np.array([201, 74, 12]) / 255
_HIGH: Final = np.array([22, 53, 127]) / 255
_LIGHTEST: Final = 0.45
_LINE: Final = TEXT * 1.25
_APART: Final = 8
_NAMES: Final = 34


def likert(
    *,
    labels: Sequence[str],
    points: Sequence[str],
    shares: ArrayLike,
    x_label: str,
    groups: Sequence[str] | None = None,
    annotations: Sequence[str] | None = None,
    annotation_label: str | None = None,
    undefined_label: str | Sequence[str] = "–",
    percent: Format = plain_percent,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar per row, its points from the lowest at the left to the highest at the right.

    Parameters
    ----------
    labels : sequence of str
        (N,) names of the rows, from top to bottom.
    points : sequence of str
        (K,) names of the points, from the lowest to the highest.
    shares : array_like
        (N, K) shares of the row; a row with NaN says ``undefined_label``. The middle point of an odd number lies
        half on each side.
    x_label : str
        Name of the axis.
    groups : sequence of str, optional
        (N,) heading under which a row stands; rows of one group follow each other.
    annotations : sequence of str, optional
        (N,) words at the right of each row, such as how many answered.
    annotation_label : str, optional
        Heading of the annotations.
    undefined_label : str or sequence of str
        What a row says that has no shares.
    percent : callable
        How a share is written in the reader's language.
    title : str, optional
    ax : Axes, optional

    Returns
    -------
    Axes
        One container of bars per point.

    Examples
    --------
    >>> axes = likert(labels=["heard"], points=["no", "neither", "yes"], shares=[[0.2, 0.2, 0.6]], x_label="share")
    >>> [round(float(group[0].get_x()), 3) for group in axes.containers]
    [-0.3, -0.1, 0.1]
    """
    table = np.atleast_2d(floats(shares))
    if table.shape != (len(labels), len(points)):
        raise ValueError(f"shares of shape {table.shape} for {len(labels)} rows and {len(points)} points")
    told = np.asarray(np.isfinite(table).all(axis=1), np.bool_)
    wide = np.where(told[:, None], table, 0.0)
    begins = np.cumsum(wide, axis=1) - wide - _left_of_middle(wide)[:, None]
    names = [wrapped(label, _NAMES) for label in labels]
    rows, headings, bottom = _rows(names, groups)
    key = -(-len(points) // _key_columns(points))
    with house_style():
        above = key * TEXT * 1.7 + (_LINE if annotation_label else 0)
        axes = (
            ax if ax is not None else new_axes(PAGE_WIDTH, (bottom * _LINE + above) / 72 + 0.75 + title_height(title))
        )
        for place, (colour, hatch) in enumerate(_looks(len(points))):
            axes.barh(
                rows, wide[:, place], left=begins[:, place], height=1.15, color=colour, hatch=hatch, edgecolor="white",
                linewidth=0.6, label=points[place],
            )  # fmt: skip
        ends = _ends(begins, wide)
        axes.set_ylim(bottom, 0)
        axes.set_xlim(*ends)
        ticks = [one for one in (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1) if ends[0] <= one <= ends[1]]
        set_ticks(axes.xaxis, ticks, [percent(abs(one)) for one in ticks])
        size = row_type(ax, bottom)
        set_ticks(axes.yaxis, rows.tolist(), names, size=size)
        axes.tick_params(axis="y", length=0, pad=_APART)
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=INK, linewidth=0.7, zorder=3)
        legend = axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=_key_columns(points), borderaxespad=0.2, frameon=False
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
        _write_beside(axes, rows, headings, annotations, annotation_label, size)
        set_words(axes, own=ax is None, title=title, x_label=x_label, above=above)
        if ax is None:
            settle(axes)
        said = [undefined_label] * len(names) if isinstance(undefined_label, str) else list(undefined_label)
        _write_inside(axes, rows, wide, begins, told, said, percent)
    return axes


def _left_of_middle(wide: Floats) -> Floats:
    """Return how much of each row lies left of the middle: the lower half of its points, half the middle one."""
    k = wide.shape[1]
    half: Floats = wide[:, : k // 2].sum(axis=1)
    return half + wide[:, k // 2] / 2 if k % 2 else half


def _looks(k: int) -> list[tuple[tuple[float, ...] | str, str]]:
    """Return colour and hatch of each point: the farther from the middle, the darker; hatched on the left."""
    half = k // 2
    strength = [_LIGHTEST + (1 - _LIGHTEST) * (place / max(half - 1, 1)) if half > 1 else 1.0 for place in range(half)]
    left = [(tuple(1 - (1 - _LOW) * one), "////") for one in reversed(strength)]
    right = [(tuple(1 - (1 - _HIGH) * one), "") for one in strength]
    return [*left, *([(OPEN, "")] if k % 2 else []), *right]


def _rows(names: Sequence[str], groups: Sequence[str] | None) -> tuple[Floats, list[tuple[float, str]], float]:
    """Return where the rows lie, where the headings of groups lie, and where the last ends, in lines from the top."""
    places, headings, down = [], [], 0.2
    for i, name in enumerate(names):
        if groups is not None and (i == 0 or groups[i] != groups[i - 1]):
            heading = wrapped(groups[i], _NAMES)
            down += 0.4 if i else 0.0
            headings.append((down + lines_of(heading) / 2 + 0.1, heading))
            down += lines_of(heading) + 0.3
        tall = max(lines_of(name) + 0.35, 1.6)
        places.append(down + tall / 2)
        down += tall
    return np.array(places), headings, down + 0.2


def _ends(begins: Floats, wide: Floats) -> tuple[float, float]:
    """Return the ends of the axis: on the next quarter, the same room for nothing on neither side."""
    low, high = float(begins.min(initial=0.0)), float((begins + wide).max(initial=0.0))
    return min(np.floor(low * 4 + 1e-9) / 4, -0.25), max(np.ceil(high * 4 - 1e-9) / 4, 0.25)


def _key_columns(points: Sequence[str]) -> int:
    widest = max((text_width(point) for point in points), default=1.0) + 42
    return max(1, min(len(points), int((PAGE_WIDTH * 72 - 190) / widest)))


def _write_beside(
    axes: Axes,
    rows: Floats,
    headings: Sequence[tuple[float, str]],
    annotations: Sequence[str] | None,
    annotation_label: str | None,
    size: float,
) -> None:
    """Write the headings of groups at the left and the annotations at the right, outside the axes."""
    for row, heading in headings:
        axes.annotate(
            heading, xy=(0, row), xycoords=("axes fraction", "data"), xytext=(-_APART, 0), textcoords="offset points",
            ha="right", va="center_baseline", fontweight="bold", fontsize=size, annotation_clip=False, parse_math=False,
        )  # fmt: skip
    for row, note in zip(rows, annotations or [], strict=False):
        axes.annotate(
            note, xy=(1, float(row)), xycoords=("axes fraction", "data"), xytext=(_APART, 0),
            textcoords="offset points", va="center_baseline", fontsize=size, annotation_clip=False, parse_math=False,
        )  # fmt: skip
    if annotation_label:
        axes.annotate(
            annotation_label, xy=(1, 1), xycoords="axes fraction", xytext=(_APART, 3), textcoords="offset points",
            va="bottom", fontweight="bold", fontsize=SMALL, annotation_clip=False, parse_math=False,
        )  # fmt: skip


def _write_inside(
    axes: Axes, rows: Floats, wide: Floats, begins: Floats, told: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    said: Sequence[str], percent: Format,
) -> None:  # fmt: skip
    """Write each share on its part where there is room for it; a row without shares says why."""
    left, right = axes.get_xlim()
    room = axes_points(axes)[0] / (right - left)
    for row in range(len(rows)):
        if not told[row]:
            axes.annotate(
                said[row], xy=(0, float(rows[row])), xytext=(6, 0), textcoords="offset points", va="center_baseline",
                color=SOFT, fontsize=SMALL, fontstyle="italic", parse_math=False,
                bbox={"facecolor": "white", "linewidth": 0, "pad": 1},
            )  # fmt: skip
            continue
        for place in range(wide.shape[1]):
            words = percent(round(float(wide[row, place]), 2))
            if wide[row, place] > 0 and text_width(words, size=SMALL) + 8 <= wide[row, place] * room:
                axes.annotate(
                    words, xy=(begins[row, place] + wide[row, place] / 2, float(rows[row])), ha="center",
                    va="center_baseline", fontsize=SMALL, parse_math=False,
                    bbox={"facecolor": "white", "linewidth": 0, "pad": 1.2, "alpha": 0.85},
                )  # fmt: skip
