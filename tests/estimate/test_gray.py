"""Gray's test by hand, against cmprsk, and the laws it obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.comparison import log_rank, trend
from justice_metrics.estimate.gray import gray
from tests.estimate.curve_counts import answers, data_sets, equal, table

COMPETING = [name for name in data_sets() if any(row["data"] == name for row in answers("gray"))]
LAST = 7
unit = st.tuples(st.integers(-1, LAST - 1), st.integers(0, LAST), st.integers(0, 2), st.integers(0, 2)).filter(
    lambda row: row[0] < row[1]
)
rows_of_units = st.lists(unit, min_size=2, max_size=40)


def tally(rows, *, groups=3):
    events = np.zeros((groups, 2, LAST + 1), dtype=np.int64)
    risk = np.zeros((groups, LAST + 1), dtype=np.int64)
    for entry, leaving, cause, group in rows:
        if cause:
            events[group, cause - 1, leaving] += 1
        risk[group, entry + 1 : leaving + 1] += 1
    return events, risk


@pytest.mark.parametrize("data", COMPETING)
def test_equals_cmprsk(data):
    """With and without strata, for rho 0, 1/2 and 1: eight digits, in sets full of ties and with 10,000 a day."""
    counts = table(data)
    wrong = []
    for row in answers("gray", data=data):
        events, risk = (counts.events, counts.risk) if row["stratified"] == "1" else counts.pooled
        test = gray(events, risk, rho=float(row["rho"]))
        cause = int(row["cause"]) - 1
        for found, column in ((test.chi_square, "chi_square"), (test.p_value, "p_value")):
            if not equal(found[cause], row[column]):
                wrong.append((data, row["stratified"], row["rho"], row["cause"], column, found[cause], row[column]))
    assert len(COMPETING) > 25
    assert not wrong


def test_mgus2_published():
    test = gray(*table("mgus2").pooled)
    np.testing.assert_allclose(test.chi_square, [1.194507825, 11.651259012], rtol=1e-9)
    np.testing.assert_allclose(test.p_value, [0.27442, 0.00064159], rtol=1e-5)
    assert test.degrees.tolist() == [1, 1]


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_one_day_is_the_hypergeometric_distribution():
    """Two of 3 and one of 4 end so on one day: nothing else can matter, so it is the log-rank test."""
    events, risk = np.array([[[2, 0]], [[1, 0]]]), np.array([[3, 1], [4, 3]])
    np.testing.assert_allclose(gray(events, risk).covariance[0], log_rank(events[:, 0], risk).covariance, rtol=1e-14)
    np.testing.assert_allclose(gray(events, risk).chi_square, log_rank(events[:, 0], risk).chi_square, rtol=1e-14)


def test_two_days_by_hand():
    """Of 2 and 3, one of the first group ends otherwise on day 1, and the other by the ending on day 2.

    Risk sets of the subdistribution on day 2: 1 / (1/2) = 2 and 3, so O - E = 1 - 2/5. Noise of day 2: dF = 1/5,
    D = 2 (1 - 2/5) and -2 * 3/5, with variances dF / h = 1/10 and 1/15; of day 1: C / S = (6/5)(1/5) / (1/2) = 12/25,
    with variance 1 / 4.
    """
    events = np.array([[[0, 1, 0], [1, 0, 0]], [[0, 0, 0], [0, 0, 0]]])
    risk = np.array([[2, 1, 0], [3, 3, 3]])
    test = gray(events, risk)
    assert test.observed[0].tolist() == [1, 0]
    np.testing.assert_allclose(test.expected[0], [2 / 5, 3 / 5], rtol=1e-14)
    variance = (6 / 5) ** 2 * (1 / 10 + 1 / 15) + (12 / 25) ** 2 / 4
    np.testing.assert_allclose(test.covariance[0], variance * np.array([[1, -1], [-1, 1]]), rtol=1e-14)


def test_late_entries_by_hand():
    """A unit that enters after the first day counts from then on: the same day's risk sets, with and without it."""
    events = np.array([[[1, 1]], [[0, 1]]])
    without, with_late = (gray(events, np.array([[4, 3], [4, late]])) for late in (4, 5))
    # day 2: R_1 = 3 (3/4) / (3/4) = 3, R_2 = 4 or 5
    np.testing.assert_allclose(without.expected[0, 0], 1 / 2 + 2 * 3 / 7, rtol=1e-14)
    np.testing.assert_allclose(with_late.expected[0, 0], 1 / 2 + 2 * 3 / 8, rtol=1e-14)


