"""Offices with one mix of cases: by hand, against R, as properties, at the edges."""

from __future__ import annotations

import doctest
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate import standardise as module
from justice_metrics.estimate.proportion import wilson
from justice_metrics.estimate.standardise import direct, indirect
from tests.estimate.offices_reference import counts, said


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_indirect_by_hand() -> None:
    """Kinds of 30/150 and 40/100: the first office expects 50/5 + 50 2/5 = 30 and has 40."""
    found = indirect(np.array([[10, 30], [20, 10]]), np.array([[50, 50], [100, 50]]))
    expected = Fraction(50, 5) + 50 * Fraction(2, 5)
    assert found.expected[0] == float(expected)
    assert found.estimate[0] == pytest.approx(float(40 / expected), rel=1e-12)
    varies = 50 * Fraction(4, 25) + 50 * Fraction(6, 25)
    size = (1 - Fraction(7, 25)) / Fraction(7, 25) * expected**2 / varies
    assert found.size[0] == pytest.approx(float(size), rel=1e-12)


def test_direct_by_hand() -> None:
    found = direct(np.array([[10, 30]]), np.array([[50, 50]]), np.array([3.0, 1.0]))
    assert found.estimate[0] == pytest.approx(3 / 4 * 1 / 5 + 1 / 4 * 3 / 5, rel=1e-12)
    parts = wilson(np.array([10, 30]), np.array([50, 50]))
    reach = np.sqrt((0.75 * (0.2 - parts.conf_low[0])) ** 2 + (0.25 * (0.6 - parts.conf_low[1])) ** 2)
    assert found.conf_low[0] == pytest.approx(0.3 - reach, rel=1e-12)


def test_like_r() -> None:
    successes, trials = counts("mixed")
    found = indirect(successes, trials)
    for name, mine in (("expected", 0), ("ratio", 1), ("ratio_low", 2), ("ratio_high", 3)):
        np.testing.assert_allclose(found[mine], said("mixed", name), rtol=1e-9, err_msg=name)
    straight = direct(successes, trials, trials.sum(axis=0).astype(float))
    for name, mine in (("direct", 0), ("direct_low", 1), ("direct_high", 2)):
        np.testing.assert_allclose(straight[mine], said("mixed", name), rtol=1e-9, err_msg=name)


def test_one_kind_of_case_has_wilsons_limits() -> None:
    successes, trials = counts("surgical")
    whole = successes.sum() / trials.sum()
    found = indirect(successes, trials)
    np.testing.assert_allclose(found.conf_low * whole, said("surgical", "wilson_low"), rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(found.conf_high * whole, said("surgical", "wilson_high"), rtol=1e-8)
    np.testing.assert_allclose(found.size, trials[:, 0], rtol=1e-12)
    straight = direct(successes, trials, np.array([2.0]))
    np.testing.assert_allclose(straight.conf_low, said("surgical", "wilson_low"), rtol=1e-9, atol=1e-14)


offices = st.lists(
    st.tuples(*[st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))] * 3),
    min_size=2,
    max_size=8,
).map(lambda rows: np.moveaxis(np.array(rows), 2, 0))


@settings(max_examples=40)
@given(offices)
def test_what_is_expected_adds_up_to_what_was_observed(given_offices: np.ndarray) -> None:
    y, n = given_offices
    found = indirect(y, n)
    assert found.expected.sum() == pytest.approx(y.sum(), abs=1e-9)
    there = found.expected > 0
    assert np.isnan(found.estimate[~there]).all()
    assert (found.conf_low[there] <= found.estimate[there] + 1e-7).all()
    assert (found.conf_high[there] >= found.estimate[there] - 1e-7).all()
    assert (found.conf_high[there] * found.expected[there] <= n.sum(axis=1)[there] + 1e-6).all()


@settings(max_examples=40)
@given(offices)
def test_kinds_that_do_not_differ_change_nothing(given_offices: np.ndarray) -> None:
    """Splitting each office's cases in proportion leaves ratio and limits as they were."""
    y, n = (one.sum(axis=1) for one in given_offices)
    once, split = (
        indirect(y[:, None], n[:, None]),
        indirect(y[:, None] * np.array([1, 3]), n[:, None] * np.array([1, 3])),
    )
    np.testing.assert_allclose(split.estimate, once.estimate, rtol=1e-9)
    quadrupled = indirect(4 * y[:, None], 4 * n[:, None])
    np.testing.assert_allclose(split.conf_low, quadrupled.conf_low, rtol=1e-6, atol=1e-9)


def test_direct_undoes_a_mix_that_indirect_expects() -> None:
    """Two offices treat each kind alike; one has mostly the slow kind. Raw shares differ, standardised ones do not."""
    n = np.array([[900, 100], [100, 900]])
    y = np.array([[90, 50], [10, 450]])
    assert indirect(y, n).estimate.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(direct(y, n, n.sum(axis=0).astype(float)).estimate, [0.3, 0.3])


def test_edges() -> None:
    y, n = np.array([[0, 0], [5, 0], [5, 9]]), np.array([[0, 0], [5, 4], [10, 9]])
    found = indirect(y, n)
    assert np.isnan(found.estimate[0])
    assert found.conf_low[1] >= 0
    straight = direct(y, n, n.sum(axis=0).astype(float))
    assert np.isnan(straight.estimate[0])
    assert straight.covered[0] == 0
    none = indirect(np.array([[0], [4]]), np.array([[9], [9]]))
    assert none.conf_low[0] == 0
    everything = indirect(np.array([[9], [4]]), np.array([[9], [9]]))
    assert everything.conf_high[0] * everything.expected[0] == pytest.approx(9)
    sure = indirect(np.array([[3, 2], [6, 1]]), np.array([[3, 4], [6, 4]]))
    assert sure.conf_low[0] * sure.expected[0] >= 3
