"""Curves over case age: how cases have ended by each day, with the number still open under the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import (
    POINTS_PER_INCH,
    axes_points,
    end_labels,
    floats,
    named_height,
    rows_below,
    rows_height,
    set_ticks,
    set_words,
    settle,
    share_ticks,
    stretch_to,
    thinned,
    wrapped,
)
from .style import (
    INK,
    OPEN,
    PAGE_WIDTH,
    SMALL,
    SOFT,
    Format,
    Mark,
    house_style,
    mark,
    new_axes,
    plain_number,
    plain_percent,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Areas of more groups than this lie over one another until nobody can tell them apart.
MOST_SHADED: Final = 5
# More curves than this are not told apart, and their colours come again: then only so many of the largest are drawn.
MOST_CURVES: Final = 9
DRAWN_CURVES: Final = 8


def stacked_incidence(
    *,
    days: ArrayLike,
    incidence: ArrayLike,
    labels: Sequence[str],
    open_label: str,
    at_risk_days: ArrayLike,
    at_risk: ArrayLike,
    at_risk_label: str,
    x_label: str,
    y_label: str,
    first_day: float = 0.0,
    lines: Mapping[float, str] | None = None,
    day_labels: Sequence[str] | None = None,
    number: Format = plain_number,
    percent: Format = plain_percent,
    tones: Sequence[int] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how all cases are spread over the ways of ending by each day; what is left up to 1 is still open.

    Parameters
    ----------
    days : array_like
        (T,) days, ascending. A value holds from its day (inclusive) until the next; before the first, nothing ended.
    incidence : array_like
        (K, T) share of cases ended in each way by each day, between 0 and 1; the first way lies at the bottom.
    labels : sequence of str
        (K,) the ways of ending.
    open_label : str
        Name of the share still open.
    at_risk_days : array_like
        (R,) days with a tick and a number under it; the drawing ends at the later of the last tick and the last day.
    at_risk : array_like
        (R,) number still open just before each of these days; NaN where it is not shown.
    at_risk_label : str
        Name of that row.
    x_label, y_label : str
        Axis labels.
    first_day : float
        Where the drawing begins.
    lines : mapping of float to str, optional
        Days that are marked by an upright line, and its words: a landmark, a horizon, a legal limit.
    day_labels : sequence of str, optional
        (R,) words of the ticks; the plain number of days by default.
    number, percent : callable
        How counts and shares are written in the reader's language.
    tones : sequence of int, optional
        (K,) index of the look of each way of ending, so that one outcome looks alike in several figures.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One filled area per way of ending and one for open cases, in that order in ``collections``.

    Examples
    --------
    >>> axes = stacked_incidence(
    ...     days=[30, 90, 200], incidence=[[0.1, 0.3, 0.5], [0.0, 0.0, 0.1]], labels=["rejected", "convicted"],
    ...     open_label="still open", at_risk_days=[0, 100, 200], at_risk=[40, 28, 24], at_risk_label="open",
    ...     x_label="days since the complaint", y_label="share of cases")
    >>> len(axes.collections)
    3
    """
    shares, ticks = np.atleast_2d(floats(incidence)), floats(at_risk_days)
    _same_length(labels=labels, incidence=shares)
    _same_length(at_risk_days=ticks, at_risk=floats(at_risk))
    stretch, steps = _from_first(floats(days), shares, first_day, start=0.0, until=ticks)
    tops = np.vstack([np.zeros(len(stretch)), np.cumsum(np.nan_to_num(steps), axis=0), np.ones(len(stretch))])
    areas = [*(mark(tone) for tone in (_tones(tones, labels))), Mark(OPEN, "", (0, ()), "")]
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, 4.3)
    with house_style():
        for low, high, look in zip(tops[:-1], tops[1:], areas, strict=True):
            edge = 0.8 if np.any(high > low) else 0.0
            looks: dict[str, Any] = {
                "facecolor": look.colour,
                "hatch": look.hatch,
                "edgecolor": "white",
                "linewidth": edge,
            }
            axes.fill_between(stretch, low, high, step="post", **looks)
        axes.set_ylim(0, 1)
        shares_up = [0.0, 0.25, 0.5, 0.75, 1.0]
        set_ticks(axes.yaxis, shares_up, [percent(share) for share in shares_up])
        axes.set_xlim(first_day, stretch[-1])
        _draw_lines(axes, lines or {}, boxed=True)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        ends = np.where(tops[1:, -1] > tops[:-1, -1], (tops[:-1, -1] + tops[1:, -1]) / 2, np.nan)
        _beside_and_under(
            axes,
            own=ax is None,
            ends=ends,
            end_names=[*labels, open_label],
            end_colours=[*(look.colour for look in areas[:-1]), SOFT],
            ticks=ticks,
            tick_words=day_labels or [number(day) for day in ticks],
            row_names=[at_risk_label],
            rows=[[number(n) for n in floats(at_risk)]],
        )
    return axes


