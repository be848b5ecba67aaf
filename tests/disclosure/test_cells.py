"""Sums and inclusions found among cells."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.cells import Box, box
from justice_metrics.disclosure.cells import System, joined, system_of
from tests.disclosure.outsider import linked_tables


def sums(system: System) -> list[dict[Box | None, float]]:
    """Return each sum as its members with a sign; what is left over has no box."""
    rows = []
    for row in range(system.equations.shape[0]):
        held = slice(system.equations.indptr[row], system.equations.indptr[row + 1])
        places, signs = system.equations.indices[held], system.equations.data[held]
        rows.append({system.boxes[one]: float(sign) for one, sign in zip(places, signs, strict=True)})
    return rows


def test_levels_of_a_dimension_add_up() -> None:
    whole, f, m = box({}), box({"sex": "f"}), box({"sex": "m"})
    system = system_of([whole, f, m], [60, 56, 4])
    assert sums(system) == [{whole: 1.0, f: -1.0, m: -1.0}]
    assert system.height.tolist()[:3] == [1, 0, 0]


def test_what_no_level_names_is_left_over() -> None:
    whole, f, m = box({}), box({"sex": "f"}), box({"sex": "m"})
    system = system_of([whole, f, m], [60, 50, 4])
    (row,) = sums(system)
    (rest,) = [one for one in row if one not in {whole, f, m}]
    assert system.values[list(system.boxes).index(rest)] == 6
    assert system.left.sum() == 1


def test_a_sum_that_does_not_hold_is_no_sum() -> None:
    system = system_of([box({}), box({"sex": "f"}), box({"sex": "m"})], [60, 50, 40])
    residual = system.equations @ system.values
    assert np.abs(residual).max() < 1e-9


def test_nested_sets_follow_one_another() -> None:
    steps = ("a", "b", "c")
    system = system_of([box({"step": steps[place:]}) for place in range(3)], [50, 30, 20])
    between = sorted(system.values[~system.real & (system.values > 0)].tolist())
    assert 20.0 in between
    assert 10.0 in between


def test_overlapping_sets_tell_what_they_share() -> None:
    sets = [("a", "b", "c"), ("a", "b"), ("b", "c")]
    system = system_of([box({"level": one}) for one in sets], [100, 60, 55])
    shared = list(system.boxes).index(box({"level": "b"}))
    assert system.values[shared] == 15


def test_all_of_a_whole_is_told_from_a_part_that_has_every_level() -> None:
    office = box({"office": "a"})
    whole = system_of([office, office | box({"ending": "conviction"}), box({"ending": "acquittal"})], [40, 40, 3])
    assert whole.whole.tolist()[:3] == [False, True, False]
    only = system_of([box({}), office], [40, 40])
    assert not only.whole.any()
    yes = system_of([box({}), box({"told": "yes"})], [40, 40])
    assert yes.whole.tolist()[:2] == [False, True]


def test_groups_are_the_smallest_wholes() -> None:
    office = box({"office": "a"})
    system = system_of([box({}), office, office | box({"sex": "f"})], [400, 40, 30])
    assert system.group.tolist()[:3] == [400, 400, 40]


def test_systems_side_by_side_with_a_sum_across() -> None:
    first, second = system_of([box({})], [10]), system_of([box({"x": "y"})], [10])
    shift = len(first.values)
    both = joined(first, second, [{0: 1, shift: -1}, {0: 1, shift: 1}])
    assert both.equations.shape[0] == first.equations.shape[0] + second.equations.shape[0] + 1
    assert both.real.sum() == 2


def test_no_cells() -> None:
    assert not system_of([], []).real.any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_every_sum_holds_of_the_true_numbers_and_none_is_negative(seed: int) -> None:
    made = linked_tables(np.random.default_rng(seed)).counts()
    system = system_of([one.box for one in made], [one.value for one in made])
    assert np.abs(system.equations @ system.values).max(initial=0) < 1e-9
    assert (system.values >= 0).all()
