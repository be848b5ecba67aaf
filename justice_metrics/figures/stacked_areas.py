"""Where all cases are by each day: stages and endings stacked to 1, one panel per group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import axes_points, floats, literal, open_frame, set_ticks, set_words, settle, thinned, wrapped
from .style import INK, PAGE_WIDTH, SMALL, Format, house_style, mark, new_axes, plain_number, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A layer that never takes this share of the height cannot be seen; it joins the rest of its kind.
_THINNEST: Final = 0.02
_MOST_LAYERS: Final = 9
# Open stages in pale greys and blues, from the first (lightest) on: who has ended is dark, who is open is pale.
_PALE: Final = ("#f1f1f1", "#dfe6ee", "#c9d6e6", "#e4dccb", "#d3c6ab", "#c3d8cc", "#a5c3b3", "#d9cbdf", "#bfabc9")
_PANEL_WIDTH: Final = 2.5
_PANEL_HEIGHT: Final = 2.0
_ACROSS: Final = 3


class _Layer(NamedTuple):
    """One area of the stack, in every panel alike."""

    label: str
    shares: Floats  # (G, T)
    colour: str
    hatch: str


def stacked_areas(
    *,
    days: ArrayLike,
    shares: ArrayLike,
    labels: Sequence[str],
    ended: Sequence[bool],
    groups: Sequence[str],
    ticks: Sequence[int],
    x_label: str,
    y_label: str,
    open_label: str,
    ended_label: str,
    rest_labels: tuple[str, str],
    number: Format = plain_number,
    percent: Format = plain_percent,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of the cases in each state by day, stacked to 1: endings below, open stages above.

    Parameters
    ----------
    days : array_like
        (T,) days, ascending; a value holds until the next.
    shares : array_like
        (G, S, T) share of the cases of each group in each state after each day; NaN from where a group is no longer
        watched.
    labels : sequence of str
        (S,) states, in the order of the procedure.
    ended : sequence of bool
        (S,) whether a state is a way of ending.
    groups : sequence of str
        (G,) names of the panels; "" for a single one.
    ticks : sequence of int
        Days with a tick.
    x_label, y_label : str
        Axis labels.
    open_label, ended_label : str
        Headings of the key over stages and over endings.
    rest_labels : (str, str)
        Names of the stages and of the endings that are too thin to be seen, taken together.
    number, percent : callable
        How days and shares are written in the reader's language.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on, divided into panels; new ones by default.

    Returns
    -------
    Axes
        That of the first panel; one filled area per layer in ``collections``, from the bottom up.

    Examples
    --------
    >>> axes = stacked_areas(
    ...     days=[0, 100, 200], shares=[[[1, 0.5, 0.2], [0, 0.2, 0.3], [0, 0.3, 0.5]]],
    ...     labels=["complaint", "trial", "convicted"], ended=[False, False, True], groups=[""], ticks=[0, 100, 200],
    ...     x_label="days since the complaint", y_label="share of cases", open_label="open, in", ended_label="ended by",
    ...     rest_labels=("other stages", "other endings"))
    >>> len(axes.collections)
    3
    """
    every, stretch = floats(shares), floats(days)
    if every.shape != (len(groups), len(labels), len(stretch)) or len(ended) != len(labels):
        raise ValueError(f"{len(groups)} groups and {len(labels)} states do not fit shares of shape {every.shape}")
    layers = _layers(every, labels, ended, rest_labels)
    with house_style():
        panels = _panels(groups, ax)
        for group, panel in enumerate(panels):
            _draw_panel(panel, stretch, layers, group)
            panel.set_xlim(0, max(float(stretch[-1]), float(ticks[-1])))
            panel.set_ylim(0, 1)
            open_frame(panel)
            if len(groups) > 1:
                panel.set_title(wrapped(groups[group], 30), loc="left", fontsize=SMALL, parse_math=False)
        _name_axes(panels, x_label, y_label, number, percent, list(ticks), own=ax is None, title=title)
        _draw_key(panels, layers, open_label, ended_label, own=ax is None)
        if ax is None:
            settle(panels[0])
        _tick(panels, list(ticks), number)
    return panels[0]


def _layers(
    shares: Floats, labels: Sequence[str], ended: Sequence[bool], rest_labels: tuple[str, str]
) -> list[tuple[bool, _Layer]]:
    """Return the layers from the bottom up: endings, the latest stage, ..., the first stage; thin ones joined."""
    most = np.nan_to_num(shares).max(axis=(0, 2))
    found: list[tuple[bool, _Layer]] = []
    for kind in (True, False):
        mine = [i for i in range(len(labels)) if bool(ended[i]) is kind and most[i] > 0]
        large = sorted(sorted(mine, key=lambda i: -most[i])[:_MOST_LAYERS])
        seen = [i for i in large if most[i] >= _THINNEST] or large[:1]
        rest = [i for i in mine if i not in seen]
        if len(rest) == 1 and len(seen) < _MOST_LAYERS:
            seen, rest = sorted([*seen, *rest]), []
        made = [(labels[i], shares[:, i]) for i in seen]
        if rest:
            made.append((rest_labels[0 if kind is False else 1], shares[:, rest].sum(axis=1)))
        looks = [(mark(k).colour, mark(k).hatch) if kind else (_PALE[k % len(_PALE)], "") for k in range(len(made))]
        of_kind = [(kind, _Layer(name, held, *look)) for (name, held), look in zip(made, looks, strict=True)]
        found += of_kind if kind else of_kind[::-1]
    return found


