"""The stream of cases: from each stage to the next, to each way of ending, and to the cases still open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .placing import draw_in_points, floats, lines_of, set_words, text_width, title_height, wrapped
from .style import INK, OPEN, PAGE_WIDTH, SOFT, TEXT, Format, Mark, house_style, mark, new_axes, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

# Lengths in points.
_LINE: Final = TEXT * 1.25
_STREAM: Final = 120.0
_TURN: Final = 6.0
_NODE: Final = 3.0
_REACH: Final = 32.0
_THINNEST: Final = 0.8
_WATER: Final = "#a9b8cc"


def stage_flow(
    *,
    stages: Sequence[str],
    reached: ArrayLike,
    lost: ArrayLike,
    pending: ArrayLike,
    outcome_labels: Sequence[str],
    pending_label: str,
    reached_labels: Sequence[str] | None = None,
    lost_labels: Sequence[Sequence[str]] | None = None,
    pending_labels: Sequence[str] | None = None,
    number: Format = plain_number,
    tones: Sequence[int] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the cases as a stream that runs down through the stages and gives off a branch for each way of ending.

    Parameters
    ----------
    stages : sequence of str
        (S,) stages in the order of the procedure.
    reached : array_like
        (S,) number of cases that reached each stage.
    lost : array_like
        (S, K) number of cases that ended from each stage in each way; zero draws nothing, NaN (a number that is
        not shown) a dashed thread.
    pending : array_like
        (S,) number still open in each stage.
    outcome_labels : sequence of str
        (K,) the ways of ending.
    pending_label : str
        Name of the cases still open.
    reached_labels, lost_labels, pending_labels : sequence, optional
        (S,), (S, K) and (S,) how the numbers are written; by default with ``number``.
    number : callable
        How a count is written in the reader's language.
    tones : sequence of int, optional
        (K,) index of the look of each way of ending.
    title : str, optional
        Title above the axes.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One unit is one point on paper at full size; a stream is as wide as its number.

    Examples
    --------
    >>> axes = stage_flow(
    ...     stages=["complaint", "charge"], reached=[321, 106], lost=[[189, 0], [20, 60]], pending=[26, 26],
    ...     outcome_labels=["rejected", "convicted"], pending_label="still open")
    >>> [text.get_text() for text in axes.texts][:4]
    ['189', 'rejected', '26', 'still open']
    """
    reached, lost, pending = floats(reached), floats(lost).reshape(len(stages), -1), floats(pending)
    if lost.shape != (len(reached), len(outcome_labels)) or len(reached) != len(stages) or len(pending) != len(stages):
        raise ValueError(
            f"{len(stages)} stages and {len(outcome_labels)} outcomes do not fit numbers of shape {lost.shape}"
        )
    numbers = lost_labels or [[number(n) for n in row] for row in lost]
    open_numbers = pending_labels or [number(n) for n in pending]
    looks = [
        *(mark(tone) for tone in (range(len(outcome_labels)) if tones is None else tones)),
        Mark(OPEN, "", (0, ()), ""),
    ]
    names = [wrapped(label, 42) for label in [*outcome_labels, pending_label]]
    sizes = np.column_stack([lost, pending])
    words = [[*row, still] for row, still in zip(numbers, open_numbers, strict=True)]
    branches = [
        [_Branch(float(n), w, name, look) for n, w, name, look in zip(*row, names, looks, strict=True) if n != 0]
        for row in zip(sizes, words, strict=True)
    ]
    with house_style():
        heads = [
            _Head(wrapped(stage, 20), words)
            for stage, words in zip(stages, reached_labels or [number(n) for n in reached], strict=True)
        ]
        plan = _Plan.of(heads, np.nan_to_num(reached), branches)
        if ax is None:
            axes = new_axes(max(PAGE_WIDTH, plan.width / 72 + 0.2), plan.height / 72 + 0.15 + title_height(title))
        else:
            axes = ax
        scale = draw_in_points(axes, plan.width, plan.height, own=ax is None)
        _draw_stream(axes, plan, scale)
        set_words(axes, own=ax is None, title=title)
    return axes


class _Head(NamedTuple):
    """What stands at the left of a stage."""

    stage: str
    number: str


class _Branch(NamedTuple):
    """What leaves the stream at one stage."""

    cases: float
    number: str
    name: str
    look: Mark


