"""Levels of support by row: how many, who first, in what order, and which levels are shown together."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.reduce.formula import Covariate
from justice_metrics.reduce.histories import NEVER, Histories
from justice_metrics.reduce.support_states import (
    Episode,
    by_unit,
    complete,
    how_many,
    lagged,
    merged_down,
    order_of_arrival,
    rare_together,
    relevelled,
    support_rows,
    who_came_first,
)
from justice_metrics.tables import Strata

ACTORS = ("a", "b", "c")


def histories(days: dict[str, list[int]], n: list[int] | None = None) -> Histories:
    size = len(next(iter(days.values())))
    return Histories(
        entry=np.full(size, -1),
        exit=np.full(size, 100),
        code=np.ones(size, np.int64),
        days={name: np.array(one, np.int64) for name, one in days.items()},
        pattern=np.zeros(size, np.int64),
        stratum=np.zeros(size, np.int64),
        cluster=None,
        n=np.ones(size, np.int64) if n is None else np.array(n),
        weight=None,
        covariates={},
        strata=Strata((), ((),)),
        clusters=0,
        left_out={},
    )


def ever(*names: str) -> dict[str, list[Episode]]:
    return {one: [Episode(one)] for one in names}


def words(covariate: Covariate) -> list[str]:
    assert covariate.levels is not None
    return [covariate.levels[one] for one in covariate.values]


class TestRows:
    made = support_rows(histories({"a": [10, 20], "b": [30, 20], "c": [NEVER, 50]}), ever(*ACTORS))

    def test_cut_where_somebody_comes(self) -> None:
        assert self.made.rows.entry.tolist() == [-1, 10, 30, -1, 20, 50]
        assert self.made.rows.exit.tolist() == [10, 30, 100, 20, 50, 100]
        assert self.made.cell.tolist() == [0, 0, 0, 1, 1, 1]

    def test_levels(self) -> None:
        assert words(how_many(self.made, 3)) == ["0", "1", "2", "0", "2", "3"]
        assert how_many(self.made, 2).levels == ("0", "1", "2+")
        assert words(complete(self.made, 2)) == ["not_yet", "not_yet", "started", "not_yet", "started", "started"]
        assert words(who_came_first(self.made, ACTORS)) == ["nobody", "a", "a", "nobody", "together", "together"]
        assert words(order_of_arrival(self.made, ACTORS)) == ["nobody", "a", "a > b", "nobody", "a + b", "a + b > c"]

    def test_an_order_begins_with_nobody_even_where_somebody_always_is(self) -> None:
        always = support_rows(histories({"a": [0], "b": [5]})._replace(entry=np.array([7])), ever("a", "b"))
        found = order_of_arrival(always, ("a", "b"))
        assert found.levels == ("nobody", "a > b")
        assert words(found) == ["a > b"]

    def test_milestones_cut_but_are_no_support(self) -> None:
        made = support_rows(histories({"a": [10], "stage": [4]}), ever("a"), ["stage"], lag_days=3)
        assert made.rows.exit.tolist() == [4, 13, 100]  # support is delayed, the milestone is not
        assert made.reached["stage"].tolist() == [False, True, True]
        assert words(how_many(made, 1)) == ["0", "0", "1"]


class TestEpisodes:
    def test_somebody_comes_goes_and_comes_again(self) -> None:
        cases = histories({"s1": [2], "e1": [5], "s2": [9], "e2": [NEVER]})
        made = support_rows(cases, {"a": [Episode("s1", "e1"), Episode("s2", "e2")]})
        assert made.rows.exit.tolist() == [2, 6, 9, 100]  # the last day counts for the day after it
        assert made.present[0].tolist() == [False, True, False, True]
        assert made.since[0].tolist() == [2] * 4

    def test_what_was_over_before_the_start_never_counts(self) -> None:
        cases = histories({"s": [-9, -9, -9], "e": [-1, 0, NEVER]})
        moved = lagged(cases, {"a": [Episode("s", "e")]}, 10)
        assert moved.days["s"].tolist() == [NEVER, 10, 10]
        assert moved.days["e"].tolist()[1:] == [11, NEVER]
        assert support_rows(cases, {"a": [Episode("s", "e")]}).present[0].any()


def test_single_cases_are_clusters_of_their_own() -> None:
    apart = by_unit(histories({"a": [1, 2]}, n=[3, 1]))
    assert apart.n.tolist() == [1, 1, 1, 1]
    assert apart.days["a"].tolist() == [1, 1, 1, 2]
    assert apart.cluster is not None
    assert (apart.cluster.tolist(), apart.clusters) == ([0, 1, 2, 3], 4)


@pytest.mark.parametrize(
    ("endings", "shown"),
    [
        ([9, 9, 9, 9], ["0", "1", "2", "3+"]),
        ([9, 9, 9, 4], ["0", "1", "2+", "2+"]),
        ([9, 9, 4, 9], ["0", "1-2", "1-2", "3+"]),
        ([9, 9, 2, 1], ["0", "1+", "1+", "1+"]),
        ([9, 1, 1, 1], ["0", "1+", "1+", "1+"]),
        ([0, 9, 9, 9], ["0-1", "0-1", "2", "3+"]),
        ([0, 0, 0, 9], ["0-2", "0-2", "0-2", "3+"]),
        ([0, 0, 0, 0], ["0", "1+", "1+", "1+"]),
    ],
)
def test_sparse_numbers_go_with_their_neighbours(endings: list[int], shown: list[str]) -> None:
    levels = ["0", "1", "2", "3+"]
    assert list(merged_down(levels, np.array(endings), 5).values()) == shown


def test_rare_orders_are_one_group_unless_there_is_one_only() -> None:
    levels = ["nobody", "a", "b", "c"]
    assert list(rare_together(levels, np.array([0, 9, 1, 2]), 5).values()) == [
        "nobody",
        "a",
        "other_order",
        "other_order",
    ]
    assert list(rare_together(levels, np.array([0, 9, 9, 2]), 5).values()) == levels


def test_levels_are_merged_by_their_names() -> None:
    merged = relevelled(Covariate(np.array([0, 1, 2, 1]), ("x", "y", "z")), {"x": "x", "y": "rest", "z": "rest"})
    assert merged.levels == ("x", "rest")
    assert merged.values.tolist() == [0, 1, 1, 1]
