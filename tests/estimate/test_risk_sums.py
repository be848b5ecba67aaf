"""Sparse sums over risk sets against sums written out row by row."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate import risk_sums
from justice_metrics.estimate.risk_sums import (
    at_risk_sums,
    event_exposures,
    event_sums,
    exposures,
    remaining,
    risk_sets,
    running,
    spells,
)
from justice_metrics.estimate.rows import Rows

PATTERNS = 4


@st.composite
def folded_rows(draw):
    """Up to 30 cells of three strata, days 0..7, some of them never at risk."""
    size = draw(st.integers(0, 30))

    def numbers(low, high):
        return np.array(draw(st.lists(st.integers(low, high), min_size=size, max_size=size)), dtype=np.int64)

    weight = numbers(0, 5) / 2 if draw(st.booleans()) else None
    return Rows(
        numbers(-1, 6),
        numbers(0, 7),
        numbers(0, 2),
        numbers(0, 3),
        weight,
        numbers(0, 2),
        numbers(0, PATTERNS - 1),
        None,
    )


def table(rows):
    """(stratum, day) of every ending, and the cells at risk and ending on it, looked up one by one."""
    weight = np.ones(len(rows.n)) if rows.weight is None else rows.weight
    amount = rows.n * weight * (rows.entry < rows.exit)
    ends = (amount > 0) & (rows.code == 1)
    moments = sorted({(int(s), int(t)) for s, t in zip(rows.stratum[ends], rows.exit[ends], strict=True)})
    at_risk = np.array(
        [amount * (rows.stratum == s) * (rows.entry < t) * (t <= rows.exit) for s, t in moments]
    ).reshape(len(moments), len(amount))
    ending = at_risk * np.array([ends & (rows.exit == t) for _, t in moments]).reshape(at_risk.shape)
    return moments, at_risk, ending


@given(rows=folded_rows(), seed=st.integers(0, 2**16))
def test_sums_equal_those_over_single_rows(rows, seed):
    sets = risk_sets(rows, PATTERNS, outcome=1)
    moments, at_risk, ending = table(rows)
    order = [list(zip(sets.stratum, sets.day, strict=True)).index(moment) for moment in moments]
    assert len(sets.day) == len(moments)
    rng = np.random.default_rng(seed)
    values, amounts = rng.normal(size=(PATTERNS, 2)), rng.normal(size=(len(moments), 2))
    cells = values[rows.pattern]
    np.testing.assert_allclose(at_risk_sums(sets, values)[order], at_risk @ cells, atol=1e-12)
    np.testing.assert_allclose(event_sums(sets, values)[order], ending @ cells, atol=1e-12)
    np.testing.assert_array_equal(sets.mass[order], ending.sum(axis=1))
    member = rows.pattern[:, None] == np.arange(PATTERNS)
    ours = np.empty_like(amounts)
    ours[order] = amounts
    np.testing.assert_allclose(exposures(sets, ours), member.T @ (at_risk.T @ amounts), atol=1e-12)
    np.testing.assert_allclose(event_exposures(sets, ours), member.T @ (ending.T @ amounts), atol=1e-12)


@given(rows=folded_rows(), seed=st.integers(0, 2**16))
def test_a_cell_gathers_what_fell_on_its_days(rows, seed):
    sets = risk_sets(rows, PATTERNS)
    amounts = np.random.default_rng(seed).normal(size=len(sets.day))
    gathered = spells(sets, running(sets.runs, amounts))
    for cell, kept in enumerate(sets.kept):
        inside = (sets.stratum == rows.stratum[kept]) & (sets.day > rows.entry[kept]) & (sets.day <= rows.exit[kept])
        assert gathered[cell] == pytest.approx(amounts[inside].sum(), abs=1e-12)


def test_running_and_remaining_stop_at_the_end_of_a_stratum():
    runs = (risk_sums.Run(0, 2, 1), risk_sums.Run(2, 1, 3))
    amounts = np.array([1.0, 2, 3, 4, 5])
    np.testing.assert_array_equal(running(runs, amounts), [1, 2, 3, 7, 12])
    np.testing.assert_array_equal(remaining(runs, amounts), [1, 2, 12, 9, 5])


def test_chunks_and_searching_change_nothing(monkeypatch):
    rng = np.random.default_rng(5)
    size = 500
    rows = Rows(
        rng.integers(-1, 20, size),
        rng.integers(0, 40, size),
        rng.integers(0, 2, size),
        rng.integers(1, 4, size),
        rng.random(size),
        rng.integers(0, 6, size),
        np.arange(size),
        None,
    )
    values = rng.normal(size=(size, 3))
    whole = risk_sets(rows, size)
    monkeypatch.setattr(risk_sums, "CHUNK", 64)
    monkeypatch.setattr(risk_sums, "LARGEST_TABLE", 10)
    parts = risk_sets(rows, size)
    assert len(parts.leaving) == 8
    np.testing.assert_array_equal(parts.first, whole.first)
    np.testing.assert_array_equal(parts.last, whole.last)
    np.testing.assert_allclose(at_risk_sums(parts, values), at_risk_sums(whole, values), rtol=1e-12, atol=1e-12)
    amounts = rng.normal(size=(len(whole.day), 2))
    np.testing.assert_allclose(exposures(parts, amounts), exposures(whole, amounts), rtol=1e-12, atol=1e-12)


def test_examples():
    outcome = doctest.testmod(risk_sums)
    assert outcome.attempted > 0
    assert outcome.failed == 0
