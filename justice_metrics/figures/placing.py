"""Words in their place: broken into lines, measured, moved apart, set beside and under the axes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..base.types import Floats
from .style import FONTS, INK, SMALL, TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.text import Annotation

POINTS_PER_INCH: Final = 72
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Size of a title in points, and the characters that fit on a page.
_TITLE: Final = 10
_TITLE_WIDTH: Final = 72
# From line to line, in sizes of the type; matplotlib sets DejaVu Sans a little closer.
_LEADING: Final = 1.25
# Characters on a line of the name of a series, and of the name of a row of numbers; from line to line of the latter.
NAME_WIDTH: Final = 19
_ROW_WIDTH: Final = 24
_ROW_LINE: Final = SMALL * _LEADING + 1


def floats(values: Any) -> Floats:
    """Return ``values`` as floats, a masked or missing one as NaN."""
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan), dtype=np.float64)


def literal(text: str) -> str:
    """Return ``text`` without control characters, which no svg may hold."""
    return _CONTROLS.sub("", text)


def wrapped(text: str, width: int) -> str:
    """Break ``text`` into lines of at most ``width`` characters, a longer word too; line breaks of the text stay.

    Examples
    --------
    >>> wrapped("Extinción por duración máxima del proceso", 22)
    'Extinción por duración\\nmáxima del proceso'
    """
    return "\n".join(textwrap.fill(line, width) for line in literal(text).split("\n"))


def lines_of(text: str) -> int:
    """Return how many lines ``text`` takes."""
    return text.count("\n") + 1


def text_width(text: str, *, size: float = TEXT, weight: str = "normal") -> float:
    """Return the width of the longest line of ``text`` in points.

    Examples
    --------
    >>> text_width("Sobreseimiento") > text_width("Juicio") > 20
    True
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    prop = FontProperties(family=list(FONTS), size=size, weight=weight)
    return max(
        float(text_to_path.get_text_width_height_descent(line, prop, ismath=False)[0]) for line in text.split("\n")
    )


def spread(wanted: Floats, sizes: Floats, low: float, high: float) -> Floats:
    """Move labels along a line, as little as possible, until none lies over another.

    Parameters
    ----------
    wanted : Floats
        (N,) where the middle of each label would best lie.
    sizes : Floats
        (N,) room that each needs along the line.
    low, high : float
        The line; when all labels together are longer, they run over its end.

    Returns
    -------
    Floats
        (N,) where the middles lie; the order along the line is that of ``wanted``.

    Notes
    -----
    Labels that touch are joined to a block, and a block lies where its labels would like it best on average
    (pool adjacent violators, the least-squares solution).

    Examples
    --------
    >>> spread(np.array([5.0, 5.0, 9.0]), np.array([2.0, 2.0, 2.0]), 0, 10).tolist()
    [4.0, 6.0, 9.0]
    """
    order = np.argsort(wanted, kind="stable")
    blocks: list[tuple[float, float, list[int]]] = []  # middle, length, members
    for label in order:
        middle, length, members = float(wanted[label]), float(sizes[label]), [int(label)]
        middle = _inside(middle, length, low, high)
        while blocks and blocks[-1][0] + blocks[-1][1] / 2 > middle - length / 2 + 1e-9:
            _, before_length, before = blocks.pop()
            members, length = before + members, before_length + length
            middle = _inside(_best_middle(members, wanted, sizes, length), length, low, high)
        blocks.append((middle, length, members))
    placed = np.empty(len(order))
    for middle, length, members in blocks:
        start = middle - length / 2
        for label in members:
            placed[label] = start + sizes[label] / 2
            start += sizes[label]
    return placed


def _inside(middle: float, length: float, low: float, high: float) -> float:
    return max(low + length / 2, min(high - length / 2, middle))


def _best_middle(members: list[int], wanted: Floats, sizes: Floats, length: float) -> float:
    """Return the middle of a block whose members then lie nearest, in squares, to where they would like to lie."""
    before = np.concatenate([[0.0], np.cumsum(sizes[members])[:-1]])
    return float(np.mean(wanted[members] - before - sizes[members] / 2)) + length / 2


def axes_points(axes: Axes) -> tuple[float, float]:
    """Return width and height of the axes in points, as they stand now."""
    box = axes.get_window_extent()
    scale = POINTS_PER_INCH / axes.figure.dpi
    return float(box.width) * scale, float(box.height) * scale


