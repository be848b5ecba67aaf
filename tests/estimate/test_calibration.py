"""Predicted against observed: groups, delayed entry, what was not watched."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.calibration import calibration, observed_share

ENTRY, EXIT = np.array([-1, -1, 2, -1, -1]), np.array([3, 8, 6, 3, 9])
ENDED, N = np.array([1, 0, 1, 1, 1]), np.array([2, 4, 3, 1, 5])
PREDICTED = np.array([0.9, 0.1, 0.5, 0.9, 0.1])


def test_by_hand() -> None:
    found = calibration(PREDICTED, ENTRY, EXIT, ENDED, N, groups=5, horizon_days=7, confidence_level=0.95)
    # groups: 0.1 (nine units, none ended by day 7), 0.5 (three late ones, all ended on day 6), 0.9 (all ended on day 3)
    assert found.units.tolist() == [9, 3, 3]
    assert found.predicted == pytest.approx([0.1, 0.5, 0.9])
    assert found.observed == pytest.approx([0, 1, 1])


def test_one_group_is_kaplan_meier() -> None:
    share, there = observed_share(ENTRY, EXIT, ENDED, N, np.array([0, 3, 5, 6, 9, 20]))
    # day 3: 3 of 15 (the late ones are in by then); day 6: 3 of 12; day 9: 5 of 5
    assert share[:5] == pytest.approx([0, 0.2, 0.2, 1 - 0.8 * 0.75, 1])
    assert share[5] == 1  # nobody is left, so nothing can change
    assert there.tolist() == [12, 15, 12, 12, 5, 0]
    whole = calibration(np.full(5, 0.4), ENTRY, EXIT, ENDED, N, groups=4, horizon_days=6, confidence_level=0.95)
    assert (len(whole.units), whole.observed[0]) == (1, pytest.approx(0.4))
    assert whole.conf_low[0] < 0.4 < whole.conf_high[0]


def test_a_group_that_was_not_watched_so_long_is_blank() -> None:
    found = calibration(
        PREDICTED[:2], ENTRY[:2], EXIT[:2], ENDED[:2], N[:2], groups=2, horizon_days=50, confidence_level=0.9
    )
    assert np.isnan(found.observed).tolist() == [True, False]
    share, _ = observed_share(ENTRY[:2], EXIT[:2], ENDED[:2], N[:2], np.array([8, 9]))
    assert share[0] == pytest.approx(1 / 3)
    assert np.isnan(share[1])


def test_splitting_a_cell_changes_nothing() -> None:
    twice = [np.repeat(one, 2) for one in (PREDICTED, ENTRY, EXIT, ENDED)]
    halves = np.repeat(N / 2, 2)
    whole = calibration(PREDICTED, ENTRY, EXIT, ENDED, N, groups=2, horizon_days=5, confidence_level=0.95)
    split = calibration(*twice, halves, groups=2, horizon_days=5, confidence_level=0.95)
    for one, other in zip(whole, split, strict=True):
        assert one == pytest.approx(other, nan_ok=True)
