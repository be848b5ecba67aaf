"""Chains of shares: the error of a product."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.chain import chained, error_of_limits


def test_by_hand() -> None:
    found = chained(np.array([0.5, 0.4]), np.array([0.05, 0.02]))
    assert found.estimate.tolist() == [0.5, 0.2]
    # 0.2 x sqrt(0.1^2 + 0.05^2)
    assert found.std_error[1] == pytest.approx(0.2 * 0.0125**0.5)


@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(1, 5_000), min_size=2, max_size=6, unique=True))
def test_steps_that_follow_one_another_have_the_error_of_the_whole(counts: list[int]) -> None:
    n = np.array(sorted(counts, reverse=True), float)
    p = n[1:] / n[:-1]
    found = chained(p, np.sqrt(p * (1 - p) / n[:-1]))
    whole = n[1:] / n[0]
    np.testing.assert_allclose(found.estimate, whole, rtol=1e-12)
    np.testing.assert_allclose(found.std_error, np.sqrt(whole * (1 - whole) / n[0]), rtol=1e-9)


def test_an_unknown_error_stays_unknown() -> None:
    found = chained(np.array([0.5, 0.5, 0.5]), np.array([0.05, np.nan, 0.05]))
    assert np.isfinite(found.conf_low[0])
    assert np.isnan(found.conf_low[1:]).all()
    assert found.estimate[2] == 0.125


def test_nothing_passes() -> None:
    found = chained(np.array([0.5, 0.0]), np.array([0.05, 0.0]))
    assert found.estimate[1] == 0
    assert np.isnan(found.conf_high[1])


def test_an_error_comes_back_from_its_limits() -> None:
    chain = chained(np.array([0.3]), np.array([0.04]), 0.9)
    back = error_of_limits(np.array([0.3]), chain.conf_low, chain.conf_high, 0.9)
    assert back[0] == pytest.approx(0.04, rel=1e-12)


def test_against_drawn_products() -> None:
    draws = np.random.default_rng(1631)
    p, s = np.array([0.104, 0.68, 0.172]), np.array([0.004, 0.02, 0.015])
    a = p * (p * (1 - p) / s**2 - 1)
    b = (1 - p) * (p * (1 - p) / s**2 - 1)
    products = draws.beta(a, b, size=(200_000, 3)).cumprod(axis=1)
    found = chained(p, s)
    low, high = np.quantile(products, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(found.std_error, products.std(axis=0), rtol=0.01)
    np.testing.assert_allclose(found.conf_low, low, rtol=0.02)
    np.testing.assert_allclose(found.conf_high, high, rtol=0.02)
