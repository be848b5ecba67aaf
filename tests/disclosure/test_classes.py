from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.disclosure.classes import HIDDEN, map_classes

rates = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=0, max_size=30)


def test_classes_by_hand() -> None:
    found = map_classes(np.array([1.0, 2.0, 11.0, 12.0, 21.0, 29.0]), np.full(6, 100.0), minimum=10, wanted=3)
    assert found.of.tolist() == [0, 0, 1, 1, 2, 2]
    assert len(found.breaks) == 4


def test_one_large_area_does_not_push_all_others_into_one_class() -> None:
    counts = np.array([12.0, 14, 22, 24, 31, 38, 55, 59, 210, 9000])
    found = map_classes(counts, counts, minimum=10)
    assert found.breaks.tolist() == [10.0, 20.0, 30.0, 50.0, 200.0, 10000.0]
    assert found.of.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_limits_of_many_areas_are_round() -> None:
    counts = np.floor(np.exp(np.random.default_rng(1).normal(3.5, 1.2, 340))) + 10
    found = map_classes(counts, counts, minimum=10)
    assert len(found.breaks) == 6
    assert all(one == float(f"{one:.1g}") for one in found.breaks)
    assert np.bincount(found.of).min() >= 340 / 5 / 2


def test_few_people_or_one_area_make_no_class() -> None:
    assert map_classes(np.array([0.1, 0.2]), np.array([3.0, 4.0]), minimum=10).of.tolist() == [HIDDEN, HIDDEN]
    assert map_classes(np.array([0.1]), np.array([300.0]), minimum=10).of.tolist() == [HIDDEN]
    assert map_classes(np.zeros(0), np.zeros(0), minimum=10).of.tolist() == []


def test_equal_rates_are_one_class() -> None:
    assert map_classes(np.full(4, 0.3), np.full(4, 50.0), minimum=10).of.tolist() == [0, 0, 0, 0]
    assert map_classes(np.zeros(4), np.full(4, 50.0), minimum=10).of.tolist() == [0, 0, 0, 0]


@given(rates, st.integers(1, 200))
@settings(max_examples=80, deadline=None)
def test_every_class_holds_enough(values: list[float], each: int) -> None:
    given_rates = np.array(values, np.float64)
    found = map_classes(given_rates, np.full(len(values), float(each)), minimum=10)
    assert ((found.of == HIDDEN) | np.isfinite(given_rates)).all()
    for one in set(found.of.tolist()) - {HIDDEN}:
        members = found.of == one
        assert members.sum() >= 2
        assert members.sum() * each >= 10
        assert (given_rates[members] >= found.breaks[one] - 1e-9).all()
        assert (given_rates[members] <= found.breaks[one + 1] + 1e-9).all()