def step_curves(
    *,
    days: ArrayLike,
    estimate: ArrayLike,
    conf_low: ArrayLike | None = None,
    conf_high: ArrayLike | None = None,
    band_low: ArrayLike | None = None,
    band_high: ArrayLike | None = None,
    groups: Sequence[str],
    at_risk_days: ArrayLike,
    at_risk: ArrayLike,
    at_risk_label: str,
    x_label: str,
    y_label: str,
    start: float = 0.0,
    first_day: float = 0.0,
    lines: Mapping[float, str] | None = None,
    limits_label: str | None = None,
    marks: ArrayLike | None = None,
    mark_height: float = 0.5,
    day_labels: Sequence[str] | None = None,
    number: Format = plain_number,
    percent: Format = plain_percent,
    tones: Sequence[int] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve per group with its band, and the numbers at risk in a table below.

    Of more than nine groups the eight with most units at risk at the beginning are drawn, in their order; the
    caller says so in ``limits_label``.

    Parameters
    ----------
    days : array_like
        (T,) days, ascending. A value holds from its day (inclusive) until the next.
    estimate : array_like
        (G, T) shares between 0 and 1; NaN from the day on which a group is no longer followed.
    conf_low, conf_high : array_like, optional
        (G, T) limits for each day by itself, drawn as an area; left out for more than five groups, and for several
        groups with a band.
    band_low, band_high : array_like, optional
        (G, T) limits for the whole curve at once, drawn as two thin lines; NaN outside the days for which they hold.
    groups : sequence of str
        (G,) names of the curves; a single curve may be called "".
    at_risk_days, at_risk : array_like
        (R,) days with a tick, and (G, R) the number at risk just before each; NaN where it is not shown.
    at_risk_label : str
        Heading of that table.
    x_label, y_label : str
        Axis labels.
    start : float
        Value before the first day: 0 for an incidence, 1 for the share still open.
    first_day, lines
        As in ``stacked_incidence``.
    limits_label : str, optional
        What the areas and thin lines are and how many groups are not drawn, written in the corner that curves
        leave free.
    marks : array_like, optional
        (G,) day on which each curve passes ``mark_height`` (its median), NaN for none.
    mark_height : float
        Height of the marks.
    day_labels, number, percent, tones, title, ax
        As in ``stacked_incidence``; ``tones`` is (G,).

    Returns
    -------
    Axes
        One line per group in ``lines``, then the marks; one band per group in ``collections``.

    Examples
    --------
    >>> axes = step_curves(
    ...     days=[30, 90, 200], estimate=[[0.9, 0.7, 0.4], [0.8, 0.8, 0.3]], groups=["La Paz", "Oruro"], start=1.0,
    ...     at_risk_days=[0, 100, 200], at_risk=[[40, 28, 16], [20, 16, 6]], at_risk_label="open cases",
    ...     x_label="days since the complaint", y_label="share still open", marks=[200, 200])
    >>> axes.lines[0].get_ydata().tolist()
    [1.0, 0.9, 0.7, 0.4]
    """
    curves, ticks, table = np.atleast_2d(floats(estimate)), floats(at_risk_days), np.atleast_2d(floats(at_risk))
    _same_length(groups=groups, estimate=curves, at_risk=table)
    _same_length(at_risk_days=ticks, at_risk=table.T)
    shown = _largest(table)
    groups, curves, table = [groups[g] for g in shown], curves[shown], table[shown]
    conf_low, conf_high, band_low, band_high = (
        None if edge is None else np.atleast_2d(floats(edge))[shown]
        for edge in (conf_low, conf_high, band_low, band_high)
    )
    stretch, steps = _from_first(floats(days), curves, first_day, start=start, until=ticks)
    looks = [mark(tone) for tone in (range(len(groups)) if tones is None else [tones[g] for g in shown])]
    tall = (named_height(groups) + rows_height(groups)) / POINTS_PER_INCH + 1.1
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, max(tall, 3.9 + 0.14 * len(groups)))
    with house_style():
        top = [start, np.nanmax(steps, initial=0.0)]
        shaded = len(groups) <= (MOST_SHADED if band_low is None else 1)
        if conf_low is not None and conf_high is not None and shaded:
            low, high = (
                _from_first(floats(days), np.atleast_2d(floats(edge)), first_day, start=start, until=ticks)[1]
                for edge in (conf_low, conf_high)
            )
            for g, look in enumerate(looks):
                axes.fill_between(stretch, low[g], high[g], step="post", color=look.colour, alpha=0.16, linewidth=0)
            top.append(np.nanmax(high, initial=0.0))
        for edge in (band_low, band_high):
            if edge is not None:
                held = _held(floats(days), np.atleast_2d(floats(edge)), first_day, ticks)
                for row, look in zip(held, looks, strict=True):
                    axes.plot(*row, drawstyle="steps-post", color=look.colour, linewidth=0.7, zorder=1.5)
                top.append(np.nanmax(floats(edge), initial=0.0))
        for curve, look in zip(steps, looks, strict=True):
            axes.plot(stretch, curve, drawstyle="steps-post", color=look.colour, linestyle=look.dash, clip_on=False)
            # A curve that ends early is still led to its name at the edge, by a thread that is not a curve.
            if np.isnan(curve[-1]) and np.isfinite(curve).any():
                thread: dict[str, Any] = {"color": look.colour, "linewidth": 0.6, "linestyle": (0, (1, 3))}
                axes.hlines(_last_value(curve), stretch[np.isfinite(curve)][-1], stretch[-1], **thread)
        if marks is not None:
            _draw_marks(axes, floats(marks)[shown], mark_height, looks)
        _shares_up(axes, min(1.0, max(top)), percent)
        axes.set_xlim(first_day, stretch[-1])
        _draw_lines(axes, lines or {})
        if limits_label:
            _in_the_free_corner(axes, limits_label, right=start > 0)
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
        _beside_and_under(
            axes,
            own=ax is None,
            ends=np.array([_last_value(row) for row in steps]),
            end_names=groups,
            end_colours=[look.colour for look in looks],
            ticks=ticks,
            tick_words=day_labels or [number(day) for day in ticks],
            row_names=groups,
            rows=[[number(n) for n in row] for row in table],
            heading=at_risk_label,
        )
    return axes


def _same_length(**given: Sequence[str] | Floats) -> None:
    if len({len(one) for one in given.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(one)}" for name, one in given.items())
        raise ValueError(f"these must have one entry each: {lengths}")


def _tones(tones: Sequence[int] | None, series: Sequence[str]) -> Sequence[int]:
    return range(len(series)) if tones is None else tones


def _from_first(days: Floats, values: Floats, first: float, *, start: float, until: Floats) -> tuple[Floats, Floats]:
    """Let every step curve begin on the first day and reach the end of the drawing; NaN stays NaN."""
    # a drawing of one day has a width too
    last = float(max([first + 1, *days[-1:].tolist(), *until[-1:].tolist()]))
    if not len(days) or days[0] > first:
        days = np.concatenate([[first], days])
        values = np.column_stack([np.full(len(values), start), values])
    if days[-1] < last:
        days = np.append(days, last)
        values = np.column_stack([values, values[:, -1]])
    return days, values


def _held(days: Floats, edges: Floats, first: float, until: Floats) -> list[tuple[Floats, Floats]]:
    """Return each edge of a band on the days for which it holds; nothing is carried on after the last of them."""
    stretch, steps = _from_first(days, edges, first, start=float("nan"), until=until)
    if len(days) and len(stretch) > len(days) and stretch[-1] > days[-1]:
        steps[:, -1] = np.nan
    return [(stretch, row) for row in steps]


def _largest(at_risk: Floats) -> list[int]:
    """Return which groups are drawn: all, or of too many those with most units at the beginning."""
    if len(at_risk) <= MOST_CURVES:
        return list(range(len(at_risk)))
    first = np.nan_to_num(at_risk[:, 0]) if at_risk.shape[1] else np.zeros(len(at_risk))
    return sorted(np.argsort(-first, kind="stable")[:DRAWN_CURVES].tolist())


def _last_value(row: Floats) -> float:
    known = row[np.isfinite(row)]
    return float(known[-1]) if len(known) else float("nan")


def _shares_up(axes: Axes, top: float, percent: Format) -> None:
    """Scale the shares from 0 to a round number above the highest: a rare ending must not be a line on the floor."""
    ticks = [tick for tick in share_ticks(0.0, top if top > 0 else 1.0) if tick <= 1]
    axes.set_ylim(0, ticks[-1])
    set_ticks(axes.yaxis, ticks, [percent(tick) for tick in ticks])
    axes.grid(visible=True, axis="y")


def _draw_marks(axes: Axes, marks: Floats, height: float, looks: Sequence[Mark]) -> None:
    """Mark where each curve passes the height, with a line down to the day."""
    if np.any(np.isfinite(marks)):
        axes.axhline(height, color=SOFT, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for day, look in zip(marks, looks, strict=True):
        if np.isfinite(day):
            axes.vlines(day, 0, height, color=look.colour, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
            axes.plot([day], [height], look.marker, color=look.colour, markeredgecolor="white", zorder=4)


def _draw_lines(axes: Axes, lines: Mapping[float, str], *, boxed: bool = False) -> None:
    """Draw upright lines at chosen days, their words at the foot where curves of endings leave room."""
    left, right = axes.get_xlim()
    for day, words in lines.items():
        axes.axvline(day, color=SOFT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=3)
        late = day > (left + right) / 2
        axes.annotate(
            words,
            xy=(day, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-3 if late else 3, -3),
            textcoords="offset points",
            ha="right" if late else "left",
            va="top",
            fontsize=SMALL,
            color=INK,
            parse_math=False,
            bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1} if boxed else None,
            zorder=5,
        )


def _in_the_free_corner(axes: Axes, words: str, *, right: bool) -> None:
    """Write a remark where curves are not: falling ones leave the right upper corner, rising ones the left."""
    axes.annotate(
        wrapped(words, 46),
        xy=(float(right), 1),
        xycoords="axes fraction",
        xytext=(-4 if right else 6, -4),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
        fontsize=SMALL,
        color=SOFT,
        parse_math=False,
        bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1},
        zorder=5,
    )


def _beside_and_under(
    axes: Axes,
    *,
    own: bool,
    ends: Floats,
    end_names: Sequence[str],
    end_colours: Sequence[str],
    ticks: Floats,
    tick_words: Sequence[str],
    row_names: Sequence[str],
    rows: Sequence[Sequence[str]],
    heading: str | None = None,
) -> None:
    """Name the curves at their ends, then print the ticks with the numbers under them.

    The names take width and the rows take height, so in a figure of our own the names are set twice: once to
    know how many ticks fit, and again when the height is known. On a caller's axes the room is what it is.
    """
    names = end_labels(axes, heights=ends, texts=end_names, colours=end_colours)
    if own:
        settle(axes)
    left, right = axes.get_xlim()
    unit = axes_points(axes)[0] / (right - left)
    kept = thinned(ticks, [tick_words, *rows], unit)
    set_ticks(axes.xaxis, [float(ticks[i]) for i in kept], [tick_words[i] for i in kept])
    axes.set_xlim(left, right)
    rows_below(
        axes,
        places=ticks[kept],
        heading=heading,
        names=row_names,
        numbers=[[row[i] for i in kept] for row in rows],
        colours=end_colours if heading else None,
    )
    if own:
        settle(axes)
        needed = named_height([name for name, end in zip(end_names, ends, strict=True) if np.isfinite(end)])
        if axes_points(axes)[1] < needed:
            stretch_to(axes, needed)
        for name in names:
            name.remove()
        end_labels(axes, heights=ends, texts=end_names, colours=end_colours)
