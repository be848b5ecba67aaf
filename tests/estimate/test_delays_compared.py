"""Limits of delays seen backwards, by hand and against plain shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from justice_metrics.estimate.delays_compared import delays_differ, shares_by_day
from justice_metrics.estimate.nowcast import delay_curve


def test_error_by_hand() -> None:
    # three cases began on day 0 (delays 0, 1, 2), two on day 1 (0, 1), one on day 2 (0): e = 3, 2, 1 and r = 6, 4, 3
    start, delay = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 0, 1, 0])
    curve = delay_curve(start, delay, np.ones(6), cutoff=2, longest=2)
    found = shares_by_day(curve, np.array([0, 1, 2]), 3)
    assert found.share.estimate == pytest.approx([1 / 3, 2 / 3, 1])
    variance = np.array([(1 / 3) ** 2 * (1 / (3 * 2) + 2 / (4 * 2)), (2 / 3) ** 2 * 1 / (3 * 2)])
    assert found.worth[:2] == pytest.approx(found.share.estimate[:2] * (1 - found.share.estimate[:2]) / variance)
    # what is certain in the data rests on the cases that were seen whole
    assert found.worth[2] == 3
    assert found.share.conf_low[2] < 0.5


def test_nothing_is_told_without_a_case_seen_whole() -> None:
    curve = delay_curve(np.array([5, 5]), np.array([0, 1]), np.ones(2), cutoff=7, longest=9)
    found = shares_by_day(curve, np.array([0, 9]), 0)
    assert all(np.isnan(one).all() for one in found.share)


def test_the_test_of_plain_shares_is_that_of_pearson() -> None:
    x, n = np.array([30, 45]), np.array([100, 90])
    assert delays_differ(x / n, n) == pytest.approx(float(chi2_contingency([x, n - x], correction=False).pvalue))
    assert np.isnan(delays_differ(np.array([0.2, np.nan]), np.array([50.0, 0.0])))
    assert np.isnan(delays_differ(np.array([1.0, 1.0]), np.array([50.0, 40.0])))
