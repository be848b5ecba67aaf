"""Fine-Gray regression against finegray + coxph, crr and survfit; the answers are in tests/reference."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.finegray import fine_gray
from justice_metrics.estimate.finegray_prediction import predicted_incidence
from justice_metrics.estimate.finegray_robust import fine_gray_covariance
from justice_metrics.estimate.rows import Rows

from .conftest import read_rows

SETS = ("mgus2", "mgus2_age", "pbc", "melanoma")
KINDS = ("plain", "weights", "cluster", "censoring", "strata")
DAYS_PATTERNS = {
    "mgus2": [[60, 1], [80, 0]],
    "mgus2_age": [[0.5, 0], [2, 1]],
    "pbc": [[40, 0], [60, 0.5]],
    "melanoma": [[40, 0], [70, 1]],
}


def fitted(data, kind, ties, censoring_ties, *, stratified=("strata", "censoring")):
    table = read_rows(f"finegray_rows_{data}")

    def column(name, kind=np.int64):
        return np.array([float(row[name]) for row in table]).astype(kind)

    design = np.stack([column(name, np.float64) for name in (("x1",) if kind in stratified else ("x1", "x2"))], axis=1)
    group = column("group")
    rows = Rows(
        column("entry", np.int32),
        column("exit", np.int32),
        column("code"),
        np.ones(len(table), dtype=np.int64),
        column("weight", np.float64) if kind == "weights" else None,
        group if kind in stratified else group * 0,
        np.arange(len(table)),
        column("cluster") if kind == "cluster" else None,
    )
    return fine_gray(
        rows,
        design,
        outcome=1,
        ties=ties,
        censoring_ties=censoring_ties,
        censoring_group=group if kind == "censoring" else None,
    )


def answers(name, **wanted):
    found = [row for row in read_rows(name) if all(row[key] == word for key, word in wanted.items())]
    assert found
    return found


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", SETS)
def test_equal_to_finegray_and_coxph(data, kind, ties):
    fit = fitted(data, kind, ties, "events_first")
    robust = np.sqrt(np.diag(fine_gray_covariance(fit, "robust")))
    model = np.sqrt(np.diag(fine_gray_covariance(fit, "model")))
    for row in answers("finegray_models", data=data, kind=kind, ties=ties, source="finegray"):
        term = int(row["term"]) - 1
        assert fit.cox.coefficients[term] == pytest.approx(float(row["coefficient"]), rel=5e-9)
        assert model[term] == pytest.approx(float(row["model_se"]), rel=5e-9)
        assert robust[term] == pytest.approx(float(row["robust_se"]), rel=5e-9)
        assert fit.cox.log_likelihood_null == pytest.approx(float(row["loglik_null"]), rel=5e-9)
        assert fit.cox.log_likelihood == pytest.approx(float(row["loglik"]), rel=5e-9)


@pytest.mark.parametrize("kind", ["plain", "censoring"])
@pytest.mark.parametrize("data", ["mgus2", "pbc", "melanoma"])
def test_equal_to_crr(data, kind):
    fit = fitted(data, kind, "breslow", "all_at_risk", stratified=())
    paper = np.sqrt(np.diag(fine_gray_covariance(fit, "fine_gray")))
    for row in answers("finegray_models", data=data, kind=kind, source="crr"):
        term = int(row["term"]) - 1
        assert fit.cox.coefficients[term] == pytest.approx(float(row["coefficient"]), rel=1e-8)
        # with censoring groups crr prints another variance; test_finegray checks ours against the derivative
        assert kind == "censoring" or paper[term] == pytest.approx(float(row["fine_gray_se"]), rel=1e-8)
        assert fit.cox.log_likelihood_null == pytest.approx(float(row["loglik_null"]), rel=5e-9)
        assert fit.cox.log_likelihood == pytest.approx(float(row["loglik"]), rel=5e-9)


def test_equal_to_the_graded_model_of_melanoma():
    """FGR of riskRegression, age and sex, on its own data."""
    fit = fitted("melanoma", "plain", "breslow", "all_at_risk")
    errors = np.sqrt(np.diag(fine_gray_covariance(fit, "fine_gray")))
    for row in answers("finegray_models", data="melanoma", kind="fgr"):
        term = int(row["term"]) - 1
        assert fit.cox.coefficients[term] == pytest.approx(float(row["coefficient"]), rel=1e-7)
        assert errors[term] == pytest.approx(float(row["fine_gray_se"]), rel=1e-7)
        assert fit.cox.log_likelihood == pytest.approx(float(row["loglik"]), rel=5e-9)


@pytest.mark.parametrize("kind", ["plain", "weights"])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("data", SETS)
def test_predictions_equal_survfit(data, ties, kind):
    fit = fitted(data, kind, ties, "events_first")
    _predictions_agree(fit, answers("finegray_baseline", data=data, ties=ties, kind=kind), DAYS_PATTERNS[data])


@pytest.mark.parametrize("data", ["mgus2", "pbc", "melanoma"])
def test_predictions_equal_those_of_crr(data):
    fit = fitted(data, "plain", "breslow", "all_at_risk")
    _predictions_agree(fit, answers("finegray_baseline", data=data, kind="crr"), DAYS_PATTERNS[data])


def _predictions_agree(fit, wanted, patterns):
    days = sorted({float(row["day"]) for row in wanted})
    found = predicted_incidence(fit, np.array(patterns), days, variance="model")
    hazard = -np.log1p(-found.incidence)
    spread = found.std_error / (1 - found.incidence)
    for row in wanted:
        where = int(row["pattern"]) - 1, days.index(float(row["day"]))
        assert hazard[where] == pytest.approx(float(row["hazard"]), rel=1e-8, abs=1e-14)
        if row["hazard_se"]:
            assert spread[where] == pytest.approx(float(row["hazard_se"]), rel=1e-8, abs=1e-14)
