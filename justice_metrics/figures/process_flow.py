"""The procedure as it was walked: each stage with who came and how long it lasts, each move with number and wait."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from .placing import draw_in_points, lines_of, set_words, text_width, title_height, wrapped
from .style import INK, PAGE_WIDTH, SMALL, SOFT, TEXT, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Lengths in points.
_LINE: Final = TEXT * 1.3
_BOX: Final = 138.0
_REACH: Final = 34.0
_BETWEEN: Final = 13.0
_GAP: Final = 10.0
_ARC: Final = 11.0
_TIP: Final = 4.4
_THICKEST: Final = 9.0
_THINNEST: Final = 0.7

_COLOURS: Final = MappingProxyType({"on": "#2f5c9e", "end": "#8a8a8a", "back": "#b3360b"})
_FILL: Final = "#e9eef7"
_ENDED_FILL: Final = "#fbead2"


class Stage(NamedTuple):
    """One state that cases leave: its words, and lines under its name."""

    state: str
    label: str
    lines: tuple[str, ...]
    ended: bool = False


class Step(NamedTuple):
    """One move: between which states, how many, and what is written beside it."""

    source: str
    target: str
    label: str
    n: float
    cells: tuple[str, ...]
    kind: Literal["on", "end", "back"] = "on"


class _Row(NamedTuple):
    """A stage with its moves, and where it lies."""

    stage: Stage
    steps: list[Step]
    text: str
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def process_flow(
    *,
    stages: Sequence[Stage],
    steps: Sequence[Step],
    headings: Sequence[str],
    onward_label: str,
    end_label: str,
    back_label: str,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the states that cases came to, from top to bottom, with every move from each of them beside it.

    Parameters
    ----------
    stages : sequence of Stage
        In the order of the procedure.
    steps : sequence of Step
        Moves; those of one stage are written in the given order. A line is as thick as its number.
    headings : sequence of str
        Over the words of a move: first over the targets, then over the cells.
    onward_label, end_label, back_label : str
        Words of the key for moves to another stage, to an ending, and back to an earlier stage.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One unit is one point on paper; one patch per stage whose ``gid`` is ``state-`` and the id.

    Examples
    --------
    >>> axes = process_flow(
    ...     stages=[Stage("trial", "trial", ("40 cases",))],
    ...     steps=[Step("trial", "convicted", "convicted", 30, ("30", "75 %", "90 days"))],
    ...     headings=("came next", "cases", "share", "half within"), onward_label="goes on", end_label="ends",
    ...     back_label="goes back")
    >>> "convicted" in [text.get_text() for text in axes.texts]
    True
    """
    with house_style():
        arcs = _arcs(stages, steps)
        left = 4.0 + _ARC * (max((depth for _, depth in arcs), default=-1) + 1)
        rows, height = _rows(stages, steps)
        columns = _columns(steps, headings, left)
        width = max(PAGE_WIDTH * 72 - 14, columns[-1])
        height += 22
        axes = ax if ax is not None else new_axes(width / 72 + 0.2, height / 72 + 0.15 + title_height(title))
        scale = draw_in_points(axes, width, height, own=ax is None)
        most = max((one.n for one in steps), default=1.0)
        _write_headings(axes, headings, columns, scale)
        ports = _ports(rows, arcs)
        for i, (step, depth) in enumerate(arcs):
            _draw_arc(axes, step, (ports[i, "source"], ports[i, "target"]), left, depth, most, scale)
        for above, below in pairwise(rows):
            between = [one for one in above.steps if one.target == below.stage.state]
            if between:
                _draw_down(axes, left, above, below, between[0], most, scale)
        for row in rows:
            _draw_row(axes, row, left, columns, most, scale)
        named = {"on": onward_label, "end": end_label, "back": back_label}
        kinds = {one.kind for one in steps}
        _draw_key(axes, height - 9, [(kind, words) for kind, words in named.items() if kind in kinds], scale)
        set_words(axes, own=ax is None, title=title)
    return axes