def draw_in_points(axes: Axes, width: float, height: float, *, own: bool) -> float:
    """Let one unit of the axes be one point on paper, y running downwards, and return the scale that type must take.

    A drawing that is laid out in points keeps its proportions on a caller's axes of any size: it is scaled as a
    whole, words included, so that words which lie free at full size lie free at every size.
    """
    scale = 1.0
    if not own:
        wide, tall = axes_points(axes)
        scale = min(wide / width, tall / height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_aspect("equal", anchor="NW")
    axes.set_axis_off()
    return scale


def settle(axes: Axes) -> None:
    """Let the layout of our own figure find its place, so that what follows can measure."""
    axes.figure.figure.draw_without_rendering()


def stretch_to(axes: Axes, wanted: float) -> None:
    """Make the page of our own figure taller or shorter until the axes have the height wanted, in points."""
    page = axes.figure.figure
    page.set_figheight(page.get_figheight() + (wanted - axes_points(axes)[1]) / POINTS_PER_INCH)
    settle(axes)


def nice_ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """Return round numbers that span ``low`` to ``high``.

    Examples
    --------
    >>> nice_ticks(0, 0.83)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    from matplotlib.ticker import MaxNLocator

    if not high > low:
        high = low + 1
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(f"{tick:.10g}") + 0.0 for tick in ticks]


def share_ticks(low: float, high: float) -> list[float]:
    """Return shares that are whole per cents, so that no way of writing them rounds two ticks to one.

    Examples
    --------
    >>> share_ticks(0, 0.0249), share_ticks(-0.031, 0.08)
    ([0.0, 0.01, 0.02, 0.03], [-0.04, -0.02, 0.0, 0.02, 0.04, 0.06, 0.08])
    """
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
    ticks = locator.tick_values(100 * low, max(100 * high, 100 * low + 1))
    return [round(float(tick)) / 100 for tick in ticks]


def set_ticks(
    axis: Axis, places: Sequence[float], labels: Sequence[str], *, size: float = TEXT, rotation: float = 0
) -> None:
    """Fix ticks and their words; a word is taken literally, also when it holds a dollar sign."""
    axis.set_ticks(
        list(places),
        labels=[literal(label) for label in labels],
        parse_math=False,
        fontsize=size,
        rotation=rotation,
    )


def open_frame(axes: Axes) -> None:
    """Leave of the frame the two axes, on a caller's axes too."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def row_type(axes: Axes | None, rows: float) -> float:
    """Return the size of type with which so many lines fit below each other; on our own page that is the ordinary."""
    return TEXT if axes is None else min(TEXT, axes_points(axes)[1] / max(rows, 1e-9) / _LEADING)


def set_words(
    axes: Axes,
    *,
    own: bool,
    title: str | None = None,
    x_label: str | None = None,
    y_label: str | None = None,
    above: float = 0.0,
) -> None:
    """Write title and axis labels literally, in lines that fit; on a caller's axes the title is ``above`` higher.

    In a figure of our own the title begins at the edge of the page, where the layout keeps room for it.
    """
    if axes.axison:
        open_frame(axes)
    looks: dict[str, Any] = {"fontsize": _TITLE, "fontweight": "bold", "parse_math": False}
    if title and own:
        axes.figure.figure.suptitle(wrapped(title, _TITLE_WIDTH), x=0.012, ha="left", **looks)
    elif title:
        fit = max(12, int(axes_points(axes)[0] / (0.7 * _TITLE)))
        axes.set_title(wrapped(title, fit), loc="left", pad=6 + above, **looks)
    if x_label:
        axes.set_xlabel(wrapped(x_label, 70), parse_math=False, fontsize=TEXT)
    if y_label:
        axes.set_ylabel(wrapped(y_label, 40), parse_math=False, fontsize=TEXT)


def title_height(title: str | None) -> float:
    """Return the height in inches that a title takes above the axes."""
    return 0.12 + 0.19 * lines_of(wrapped(title, _TITLE_WIDTH)) if title else 0.0


def named_height(texts: Sequence[str]) -> float:
    """Return the height in points that axes need for the names of series at their right edge."""
    return sum(_name_room(wrapped(text, NAME_WIDTH)) for text in texts if text) - 2 * TEXT


def _name_room(name: str) -> float:
    return lines_of(name) * TEXT * _LEADING + 3


def end_labels(
    axes: Axes, *, heights: Floats, texts: Sequence[str], colours: Sequence[str], width: int = NAME_WIDTH
) -> list[Annotation]:
    """Name each series at the right edge of the axes, moved apart where they would overlap, with a line to its end.

    Parameters
    ----------
    axes : Axes
        The axes, with their limits and room already set.
    heights : Floats
        (N,) where each series ends, in data units of the vertical axis; NaN for one that has no name to show.
    texts, colours : sequence of str
        (N,) name and colour of each series.
    width : int
        Characters on a line.

    Returns
    -------
    list of Annotation
        The names, for the caller who wants to set them anew when the room has changed.
    """
    shown = [i for i, text in enumerate(texts) if text and np.isfinite(heights[i])]
    tall = axes_points(axes)[1]
    low, high = axes.get_ylim()
    named = [wrapped(texts[i], width) for i in shown]
    ends = (heights[shown] - low) / (high - low) * tall
    room = np.array([_name_room(text) for text in named])
    # Half a line may stand out above and below: the margins of the axes leave that much.
    placed = spread(ends, room, -TEXT, tall + TEXT)
    return [
        axes.annotate(
            text,
            xy=(1, float(heights[i])),
            xycoords=("axes fraction", "data"),
            xytext=(20, float(place - end)),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=TEXT,
            color=INK,
            annotation_clip=False,
            parse_math=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colours[i],
                "linewidth": 1.4,
                "relpos": (0, 0.5),
                "shrinkA": 2,
                "shrinkB": 1,
            },
        )
        for i, text, end, place in zip(shown, named, ends, placed, strict=True)
    ]


