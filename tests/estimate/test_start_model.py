"""The pooled logistic regression of the daily start."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.start_model import FARTHEST, fit_start, interval_starts, start_errors


@pytest.fixture
def counts():
    """Kinds by intervals, with three columns of which one is far from 0."""
    rng = np.random.default_rng(3)
    columns = np.column_stack([rng.integers(0, 2, 12), rng.normal(size=12), rng.integers(2018, 2023, 12)]).astype(float)
    days = rng.integers(50, 400, (12, 4)).astype(float)
    chance = 1 / (1 + np.exp(3 - 0.7 * columns[:, :1] - 0.3 * columns[:, 1:2]))
    return rng.binomial(days.astype(int), chance).astype(float), days, columns


def by_statsmodels(starts, days, columns):
    import statsmodels.api as sm

    kinds, intervals = starts.shape
    lines = np.column_stack([np.tile(np.eye(intervals), (kinds, 1)), np.repeat(columns, intervals, axis=0)])
    ends = np.column_stack([starts.ravel(), (days - starts).ravel()])
    return sm.GLM(ends, lines, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100)


def test_by_hand():
    # two intervals, one kind: the hazard is starts over person-days
    fit = fit_start(np.array([[2.0, 3.0]]), np.array([[8.0, 4.0]]), np.empty((1, 0)))
    assert fit.hazard[0] == pytest.approx([Fraction(1, 4), Fraction(3, 4)], abs=1e-12)
    assert np.exp(fit.intervals) == pytest.approx([Fraction(1, 3), 3], abs=1e-12)
    # one interval, two kinds: 1 of 4 and 2 of 3 start; the odds ratio is 2 / (1 / 3)
    fit = fit_start(np.array([[1.0], [2.0]]), np.array([[4.0], [3.0]]), np.array([[0.0], [1.0]]))
    assert fit.hazard[:, 0] == pytest.approx([Fraction(1, 4), Fraction(2, 3)], abs=1e-12)
    assert np.exp(fit.coefficients[0]) == pytest.approx(6, rel=1e-12)


def test_as_statsmodels_has_it(counts):
    starts, days, columns = counts
    columns = columns - [0, 0, 2020]  # statsmodels does not centre
    fit, other = fit_start(starts, days, columns), by_statsmodels(starts, days, columns)
    assert fit.converged
    np.testing.assert_allclose(np.append(fit.intervals, fit.coefficients), other.params, rtol=1e-9)
    np.testing.assert_allclose(start_errors(fit, days, columns), other.bse[4:], rtol=1e-9)


def test_a_column_far_from_zero_changes_nothing_but_the_constants(counts):
    starts, days, columns = counts
    far, near = fit_start(starts, days, columns), fit_start(starts, days, columns - [0, 0, 2020])
    np.testing.assert_allclose(far.hazard, near.hazard, rtol=1e-10)
    np.testing.assert_allclose(far.intervals, near.intervals - 2020 * near.coefficients[2], rtol=1e-9)


def test_beginning_elsewhere_ends_at_the_same(counts):
    starts, days, columns = counts
    cold = fit_start(starts, days, columns)
    other = np.roll(starts, 1, axis=0)
    warm = fit_start(starts, days, columns, first=fit_start(other, days, columns))
    np.testing.assert_allclose(warm.hazard, cold.hazard, rtol=1e-11)
    assert fit_start(starts, days, columns, first=cold).steps <= 2


def test_spare_columns_change_no_hazard(counts):
    starts, days, columns = counts
    spare = np.column_stack([columns, columns[:, 0] + columns[:, 1], np.ones(12)])
    fit = fit_start(starts, days, spare)
    np.testing.assert_allclose(fit.hazard, fit_start(starts, days, columns).hazard, rtol=1e-9)
    assert fit.coefficients[-1] == 0
    assert np.isnan(start_errors(fit, days, spare)[-1])


def test_an_interval_without_starts_has_no_hazard(counts):
    starts, days, columns = counts
    starts[:, 2] = 0
    fit = fit_start(starts, days, columns)
    kept = [0, 1, 3]
    assert (fit.hazard[:, 2] == 0).all()
    assert fit.intervals[2] == -np.inf
    np.testing.assert_allclose(fit.hazard[:, kept], fit_start(starts[:, kept], days[:, kept], columns).hazard)


@pytest.mark.parametrize("everybody", [False, True])
def test_a_kind_that_never_or_always_starts(counts, everybody):
    starts, days, columns = counts
    apart = np.zeros(12)
    apart[[4, 7]] = 1
    starts[[4, 7]] = days[[4, 7]] if everybody else 0
    columns = np.column_stack([columns, apart])
    fit = fit_start(starts, days, columns)
    others = apart == 0
    assert fit.converged
    assert (np.abs(fit.log_odds) <= FARTHEST).all()
    np.testing.assert_allclose(fit.hazard[[4, 7]], float(everybody), atol=1e-6)
    np.testing.assert_allclose(
        fit.hazard[others], fit_start(starts[others], days[others], columns[others, :3]).hazard, rtol=1e-6
    )


def test_kinds_without_person_days_take_no_part(counts):
    starts, days, columns = counts
    wider = [np.vstack([part, np.zeros((1, 4))]) for part in (starts, days)]
    fit = fit_start(*wider, np.vstack([columns, [[50.0, 9.0, 1900.0]]]))
    np.testing.assert_allclose(fit.hazard[:-1], fit_start(starts, days, columns).hazard, rtol=1e-9)


def test_everybody_starts_at_once():
    fit = fit_start(np.array([[6.0], [4.0]]), np.array([[6.0], [4.0]]), np.array([[0.0], [1.0]]))
    assert (fit.hazard > 1 - 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 4), st.integers(0, 3))
def test_fitted_starts_add_up(seed, kinds, intervals, width):
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 30, (kinds, intervals)).astype(float)
    starts = np.floor(days * rng.random((kinds, intervals)))
    columns = rng.integers(0, 3, (kinds, width)).astype(float)
    fit = fit_start(starts, days, columns)
    expected = days * fit.hazard
    # the score is 0: starts add up in every interval, and along every column
    np.testing.assert_allclose(expected.sum(axis=0), starts.sum(axis=0), atol=1e-6)
    np.testing.assert_allclose(expected.sum(axis=1) @ columns, starts.sum(axis=1) @ columns, atol=1e-5)
    order = rng.permutation(kinds)
    again = fit_start(starts[order], days[order], columns[order])
    seen = days[order] > 0
    np.testing.assert_allclose(again.hazard[seen], fit.hazard[order][seen], atol=1e-6)


def test_cut_points():
    days, mass = np.arange(100), np.ones(100)
    assert interval_starts(days, mass, 99).tolist() == [0, 1, 26, 51, 76]  # 99 starts after day 0: four times 20
    assert interval_starts(days, 100 * mass, 99, most=2).tolist() == [0, 1, 51]
    assert interval_starts(days, mass / 10, 99).tolist() == [0, 1]
    assert interval_starts(np.array([0, 0]), np.ones(2), 0).tolist() == [0]
    assert interval_starts(np.empty(0, np.int64), np.empty(0), 30).tolist() == [0, 1]
    # ten thousand on one day cannot be cut
    assert interval_starts(np.array([5]), np.array([1e4]), 30).tolist() == [0, 1, 5]
    # the last interval always holds starts
    assert interval_starts(np.array([1, 8]), np.array([50.0, 50.0]), 30).tolist() == [0, 1, 2]
    # days before anybody starts are an interval by themselves
    assert interval_starts(np.array([3, 8]), np.array([5.0, 5.0]), 30).tolist() == [0, 1, 3]


def test_cut_points_do_not_depend_on_the_order():
    rng = np.random.default_rng(5)
    days, mass = rng.integers(0, 60, 300), rng.integers(1, 4, 300).astype(float)
    order = rng.permutation(300)
    expected = interval_starts(days, mass, 60).tolist()
    assert interval_starts(days[order], mass[order], 60).tolist() == expected
    assert interval_starts(np.repeat(days, mass.astype(int)), np.ones(int(mass.sum())), 60).tolist() == expected


def test_a_first_step_that_goes_too_far():
    """Odds that differ ten-thousandfold: from the pooled hazard Newton's full step overshoots."""
    starts = np.array([[6.0, 3.0, 0.2], [18.0, 24.0, 20.0]])
    days = np.array([[1000.0, 820.0, 200.0], [19.0, 24.5, 20.5]])
    fit = fit_start(starts, days, np.array([[0.0], [1.0]]))
    assert fit.converged
    np.testing.assert_allclose((days * fit.hazard).sum(axis=0), starts.sum(axis=0), rtol=1e-9)
    np.testing.assert_allclose((days * fit.hazard).sum(axis=1), starts.sum(axis=1), rtol=1e-9)
    assert 8 < fit.coefficients[0] < 10