def _rows(stages: Sequence[Stage], steps: Sequence[Step]) -> tuple[list[_Row], float]:
    rows = []
    top = _LINE * 1.7
    for stage in stages:
        mine = [one for one in steps if one.source == stage.state]
        text = wrapped(stage.label, 22)
        box = lines_of(text) * _LINE + len(stage.lines) * SMALL * 1.25 + 10
        words = sum(max(1, lines_of(wrapped(one.label, 30))) * _LINE + 1 for one in mine)
        height = max(box, words + 4)
        rows.append(_Row(stage, mine, text, top, height))
        top += height + _BETWEEN
    return rows, top


def _columns(steps: Sequence[Step], headings: Sequence[str], left: float) -> list[float]:
    """Return where the words of a move begin (its target) and where its cells end."""
    labels = [text_width(wrapped(one.label, 30)) for one in steps]
    places = [left + _BOX + _REACH + 6]
    at = places[0] + max([*labels, text_width(headings[0], size=SMALL)], default=60.0)
    for i, heading in enumerate(headings[1:]):
        at += _GAP + max([text_width(one.cells[i]) for one in steps] + [text_width(heading, size=SMALL)])
        places.append(at)
    return [*places, at + 4]


def _write_headings(axes: Axes, headings: Sequence[str], columns: Sequence[float], scale: float) -> None:
    looks: dict[str, Any] = {"fontsize": SMALL * scale, "color": SOFT, "parse_math": False, "va": "center"}
    axes.text(columns[0], _LINE * 0.7, headings[0], ha="left", **looks)
    for place, heading in zip(columns[1:], headings[1:], strict=False):
        axes.text(place, _LINE * 0.7, heading, ha="right", **looks)


