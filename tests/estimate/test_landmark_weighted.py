"""Incidence after a landmark, weighted: by hand, by standardising the kinds, and where an arm is empty."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.landmark_weighted import LandmarkCells, landmark_incidence
from justice_metrics.estimate.resampling import incidence_at


def test_examples() -> None:
    assert doctest.testmod(importlib.import_module("justice_metrics.estimate.landmark_weighted")).failed == 0


def test_weights_standardise_the_kinds() -> None:
    # kind 0: 4 supported, 1 comes to it; 2 not, 1 does. kind 1: 1 supported, comes to it; 3 not, none does.
    exit_ = np.array([5, 9, 5, 9, 5, 9, 9])
    code = np.array([1, 0, 1, 0, 1, 0, 0])
    supported = np.array([True, True, False, False, True, False, False])
    kind = np.array([0, 0, 0, 0, 1, 1, 1])
    mass = np.array([1.0, 3, 1, 1, 1, 1, 2])
    found = landmark_incidence(
        LandmarkCells(exit_, code, supported, kind), mass, np.array([[0.0], [1.0]]), outcomes=1, horizon_days=8
    )
    # six cases of kind 0 and four of kind 1 are all the cases
    assert found[:, 0] == pytest.approx([0.6 * 1 / 4 + 0.4 * 1, 0.6 * 1 / 2 + 0.4 * 0])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2), st.booleans()), min_size=2, max_size=30))
def test_without_columns_it_is_aalen_johansen(rows: list[tuple[int, int, bool]]) -> None:
    exit_, code, supported = (np.array(one) for one in zip(*rows, strict=True))
    cells = LandmarkCells(exit_, code, supported, np.zeros(len(rows), int))
    found = landmark_incidence(cells, np.ones(len(rows)), np.zeros((1, 0)), outcomes=2, horizon_days=7)
    for arm, who in enumerate((supported, ~supported)):
        if not supported.any() or supported.all():
            assert np.isnan(found).all()
            continue
        events = np.stack([np.bincount(exit_[who & (code == k)], minlength=13)[:8] for k in (1, 2)])
        at_risk = np.array([(exit_[who] >= day).sum() for day in range(8)])
        assert found[arm] == pytest.approx(incidence_at(events, at_risk))


def test_mass_is_replication() -> None:
    rng = np.random.default_rng(2)
    cells = LandmarkCells(rng.integers(1, 9, 30), rng.integers(0, 3, 30), rng.random(30) < 0.4, rng.integers(0, 3, 30))
    columns, mass = np.eye(3)[:, 1:], rng.integers(1, 4, 30)
    repeated = LandmarkCells(*(np.repeat(one, mass) for one in cells))
    one = landmark_incidence(cells, mass.astype(float), columns, outcomes=2, horizon_days=6)
    other = landmark_incidence(repeated, np.ones(mass.sum()), columns, outcomes=2, horizon_days=6)
    assert one == pytest.approx(other)


def test_a_drawn_sample_may_lack_an_arm() -> None:
    cells = LandmarkCells(np.array([3, 4]), np.array([1, 0]), np.array([True, False]), np.array([0, 0]))
    assert np.isnan(landmark_incidence(cells, np.array([1.0, 0]), np.zeros((1, 0)), outcomes=1, horizon_days=9)).all()
