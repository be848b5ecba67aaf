"""The search for what else to hide: small programs find the same as the whole one, and what fitted is used again."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.base.cells import Count, box
from justice_metrics.disclosure import secondary
from justice_metrics.disclosure.attack import Ranges
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import Decisions, protect

POPULATION = "case of the test"


def courts(seed: int) -> list[Count]:
    """Return three items, each met or not, in 14 courts: sums of courts are long, those within a court short."""
    drawn = np.random.default_rng(seed).negative_binomial(1, 0.1, (14, 3, 2))
    found: list[Count] = []
    for court, item, answer in np.ndindex(drawn.shape):
        units = {f"item {item}": ("met", "not met")[answer], "court": f"c{court}"}
        found.append(Count(box(units), float(drawn[court, item, answer]), ("main", "n", len(found))))
    for item, answer in np.ndindex(drawn.shape[1:]):
        units = {f"item {item}": ("met", "not met")[answer]}
        found.append(Count(box(units), float(drawn[:, item, answer].sum()), ("main", "n", len(found))))
    return found


def protected(seed: int) -> tuple[Decisions, list[str]]:
    counts = courts(seed)
    decided = protect({POPULATION: counts}, DisclosurePolicy())
    return decided, [decided.of(POPULATION, one).rule for one in counts]


@pytest.mark.parametrize("seed", [1, 6])
def test_a_way_among_few_numbers_is_taken_only_where_it_is_the_cheapest_of_all(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secondary, "_MANY", 0)
    monkeypatch.setattr(secondary, "_FEW", 1.0)
    costs: list[tuple[float, float]] = []
    way = secondary._Search._way

    def both(search: secondary._Search, one: int, target: float) -> np.ndarray | None:
        few = way(search, one, target)
        step = target - search.values[one]
        whole = search._moved(one, step, search._around(one))
        assert (few is None) == (whole is None)
        if few is not None and whole is not None:
            worth = np.where(search.hidden, 0.0, search.worth)
            worth[one] = 0.0
            costs.append((float(worth @ abs(few - search.values)), float(worth @ abs(whole.moved))))
            np.testing.assert_allclose(search.task.system.equations @ few, 0.0, atol=1e-5)
        return few

    monkeypatch.setattr(secondary._Search, "_way", both)
    protected(seed)
    assert costs
    few, whole = np.array(costs).T
    np.testing.assert_allclose(few, whole, rtol=1e-6, atol=1e-5)


def test_numbers_that_fit_are_mixed_so_that_one_more_is_known() -> None:
    truth = np.array([10.0, 10.0, 10.0])
    seen = Ranges(truth.copy(), truth.copy())
    seen.take(np.array([14.0, 6.0, 10.0]))
    seen.take(np.array([8.0, 10.0, 12.0]))
    seen.take(np.array([10.0, 9.0, 11.0]))
    left = seen.shown(0, truth)
    # a third of the first and two thirds of the second: 10, 26 / 3, 34 / 3
    np.testing.assert_allclose(left.lowest, [10.0, 26 / 3, 10.0])
    np.testing.assert_allclose(left.highest, [10.0, 10.0, 34 / 3])


def test_what_only_moves_one_way_tells_nothing_once_it_is_known() -> None:
    truth = np.array([10.0, 10.0])
    seen = Ranges(truth.copy(), truth.copy())
    seen.take(np.array([14.0, 6.0]))
    assert seen.shown(0, truth).lowest.tolist() == [10.0, 10.0]
