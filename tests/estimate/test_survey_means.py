"""Means and their differences by the sampling design, against R's survey package."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtr

from justice_metrics.estimate.ordered_answers import student_mean
from justice_metrics.estimate.survey import DesignCells, units_less_strata
from justice_metrics.estimate.survey_contrasts import linearised_covariances
from justice_metrics.estimate.survey_means import linearised_mean, linearised_mean_difference

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"perceptions_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cells(design: str) -> DesignCells:
    people = rows("design")
    group = np.array([row["group"] == "y" for row in people], np.int64)
    weight = np.array([1.0 if design == "clusters" else float(row["weight"]) for row in people])
    score = np.array([float(row["score"]) for row in people])
    own = np.arange(len(people)) if design == "weights" else np.array([int(row["cluster"]) - 1 for row in people])
    units = len(set(own.tolist()))
    stratum = np.zeros(units, np.int64)
    if design == "both":
        stratum[own] = [row["stratum"] == "b" for row in people]
    key, cell = np.unique(own * 2 + group, return_inverse=True)
    return DesignCells(
        key % 2,
        key // 2,
        np.bincount(cell, weights=weight * score),
        np.bincount(cell, weights=weight),
        stratum,
        np.ones(units, np.int64),
        2,
    )


@pytest.mark.parametrize("design", ["weights", "clusters", "both"])
def test_against_survey(design: str) -> None:
    known = [row for row in rows("design_means") if row["design"] == design]
    found = linearised_mean(cells(design))
    for own, theirs in zip(found, ("mean", "low", "high"), strict=True):
        np.testing.assert_allclose(own, [float(row[theirs]) for row in known], rtol=1e-10)
    contrast = linearised_mean_difference(cells(design), 0)
    assert contrast.estimate[1] == pytest.approx(float(known[0]["difference"]), rel=1e-10)
    # R counts the degrees of freedom of both groups together; its error is that of linearised scores
    degrees = units_less_strata(cells(design), reference=0)[1]
    error = linearised_covariances(cells(design), 0).error[1]
    p_value = 2 * stdtr(float(degrees), -abs(contrast.estimate[1]) / error)
    assert p_value == pytest.approx(float(known[0]["p_value"]), rel=1e-9)
    assert contrast.p_value[1] >= p_value * (1 - 1e-9)
    assert contrast.conf_low[1] < contrast.estimate[1] < contrast.conf_high[1]
    assert np.isnan(contrast.p_value[0])


def test_independent_people_of_equal_weight_are_those_of_student() -> None:
    scores = np.array([2.0, 3, 3, 4, 5, 1])
    n = len(scores)
    one = DesignCells(
        np.zeros(n, int), np.arange(n), scores, np.ones(n), np.zeros(n, np.int64), np.ones(n, np.int64), 1
    )
    np.testing.assert_allclose(np.ravel(linearised_mean(one)), student_mean(scores))


def test_a_group_of_one_mind_has_no_limits_and_no_test() -> None:
    group = np.repeat([0, 1], 8).astype(np.int64)
    scores = np.r_[np.full(8, 5.0), np.arange(1.0, 9) % 4 + 1]
    one = DesignCells(group, np.arange(16), scores, np.ones(16), np.zeros(16, np.int64), np.ones(16, np.int64), 2)
    assert np.isnan(linearised_mean(one).conf_low).tolist() == [True, False]
    contrast = linearised_mean_difference(one, 0)
    assert np.isfinite(contrast.estimate).all()
    assert np.isnan([contrast.conf_low[1], contrast.p_value[1]]).all()


def test_one_sampling_unit_has_no_limits() -> None:
    zero = np.zeros(1, np.int64)
    found = linearised_mean(DesignCells(zero, zero, np.array([6.0]), np.array([2.0]), zero, zero + 1, 1))
    assert found.estimate[0] == 3
    assert np.isnan(found.conf_low[0])
