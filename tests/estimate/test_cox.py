"""Cox models: solvable by hand, properties, and the corners. The comparison with R is in test_cox_reference.py."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.cox import cox
from justice_metrics.estimate.cox_concordance import concordance
from justice_metrics.estimate.cox_curves import baseline_hazard, predicted_curves
from justice_metrics.estimate.cox_proportional import proportional_hazards_test, schoenfeld_residuals
from justice_metrics.estimate.cox_residuals import deviance_residuals, martingale_residuals, score_residuals
from justice_metrics.estimate.cox_robust import robust_covariance
from justice_metrics.estimate.rows import Rows

DESIGN = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 2.5]])


def drawn(seed, size=150, *, weighted=False, clustered=False):
    """Rows with ties, delayed entry, three strata and repeated cells."""
    rng = np.random.default_rng(seed)
    entry = np.where(rng.random(size) < 0.4, rng.integers(0, 6, size), -1)
    pattern = rng.integers(0, len(DESIGN), size)
    wait = rng.geometric(np.clip(0.15 * np.exp(DESIGN[pattern] @ [0.5, -0.3]), 0, 0.9))
    return Rows(
        entry,
        entry + np.minimum(wait, 12),
        ((wait <= 12) & (rng.random(size) < 0.8)).astype(np.int64) * rng.integers(1, 3, size),
        rng.integers(1, 4, size),
        rng.integers(1, 9, size) / 4 if weighted else None,
        rng.integers(0, 3, size),
        pattern,
        rng.integers(0, 25, size) if clustered else None,
    )


def joined(*parts):
    """One set of rows made of several."""
    columns = [np.concatenate(column) if column[0] is not None else None for column in zip(*parts, strict=True)]
    return Rows(*columns)


def everything(rows, design=DESIGN, **options):
    """All numbers about a fit that do not depend on how the rows are written down."""
    fit = cox(rows, design, **options)
    days = np.arange(-1, 20)
    strata = np.unique(rows.stratum)
    curves = [predicted_curves(fit, DESIGN[:2, : design.shape[1]], days=days, stratum=int(s)) for s in strata]
    return {
        "coefficients": fit.coefficients,
        "covariance": fit.covariance,
        "likelihood": [fit.log_likelihood_null, fit.log_likelihood],
        "tests": [fit.likelihood_ratio_test.statistic, fit.score_test.statistic, fit.wald_test.statistic],
        "survival": np.stack([curve.survival for curve in curves]),
        "errors": np.stack([curve.std_error for curve in curves]),
        "proportional": proportional_hazards_test(fit, time="identity").statistic,
        "events": fit.events,
    }


def per_unit(rows, unit, **options):
    """Numbers that need to know which rows are one unit."""
    fit = cox(rows, DESIGN, **options)
    return {
        "robust": robust_covariance(fit, unit).covariance,
        "concordance": concordance(fit, unit)[:5],
        "martingale": np.bincount(unit, martingale_residuals(fit) * rows.n),
    }


def assert_same(first, second, rtol=1e-8):
    for name, value in first.items():
        np.testing.assert_allclose(second[name], value, rtol=rtol, atol=1e-9, err_msg=name)


# ------------------------------------------------------------------------------------------------------- by hand


def by_hand():
    whole = np.ones(4, dtype=np.int64)
    return Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)


def test_four_cases_by_hand():
    """Support, none, support, none end in turn: 2 - 2r/(2r + 2) - r/(r + 2) - r/(r + 1) = 0, so r^2 = r + 4."""
    r = (1 + np.sqrt(17)) / 2
    fit = cox(by_hand(), np.array([[0.0], [1.0]]))
    assert np.exp(fit.coefficients[0]) == pytest.approx(r, rel=1e-12)
    information = 2 * r / (r + 1) ** 2 + 2 * r / (r + 2) ** 2
    assert fit.covariance[0, 0] == pytest.approx(1 / information, rel=1e-12)
    assert fit.log_likelihood == pytest.approx(2 * np.log(r) - np.log((2 * r + 2) * (r + 2) * (r + 1)), rel=1e-12)
    assert fit.log_likelihood_null == pytest.approx(-np.log(24), rel=1e-12)
    # at b = 0: score 2 - 1/2 - 1/3 - 1/2 = 2/3, information 1/4 + 2/9 + 1/4 = 13/18
    assert fit.score_test.statistic == pytest.approx((2 / 3) ** 2 / (13 / 18), rel=1e-12)
    jumps = [1 / (2 * r + 2), 1 / (r + 2), 1 / (r + 1), 1]
    np.testing.assert_allclose(baseline_hazard(fit).hazard, jumps, rtol=1e-12)
    expected = np.array([r * jumps[0], sum(jumps[:2]), r * sum(jumps[:3]), sum(jumps)])
    np.testing.assert_allclose(martingale_residuals(fit), 1 - expected, rtol=1e-10)
    means = np.array([r / (r + 1), r / (r + 2), r / (r + 1), 0])
    x, hazard = np.array([1, 0, 1, 0]), np.array([r, 1, r, 1])
    scores = x - means - hazard * np.array([np.dot(x[i] - means[: i + 1], jumps[: i + 1]) for i in range(4)])
    np.testing.assert_allclose(score_residuals(fit)[:, 0], scores, atol=1e-12)
    assert robust_covariance(fit).covariance[0, 0] == pytest.approx(np.sum((scores / information) ** 2), rel=1e-10)


def test_tied_endings_by_hand():
    """Both supported cases and one of two others end on day 3; Efron takes 0, 1/3, 2/3 of them off in turn."""
    whole = np.ones(4, dtype=np.int64)
    rows = Rows(-whole, 3 * whole, np.array([1, 1, 1, 0]), whole, None, 0 * whole, np.array([1, 1, 0, 0]), None)
    design = np.array([[0.0], [1.0]])
    r = np.exp(cox(rows, design).coefficients[0])
    slopes = [2 * r * (1 - f) / ((2 * r + 1) * (1 - f) + 1) for f in (0, 1 / 3, 2 / 3)]
    assert sum(slopes) == pytest.approx(2, rel=1e-10)
    # Breslow: 2 - 3 * 2r / (2r + 2) = 0
    assert np.exp(cox(rows, design, ties="breslow").coefficients[0]) == pytest.approx(2, rel=1e-10)


def test_delayed_entry_by_hand():
    """A supported case that enters after day 1 is no one to compare with on day 1, and is on day 2."""
    one = np.ones(4, dtype=np.int64)
    rows = Rows(
        np.array([-1, -1, 1, -1]), np.array([1, 2, 3, 3]), np.array([1, 1, 0, 0]), one, None, 0 * one,
        np.array([0, 1, 1, 0]), None,
    )  # fmt: skip
    # day 1: at risk none, support, none: -r/(r + 2); day 2: support, support (just entered), none: 1 - 2r/(2r + 1)
    fit = cox(rows, np.array([[0.0], [1.0]]))
    r = np.exp(fit.coefficients[0])
    assert -r / (r + 2) + 1 - 2 * r / (2 * r + 1) == pytest.approx(0, abs=1e-12)


# ------------------------------------------------------------------------------------------------------ properties

seeds = st.integers(0, 10_000)
few = settings(max_examples=15, deadline=None)


@few
@given(seed=seeds, ties=st.sampled_from(["efron", "breslow"]))
def test_a_frequency_is_as_many_rows(seed, ties):
    rows = drawn(seed)
    each = np.repeat(np.arange(len(rows.n)), rows.n)
    apart = Rows(*(None if column is None else column[each] for column in rows))._replace(n=np.ones(len(each), int))
    folded, single = (cox(part, DESIGN, ties=ties) for part in (rows, apart))
    assert_same(everything(rows, ties=ties), everything(apart, ties=ties))
    for ours, theirs in zip(concordance(folded), concordance(single), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(
        robust_covariance(folded).covariance, robust_covariance(single).covariance, rtol=1e-8, atol=1e-12
    )
    np.testing.assert_allclose(martingale_residuals(folded)[each], martingale_residuals(single), atol=1e-9)
    assert_same(
        {name: getattr(schoenfeld_residuals(folded), name) for name in ("time", "residuals", "variance")},
        {name: getattr(schoenfeld_residuals(single), name) for name in ("time", "residuals", "variance")},
    )
    for time in ("km", "rank", "log"):
        ours, theirs = (proportional_hazards_test(fit, time=time).statistic for fit in (folded, single))
        np.testing.assert_allclose(ours, theirs, rtol=1e-8)


@few
@given(seed=seeds, day=st.integers(0, 10), weighted=st.booleans())
def test_splitting_rows_at_a_day_changes_nothing(seed, day, weighted):
    rows = drawn(seed, weighted=weighted)
    unit = np.arange(len(rows.n))
    cut = np.flatnonzero((rows.entry < day) & (day < rows.exit))
    early = Rows(*(None if column is None else column[cut] for column in rows))
    early = early._replace(exit=np.full(len(cut), day), code=np.zeros(len(cut), dtype=np.int64))
    late = rows._replace(entry=np.where(np.isin(unit, cut), day, rows.entry))
    pieces, units = joined(late, early), np.concatenate([unit, cut])
    assert_same(everything(rows), everything(pieces))
    assert_same(per_unit(rows, unit), per_unit(pieces, units))


@few
@given(seed=seeds, factor=st.integers(2, 40), shift=st.integers(0, 5))
def test_rescaling_time_and_naming_strata_changes_nothing(seed, factor, shift):
    rows = drawn(seed, clustered=True)
    other = rows._replace(entry=rows.entry * factor, exit=rows.exit * factor, stratum=shift + 7 * (2 - rows.stratum))
    first, second = (cox(part, DESIGN) for part in (rows, other))
    np.testing.assert_allclose(first.coefficients, second.coefficients, rtol=1e-9)
    np.testing.assert_allclose(first.log_likelihood, second.log_likelihood, rtol=1e-10)
    np.testing.assert_allclose(
        robust_covariance(first).covariance, robust_covariance(second).covariance, rtol=1e-8, atol=1e-12
    )
    np.testing.assert_allclose(concordance(first)[:5], concordance(second)[:5], rtol=1e-9)
    for time in ("km", "identity", "rank"):
        tests = [proportional_hazards_test(fit, time=time).statistic for fit in (first, second)]
        np.testing.assert_allclose(*tests, rtol=1e-7)


@few
@given(seed=seeds, pattern=st.integers(0, 4), n=st.integers(1, 50))
def test_rows_that_are_never_at_risk_change_nothing(seed, pattern, n):
    """A case censored before anything ended, an exit not after the entry, no row at all, a weight of 0."""
    rows = drawn(seed, weighted=True, clustered=True)._replace(stratum=np.zeros(150, dtype=np.int64))
    rows = rows._replace(entry=np.maximum(rows.entry, 1), exit=np.maximum(rows.exit, 2) + 1)
    idle = Rows(
        np.array([-1, 5, -1, -1]), np.array([1, 5, 6, 6]), np.array([0, 1, 1, 1]), np.array([n, n, 0, n]),
        np.array([2.0, 2.0, 2.0, 0.0]), np.zeros(4, dtype=np.int64), np.full(4, pattern), np.arange(4),
    )  # fmt: skip
    more = joined(rows, idle)
    assert_same(everything(rows), everything(more))
    first, second = (cox(part, DESIGN) for part in (rows, more))
    np.testing.assert_array_equal(martingale_residuals(second)[-4:], 0)
    np.testing.assert_allclose(robust_covariance(first).covariance, robust_covariance(second).covariance, rtol=1e-9)


@few
@given(seed=seeds)
def test_an_offset_is_a_coefficient_that_is_known(seed):
    rows = drawn(seed, weighted=True)
    both = cox(rows, DESIGN)
    known = cox(rows, DESIGN[:, :1], offset=DESIGN[:, 1] * both.coefficients[1])
    assert known.coefficients[0] == pytest.approx(both.coefficients[0], abs=1e-9)
    assert known.log_likelihood == pytest.approx(both.log_likelihood, rel=1e-10)
    shifted = cox(rows, DESIGN[:, :1], offset=DESIGN[:, 1] * both.coefficients[1] + 30)
    assert shifted.log_likelihood == pytest.approx(both.log_likelihood, rel=1e-9)
    curves = [
        predicted_curves(both, DESIGN, days=np.arange(15)).survival,
        predicted_curves(known, DESIGN[:, :1], days=np.arange(15), offset=DESIGN[:, 1] * both.coefficients[1]).survival,
    ]
    np.testing.assert_allclose(*curves, rtol=1e-8)


@few
@given(seed=seeds, scale=st.floats(1e-6, 1e6), move=st.floats(-1e6, 1e6))
def test_the_units_of_a_covariate_do_not_matter(seed, scale, move):
    rows = drawn(seed)
    plain, other = cox(rows, DESIGN), cox(rows, DESIGN * [1, scale] + [0, move * scale])
    np.testing.assert_allclose(other.coefficients * [1, scale], plain.coefficients, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(other.log_likelihood, plain.log_likelihood, rtol=1e-9)


@few
@given(seed=seeds)
def test_weights_in_proportion_change_no_estimate(seed):
    rows = drawn(seed, clustered=True)
    plain = cox(rows, DESIGN)
    heavy = cox(rows._replace(weight=np.full(len(rows.n), 2.5)), DESIGN)
    np.testing.assert_allclose(heavy.coefficients, plain.coefficients, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(heavy.covariance * 2.5, plain.covariance, rtol=1e-8)
    np.testing.assert_allclose(
        robust_covariance(heavy).covariance, robust_covariance(plain).covariance, rtol=1e-7, atol=1e-12
    )


def test_continuous_covariates_take_the_same_road():
    rng = np.random.default_rng(8)
    rows = drawn(8)
    single = rows._replace(pattern=np.arange(150))
    assert_same(everything(rows), everything(single, DESIGN[rows.pattern]))
    order = rng.permutation(150)
    shuffled = Rows(*(None if column is None else column[order] for column in rows))
    assert_same(everything(rows), everything(shuffled))


# --------------------------------------------------------------------------------------------------------- corners


def test_without_an_ending_nothing_is_estimated():
    rows = drawn(1)._replace(code=np.zeros(150, dtype=np.int64))
    fit = cox(rows, DESIGN)
    assert fit.events == 0
    assert not fit.converged
    assert np.isnan(fit.coefficients).all()
    assert not fit.estimable.any()
    assert np.isnan(fit.likelihood_ratio_test.p_value)
    assert robust_covariance(fit).clusters > 0
    assert np.isnan(concordance(fit).concordance)
    np.testing.assert_array_equal(predicted_curves(fit, DESIGN, days=np.array([5])).survival, 1)
    np.testing.assert_array_equal(martingale_residuals(fit), 0)
    np.testing.assert_array_equal(deviance_residuals(fit), 0)
    assert np.isnan(proportional_hazards_test(fit).all_terms.statistic)
    assert len(schoenfeld_residuals(fit).day) == 0


def test_no_rows_at_all():
    none = np.zeros(0, dtype=np.int64)
    fit = cox(Rows(none, none, none, none, None, none, none, None), np.zeros((0, 2)))
    assert fit.events == 0
    assert np.isnan(fit.coefficients).all()


def test_one_case():
    one = np.ones(1, dtype=np.int64)
    fit = cox(Rows(-one, one, one, one, None, 0 * one, 0 * one, None), np.array([[1.0]]))
    assert fit.events == 1
    assert not fit.estimable.any()
    assert fit.log_likelihood == 0


def test_collinear_and_constant_columns_are_left_out_as_in_r():
    rows = drawn(2)
    design = np.column_stack([DESIGN[:, 0], np.full(5, 7.0), DESIGN[:, 1], DESIGN.sum(axis=1), DESIGN[:, 0] * 1e5])
    fit = cox(rows, design)
    plain = cox(rows, DESIGN)
    np.testing.assert_array_equal(fit.estimable, [True, False, True, False, False])
    np.testing.assert_allclose(fit.coefficients[[0, 2]], plain.coefficients, rtol=1e-9)
    assert np.isnan(fit.coefficients[[1, 3, 4]]).all()
    np.testing.assert_allclose(fit.covariance[np.ix_([0, 2], [0, 2])], plain.covariance, rtol=1e-9)
    assert fit.wald_test.degrees_of_freedom == 2
    test = proportional_hazards_test(fit, terms=[(0, 1), (3,), (2, 4)])
    np.testing.assert_array_equal(test.degrees_of_freedom, [1, 0, 1])
    assert np.isnan(test.statistic[1])
    assert np.isnan(score_residuals(fit)[:, 1]).all()


def test_a_column_that_is_constant_in_every_stratum_is_not_estimable():
    rows = drawn(3)
    design = np.column_stack([DESIGN[rows.pattern], rows.stratum.astype(float)])
    fit = cox(rows._replace(pattern=np.arange(150)), design)
    np.testing.assert_array_equal(fit.estimable, [True, True, False])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_group_without_an_ending_is_told(ties):
    rows = drawn(4)
    rows = rows._replace(code=np.where(DESIGN[rows.pattern, 0] == 1, 0, rows.code))
    fit = cox(rows, DESIGN, ties=ties)
    np.testing.assert_array_equal(fit.separated, [True, False])
    assert fit.converged
    assert fit.coefficients[0] < -10
    rest = cox(
        Rows(*(None if column is None else column[DESIGN[rows.pattern, 0] == 0] for column in rows)), DESIGN, ties=ties
    )
    assert fit.coefficients[1] == pytest.approx(rest.coefficients[1], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(rest.log_likelihood, rel=1e-7)


def test_a_dummy_without_endings_in_its_reference_level_is_told():
    rng = np.random.default_rng(6)
    one = np.ones(90, dtype=np.int64)
    pattern = np.arange(90) % 3
    rows = Rows(-one, rng.integers(1, 20, 90), (pattern > 0).astype(np.int64), one, None, 0 * one, pattern, None)
    fit = cox(rows, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    assert fit.separated.all()


def test_all_endings_on_one_day():
    rows = drawn(5)
    rows = rows._replace(entry=np.full(150, -1), exit=np.full(150, 9), stratum=np.zeros(150, dtype=np.int64))
    fit = cox(rows, DESIGN)
    assert fit.converged
    assert len(fit.model.sets.day) == 1
    assert np.isfinite(robust_covariance(fit).covariance).all()
    assert np.isnan(proportional_hazards_test(fit).all_terms.statistic)


@pytest.mark.parametrize("staying", [0, 1, 30_000])
def test_ten_thousand_endings_on_a_day(staying):
    """Efron's closed sums against the likelihood written out; with nobody or one left, and with many."""
    design = np.array([[0.0], [1.0]])
    counts = np.array([6_000, 4_000, staying, staying])
    one = np.ones(4, dtype=np.int64)
    rows = Rows(-one, 3 * one, np.array([1, 1, 0, 0]), counts, None, 0 * one, np.array([0, 1, 0, 1]), None)
    offset = np.array([0.0, 0.4])
    fit = cox(rows, design, offset=offset)
    hazard = np.exp(offset)
    at_risk = (counts[:2] + counts[2:]) @ hazard
    left = at_risk - np.arange(10_000) / 10_000 * (counts[:2] @ hazard)
    assert fit.log_likelihood_null == pytest.approx(4_000 * 0.4 - np.log(left).sum(), rel=1e-13)
    assert fit.converged
    assert fit.events == 10_000
    b = fit.coefficients[0]
    if staying:
        hazard = np.exp([0.0, 0.4 + b])
        weight = (counts[:2] + counts[2:]) * hazard
        fraction = np.arange(10_000) / 10_000
        means = (weight[1] - fraction * 4_000 * hazard[1]) / (weight.sum() - fraction * (counts[:2] @ hazard))
        assert means.sum() == pytest.approx(4_000, rel=1e-10)
        assert 1 / fit.covariance[0, 0] == pytest.approx(np.sum(means * (1 - means)), rel=1e-9)


