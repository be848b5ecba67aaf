"""Means of groups against a reference, independent or linked by clusters."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.contrasts import differences_from, ratios_to
from justice_metrics.estimate.means import Means, difference, quotient

MEAN = np.array([50.0, 60.0, 45.0])
ERROR = np.array([4.0, 3.0, 2.0])


def means(place: int) -> Means:
    nothing = np.array([np.nan])
    return Means(MEAN[place : place + 1], ERROR[place : place + 1], nothing, nothing)


@pytest.mark.parametrize("reference", [0, 1, 2])
def test_independent_groups_are_compared_as_two_means_are(reference: int) -> None:
    spread = np.diag(ERROR**2)
    apart = differences_from(MEAN, spread, reference=reference, confidence_level=0.9)
    times = ratios_to(MEAN, spread, reference=reference, confidence_level=0.9)
    for place in {0, 1, 2} - {reference}:
        two = difference(means(place), means(reference), confidence_level=0.9)
        ratio = quotient(means(place), means(reference), confidence_level=0.9)
        for ours, theirs in ((apart, two), (times, ratio)):
            for name in ours._fields:
                assert getattr(ours, name)[place] == pytest.approx(getattr(theirs, name)[0], rel=1e-12)


def test_what_a_cluster_does_to_both_groups_cancels() -> None:
    # variances 16 and 9, covariance 6: 16 + 9 - 12 = 13
    spread = np.array([[16.0, 6.0], [6.0, 9.0]])
    found = differences_from(np.array([50.0, 60.0]), spread, reference=0)
    assert found.std_error[1] ** 2 == pytest.approx(13)
    ratio = ratios_to(np.array([50.0, 60.0]), spread, reference=0)
    assert ratio.std_error[1] ** 2 == pytest.approx(16 / 2500 + 9 / 3600 - 12 / 3000)


def test_a_group_against_itself_and_without_variance() -> None:
    found = differences_from(np.array([5.0, 5.0]), np.full((2, 2), 4.0), reference=0)
    assert found.estimate.tolist() == [0, 0]
    assert np.isnan(found.std_error).all()
    assert np.isnan(found.p_value).all()


def test_a_mean_of_0_has_no_ratio() -> None:
    found = ratios_to(np.array([[5.0, 0.0]]), np.eye(2)[None], reference=0)
    assert np.isnan(found.estimate[0, 1])
    assert np.isnan(found.p_value[0, 1])


def test_missing_means_stay_missing() -> None:
    found = differences_from(np.array([5.0, np.nan, 7.0]), np.diag([1.0, np.nan, 1.0]), reference=0)
    assert np.isnan(found.estimate[1])
    assert found.p_value[2] == pytest.approx(0.157299207)
