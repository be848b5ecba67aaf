"""Point effects against R (tests/reference/make_point.R) and against numbers that are in print."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from justice_metrics.base.types import Floats
from justice_metrics.estimate.point_contrasts import contrasts
from justice_metrics.estimate.point_effects import (
    ArmMeans,
    Outcome,
    PointCells,
    crude,
    doubly_robust,
    fit_outcome,
    fit_scores,
    g_computation,
    inverse_weights,
    weighted_means,
)

from .conftest import read_rows

SMOKING = ("sex", "race", "age", "age^2", "education:", "smokeintensity", "smokeintensity^2", "smokeyrs", "smokeyrs^2")
COVARIATES = {
    "weight_change": (*SMOKING, "exercise:", "active:", "wt71", "wt71^2"),
    "death": (*SMOKING, "exercise:", "active:", "wt71", "wt71^2"),
    "earnings": ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"),
    "worked": ("age", "educ", "black", "marr", "re75"),
}
COLUMNS = {"weight_change": "wt82_71", "death": "death", "earnings": "re78", "worked": "worked"}
MODIFIER = {"nhefs": "smokeintensity", "nsw": "educ"}
EXPOSURE = {"nhefs": "qsmk", "nsw": "treat"}


class Study(NamedTuple):
    cells: PointCells
    design: Floats
    modified: Floats
    kind: Outcome


def study(data: str, outcome: str, *, weighted: bool = False, clustered: bool = False) -> Study:
    rows = read_rows(f"point_rows_{data}")
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    parts = []
    for term in COVARIATES[outcome]:
        name = term.rstrip(":").removesuffix("^2")
        values = column[name]
        if term.endswith(":"):
            parts += [values == level for level in np.unique(values)[1:]]
        else:
            parts.append(values**2 if term.endswith("^2") else values)
    cells = PointCells(
        pattern=np.arange(len(rows)),
        exposed=column[EXPOSURE[data]] == 1,
        outcome=column[COLUMNS[outcome]],
        n=np.ones(len(rows), np.int64),
        weight=column["weight"] if weighted else None,
        cluster=column["cluster"].astype(np.int64) if clustered else None,
    )
    binary = outcome in ("death", "worked")
    return Study(
        cells,
        np.column_stack(parts).astype(np.float64),
        column[MODIFIER[data]][:, None],
        "binary" if binary else "continuous",
    )


def means(of: Study, estimator: str) -> ArmMeans:
    if estimator == "crude":
        return crude(of.cells)
    modified = {"g_one": None, "g_modified": of.modified}.get(estimator, of.design)
    model = fit_outcome(of.cells, of.design, outcome=of.kind, modified=modified)
    if estimator.startswith("g_"):
        return g_computation(of.cells, model)
    scores = fit_scores(of.cells, of.design)
    weights = inverse_weights(of.cells, scores)
    if estimator == "ipw":
        return weighted_means(of.cells, weights, scores)
    return doubly_robust(of.cells, model, weights, scores)


@pytest.mark.parametrize("row", read_rows("point_effects"), ids=lambda row: "-".join(list(row.values())[1:6]))
def test_estimates_have_eight_digits_of_r_and_errors_six(row: dict[str, str]) -> None:
    of = study(row["data"], row["outcome"], weighted=row["weighted"] == "TRUE", clustered=row["clustered"] == "TRUE")
    assert of.kind == row["kind"]
    found = contrasts(of.cells, means(of, row["estimator"]), binary=of.kind == "binary")
    wanted = {
        name: float(text) if text else np.nan for name, text in row.items() if name[:2] in ("me", "di", "ra", "od")
    }
    ours = dict(zip(wanted, (*found.risk, *found.estimate), strict=True))
    assert ours == pytest.approx(wanted, rel=5e-9, nan_ok=True)
    errors = {name: float(text) if text else np.nan for name, text in row.items() if name.startswith("se_")}
    told = dict(zip(errors, (*found.risk_std_error, *found.std_error), strict=True))
    assert told == pytest.approx(errors, rel=5e-7, nan_ok=True)


@pytest.mark.parametrize("row", read_rows("point_survey"), ids=lambda row: f"{row['outcome']}-{row['clustered']}")
def test_fixed_weights_are_those_of_survey(row: dict[str, str]) -> None:
    clustered = row["clustered"] == "TRUE"
    of = study(row["data"], row["outcome"], clustered=clustered)
    weights = inverse_weights(of.cells, fit_scores(of.cells, of.design))
    found = contrasts(of.cells, weighted_means(of.cells, weights, None), binary=False)
    # survey multiplies by n / (n - 1) without clusters too; with them both multiply by C / (C - 1)
    factor = 1.0 if clustered else (float(row["units"]) / (float(row["units"]) - 1)) ** 0.5
    assert found.estimate[0] == pytest.approx(float(row["difference"]), rel=5e-9)
    assert found.std_error[0] * factor == pytest.approx(float(row["std_error"]), rel=5e-7)


class TestPrinted:
    """Weight gained by those who stopped smoking, kg: Hernán and Robins (2020), *What If*, chapters 12 and 13."""

    STUDY = study("nhefs", "weight_change")

    def test_crude_difference(self) -> None:
        found = contrasts(self.STUDY.cells, crude(self.STUDY.cells), binary=False)
        assert found.estimate[0] == pytest.approx(
            2.5, abs=0.05
        )  # 95 % interval 1.7 to 3.4 from a model of equal variances
        assert self.STUDY.cells.exposed.sum() == 403

    def test_inverse_probability_weights(self) -> None:
        cells = self.STUDY.cells
        weights = inverse_weights(cells, fit_scores(cells, self.STUDY.design))
        assert [weights.value.min(), weights.value.max(), weights.value.mean()] == pytest.approx(
            [1.05, 16.7, 2.0], abs=0.01
        )
        assert [weights.stabilised.min(), weights.stabilised.max()] == pytest.approx([0.33, 4.30], abs=0.005)
        assert weights.stabilised.mean() == pytest.approx(1.0, abs=0.005)
        found = contrasts(cells, weighted_means(cells, weights, None), binary=False)
        assert [found.estimate[0], found.conf_low[0], found.conf_high[0]] == pytest.approx([3.4, 2.4, 4.5], abs=0.05)

    def test_standardisation_with_one_interaction(self) -> None:
        found = contrasts(self.STUDY.cells, means(self.STUDY, "g_modified"), binary=False)
        # the book's interval is a bootstrap: 2.6 to 4.5
        assert [found.estimate[0], found.conf_low[0], found.conf_high[0]] == pytest.approx([3.5, 2.6, 4.5], abs=0.05)

    @pytest.mark.parametrize(("estimator", "wanted"), [("ipw", 3.4405), ("g_arms", 3.4358), ("aipw", 3.3733)])
    def test_the_same_three_of_statsmodels(self, estimator: str, wanted: float) -> None:
        assert round(contrasts(self.STUDY.cells, means(self.STUDY, estimator), binary=False).estimate[0], 4) == wanted

    def test_the_experiment_of_lalonde(self) -> None:
        # Dehejia and Wahba (1999), table 3: 1,794 (633) dollars; LaLonde's own error takes equal variances
        of = study("nsw", "earnings")
        found = contrasts(of.cells, crude(of.cells), binary=False)
        assert found.estimate[0] == pytest.approx(1794.34, abs=0.01)
        assert of.cells.exposed.sum() == 185
