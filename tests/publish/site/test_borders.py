"""Shared borders: found once, simplified once, so that neighbours never come apart."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.publish.site.borders import Ring, borders_of, effective_areas, ring_area


def steps(ring: Ring) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    points = [tuple(one) for one in ring.tolist()]
    return list(pairwise([*points, points[0]]))


def map_of(labels: np.ndarray, wiggle: np.ndarray) -> list[Ring]:
    """Return the outlines of areas of unit squares; every border is bent in its middle."""
    rows, columns = labels.shape
    rings = []
    for label in np.unique(labels):
        edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for row, column in np.argwhere(labels == label):
            corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
            sides = [(row - 1, column), (row, column + 1), (row + 1, column), (row, column - 1)]
            for (start, end), (r, c) in zip(pairwise([*corners, corners[0]]), sides, strict=True):
                if not (0 <= r < rows and 0 <= c < columns and labels[r, c] == label):
                    edges.setdefault(start, []).append(end)
        while edges:
            start = at = next(iter(edges))
            ring = []
            while True:
                to = edges[at].pop()
                if not edges[at]:
                    del edges[at]
                low, high = sorted((at, to))
                bend = int(wiggle[low[0], low[1], 0 if low[0] == high[0] else 1])
                middle = (5 * (at[0] + to[0]) + (bend if low[0] == high[0] else 0) + 20,
                          5 * (at[1] + to[1]) + (0 if low[0] == high[0] else bend) + 20)  # fmt: skip
                ring += [(10 * at[0] + 20, 10 * at[1] + 20), middle]
                at = to
                if at == start:
                    break
            rings.append(np.array(ring, np.int64))
    return rings


maps = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(maps, st.floats(0, 400))
@settings(max_examples=60, deadline=None)
def test_neighbours_keep_the_same_border(rng: np.random.Generator, smallest: float) -> None:
    rings = map_of(rng.integers(0, 4, (4, 5)), rng.integers(-3, 4, (6, 6, 2)))
    simple = borders_of(rings).rings(smallest)
    before = Counter(step for ring in rings for step in steps(ring))
    after = Counter(step for ring in simple for step in steps(ring))
    for ring, fewer in zip(rings, simple, strict=True):
        assert len(fewer) >= 3
        for step, path in zip(steps(fewer), paths(ring, fewer), strict=True):
            inside = {before[one[::-1]] > 0 for one in path}
            assert len(inside) == 1, "a border and the coast became one line"
            assert (after[step[::-1]] > 0) == inside.pop()


def paths(ring: Ring, fewer: Ring) -> list[list[tuple[tuple[int, ...], tuple[int, ...]]]]:
    """Return for each step of a simplified ring the steps of the whole one that it stands for."""
    points = [tuple(one) for one in ring.tolist()]
    turned = next(
        found
        for place in range(len(points))
        if (found := _followed([*points[place:], *points[:place], points[place]], [tuple(x) for x in fewer.tolist()]))
    )
    return turned


def _followed(points: list, kept: list) -> list:  # type: ignore[type-arg]
    at, found = 0, []
    if points[0] != kept[0]:
        return []
    for to in [*kept[1:], kept[0]]:
        end = next((place for place in range(at + 1, len(points)) if points[place] == to), None)
        if end is None:
            return []
        found.append(list(pairwise(points[at : end + 1])))
        at = end
    return found if at == len(points) - 1 else []


@given(maps)
@settings(max_examples=30, deadline=None)
def test_nothing_is_lost_where_nothing_is_simplified(rng: np.random.Generator) -> None:
    rings = map_of(rng.integers(0, 3, (3, 4)), rng.integers(-3, 4, (5, 5, 2)))
    for before, after in zip(rings, borders_of(rings).rings(-1.0), strict=True):
        assert Counter(steps(before)) == Counter(steps(after))


def test_an_enclave_and_its_hole_are_one_border() -> None:
    outer = np.array([[0, 0], [90, 0], [90, 90], [0, 90]])
    lake = np.array([[30, 30], [40, 28], [50, 30], [52, 40], [50, 50], [40, 52], [30, 50], [28, 40]])
    cut = borders_of([outer, np.roll(lake[::-1], 3, axis=0), np.roll(lake, 2, axis=0)])
    assert len(cut.borders) == 2
    _, hole, island = cut.rings(100.0)
    assert Counter(steps(hole)) == Counter((b, a) for a, b in steps(island))
    assert len(hole) < len(lake)


def test_two_borders_between_the_same_ends_stay_apart() -> None:
    lens = np.array([[10, 10], [20, 9], [30, 10], [20, 11]])
    around = np.array([[0, 0], [40, 0], [40, 20], [30, 10], [20, 9], [10, 10]])
    below = np.array([[0, 20], [10, 10], [20, 11], [30, 10], [40, 20]])
    simple = borders_of([lens, around, below]).rings(1e9)
    assert ring_area(simple[0]) == ring_area(lens)


def test_effective_areas_rise_towards_what_matters() -> None:
    line = np.array([[0.0, 0], [10, 1], [20, 0], [30, 30], [40, 0]])
    # by hand: the second point goes with 20; then the third with 600, though it had 310 before; then the fourth
    assert effective_areas(line).tolist() == [np.inf, 20.0, 600.0, 1200.0, np.inf]
    assert effective_areas(line[:2]).tolist() == [np.inf, np.inf]
    assert effective_areas(np.zeros((0, 2))).tolist() == []


def test_a_line_is_simplified_the_same_way_in_both_directions() -> None:
    rng = np.random.default_rng(5)
    ring = np.unique(rng.integers(0, 500, (40, 2)), axis=0)
    one = borders_of([ring]).rings(5_000.0)[0]
    other = borders_of([np.roll(ring[::-1], 7, axis=0)]).rings(5_000.0)[0]
    assert Counter(steps(one)) == Counter((b, a) for a, b in steps(other))
