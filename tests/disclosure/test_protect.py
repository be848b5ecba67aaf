"""Which counts are shown: cases by hand, and random sets of tables that an outsider attacks."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.cells import Box, Count, Signed, box
from justice_metrics.disclosure.policy import DisclosurePolicy, Exact, Zeros
from justice_metrics.disclosure.protect import Decisions, protect
from justice_metrics.disclosure.published import ProtectedCells
from tests.disclosure.outsider import POPULATION, linked_tables, random_policy, too_narrow

SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
STRUCTURAL = DisclosurePolicy(zeros="structural", hundred_percent="show", sensitive=())


def count(value: float, *, events: bool = False, **levels: str | tuple[str, ...]) -> Count:
    return Count(box(levels), value, ("main", "n", 0), events)


def cross(rows: list[list[float]]) -> list[Count]:
    """Return a table of two dimensions with its margins."""
    table = np.array(rows)
    cells = [count(float(table.sum()))]
    cells += [count(float(one), row=f"r{place}") for place, one in enumerate(table.sum(axis=1))]
    cells += [count(float(one), column=f"c{place}") for place, one in enumerate(table.sum(axis=0))]
    places = product(range(table.shape[0]), range(table.shape[1]))
    return cells + [count(float(table[i, j]), row=f"r{i}", column=f"c{j}") for i, j in places]


def rules(cells: list[Count], policy: DisclosurePolicy = STRUCTURAL, **more: object) -> dict[Box, str]:
    decided = protect({POPULATION: cells}, policy, **more)  # type: ignore[arg-type]
    return {one.box: decided.of(POPULATION, one).rule for one in cells}


def shown(decided: Decisions) -> dict[Box, float | None]:
    return {one.units: one.value for one in decided.cells.cells}


def test_a_small_cell_takes_a_rectangle_with_it_and_the_totals_stay() -> None:
    cells = cross([[4, 30, 20], [25, 40, 35], [50, 60, 70]])
    found = rules(cells)
    hidden = {one for one, rule in found.items() if rule}
    assert found[box({"row": "r0", "column": "c0"})] == "minimum"
    assert len(hidden) == 4
    assert all(len(one) == 2 for one in hidden)
    # the partner in the row and the one in the column are the smallest there are
    assert box({"row": "r0", "column": "c2"}) in hidden
    assert box({"row": "r1", "column": "c0"}) in hidden


def test_a_small_part_is_not_what_a_whole_leaves_over() -> None:
    found = rules([count(60), count(56, sex="f"), count(4, sex="m")])
    assert list(found.values()) == ["", "linked", "minimum"]


def test_the_units_in_neither_part_are_protected_though_no_table_shows_them() -> None:
    # who is shown 60 and 57 knows of 3 without an answer
    found = rules([count(60), count(30, sex="f"), count(27, sex="m")])
    assert sum(rule == "linked" for rule in found.values()) == 1
    assert not rules([count(60), count(30, sex="f"), count(30, sex="m")])[box({})]


def test_a_part_of_a_part_is_a_difference() -> None:
    steps = ("charged", "tried", "sentenced")
    cells = [count(value, furthest=steps[place:]) for place, value in enumerate((500, 496, 300))]
    found = rules(cells)
    assert sorted(found.values()) == ["", "", "linked"]
    assert not found[box({"furthest": steps[2:]})]


def test_the_complement_of_a_yes_is_protected() -> None:
    found = rules([count(45), Count(box({"supported:lawyer": "yes"}), 40, ("main", "n", 1))])
    assert "linked" in found.values()
    assert not any(rules([count(65), Count(box({"supported:lawyer": "yes"}), 40, ("main", "n", 1))]).values())


def test_tables_of_the_same_units_are_linked_where_neither_shows_the_total() -> None:
    offices = [count(value, office=name) for name, value in (("a", 20), ("b", 18), ("c", 8))]
    years = [count(value, year=name) for name, value in (("2016", 22), ("2017", 24))]
    alone = rules(offices)
    both = rules(offices + years)
    assert sum(map(bool, alone.values())) == 1
    assert sum(map(bool, both.values())) >= 2


def test_equal_units_with_other_numbers_are_a_difference() -> None:
    # the same box counted after leaving units out: 60 and 57 tell of 3 who were left out
    found = protect({POPULATION: [count(60), count(57)]}, STRUCTURAL)
    assert sum(one.value is None for one in found.cells.cells) == 1
    assert all(one.value is not None for one in protect({POPULATION: [count(60), count(40)]}, STRUCTURAL).cells.cells)


def test_other_populations_and_things_are_not_linked() -> None:
    cells = {"case of a": [count(60), count(4, office="a")], "victim of a": [count(60)]}
    decided = protect(cells, STRUCTURAL)
    assert decided.of("victim of a", count(60)).value == 60
    things = [count(60), count(56, sex="f"), count(64, events=True)]
    assert decided.of("case of a", count(4, office="a")).rule == "minimum"
    assert rules(things)[box({})] in {"", "linked"}


def test_a_sum_that_no_box_tells_is_known() -> None:
    names = ("stock_start", "came_in", "went_out", "stock_end")
    cells = [count(value, events=True, thing=name) for name, value in zip(names, (100, 40, 4, 136), strict=True)]
    signs = (1, 1, -1, -1)
    tie = tuple(Signed(one.box, True, sign) for one, sign in zip(cells, signs, strict=True))
    assert sorted(rules(cells).values()) == ["", "", "", "minimum"]
    tied = rules(cells, ties={POPULATION: [tie]})
    assert sorted(tied.values()) == ["", "", "linked", "minimum"]
    # one that does not hold is no knowledge
    wrong = (*tie[:-1], tie[-1]._replace(sign=1))
    assert sorted(rules(cells, ties={POPULATION: [wrong]}).values()) == ["", "", "", "minimum"]


def test_zeros_and_wholes_are_protected_in_small_groups() -> None:
    cells = [
        count(40, office="a"),
        count(40, office="a", ending="conviction"),
        count(0, office="a", ending="acquittal"),
    ]
    strict = DisclosurePolicy(sensitive=())
    assert rules(cells, strict) == {cells[0].box: "", cells[1].box: "whole", cells[2].box: "zero"}
    assert not any(rules(cells).values())
    large = DisclosurePolicy(sensitive=(), small_group=30)
    assert not any(rules(cells, large).values())


def test_wholes_of_attributes_of_victims_are_always_hidden() -> None:
    cells = [count(400, office="a"), count(400, office="a", sex="f"), count(0, office="a", sex="m")]
    policy = DisclosurePolicy(zeros="structural", hundred_percent="show")
    assert rules(cells, policy)[cells[1].box] == "whole"


def test_an_official_total_stays_and_what_it_tells_is_said() -> None:
    exact = Exact(indicator="convictions_total", reason="yearbook", legal_basis="art. 1", by=("year",))
    policy = DisclosurePolicy(zeros="structural", hundred_percent="show", exact=(exact,))
    cells = [count(321), count(8, ending="conviction"), count(5, ending="conviction", department="a")]
    cells += [count(3, ending="conviction", department="b"), count(2, ending="conviction", sex="m")]
    decided = protect({POPULATION: cells}, policy)
    found = {one.box: decided.of(POPULATION, one) for one in cells}
    assert found[cells[1].box] == (8.0, "exact")
    assert found[cells[0].box] == (321.0, "")
    assert [found[one.box].rule for one in cells[2:]] == ["minimum"] * 3
    assert decided.exact == {(POPULATION, cells[1].box)}
    # of five in eight nobody can be kept in doubt by as much as the policy asks for
    assert (POPULATION, cells[2].box) in decided.limited


def test_49_convictions_by_department_keep_their_total() -> None:
    by = {"a": 22.0, "b": 15.0, "c": 9.0, "d": 3.0}
    cells = [count(321), count(49, ending="conviction")]
    cells += [count(value, ending="conviction", department=name) for name, value in by.items()]
    found = rules(cells)
    assert not found[box({"ending": "conviction"})]
    # 9 and 3 alone come to 12: then nobody could think that the 9 are 14, so the 15 go too
    assert sorted(found.values()) == ["", "", "", "linked", "minimum", "minimum"]


def test_who_knows_that_she_is_the_one_cannot_tell_the_other() -> None:
    cells = [count(200), *(count(value, office=name) for name, value in (("a", 1), ("b", 70), ("c", 129)))]
    found = rules(cells)
    # with two hidden numbers, the single person would subtract herself
    assert sum(map(bool, found.values())) == 3


def test_cells_behind_a_model_must_be_large_enough_and_tell_nothing() -> None:
    behind = [Count(box({"term": "x"}), 4, ("", "", 0)), Count(box({"term": "y"}), 40, ("", "", 1))]
    decided = protect({POPULATION: [count(60), *behind]}, STRUCTURAL)
    assert [decided.large_enough(POPULATION, one) for one in behind] == [False, True]
    assert len(decided.cells.cells) == 1


def test_nothing_in_nothing_out() -> None:
    assert not protect({}, STRUCTURAL).cells.cells
    assert not protect({POPULATION: []}, STRUCTURAL).cells.cells


def test_what_is_published_holds_no_hidden_number_and_is_read_back() -> None:
    decided = protect({POPULATION: cross([[4, 31, 22], [25, 41, 35], [50, 60, 73]])}, STRUCTURAL)
    record = decided.cells.to_record()
    values = [one["value"] for one in record["cells"]]
    assert values.count(None) == 4
    assert 4.0 not in values
    again = ProtectedCells.from_record(record)
    assert set(again.cells) == set(decided.cells.cells)
    assert again.to_record() == record
    assert decided.rules() == {"linked": 3, "minimum": 1}


RUN = """
import numpy as np
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import protect
from tests.disclosure.outsider import linked_tables
for seed in (9, 487):
    made = {"case of made": linked_tables(np.random.default_rng(seed)).counts()}
    print(protect(made, DisclosurePolicy(sensitive=())).cells.to_record())
