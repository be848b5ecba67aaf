"""Level lines through areas: where a name fits into an area, and the strokes that hatch it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ...base.types import Floats

Rings: TypeAlias = Sequence[Floats]
"""Outlines and holes of an area, each of shape (P, 2), the last point the first one."""


_NEARLY: Final = 0.75


class Place(NamedTuple):
    """Where a name stands: its middle, and how wide it may be."""

    x: float
    y: float
    room: float


def spans(rings: Rings, height: float) -> Floats:
    """Return where a level line is inside an area.

    Parameters
    ----------
    rings : sequence of array, shape (P, 2)
    height : float
        Of the line; a corner that lies on it belongs to what is above.

    Returns
    -------
    array of float, shape (S, 2)
        From and to, from the left.

    Examples
    --------
    >>> spans([np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0], [0.0, 0.0]])], 1.0).tolist()
    [[0.0, 4.0]]
    """
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    crosses = (start[:, 1] <= height) != (end[:, 1] <= height)
    start, end = start[crosses], end[crosses]
    share = (height - start[:, 1]) / (end[:, 1] - start[:, 1])
    return np.asarray(np.sort(start[:, 0] + share * (end[:, 0] - start[:, 0])).reshape(-1, 2), np.float64)


def strokes(rings: Rings, apart: float) -> list[Floats]:
    """Return the parts of parallel lines, rising to the right, that lie inside an area.

    The lines of all areas lie on one grid, so that hatched neighbours look like one surface.

    Parameters
    ----------
    rings : sequence of array, shape (P, 2)
    apart : float
        Distance between two lines.

    Returns
    -------
    list of array, shape (2, 2)
        The ends of each stroke.
    """
    half = np.sqrt(0.5)
    turn = np.array([[half, half], [-half, half]])  # lines at 45 degrees become level
    turned = [ring @ turn for ring in rings]
    low = min(float(ring[:, 1].min()) for ring in turned)
    high = max(float(ring[:, 1].max()) for ring in turned)
    found = []
    for height in np.arange(np.ceil(low / apart), np.floor(high / apart) + 1) * apart:
        for left, right in spans(turned, float(height)):
            found.append(np.array([[left, height], [right, height]]) @ turn.T)
    return found


def place_of_name(rings: Rings, *, tall: float, lines: int = 24) -> Place:
    """Return where a name of one line has room in an area: near its middle, if it is not much narrower there.

    Parameters
    ----------
    rings : sequence of array, shape (P, 2)
    tall : float
        Height of the line.
    lines : int
        How many places are tried from top to bottom.
    """
    low = min(float(ring[:, 1].min()) for ring in rings)
    high = max(float(ring[:, 1].max()) for ring in rings)
    found = [Place(float(rings[0][:, 0].mean()), (low + high) / 2, 0.0)]
    for height in np.linspace(low + tall / 2, high - tall / 2, lines) if high - low > tall else ():
        above, middle, below = (spans(rings, float(height + shift)) for shift in (-tall / 2, 0.0, tall / 2))
        for left, right in middle.tolist():
            over = [_around(other, (left + right) / 2) for other in (above, below)]
            start, end = max(left, *(one[0] for one in over)), min(right, *(one[1] for one in over))
            found.append(Place((start + end) / 2, float(height), end - start))
    widest = max(one.room for one in found)
    return min((one for one in found if one.room >= _NEARLY * widest), key=lambda one: abs(one.y - (low + high) / 2))


def _around(found: Floats, at: float) -> tuple[float, float]:
    """Return the span around a place, or an empty one."""
    inside = found[(found[:, 0] <= at) & (found[:, 1] >= at)]
    return (float(inside[0, 0]), float(inside[0, 1])) if len(inside) else (at, at)
