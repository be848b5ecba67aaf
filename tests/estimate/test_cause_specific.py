"""Incidences from cause-specific models of all outcomes: against R, by their derivatives, and the laws they obey."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from justice_metrics.estimate import cause_specific_standardised
from justice_metrics.estimate.cause_specific import cause_specific_incidence, mean_incidence
from justice_metrics.estimate.cause_specific_standardised import standardised_incidence
from justice_metrics.estimate.cox import cox
from justice_metrics.estimate.robust import robust_curves
from justice_metrics.estimate.rows import Rows

from .conftest import read_rows

PATTERNS = {"mgus2": [[60, 1], [80, 0]], "mgus2_age": [[0.5, 0], [2, 1]], "pbc": [[40, 0], [60, 0.5]]}
DESIGN = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0], [0.5, 0.0]])
row = st.tuples(
    st.integers(-1, 6),  # entry
    st.integers(0, 9),  # exit
    st.integers(0, 2),  # code
    st.integers(1, 2),  # n
    st.sampled_from([0.5, 1.0, 3.0]),  # weight
    st.integers(0, 1),  # stratum
    st.integers(0, 3),  # pattern
    st.integers(0, 7),  # cluster
).filter(lambda one: one[0] < one[1])
# rows that give every coefficient something to rest on, so that few drawn sets must be set aside
BASE = [(-1, (7 * i) % 10, (1, 2, 1, 0, 2)[i % 5], 1, 1.0, (i // 4) % 2, i % 4, i % 8) for i in range(20)]
some_rows = st.lists(row, min_size=3, max_size=25).map(lambda drawn: [*BASE, *drawn])


def made(cells, *, clustered=True) -> Rows:
    entry, leaving, code, n, weight, stratum, pattern, cluster = (np.array(c) for c in zip(*cells, strict=True))
    return Rows(
        entry.astype(np.int32),
        leaving.astype(np.int32),
        code,
        n,
        weight,
        stratum,
        pattern,
        cluster if clustered else None,
    )


def data_of(name):
    table = read_rows(f"finegray_rows_{name}")
    entry, leaving, code, cluster = (
        np.array([int(r[key]) for r in table]) for key in ("entry", "exit", "code", "cluster")
    )
    one = np.ones(len(table), dtype=np.int64)
    design = np.array([[float(r["x1"]), float(r["x2"])] for r in table])
    return Rows(entry, leaving.astype(np.int32), code, one, None, one * 0, np.arange(len(one)), cluster), design


def fits_of(rows, design=DESIGN, **options):
    fits = [cox(rows, design, outcome=outcome, **options) for outcome in (1, 2)]
    assume(all(fit.converged and not fit.separated.any() and fit.estimable.all() for fit in fits))
    assume(max(np.abs(fit.coefficients).max() for fit in fits) < 5)
    return fits


@pytest.mark.parametrize("data", PATTERNS)
def test_equal_to_survfit_of_a_multistate_coxph(data):
    rows, design = data_of(data)
    fits = [cox(rows, design, outcome=outcome, ties="breslow") for outcome in (1, 2)]
    wanted = [r for r in read_rows("finegray_cause_specific") if r["data"] == data]
    days = np.unique([int(r["day"]) for r in wanted])
    covariates = np.array(PATTERNS[data])
    plain = cause_specific_incidence(fits, covariates, days=days.astype(np.int32))
    single = [standardised_incidence(fits, [covariates[[p]]], np.ones(1), days) for p in (0, 1)]
    assert wanted
    for r in wanted:
        p, k, j = int(r["pattern"]) - 1, int(r["outcome"]) - 1, int(np.flatnonzero(days == int(r["day"]))[0])
        assert plain.incidence[p, k, j] == pytest.approx(float(r["incidence"]), rel=5e-9, abs=1e-13)
        assert single[p].incidence[0, k, j] == pytest.approx(float(r["incidence"]), rel=5e-9, abs=1e-13)
        assert single[p].std_error[0, k, j] == pytest.approx(plain.std_error[p, k, j], rel=1e-10)


@given(some_rows, st.sampled_from(["efron", "breslow"]))
@settings(deadline=None, max_examples=2)
def test_the_jackknife_is_the_derivative(cells, ties):
    rows = made(cells, clustered=False)
    fits = fits_of(rows, ties=ties)
    assume(max(np.linalg.cond(fit.point.information) for fit in fits) < 1e4)
    chosen = [DESIGN, DESIGN + np.array([0.3, 0.0])]
    mass, stratum, step = np.array([1.0, 2.0, 0.0, 1.0]), np.array([0, 1, 0, 1]), 1e-5
    found = standardised_incidence(fits, chosen, mass, [4, 8], stratum=stratum, variance="robust")
    total = 0.0
    for cell in range(len(rows.exit)):
        mine = np.arange(len(rows.exit)) == cell
        up, down = (
            standardised_incidence(
                fits_of(rows._replace(weight=np.where(mine, rows.weight * (1 + move), rows.weight)), ties=ties),
                chosen,
                mass,
                [4, 8],
                stratum=stratum,
            ).incidence
            for move in (step, -step)
        )
        slope = (up - down) / (2 * step)
        total = total + np.einsum("lkj,mkj->kjlm", slope, slope) / rows.n[cell]
    np.testing.assert_allclose(found.covariance, total, rtol=1e-4, atol=1e-7)


@given(some_rows)
@settings(deadline=None, max_examples=15)
def test_incidences_and_their_mean(cells):
    rows = made(cells)
    fits = fits_of(rows)
    mass, stratum = np.array([1.0, 2.0, 0.0, 1.0]), np.array([0, 1, 0, 1])
    days = np.array([2, 5, 9])
    found = standardised_incidence(fits, [DESIGN], mass, days, stratum=stratum)
    np.testing.assert_allclose(
        found.incidence[0], mean_incidence(fits, DESIGN, mass, days=days.astype(np.int32), stratum=stratum), atol=1e-12
    )
    assert (found.incidence.sum(axis=1) <= 1 + 1e-12).all()
    assert (np.diff(found.incidence, axis=2) >= -1e-12).all()
    shifted = standardised_incidence(fits, [DESIGN], mass, days, stratum=stratum, offset=np.zeros(4))
    np.testing.assert_allclose(shifted.std_error, found.std_error)


@given(some_rows)
@settings(deadline=None, max_examples=15)
def test_frequency_two_is_the_row_twice(cells):
    rows = made(cells)
    every = np.repeat(np.arange(len(rows.n)), rows.n)
    singles = Rows(*(field[every] for field in rows))._replace(n=np.ones(len(every), dtype=np.int64))
    both = (
        standardised_incidence(fits_of(one), [DESIGN], np.ones(4), [3, 9], variance="robust") for one in (rows, singles)
    )
    folded, unfolded = both
    np.testing.assert_allclose(folded.incidence, unfolded.incidence, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(folded.covariance, unfolded.covariance, rtol=1e-5, atol=1e-9)


def test_without_covariates_it_is_close_to_aalen_johansen():
    rows, _ = data_of("mgus2")
    none = np.zeros((len(rows.exit), 0))
    fits = [cox(rows, none, outcome=outcome, ties="breslow") for outcome in (1, 2)]
    found = standardised_incidence(fits, [none[:1]], np.ones(1), [60, 240], variance="robust")
    curves = robust_curves(rows, "incidence")
    at = np.searchsorted(curves.days, [60, 240])
    np.testing.assert_allclose(found.incidence[0], curves.estimate[0][:, at], rtol=0.01)
    np.testing.assert_allclose(found.std_error[0], curves.std_error[0][:, at], rtol=0.01)


def test_a_difference_between_settings_is_surer_than_its_parts():
    rows, design = data_of("mgus2")
    fits = [cox(rows, design, outcome=outcome) for outcome in (1, 2)]
    women, men = design.copy(), design.copy()
    women[:, 1], men[:, 1] = 0, 1
    for variance in ("model", "robust"):
        found = standardised_incidence(fits, [women, men], np.ones(len(design)), [120], variance=variance)
        apart = found.covariance[1, 0]
        assert apart[0, 1] > 0
        assert np.sqrt(np.diag(apart)) == pytest.approx(found.std_error[:, 1, 0])
        assert found.incidence[1, 1, 0] > found.incidence[0, 1, 0]


def test_blocks_do_not_show(monkeypatch):
    rows, design = data_of("mgus2_age")
    fits = [cox(rows, design, outcome=outcome) for outcome in (1, 2)]
    whole = standardised_incidence(fits, [design], np.ones(len(design)), [70, 90])
    monkeypatch.setattr(cause_specific_standardised, "BLOCK", 1000)
    parts = standardised_incidence(fits, [design], np.ones(len(design)), [70, 90])
    np.testing.assert_allclose(parts.incidence, whole.incidence, rtol=1e-10)
    np.testing.assert_allclose(parts.std_error, whole.std_error, rtol=1e-9)


@pytest.mark.parametrize("name", ["cause_specific", "cause_specific_standardised"])
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
