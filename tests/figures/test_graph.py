"""The map of a procedure: every box free, every move drawn, no two lines in one."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import PathPatch

from justice_metrics.figures.flow import procedure_graph
from justice_metrics.figures.graph_plan import Plan, plan_graph

KINDS = ("start", "stage", "suspended", "outcome")
Graph = tuple[list[str], list[str], list[int], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    n = draw(st.integers(1, 14))
    states = [f"s{i}" for i in range(n)]
    kinds = ["start", *(draw(st.sampled_from(KINDS[1:])) for _ in range(n - 1))]
    layers = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    pairs = st.tuples(st.sampled_from(states), st.sampled_from(states))
    return states, kinds, layers, draw(st.lists(pairs, max_size=30))


def drawn_moves(plan: Plan) -> int:
    return len(plan.steps) + len(plan.arcs) + sum(len(lane.heights) for lane in plan.lanes)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_any_graph_is_laid_out_free_and_whole(graph: Graph) -> None:
    states, kinds, layers, moves = graph
    plan = plan_graph(states, [one * 7 for one in states], kinds, layers, moves)
    assert drawn_moves(plan) == len(set(moves))
    assert set(plan.boxes) == set(states)
    for one, other in itertools.combinations(plan.boxes.values(), 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart
    for box in plan.boxes.values():
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= plan.width
        assert box.bottom <= plan.height
    places = [lane.place for lane in plan.lanes]
    assert all(right - left > 3 for left, right in itertools.pairwise(sorted(places)))
    assert all(plan.spine_right < place < plan.outcome_left for place in places)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_no_two_lines_leave_a_box_at_one_height(graph: Graph) -> None:
    states, kinds, layers, moves = graph
    plan = plan_graph(states, states, kinds, layers, moves)
    left = [height for arc in plan.arcs if arc.bulge < 0 for height in (arc.start, arc.end)]
    right = [height for lane in plan.lanes for height in lane.heights]
    for ports in (left, right):
        assert all(b - a > 1.5 for a, b in itertools.pairwise(sorted(ports)))


def test_a_procedure_by_hand() -> None:
    plan = plan_graph(
        ["complaint", "charge", "trial", "convicted", "final", "rejected"],
        list("abcdef"),
        ["start", "stage", "stage", "outcome", "outcome", "outcome"],
        [0, 1, 2, 3, 4, 1],
        [
            ("complaint", "charge"),
            ("charge", "trial"),
            ("trial", "convicted"),
            ("convicted", "final"),
            ("complaint", "rejected"),
            ("charge", "rejected"),
            ("rejected", "complaint"),
            ("convicted", "trial"),
            ("complaint", "trial"),
        ],
    )
    # A verdict that another outcome follows stands in the spine; one that is only reopened does not.
    spine = sorted((box.top, state) for state, box in plan.boxes.items() if box.right == plan.spine_right)
    assert [state for _, state in spine] == ["complaint", "charge", "trial", "convicted"]
    assert plan.steps == [("complaint", "charge"), ("charge", "trial"), ("trial", "convicted")]
    assert sorted(arc.back for arc in plan.arcs) == [False, True]
    lanes = {(lane.outcome, lane.back): len(lane.heights) for lane in plan.lanes}
    assert lanes == {("rejected", False): 2, ("rejected", True): 1, ("final", False): 1}


def test_a_state_that_only_waits_stands_beside_and_its_dashes_are_drawn_once() -> None:
    states = ["start", "charge", "hearing", "trial", "absconded"]
    away = [(state, "absconded") for state in states[1:4]]
    axes = procedure_graph(
        states=states,
        labels=states,
        kinds=["start", "stage", "stage", "stage", "suspended"],
        layers=[0, 1, 2, 3, 2],
        moves=[("start", "charge"), ("charge", "hearing"), ("hearing", "trial"), *away, *((b, a) for a, b in away)],
    )
    boxes = {one.get_gid(): one.get_path().get_extents() for one in axes.patches if one.get_gid()}
    assert boxes["state-absconded"].x0 > max(box.x1 for name, box in boxes.items() if name != "state-absconded")
    dashed = [one for one in axes.lines if one.get_linestyle() not in ("-", "solid")]
    drawn = [tuple(np.asarray(one.get_xydata()).ravel()) for one in dashed]
    # three ways into the spine and one out of the state
    assert len(drawn) == len(set(drawn)) == 4
    ways = [one for one in axes.patches if isinstance(one, PathPatch) and one.get_linestyle() not in ("solid", "-")]
    long = [way for way in ways if not way.get_gid() and np.ptp(way.get_path().vertices[:, 1]) > 10]
    assert len(long) == 2


def test_kinds_differ_in_outline_and_fill() -> None:
    axes = procedure_graph(
        states=["a", "b", "c", "d"],
        labels=["alpha", "beta", "gamma", "delta"],
        kinds=KINDS,
        layers=[0, 1, 1, 2],
        moves=[("a", "b"), ("b", "c"), ("c", "b"), ("b", "d")],
    )
    boxes = {one.get_gid(): one for one in axes.patches if isinstance(one, PathPatch) and one.get_gid()}
    assert list(boxes) == ["state-a", "state-b", "state-c", "state-d"]
    assert len({one.get_facecolor() for one in boxes.values()}) == 4
    looks = {(tuple(one.get_path().codes), str(one.get_linestyle()), one.get_facecolor()[:3]) for one in boxes.values()}
    assert len(looks) == 4
    shapes = {
        tuple((one.get_path().vertices - one.get_path().vertices.min(axis=0)).round(1).ravel())
        for one in boxes.values()
    }
    assert len(shapes) == 4


def test_back_moves_are_dashed_and_the_key_says_so(assert_legible: Callable[..., None]) -> None:
    axes = procedure_graph(
        states=["a", "b"],
        labels=["alpha", "beta"],
        kinds=["start", "stage"],
        layers=[0, 1],
        moves=[("a", "b"), ("b", "a"), ("b", "b")],
        kind_labels={"start": "beginning", "stage": "stage", "outcome": "ending"},
        back_label="goes back",
    )
    dashed = [one for one in axes.patches if isinstance(one, PathPatch) and one.get_linestyle() not in ("solid", "-")]
    assert len(dashed) == 2
    words = [text.get_text() for text in axes.texts]
    assert words == ["alpha", "beta", "beginning", "stage", "goes back"]
    assert_legible(axes)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="not there"):
        procedure_graph(states=["a"], labels=["a"], kinds=["start"], layers=[0], moves=[("a", "b")])
    with pytest.raises(ValueError, match="one entry per state"):
        procedure_graph(states=["a"], labels=[], kinds=["start"], layers=[0], moves=[])
