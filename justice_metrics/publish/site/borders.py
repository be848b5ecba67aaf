"""Borders that neighbours share, drawn with fewer points: each is simplified once, so no two areas tear apart.

Areas are rings of points on a grid of whole numbers. Where the neighbours of a point differ from ring to ring, borders
meet; between two such points there is one border, whichever areas it belongs to.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ...base.types import Counts, Flags, Floats

Ring: TypeAlias = Counts
"""Points (x, y) of a closed walk, shape (P, 2); the first one is not repeated at the end."""

_SIDE: Final = 1 << 21  # the grid is smaller than this, so that a point is one number


class Border(NamedTuple):
    """A line between two places where borders meet, or a whole ring that meets no other.

    Attributes
    ----------
    points : array of int, shape (P, 2)
        From end to end; the ends of a whole ring are the same point.
    areas : array of float, shape (P,)
        How much each point matters (`effective_areas`); infinite for those that stay in any case.
    """

    points: Counts
    areas: Floats


class Borders(NamedTuple):
    """Rings as walks along borders, each of which is stored once.

    Attributes
    ----------
    borders : tuple of Border
    walks : tuple of tuple of (int, bool)
        For each ring its borders in their order, and whether each is walked from its first point to its last.
    """

    borders: tuple[Border, ...]
    walks: tuple[tuple[tuple[int, bool], ...], ...]

    def rings(self, smallest: float) -> list[Ring]:
        """Return the rings without the points that matter less than an area, in the same order."""
        kept = [one.points[one.areas > smallest] for one in self.borders]
        return [
            _joined([kept[place] if forward else kept[place][::-1] for place, forward in walk]) for walk in self.walks
        ]

    def used(self) -> Counter[int]:
        """Return in how many rings each border is."""
        return Counter(place for walk in self.walks for place, _ in walk)


def borders_of(rings: Sequence[Ring]) -> Borders:
    """Cut rings into borders.

    Parameters
    ----------
    rings : sequence of array of int, shape (P, 2)
        At least three different points each, none twice in a row; coordinates from 0 to two million.

    Returns
    -------
    Borders

    Examples
    --------
    >>> left, right = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), np.array([[1, 0], [2, 0], [2, 1], [1, 1]])
    >>> cut = borders_of([left, right])
    >>> [len(walk) for walk in cut.walks], len(cut.borders)  # one outer border each, and the one between them
    ([2, 2], 3)
    """
    keys = [np.asarray(ring[:, 0] * _SIDE + ring[:, 1], np.int64) for ring in rings]
    meetings = _meetings(keys)
    known: dict[bytes, int] = {}
    lines: list[Counts] = []
    walks = []
    for ring in keys:
        walk = []
        for line in _cut(ring, np.isin(ring, meetings)):
            stored = _one_way(line)
            place = known.setdefault(stored.tobytes(), len(lines))
            if place == len(lines):
                lines.append(stored)
            walk.append((place, stored is line))
        walks.append(tuple(walk))
    return Borders(_weighed(lines), tuple(walks))


def effective_areas(line: Floats) -> Floats:
    """How much each point of a line matters, by Visvalingam and Whyatt [1]_.

    The point whose triangle with its two neighbours is smallest goes first, then the smallest of what is left, and so
    on; a point that goes later never has the smaller area.

    Parameters
    ----------
    line : array, shape (P, 2)

    Returns
    -------
    array of float, shape (P,)
        Twice the area of the triangle with which a point goes; infinite at both ends.

    References
    ----------
    .. [1] Visvalingam, M., Whyatt, J. D. (1993). Line generalisation by repeated elimination of points. Cartographic
       Journal, 30, 46-51.

    Examples
    --------
    >>> effective_areas(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [4.0, 4.0]])).tolist()
    [inf, 2.0, 8.0, inf]
    """
    n = len(line)
    areas = np.full(n, np.inf)
    if n < 3:
        return areas
    x, y = line[:, 0].tolist(), line[:, 1].tolist()
    before, after = list(range(-1, n - 1)), list(range(1, n + 1))

    def triangle(at: int) -> float:
        a, b = before[at], after[at]
        return float(abs((x[at] - x[a]) * (y[b] - y[a]) - (x[b] - x[a]) * (y[at] - y[a])))

    now = {place: triangle(place) for place in range(1, n - 1)}
    heap = [(area, place) for place, area in now.items()]
    heapq.heapify(heap)
    largest = 0.0
    while heap:
        area, place = heapq.heappop(heap)
        if now.get(place) != area:
            continue  # its neighbours changed since
        del now[place]
        largest = max(largest, area)
        areas[place] = largest
        a, b = before[place], after[place]
        after[a], before[b] = b, a
        for other in (a, b):
            if 0 < other < n - 1:
                now[other] = triangle(other)
                heapq.heappush(heap, (now[other], other))
    return areas


def ring_area(ring: Ring | Floats) -> float:
    """Return the area inside a ring, positive where it turns from the first axis to the second; shape (P, 2).

    Examples
    --------
    >>> ring_area(np.array([[0, 0], [2, 0], [2, 1], [0, 1]]))
    2.0
    """
    if len(ring) < 3:
        return 0.0
    x, y = np.asarray(ring, np.float64).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _meetings(rings: Sequence[Counts]) -> Counts:
    """Return the points whose pair of neighbours is not the same wherever they occur."""
    if not rings:
        return np.zeros(0, np.int64)
    point = np.concatenate(rings)
    one = np.concatenate([np.roll(ring, 1) for ring in rings])
    other = np.concatenate([np.roll(ring, -1) for ring in rings])
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.argsort(point, kind="stable")
    point, low, high = point[order], low[order], high[order]
    differs = (point[1:] == point[:-1]) & ((low[1:] != low[:-1]) | (high[1:] != high[:-1]))
    return np.unique(point[1:][differs])


def _cut(ring: Counts, meets: Flags) -> Iterator[Counts]:
    """Yield the lines of a ring from meeting to meeting; one that meets nothing is cut at its lowest point."""
    ends = np.flatnonzero(meets)
    if not len(ends):
        ends = np.array([int(np.argmin(ring))])
    turned = np.append(np.roll(ring, -ends[0]), ring[ends[0]])
    stops = np.append(ends - ends[0], len(ring))
    for start, stop in pairwise(stops.tolist()):
        yield turned[start : stop + 1]


def _one_way(line: Counts) -> Counts:
    """Return a line, or the same one backwards: two neighbours who walk it in turn come to the same."""
    back = line[::-1]
    differs = np.flatnonzero(line != back)
    return line if not len(differs) or line[differs[0]] < back[differs[0]] else back


def _weighed(lines: Sequence[Counts]) -> tuple[Border, ...]:
    """Return the lines with the weights of their points; enough stay that no ring falls into a single line."""
    ends = Counter((int(min(one[0], one[-1])), int(max(one[0], one[-1]))) for one in lines)
    made = []
    for one in lines:
        points = np.stack([one // _SIDE, one % _SIDE], axis=1)
        areas = effective_areas(points.astype(np.float64))
        pair = (int(min(one[0], one[-1])), int(max(one[0], one[-1])))
        # a ring by itself keeps a triangle; two lines between the same ends must not become the same line
        stay = 2 if one[0] == one[-1] else 1 if ends[pair] > 1 else 0
        inner = np.argsort(-areas[1:-1], kind="stable")[:stay] + 1
        areas[inner] = np.inf
        made.append(Border(points, areas))
    return tuple(made)


def _joined(lines: Sequence[Counts]) -> Ring:
    return np.concatenate([line[:-1] for line in lines])
