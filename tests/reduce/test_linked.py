"""Counts of linked registers, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.reduce.linked import GROUPS, case_counts, found_in, group_pairs, pair_counts
from tests.register_cases import PAIRS, by_hand


def test_pairs_and_persons() -> None:
    found = pair_counts(by_hand(PAIRS, expected=6.0), 0.95)
    assert found.accepted == 3
    assert found.expected_true == pytest.approx(0.999 + 0.998 + 0.999)
    assert found.expected_all == 6.0
    assert (found.implied, found.persons, found.largest) == (0, 6, 3)


def test_a_chain_implies_pairs_that_were_not_accepted() -> None:
    """0.9: P1-P2, P1-C1, P1-C2, P2-C2, C1-C2; P2 and C1 meet through the others only."""
    found = pair_counts(by_hand(PAIRS), 0.9)
    assert (found.accepted, found.implied, found.largest) == (5, 1, 4)


def test_who_is_found_by_group() -> None:
    found = found_in(by_hand(PAIRS), 0.8)
    assert dict(zip(GROUPS, found.records.tolist(), strict=True)) == {
        "all": 4,
        "two_surnames": 3,
        "one_surname": 1,
        "birth_to_the_day": 2,
        "birth_coarse": 2,
    }
    assert found.found[:, 0].tolist() == [3, 2, 1, 2, 1]


def test_expected_links_need_no_threshold() -> None:
    for threshold in (0.5, 0.95):
        expected = found_in(by_hand(PAIRS), threshold).expected[:, 0]
        of_each = [1 - (1 - 0.93) * (1 - 0.998), 0.999, 0.85, 0.02]
        np.testing.assert_allclose(expected[0], sum(of_each))
        np.testing.assert_allclose(expected[2], 0.85)


def test_pairs_by_group() -> None:
    """Rosario's pair is the only one with one surname; hers and Juana's have a date of birth that is not known."""
    found = group_pairs(by_hand(PAIRS), 0.9)
    assert dict(zip(GROUPS, found.accepted.tolist(), strict=True)) == {
        "all": 5,
        "two_surnames": 5,
        "one_surname": 0,
        "birth_to_the_day": 5,
        "birth_coarse": 0,
    }
    np.testing.assert_allclose(found.expected_all[[2, 4]], [0.85, 0.87])
    np.testing.assert_allclose(found.expected_accepted[0], 0.999 + 0.93 + 0.998 + 0.999 + 0.91)


def test_no_pair() -> None:
    found = found_in(by_hand([]), 0.8)
    assert found.found.sum() == 0
    assert found.expected.sum() == 0
    assert pair_counts(by_hand([]), 0.8).largest == 1


def test_records_by_case() -> None:
    found = case_counts(by_hand(PAIRS), 0.8)
    assert [one.tolist() for one in found] == [[3], [0], [1], [0]]