def test_a_group_leaves_when_its_curve_has_reached_0():
    """Both first units of the first group end on day 1; one that comes later belongs to no curve any more."""
    events, risk = np.array([[[2, 0, 0]], [[0, 1, 1]]]), np.array([[2, 0, 0], [3, 3, 2]])
    late_events, late_risk = events.copy(), risk.copy()
    late_events[0, 0, 2], late_risk[0, 2] = 1, 1
    for one, two in zip(gray(events, risk), gray(late_events, late_risk), strict=True):
        np.testing.assert_array_equal(one, two)


# ---- corners -------------------------------------------------------------------------------------------------------


def test_an_ending_that_nobody_has_is_nan_and_the_other_is_not():
    events, risk = tally([(-1, 1, 1, 0), (-1, 2, 1, 1), (-1, 3, 0, 0), (-1, 5, 1, 1)], groups=2)
    test = gray(events, risk)
    assert np.isnan(test.p_value[1])
    assert test.degrees.tolist() == [1, 0]
    assert np.isfinite(test.p_value[0])


@pytest.mark.parametrize(
    ("events", "risk"),
    [
        (np.zeros((2, 2, 3), int), np.array([[3, 2, 1], [4, 3, 1]])),  # all censored
        (np.zeros((2, 2, 0), int), np.zeros((2, 0), int)),  # no days
        (np.array([[[1], [0]], [[0], [0]]]), np.array([[1], [0]])),  # one case
    ],
)
def test_nothing_to_learn_is_nan(events, risk):
    test = gray(events, risk)
    assert test.degrees.tolist() == [0, 0]
    assert np.isnan(test.p_value).all()


def test_all_end_on_one_day():
    test = gray(np.array([[[3], [1]], [[1], [3]]]), np.array([[4], [4]]))
    assert np.isfinite(test.p_value).all()
    np.testing.assert_allclose(test.chi_square[0], test.chi_square[1], rtol=1e-12)


def test_a_trend_of_two_groups_is_the_test():
    events, risk = table("melanoma").pooled
    test = gray(events, risk)
    np.testing.assert_allclose(trend(test, [0, 1]).chi_square, test.chi_square, rtol=1e-10)


# ---- laws ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(rows_of_units)
def test_differences_add_up_to_nothing(rows):
    test = gray(*tally(rows))
    np.testing.assert_allclose((test.observed - test.expected).sum(axis=-1), 0, atol=1e-10)
    np.testing.assert_allclose(test.covariance.sum(axis=-1), 0, atol=1e-10)


@settings(deadline=None)
@given(rows_of_units, st.permutations(range(3)))
def test_relabelling_groups_and_endings_only_moves_the_answers(rows, order):
    events, risk = tally(rows)
    one, two = gray(events, risk), gray(events[order][:, ::-1], risk[order])
    np.testing.assert_allclose(two.chi_square[::-1], one.chi_square, rtol=1e-7, atol=1e-9)


@settings(deadline=None)
@given(rows_of_units)
def test_days_without_endings_change_nothing(rows):
    events, risk = tally(rows)
    used = events.sum(axis=(0, 1)) > 0
    np.testing.assert_allclose(
        gray(events[..., used], risk[:, used]).chi_square, gray(events, risk).chi_square, rtol=1e-7, atol=1e-9
    )


@settings(deadline=None)
@given(rows_of_units, rows_of_units)
def test_strata_add_up(rows, others):
    tables = [tally(some) for some in (rows, others)]
    both = gray(*(np.stack(arrays) for arrays in zip(*tables, strict=True)))
    each = [gray(*one) for one in tables]
    np.testing.assert_allclose(both.observed - both.expected, sum(t.observed - t.expected for t in each), atol=1e-10)
    np.testing.assert_allclose(both.covariance, each[0].covariance + each[1].covariance, atol=1e-10)


def test_one_ending_and_equal_groups_is_nearly_the_log_rank_test():
    """Without competitors both test the same; they differ in the variance, by what vanishes in large groups."""
    events, risk = table("colon").pooled
    ours, known = gray(events[:, :1], risk), log_rank(events[:, 0], risk)
    np.testing.assert_allclose(ours.observed[0], known.observed, rtol=1e-12)
    np.testing.assert_allclose(ours.expected[0], known.expected, rtol=1e-12)
    assert float(ours.chi_square[0]) == pytest.approx(float(known.chi_square), rel=0.05)
