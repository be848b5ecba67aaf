"""Rows of periods: estimates with their intervals, control limits, and levels that change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Flags, Floats
from .placing import axes_points, end_labels, floats, nice_ticks, set_ticks, set_words, settle, share_ticks, thinned
from .style import INK, OPEN, PAGE_WIDTH, RULE, SMALL, SOFT, TEXT, Format, house_style, mark, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT: Final = 3.5
_SIGNAL: Final = "#F34706"
# Intervals of more series than this would hide one another.
_MOST_INTERVALS: Final = 3


def period_rows(
    *,
    periods: Sequence[str],
    estimate: ArrayLike,
    conf_low: ArrayLike,
    conf_high: ArrayLike,
    complete: ArrayLike,
    waiting: ArrayLike,
    groups: Sequence[str] = ("",),
    y_label: str,
    x_label: str,
    immature_label: str,
    waiting_label: str,
    number: Format = plain_number,
    shares: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates by period, what is not mature marked: hollow where part was observed, grey where nothing yet.

    Parameters
    ----------
    periods : sequence of str
        (P,) words of the periods.
    estimate, conf_low, conf_high : array_like
        (G, P) or (P,); NaN leaves a gap.
    complete : array_like of bool
        (G, P) where the whole period was observed.
    waiting : array_like of bool
        (P,) periods that cannot be told yet.
    groups : sequence of str
        (G,) names at the ends of the lines; "" for none.
    x_label, y_label, immature_label, waiting_label : str
        Words of the axes, of the hollow points and of the grey area.
    number : callable
        How an estimate is written.
    shares : bool
        Whether the estimates are shares.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> axes = period_rows(periods=["2016", "2017"], estimate=[0.1, 0.2], conf_low=[0, 0.1], conf_high=[0.2, 0.3],
    ...                    complete=[True, False], waiting=[False, False], x_label="year", y_label="share",
    ...                    immature_label="not complete", waiting_label="not yet known")
    >>> [word.get_text() for word in axes.get_xticklabels()]
    ['2016', '2017']
    """
    middle, low, high = (np.atleast_2d(floats(one)) for one in (estimate, conf_low, conf_high))
    whole = np.atleast_2d(np.asarray(complete, np.bool_))
    axes, x = _begun(periods, ax)
    wide = 0.12 if len(groups) > 1 else 0.0
    with house_style():
        for g in range(len(groups)):
            look, places = mark(g), x + wide * (g - (len(groups) - 1) / 2)
            _line(axes, places, middle[g], look.colour, look.dash)
            if len(groups) <= _MOST_INTERVALS:
                axes.vlines(places, low[g], high[g], color=look.colour, linewidth=1.0, alpha=0.7, zorder=2)
            dot: dict[str, Any] = {"linestyle": "none", "marker": look.marker, "zorder": 4, "clip_on": False}
            solid, part = np.isfinite(middle[g]) & whole[g], np.isfinite(middle[g]) & ~whole[g]
            _dots(axes, places, middle[g], solid, {"color": look.colour, "markeredgecolor": "white", **dot})
            hollow_dot = {"markerfacecolor": "white", "markeredgecolor": look.colour, "markersize": 7, **dot}
            _dots(axes, places, middle[g], part, hollow_dot)
        drawn = np.concatenate([middle.ravel(), high.ravel() if len(groups) <= 3 else middle.ravel()])
        top = float(np.nanmax(drawn)) if np.isfinite(drawn).any() else 1.0
        _dressed(
            axes, periods, 0.0, top, number=number, shares=shares, x_label=x_label, y_label=y_label, own=ax is None
        )
        shown: list[tuple[Any, str]] = []
        if (np.isfinite(middle) & ~whole).any():
            hollow = axes.plot(
                [], [], linestyle="none", marker="o", markersize=7, markerfacecolor="white", markeredgecolor=INK
            )
            shown.append((hollow[0], immature_label))
        if np.asarray(waiting).any():
            shown.append((_grey(axes, x, np.asarray(waiting, np.bool_)), waiting_label))
        _key(axes, shown)
        _ends(axes, middle, groups, own=ax is None)
        _name_periods(axes, x, periods)
    return axes


