"""The map of a procedure: stages down a spine, outcomes beside it, every allowed move between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .graph_plan import Arc, Box, Lane, Move, Plan, plan_graph
from .placing import draw_in_points, set_words, text_width, title_height
from .style import INK, PAGE_WIDTH, SMALL, SOFT, house_style, mark, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

_BACK: Final = "#b3360b"
_TIP: Final = 4.6
_ROUND: Final = 4.0
# Lines begin under their box, whose corners may be cut.
_HIDDEN: Final = 10.0
_DASH: Final = (0, (3, 1.6))
# The marks that are dark enough for a thin line and unlike the moves that go back.
_LINES: Final = tuple(mark(i).colour for i in (0, 2, 4, 6, 8))


class _Shape(NamedTuple):
    """How a kind of state looks: its corners tell it apart without colour."""

    across: float  # how far along the top and bottom a corner is cut, in points
    down: float  # and along the sides; never more than half
    rounded: bool
    fill: str
    words: str
    dashed: bool = False


_SHAPES: Final[dict[str, _Shape]] = {
    "start": _Shape(10, 99, True, "#16357F", "white"),
    "stage": _Shape(0, 0, False, "#e9eef7", INK),
    "suspended": _Shape(8, 8, True, "#ffffff", INK, dashed=True),
    "outcome": _Shape(5, 5, False, "#fbead2", INK),
}


def procedure_graph(
    *,
    states: Sequence[str],
    labels: Sequence[str],
    kinds: Sequence[str],
    layers: Sequence[int],
    moves: Sequence[Move],
    kind_labels: Mapping[str, str] | None = None,
    back_label: str | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the stages of a procedure, its outcomes and the moves that it allows.

    Parameters
    ----------
    states : sequence of str
        (N,) ids of the states, which are not shown.
    labels : sequence of str
        (N,) words in each box.
    kinds : sequence of {"start", "stage", "suspended", "outcome"}
        (N,) told apart by shape, edge and fill.
    layers : sequence of int
        (N,) how far into the procedure a state lies; the spine is drawn in this order from top to bottom.
    moves : sequence of (from, to)
        Pairs of ids. A move against the order of the spine, and one that reopens a case, is dashed.
    kind_labels : mapping of str to str, optional
        Words of the key for each kind.
    back_label : str, optional
        Words of the key for dashed moves.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One patch per box whose ``gid`` is ``state-`` and the id.

    Raises
    ------
    ValueError
        When a move names a state that is not there, or the lengths differ.

    Examples
    --------
    >>> axes = procedure_graph(
    ...     states=["complaint", "trial", "convicted"], labels=["complaint", "trial", "convicted"],
    ...     kinds=["start", "stage", "outcome"], layers=[0, 1, 2],
    ...     moves=[("complaint", "trial"), ("trial", "convicted")])
    >>> [text.get_text() for text in axes.texts]
    ['complaint', 'trial', 'convicted']
    """
    known = set(states)
    if not len(states) == len(labels) == len(kinds) == len(layers):
        raise ValueError("states, labels, kinds and layers must have one entry per state")
    for move in moves:
        if not known.issuperset(move):
            raise ValueError(f"the move {move} names a state that is not there")
    with house_style():
        plan = plan_graph(states, labels, kinds, layers, moves, least_width=PAGE_WIDTH * 72 - 14)
        key = _key_of(kinds, kind_labels, back_label)
        height = plan.height + (24 if key else 0)
        axes = ax if ax is not None else new_axes(plan.width / 72 + 0.2, height / 72 + 0.15 + title_height(title))
        scale = draw_in_points(axes, plan.width, height, own=ax is None)
        colours = {lane.outcome: _LINES[lane.number % len(_LINES)] for lane in plan.lanes if not lane.back}
        for lane in plan.lanes:
            _draw_lane(axes, plan, lane, _BACK if lane.back else colours[lane.outcome], scale)
        for arc in plan.arcs:
            _draw_arc(axes, arc, scale)
        for above_state, below in plan.steps:
            _draw_step(axes, plan.boxes[above_state], plan.boxes[below], scale)
        for state, kind in zip(states, kinds, strict=True):
            _draw_box(axes, state, plan.boxes[state], _SHAPES[kind], colours.get(state, SOFT), scale)
        _draw_key(axes, key, plan.height + 12, scale)
        set_words(axes, own=ax is None, title=title)
    return axes