"""


def test_two_runs_hide_the_same_cells() -> None:
    here = str(Path(__file__).resolve().parents[2])
    told = {
        subprocess.run(
            [sys.executable, "-c", RUN],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": here},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 60), min_size=2, max_size=3), min_size=2, max_size=3).filter(
        lambda rows: len({len(one) for one in rows}) == 1
    )
)
def test_order_makes_no_difference_to_what_is_small_and_nothing_small_is_shown(rows: list[list[int]]) -> None:
    cells = cross([[float(one) for one in row] for row in rows])
    decided = protect({POPULATION: cells}, DisclosurePolicy(sensitive=(), small_group=10_000))
    for value in shown(decided).values():
        assert value is None or value >= 10
    other = protect({POPULATION: cells[::-1]}, DisclosurePolicy(sensitive=(), small_group=10_000))
    primary = {one.box for one in cells if decided.of(POPULATION, one).rule in {"minimum", "zero", "whole"}}
    assert primary == {one.box for one in cells if other.of(POPULATION, one).rule in {"minimum", "zero", "whole"}}


@pytest.mark.parametrize("mode", ["suppress", "round"])
def test_an_outsider_who_knows_all_sums_learns_too_little(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_SECRET", SECRET)
    for seed in (9, 54, 71, 243, 487, 509):
        draw = np.random.default_rng(seed)
        tables = linked_tables(draw)
        assert not too_narrow(tables, random_policy(draw, mode)), seed


def test_hiding_only_what_is_small_would_fail_the_same_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    import justice_metrics.disclosure.protect as module
    from justice_metrics.disclosure.secondary import Hidden, Task

    def primary_only(task: Task) -> Hidden:
        return Hidden(hidden=task.primary | ~task.system.real, limited=np.zeros(len(task.primary), bool))

    monkeypatch.setattr(module, "suppress", primary_only)
    found = [too_narrow(linked_tables(np.random.default_rng(seed)), STRUCTURAL) for seed in (9, 71)]
    assert all(found)


@pytest.mark.parametrize("zeros", ["protect", "structural"])
def test_the_order_of_the_counts_does_not_decide_what_is_hidden(zeros: Zeros) -> None:
    numbers = np.array([[17, 3, 20], [20, 9, 9], [46, 0, 40], [19, 16, 33]])
    made = [Count(box({}), float(numbers.sum()), ("main", "n", 0))]
    made += [Count(box({"a": f"a{i}"}), float(one.sum()), ("main", "n", 0)) for i, one in enumerate(numbers)]
    made += [Count(box({"b": f"b{i}"}), float(one.sum()), ("main", "n", 0)) for i, one in enumerate(numbers.T)]
    made += [
        Count(box({"a": f"a{i}", "b": f"b{j}"}), float(numbers[i, j]), ("main", "n", 0))
        for i in range(4)
        for j in range(3)
    ]
    draw = np.random.default_rng(0)
    found = set()
    for _ in range(5):
        order = [made[place] for place in draw.permutation(len(made))]
        cells = protect({"case of x": order}, DisclosurePolicy(zeros=zeros, sensitive=())).cells.cells
        found.add(frozenset(one.units for one in cells if one.value is None))
    assert len(found) == 1


def test_what_is_secondary_in_an_answer_gives_way_before_the_answer() -> None:
    def parts(column: str, **values: float) -> list[Count]:
        return [Count(box({"level": one}), n, ("main", column, 0)) for one, n in values.items()]

    # of two that would protect the small one as well, the larger goes, since it tells what is missing
    cells = [Count(box({}), 90, ("main", "reached", 0)), *parts("reached", a=4, b=40), *parts("pending", c=46)]
    decided = protect({"case of x": cells}, DisclosurePolicy(zeros="structural", sensitive=()))
    assert [decided.of("case of x", one).rule for one in cells] == ["", "minimum", "", "linked"]
