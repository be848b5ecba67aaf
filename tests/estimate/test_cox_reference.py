"""Everything about Cox models against R; the answers were written by tests/reference/make_cox.R."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import chi2

from justice_metrics.estimate import cox_concordance
from justice_metrics.estimate.cox import CoxFit, cox
from justice_metrics.estimate.cox_concordance import concordance
from justice_metrics.estimate.cox_curves import predicted_curves
from justice_metrics.estimate.cox_firth import cox_firth
from justice_metrics.estimate.cox_proportional import proportional_hazards_test, schoenfeld_residuals
from justice_metrics.estimate.cox_residuals import deviance_residuals, martingale_residuals, score_residuals
from justice_metrics.estimate.cox_robust import robust_covariance
from justice_metrics.estimate.cox_standardised import standardised_curves
from justice_metrics.estimate.rows import Rows

REFERENCE = Path(__file__).parents[1] / "reference"
CURVE_COLUMNS = ("cumulative", "survival", "std_error", "conf_low", "conf_high")


class Answer(NamedTuple):
    """What R says about one fit, and the rows it was asked about."""

    rows: Rows
    design: np.ndarray  # (rows, p)
    offset: np.ndarray | None
    ties: str
    outcome: int
    terms: tuple[tuple[int, ...], ...]
    courts: np.ndarray  # (rows,) clusters, also when the fit was made without
    said: dict[str, np.ndarray]


def read(name):
    with (REFERENCE / f"cox_{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def said():
    found = {}
    for line in read("expected"):
        cells = found.setdefault(line["fit"], {}).setdefault(line["quantity"], {})
        cells[int(line["i"]) - 1, int(line["j"]) - 1] = float(line["value"] or "nan")
    return {fit: {name: matrix(cells) for name, cells in parts.items()} for fit, parts in found.items()}


def matrix(cells):
    values = np.full(np.array(list(cells)).max(axis=0) + 1, np.nan)
    for where, value in cells.items():
        values[where] = value
    return values[:, 0] if values.shape[1] == 1 else values


@cache
def table(data):
    lines = read(f"rows_{data}")
    return list(lines[0]), np.array([[float(value) for value in line.values()] for line in lines])


@cache
def answer(fit) -> Answer:
    parts = said()[fit]
    efron, outcome, weighted, stratified, clustered, shifted = parts["setting"]
    data = next(line["data"] for line in read("sets") if int(line["number"]) == parts["data"][0])
    words, values = table(data)
    column = {word: values[:, place] for place, word in enumerate(words)}
    size = len(values)
    rows = Rows(
        column["entry"].astype(np.int32),
        column["exit"].astype(np.int32),
        column["code"].astype(np.int64),
        np.ones(size, dtype=np.int64),
        column["weight"] if weighted else None,
        (column["stratum"] * stratified).astype(np.int64),
        np.arange(size),
        column["cluster"].astype(np.int64) if clustered else None,
    )
    names = [word.split(":")[0] for word in words[7:]]
    terms = tuple(tuple(k for k, other in enumerate(names) if other == one) for one in dict.fromkeys(names))
    offset = column["offset"] if shifted else None
    return Answer(
        rows,
        values[:, 7:],
        offset,
        "efron" if efron else "breslow",
        int(outcome),
        terms,
        column["cluster"].astype(int),
        parts,
    )


@cache
def fitted(fit) -> CoxFit:
    asked = answer(fit)
    return cox(asked.rows, asked.design, offset=asked.offset, ties=asked.ties, outcome=asked.outcome)


FITS = [fit for fit in said() if "setting" in said()[fit]]


def same(ours, theirs, digits, scale=0.0):
    """Whether numbers agree to so many significant digits; ``scale`` is what a 0 is measured against."""
    ours = np.reshape(ours, np.shape(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=0.5 * 10.0**-digits, atol=1e-13 + scale * 10.0**-digits)


@pytest.mark.parametrize("fit", FITS)
def test_estimates_and_tests_equal_coxph(fit):
    ours, theirs = fitted(fit), answer(fit).said
    same(ours.coefficients, theirs["coefficients"], 8)
    same(ours.covariance, theirs["covariance"], 8, scale=np.abs(theirs["covariance"]).max())
    same([ours.log_likelihood_null, ours.log_likelihood], theirs["log_likelihood"], 10)
    tests = [ours.likelihood_ratio_test, ours.score_test, ours.wald_test]
    same([test.statistic for test in tests], theirs["tests"], 7)
    assert ours.converged
    assert ours.estimable.all()
    assert not ours.separated.any()


@pytest.mark.parametrize("fit", FITS)
def test_robust_variance_equals_coxph(fit):
    asked, ours = answer(fit), robust_covariance(fitted(fit))
    same(ours.covariance, asked.said["robust"], 8, scale=np.abs(asked.said["robust"]).max())
    score, wald = asked.said["robust_tests"]
    same(ours.wald_test.statistic, wald, 7)
    if asked.offset is None:  # R forgets the offset in this one
        same(ours.score_test.statistic, score, 7)


@pytest.mark.parametrize("fit", FITS)
def test_martingale_residuals_equal_residuals_coxph(fit):
    asked = answer(fit)
    ours = martingale_residuals(fitted(fit)) * (1 if asked.rows.weight is None else asked.rows.weight)
    theirs = asked.said["martingale_by_cluster"]
    present = np.unique(asked.courts)[: len(theirs)]
    same(np.bincount(asked.courts, ours)[present], theirs, 8, scale=1.0)


@pytest.mark.parametrize("fit", [fit for fit in FITS if "dfbeta" in said()[fit]])
def test_residuals_of_single_rows_equal_residuals_coxph(fit):
    asked, ours = answer(fit).said, fitted(fit)
    same(martingale_residuals(ours)[:40], asked["martingale"], 8, scale=1.0)
    same(deviance_residuals(ours)[:40], asked["deviance"], 8, scale=1.0)
    same((score_residuals(ours) @ ours.covariance)[:40], asked["dfbeta"], 8, scale=0.01)


@pytest.mark.parametrize("time", ["km", "identity", "log", "rank"])
@pytest.mark.parametrize("fit", FITS)
def test_proportional_hazards_test_equals_cox_zph(fit, time):
    asked, ours = answer(fit), fitted(fit)
    if f"zph_{time}" not in asked.said:
        assert np.isnan(proportional_hazards_test(ours, time=time).all_terms.statistic)
        return
    for name, terms in (("zph_", asked.terms), ("zph_columns_", None)):
        test = proportional_hazards_test(ours, time=time, terms=terms)
        same([*test.statistic, test.all_terms.statistic], asked.said[name + time][:, 0], 7)
        freedom = [*test.degrees_of_freedom, test.all_terms.degrees_of_freedom]
        np.testing.assert_array_equal(freedom, asked.said[name + time][:, 1])


@pytest.mark.parametrize("fit", FITS)
def test_schoenfeld_residuals_equal_cox_zph(fit):
    theirs = answer(fit).said["zph_residuals"]
    ours = schoenfeld_residuals(fitted(fit))
    order = np.lexsort((ours.day, ours.stratum))[: len(theirs)]
    np.testing.assert_array_equal(np.stack([ours.day, ours.stratum], axis=1)[order], theirs[:, :2])
    same(ours.time[order], theirs[:, 2], 8)
    same(ours.residuals[order], theirs[:, 3:], 7, scale=np.nanmax(np.abs(theirs[:, 3:])))


@pytest.mark.parametrize("by_bits", [False, True])
@pytest.mark.parametrize("fit", FITS)
def test_concordance_equals_concordance_coxph(fit, by_bits, monkeypatch):
    if by_bits:
        monkeypatch.setattr(cox_concordance, "PLACES_PER_POINT", 0)
        monkeypatch.setattr(cox_concordance, "PLACES", 0)
    asked, ours = answer(fit), fitted(fit)
    share, variance, clustered, *counts = asked.said["concordance"]
    size = len(asked.rows.exit)
    each, courts = (concordance(ours, cluster) for cluster in (np.arange(size), asked.courts))
    same(each.concordance, share, 8)
    same([each.std_error**2, courts.std_error**2], [variance, clustered], 7)
    same(each[2:], counts, 8)


@cache
def curves_of(fit):
    return [line for line in read("curves") if line["fit"] == fit]


@pytest.mark.parametrize("limits", ["log", "log-log", "plain"])
@pytest.mark.parametrize("fit", FITS)
def test_predicted_curves_equal_survfit_coxph(fit, limits):
    asked, ours = answer(fit), fitted(fit)
    lines = [line for line in curves_of(fit) if line["limits"] == limits]
    assert lines
    for row in {line["row"] for line in lines}:
        mine = [line for line in lines if line["row"] == row]
        place = int(row) - 1
        curve = predicted_curves(
            ours,
            asked.design[[place]],
            days=np.array([int(line["day"]) for line in mine]),
            stratum=int(asked.rows.stratum[place]),
            offset=0.0 if asked.offset is None else float(asked.offset[place]),
            covariance=None,
            limits=limits,
        )
        theirs = {name: np.array([float(line[name] or "nan") for line in mine]) for name in CURVE_COLUMNS}
        same(curve.cumulative_hazard[0], theirs["cumulative"], 8)
        same(curve.survival[0], theirs["survival"], 8)
        same(curve.cumulative_std_error[0], theirs["std_error"], 7)
        known = ~np.isnan(theirs["conf_low"])
        same(curve.conf_low[0][known], theirs["conf_low"][known], 7)
        same(curve.conf_high[0][known], theirs["conf_high"][known], 7)


def test_standardised_curves_equal_means_of_survfit_coxph():
    words, values = table("rossi")
    column = {word: values[:, place] for place, word in enumerate(words)}
    one = np.ones(len(values), dtype=np.int64)
    strata = column["wexp"].astype(int)
    design = np.stack([column[name] for name in ("fin", "age", "race", "mar", "paro", "prio")], axis=1)
    exits, code = column["exit"].astype(int), column["code"].astype(int)
    fit = cox(Rows(-one, exits, code, one, None, strata, np.arange(len(one)), None), design)
    everybody = [np.column_stack([np.full(len(one), aid), design[:, 1:]]) for aid in (0, 1)]
    curves = standardised_curves(fit, everybody, one, days=np.array([10, 26, 52]), stratum=strata)
    same(curves.survival.T, said()["rossi_standardised"]["survival"], 8)


def test_ridge_equals_coxph():
    words, values = table("rossi")
    column = {word: values[:, place] for place, word in enumerate(words)}
    one, design = np.ones(len(values), dtype=np.int64), values[:, 7:]
    exits, code = column["exit"].astype(int), column["code"].astype(int)
    rows = Rows(-one, exits, code, one, None, 0 * one, np.arange(len(one)), None)
    fit = cox(rows, design, ridge=5 * design.var(axis=0, ddof=1))
    theirs = said()["rossi_ridge"]
    same(fit.coefficients, theirs["coefficients"], 8)
    same(fit.covariance, theirs["covariance"], 7, scale=np.abs(theirs["covariance"]).max())
    same(fit.log_likelihood, theirs["log_likelihood"][1], 8)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_firth_equals_the_maximum_of_the_likelihood_and_information_of_coxph(ties):
    words, values = table("rossi")
    column = {word: values[:150, place] for place, word in enumerate(words)}
    one, exits = np.ones(150, dtype=np.int64), column["exit"].astype(int)
    design = np.column_stack([exits <= 40, column["age"], column["prio"]]).astype(float)
    rows = Rows(-one, exits, column["code"].astype(int), one, None, 0 * one, np.arange(150), None)
    assert cox(rows, design, ties=ties).separated[0]
    fit, theirs = cox_firth(rows, design, ties=ties), said()[f"rossi_firth_{ties}"]
    same([fit.log_likelihood_null, fit.log_likelihood], theirs["log_likelihood"], 8)
    low, high, statistic = theirs["early"]
    # R found the maximum by a search that sees heights only
    same(fit.coefficients, theirs["coefficients"], 4, scale=0.1)
    same([fit.conf_low[0], fit.conf_high[0]], [low, high], 5)
    same(chi2.isf(fit.p_value[0], 1), statistic, 6)
