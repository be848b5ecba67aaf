"""Firth's penalty against the penalised likelihood written out, ending by ending."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from justice_metrics.estimate import cox_firth as module
from justice_metrics.estimate.cox import cox
from justice_metrics.estimate.cox_firth import cox_firth
from justice_metrics.estimate.rows import Rows


def likelihood(b, rows, design, ties):
    """Log-likelihood and information, one tied ending after the other; no formula is shared with the kernel."""
    x = design[rows.pattern]
    hazard = np.exp(x @ b) * rows.n
    total, information = 0.0, np.zeros((len(b), len(b)))
    for stratum, day in sorted({(s, t) for s, t, c in zip(rows.stratum, rows.exit, rows.code, strict=True) if c}):
        at_risk = hazard * (rows.stratum == stratum) * (rows.entry < day) * (day <= rows.exit)
        ended = at_risk * (rows.exit == day) * (rows.code > 0)
        count = int(rows.n[ended > 0].sum())
        total += rows.n[ended > 0] @ (x[ended > 0] @ b)
        for number in range(count):
            weight = at_risk - (number / count) * ended * (ties == "efron")
            mean = weight @ x / weight.sum()
            total -= np.log(weight.sum())
            information += (x * weight[:, None]).T @ x / weight.sum() - np.outer(mean, mean)
    return total, information


def penalised(b, rows, design, ties):
    total, information = likelihood(np.asarray(b), rows, design, ties)
    return total + np.linalg.slogdet(information)[1] / 2


def small_rows(seed, size=40):
    rng = np.random.default_rng(seed)
    entry = np.where(rng.random(size) < 0.3, rng.integers(0, 4, size), -1)
    design = np.column_stack([np.arange(size) % 2, rng.integers(0, 3, size), rng.normal(size=size).round(2)])
    code = (rng.random(size) < 0.6) & ~((design[:, 0] == 1) & (design[:, 1] == 2))
    rows = Rows(
        entry,
        entry + 1 + rng.integers(0, 6, size),
        code.astype(np.int64),
        rng.integers(1, 4, size),
        None,
        rng.integers(0, 2, size),
        np.arange(size),
        None,
    )
    return rows, design


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("seed", [1, 2])
def test_estimate_limits_and_tests_lie_on_the_penalised_likelihood(seed, ties):
    rows, design = small_rows(seed)
    fit = cox_firth(rows, design, ties=ties, confidence_level=0.9)
    top = penalised(fit.coefficients, rows, design, ties)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(top, rel=1e-10)
    assert fit.log_likelihood_null == pytest.approx(penalised(np.zeros(3), rows, design, ties), rel=1e-10)
    for column in range(3):
        step = 1e-4 * np.eye(3)[column]
        slope = penalised(fit.coefficients + step, rows, design, ties)
        slope -= penalised(fit.coefficients - step, rows, design, ties)
        assert abs(slope) / 2e-4 * np.sqrt(fit.covariance[column, column]) < 1e-6
        others = np.arange(3) != column

        def height(value, column=column, others=others):
            def loss(rest):
                b = np.empty(3)
                b[column], b[others] = value, rest
                return -penalised(b, rows, design, ties)

            return -minimize(loss, fit.coefficients[others], method="Nelder-Mead", options={"xatol": 1e-7}).fun

        for limit in (fit.conf_low[column], fit.conf_high[column]):
            assert 2 * (top - height(limit)) == pytest.approx(chi2.ppf(0.9, 1), abs=1e-4)
        assert fit.p_value[column] == pytest.approx(chi2.sf(2 * (top - height(0.0)), 1), rel=1e-3)
    information = likelihood(fit.coefficients, rows, design, ties)[1]
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(information), rtol=1e-8)


@pytest.mark.parametrize("supported", [(5, 0), (3, 0), (4, 2)])
def test_matched_pairs_by_hand(supported):
    """Of m + k pairs the supported one ended first in m: the penalised hazard ratio is (2m + 1) / (2k + 1)."""
    first, second = supported
    pairs = first + second
    stratum = np.repeat(np.arange(pairs), 2)
    pattern = np.tile([1, 0], pairs)
    code = np.concatenate([np.tile([1, 0], first), np.tile([0, 1], second)])
    one = np.ones(2 * pairs, dtype=np.int64)
    fit = cox_firth(Rows(-one, 5 * one, code, one, None, stratum, pattern, None), np.array([[0.0], [1.0]]))
    assert np.exp(fit.coefficients[0]) == pytest.approx((2 * first + 1) / (2 * second + 1), rel=1e-9)


def test_a_group_without_an_ending_has_a_finite_estimate_and_an_upper_limit():
    rng = np.random.default_rng(3)
    size = 60
    design = np.array([[0.0], [1.0]])
    pattern = np.arange(size) % 2
    one = np.ones(size, dtype=np.int64)
    rows = Rows(-one, rng.integers(1, 9, size), (pattern == 0).astype(np.int64), one, None, 0 * one, pattern, None)
    assert cox(rows, design).separated.all()
    fit = cox_firth(rows, design)
    assert fit.converged
    assert fit.conf_low[0] < fit.coefficients[0] < fit.conf_high[0] < 0
    assert fit.p_value[0] < 0.001


def test_without_an_ending_there_is_no_estimate():
    one = np.ones(4, dtype=np.int64)
    fit = cox_firth(Rows(-one, 3 * one, 0 * one, one, None, 0 * one, np.arange(4), None), np.arange(4.0)[:, None])
    assert np.isnan(fit.coefficients).all()
    assert not fit.converged
    assert fit.events == 0


def test_examples():
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