def _draw_row(axes: Axes, row: _Row, left: float, columns: Sequence[float], most: float, scale: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    fill = _ENDED_FILL if row.stage.ended else _FILL
    box = FancyBboxPatch(
        (left, row.top), _BOX, row.height, boxstyle="round,pad=0,rounding_size=3", facecolor=fill, edgecolor=SOFT,
        linewidth=0.8 * scale, zorder=4, gid=f"state-{row.stage.state}",
    )  # fmt: skip
    axes.add_patch(box)
    words: dict[str, Any] = {"parse_math": False, "zorder": 6, "color": INK}
    taken = lines_of(row.text) * _LINE + len(row.stage.lines) * SMALL * 1.25
    y = row.middle - taken / 2
    middle = left + _BOX / 2
    axes.text(middle, y, row.text, ha="center", va="top", fontsize=TEXT * scale, fontweight="bold", **words)
    y += lines_of(row.text) * _LINE
    for line in row.stage.lines:
        axes.text(middle, y, line, ha="center", va="top", fontsize=SMALL * scale, **words)
        y += SMALL * 1.25
    slots = [max(1, lines_of(wrapped(one.label, 30))) * _LINE + 1 for one in row.steps]
    y = row.middle - sum(slots) / 2
    for step, slot in zip(row.steps, slots, strict=True):
        _draw_step(axes, step, y + slot / 2, left + _BOX, columns, most, scale)
        y += slot


def _draw_step(
    axes: Axes, step: Step, y: float, start: float, columns: Sequence[float], most: float, scale: float
) -> None:
    colour, dash = _COLOURS[step.kind], _dash(step.kind)
    thick = _thickness(step, most)
    stop = columns[0] - 5
    axes.plot(
        [start, stop - _TIP],
        [y, y],
        color=colour,
        linewidth=thick * scale,
        linestyle=dash,
        solid_capstyle="butt",
        zorder=2,
    )
    _draw_tip(axes, (stop, y), (1, 0), colour, thick)
    words: dict[str, Any] = {"fontsize": TEXT * scale, "va": "center", "parse_math": False, "color": INK}
    axes.text(columns[0], y, wrapped(step.label, 30), ha="left", **words)
    for place, cell in zip(columns[1:], step.cells, strict=False):
        axes.text(place, y, cell, ha="right", **words)


def _draw_down(axes: Axes, left: float, above: _Row, below: _Row, step: Step, most: float, scale: float) -> None:
    colour = _COLOURS[step.kind]
    x, thick = left + _BOX / 2, _thickness(step, most)
    top, bottom = above.top + above.height, below.top
    axes.plot([x, x], [top, bottom - _TIP], color=colour, linewidth=thick * scale, solid_capstyle="butt", zorder=2)
    _draw_tip(axes, (x, bottom), (0, 1), colour, thick)


def _arcs(stages: Sequence[Stage], steps: Sequence[Step]) -> list[tuple[Step, int]]:
    """Return the moves on and back between stages that are not neighbours, each with how far out its line runs.

    Moves to an ending have a line beside their stage only: most endings are come to from everywhere.
    """
    place = {one.state: i for i, one in enumerate(stages)}
    between = [one for one in steps if one.source in place and one.target in place]
    far = [one for one in between if one.kind != "end" and place[one.target] - place[one.source] not in (0, 1)]
    found: list[tuple[Step, int]] = []
    for step in sorted(far, key=lambda one: abs(place[one.target] - place[one.source])):
        low, high = sorted((place[step.source], place[step.target]))
        taken = {
            depth
            for other, depth in found
            for a, b in [sorted((place[other.source], place[other.target]))]
            if a < high and b > low
        }
        found.append((step, next(depth for depth in range(len(far)) if depth not in taken)))
    return found


def _ports(rows: Sequence[_Row], arcs: Sequence[tuple[Step, int]]) -> dict[tuple[int, str], float]:
    """Give both ends of each line a height of its own at its box, so that lines do not cross there.

    From the top: what goes up, the nearest first; what goes down, the farthest first.
    """
    top = {row.stage.state: row.top for row in rows}
    ports: dict[tuple[int, str], float] = {}
    for row in rows:
        here = row.stage.state
        ends: list[tuple[tuple[int, int], int, str]] = []
        for i, (step, depth) in enumerate(arcs):
            for end, mine, other in (("source", step.source, step.target), ("target", step.target, step.source)):
                if mine == here:
                    up = top[other] < row.top
                    ends.append(((0, depth) if up else (1, -depth), i, end))
        apart = min(7.0, (row.height - 10) / max(len(ends) - 1, 1))
        for place, (_, i, end) in enumerate(sorted(ends)):
            ports[i, end] = row.middle + (place - (len(ends) - 1) / 2) * apart
    return ports


def _draw_arc(
    axes: Axes, step: Step, ends: tuple[float, float], left: float, depth: int, most: float, scale: float
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    start, stop = ends
    down = 1 if stop > start else -1
    colour, dash = _COLOURS[step.kind], _dash(step.kind)
    thick = min(_thickness(step, most), 4.0)
    x = left - _ARC * (depth + 0.75)
    bend = min(5.0, abs(stop - start) / 2)
    points = [
        (left, start), (x + bend, start), (x, start), (x, start + down * bend), (x, stop - down * bend), (x, stop),
        (x + bend, stop), (left - _TIP, stop),
    ]  # fmt: skip
    codes = [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO]
    looks: dict[str, Any] = {"edgecolor": colour, "linewidth": thick * scale, "linestyle": dash, "zorder": 2}
    axes.add_patch(PathPatch(Path(points, codes), facecolor="none", **looks))
    _draw_tip(axes, (left, stop), (1, 0), colour, thick)


def _dash(kind: str) -> Any:
    return (0, (3, 1.6)) if kind == "back" else "solid"


def _thickness(step: Step, most: float) -> float:
    return max(_THINNEST, _THICKEST * step.n / most) if most > 0 else _THINNEST


def _draw_tip(axes: Axes, point: tuple[float, float], towards: tuple[float, float], colour: str, thick: float) -> None:
    from matplotlib.patches import Polygon

    (x, y), (dx, dy) = point, towards
    half = max(_TIP * 0.5, thick * 0.5 + 1.0)
    back = (x - dx * _TIP, y - dy * _TIP)
    corners = [point, (back[0] + dy * half, back[1] + dx * half), (back[0] - dy * half, back[1] - dx * half)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=colour, linewidth=0, zorder=3))


def _draw_key(axes: Axes, y: float, key: Sequence[tuple[str, str]], scale: float) -> None:
    x = 4.0
    for kind, words in key:
        axes.plot([x, x + 20], [y, y], color=_COLOURS[kind], linewidth=2.0 * scale, linestyle=_dash(kind))
        _draw_tip(axes, (x + 24, y), (1, 0), _COLOURS[kind], 2.0)
        axes.text(x + 29, y, words, va="center", fontsize=SMALL * scale, parse_math=False)
        x += 29 + text_width(words, size=SMALL) + 18