def _across(n: int) -> int:
    return 2 if n == 4 else min(_ACROSS, n)


def _panels(groups: Sequence[str], ax: Axes | None) -> list[Axes]:
    """Return one axes per group: of a figure of our own, or carved out of the caller's."""
    n = len(groups)
    across = _across(n)
    down = -(-n // across)
    if ax is None and n == 1:
        return [new_axes(PAGE_WIDTH, 4.0)]
    if ax is None:
        first = new_axes(max(PAGE_WIDTH, across * _PANEL_WIDTH), down * _PANEL_HEIGHT + 1.6)
        figure: Any = first.figure
        kind = type(first)
        first.remove()
        grid = figure.add_gridspec(down, across)
        return [figure.add_subplot(grid[divmod(i, across)], axes_class=kind) for i in range(n)]
    if n == 1:
        return [ax]
    ax.set_axis_off()
    wide, tall = 1 / across, 1 / down
    return [
        ax.inset_axes((i % across * wide + 0.02, 1 - (i // across + 1) * tall + 0.06, wide - 0.06, tall - 0.14))
        for i in range(n)
    ]


def _draw_panel(panel: Axes, days: Floats, layers: Sequence[tuple[bool, _Layer]], group: int) -> None:
    watched = np.isfinite(layers[0][1].shares[group])
    low = np.where(watched, 0.0, np.nan)
    for _, layer in layers:
        high = low + layer.shares[group]
        edge = 0.5 if np.any(np.nan_to_num(high - low) > 0) else 0.0
        looks: dict[str, Any] = {
            "facecolor": layer.colour,
            "hatch": layer.hatch,
            "edgecolor": "white",
            "linewidth": edge,
        }
        panel.fill_between(days, low, high, step="post", **looks)
        low = high


def _name_axes(
    panels: Sequence[Axes],
    x_label: str,
    y_label: str,
    number: Format,
    percent: Format,
    ticks: list[int],
    *,
    own: bool,
    title: str | None,
) -> None:
    shares_up = [0.0, 0.25, 0.5, 0.75, 1.0]
    across = _across(len(panels))
    for i, panel in enumerate(panels):
        names = [percent(one) for one in shares_up] if i % across == 0 else [""] * len(shares_up)
        set_ticks(panel.yaxis, shares_up, names)
        below = i + across >= len(panels)
        set_words(
            panel,
            own=own,
            title=title if i == 0 else None,
            x_label=x_label if below and i % across == 0 else None,
            y_label=y_label if i % across == 0 else None,
        )
        set_ticks(panel.xaxis, [float(one) for one in ticks], [number(one) for one in ticks])


def _tick(panels: Sequence[Axes], ticks: list[int], number: Format) -> None:
    """Keep of the days those whose numbers do not touch each other, now that the width is known."""
    words = [number(one) for one in ticks]
    for panel in panels:
        unit = axes_points(panel)[0] / panel.get_xlim()[1]
        kept = thinned(np.asarray(ticks, dtype=np.float64), [words], unit)
        set_ticks(panel.xaxis, [float(ticks[i]) for i in kept], [words[i] for i in kept])


def _draw_key(
    panels: Sequence[Axes],
    layers: Sequence[tuple[bool, _Layer]],
    open_label: str,
    ended_label: str,
    *,
    own: bool,
) -> None:
    """Explain the layers from the top of the stack down, stages under one heading and endings under another."""
    from matplotlib.patches import Patch

    handles: list[Any] = []
    names: list[str] = []
    for kind, heading in ((False, open_label), (True, ended_label)):
        mine = [layer for one, layer in layers[::-1] if one is kind]
        if not mine:
            continue
        handles.append(Patch(facecolor="none", edgecolor="none", linewidth=0))
        names.append(heading)
        for layer in mine:
            handles.append(
                Patch(
                    facecolor=layer.colour, hatch=layer.hatch, edgecolor="white" if kind else "#8a8a8a", linewidth=0.4
                )
            )
            names.append(wrapped(literal(layer.label), 26))
    looks: dict[str, Any] = {"fontsize": SMALL, "labelcolor": INK, "handlelength": 1.6, "handleheight": 1.0}
    looks |= {"borderaxespad": 0.0, "labelspacing": 0.35}
    root: Any = panels[0].figure.figure
    if own:
        legend = root.legend(handles, names, loc="outside right upper", **looks)
    else:
        legend = panels[-1].legend(handles, names, loc="upper left", bbox_to_anchor=(1.02, 1.0), **looks)
    headings = {open_label, ended_label}
    for text in legend.get_texts():
        text.set_parse_math(False)
        if text.get_text() in headings:
            text.set_fontweight("bold")