def _draw_box(axes: Axes, state: str, box: Box, shape: _Shape, edge: str, scale: float) -> None:
    from matplotlib.patches import PathPatch

    looks: dict[str, Any] = {"facecolor": shape.fill, "edgecolor": edge, "linewidth": 1.1 * scale, "zorder": 5}
    if shape.dashed:
        looks["linestyle"] = _DASH
    axes.add_patch(PathPatch(_outline(box, shape), gid=f"state-{state}", **looks))
    words: dict[str, Any] = {"fontsize": SMALL * scale, "color": shape.words, "parse_math": False, "zorder": 6}
    axes.text(box.left + box.width / 2, box.middle, box.text, ha="center", va="center", **words)


def _outline(box: Box, shape: _Shape) -> Path:
    """Return a frame whose corners are square, cut or rounded."""
    from matplotlib.path import Path

    across, down = shape.across, min(shape.down, box.height / 2)
    x0, x1, y0, y1 = box.left, box.right, box.top, box.bottom
    corners = [
        [(x0, y0 + down), (x0, y0), (x0 + across, y0)],
        [(x1 - across, y0), (x1, y0), (x1, y0 + down)],
        [(x1, y1 - down), (x1, y1), (x1 - across, y1)],
        [(x0 + across, y1), (x0, y1), (x0, y1 - down)],
    ]
    points = [point for corner in corners for point in (corner if shape.rounded else corner[::2])]
    turn = [Path.LINETO, Path.CURVE3, Path.CURVE3] if shape.rounded else [Path.LINETO, Path.LINETO]
    return Path([*points, points[0]], [Path.MOVETO, *turn[1:], *turn * 3, Path.CLOSEPOLY])


def _draw_lane(axes: Axes, plan: Plan, lane: Lane, colour: str, scale: float) -> None:
    """Draw the moves that share a lane; where the lane only crosses another's line, that line is broken."""
    from matplotlib.patches import PathPatch

    looks: dict[str, Any] = {"facecolor": "none", "capstyle": "butt"}
    dash = _DASH if lane.back else "solid"
    line: dict[str, Any] = {"edgecolor": colour, "linewidth": 1.0 * scale, "linestyle": dash}
    level_line: dict[str, Any] = {"color": colour, "linewidth": 1.0 * scale, "linestyle": dash}
    level = 3 + lane.number / 1000
    start, stop = plan.spine_right + (1 if lane.back else -_HIDDEN), plan.outcome_left + (_HIDDEN if lane.back else -1)
    bends = _bends(lane)
    for height in lane.heights:
        axes.plot([start, lane.place - _radius(lane, height)], [height, height], zorder=2, **level_line)
    near = min(_radius(lane, height) for height in lane.heights)
    axes.plot([lane.place + near, stop], [lane.end, lane.end], zorder=2, **level_line)
    for bend in bends:
        axes.add_patch(PathPatch(bend, zorder=level, edgecolor="white", linewidth=3.2 * scale, **looks))
    for bend in bends:
        axes.add_patch(PathPatch(bend, zorder=level + 5e-4, **line, **looks))
    if lane.back:
        for height in lane.heights:
            _draw_tip(axes, (plan.spine_right, height), (-1, 0), colour)
    else:
        _draw_tip(axes, (plan.outcome_left, lane.end), (1, 0), colour)


def _radius(lane: Lane, height: float) -> float:
    return min(_ROUND, abs(lane.end - height) / 2)