class _Plan(NamedTuple):
    """Where everything lies, in points from the top left corner."""

    heads: list[_Head]
    widths: Floats  # (S,) of the stream at each stage
    tops: Floats  # (S,) where each stage begins
    branches: list[list[_Branch]]
    unit: float  # points per case
    left: float  # where the stream begins
    end: float  # where the branches end
    number_end: float  # where the numbers end
    width: float
    height: float

    @classmethod
    def of(cls, heads: list[_Head], reached: Floats, branches: list[list[_Branch]]) -> _Plan:
        """Give each stage the height that its branches and its name need."""
        unit = _STREAM / max(float(reached.max(initial=0)), 1e-9)
        left = max(max(text_width(h.stage, weight="bold"), text_width(h.number)) for h in heads) + 10
        end = left + _STREAM + _REACH
        every = [branch for stage in branches for branch in stage]
        number_end = end + 6 + max((text_width(b.number, weight="bold") for b in every), default=0)
        width = number_end + 6 + max((text_width(b.name) for b in every), default=0)
        heights = [
            max(
                _NODE + _TURN + 4 + sum(_slot(branch, unit) for branch in stage) + 5,
                (lines_of(head.stage) + 1) * _LINE + 9,
            )
            for head, stage in zip(heads, branches, strict=True)
        ]
        tops = 2 + np.concatenate([[0.0], np.cumsum(heights)[:-1]])
        return cls(heads, reached * unit, tops, branches, unit, left, end, number_end, width, float(sum(heights)) + 2)


def _slot(branch: _Branch, unit: float) -> float:
    """Height of a branch with its words: a thin one takes a line, a thick one its thickness."""
    return max(_thickness(branch, unit) + 2, lines_of(branch.name) * _LINE)


def _thickness(branch: _Branch, unit: float) -> float:
    return max(branch.cases * unit, _THINNEST) if np.isfinite(branch.cases) else 0.0


def _draw_stream(axes: Axes, plan: _Plan, scale: float) -> None:
    from matplotlib.patches import Rectangle

    words: dict[str, Any] = {"fontsize": TEXT * scale, "parse_math": False}
    for s, (head, top, wide) in enumerate(zip(plan.heads, plan.tops, plan.widths, strict=True)):
        if s + 1 < len(plan.heads):
            onward = min(wide, plan.widths[s + 1]) if wide else plan.widths[s + 1]
            length = plan.tops[s + 1] - top
            axes.add_patch(Rectangle((plan.left, top), onward, length, facecolor=_WATER, linewidth=0, zorder=1))
        _draw_branches(axes, plan, s, words)
        axes.add_patch(Rectangle((plan.left, top), max(wide, 1.0), _NODE, facecolor=INK, linewidth=0, zorder=3))
        axes.text(plan.left - 8, top - 1, head.stage, ha="right", va="top", fontweight="bold", **words)
        down = top + 2 + lines_of(head.stage) * _LINE
        axes.text(plan.left - 8, down, head.number, ha="right", va="top", color=SOFT, **words)


def _draw_branches(axes: Axes, plan: _Plan, s: int, words: dict[str, Any]) -> None:
    """Turn the branches of one stage out of the stream, the right-most first, so that none crosses another."""
    from matplotlib.patches import PathPatch

    right = plan.left + plan.widths[s]
    start = plan.tops[s] + _NODE
    down = start + _TURN + 4
    for branch in plan.branches[s]:
        slot, thick = _slot(branch, plan.unit), _thickness(branch, plan.unit)
        path = _bend(right, start, down + (slot - thick) / 2, thick, plan.end)
        axes.add_patch(PathPatch(path, zorder=2, **_looks(branch.look, thick)))
        middle = down + slot / 2
        axes.text(plan.number_end, middle, branch.number, ha="right", va="center_baseline", fontweight="bold", **words)
        axes.text(plan.number_end + 6, middle, branch.name, ha="left", va="center_baseline", **words)
        right -= branch.cases * plan.unit if thick else 0.0
        down += slot


def _looks(look: Mark, thick: float) -> dict[str, Any]:
    if not thick:
        return {"facecolor": "none", "edgecolor": look.colour, "linewidth": 0.8, "linestyle": (0, (2, 2))}
    if look.colour == OPEN:
        # The pale fill of open cases needs an edge to be seen when it is thin.
        return {"facecolor": OPEN, "edgecolor": SOFT, "linewidth": 0.5}
    # On a thin branch a hatch looks like a dash, which means something else here.
    return {"facecolor": look.colour, "hatch": look.hatch if thick > 4 else "", "edgecolor": "white", "linewidth": 0.2}


def _bend(right: float, start: float, top: float, thick: float, end: float) -> Path:
    """Return a ribbon of even thickness that falls from the stream and turns to the right."""
    from matplotlib.path import Path

    # A quarter circle as a Bézier curve.
    ease = 0.5523
    inner, outer = _TURN, _TURN + thick
    left, bottom, x, y = right - thick, top + thick, right + _TURN, top - _TURN
    there = [
        (Path.MOVETO, (right, start)),
        (Path.LINETO, (right, y)),
        (Path.CURVE4, (right, y + ease * inner)),
        (Path.CURVE4, (x - ease * inner, top)),
        (Path.CURVE4, (x, top)),
        (Path.LINETO, (end, top)),
    ]
    back = [
        (Path.LINETO, (end, bottom)),
        (Path.LINETO, (x, bottom)),
        (Path.CURVE4, (x - ease * outer, bottom)),
        (Path.CURVE4, (left, y + ease * outer)),
        (Path.CURVE4, (left, y)),
        (Path.LINETO, (left, start)),
        (Path.CLOSEPOLY, (right, start)),
    ]
    steps = there + (back if thick else [])
    return Path([point for _, point in steps], [code for code, _ in steps])
