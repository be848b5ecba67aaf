"""Where the parts of a procedure's map lie: boxes in two columns, moves as arcs, steps and lanes. Geometry only.

The states that cases pass run down a spine, in the order of their layers. The outcomes that end a case for
good, and the states in which it only waits, stand in a column at the right. A move between the spine and one
of them runs in a lane of its own between the columns, where moves that end alike join; so eighty moves stay
traceable without colour. Moves that skip states or go back are arcs at the left of the spine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from .placing import lines_of, spread, wrapped
from .style import SMALL

# Lengths in points.
_LINE: Final = SMALL * 1.25
_SPINE_WIDTH: Final = 112.0
_OUTCOME_WIDTH: Final = 138.0
_BETWEEN_ROWS: Final = 13.0
_BETWEEN_PORTS: Final = 4.4
_BETWEEN_LANES: Final = 8.5
_ARC: Final = 16.0
_DEEPER: Final = 7.0

Move = tuple[str, str]


class Box(NamedTuple):
    """The frame of one state, in points from the top left corner."""

    left: float
    top: float
    width: float
    height: float
    text: str

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Height of the middle."""
        return self.top + self.height / 2


class Arc(NamedTuple):
    """A move beside a column: from one height to another, bulging outwards."""

    edge: float  # the side of the column
    start: float
    end: float
    bulge: float  # negative to the left
    back: bool


class Lane(NamedTuple):
    """All moves between the spine and one outcome in one direction, joined in one vertical line."""

    place: float
    outcome: str
    heights: tuple[float, ...]  # where the moves touch the spine
    end: float  # where they touch the outcome
    back: bool  # from the outcome to the spine
    number: int  # from left to right


class Plan(NamedTuple):
    """The whole map."""

    boxes: dict[str, Box]
    steps: list[Move]  # from one box of the spine to the one below
    arcs: list[Arc]
    lanes: list[Lane]
    spine_right: float
    outcome_left: float
    width: float
    height: float


def plan_graph(
    states: Sequence[str],
    labels: Sequence[str],
    kinds: Sequence[str],
    layers: Sequence[int],
    moves: Sequence[Move],
    *,
    least_width: float = 0.0,
) -> Plan:
    """Lay out a procedure.

    Parameters
    ----------
    states, labels, kinds, layers : sequence
        (N,) id, words, kind and layer of each state.
    moves : sequence of (from, to)
        Allowed moves, ids of states.
    least_width : float
        Width to fill, in points; a map that needs less gives it to the lanes.

    Returns
    -------
    Plan
        Every length in points; words fit their boxes, and no box lies over another.
    """
    kind, layer = dict(zip(states, kinds, strict=True)), dict(zip(states, layers, strict=True))
    moves = list(dict.fromkeys((a, b) for a, b in moves))
    spine = _spine(states, kind, layer, moves)
    row = {state: i for i, state in enumerate(spine)}
    side = [state for state in states if state not in row]
    steps = [(a, b) for a, b in moves if a in row and b in row and row[b] == row[a] + 1]
    arcs = [(a, b) for a, b in moves if a in row and b in row and row[b] != row[a] + 1]
    across = [(a, b) for a, b in moves if (a in row) != (b in row)]
    beyond = [(a, b) for a, b in moves if a not in row and b not in row]

    words = dict(zip(states, labels, strict=True))
    depths = _depths([(row[a], row[b]) for a, b in arcs])
    left = _ARC + max((_bulge(d) for d in depths), default=0.0) * 0.75 if arcs else 4.0
    boxes = _spine_boxes(spine, words, left, arcs, across)
    lanes = dict.fromkeys((b, False) if a in row else (a, True) for a, b in across)
    spine_right = left + _SPINE_WIDTH
    beside = _side_boxes(side, words, layer, boxes, across, beyond)
    below = {state: i for i, state in enumerate(sorted(side, key=lambda state: beside[state].top))}
    beyond_depths = _depths([(below[a], below[b]) for a, b in beyond])
    after = 4 + (_ARC + max(_bulge(depth) for depth in beyond_depths) * 0.75 if beyond else 0.0)
    lanes_width = max(30.0, (len(lanes) + 1) * _BETWEEN_LANES + 12)
    width = max(least_width, spine_right + (lanes_width + _OUTCOME_WIDTH if side else 0.0) + after)
    outcome_left = width - after - _OUTCOME_WIDTH
    boxes |= {state: box._replace(left=outcome_left) for state, box in beside.items()}
    height = max(box.bottom for box in boxes.values()) + 4
    planned = _lanes(list(lanes), across, boxes, row, spine_right, outcome_left)
    drawn = _arcs(arcs, depths, boxes, left, row, row, -1)
    drawn += _arcs(beyond, beyond_depths, boxes, outcome_left + _OUTCOME_WIDTH, below, layer, 1)
    return Plan(boxes, steps, drawn, planned, spine_right, outcome_left, width, height)


