from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.cells import box
from justice_metrics.disclosure.audit.attack import kept
from justice_metrics.disclosure.audit.bounds import BEYOND, Row, System, attacked
from justice_metrics.disclosure.audit.computed import counts_behind, half_unit, linear_rows, misfits, worlds
from justice_metrics.disclosure.audit.reading import Derived, Key, Place, Rules
from justice_metrics.disclosure.audit.relations import (
    ELSEWHERE,
    complete_dimensions,
    families,
    listed_levels,
    pieces,
    sums,
)


def cell(events: bool = False, **levels: Any) -> Key:
    return Key("p", events, box({name: (one,) if isinstance(one, str) else tuple(one) for name, one in levels.items()}))


def near(found: dict[Key, tuple[float, float]] | None) -> dict[Key, tuple[float, float]]:
    assert found is not None
    return {key: (round(low, 6), round(high, 6)) for key, (low, high) in found.items()}


def never(key: Key, low: float, high: float) -> bool:
    return False


A, B, AB, BC, ALL = cell(x="a"), cell(x="b"), cell(x=("a", "b")), cell(x=("b", "c")), cell()


def test_counts_that_differ_in_one_dimension_are_a_family() -> None:
    (one,) = families([A, AB, ALL, cell(True, x="a")])
    assert (one.dimension, one.whole, one.rest) == ("x", True, frozenset())
    assert families([A, cell(y="a")]) == []
    assert families([A]) == []


def test_levels_fall_into_pieces() -> None:
    (family,) = families([AB, BC])
    assert {tuple(levels): places for levels, places in pieces(family).items()} == {
        ("a",): [0],
        ("b",): [0, 1],
        ("c",): [1],
    }


def test_a_whole_is_its_parts_and_the_rest() -> None:
    found = sums([A, B, ALL], set(), rounds=1)
    assert [(one.whole, set(one.parts)) for one in found] == [(ALL, {A, B, cell(x=ELSEWHERE)})]
    complete = {("p", False, "x")}
    (told,) = sums([A, B, ALL], complete, rounds=1)
    assert set(told.parts) == {A, B}
    # a level that another count names is part of the rest
    several = {one.whole: set(one.parts) for one in sums([A, ALL, cell(x="b", y="d")], complete, rounds=1)}
    assert several[ALL] == {A, B}


def test_pieces_that_no_table_shows_are_counts_too() -> None:
    """All, the convicted, women and convicted women: men who were not convicted follow."""
    shown = [ALL, cell(e="c"), cell(s="f"), cell(e="c", s="f")]
    parts = {part for one in sums(shown, set()) for part in one.parts}
    assert cell(e=ELSEWHERE, s=ELSEWHERE) in parts


def test_a_list_that_adds_up_to_something_else_is_not_complete() -> None:
    listed = listed_levels([(A, B)])
    assert listed == {("p", False, "x"): {"a", "b"}}
    right = {A: (3.0, 3.0), B: (4.0, 4.0), ALL: (7.0, 7.0)}
    assert complete_dimensions(families(right), listed, right) == {("p", False, "x")}
    wrong = {**right, ALL: (9.0, 9.0)}
    assert complete_dimensions(families(wrong), listed, wrong) == set()


def test_the_rest_of_a_group_is_no_rest_of_all() -> None:
    """Of one office only one ending is told: what is left there has the other ending, too."""
    values = {ALL: 37, cell(e="c"): 26, cell(e=("c", "d")): 37, cell(o="n"): 11, cell(o="s"): 26, cell(e="c", o="n"): 9}
    system = System({key: (float(one), float(one)) for key, one in values.items()})
    system.add_sums(sums(values, set()))
    found = attacked(system, [cell(e="d"), cell(e=ELSEWHERE)], never)
    assert near(found) == {cell(e="d"): (11, 11), cell(e=ELSEWHERE): (0, 0)}


def test_steps_that_hold_all_later_ones_are_no_list() -> None:
    assert listed_levels([(AB, B)]) == {}
    assert listed_levels([(A,)]) == {}


def test_a_hidden_count_follows_by_subtraction() -> None:
    system = System({A: (0, BEYOND), B: (30, 30), ALL: (34, 34)})
    system.add_sums(sums([A, B, ALL], {("p", False, "x")}))
    assert near(attacked(system, [A], never)) == {A: (4, 4)}


def test_what_fits_nothing_is_told() -> None:
    system = System({A: (3, 3), ALL: (2, 2)})
    system.add_sums(sums([A, ALL], set()))
    assert attacked(system, [A], never) is None
    circle = System({A: (0, 9), B: (0, 9)}, [Row(((A, 1.0), (B, 1.0)), 3, 3), Row(((A, 1.0), (B, -1.0)), 5, 5)])
    assert attacked(circle, [A], never) is None


def test_whole_numbers_narrow_more_than_fractions() -> None:
    """Twice one count and another make 7: halves are no cases."""
    system = System({A: (0, 9), B: (0, 1)}, [Row(((A, 2.0), (B, 1.0)), 7, 7)])
    assert near(attacked(system, [A], never, whole=False)) == {A: (3.0, 3.5)}
    assert near(attacked(system, [A], never)) == {A: (3, 3)}


