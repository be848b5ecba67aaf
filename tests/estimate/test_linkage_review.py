"""Precision and recall from a reviewed sample."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.linkage_review import reviewed_precision, reviewed_recall

PAIRS = np.array([100, 40, 860])
LOOKED_AT = np.array([20, 20, 20])
SAME = np.array([2, 10, 20])


def test_precision_by_hand() -> None:
    """(40 x 1/2 + 860 x 1) / 900."""
    found = reviewed_precision(PAIRS, LOOKED_AT, SAME, np.array([False, True, True]))
    assert found.estimate == pytest.approx(880 / 900)
    assert 0 < found.conf_low < found.estimate < found.conf_high < 1


def test_recall_by_hand() -> None:
    """Of 100 x 1/10 + 40 x 1/2 + 860 true pairs, those of the last band are accepted."""
    found = reviewed_recall(PAIRS, LOOKED_AT, SAME, np.array([False, False, True]))
    assert found.estimate == pytest.approx(860 / 890)
    assert 0 < found.conf_low < found.estimate < found.conf_high < 1


def test_all_alike_keeps_the_estimate_inside() -> None:
    found = reviewed_precision(PAIRS, LOOKED_AT, LOOKED_AT, np.array([True, True, True]))
    assert (found.estimate, found.conf_high) == (1, 1)
    # The rule of three: with 20 of 20 in the band that holds most, up to a seventh of it may be wrong.
    assert 0.8 < found.conf_low < 0.98


def test_more_pairs_looked_at_narrow_the_interval() -> None:
    few = reviewed_precision(PAIRS, LOOKED_AT, SAME, np.array([False, True, True]))
    many = reviewed_precision(PAIRS * 100, LOOKED_AT * 20, SAME * 20, np.array([False, True, True]))
    assert many.estimate == pytest.approx(few.estimate)
    assert many.conf_high - many.conf_low < (few.conf_high - few.conf_low) / 2


def test_nobody_looked() -> None:
    nothing = np.zeros(3, dtype=np.int64)
    assert np.isnan(reviewed_precision(PAIRS, nothing, nothing, np.array([False, True, True])).estimate)
    assert np.isnan(reviewed_recall(PAIRS, nothing, nothing, np.array([False, True, True])).estimate)


def test_a_band_that_nobody_looked_at_widens() -> None:
    seen = reviewed_precision(PAIRS, LOOKED_AT, SAME, np.array([False, True, True]))
    unseen = reviewed_precision(PAIRS, np.array([20, 0, 20]), np.array([2, 0, 20]), np.array([False, True, True]))
    assert unseen.estimate == pytest.approx(880 / 900)
    assert unseen.conf_high - unseen.conf_low > seen.conf_high - seen.conf_low


def test_the_same_answer_each_time() -> None:
    first = reviewed_recall(PAIRS, LOOKED_AT, SAME, np.array([False, True, True]))
    assert reviewed_recall(PAIRS, LOOKED_AT, SAME, np.array([False, True, True])) == first


def test_no_pair_is_one_person() -> None:
    nothing = np.zeros(3, dtype=np.int64)
    found = reviewed_recall(PAIRS, LOOKED_AT, nothing, np.array([True, True, True]))
    assert np.isnan(found.estimate)
    assert (found.conf_low, found.conf_high) == (0, 1)
    wrong = reviewed_precision(PAIRS, LOOKED_AT, nothing, np.array([False, True, True]))
    assert (wrong.estimate, wrong.conf_low) == (0, 0)


def test_one_band_is_the_exact_interval() -> None:
    """Melding one band alone is Clopper and Pearson's interval: 18 of 20 lie between 68.3 and 98.8 per cent."""
    found = reviewed_precision(np.array([500]), np.array([20]), np.array([18]), np.array([True]))
    assert found.conf_low == pytest.approx(0.683, abs=0.01)
    assert found.conf_high == pytest.approx(0.988, abs=0.005)