def _bends(lane: Lane) -> list[Path]:
    """Return the way of each move from its turn into the lane on.

    From above and from below only the farthest runs through the lane and out of it; the others end where they
    join, since dashes that are drawn twice close each other's gaps.
    """
    from matplotlib.path import Path

    above = [height for height in lane.heights if height <= lane.end]
    below = [height for height in lane.heights if height > lane.end]
    farthest = {min(above, default=None), max(below, default=None)}
    paths = []
    for height in lane.heights:
        x, end, r = lane.place, lane.end, _radius(lane, height)
        down = r if end > height else -r
        points = [(x - r, height), (x, height), (x, height + down)]
        codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3]
        if height in farthest:
            points += [(x, end - down), (x, end), (x + r, end)]
            codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
        paths.append(Path(points, codes))
    return paths


def _draw_arc(axes: Axes, arc: Arc, scale: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    colour = _BACK if arc.back else SOFT
    side = 1.0 if arc.bulge > 0 else -1.0
    far = arc.edge + arc.bulge
    stop = arc.edge + side * _TIP * 0.8
    inside = arc.edge - side * _HIDDEN
    points = [(inside, arc.start), (arc.edge, arc.start), (far, arc.start), (far, arc.end), (stop, arc.end)]
    path = Path(points, [Path.MOVETO, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    looks: dict[str, Any] = {"linestyle": _DASH if arc.back else "solid", "linewidth": 1.0 * scale, "zorder": 2}
    axes.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, **looks))
    _draw_tip(axes, (arc.edge, arc.end), (-side, 0), colour)


def _draw_step(axes: Axes, above: Box, below: Box, scale: float) -> None:
    x = above.left + above.width / 2
    axes.plot([x, x], [above.bottom, below.top - 2], color=INK, linewidth=1.2 * scale, zorder=2, solid_capstyle="butt")
    _draw_tip(axes, (x, below.top), (0, 1), INK)


def _draw_tip(axes: Axes, point: tuple[float, float], towards: tuple[float, float], colour: str) -> None:
    """Draw the tip of an arrow that ends at a point and flies along an axis."""
    from matplotlib.patches import Polygon

    (x, y), (dx, dy) = point, towards
    back = (x - dx * _TIP, y - dy * _TIP)
    half = _TIP * 0.42
    corners = [point, (back[0] + dy * half, back[1] + dx * half), (back[0] - dy * half, back[1] - dx * half)]
    axes.add_patch(Polygon(corners, closed=True, facecolor=colour, linewidth=0, zorder=4.5))


def _key_of(
    kinds: Sequence[str], kind_labels: Mapping[str, str] | None, back_label: str | None
) -> list[tuple[str, str]]:
    """Return what the key explains: the kinds that are there, in a fixed order, then the dashed line."""
    shown = [(kind, kind_labels[kind]) for kind in _SHAPES if kind_labels and kind in kinds and kind in kind_labels]
    return shown + ([("back", back_label)] if back_label else [])


def _draw_key(axes: Axes, key: Sequence[tuple[str, str]], middle: float, scale: float) -> None:
    from matplotlib.patches import PathPatch

    x = 4.0
    for kind, words in key:
        if kind == "back":
            axes.plot([x, x + 20], [middle, middle], color=_BACK, linewidth=1.0 * scale, linestyle=_DASH)
            _draw_tip(axes, (x + 22, middle), (1, 0), _BACK)
        else:
            shape = _SHAPES[kind]
            box = Box(x, middle - 6, 24, 12, "")
            looks: dict[str, Any] = {"edgecolor": SOFT, "linewidth": 1.0 * scale}
            looks["linestyle"] = _DASH if shape.dashed else "solid"
            axes.add_patch(PathPatch(_outline(box, shape), facecolor=shape.fill, **looks))
        axes.text(x + 29, middle, words, va="center", fontsize=SMALL * scale, parse_math=False)
        x += 29 + text_width(words, size=SMALL) + 16
