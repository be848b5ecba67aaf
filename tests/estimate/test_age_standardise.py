"""Rates of a population: by hand, against R and a published example, as properties, at the edges."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate import age_standardise as module
from justice_metrics.estimate.age_standardise import direct_rate, poisson_rate
from tests.estimate.offices_reference import said


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_no_event_by_hand() -> None:
    """Nothing in 2 person-years: up to -log(0.025) / 2 events a year."""
    rate = poisson_rate(np.array([0]), np.array([2.0]))
    assert (rate.estimate[0], rate.conf_low[0]) == (0, 0)
    assert rate.conf_high[0] == pytest.approx(-np.log(0.025) / 2, rel=1e-12)


@pytest.mark.parametrize("count", [0, 1, 9, 250])
def test_exact_limits_are_those_of_poisson_test(count: int) -> None:
    rate = poisson_rate(np.array([count]), np.array([10.0]))
    np.testing.assert_allclose([rate.conf_low[0], rate.conf_high[0]], said("poisson", str(count)), rtol=1e-10)


def test_direct_like_r() -> None:
    population, standard = said("ages", "population")[None, :], said("ages", "standard")
    for count, name in ((said("ages", "count"), "direct"), (np.zeros(4), "direct_none")):
        rate = direct_rate(count[None, :], population, standard)
        found = [rate.estimate[0], rate.conf_low[0], rate.conf_high[0]]
        np.testing.assert_allclose(found, said("ages", name), rtol=1e-10)


def test_a_published_example() -> None:
    """The example in the manual of the R package canregtools, ageadjust(): 5394.737 (4709.493 to 6154.046)."""
    rate = direct_rate(
        np.array([[50, 60, 45, 70]]), np.array([[1000.0, 1200, 1100, 900]]), np.array([800.0, 1000, 1100, 900])
    )
    np.testing.assert_allclose(1e5 * rate.estimate, 5394.737, atol=0.001)
    np.testing.assert_allclose(1e5 * rate.conf_low, 4709.493, atol=0.001)
    np.testing.assert_allclose(1e5 * rate.conf_high, 6154.046, atol=0.001)


@settings(max_examples=40)
@given(st.integers(0, 500), st.floats(0.5, 1e6), st.sampled_from([0.8, 0.95, 0.99]))
def test_with_one_age_the_limits_are_exact(count: int, exposure: float, level: float) -> None:
    one = direct_rate(np.array([[count]]), np.array([[exposure]]), np.array([3.0]), level)
    exact = poisson_rate(np.array([count]), np.array([exposure]), level)
    np.testing.assert_allclose(np.array(one), np.array(exact), rtol=1e-7, atol=1e-300)


def test_edges() -> None:
    assert np.isnan(poisson_rate(np.array([3]), np.array([0.0]))).all()
    missing = direct_rate(np.array([[3, 0]]), np.array([[10.0, 0.0]]), np.array([1.0, 1.0]))
    assert np.isnan(missing).all()
    unused = direct_rate(np.array([[3, 0]]), np.array([[10.0, 0.0]]), np.array([1.0, 0.0]))
    assert unused.estimate[0] == pytest.approx(0.3)
