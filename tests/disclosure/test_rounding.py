"""Rounding by a key: always the same, without bias, and never more narrow than the base."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.cells import Count, box
from justice_metrics.disclosure.policy import DisclosurePolicy, Exact
from justice_metrics.disclosure.protect import Decisions, protect
from justice_metrics.disclosure.rounding import rounded, understood

KEY = b"a key"
POPULATION = "case of made"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_SECRET", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")


def policy(**more: object) -> DisclosurePolicy:
    return DisclosurePolicy(mode="round", secret="env:MADE_SECRET", sensitive=(), **more)  # type: ignore[arg-type]


def count(value: float, **levels: str) -> Count:
    return Count(box(levels), value, ("main", "n", 0))


def value(decided: Decisions, one: Count, population: str = POPULATION) -> float:
    return decided.of(population, one).value


@given(st.integers(0, 10_000), st.integers(3, 10))
def test_a_neighbouring_multiple_of_the_base(number: int, base: int) -> None:
    found = rounded(number, box({"office": "a"}), unit="case", base=base, key=KEY)
    assert found % base == 0
    assert abs(found - number) < base


def test_up_and_down_keep_the_mean() -> None:
    found = [rounded(12, box({"office": str(one)}), unit="case", base=5, key=KEY) for one in range(4000)]
    # two fifths of the way: binomial standard error of the mean 0.04
    assert np.mean(found) == pytest.approx(12, abs=0.16)


def test_the_draw_depends_on_units_unit_number_and_key() -> None:
    boxes = [box({"office": str(one)}) for one in range(200)]

    def drawn(number: float = 12, unit: str = "case", key: bytes = KEY) -> list[bool]:
        return [rounded(number, one, unit=unit, base=5, key=key) > number for one in boxes]

    assert drawn() == drawn()
    assert len({tuple(one) for one in (drawn(), drawn(17), drawn(unit="victim"), drawn(key=b"other"))}) == 4


def test_a_rounded_number_at_the_minimum_still_leaves_as_many_numbers_as_the_base() -> None:
    low, high = understood(10, base=5, minimum=10)
    assert high - low + 1 == 5


def test_small_counts_are_hidden_first_and_the_others_rounded() -> None:
    cells = [count(137), count(133, office="a"), count(4, office="b"), count(0, office="c")]
    decided = protect({POPULATION: cells}, policy(small_group=1000))
    found = [value(decided, one) for one in cells]
    assert np.isnan(found[2])
    assert np.isnan(found[3])
    assert all(one % 5 == 0 for one in found[:2])
    assert [decided.of(POPULATION, one).rule for one in cells] == ["rounded", "rounded", "minimum", "zero"]


def test_the_same_cell_is_the_same_number_in_every_release_and_after_fifty() -> None:
    cells = [count(37), count(20, office="a")]
    first = protect({POPULATION: cells}, policy())
    for one in range(20):
        again = protect({f"case of later{one}": [*cells, count(17, office="b")]}, policy())
        assert [value(first, one_cell) for one_cell in cells] == [
            value(again, one_cell, f"case of later{one}") for one_cell in cells
        ]


def test_an_official_total_is_exact_and_its_parts_are_not() -> None:
    exact = Exact(indicator="cases_total", reason="yearbook", legal_basis="art. 1")
    cells = [count(137), count(71, office="a"), count(66, office="b")]
    decided = protect({POPULATION: cells}, policy(exact=(exact,)))
    assert value(decided, cells[0]) == 137
    assert value(decided, cells[1]) % 5 == 0


def test_two_readings_of_one_number_that_leave_too_few_are_not_both_shown() -> None:
    key = policy().key()
    seen = set()
    for name in ("a", "b", "c", "d", "e", "f"):
        cells = [count(14), count(14, office=name)]
        drawn = {rounded(14, one.box, unit="case", base=5, key=key) for one in cells}
        found = protect({POPULATION: cells}, policy(hundred_percent="show"))
        hidden = [bool(np.isnan(value(found, one))) for one in cells]
        # equal cells, read as 10 and as 15: only 11 to 14 fit both, fewer numbers than the base
        assert any(hidden) == (len(drawn) == 2)
        seen.add(len(drawn))
    assert seen == {1, 2}
