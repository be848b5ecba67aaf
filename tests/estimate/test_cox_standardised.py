"""Standardised curves and their contrasts: against single curves, and against derivatives taken by differences."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from justice_metrics.estimate import cox_standardised as module
from justice_metrics.estimate.cox import cox
from justice_metrics.estimate.cox_curves import predicted_curves
from justice_metrics.estimate.cox_robust import robust_covariance
from justice_metrics.estimate.cox_standardised import StandardisedCurves, risk_contrasts, standardised_curves
from justice_metrics.estimate.rows import Rows

DAYS = np.array([-1, 2, 5, 9, 40])


@pytest.fixture(scope="module")
def study():
    """(rows, design, the design with everybody in each of two groups): two strata, ties, delayed entry."""
    rng = np.random.default_rng(11)
    size = 300
    design = np.column_stack([np.arange(size) % 2, rng.normal(size=size).round(1), rng.integers(0, 2, size)])
    wait = rng.geometric(0.08 * np.exp(design @ [0.6, 0.3, -0.2]).clip(0.2, 6))
    entry = np.where(rng.random(size) < 0.3, rng.integers(0, 3, size), -1)
    one = np.ones(size, dtype=np.int64)
    code = (wait < 15).astype(np.int64)
    stratum = rng.integers(0, 2, size)
    rows = Rows(entry, entry + np.minimum(wait, 15), code, one, None, stratum, np.arange(size), None)
    groups = [np.column_stack([np.full(size, g), design[:, 1:]]) for g in (0, 1)]
    return rows, design, groups


def test_a_population_of_one_pattern_has_its_predicted_curve(study):
    rows, design, _ = study
    fit = cox(rows, design)
    two = design[:2]
    for stratum in (0, 1):
        ours = standardised_curves(fit, [two[[0]], two[[1]]], np.array([7]), days=DAYS, stratum=stratum)
        theirs = predicted_curves(fit, two, days=DAYS, stratum=stratum)
        for name in ("survival", "std_error", "conf_low", "conf_high"):
            np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-15)


def test_the_covariance_follows_from_derivatives(study):
    """Curves as a function of the coefficients and of the jumps of the baseline, each moved a little."""
    rows, design, groups = study
    fit = cox(rows, design)
    size = len(design)
    stratum = rows.stratum
    ours = standardised_curves(fit, groups, np.ones(size), days=DAYS, stratum=stratum)
    sets, b = fit.model.sets, fit.coefficients

    def jumps(b):
        """Breslow-type jumps with Efron's rule, written out day by day: (T,) hazard and variance."""
        hazard = np.exp(design @ b)
        found = []
        for s, day in zip(sets.stratum, sets.day, strict=True):
            at_risk = hazard * (stratum == s) * (rows.entry < day) * (day <= rows.exit)
            ended = at_risk * (rows.exit == day) * (rows.code > 0)
            count = int((ended > 0).sum())
            left = at_risk.sum() - np.arange(count) / count * ended.sum()
            found.append([np.sum(1 / left), np.sum(1 / left**2)])
        return np.array(found)

    def survival(b, jump):
        total = np.zeros((2, size, len(DAYS)))
        for place, day in enumerate(DAYS):
            for s in (0, 1):
                reached = jump[(sets.stratum == s) & (sets.day <= day)].sum()
                for g in (0, 1):
                    here = stratum == s
                    total[g, here, place] = np.exp(-reached * np.exp(groups[g][here] @ b))
        return total

    hazard, variance = jumps(b).T
    step = 1e-5
    by_coefficient = np.stack([
        (survival(b + e, jumps(b + e)[:, 0]) - survival(b - e, jumps(b - e)[:, 0])).mean(axis=1) / (2 * step)
        for e in step * np.eye(3)
    ])  # fmt: skip
    by_jump = np.stack([
        (survival(b, hazard + e) - survival(b, hazard - e)).mean(axis=1) / (2 * step)
        for e in step * np.eye(len(hazard))
    ])  # fmt: skip
    expected = np.einsum("qgd,qr,rhd->dgh", by_coefficient, fit.covariance, by_coefficient)
    expected += np.einsum("tgd,t,thd->dgh", by_jump, variance, by_jump)
    np.testing.assert_allclose(ours.covariance, expected, rtol=1e-5, atol=1e-12)

    sampled = standardised_curves(fit, groups, np.ones(size), squared_mass=np.ones(size), days=DAYS, stratum=stratum)
    each = survival(b, hazard)
    apart = each - each.mean(axis=1, keepdims=True)
    expected = expected + np.einsum("gpd,hpd->dgh", apart, apart) / size**2
    np.testing.assert_allclose(sampled.covariance, expected, rtol=1e-5, atol=1e-12)


def test_folding_the_population_and_chunks_change_nothing(study, monkeypatch):
    rows, design, groups = study
    fit = cox(rows, design)
    whole = standardised_curves(fit, groups, np.ones(300), squared_mass=np.ones(300), days=DAYS, stratum=rows.stratum)
    twice = [np.repeat(group, 2, axis=0) for group in groups]
    half = np.full(600, 0.5)
    monkeypatch.setattr(module, "PLACES", 50)
    parts = standardised_curves(fit, twice, half, squared_mass=half, days=DAYS, stratum=np.repeat(rows.stratum, 2))
    for name, values in whole._asdict().items():
        np.testing.assert_allclose(getattr(parts, name), values, rtol=1e-9, atol=1e-12)


def test_a_given_covariance_is_used(study):
    rows, design, groups = study
    fit = cox(rows, design)
    robust = robust_covariance(fit, np.arange(300) % 20).covariance
    plain, wide = (
        standardised_curves(fit, groups, np.ones(300), days=DAYS, stratum=rows.stratum, covariance=given)
        for given in (None, 4 * robust)
    )
    np.testing.assert_array_equal(plain.survival, wide.survival)
    assert (wide.std_error[:, 1:] > plain.std_error[:, 1:]).all()


def test_contrasts_by_hand():
    survival = np.array([[0.8, 1.0], [0.6, 0.9]])
    matrix = np.array([[[0.0004, 0.0001], [0.0001, 0.0009]], [[0.0, 0.0], [0.0, 0.0004]]])
    both = risk_contrasts(StandardisedCurves(survival, survival, survival, survival, matrix), confidence_level=0.9)
    np.testing.assert_allclose(both.difference[1], [0.2, 0.1])
    np.testing.assert_allclose(both.difference_std_error[1] ** 2, [0.0004 + 0.0009 - 0.0002, 0.0004])
    np.testing.assert_array_equal(both.difference[0], 0)
    np.testing.assert_array_equal(both.difference_std_error[0], 0)
    assert both.difference_high[1, 1] == pytest.approx(0.1 + 1.6448536269514722 * 0.02)
    assert both.ratio[1, 0] == pytest.approx(2)
    spread = 0.0004 / 0.04 + 0.0009 / 0.16 - 2 * 0.0001 / 0.08
    assert both.ratio_std_error[1, 0] ** 2 == pytest.approx(spread)
    assert both.ratio_low[1, 0] == pytest.approx(2 * np.exp(-1.6448536269514722 * np.sqrt(spread)))
    assert np.isnan(both.ratio_low[1, 1])  # nobody of the reference has ended yet


def test_examples():
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