def _spine(
    states: Sequence[str], kind: Mapping[str, str], layer: Mapping[str, int], moves: Sequence[Move]
) -> list[str]:
    """Return the states of the spine from top to bottom: start, stages, and the outcomes that go on.

    An outcome goes on when another outcome follows it (a verdict, its final form), or a stage that only
    outcomes lead to (the execution of a sentence). One that can only be reopened does not.
    """
    after_outcomes_only = {
        state
        for state in states
        if kind[state] != "start"
        and (sources := [a for a, b in moves if b == state and a != state])
        and all(kind[a] == "outcome" for a in sources)
    }
    goes_on = {a for a, b in moves if kind[a] == "outcome" and b in after_outcomes_only | _outcomes(kind) and a != b}
    chosen = [state for state in states if kind[state] in ("start", "stage") or state in goes_on]
    return sorted(chosen, key=lambda state: layer[state])


def _outcomes(kind: Mapping[str, str]) -> set[str]:
    return {state for state, one in kind.items() if one == "outcome"}


def _spine_boxes(
    spine: Sequence[str], words: Mapping[str, str], left: float, arcs: Sequence[Move], across: Sequence[Move]
) -> dict[str, Box]:
    boxes, top = {}, 3.0
    for state in spine:
        text = wrapped(words[state], 20)
        lefts = sum((a == state) + (b == state) for a, b in arcs)
        rights = sum(state in move for move in across)
        height = max(lines_of(text) * _LINE + 9, max(lefts, rights) * _BETWEEN_PORTS + 7)
        boxes[state] = Box(left, top, _SPINE_WIDTH, height, text)
        top += height + _BETWEEN_ROWS
    return boxes


def _side_boxes(
    side: Sequence[str],
    words: Mapping[str, str],
    layer: Mapping[str, int],
    spine: Mapping[str, Box],
    across: Sequence[Move],
    beyond: Sequence[Move],
) -> dict[str, Box]:
    """Place each outcome as near to the middle of its sources as there is room, at the left edge for now."""
    if not side:
        return {}
    texts = {state: wrapped(words[state], 25) for state in side}
    rights = {state: sum((a == state) + (b == state) for a, b in beyond) for state in side}
    heights = np.array([max(lines_of(texts[s]) * _LINE + 9, rights[s] * _BETWEEN_PORTS + 7) for s in side])
    bottom = max((box.bottom for box in spine.values()), default=0.0)
    wanted = np.array([_wanted(state, layer, spine, across, bottom) for state in side])
    tall = max(bottom, float((heights + 7).sum()) + 3)
    middles = spread(wanted, heights + 7, 0.0, tall)
    return {
        state: Box(0.0, float(middle - height / 2), _OUTCOME_WIDTH, float(height), texts[state])
        for state, middle, height in zip(side, middles, heights, strict=True)
    }


def _wanted(
    state: str, layer: Mapping[str, int], spine: Mapping[str, Box], across: Sequence[Move], bottom: float
) -> float:
    sources = [spine[a].middle for a, b in across if b == state]
    if sources:
        return float(np.mean(sources))
    before = [box.middle for other, box in spine.items() if layer[other] <= layer[state]]
    return max(before, default=bottom)