def control_chart(
    *,
    periods: Sequence[str],
    estimate: ArrayLike,
    centre: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    beyond: ArrayLike,
    runs: ArrayLike,
    complete: ArrayLike,
    groups: Sequence[str] = ("",),
    x_label: str,
    y_label: str,
    labels: Sequence[str],
    number: Format = plain_number,
    shares: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a control chart: each period, the centre, the band in which chance moves it, and the signals.

    Parameters
    ----------
    periods : sequence of str
        (P,) words of the periods.
    estimate, beyond, runs, complete : array_like
        (G, P) or (P,): estimates; those beyond the limits; those in a run; those observed as a whole.
    centre, lower, upper : array_like
        (P,) of all groups together.
    groups : sequence of str
        (G,) names at the ends of the lines.
    labels : sequence of str
        Words of the band, of a point beyond it, of a run, and of a period that is not complete.
    x_label, y_label, number, shares, ax
        As in :func:`period_rows`.

    Returns
    -------
    Axes

    Examples
    --------
    >>> axes = control_chart(periods=["Q1", "Q2"], estimate=[0.1, 0.5], centre=[0.1, 0.1], lower=[0, 0],
    ...                      upper=[0.3, 0.3], beyond=[False, True], runs=[False, False], complete=[True, True],
    ...                      x_label="", y_label="share", labels=["limits", "beyond", "run", "not complete"])
    >>> len(axes.lines) > 1
    True
    """
    middle = np.atleast_2d(floats(estimate))
    out, run, whole = (np.atleast_2d(np.asarray(one, np.bool_)) for one in (beyond, runs, complete))
    line, low, high = floats(centre), floats(lower), floats(upper)
    axes, x = _begun(periods, ax)
    with house_style():
        # steps, not slopes: the limits of one period say nothing of the days between it and the next
        edges = np.repeat(np.arange(len(x) + 1) - 0.5, 2)[1:-1]
        band = axes.fill_between(edges, np.repeat(low, 2), np.repeat(high, 2), color=OPEN, linewidth=0, zorder=0)
        axes.plot(edges, np.repeat(line, 2), color=SOFT, linewidth=1.0, zorder=1)
        for g in range(len(groups)):
            look = mark(g)
            _line(axes, x, middle[g], look.colour, look.dash)
            dot: dict[str, Any] = {"linestyle": "none", "zorder": 4, "clip_on": False}
            looks: tuple[tuple[Flags, dict[str, Any]], ...] = (
                (whole[g] & ~out[g] & ~run[g], {"marker": "o", "color": look.colour, "markersize": 4}),
                (run[g] & ~out[g], {"marker": "D", "color": look.colour, "markersize": 6, "markerfacecolor": "white"}),
                (out[g], {"marker": "s", "color": _SIGNAL, "markersize": 8, "markeredgecolor": INK}),
                (~whole[g] & ~out[g] & ~run[g], {"marker": "o", "color": look.colour, "markerfacecolor": "white"}),
            )
            for rows, style in looks:
                _dots(axes, x, middle[g], rows & np.isfinite(middle[g]), {**dot, **style})
        every = np.concatenate([middle.ravel(), low, high])
        floor = 0.0 if shares or not (every < 0).any() else float(np.nanmin(every))
        top = float(np.nanmax(every))
        _dressed(
            axes, periods, floor, top, number=number, shares=shares, x_label=x_label, y_label=y_label, own=ax is None
        )
        shown: list[tuple[Any, str]] = [(band, labels[0])]
        samples: tuple[tuple[Flags, dict[str, Any]], ...] = (
            (out, {"marker": "s", "color": _SIGNAL, "markersize": 8, "markeredgecolor": INK}),
            (run & ~out, {"marker": "D", "color": INK, "markersize": 6, "markerfacecolor": "white"}),
            (np.isfinite(middle) & ~whole, {"marker": "o", "color": INK, "markerfacecolor": "white"}),
        )
        for words, (rows, style) in zip(labels[1:], samples, strict=True):
            if rows.any():
                shown.append((axes.plot([], [], linestyle="none", **style)[0], words))
        _key(axes, shown)
        _ends(axes, middle, groups, own=ax is None)
        _name_periods(axes, x, periods)
    return axes


def changing_levels(
    *,
    periods: Sequence[str],
    estimate: ArrayLike,
    levels: ArrayLike,
    ranges: Sequence[tuple[int, int, int]],
    groups: Sequence[str] = ("",),
    x_label: str,
    y_label: str,
    labels: Sequence[str],
    number: Format = plain_number,
    shares: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates by period with the levels that were found, and the periods in which each change may lie.

    Parameters
    ----------
    periods : sequence of str
        (P,) words of the periods.
    estimate, levels : array_like
        (G, P) or (P,): the estimates, and the level of each period.
    ranges : sequence of (int, int, int)
        Of each change: its group, and the first and last period in which the new level may begin.
    groups : sequence of str
        (G,) names at the ends of the lines.
    labels : sequence of str
        Words of a level and of the range of a change.
    x_label, y_label, number, shares, ax
        As in :func:`period_rows`.

    Returns
    -------
    Axes

    Examples
    --------
    >>> axes = changing_levels(periods=["1", "2", "3"], estimate=[0.1, 0.1, 0.3], levels=[0.1, 0.1, 0.3],
    ...                        ranges=[(0, 2, 2)], x_label="", y_label="share", labels=["level", "change"])
    >>> len(axes.patches)
    1
    """
    middle, steps = np.atleast_2d(floats(estimate)), np.atleast_2d(floats(levels))
    axes, x = _begun(periods, ax)
    with house_style():
        shown: list[tuple[Any, str]] = []
        spans = [
            axes.axvspan(first - 0.5 - 0.35, last - 0.5 + 0.35, color=mark(g).colour, alpha=0.15, linewidth=0, zorder=0)
            for g, first, last in ranges
        ]
        for g in range(len(groups)):
            look = mark(g)
            axes.plot(
                x, middle[g], color=look.colour, linewidth=0.8, linestyle=look.dash, marker=look.marker, markersize=4
            )
            edges = np.repeat(np.arange(len(x) + 1) - 0.5, 2)[1:-1]
            drawn = axes.plot(edges, np.repeat(steps[g], 2), color=look.colour, linewidth=2.4, zorder=3)
            if g == 0:
                shown.append((drawn[0], labels[0]))
        shown += [(spans[0], labels[1])] if spans else []
        top = float(np.nanmax(np.concatenate([middle.ravel(), steps.ravel()])))
        _dressed(
            axes, periods, 0.0, top, number=number, shares=shares, x_label=x_label, y_label=y_label, own=ax is None
        )
        _key(axes, shown)
        _ends(axes, middle, groups, own=ax is None)
        _name_periods(axes, x, periods)
    return axes


def _begun(periods: Sequence[str], ax: Axes | None) -> tuple[Axes, Floats]:
    axes = ax if ax is not None else new_axes(PAGE_WIDTH, _HEIGHT)
    return axes, np.arange(len(periods), dtype=np.float64)


def _line(axes: Axes, x: Floats, y: Floats, colour: str, dash: Any) -> None:
    axes.plot(x, y, color=colour, linestyle=dash, linewidth=1.1, zorder=3)


def _dots(axes: Axes, x: Floats, y: Floats, rows: Flags, style: Mapping[str, Any]) -> None:
    # a line without a point that is not clipped would reach to the corner of the page and push the axes away
    if rows.any():
        axes.plot(x[rows], y[rows], **style)


def _dressed(
    axes: Axes,
    periods: Sequence[str],
    low: float,
    top: float,
    *,
    number: Format,
    shares: bool,
    x_label: str,
    y_label: str,
    own: bool,
) -> None:
    high = top * 1.04 if np.isfinite(top) and top > low else low + 1
    ticks = share_ticks(low, high) if shares else nice_ticks(low, high)
    ticks = [tick for tick in ticks if not shares or tick <= 1]
    axes.set_ylim(min(low, ticks[0]), max(ticks[-1], high))
    axes.set_xlim(-0.6, max(len(periods), 1) - 0.4)
    set_ticks(axes.yaxis, ticks, [number(tick) for tick in ticks])
    axes.grid(visible=True, axis="y", color=RULE)
    set_words(axes, own=own, x_label=x_label, y_label=y_label)


def _grey(axes: Axes, x: Floats, waiting: Flags) -> Any:
    for place in x[waiting]:
        span = axes.axvspan(place - 0.5, place + 0.5, color=OPEN, linewidth=0, zorder=0)
    return span


def _key(axes: Axes, shown: Sequence[tuple[Any, str]]) -> None:
    """Explain marks above the axes, where they hide nothing."""
    if not shown:
        return
    legend = axes.legend(
        [one for one, _ in shown],
        [words for _, words in shown],
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=min(len(shown), 2),
        borderaxespad=0.2,
        fontsize=SMALL,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _ends(axes: Axes, middle: Floats, groups: Sequence[str], *, own: bool) -> None:
    if not any(groups):
        if own:
            settle(axes)
        return
    ends = np.array([row[np.isfinite(row)][-1] if np.isfinite(row).any() else np.nan for row in middle])
    colours = [mark(g).colour for g in range(len(groups))]
    before = list(axes.texts)
    end_labels(axes, heights=ends, texts=groups, colours=colours)
    if own:
        settle(axes)
        for name in [one for one in axes.texts if one not in before]:
            name.remove()
        end_labels(axes, heights=ends, texts=groups, colours=colours)


def _name_periods(axes: Axes, x: Floats, periods: Sequence[str]) -> None:
    low, high = axes.get_xlim()
    kept = thinned(x, [list(periods)], axes_points(axes)[0] / (high - low)) if len(x) else []
    set_ticks(axes.xaxis, [float(x[i]) for i in kept], [periods[i] for i in kept], size=TEXT)
    axes.set_xlim(low, high)
