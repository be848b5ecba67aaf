"""Rows without a unit are left out of a table; that their combinations exist, an outsider knows."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.base.cells import Box, box
from justice_metrics.disclosure import cells
from justice_metrics.disclosure.cells import system_of
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import protect
from justice_metrics.disclosure.unlisted import unlisted
from tests.disclosure.outsider import POPULATION, Tables, linked_tables, random_policy, too_narrow

STAGES, ENDINGS = ("charged", "accusation", "trial"), ("rejection", "extinction", "conviction")
# all 18 that were lost at the accusation became extinct; nobody else left it
UNITS = np.array([[1000, 0, 0], [0, 18, 0], [0, 300, 400]], float)


def tables() -> Tables:
    """Return the pairs of stage and ending that have cases, with all margins."""
    found = {box({}): np.ones(UNITS.shape, bool)}
    for i, stage in enumerate(STAGES):
        found[box({"furthest": stage})] = np.arange(3)[:, None] + np.zeros(3) == i
        for j, ending in enumerate(ENDINGS):
            found[box({"ending": ending})] = np.arange(3) + np.zeros((3, 1)) == j
            if UNITS[i, j]:
                found[box({"furthest": stage, "ending": ending})] = (
                    found[box({"furthest": stage})] & found[box({"ending": ending})]
                )
    return Tables(UNITS, found)


def nothing(*_: object) -> list[Box]:
    return []


def test_a_row_that_no_table_lists_links_the_sums_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = DisclosurePolicy(sensitive=())
    inside = box({"furthest": "accusation", "ending": "extinction"})
    assert too_narrow(tables(), policy) == []
    decided = protect({POPULATION: tables().counts()}, policy)
    told = {one.box: decided.of(POPULATION, one).rule for one in tables().counts()}
    assert told[inside] == "whole"
    # rows that are not listed are not listed by the gate either
    assert {one.units for one in decided.cells.cells} == set(told)
    monkeypatch.setattr(cells, "unlisted", nothing)
    assert "whole" in too_narrow(tables(), policy)


def test_combinations_of_two_full_sums_are_cells_without_units() -> None:
    made = tables().counts()
    system = system_of([one.box for one in made], [one.value for one in made])
    assert set(system.boxes) >= {box({"furthest": one, "ending": other}) for one in STAGES for other in ENDINGS}
    assert system.real.sum() == len(made) + 5
    assert np.abs(system.equations @ system.values).max() < 1e-9


def test_what_stands_in_one_sum_alone_or_in_one_that_leaves_something_over_is_not_needed() -> None:
    values = {one.box: one.value for one in tables().counts()}
    crossed = [one for one in values if len(one) == 2]
    stages = {one: value for one, value in values.items() if "ending" not in dict(one) and one}
    assert unlisted(crossed, {one: values[one] for one in crossed} | stages) == []
    assert unlisted(crossed, {one: value + (not crossed.count(one)) for one, value in values.items()}) == []
    assert unlisted([], {}) == []


def test_not_more_are_taken_than_there_are_cells_and_some() -> None:
    listed = {box({"court": f"{one}", "ending": f"{one}"}): 20.0 for one in range(40)}
    wholes = {box({name: f"{one}"}): 20.0 for one in range(40) for name in ("court", "ending")}
    assert len(unlisted(list(listed), listed | wholes)) == len(listed) + 200


@pytest.mark.parametrize("seed", [9, 53, 74, 96])
def test_an_outsider_who_knows_all_combinations(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow() -> list[str]:
        draw = np.random.default_rng(seed)
        made = linked_tables(draw, sparse_rows=True)
        return too_narrow(made, random_policy(draw, "suppress"))

    assert narrow() == []
    monkeypatch.setattr(cells, "unlisted", nothing)
    assert narrow() != []
