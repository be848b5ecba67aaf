"""Parametric models through lifelines: against survreg of R, by hand, replication, delayed entry."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from justice_metrics.base.types import Floats
from justice_metrics.estimate.parametric import Fit, fit, quantile_days, survival
from justice_metrics.estimate.time_distributions import DISTRIBUTIONS, Times

pytestmark = pytest.mark.lifelines
Answers: TypeAlias = dict[tuple[str, str, str], float]
REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(autouse=True)
def _lifelines() -> None:
    pytest.importorskip("lifelines", reason="lifelines is not installed")


def column(name: str) -> Floats:
    with (REFERENCE / "parametric_rows.csv").open(encoding="utf-8", newline="") as lines:
        return np.array([float(row[name]) for row in csv.DictReader(lines)])


@pytest.fixture(scope="module")
def veteran() -> Times:
    design = np.column_stack([column("karno"), column("treated")])
    n = len(design)
    return Times(design, np.full(n, -1.0), column("time"), column("ended").astype(int), np.ones(n, int), None, None)


@pytest.fixture(scope="module")
def expected() -> Callable[..., Answers]:
    with (REFERENCE / "parametric_expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    def of(distribution: str, kind: str) -> Answers:
        mine = [row for row in rows if (row["distribution"], row["kind"]) == (distribution, kind)]
        return {(row["what"], row["a"], row["b"]): float(row["value"]) for row in mine}

    return of


NAMES = ("(Intercept)", "karno", "treated", "log_scale")


def compare(found: Fit, wanted: Answers, *, digits: float = 1e-8, loose: float = 1e-6) -> None:
    assert found.converged
    # the constant is that of a case at the mean of the covariates; R's is at 0
    back = np.eye(4)
    back[0, 1:3] = -found.centre
    theta = back @ np.array([found.location, *found.coefficients, *found.shape])
    assert theta == pytest.approx([wanted["coef", name, ""] for name in NAMES], rel=digits)
    assert found.log_likelihood == pytest.approx(wanted["loglik", "", ""], rel=1e-10)
    variance = back @ found.covariance @ back.T
    for a, one in enumerate(NAMES):
        for b, other in enumerate(NAMES[a:], start=a):
            scale = np.sqrt(variance[a, a] * variance[b, b])
            assert variance[a, b] == pytest.approx(wanted["var", one, other], rel=loose, abs=loose * scale)


@pytest.mark.parametrize("distribution", ["weibull", "log-normal", "log-logistic"])
class TestAgainstSurvreg:
    def test_plain(self, distribution, veteran, expected) -> None:
        compare(fit(distribution, veteran), expected(distribution, "plain"))

    def test_sampling_weights_with_the_sandwich(self, distribution, veteran, expected) -> None:
        weighted = veteran._replace(weight=column("weight"))
        compare(fit(distribution, weighted, robust=True), expected(distribution, "weighted"))

    def test_clusters(self, distribution, veteran, expected) -> None:
        clustered = veteran._replace(cluster=column("cluster").astype(int))
        compare(fit(distribution, clustered, robust=True), expected(distribution, "clustered"))


def test_delayed_entry(veteran, expected) -> None:
    late = veteran._replace(entry=column("entry"))
    # a general optimiser of R, which reaches fewer digits
    compare(fit("weibull", late), expected("weibull", "late"), digits=1e-5, loose=1e-4)


def test_exponential_times_by_hand() -> None:
    # for a Weibull model the score of the scale says that sum (t / b)^k is the number of endings
    days = np.array([10.0, 20.0, 30.0, 40.0])
    ended = np.array([1, 0, 1, 1])
    found = fit("weibull", Times(np.zeros((4, 0)), np.full(4, -1.0), days, ended, np.ones(4, int), None, None))
    k = np.exp(-found.shape[0])
    assert ((days / np.exp(found.location)) ** k).sum() == pytest.approx(3)
    assert survival(found, found.predictor(np.zeros((1, 0))), np.array([-1.0, 30.0])) == pytest.approx(
        [1, np.exp(-((30 / np.exp(found.location)) ** k))]
    )
    assert quantile_days(found, np.array([found.location]), 0.5) == pytest.approx(
        np.exp(found.location) * np.log(2) ** (1 / k)
    )


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
class TestEveryModel:
    def test_frequencies_are_rows(self, distribution, veteran) -> None:
        twice = fit(distribution, veteran._replace(n=np.full(len(veteran.n), 2)))
        rows = fit(
            distribution,
            Times(*(np.concatenate([one, one]) if one is not None else None for one in veteran)),
        )
        assert twice.log_likelihood == pytest.approx(rows.log_likelihood, rel=1e-9)
        assert twice.coefficients == pytest.approx(rows.coefficients, rel=1e-5)
        assert twice.covariance == pytest.approx(rows.covariance, rel=1e-4, abs=1e-8)

    def test_days_to_weeks(self, distribution, veteran) -> None:
        days, longer = fit(distribution, veteran), fit(distribution, veteran._replace(exit=veteran.exit * 7))
        assert longer.coefficients == pytest.approx(days.coefficients, rel=1e-5)
        eta, again = (one.predictor(veteran.design[:3]) for one in (days, longer))
        assert survival(longer, again, np.array([700.0])) == pytest.approx(
            survival(days, eta, np.array([100.0])), rel=1e-6
        )

    def test_the_covariates_origin_does_not_matter(self, distribution, veteran) -> None:
        moved = veteran._replace(design=veteran.design + np.array([1000.0, 5.0]))
        one, other = fit(distribution, veteran), fit(distribution, moved)
        assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)
        assert other.coefficients == pytest.approx(one.coefficients, rel=1e-5)

    def test_curves_fall_from_one(self, distribution, veteran) -> None:
        found = fit(distribution, veteran)
        assert found.converged
        curve = survival(found, found.predictor(veteran.design[:5])[:, None], np.arange(-1.0, 2000.0)[None])
        assert (curve[:, 0] == 1).all()
        assert (np.diff(curve, axis=1) <= 1e-12).all()
        median = quantile_days(found, found.predictor(veteran.design[:5]), 0.5)
        assert survival(found, found.predictor(veteran.design[:5]), median) == pytest.approx(np.full(5, 0.5))

    def test_without_covariates_and_with_late_entry(self, distribution, veteran) -> None:
        nothing = veteran._replace(design=np.zeros((len(veteran.n), 0)), entry=column("entry"))
        assert fit(distribution, nothing).converged


def test_larger_families_hold_the_smaller(veteran) -> None:
    weibull, log_normal = fit("weibull", veteran), fit("log-normal", veteran)
    gamma, spline = fit("generalised-gamma", veteran), fit("spline", veteran)
    assert gamma.log_likelihood >= max(weibull.log_likelihood, log_normal.log_likelihood) - 1e-8
    assert spline.log_likelihood >= weibull.log_likelihood - 1e-8
    assert (weibull.parameters, gamma.parameters, spline.parameters) == (4, 5, 6)
    assert weibull.aic == pytest.approx(8 - 2 * weibull.log_likelihood)
    assert weibull.bic == pytest.approx(4 * np.log(128) - 2 * weibull.log_likelihood)


def test_the_first_day_and_ten_thousand_on_one_day() -> None:
    rng = np.random.default_rng(5)
    days = np.append(rng.integers(0, 50, 60), 20)
    n = np.append(np.ones(60, int), 10_000)
    ended = np.append(rng.integers(0, 2, 60), 1)
    found = fit("log-logistic", Times(np.zeros((61, 0)), np.full(61, -1.0), days * 1.0, ended, n, None, None))
    assert found.converged
    assert quantile_days(found, np.array([found.location]), 0.5) == pytest.approx([20], rel=0.01)
