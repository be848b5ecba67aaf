"""Weights raised for files that were not coded: by hand, and what must hold whatever was lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Counts
from justice_metrics.cases.sampling_weights import ClassTotals, factors, pooled, totals_of


def totals(*classes: tuple[float, float, float, float, int]) -> ClassTotals:
    w, k, s, c, n = np.array(classes, float).T
    return ClassTotals(w, k, s, c, n.astype(int))


class TestFactors:
    def test_by_hand(self) -> None:
        found = factors(totals((100, 80, 64, 60, 60)))
        assert (found.unknown[0], found.uncoded[0]) == (1.25, 64 / 60)
        # the coded files stand for 80 % of 100
        assert 60 * found.whole[0] == pytest.approx(80)

    def test_nothing_to_stand_for(self) -> None:
        assert factors(totals((10, 10, 7, 7, 7), (10, 10, 0, 0, 0))).whole.tolist() == [1, 1]

    def test_nothing_coded(self) -> None:
        assert np.isnan(factors(totals((10, 5, 5, 0, 0))).whole[0])

    def test_totals(self) -> None:
        classes, n = np.array([0, 0, 1]), np.array([2, 1, 4])
        weight, flag = np.array([10.0, 5.0, 1.0]), np.array([True, False, True])
        found = totals_of(classes, weight, flag, flag, flag, n)
        assert found.weight.tolist() == [25, 4]
        assert found.coded.tolist() == [20, 4]
        assert found.n_coded.tolist() == [2, 4]


class TestPooling:
    def test_a_class_that_lost_nothing_stays_however_small(self) -> None:
        found = pooled(totals((3, 3, 3, 3, 3), (100, 90, 90, 90, 90)), np.zeros(2, int), least=5, most=3)
        assert found.tolist() == [0, 1]

    def test_small_ones_go_together_within_their_stratum(self) -> None:
        small = (10, 8, 8, 8, 3)
        found = pooled(totals(small, small, (100, 90, 90, 90, 90), small, small), np.array([0, 0, 0, 1, 1]), least=5,
                       most=3)  # fmt: skip
        assert found.tolist() == [0, 0, 1, 2, 2]

    def test_a_lone_one_joins_the_class_that_lost_most(self) -> None:
        found = pooled(totals((10, 1, 1, 1, 1), (100, 95, 95, 95, 95), (100, 70, 70, 70, 70)), np.zeros(3, int),
                       least=5, most=3)  # fmt: skip
        assert found.tolist() == [0, 1, 0]

    def test_a_stratum_without_a_coded_file_leans_on_the_others(self) -> None:
        found = pooled(totals((10, 0, 0, 0, 0), (100, 90, 90, 90, 90)), np.array([0, 1]), least=5, most=3)
        assert found.tolist() == [0, 0]

    def test_nothing_to_join(self) -> None:
        assert pooled(totals((10, 2, 2, 2, 2)), np.zeros(1, int), least=5, most=3).tolist() == [0]
        assert pooled(ClassTotals(*np.zeros((4, 0)), np.zeros(0, int)), np.zeros(0, int), least=5, most=3).size == 0


@st.composite
def logs(draw: st.DrawFn) -> tuple[ClassTotals, Counts]:
    n = draw(st.integers(1, 8))
    rows = []
    for _ in range(n):
        coded = draw(st.integers(0, 30))
        eligible = coded + draw(st.integers(0, 5))
        known = eligible + draw(st.integers(0, 5))
        rows.append((known + draw(st.integers(0, 9)), known, eligible, coded, coded))
    return totals(*rows), np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))


@settings(max_examples=40, deadline=None)
@given(log=logs())
def test_weights_of_the_coded_files_add_up_to_the_files_in_scope_of_their_class(
    log: tuple[ClassTotals, Counts],
) -> None:
    given_totals, parent = log
    classes = pooled(given_totals, parent, least=5, most=3)
    size = classes.max() + 1
    w, k, s, c, n = (np.bincount(classes, weights=one, minlength=size) for one in given_totals)
    together = ClassTotals(w, k, s, c, n.astype(int))
    raised = factors(together).whole
    there = c > 0
    np.testing.assert_allclose((raised * c)[there], (w * s / np.where(k > 0, k, 1))[there], rtol=1e-12)
    # with more than one class, none is left that fails while others could help it
    if size > 1:
        something = (w > k) | (s > c)
        assert not (something & ((n < 5) | ~(raised <= 3))).any()