def test_thousands_of_strata():
    """Matched pairs: the estimate is the ratio of the pairs in which one or the other ended first."""
    pairs, first = 3_000, 2_100
    code = np.zeros((pairs, 2), dtype=np.int64)
    code[:first, 0], code[first:, 1] = 1, 1
    one = np.ones(2 * pairs, dtype=np.int64)
    stratum = np.repeat(np.arange(pairs), 2)
    rows = Rows(-one, 5 * one, code.ravel(), one, None, stratum, np.tile([1, 0], pairs), None)
    fit = cox(rows, np.array([[0.0], [1.0]]))
    assert np.exp(fit.coefficients[0]) == pytest.approx(first / (pairs - first), rel=1e-9)
    assert len(fit.model.sets.runs) == 1


def test_a_ridge_shrinks_and_makes_collinear_columns_estimable():
    rows = drawn(7)
    design = np.column_stack([DESIGN[:, 0], DESIGN[:, 0]])
    fit = cox(rows, design, ridge=np.array([2.0, 2.0]))
    assert fit.estimable.all()
    assert fit.coefficients[0] == pytest.approx(fit.coefficients[1], rel=1e-9)
    assert abs(fit.coefficients.sum()) < abs(cox(rows, DESIGN[:, :1]).coefficients[0])


@pytest.mark.parametrize(
    "name", ["cox", "cox_concordance", "cox_curves", "cox_proportional", "cox_residuals", "cox_robust", "cox_ties"]
)
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