def rows_below(
    axes: Axes,
    *,
    places: Floats,
    heading: str | None,
    names: Sequence[str],
    numbers: Sequence[Sequence[str]],
    colours: Sequence[str] | None = None,
) -> None:
    """Print rows of numbers under the axes, each number under its tick.

    Parameters
    ----------
    axes : Axes
        The axes; ticks and axis label are already set, the rows start below them.
    places : Floats
        (R,) where the numbers stand, in data units of the horizontal axis.
    heading : str or None
        A line above the rows.
    names : sequence of str
        (G,) what stands at the left of each row.
    numbers : sequence of sequence of str
        (G, R) the numbers.
    colours : sequence of str, optional
        (G,) colour of a mark before each name.
    """
    line = _ROW_LINE
    left = _half_width(places, numbers, axes) + 5
    down = _depth_of_axis(axes) + 0.9 * line
    looks: dict[str, Any] = {
        "textcoords": "offset points",
        "fontsize": SMALL,
        "color": INK,
        "annotation_clip": False,
        "parse_math": False,
        "va": "top",
    }
    corner = (0.0, 0.0)
    if heading:
        axes.annotate(
            heading, xy=corner, xycoords="axes fraction", xytext=(0, -down), ha="left", fontweight="bold", **looks
        )
        down += lines_of(heading) * line
    for row, name in enumerate(names):
        written = wrapped(name, _ROW_WIDTH)
        axes.annotate(
            written,
            xy=corner,
            xycoords="axes fraction",
            xytext=(-left - (10 if colours else 0), -down),
            ha="right",
            **looks,
        )
        if colours is not None:
            axes.annotate(
                "\N{BLACK SQUARE}",
                xy=corner,
                xycoords="axes fraction",
                xytext=(-left - 7, -down),
                ha="left",
                **looks | {"color": colours[row]},
            )
        for place, number in zip(places, numbers[row], strict=True):
            axes.annotate(
                number,
                xy=(float(place), 0.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, -down),
                ha="center",
                **looks,
            )
        down += _row_room(written)


def rows_height(names: Sequence[str]) -> float:
    """Return the height in points that rows of numbers with a heading take under the words of the axis."""
    return 2 * _ROW_LINE + sum(_row_room(wrapped(name, _ROW_WIDTH)) for name in names)


def _row_room(name: str) -> float:
    return lines_of(name) * _ROW_LINE + (2 if lines_of(name) > 1 else 0)


def _half_width(places: Floats, numbers: Sequence[Sequence[str]], axes: Axes) -> float:
    """Return how far the numbers under the first tick reach to the left of the axes, in points."""
    if not len(places) or places[0] > axes.get_xlim()[0]:
        return 0.0
    return max(text_width(row[0], size=SMALL) for row in numbers) / 2


def _depth_of_axis(axes: Axes) -> float:
    """Return how far ticks, their words and the axis label reach below the axes, in points."""
    box = axes.xaxis.get_tightbbox()
    if box is None:
        return 0.0
    return float(axes.get_window_extent().y0 - box.y0) * POINTS_PER_INCH / axes.figure.dpi


def thinned(places: Floats, texts: Sequence[Sequence[str]], points_per_unit: float) -> list[int]:
    """Return which of the ticks to keep so that the words under them do not touch: all, or every second, third, ...

    Examples
    --------
    >>> thinned(np.array([0.0, 1.0, 2.0, 3.0]), [["20,000", "15,000", "10,000", "5,000"]], 20.0)
    [0, 2]
    """
    widths = np.array([max(text_width(row[i], size=TEXT) for row in texts) for i in range(len(places))])
    for step in range(1, len(places) + 1):
        kept = list(range(0, len(places), step))
        gaps = np.diff(places[kept]) * points_per_unit
        if np.all(gaps >= (widths[kept][1:] + widths[kept][:-1]) / 2 + 4):
            break
    return kept