def _depths(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return how far out each arc runs: farther than every arc that it spans."""
    depths: dict[int, int] = {}
    ranges = [(min(span), max(span)) for span in spans]
    for i in sorted(range(len(spans)), key=lambda i: (ranges[i][1] - ranges[i][0], ranges[i])):
        low, high = ranges[i]
        inside = [depths[j] for j in depths if ranges[j][0] < high and ranges[j][1] > low]
        depths[i] = 1 + max(inside, default=0)
    return [depths[i] for i in range(len(spans))]


def _bulge(depth: int) -> float:
    return _ARC + _DEEPER * depth


def _arcs(
    moves: Sequence[Move],
    depths: Sequence[int],
    boxes: Mapping[str, Box],
    edge: float,
    row: Mapping[str, int],
    order: Mapping[str, int],
    outwards: int,
) -> list[Arc]:
    """Give both ends of each arc a port of their own, in the order in which the arcs do not cross at the box."""
    ends: dict[str, list[tuple[tuple[int, int], int, int]]] = {state: [] for state in boxes}
    for i, (a, b) in enumerate(moves):
        for end, (here, there) in enumerate(((a, b), (b, a))):
            away = row[there] - row[here]
            # From the top: what goes up, the nearest first; loops; what goes down, the nearest last.
            group = 1 if away == 0 else 0 if away < 0 else 2
            ends[here].append(((group, -away if away else end), i, end))
    heights: dict[tuple[int, int], float] = {}
    for state, ports in ends.items():
        for place, (_, i, end) in zip(_ports(boxes[state], len(ports)), sorted(ports), strict=True):
            heights[i, end] = place
    return [
        Arc(edge, heights[i, 0], heights[i, 1], outwards * _bulge(depths[i]), order[b] <= order[a])
        for i, (a, b) in enumerate(moves)
    ]


def _ports(box: Box, n: int) -> list[float]:
    step = min(7.0, (box.height - 7) / max(n - 1, 1))
    return [box.middle + (i - (n - 1) / 2) * step for i in range(n)]


def _lanes(
    lanes: Sequence[tuple[str, bool]],
    across: Sequence[Move],
    boxes: Mapping[str, Box],
    row: Mapping[str, int],
    spine_right: float,
    outcome_left: float,
) -> list[Lane]:
    """Give each outcome a lane, in the order with few crossings, and each move a port at its box of the spine."""
    touched = {
        (outcome, back): [(b if back else a) for a, b in across if (a if back else b) == outcome and (a in row) != back]
        for outcome, back in lanes
    }
    order = _few_crossings(list(lanes), touched, boxes)
    gap = (outcome_left - spine_right - 12) / (len(order) + 1)
    place = {lane: spine_right + 2 + gap * (i + 1) for i, lane in enumerate(order)}
    ports: dict[tuple[str, tuple[str, bool]], float] = {}
    for state in row:
        mine = [lane for lane in order if state in touched[lane]]
        up = [lane for lane in mine if boxes[lane[0]].middle < boxes[state].middle]
        down = [lane for lane in reversed(mine) if lane not in up]
        for height, lane in zip(_ports(boxes[state], len(mine)), up + down, strict=True):
            ports[state, lane] = height
    taken = list(ports.values())
    return [
        Lane(
            place[lane],
            lane[0],
            tuple(sorted(ports[state, lane] for state in touched[lane])),
            _free_height(boxes[lane[0]], taken, shift=5.0 if lane[1] and (lane[0], False) in place else 0.0),
            lane[1],
            i,
        )
        for i, lane in enumerate(order)
    ]


def _free_height(box: Box, taken: Sequence[float], *, shift: float) -> float:
    """Return a height near the middle of the box at which no other line runs, since two lines in one are one line."""
    offsets = [shift + sign * 0.5 * step for step in range(9) for sign in (1, -1)]
    free = [one for one in offsets if all(abs(box.middle + one - other) > 2.0 for other in taken)]
    return box.middle + (free or offsets)[0]


def _few_crossings(
    lanes: list[tuple[str, bool]], touched: Mapping[tuple[str, bool], Sequence[str]], boxes: Mapping[str, Box]
) -> list[tuple[str, bool]]:
    """Order the lanes by exchanging neighbours as long as that takes crossings away."""
    inner = {lane: [boxes[state].middle for state in touched[lane]] for lane in lanes}
    outer = {lane: boxes[lane[0]].middle + (5.0 if lane[1] else 0.0) for lane in lanes}
    span = {lane: (min(*inner[lane], outer[lane]), max(*inner[lane], outer[lane])) for lane in lanes}

    def crossings(first: tuple[str, bool], second: tuple[str, bool]) -> int:
        """Count those of two lanes of which the first lies left."""
        low, high = span[first]
        through = sum(low < height < high for height in inner[second])
        return through + (span[second][0] < outer[first] < span[second][1])

    order = sorted(lanes, key=lambda lane: (outer[lane], lane))
    better = True
    while better:
        better = False
        for i in range(len(order) - 1):
            a, b = order[i], order[i + 1]
            if crossings(b, a) < crossings(a, b):
                order[i], order[i + 1] = b, a
                better = True
    return order