NAMES = [(x, y) for x in ("a", "b", "all") for y in ("c", "d", "all")]
# a table of two by two as its nine counts, margins among them
MARGINS = np.array(
    [[x in (one, "all") and y in (other, "all") for one in "ab" for other in "cd"] for x, y in NAMES], dtype=np.int64
)
WORLDS = np.array(list(itertools.product(range(13), repeat=4))) @ MARGINS.T


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.sets(st.integers(0, 7), min_size=1, max_size=5))
def test_bounds_are_those_of_every_table_that_fits(cells: list[int], hidden: set[int]) -> None:
    """Against every table of two by two whose total is the one that is shown, twelve at most."""
    values = MARGINS @ np.array(cells)
    keys = [Key("p", False, box({"x": x, "y": y})) for x, y in NAMES]
    bounds = {key: (0.0, 99.0) if place in hidden else (float(values[place]),) * 2 for place, key in enumerate(keys)}
    complete = {("p", False, "x"), ("p", False, "y")}
    system = System(dict(bounds))
    system.add_sums(sums(keys, complete))
    wanted = [keys[place] for place in sorted(hidden)]
    found = attacked(system, wanted, never)
    assert found is not None
    shown = [place for place in range(9) if place not in hidden]
    fits = WORLDS[(WORLDS[:, shown] == values[shown]).all(axis=1)]
    for place, key in zip(sorted(hidden), wanted, strict=True):
        low, high = found[key]
        assert low == pytest.approx(fits[:, place].min(), abs=1e-6)
        assert high == pytest.approx(fits[:, place].max(), abs=1e-6)


def test_what_a_policy_promises() -> None:
    rules = Rules()
    assert kept(rules, 0, 9, truth=4)
    assert not kept(rules, 0, 8, truth=4)
    assert not kept(rules, 1, 20, truth=4)
    assert kept(rules, 3, 15, truth=8)
    assert kept(rules, 20, 30, truth=29)
    assert not kept(rules, 20, 29, truth=25)
    assert not kept(Rules(zeros="structural"), 0, 5)
    assert kept(Rules(), 0, 5)
    assert kept(Rules(mode="round"), 10, 14)
    assert not kept(Rules(mode="round"), 11, 14)


def derived(value: float, formula: str, *inputs: Key, level: float | None = None) -> Derived:
    return Derived(value, formula, level, inputs, Place(1, "main", "estimate", 0))


def test_a_share_is_a_linear_relation() -> None:
    system = System({A: (0, 41), ALL: (41, 41)}, list(linear_rows([derived(0.073, "share", A, ALL)])))
    assert near(attacked(system, [A], never)) == {A: (3, 3)}


@pytest.mark.parametrize(
    ("formula", "value", "part"),
    [("complement", 38 / 41, 3), ("percent", 300 / 41, 3), ("percent_of_rest", 3 / 38, 3), ("change", 3 / 41 - 1, 3)],
)
def test_other_formulas_are_solved_too(formula: str, value: float, part: int) -> None:
    system = System({A: (0, 41), ALL: (41, 41)}, list(linear_rows([derived(value, formula, A, ALL)])))
    assert near(attacked(system, [A], never)) == {A: (part, part)}


def test_sums_and_differences_are_solved() -> None:
    rows = [derived(30.0, "sum", A, B), derived(-4.0, "difference", A, B)]
    system = System({A: (0, 99), B: (0, 99)}, list(linear_rows(rows)))
    assert near(attacked(system, [A, B], never)) == {A: (13, 13), B: (17, 17)}


def test_limits_are_tried_number_by_number() -> None:
    from justice_metrics.estimate.proportion import wilson

    low = float(wilson(np.array([3]), np.array([41]), 0.95).conf_low[0])
    assert worlds(derived(low, "wilson_low", A, ALL, level=0.95), [(0, 60), (20, 60)]) == [(3, 3), (41, 41)]
    assert worlds(derived(low, "no such formula", A), [(0, 9)]) is None
    assert worlds(derived(low, "wilson_low", A, ALL, level=0.95), [(0, BEYOND), (0, BEYOND)]) is None
    assert worlds(derived(0.9999, "wilson_low", A, ALL, level=0.95), [(0, 5), (5, 5)]) is None


def test_a_number_that_was_computed_from_other_counts_is_found() -> None:
    assert misfits([derived(0.3, "share", A, ALL)], {A: 3.0, ALL: 10.0}) == []
    wrong = derived(0.31, "share", A, ALL)
    assert misfits([wrong, derived(0.5, "share", A, B)], {A: 3.0, ALL: 10.0}) == [wrong]


def test_how_far_a_printed_number_can_be_off() -> None:
    assert half_unit(0.07) == pytest.approx(0.005)
    assert half_unit(1 / 3) < 1e-9
    assert counts_behind(0.5, 0, np.array([3.0])) == []
    assert (1, 3) in counts_behind(0.33, 0, np.array([3.0]))
